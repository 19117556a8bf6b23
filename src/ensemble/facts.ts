/**
 * What a finished run comes to, in the shape of a recording's `expected.json`: elections, learner syncs, what every disk holds and recovers to, and
 * what became of every operation. Nothing here depends on the clock.
 */
import { mapEntries } from '../base/chunked.ts';
import { fromUtf8, type Bytes, type SessionId, type Sid } from '../base/ids.ts';
import { formatZxid, zxid } from '../base/zxid.ts';
import { fileNames, readFile } from '../store/disk.ts';
import { scanLog, type LogEnd } from '../store/logFile.ts';
import { datedFiles } from '../store/names.ts';
import { recover } from '../store/recovery.ts';
import type { Disk } from '../store/types.ts';
import { errorNumber } from '../tree/errors.ts';
import { statOf, walk } from '../tree/tree.ts';
import type { Txn, TxnBody } from '../tree/types.ts';
import type { EnsembleConfig, SyncMode } from '../zab/types.ts';
import type { DriverWorld } from './driver.ts';
import type { ReadNode, ScriptReport } from './scriptState.ts';
import { modeOf, modes, type ModeView } from './selectors.ts';
import type { TraceEvent } from './types.ts';

export interface ElectionFact {
  readonly leader: Sid;
  readonly epoch: number;
  readonly startZxid: string;
  readonly leaderZxidBefore: string;
  /** Position of the event that established the leader; −1 if not known. */
  readonly n: number;
  readonly at: number;
}

export interface SyncFact {
  readonly leader: Sid;
  readonly learner: Sid;
  readonly mode: SyncMode;
  readonly peerLastZxid: string;
  readonly minCommittedLog: string;
  readonly maxCommittedLog: string;
  readonly lastProcessedZxid: string;
  readonly zxidSent: string;
  readonly source: string | null;
}

/** A txn as it is printed: zxid, type, session, cxid, and the fields of its type. */
export interface TxnFact {
  readonly zxid: string;
  readonly type: string;
  readonly session: string;
  readonly cxid: number;
  readonly [field: string]: unknown;
}

export interface NodeFact {
  readonly path: string;
  readonly data: string;
  readonly version: number;
  readonly cversion: number;
  readonly aversion: number;
  readonly czxid: string;
  readonly mzxid: string;
  readonly pzxid: string;
  readonly ephemeralOwner: string;
  readonly numChildren: number;
}

export interface RecoveredFact {
  readonly lastZxid: string;
  readonly nodeCount: number;
  readonly sessions: Readonly<Record<string, number>>;
  readonly tree: readonly NodeFact[];
}

export interface LogFact {
  readonly file: string;
  readonly count: number;
  readonly first: string | null;
  readonly last: string | null;
  readonly end: string;
}

export interface ServerFact {
  readonly finalMode: string;
  readonly finalZxid4lw: string | null;
  readonly exitCode: number | null;
  readonly acceptedEpoch: string | null;
  readonly currentEpoch: string | null;
  readonly files: readonly string[];
  readonly logs: readonly LogFact[];
  readonly txns: readonly TxnFact[];
  readonly recovered: RecoveredFact | { readonly error: string };
  /** Last zxid of every database that was loaded, in order: at each start, and after a truncation. */
  readonly loads: readonly string[];
  readonly sessionsExpired: readonly string[];
}

export interface OpFact {
  readonly step: number;
  readonly session: string;
  readonly op: string;
  readonly path: string | null;
  readonly outcome: 'acked' | 'rejected' | 'unknown';
  readonly err: string | null;
  readonly zxid: string | null;
  readonly burst: boolean;
}

export interface WaitFact {
  readonly step: number;
  readonly cond: string;
  readonly ok: boolean;
  readonly view: Readonly<Record<string, ModeView>>;
}

export interface TreeFact {
  readonly step: number;
  readonly sid: Sid;
  readonly tree: readonly NodeFact[] | null;
}

export interface Facts {
  readonly elections: readonly ElectionFact[];
  readonly syncs: readonly SyncFact[];
  readonly servers: Readonly<Record<string, ServerFact>>;
  readonly waits: readonly WaitFact[];
  /** Writes only. */
  readonly ops: readonly OpFact[];
  readonly trees: readonly TreeFact[];
}

/** A run that is over, or stands still. */
export interface FinishedRun {
  readonly config: EnsembleConfig;
  readonly trace: Iterable<TraceEvent>;
  readonly world: DriverWorld;
  readonly report: ScriptReport;
}

export function factsOf(run: FinishedRun): Facts {
  const log = readTrace(run.trace);
  const { world } = run;
  return {
    elections: log.elections,
    syncs: log.syncs,
    servers: Object.fromEntries(world.sids.map((sid) => [String(sid), serverFact(sid, run, log)])),
    waits: run.report.waits.map(({ step, cond, ok, view }) => ({ step, cond, ok, view })),
    ops: opFacts(run.report, world),
    trees: run.report.trees.map(({ step, sid, tree }) => ({ step, sid, tree: tree?.map(readNodeFact) ?? null })),
  };
}

// ---------------------------------------------------------------------------------------------------------------------
// From the trace.

interface TraceFacts {
  readonly elections: ElectionFact[];
  readonly syncs: SyncFact[];
  readonly loads: Map<Sid, string[]>;
  readonly expired: Map<Sid, string[]>;
  readonly exits: Map<Sid, number | null>;
}

function readTrace(trace: Iterable<TraceEvent>): TraceFacts {
  const facts: TraceFacts = { elections: [], syncs: [], loads: new Map(), expired: new Map(), exits: new Map() };
  const voted = new Map<Sid, string>();
  for (const event of trace) {
    const { what } = event;
    if (what.type === 'processEnded') facts.exits.set(what.sid, what.how === 'exit' ? what.exitCode : null);
    if (what.type === 'processStarted') facts.exits.set(what.sid, null);
    if (event.decisions.length === 0 || event.actor.kind !== 'server') continue;
    const { sid } = event.actor;
    for (const decision of event.decisions) {
      if (decision.rule === 'vote.final') voted.set(sid, formatZxid(decision.vote.zxid));
      else if (decision.rule === 'recovery.done') push(facts.loads, sid, formatZxid(decision.zxid));
      else if (decision.rule === 'recovery.failed' && decision.file?.endsWith('Epoch') === true) {
        const loaded = loadedZxid(event);
        if (loaded !== null) push(facts.loads, sid, loaded);
      } else if (decision.rule === 'sync.truncated' && decision.outcome === 'done') push(facts.loads, sid, formatZxid(decision.to));
      else if (decision.rule === 'session.expired') push(facts.expired, sid, decision.session);
      else if (decision.rule === 'leader.established') {
        const { epoch } = decision;
        facts.elections.push({
          leader: sid,
          epoch,
          startZxid: formatZxid(zxid(epoch, 0)),
          leaderZxidBefore: voted.get(sid) ?? '0x0',
          n: event.n,
          at: event.at,
        });
      } else if (decision.rule === 'sync.mode') {
        const { learner, mode, source } = decision;
        const { peerLastZxid, minCommittedLog, maxCommittedLog, lastProcessedZxid, zxidSent } = decision;
        facts.syncs.push({
          leader: sid,
          learner,
          mode,
          source,
          peerLastZxid: formatZxid(peerLastZxid),
          minCommittedLog: formatZxid(minCommittedLog),
          maxCommittedLog: formatZxid(maxCommittedLog),
          lastProcessedZxid: formatZxid(lastProcessedZxid),
          zxidSent: formatZxid(zxidSent),
        });
      }
    }
  }
  return facts;
}

/** The epoch files are checked after the database was loaded. */
function loadedZxid({ decisions }: TraceEvent): string | null {
  let last: string | null = null;
  for (const decision of decisions) {
    if (decision.rule !== 'recovery.step') continue;
    if (decision.what.step === 'snapshotLoaded') last = formatZxid(decision.what.zxid);
    if (decision.what.step === 'logReplayed' && decision.what.last !== null) last = formatZxid(decision.what.last);
  }
  return last;
}

function push(into: Map<Sid, string[]>, sid: Sid, text: string): void {
  const list = into.get(sid);
  if (list === undefined) into.set(sid, [text]);
  else list.push(text);
}

// ---------------------------------------------------------------------------------------------------------------------
// From the disks.

function serverFact(sid: Sid, run: FinishedRun, log: TraceFacts): ServerFact {
  const disk = run.world.disk(sid);
  const mode = modeOf(run.world, sid);
  return {
    finalMode: mode,
    finalZxid4lw: modes(run.world)[String(sid)]?.zxid ?? null,
    exitCode: mode === 'down' ? (log.exits.get(sid) ?? null) : null,
    ...diskFacts(disk, run.config),
    loads: log.loads.get(sid) ?? [],
    sessionsExpired: log.expired.get(sid) ?? [],
  };
}

/** What can be read from a data directory alone. */
export function diskFacts(
  disk: Disk,
  config: EnsembleConfig,
): Pick<ServerFact, 'acceptedEpoch' | 'currentEpoch' | 'files' | 'logs' | 'txns' | 'recovered'> {
  const { logs, txns } = readLogs(disk);
  return {
    acceptedEpoch: textOf(disk, 'acceptedEpoch'),
    currentEpoch: textOf(disk, 'currentEpoch'),
    files: fileNames(disk).toSorted(),
    logs,
    txns,
    recovered: recoveredFact(disk, config),
  };
}

function textOf(disk: Disk, file: string): string | null {
  return disk.files[file] === undefined ? null : fromUtf8(readFile(disk, file)).trim();
}

const LOG_ENDS: Readonly<Record<LogEnd, string>> = {
  eof: 'EOF',
  zeroPadding: 'zero-padding',
  partial: 'missing EOR',
  shortHeader: 'unreadable header: EOFException',
  badMagic: 'unreadable header: bad magic',
  crc: 'CRC check failed',
  unreadable: 'undecodable',
};

function readLogs(disk: Disk): { readonly logs: readonly LogFact[]; readonly txns: readonly TxnFact[] } {
  const logs: LogFact[] = [];
  const txns: TxnFact[] = [];
  for (const { name } of datedFiles(disk, 'log')) {
    const scan = scanLog(readFile(disk, name), disk.files[name]?.size);
    const printed = scan.records.map(({ txn }) => txnFact(txn));
    logs.push({
      file: name,
      count: printed.length,
      first: printed[0]?.zxid ?? null,
      last: printed.at(-1)?.zxid ?? null,
      end: LOG_ENDS[scan.end],
    });
    txns.push(...printed);
  }
  return { logs, txns };
}

function txnFact(txn: Txn): TxnFact {
  return { zxid: formatZxid(txn.zxid), session: txn.session, cxid: txn.cxid, ...bodyFact(txn.body) };
}

function bodyFact(body: TxnBody): { readonly type: string; readonly [field: string]: unknown } {
  const { type } = body;
  switch (body.type) {
    case 'createSession':
      return { type, timeOut: body.timeoutMs };
    case 'closeSession':
      return { type, paths2Delete: body.paths ?? [] };
    case 'error':
      return { type, err: body.was?.code ?? errorNumber(body.err) };
    case 'create':
    case 'create2':
      return { type, path: body.path, data: printed(body.data), ephemeral: body.ephemeral, parentCVersion: body.parentCVersion };
    case 'createContainer':
      return { type, path: body.path, data: printed(body.data), parentCVersion: body.parentCVersion };
    case 'createTTL':
      return { type, path: body.path, data: printed(body.data), parentCVersion: body.parentCVersion, ttl: body.ttlMs };
    case 'delete':
    case 'deleteContainer':
      return { type, path: body.path };
    case 'setData':
    case 'reconfig':
      return { type, path: body.path, data: printed(body.data), version: body.version };
    case 'setACL':
    case 'check':
      return { type, path: body.path, version: body.version };
    case 'multi':
      return { type, txns: body.txns.map(bodyFact) };
  }
}

function printed(data: Bytes | null): string {
  return data === null ? '' : fromUtf8(data);
}

/** The database only: epoch files are checked later in a real start (`QuorumPeer.loadDataBase`), so they are left out here. */
function recoveredFact(disk: Disk, config: EnsembleConfig): ServerFact['recovered'] {
  const files = Object.fromEntries(Object.entries(disk.files).filter(([name]) => !name.endsWith('Epoch')));
  const outcome = recover(
    { ...disk, files },
    {
      commitLogCount: config.commitLogCount,
      trustEmptySnapshot: false,
      autocreate: true,
      configData: null,
      now: config.wallClockAtZero,
      deleteEmptyNewestLog: config.profile.emptyNewestLog === 'deleted',
    },
  );
  if (!outcome.ok) return { error: outcome.failure.message };
  const { tree } = outcome.recovered;
  const nodes = [...walk(tree)].map(({ path, node }): NodeFact => {
    const stat = statOf(node);
    return {
      path: path === '' ? '/' : path,
      data: printed(node.data),
      version: stat.version,
      cversion: stat.cversion,
      aversion: stat.aversion,
      czxid: formatZxid(stat.czxid),
      mzxid: formatZxid(stat.mzxid),
      pzxid: formatZxid(stat.pzxid),
      ephemeralOwner: stat.ephemeralOwner,
      numChildren: stat.numChildren,
    };
  });
  const sessions: Record<SessionId, number> = {};
  for (const [id, timeoutMs] of mapEntries(tree.sessions)) sessions[id as SessionId] = timeoutMs;
  return {
    lastZxid: formatZxid(tree.lastProcessedZxid),
    nodeCount: nodes.length,
    sessions,
    tree: nodes.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
  };
}

function readNodeFact(node: ReadNode): NodeFact {
  return { ...node, czxid: formatZxid(node.czxid), mzxid: formatZxid(node.mzxid), pzxid: formatZxid(node.pzxid) };
}

// ---------------------------------------------------------------------------------------------------------------------
// Operations.

const WRITES = new Set(['create', 'create2', 'set', 'delete', 'multi']);

function opFacts(report: ScriptReport, world: DriverWorld): readonly OpFact[] {
  return report.ops
    .filter(({ op }) => WRITES.has(op))
    .map(({ step, session, client, index, op, path, burst }): OpFact => {
      const ended = world.outcomes(client, index)[0];
      // A multi that failed is answered all the same: its errors are in its results.
      const outcome =
        ended === undefined ? 'unknown' : ended.outcome === 'rejected' && ended.result.kind === 'multi' ? 'acked' : ended.outcome;
      const made = ended !== undefined && (ended.result.kind === 'path' || ended.result.kind === 'created') ? ended.result.path : path;
      return {
        step,
        session,
        op,
        path: made,
        burst,
        outcome,
        err: outcome === 'acked' ? null : outcome === 'unknown' ? 'CONNECTIONLOSS' : (ended?.err ?? null),
        zxid: outcome === 'unknown' || ended === undefined || ended.zxid === null ? null : formatZxid(ended.zxid),
      };
    });
}

/**
 * Where real timing chose one of several outcomes. Each function derives from what was done (never from a recording's name) that an outcome may
 * differ, and says why. What is not listed here must be reproduced exactly.
 */
import type { Facts, SyncFact } from '../../src/ensemble/facts.ts';
import type { Scenario } from '../../src/ensemble/scenario.ts';
import { namedSids, type Step } from '../../src/ensemble/steps.ts';
import { isQuorum } from '../../src/zab/quorum.ts';
import type { Hole } from './holes.ts';

export interface Allowances {
  /** A fault fell into a burst that was not waited for: how far it had come is chance. */
  readonly burstCut: string | null;
  /** Logs roll and snapshots are taken after a random number of txns. */
  readonly randomRolls: string | null;
  /** Servers whose log may miss txns that were in flight while they stood still. */
  readonly logHoles: ReadonlyMap<string, Hole>;
}

/** Why another run of the same scenario may rightly end otherwise. */
export interface Race {
  readonly reason: string;
  /** What was done and asked before this step is the same in every run. */
  readonly fromStep: number;
}

const PROCESS_FAULTS = new Set<Step['action']>(['kill', 'crash', 'powerLoss', 'stop', 'restart']);

export function allowancesOf(scenario: Scenario, expected: Facts): Allowances {
  return { burstCut: burstCut(scenario), randomRolls: randomRolls(scenario, expected), logHoles: logHoles(scenario, expected) };
}

/** From a `bg` burst until the next `join`, a process fault meets the burst at a point that no two runs share. */
function burstCut(scenario: Scenario): string | null {
  let running = false;
  for (const step of scenario.steps) {
    if (isBackgroundBurst(step)) running = true;
    else if (step.action === 'join') running = false;
    else if (running && PROCESS_FAULTS.has(step.action))
      return `a ${step.action} in the middle of a burst: how far the burst had come is chance`;
  }
  return null;
}

function isBackgroundBurst(step: Step): boolean {
  return step.action === 'op' && step.op === 'burst' && (step.bg === true || step.bg === 1);
}

/** Source: `SyncRequestProcessor.resetSnapshotStats`: the threshold is snapCount / 2 plus a random part of it. */
function randomRolls({ config }: Scenario, expected: Facts): string | null {
  const most = Math.max(0, ...Object.values(expected.servers).map(({ txns }) => txns.length));
  return most > config.snapCount / 2
    ? `snapCount ${config.snapCount}: a log rolls after a random number of txns, at least half of it`
    : null;
}

/**
 * Proposals that reach a server standing still wait in its socket. If it stands still for longer than syncLimit, its leader drops it, and whether
 * its logger or its new synchronization is first decides if they are in its log (ZOOKEEPER-4712; only where the logger is not drained first).
 */
function logHoles(scenario: Scenario, expected: Facts): ReadonlyMap<string, Hole> {
  const holes = new Map<string, Hole>();
  if (scenario.profile.shutdownOrder !== 'fastForwardFirst') return holes;
  for (const { sid, from, to } of stalls(scenario)) {
    const writes = scenario.steps.slice(from, to).some((between) => between.action === 'op' && WRITES.has(between.op));
    if (!writes) continue;
    const inFlight = expected.ops.flatMap(({ step, zxid }) => (step >= from && step < to && zxid !== null ? [zxid] : []));
    const before = holes.get(sid);
    holes.set(sid, {
      reason: `server ${sid} stood still while proposals arrived: whether its logger writes them before it is synchronized again is chance`,
      zxids: new Set([...(before?.zxids ?? []), ...inFlight]),
      fromStep: before?.fromStep ?? from,
      stalls: (before?.stalls ?? 0) + 1,
    });
  }
  return holes;
}

const WRITES = new Set(['create', 'create2', 'set', 'delete', 'multi', 'burst']);

/** From which step to which a server stood still. */
function stalls({ steps }: Scenario): readonly { readonly sid: string; readonly from: number; readonly to: number }[] {
  const found: { sid: string; from: number; to: number }[] = [];
  let stalled: { sid: string; from: number }[] = [];
  steps.forEach((step, i) => {
    if (step.action === 'pause') stalled.push(...namedSids(step.pause).map((sid) => ({ sid: String(sid), from: i })));
    if (step.action !== 'cont' && step.action !== 'resume') return;
    found.push(...stalled.map(({ sid, from }) => ({ sid, from, to: i })));
    stalled = [];
  });
  return found;
}

/** The zxid of a new epoch without txns: `0x200000000`. */
export const isEmptyEpoch = (zxid: string): boolean => zxid.length > 10 && zxid.endsWith('00000000');

/**
 * A learner sync without what depends on whether the leader was already established when the learner came: then its last zxid is that of the empty
 * new epoch (`Leader.lead` → `setZxid`), and its committedLog counts as a source though nothing of it is sent. An empty committedLog is logged as 0x0 and
 * taken for one that holds the last zxid alone (`LearnerHandler.syncFollower`), as we tell it.
 */
export function normalSync(
  sync: SyncFact,
): Omit<SyncFact, 'source' | 'lastProcessedZxid'> & { readonly source: string | null; readonly lastProcessedZxid: string } {
  const nothingSent = sync.peerLastZxid === sync.zxidSent;
  const isEmpty = sync.maxCommittedLog === '0x0';
  const [minCommittedLog, maxCommittedLog] = isEmpty
    ? [sync.lastProcessedZxid, sync.lastProcessedZxid]
    : [sync.minCommittedLog, sync.maxCommittedLog];
  return {
    ...sync,
    minCommittedLog,
    maxCommittedLog,
    lastProcessedZxid: isEmptyEpoch(sync.lastProcessedZxid) ? maxCommittedLog : sync.lastProcessedZxid,
    source: nothingSent ? null : sync.source,
  };
}

/** DIFF or SNAP for an empty learner of a leader that has no txn at all. Null when this is not such a sync. */
export function freshBootSync(sync: SyncFact): string | null {
  const empty = (zxid: string) => zxid === '0x0' || isEmptyEpoch(zxid);
  const fresh = empty(sync.peerLastZxid) && empty(sync.minCommittedLog) && empty(sync.maxCommittedLog) && empty(sync.lastProcessedZxid);
  return fresh && sync.mode !== 'TRUNC' ? 'a fresh boot: SNAP if it connects after the leader moved to its new epoch, else DIFF' : null;
}

/** Snapshots named after an empty epoch exist only where a fresh boot sent SNAP. */
export function isEmptyEpochSnapshot(file: string): boolean {
  return file.startsWith('snapshot.') && isEmptyEpoch(`0x${file.slice('snapshot.'.length)}`);
}

/**
 * Why another run of the same scenario may rightly end otherwise, or null: then every run must reproduce every fact. Of several reasons, the one that
 * comes first.
 *
 * @param run what was done, and when leaders were established, in virtual ms.
 */
export function raceOf(
  scenario: Scenario,
  allowances: Allowances,
  run: {
    readonly actions: readonly { readonly at: number; readonly action: string; readonly sids: readonly number[]; readonly step: number }[];
    readonly elections: readonly { readonly at: number }[];
  },
): Race | null {
  const races = [
    ...(allowances.burstCut === null ? [] : [{ reason: allowances.burstCut, fromStep: scenario.steps.findIndex(isBackgroundBurst) }]),
    ...[...allowances.logHoles.values()].map(({ reason, fromStep }) => ({ reason, fromStep })),
    ...buffered(scenario),
    ...run.elections.flatMap(({ at }) =>
      electionRace(
        scenario,
        run.actions.filter((action) => action.at <= at),
      ),
    ),
  ];
  return races.toSorted((a, b) => a.fromStep - b.fromStep)[0] ?? null;
}

/** The step that came before an election and made its leader a matter of chance. */
function electionRace(
  scenario: Scenario,
  actions: readonly { readonly action: string; readonly sids: readonly number[]; readonly step: number }[],
): readonly Race[] {
  const last = actions.at(-1);
  if (last !== undefined && GOES.has(last.action) && canDoWithoutOne(scenario, votersLeft(scenario, actions)))
    return [
      {
        reason:
          'more servers than a quorum lost their leader: a vote is not kept by those who still follow, and the best one heard in time wins',
        fromStep: last.step,
      },
    ];
  if (last?.action === 'startTogether' && last.sids.length > 1)
    return [{ reason: 'servers started together: the best vote among those heard in time wins', fromStep: last.step }];
  if (last?.action === 'heal') return [{ reason: 'links healed: the best vote among those heard in time wins', fromStep: last.step }];
  return [];
}

const COMES = new Set(['start', 'startTogether', 'restart', 'cont', 'resume']);
const GOES = new Set(['kill', 'crash', 'powerLoss', 'stop', 'pause', 'isolate']);

/** Whether these are a quorum also without one of them, whose vote may come too late. */
function canDoWithoutOne({ config }: Scenario, voters: readonly number[]): boolean {
  return voters.some((late) =>
    isQuorum(
      config,
      voters.filter((sid) => sid !== late),
    ),
  );
}

/** Which voters run and are heard after what was done. A heal lets all of those be heard that were isolated. */
function votersLeft(
  { config }: Scenario,
  actions: readonly { readonly action: string; readonly sids: readonly number[] }[],
): readonly number[] {
  const up = new Set<number>();
  const isolated = new Set<number>();
  for (const { action, sids } of actions) {
    for (const sid of sids) {
      if (COMES.has(action)) up.add(sid);
      else if (action === 'isolate') isolated.add(sid);
      else if (GOES.has(action)) up.delete(sid);
    }
    if (action === 'heal') isolated.clear();
  }
  return config.members.flatMap(({ sid, type }) => (type === 'participant' && up.has(sid) && !isolated.has(sid) ? [sid] : []));
}

/**
 * A write that is not waited for goes to a server whose links are cut, then the process (not the host) is killed and the links heal: its kernel still
 * delivers the proposal. Whether followers log it before or after they read their log again is chance; it survives, or stays in their logs only.
 */
function buffered(scenario: Scenario): readonly Race[] {
  let stage = 0;
  let written = 0;
  for (const [i, { action, ...step }] of scenario.steps.entries()) {
    if (stage === 0 && ['cut', 'cut1', 'isolate', 'partition'].includes(action)) stage = 1;
    else if (stage === 1 && action === 'op' && 'bg' in step && step.bg !== undefined && step.bg !== false && step.bg !== 0) {
      stage = 2;
      written = i;
    } else if (stage === 2 && action === 'kill') stage = 3;
    else if (stage === 3 && action === 'heal')
      return [
        {
          reason: 'the kernel of a killed process still delivers its proposals: the write survives, or stays in logs only',
          fromStep: written,
        },
      ];
    else if (stage < 3 && action === 'heal') stage = 0;
  }
  return [];
}

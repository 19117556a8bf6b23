/**
 * Data directories of several servers against each other: where their histories part, who has what more, who would lead, how the others would be brought in
 * line, and which txns that would cost.
 */
import type { Sid } from '../../base/ids.ts';
import { compareZxid, formatZxid, type Zxid } from '../../base/zxid.ts';
import { RECORD_HEAD_SIZE } from '../../store/logFile.ts';
import { decodeTxn } from '../../store/txnCodec.ts';
import type { TxnBody, TxnType } from '../../tree/types.ts';
import { isQuorum } from '../../zab/quorum.ts';
import { IntakeCancelled, wordsOf, type Watch } from '../files.ts';
import { configOfMembers, electionOf, type ElectionForecast } from './election.ts';
import { compareHistories, placesOf, type Histories, type HistorySource, type Span, type Standing } from './history.ts';
import { rehearse, runRehearsal, type RehearsalResult } from './rehearse.ts';
import { compareTrees, type TreeGroups } from './trees.ts';
import type { ConfigMember, DirectoryReport } from './types.ts';

/**
 * What a stretch of history says of the servers.
 *
 * - `common`: all have it, or have a snapshot that covers it.
 * - `ahead`: some are further than others.
 * - `dead`: some logged it, and a later epoch began elsewhere without it: it was never committed, as far as these directories tell.
 * - `hole`: a server lacks it although it has later ones of that epoch, or although a quorum has it.
 * - `diverged`: the same zxids with different content: an epoch was used twice, and no server notices.
 */
export type SpanKind = 'common' | 'ahead' | 'dead' | 'hole' | 'diverged';

export interface JudgedSpan extends Span {
  readonly kind: SpanKind;
  /** Whether a start would replay it on a server that has it. Otherwise a newer snapshot hides it, and it is only a remnant. */
  readonly replayed: boolean;
  /** Whether a quorum has it in its logs, with one content: then it was committed, and clients may know. */
  readonly onQuorum: boolean;
}

/** Where a txn stands, and what it is. */
export interface Evidence {
  readonly sid: Sid;
  readonly file: string;
  readonly offset: number;
  readonly zxid: Zxid;
  readonly type: TxnType;
  /** Null for txns without a path. */
  readonly txnPath: string | null;
}

/** Txns that some server has and the ensemble would not have any more. */
export interface LostTxns {
  readonly span: JudgedSpan;
  /** Who has them now. */
  readonly on: readonly Sid[];
  /** The first of them, one server's. */
  readonly evidence: readonly Evidence[];
}

export interface Comparison {
  readonly servers: readonly HistorySource[];
  /** Directories that are left out, and why. */
  readonly leftOut: readonly { readonly path: string; readonly why: 'noSid' | 'sidTaken'; readonly sentence: string }[];
  readonly members: readonly ConfigMember[];
  readonly histories: Omit<Histories, 'spans'> & { readonly spans: readonly JudgedSpan[] };
  /** The first txn of each divergence and hole, on each server that has it. */
  readonly evidence: readonly { readonly span: JudgedSpan; readonly places: readonly Evidence[] }[];
  /** Trees of servers that show the same last zxid and are not the same. */
  readonly trees: readonly TreeGroups[];
  readonly election: ElectionForecast;
  /** The ensemble, booted: null when it was not asked for, or could not be. */
  readonly rehearsal: RehearsalResult | null;
  /** Why there is no rehearsal, where one was asked for. */
  readonly noRehearsal: NoRehearsal | null;
  /** For the leader of the rehearsal, or else the winner by votes. */
  readonly lost: readonly LostTxns[];
}

export interface NoRehearsal {
  readonly why: 'noQuorum' | 'tooManyServers' | 'doesNotFit';
  readonly sentence: string;
}

export interface CompareOptions {
  /** Who elects; all unless told. The others come later. */
  readonly electors?: readonly Sid[];
  /** Of the ensemble; those of the first `zoo.cfg` that names all directories' sids, else the directories' sids. */
  readonly members?: readonly ConfigMember[];
  /** Whether to boot the ensemble, for the sync modes. True unless told. */
  readonly boot?: boolean;
  readonly cfg?: Readonly<Record<string, string | number | boolean>>;
}

const MOST_EVIDENCE = 20;
/** A boot takes at most so many servers. */
const MOST_SERVERS = 9;

/** Compares. Rejects only with IntakeCancelled. */
export async function compare(
  directories: readonly DirectoryReport[],
  options: CompareOptions = {},
  watch: Watch = {},
): Promise<Comparison> {
  const { servers, leftOut } = seated(directories);
  const members = options.members ?? membersOf(servers);
  const config = configOfMembers(members);
  const histories = compareHistories(servers);
  const spans = histories.spans.map((span) => judged(span, servers, (sids) => isQuorum(config, sids)));
  const electors = servers.filter(({ sid }) => options.electors?.includes(sid) ?? true);
  const election = electionOf(electors, members);
  const { rehearsal, why } = await booted(servers, election, members, options, watch);
  const leader = servers.find(({ sid }) => sid === (rehearsal?.leader ?? election.winner));
  return {
    servers,
    leftOut,
    members,
    histories: { ...histories, spans },
    evidence: await evidenceOf(spans, servers),
    trees: compareTrees(servers),
    election,
    rehearsal,
    noRehearsal: why,
    lost: leader === undefined ? [] : await lostUnder(leader.sid, spans, servers),
  };
}

/** Every server once, ascending; a directory without sid, or with one that is taken, is left out. */
function seated(directories: readonly DirectoryReport[]): Pick<Comparison, 'servers' | 'leftOut'> {
  const servers: HistorySource[] = [];
  const leftOut: Comparison['leftOut'][number][] = [];
  for (const report of directories) {
    const { sid, path } = report;
    if (sid === null) leftOut.push({ path, why: 'noSid', sentence: 'Neither a myid file nor its path tells which server it is of.' });
    else if (servers.some((other) => other.sid === sid))
      leftOut.push({ path, why: 'sidTaken', sentence: `There is another directory of server ${sid}.` });
    else servers.push({ sid, report });
  }
  return { servers: servers.sort((a, b) => a.sid - b.sid), leftOut };
}

function membersOf(servers: readonly HistorySource[]): readonly ConfigMember[] {
  const config = servers
    .map(({ report }) => report.config?.members ?? [])
    .find((members) => servers.every(({ sid }) => members.some((one) => one.sid === sid)));
  return config ?? servers.map(({ sid }) => ({ sid, observer: false }));
}

function judged(span: Span, servers: readonly HistorySource[], isQuorumOf: (sids: readonly Sid[]) => boolean): JudgedSpan {
  const standing = Object.values(span.standing);
  const holders = servers.filter(({ sid }) => span.standing[sid] === 'has' || span.standing[sid] === 'other');
  const having = (one: Standing): readonly Sid[] => holders.filter(({ sid }) => span.standing[sid] === one).map(({ sid }) => sid);
  const onQuorum = isQuorumOf(having('has')) || isQuorumOf(having('other'));
  const replayed = holders.some(
    ({ report: { start } }) => start.starts !== true || start.snapshotZxid === null || compareZxid(span.to, start.snapshotZxid) > 0,
  );
  const hole = standing.includes('missing') || (standing.includes('absent') && onQuorum);
  const kind: SpanKind = standing.includes('other')
    ? 'diverged'
    : hole
      ? 'hole'
      : standing.includes('absent')
        ? 'dead'
        : standing.includes('behind')
          ? 'ahead'
          : 'common';
  return { ...span, kind, replayed, onQuorum };
}

async function booted(
  servers: readonly HistorySource[],
  election: ElectionForecast,
  members: readonly ConfigMember[],
  options: CompareOptions,
  watch: Watch,
): Promise<{ rehearsal: RehearsalResult | null; why: NoRehearsal | null }> {
  if (options.boot === false) return { rehearsal: null, why: null };
  if (!election.quorum) {
    const { electors, voters } = election;
    return without('noQuorum', `${electors.length} of ${voters.length} voters start from these directories, which is no quorum.`);
  }
  if (members.length > MOST_SERVERS)
    return without('tooManyServers', `An ensemble of ${members.length} servers is not booted; at most ${MOST_SERVERS} are.`);
  try {
    const seats = servers
      .filter(({ sid }) => members.some((member) => member.sid === sid))
      .map(({ sid, report }) => ({ sid, directory: report }));
    const profile = servers[0]?.report.profile;
    const made = await rehearse(
      seats,
      {
        members,
        ...(options.electors === undefined ? {} : { first: options.electors }),
        ...(options.cfg === undefined ? {} : { cfg: options.cfg }),
        ...(profile === undefined ? {} : { profile }),
      },
      watch,
    );
    return { rehearsal: await runRehearsal(made), why: null };
  } catch (error) {
    if (error instanceof IntakeCancelled) throw error;
    return without('doesNotFit', wordsOf(error));
  }
}

function without(why: NoRehearsal['why'], sentence: string): { rehearsal: null; why: NoRehearsal } {
  return { rehearsal: null, why: { why, sentence } };
}

// ---------------------------------------------------------------------------------------------------------------------
// Evidence.

async function evidenceOf(spans: readonly JudgedSpan[], servers: readonly HistorySource[]): Promise<Comparison['evidence']> {
  const told = spans.filter(({ kind }) => kind === 'diverged' || kind === 'hole').slice(0, MOST_EVIDENCE);
  return Promise.all(
    told.map(async (span) => {
      const places = await Promise.all(servers.map((server) => recordsOf(server, { from: span.from, to: span.from }, 1)));
      return { span, places: places.flat() };
    }),
  );
}

/** All that some server would replay, or a quorum once had, and that the leader lacks or has with other content. */
async function lostUnder(leader: Sid, spans: readonly JudgedSpan[], servers: readonly HistorySource[]): Promise<LostTxns[]> {
  const lost: LostTxns[] = [];
  for (const span of spans) {
    const its = span.standing[leader];
    if (its === 'snapshot' || its === undefined || (!span.replayed && !span.onQuorum)) continue;
    const on = servers.filter(({ sid }) => {
      const one = span.standing[sid];
      return (one === 'has' || one === 'other') && one !== its;
    });
    const [holder] = on;
    if (holder === undefined) continue;
    lost.push({ span, on: on.map(({ sid }) => sid), evidence: await recordsOf(holder, span, MOST_EVIDENCE) });
  }
  return lost;
}

/** Records of a span as they stand in one server's log, at most `most`. A file that cannot be read any more gives no paths. */
export async function recordsOf(
  { sid, report }: HistorySource,
  span: Pick<Span, 'from' | 'to'>,
  most: number,
): Promise<readonly Evidence[]> {
  const found: Evidence[] = [];
  for (const { log, index } of placesOf(report, span, most)) {
    const record = log.index.at(index);
    if (record === undefined) continue;
    const { offset, length, zxid, type } = record;
    found.push({ sid, file: log.name, offset, zxid, type, txnPath: await pathAt(log.file, offset, length) });
  }
  return found;
}

/** The path a txn is about; null also where the file cannot be read any more. */
async function pathAt(file: DirectoryReport['logs'][number]['file'], offset: number, length: number): Promise<string | null> {
  try {
    const bytes = await file.read(offset + RECORD_HEAD_SIZE, offset + length - 1);
    return pathOf(decodeTxn(bytes, offset + RECORD_HEAD_SIZE).body);
  } catch {
    return null;
  }
}

function pathOf(body: TxnBody): string | null {
  if ('path' in body) return body.path;
  const first = body.type === 'multi' ? body.txns[0] : undefined;
  return first === undefined ? null : pathOf(first);
}

/** `0x100000003 – 0x100000007 (5)`. */
export function spanText({ from, to, count }: Span): string {
  return count === 1 ? formatZxid(from) : `${formatZxid(from)} – ${formatZxid(to)} (${count})`;
}

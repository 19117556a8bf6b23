/** The recordings' logs as the importer sees them, and what truly happened, in the words of the summary. */
import * as v from 'valibot';
import { fromUtf8, utf8, type Bytes, type Sid } from '../../../src/base/ids.ts';
import { formatZxid } from '../../../src/base/zxid.ts';
import type { ReadLog } from '../../../src/intake/logs/facts.ts';
import type { LogCase, LogSummary } from '../../../src/intake/logs/model.ts';
import { readLog } from '../../../src/intake/logs/reader.ts';
import { jsonLinesOf, jsonOf, type Recording } from '../../golden/archive.ts';

/** Names of the logs of all servers of a recording, by sid. */
export function logNames(recording: Recording): Map<Sid, string> {
  const names = [...recording.keys()].filter((path) => /^s\d+\/server\.log$/.test(path));
  return new Map(names.map((path) => [Number(path.slice(1, path.indexOf('/'))), path]));
}

/** Bytes of one log; `info` leaves out the DEBUG entries, with the lines that belong to them. */
export function logBytes(recording: Recording, path: string, form: 'full' | 'info'): Bytes {
  const bytes = recording.get(path);
  if (bytes === undefined) throw new Error(`the recording has no ${path}`);
  return form === 'full' ? bytes : utf8(withoutDebug(fromUtf8(bytes)));
}

export function withoutDebug(text: string): string {
  let keep = true;
  return text
    .split('\n')
    .filter((line) => {
      const level = /^\d{4}-\d\d-\d\d [\d:,]+ \[myid:\d*\] - (\w+) /.exec(line)?.[1];
      if (level !== undefined) keep = level !== 'DEBUG';
      return keep;
    })
    .join('\n');
}

/** Moves the clock of a log in ZooKeeper's own layout. */
export function shifted(text: string, ms: number): string {
  return text.replace(/^(\d{4}-\d\d-\d\d) ([\d:]{8}),(\d{3})/gm, (_, day: string, time: string, fraction: string) =>
    new Date(Date.parse(`${day}T${time}.${fraction}Z`) + ms).toISOString().slice(0, 23).replace('T', ' ').replace('.', ','),
  );
}

/** Reads texts in the order given, each under its name. */
export function readAll(texts: readonly (readonly [name: string, bytes: Bytes])[]): ReadLog[] {
  return texts.map(([name, bytes], i) => readLog(i, name, bytes));
}

const truthSchema = v.object({
  clockZero: v.string(),
  elections: v.array(
    v.looseObject({
      leader: v.number(),
      established: v.boolean(),
      epoch: v.nullable(v.number()),
      newLeaderAckedBy: v.array(v.number()),
      t: v.looseObject({ leading: v.number(), looking: v.number() }),
      endReason: v.nullable(v.string()),
      winningVote: v.looseObject({ zxid: v.string(), round: v.string(), peerEpoch: v.string() }),
    }),
  ),
  syncs: v.array(
    v.looseObject({
      t: v.number(),
      leader: v.number(),
      learner: v.number(),
      mode: v.string(),
      zxidSent: v.string(),
      peerLastZxid: v.string(),
      completed: v.boolean(),
    }),
  ),
  servers: v.record(
    v.string(),
    v.looseObject({
      timeline: v.array(v.looseObject({ t: v.number(), proc: v.optional(v.string()), state: v.optional(v.string()) })),
    }),
  ),
});

/** What happened, as lines that can be compared and read, and when: ms since 1970. */
export interface Told {
  readonly elections: readonly Line[];
  readonly syncs: readonly Line[];
  readonly roles: ReadonlyMap<Sid, readonly Line[]>;
}

export interface Line {
  readonly says: string;
  /** Null for DOWN: a log only tells that it is over. */
  readonly at: number | null;
}

const ROLES = new Set(['LOOKING', 'FOLLOWING', 'LEADING', 'OBSERVING']);

/** The truth of a recording. */
export function truthOf(recording: Recording): Told {
  const truth = v.parse(truthSchema, jsonOf(recording, 'expected.json'));
  const zero = Date.parse(`${truth.clockZero.replace(' ', 'T').replace(',', '.')}Z`);
  return {
    elections: truth.elections.map((one) => ({
      at: zero + one.t.leading,
      says: electionLine(
        one.leader,
        one.epoch,
        one.newLeaderAckedBy,
        one.winningVote.zxid,
        Number(one.winningVote.round),
        Number(one.winningVote.peerEpoch),
        one.endReason,
      ),
    })),
    syncs: truth.syncs.map(({ t, leader, learner, mode, zxidSent, peerLastZxid, completed }) => ({
      at: zero + t,
      says: syncLine(leader, learner, mode, zxidSent, peerLastZxid, completed),
    })),
    roles: new Map(
      Object.entries(truth.servers).map(([sid, { timeline }]) => {
        const lines: Line[] = [];
        for (const { t, proc, state } of timeline) {
          // Before a start the server is down; it has a role once its line is there.
          if (proc === 'start' && lines.at(-1)?.says !== 'DOWN') lines.push({ says: 'DOWN', at: null });
          else if (state !== undefined && ROLES.has(state)) lines.push({ says: state, at: zero + t });
        }
        return [Number(sid), lines];
      }),
    ),
  };
}

/** When the recording was over, ms since 1970: what the logs tell after it is the servers being killed one after the other. */
export function endOf(recording: Recording): number {
  const final = jsonLinesOf(recording, 'events.jsonl').find((event) => v.is(v.looseObject({ do: v.literal('final') }), event));
  return v.parse(v.looseObject({ t: v.number() }), final).t * 1000;
}

/** The same of a summary, up to a time. */
export function toldBy(logCase: LogCase, summary: LogSummary, end: number): Told {
  const zero = logCase.zero;
  const during = ({ at }: Line) => at === null || at <= end;
  return {
    elections: summary.elections
      .map(({ leader, epoch, supporters, t, vote, ended }) => ({
        at: zero + t,
        says: electionLine(
          leader,
          epoch,
          supporters,
          vote.zxid === null ? null : formatZxid(vote.zxid),
          vote.round,
          vote.peerEpoch,
          ended === null || zero + ended.t > end ? null : ended.reason,
        ),
      }))
      .filter(during),
    syncs: summary.syncs
      .map(({ leader, learner, mode, zxid, peerLastZxid, completed, t }) => ({
        at: zero + t,
        says: syncLine(leader, learner, mode, zxid && formatZxid(zxid), peerLastZxid && formatZxid(peerLastZxid), completed),
      }))
      .filter(during),
    roles: new Map(
      summary.servers.map(({ sid, roles }) => [
        sid,
        roles.filter(({ t }) => zero + t <= end).map(({ t, role }) => ({ says: role, at: role === 'DOWN' ? null : zero + t })),
      ]),
    ),
  };
}

function electionLine(
  leader: Sid,
  epoch: number | null,
  supporters: readonly Sid[],
  zxid: string | null,
  round: number | null,
  peerEpoch: number | null,
  reason: string | null,
): string {
  const sorted = supporters.toSorted((a, b) => a - b).join();
  return `leader ${leader} epoch ${epoch} supporters ${sorted} by vote (${peerEpoch}, ${zxid}) of round ${round}, ended by ${reason}`;
}

function syncLine(
  leader: Sid,
  learner: Sid,
  mode: string,
  zxid: string | null,
  peerLastZxid: string | null,
  completed: boolean | null,
): string {
  return `${leader} to ${learner}: ${mode} ${zxid} from ${peerLastZxid}, completed: ${completed}`;
}

/** What is said, in an order that does not depend on who says it first at the same moment. */
export function said(lines: readonly Line[]): string[] {
  return lines.map(({ says }) => says).sort();
}

/** By how much times are off at most, ms, when both say the same. */
export function worstTime(told: readonly Line[], truth: readonly Line[]): number {
  const order = (lines: readonly Line[]) => lines.flatMap(({ at }) => at ?? []).sort((a, b) => a - b);
  const times = order(truth);
  return Math.max(0, ...order(told).map((at, i) => Math.abs(at - (times[i] ?? Infinity))));
}

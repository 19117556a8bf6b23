/** Why something that is waited for has not come from a server: the nearest reason that the trace shows. */
import type { Sid } from '../../base/ids.ts';
import type { Command, TraceEvent } from '../../ensemble/types.ts';
import type { MessageKind } from '../../zab/types.ts';
import { atMost } from '../sorted.ts';
import type { Timeline } from '../timeline.ts';
import { linkState, type EnsembleView, type ServerState } from '../view.ts';
import { latest } from '../why.ts';
import type { Lack } from './texts.ts';

export interface Found {
  readonly lack: Lack;
  /** Position of the event that shows it, or null. */
  readonly n: number | null;
}

/** A moment of a trace. */
export interface At {
  readonly timeline: Timeline;
  readonly view: EnsembleView;
  readonly n: number;
}

/** Why server `me`, which is looking, does not have the vote of `sid`. */
export function voteLack(at: At, me: ServerState, sid: Sid): Found {
  const { view, n, timeline } = at;
  const election = me.election;
  const away = absence(at, me.sid, sid) ?? flying(view, sid, me.sid, ['NOTIFICATION']);
  if (away !== null) return away;
  const server = view.servers[sid];
  const row = election?.votes.find((vote) => vote.sid === sid);
  if (row !== undefined && row.vote.leader !== me.vote.leader)
    return { lack: { why: 'otherVote', leader: row.vote.leader }, n: heardAt(timeline, me.sid, sid, n) };
  if (server !== undefined && server.role !== 'LOOKING') return roleLack(at, server);
  const round = server?.election?.round ?? row?.vote.electionEpoch ?? null;
  if (election !== null && round !== null && round !== election.round)
    return { lack: { why: 'otherRound', round, mine: election.round }, n: heardAt(timeline, me.sid, sid, n) };
  if (row === undefined && !connected(view, 'election', me.sid, sid)) return { lack: { why: 'notConnected' }, n: null };
  const vote = server?.election === null || server === undefined ? null : server.vote;
  if (vote !== null && vote.leader !== me.vote.leader) return { lack: { why: 'otherVote', leader: vote.leader }, n: null };
  return { lack: { why: row === undefined ? 'unheard' : 'waitsToo' }, n: null };
}

/** Why leader `me` does not have what it needs of voter `sid` before it is established. */
export function learnerLack(at: At, me: ServerState, sid: Sid): Found {
  const { view } = at;
  const away = absence(at, me.sid, sid) ?? flying(view, sid, me.sid, ['FOLLOWERINFO', 'ACKEPOCH', 'ACK']);
  if (away !== null) return away;
  const server = view.servers[sid];
  const row = me.leading?.learners.find((learner) => learner.sid === sid);
  if (row !== undefined) return { lack: { why: 'stage', stage: row.stage }, n: null };
  if (server !== undefined && server.leader !== me.sid) return roleLack(at, server);
  return { lack: { why: connected(view, 'quorum', me.sid, sid) ? 'unheard' : 'notConnected' }, n: null };
}

/** Why voter `sid` (perhaps the leader itself) has not acknowledged a proposal of leader `me`. */
export function ackLack(at: At, me: ServerState, sid: Sid): Found {
  const { view } = at;
  const server = view.servers[sid];
  const isSyncing = server !== undefined && (server.syncing.length > 0 || server.syncQueue[0] + server.syncQueue[1] > 0);
  if (sid === me.sid) return { lack: { why: 'syncing' }, n: null };
  const away = absence(at, me.sid, sid) ?? flying(view, sid, me.sid, ['ACK']);
  if (away !== null) return away;
  if (server?.leader !== me.sid) return server === undefined ? { lack: { why: 'unheard' }, n: null } : roleLack(at, server);
  if (isSyncing) return { lack: { why: 'syncing' }, n: null };
  const row = me.leading?.learners.find((learner) => learner.sid === sid);
  return { lack: row === undefined ? { why: 'unheard' } : { why: 'stage', stage: row.stage }, n: null };
}

/** Why a learner or a client gets nothing from the server that it depends on; null where nothing is in the way. */
export function absence({ view, timeline, n }: At, me: Sid | null, sid: Sid): Found | null {
  const server = view.servers[sid];
  if (server === undefined || server.up === 'down' || server.up === 'crashed') {
    const down = lastBand(timeline, sid, n, 'DOWN');
    return down === null ? { lack: { why: 'neverStarted' }, n: null } : { lack: { why: 'down' }, n: down };
  }
  if (server.up === 'paused') return { lack: { why: 'paused' }, n: lastBand(timeline, sid, n, 'PAUSED') };
  if (me !== null) {
    const from = linkState(view, sid, me).cut;
    const to = linkState(view, me, sid).cut;
    if (from || to) return { lack: { why: 'cut', at: me, from, to }, n: cutAt(timeline, me, sid, n) };
  }
  return server.phase === 'recovering' ? { lack: { why: 'recovering' }, n: null } : null;
}

/** What a server does instead of what is wanted of it. */
export function roleLack({ timeline, n }: At, server: ServerState): Found {
  const { sid, role, leader } = server;
  if (role === 'LOOKING')
    return { lack: { why: 'looking', leader: server.vote.leader }, n: latest(timeline, sid, n, ['election.start'])?.n ?? null };
  const decided = latest(timeline, sid, n, ['vote.final', 'vote.established'])?.n ?? null;
  if (role === 'LEADING') return { lack: { why: 'leads', epoch: server.leading?.epoch ?? server.currentEpoch }, n: decided };
  return { lack: { why: 'follows', leader: leader ?? server.vote.leader }, n: decided };
}

function flying(view: EnsembleView, from: Sid, to: Sid, kinds: readonly MessageKind[]): Found | null {
  const found = view.flights.some(
    (flight) =>
      flight.from.kind === 'server' &&
      flight.to.kind === 'server' &&
      flight.from.sid === from &&
      flight.to.sid === to &&
      flight.eta !== null &&
      kinds.includes(flight.message.kind),
  );
  return found ? { lack: { why: 'onItsWay' }, n: null } : null;
}

function connected(view: EnsembleView, channel: 'election' | 'quorum', a: Sid, b: Sid): boolean {
  return view.connections.some(
    ({ channel: own, from, to }) =>
      own === channel &&
      from.kind === 'server' &&
      to.kind === 'server' &&
      ((from.sid === a && to.sid === b) || (from.sid === b && to.sid === a)),
  );
}

/** Where the newest band of this kind begins, at or before `n`; null if there is none, or if the trace begins in it. */
export function lastBand(timeline: Timeline, sid: Sid, n: number, role: 'DOWN' | 'PAUSED'): number | null {
  return timeline.index.bands(sid).findLast((band) => band.from <= n && band.role === role)?.from ?? null;
}

/** The decision at which `me` last weighed a vote of `sid`. */
function heardAt(timeline: Timeline, me: Sid, sid: Sid, n: number): number | null {
  return latest(timeline, me, n, ['vote.order', 'vote.round'], (decision) => 'from' in decision && decision.from === sid)?.n ?? null;
}

/** The last command that cut the link between two servers. */
function cutAt(timeline: Timeline, a: Sid, b: Sid, n: number): number | null {
  const faults = timeline.index.positions('fault');
  for (let i = atMost(faults, n) - 1; i >= 0; i--) {
    const { what } = timeline.events[faults[i] as number] as TraceEvent;
    if (what.type === 'command' && cuts(what.command, a, b)) return faults[i] as number;
  }
  return null;
}

function cuts(command: Command, a: Sid, b: Sid): boolean {
  if (command.type === 'cut') return (command.from === a && command.to === b) || (command.from === b && command.to === a);
  if (command.type !== 'partition') return false;
  const groupOf = (sid: Sid): number => command.groups.findIndex((group) => group.includes(sid));
  return groupOf(a) >= 0 && groupOf(b) >= 0 && groupOf(a) !== groupOf(b);
}

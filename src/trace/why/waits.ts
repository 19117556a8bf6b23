/** What a server or a client waits for at a moment: from whom, why it has not come, and until when. */
import type { Sid } from '../../base/ids.ts';
import { formatZxid } from '../../base/zxid.ts';
import type { ClientId, TraceEvent } from '../../ensemble/types.ts';
import { atMost } from '../sorted.ts';
import type { Language } from '../narrate/language.ts';
import { opText, txnText } from '../narrate/text.ts';
import type { Timeline } from '../timeline.ts';
import type { ServerState } from '../view.ts';
import { latest } from '../why.ts';
import { deadlineOf, readDeadlineOf, type Deadline } from './deadline.ts';
import { absence, ackLack, lastBand, learnerLack, roleLack, voteLack, type At, type Found } from './lacks.ts';
import { WHY_TEXTS, type Need } from './texts.ts';

export interface Missing {
  readonly sid: Sid;
  readonly sentence: string;
  /** Position of the event that shows it, or null. */
  readonly n: number | null;
}

export interface Waits {
  readonly sentence: string;
  /** From whom something is missing, and why. */
  readonly missing: readonly Missing[];
  /** When the wait ends by itself (virtual ms), and what happens then; null if it does not, or if the trace does not say. */
  readonly until: { readonly at: number; readonly then: string; readonly set: number } | null;
  /** What the one that is waited for waits for itself. */
  readonly because: { readonly sid: Sid; readonly sentence: string; readonly waits: Waits } | null;
}

/** What server `sid` waits for after event `n`; null when it waits for nothing. */
export function waitsOf(timeline: Timeline, sid: Sid, n: number, language: Language): Waits | null {
  const view = timeline.viewAt(n);
  const server = view.servers[sid];
  return server === undefined ? null : serverWaits({ timeline, view, n }, server, language, true);
}

/** What a client waits for after event `n`; null when it waits for nothing. */
export function clientWaitsOf(timeline: Timeline, client: ClientId, n: number, language: Language): Waits | null {
  const view = timeline.viewAt(n);
  const at: At = { timeline, view, n };
  const state = view.clients[client];
  if (state === undefined || (state.state !== 'connecting' && state.state !== 'connected')) return null;
  const who = language.client(client, state.name);
  const from = state.sid === null ? [] : dependsOn(at, state.sid);
  const because = state.sid === null ? null : becauseOf(at, state.sid, language);
  if (state.state === 'connecting') return said(at, { need: 'session', client: who, sid: state.sid }, null, from, null, because, language);
  if (state.waiting === 0) return null;
  const op = oldestRequest(timeline, client, n);
  const need: Need = { need: 'reply', client: who, op: op ?? '…', sid: state.sid, waiting: state.waiting };
  return said(at, need, null, from, null, because, language);
}

function serverWaits(at: At, server: ServerState, language: Language, deep: boolean): Waits | null {
  const { sid } = server;
  if (server.up === 'down' || server.up === 'crashed') return said(at, { need: 'start', sid }, sid, [], null, null, language);
  if (server.up === 'paused') return said(at, { need: 'resume', sid }, sid, [], null, null, language);
  if (server.phase === 'recovering') return said(at, { need: 'disk' }, sid, [], null, null, language);
  if (server.role === 'LOOKING') return lookingWaits(at, server, language);
  if (server.role === 'LEADING') return leaderWaits(at, server, language);
  return learnerWaits(at, server, language, deep);
}

function lookingWaits(at: At, server: ServerState, language: Language): Waits {
  const { timeline, n } = at;
  const { sid, election, vote } = server;
  if (election === null) {
    const until = deadlineOf(timeline, sid, 'observerDelay', n);
    return said(at, { need: 'newElection' }, sid, [], until, null, language);
  }
  const final = deadlineOf(timeline, sid, 'finalizeWait', n);
  const have = election.supporters;
  if (final !== null || isAgreed(at, sid, have))
    return said(at, { need: 'betterVote', leader: vote.leader, have }, sid, [], final, null, language);
  const need: Need = { need: 'votes', leader: vote.leader, have, ...quorumOf(at), round: election.round };
  const missing = votersWithout(at, have, sid).map((other) => [other, voteLack(at, server, other)] as const);
  return said(at, need, sid, missing, deadlineOf(timeline, sid, 'poll', n), null, language);
}

/** Whether those who vote as this server does are a quorum; where a number does not tell, as the server itself last counted. */
function isAgreed(at: At, sid: Sid, have: readonly Sid[]): boolean {
  const { timeline, n } = at;
  const { needed } = quorumOf(at);
  if (needed !== null) return have.length >= needed;
  const started = timeline.index.lastDecision(sid, 'election.start', n);
  const counted = latest(timeline, sid, n, ['vote.quorum'], () => true, started);
  return counted?.decision.rule === 'vote.quorum' && counted.decision.outcome === 'quorum';
}

function leaderWaits(at: At, server: ServerState, language: Language): Waits | null {
  const { timeline, n } = at;
  const { sid, leading } = server;
  if (leading === null) return null;
  const { epoch } = leading;
  const from = (have: readonly Sid[]): readonly (readonly [Sid, Found])[] =>
    votersWithout(at, have, sid).map((other) => [other, learnerLack(at, server, other)] as const);
  const wait = (need: 'epochs' | 'epochAcks' | 'newLeaderAcks', have: readonly Sid[], timer: string): Waits =>
    said(at, { need, have, ...quorumOf(at), epoch }, sid, from(have), deadlineOf(timeline, sid, timer, n), null, language);
  if (server.zabState === 'DISCOVERY')
    return epoch === null ? wait('epochs', leading.epochHeard, 'epochLimit') : wait('epochAcks', leading.epochAcked, 'epochAckLimit');
  if (server.zabState === 'SYNCHRONIZATION') return wait('newLeaderAcks', leading.newLeaderAcked, 'newLeaderLimit');
  const [first] = leading.outstanding;
  if (first === undefined) return null;
  const need: Need = {
    need: 'acks',
    zxid: formatZxid(first.zxid),
    op: txnText(first.op, first.path),
    have: first.acks,
    ...quorumOf(at),
    more: leading.outstandingCount - 1,
  };
  const missing = votersWithout(at, first.acks, null).map((other) => [other, ackLack(at, server, other)] as const);
  return said(at, need, sid, missing, null, null, language);
}

function learnerWaits(at: At, server: ServerState, language: Language, deep: boolean): Waits | null {
  const { timeline, view, n } = at;
  const { sid } = server;
  const leader = server.leader ?? server.vote.leader;
  const pending = server.learning?.pending ?? 0;
  if (server.zabState === 'BROADCAST' && pending === 0) return null;
  const isConnected = server.zabState !== 'DISCOVERY' || hasConnected(at, sid, leader);
  const need: Need =
    server.zabState === 'BROADCAST'
      ? { need: 'commit', leader, pending }
      : !isConnected
        ? { need: 'connection', leader }
        : { need: server.zabState === 'DISCOVERY' ? 'epoch' : hasNewLeader(at, sid) ? 'upToDate' : 'sync', leader };
  const until = isConnected ? readDeadlineOf(timeline, sid, leader, n) : deadlineOf(timeline, sid, 'connectBudget', n);
  const away = absence(at, sid, leader);
  const state = view.servers[leader];
  const missing = away ?? (state !== undefined && state.role !== 'LEADING' ? roleLack(at, state) : null);
  return said(at, need, sid, missing === null ? [] : [[leader, missing]], until, deep ? becauseOf(at, leader, language) : null, language);
}

/** Whether the connection to its leader was opened since this server chose it; an old one may still be waiting for its end. */
function hasConnected({ timeline, n }: At, sid: Sid, leader: Sid): boolean {
  const own = timeline.index.eventsOf(sid);
  for (let i = atMost(own, n) - 1; i >= 0; i--) {
    const { what, decisions } = timeline.events[own[i] as number] as TraceEvent;
    if (what.type === 'connected' && 'channel' in what && what.channel === 'quorum' && what.peer === leader) return true;
    if (decisions.some(({ rule }) => rule === 'vote.final' || rule === 'vote.established') || what.type === 'boot') return false;
  }
  return false;
}

/** Whether NEWLEADER has come since this server chose its leader. */
function hasNewLeader({ timeline, n }: At, sid: Sid): boolean {
  const chosen = latest(timeline, sid, n, ['vote.final', 'vote.established'])?.n ?? -1;
  return timeline.index.lastDecision(sid, 'newLeader.received', n) > chosen;
}

function dependsOn(at: At, sid: Sid): readonly (readonly [Sid, Found])[] {
  const away = absence(at, null, sid);
  if (away !== null) return [[sid, away]];
  const server = at.view.servers[sid];
  if (server === undefined) return [];
  if (!server.serving) return [[sid, { lack: { why: 'notServing' }, n: null }]];
  const { leader } = server;
  const cutOff = leader === null || leader === sid ? null : absence(at, sid, leader);
  return cutOff === null ? [] : [[leader as Sid, cutOff]];
}

/** What the server that is waited for waits for: its own wait and, when it is a learner that serves, that of its leader. */
function becauseOf(at: At, sid: Sid, language: Language): Waits['because'] {
  const server = at.view.servers[sid];
  if (server === undefined || server.up !== 'up') return null;
  const leader = server.leader;
  const upstream = server.serving && leader !== null && leader !== sid ? at.view.servers[leader] : undefined;
  const of = upstream?.up === 'up' ? upstream : server;
  const waits = serverWaits(at, of, language, false);
  return waits === null ? null : { sid: of.sid, sentence: WHY_TEXTS[language.code].because(of.sid), waits };
}

function said(
  at: At,
  need: Need,
  me: Sid | null,
  missing: readonly (readonly [Sid, Found])[],
  until: Deadline | null,
  because: Waits['because'],
  language: Language,
): Waits {
  const texts = WHY_TEXTS[language.code];
  return {
    sentence: texts.needs(need, me),
    missing: missing.map(([sid, { lack, n }]) => ({ sid, sentence: texts.lacks(lack, sid), n })),
    until: until === null || until.at < at.view.at ? null : { at: until.at, then: texts.then(until.timer), set: until.set },
    because,
  };
}

/** How many vote, and how many of them are a quorum; with groups or weights, a number of servers says nothing. */
function quorumOf({ timeline }: At): { readonly voters: number; readonly needed: number | null } {
  const voters = timeline.members.filter(({ type }) => type === 'participant');
  const weighted = voters.some(({ group }) => group !== undefined);
  return { voters: voters.length, needed: weighted ? null : Math.floor(voters.length / 2) + 1 };
}

function votersWithout({ timeline }: At, have: readonly Sid[], me: Sid | null): readonly Sid[] {
  return timeline.members
    .filter(({ type, sid }) => type === 'participant' && sid !== me && !have.includes(sid))
    .map(({ sid }) => sid)
    .sort((a, b) => a - b);
}

/** The oldest request of a client that has no outcome yet, as text. */
function oldestRequest(timeline: Timeline, client: ClientId, n: number): string | null {
  const positions = timeline.index.eventsOfClient(client);
  const ended = new Set<number>();
  let oldest: string | null = null;
  for (let i = atMost(positions, n) - 1; i >= 0; i--) {
    const { what, outcomes } = timeline.events[positions[i] as number] as TraceEvent;
    for (const { xid } of outcomes) ended.add(xid);
    if (what.type !== 'requested') continue;
    // Answers come in the order of the requests.
    if (ended.has(what.xid)) break;
    oldest = opText(what.op);
  }
  return oldest;
}

/** Where a server that is down went down; null if it never ran. */
export function endOf(timeline: Timeline, sid: Sid, n: number): number | null {
  const band = lastBand(timeline, sid, n, 'DOWN');
  return band !== null && timeline.events[band]?.what.type === 'processEnded' ? band : null;
}

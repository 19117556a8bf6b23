/** What is known of the ensemble at one position of an imported trace: who has what, who leads, who cannot reach whom. */
import type { Sid } from '../../../base/ids.ts';
import { compareZxid, maxZxid, ZXID_ZERO, type Zxid } from '../../../base/zxid.ts';
import type { TraceEvent } from '../../../ensemble/types.ts';
import type { Timeline } from '../../../trace/timeline.ts';
import type { EnsembleView, ServerState } from '../../../trace/view.ts';
import type { EpochStarts } from './history.ts';

/** One server as it is to be made again. */
export interface WantedServer {
  readonly sid: Sid;
  readonly up: boolean;
  readonly last: Zxid;
  readonly acceptedEpoch: number;
  readonly currentEpoch: number;
  /** It has the leader of this moment for its leader. */
  readonly follows: boolean;
  /** It has acknowledged that leader's epoch, so it has what the leader has. */
  readonly synced: boolean;
}

export interface WantedState {
  readonly servers: readonly WantedServer[];
  /** The server that leads and serves, or null. */
  readonly leader: Sid | null;
  readonly starts: EpochStarts;
  /** Pairs that could not reach each other, the lower sid first. */
  readonly cuts: readonly (readonly [Sid, Sid])[];
  /** Servers without a log of their own. */
  readonly unseen: readonly Sid[];
}

/** How far back a failed connection counts, virtual ms and events. */
const REACH_MS = 60_000;
const REACH_EVENTS = 50_000;

/** Reads the state after event `n`. */
export function stateAt(timeline: Timeline, n: number): WantedState {
  const view = timeline.viewAt(n);
  const leader = leaderOf(view);
  const starts = startsUntil(timeline, n);
  const epoch = leader === null ? 0 : (view.servers[leader]?.currentEpoch ?? 0);
  const synced = Object.values(view.servers).filter(
    (server) => follows(server, leader) && (server.serving || server.currentEpoch === epoch),
  );
  // Logs tell what a server has only now and then; those that were synchronized have what their leader has.
  const common = synced.map(lastOf).reduce(maxZxid, leader === null ? ZXID_ZERO : lastOf(view.servers[leader] as ServerState));
  const servers = Object.values(view.servers).map((server): WantedServer => {
    const isIn = server.sid === leader || synced.includes(server);
    const last = isIn ? common : lastOf(server);
    const currentEpoch = Math.max(server.currentEpoch, last.epoch, isIn ? epoch : 0);
    return {
      sid: server.sid,
      up: server.up === 'up' || server.up === 'paused',
      last,
      currentEpoch,
      acceptedEpoch: Math.max(server.acceptedEpoch, currentEpoch),
      follows: follows(server, leader),
      synced: server.sid !== leader && isIn,
    };
  });
  return { servers, leader, starts, cuts: cutsAt(timeline, view), unseen: unseenIn(timeline, view) };
}

/** The leader that serves; of several, the one of the newest epoch. */
function leaderOf(view: EnsembleView): Sid | null {
  const leaders = Object.values(view.servers).filter(({ up, role, serving }) => up === 'up' && role === 'LEADING' && serving);
  return leaders.sort((a, b) => b.currentEpoch - a.currentEpoch || a.sid - b.sid)[0]?.sid ?? null;
}

function follows({ up, role, leader }: ServerState, of: Sid | null): boolean {
  return up === 'up' && of !== null && leader === of && (role === 'FOLLOWING' || role === 'OBSERVING');
}

function lastOf({ lastLogged, lastZxid }: ServerState): Zxid {
  const last = maxZxid(lastLogged, lastZxid);
  return compareZxid(last, ZXID_ZERO) < 0 ? ZXID_ZERO : last;
}

/** Where epochs began, as the votes that won say. */
function startsUntil(timeline: Timeline, n: number): EpochStarts {
  const starts = new Map<number, Zxid>();
  for (const { sid, epoch, n: at } of timeline.index.leaders()) {
    if (at > n) break;
    const event = timeline.events[timeline.index.lastDecision(sid, 'vote.final', at)];
    const won = event?.decisions.find((decision) => decision.rule === 'vote.final');
    if (won?.rule === 'vote.final' && won.vote.leader === sid && won.vote.zxid.epoch >= 0) starts.set(epoch, won.vote.zxid);
  }
  return starts;
}

/** Servers that run and tried in vain: the last that is known of the pair is that one of them got no answer from the other. */
function cutsAt(timeline: Timeline, view: EnsembleView): readonly (readonly [Sid, Sid])[] {
  const known = new Map<string, boolean>();
  const cuts: (readonly [Sid, Sid])[] = [];
  for (let i = view.n; i >= 0 && view.n - i < REACH_EVENTS; i--) {
    const event = timeline.events[i] as TraceEvent;
    if (view.at - event.at > REACH_MS) break;
    const contact = contactOf(event);
    if (contact === null) continue;
    const [a, b] = contact.pair;
    if (known.has(`${a},${b}`)) continue;
    known.set(`${a},${b}`, true);
    const one = view.servers[a];
    const other = view.servers[b];
    if (contact.reached || one?.up !== 'up' || other?.up !== 'up' || one.leader === b || other.leader === a) continue;
    cuts.push([a, b]);
  }
  return cuts.sort((x, y) => x[0] - y[0] || x[1] - y[1]);
}

function contactOf({ actor, what }: TraceEvent): { readonly pair: readonly [Sid, Sid]; readonly reached: boolean } | null {
  if (actor.kind !== 'server') return null;
  if (what.type === 'receive' && what.from.kind === 'server') return { pair: ordered(actor.sid, what.from.sid), reached: true };
  if (what.type === 'accepted' && what.channel !== 'client') return { pair: ordered(actor.sid, what.peer), reached: true };
  if (what.type === 'connectFailed' && 'peer' in what) return { pair: ordered(actor.sid, what.peer), reached: what.reason !== 'timeout' };
  return null;
}

function ordered(a: Sid, b: Sid): readonly [Sid, Sid] {
  return a < b ? [a, b] : [b, a];
}

/** Servers of which every event was inferred. */
function unseenIn(timeline: Timeline, view: EnsembleView): readonly Sid[] {
  return Object.keys(view.servers)
    .map(Number)
    .filter((sid) => timeline.index.eventsOf(sid).every((n) => timeline.events[n]?.origin?.inferred === true))
    .sort((a, b) => a - b);
}

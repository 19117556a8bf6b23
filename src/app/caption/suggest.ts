/** What to try next: three acts that lead somewhere interesting from the present state. */
import type { Sid } from '../../base/ids.ts';
import { utf8 } from '../../base/ids.ts';
import type { ClientId, Command } from '../../ensemble/types.ts';
import type { EnsembleView, ServerState } from '../../trace/view.ts';
import type { Dictionary } from '../i18n/en.ts';
import { leaderOf } from '../stage/face.ts';

export interface Suggestion {
  readonly id: string;
  readonly label: string;
  readonly commands: readonly Command[];
}

const OPEN_ACL = [{ perms: 31, scheme: 'world', id: 'anyone' }] as const;

/** The first three that make sense, most interesting first. `acts` is how often the person has acted in this run. */
export function suggestions(view: EnsembleView, voters: readonly Sid[], acts: number, t: Dictionary): readonly Suggestion[] {
  const servers = Object.values(view.servers);
  const leader = leaderOf(view);
  const down = servers.filter(({ up }) => up === 'down' || up === 'crashed');
  const up = servers.filter(({ up }) => up === 'up' || up === 'paused');
  // Down, but not because it was never started: also a script takes servers down.
  const fallen = down.some(({ acceptedEpoch }) => acceptedEpoch > 0);
  const all: (Suggestion | null)[] =
    (acts === 0 && !fallen) || (up.length === servers.length && Object.keys(view.links).length === 0 && acts < 2)
      ? [killLeader(leader, t), split(view, leader, voters, t), plug(up, t)]
      : [
          down.length > 1
            ? { id: 'startAll', label: t.suggest.startAll, commands: down.map(({ sid }) => ({ type: 'restart', sid })) }
            : null,
          ...down
            .slice(0, 1)
            .map(({ sid }): Suggestion => ({ id: 'restart', label: t.suggest.restartDown(sid), commands: [{ type: 'restart', sid }] })),
          Object.keys(view.links).length > 0 ? { id: 'heal', label: t.suggest.healAll, commands: [{ type: 'heal' }] } : null,
          ...servers
            .filter((server) => server.up === 'paused')
            .map(({ sid }): Suggestion => ({ id: `resume${sid}`, label: t.suggest.resume(sid), commands: [{ type: 'resume', sid }] })),
          write(view, leader, acts, t),
          down.length === 0 ? (acts % 2 === 0 ? pauseLeader(leader, t) : killFollower(up, t)) : null,
          down.length === 0 && leader !== null ? oneWay(leader, up, t) : null,
          killLeader(leader, t),
          split(view, leader, voters, t),
          plug(up, t),
        ];
  return all.filter((suggestion) => suggestion !== null).slice(0, 3);
}

function killLeader(leader: ServerState | null, t: Dictionary): Suggestion {
  return { id: 'killLeader', label: t.suggest.killLeader, commands: leader === null ? [] : [{ type: 'kill', sid: leader.sid }] };
}

function pauseLeader(leader: ServerState | null, t: Dictionary): Suggestion | null {
  return leader === null ? null : { id: 'pauseLeader', label: t.suggest.pauseLeader, commands: [{ type: 'pause', sid: leader.sid }] };
}

function killFollower(up: readonly ServerState[], t: Dictionary): Suggestion | null {
  const follower = up.find(({ role }) => role === 'FOLLOWING');
  return follower === undefined
    ? null
    : { id: 'killFollower', label: t.suggest.killFollower(follower.sid), commands: [{ type: 'kill', sid: follower.sid }] };
}

function oneWay(leader: ServerState, up: readonly ServerState[], t: Dictionary): Suggestion | null {
  const other = up.find(({ role }) => role === 'FOLLOWING');
  return other === undefined
    ? null
    : {
        id: 'oneWay',
        label: t.suggest.oneWay(leader.sid, other.sid),
        commands: [{ type: 'cut', from: leader.sid, to: other.sid, oneWay: true }],
      };
}

/** Splits the servers so that the leader is on the smaller side: 2–3 of five. */
function split(view: EnsembleView, leader: ServerState | null, voters: readonly Sid[], t: Dictionary): Suggestion | null {
  const first = leader?.sid ?? voters.at(-1);
  if (first === undefined || voters.length < 3 || Object.keys(view.links).length > 0) return null;
  const small = [first, ...voters.filter((sid) => sid !== first).slice(0, Math.floor((voters.length - 1) / 2) - 1)].sort((a, b) => a - b);
  const others = Object.keys(view.servers)
    .map(Number)
    .filter((sid) => !small.includes(sid));
  return {
    id: 'split',
    // A side is not broken over two lines.
    label: t.suggest.split(small.join('\u00a0'), others.join('\u00a0')),
    commands: [{ type: 'partition', groups: [small, others] }],
  };
}

function plug(up: readonly ServerState[], t: Dictionary): Suggestion | null {
  return up.length === 0 ? null : { id: 'plug', label: t.suggest.plug, commands: up.map(({ sid }) => ({ type: 'powerLoss', sid })) };
}

function write(view: EnsembleView, leader: ServerState | null, acts: number, t: Dictionary): Suggestion | null {
  const connected = Object.values(view.clients).find(({ state }) => state === 'connected');
  if (connected !== undefined)
    return {
      id: 'burst',
      label: t.suggest.burst,
      commands: Array.from({ length: 10 }, (_, i) => createCommand(connected.client, `/n${acts}-${i + 1}`, String(i + 1))),
    };
  if (leader === null) return null;
  const client = nextClient(view);
  return { id: 'write', label: t.suggest.write, commands: [{ type: 'connect', client }, createCommand(client, '/hello', 'world')] };
}

export function createCommand(client: ClientId, path: string, data: string): Command {
  return { type: 'request', client, request: { op: 'create', path, data: utf8(data), acl: OPEN_ACL, mode: 'persistent' } };
}

/** A number no client has yet. */
export function nextClient(view: EnsembleView): ClientId {
  return Math.max(0, ...Object.keys(view.clients).map(Number)) + 1;
}

/**
 * Folds events into views. One event changes a few fields and shares everything else with the view before, so views can be kept
 * and the cost of an event does not depend on the length of the run.
 */
import type { Sid } from '../base/ids.ts';
import type { ClientId, Command, Flight, TraceEvent, WorldEvent } from '../ensemble/types.ts';
import type { Effect, Member } from '../zab/types.ts';
import { changeFiles, syncAsked, syncDone, writtenOps } from './files.ts';
import { changeStrip } from './strip.ts';
import { endedServer, linkKey, newClient, newServer } from './view.ts';
import type { EnsembleView, LinkKey, LinkState, ServerState } from './view.ts';

/** The view before the first event: all servers down. */
export function emptyView(members: readonly Pick<Member, 'sid'>[]): EnsembleView {
  const servers: Record<Sid, ServerState> = {};
  for (const { sid } of members) servers[sid] = newServer(sid);
  return { n: -1, at: 0, servers, clients: {}, links: {}, flights: [], connections: [], violation: null, voids: [] };
}

type Fresh = { -readonly [K in keyof EnsembleView]: EnsembleView[K] };

/** The view after one more event. */
export function foldEvent(view: EnsembleView, event: TraceEvent): EnsembleView {
  const next: Fresh = {
    n: event.n, at: event.at, servers: view.servers, clients: view.clients, links: view.links,
    flights: view.flights, connections: view.connections, violation: view.violation, voids: view.voids,
  };
  const { actor, what } = event;
  if (what.type === 'receive' || what.type === 'received') next.flights = without(next.flights, what.flight);
  if (actor.kind === 'world') foldWorld(next, what as WorldEvent, event.n);
  else if (actor.kind === 'server') foldServer(next, actor.sid, event);
  else if (event.client !== null) foldClient(next, actor.client, event.client);
  if (event.disk !== null) foldDisk(next, event.disk);
  if (event.sent.length > 0) next.flights = withSent(next.flights, event.sent);
  return next;
}

type Copy = { -readonly [K in keyof ServerState]: ServerState[K] };

/** Copies the server once, and only if the event changes it. */
function foldServer(next: Fresh, sid: Sid, event: TraceEvent): void {
  const { changes, effects, log, what } = event;
  const booted = what.type === 'boot';
  const touchesFiles = what.type === 'fsynced' || effects.some((effect) => effect.type === 'disk' || effect.type === 'fsync');
  if (!booted && !touchesFiles && log.length === 0 && (changes === null || isEmpty(changes))) return;
  const server = copyOf(next.servers[sid] ?? newServer(sid));
  if (changes !== null) Object.assign(server, changes);
  if (booted) {
    server.up = 'up';
    server.exit = null;
    server.syncing = [];
  }
  for (const change of log) server.log = changeStrip(server.log, change, event.at);
  if (touchesFiles) {
    for (const effect of effects) foldEffect(server, effect);
    if (what.type === 'fsynced') foldFsynced(server, what.token);
  }
  next.servers = { ...next.servers, [sid]: server };
}

/** A literal: several times faster than spreading an object that was itself spread. */
function copyOf(s: ServerState): Copy {
  return {
    up: s.up, exit: s.exit, files: s.files, diskFull: s.diskFull, log: s.log,
    syncing: s.syncing, sid: s.sid, phase: s.phase, role: s.role, zabState: s.zabState,
    acceptedEpoch: s.acceptedEpoch, currentEpoch: s.currentEpoch, vote: s.vote, lastZxid: s.lastZxid, lastLogged: s.lastLogged,
    lastSynced: s.lastSynced, committedZxid: s.committedZxid, serving: s.serving, leader: s.leader, election: s.election,
    leading: s.leading, learning: s.learning, snapshot: s.snapshot, recovery: s.recovery, nodes: s.nodes,
    digest: s.digest, digestMismatches: s.digestMismatches, sessions: s.sessions, clients: s.clients, syncQueue: s.syncQueue,
  };
}

function isEmpty(changes: object): boolean {
  for (const _ in changes) return false;
  return true;
}

function foldEffect(server: Copy, effect: Effect): void {
  if (effect.type === 'disk') for (const op of writtenOps(effect.ops, server.diskFull)) server.files = changeFiles(server.files, op);
  else if (effect.type === 'fsync') server.syncing = [...server.syncing, syncAsked(server.files, effect.token, effect.files)];
}

function foldFsynced(server: Copy, token: number): void {
  const done = server.syncing.find((sync) => sync.token === token);
  if (done === undefined) return;
  server.files = syncDone(server.files, done);
  server.syncing = server.syncing.filter((sync) => sync !== done);
}

function foldClient(next: Fresh, client: ClientId, changes: NonNullable<TraceEvent['client']>): void {
  next.clients = { ...next.clients, [client]: { ...(next.clients[client] ?? newClient(client)), ...changes } };
}

function foldDisk(next: Fresh, disk: NonNullable<TraceEvent['disk']>): void {
  const server = next.servers[disk.sid] ?? newServer(disk.sid);
  let files = disk.reset ? [] : server.files;
  for (const op of disk.ops) files = changeFiles(files, op);
  next.servers = { ...next.servers, [disk.sid]: { ...server, files } };
}

function foldWorld(next: Fresh, what: WorldEvent, n: number): void {
  switch (what.type) {
    case 'command': return foldCommand(next, what.command);
    case 'processStarted': return setServer(next, what.sid, (server) => ({ ...server, up: 'up', exit: null }));
    case 'processEnded': {
      const failed = what.how === 'exit' && what.exitCode !== null && what.exitCode !== 0;
      for (const id of what.lost) next.flights = without(next.flights, id);
      const exit = what.how === 'exit' ? { code: what.exitCode ?? 0, message: what.message ?? '' } : null;
      return setServer(next, what.sid, (server) => endedServer(server, failed ? 'crashed' : 'down', exit));
    }
    case 'connectionOpened':
      next.connections = [...next.connections, { conn: what.conn, channel: what.channel, from: what.from, to: what.to }];
      return;
    case 'connectionClosed':
      next.connections = next.connections.filter((connection) => connection.conn !== what.conn);
      for (const id of what.lost) next.flights = without(next.flights, id);
      return;
    case 'violation':
      next.violation = { n, invariant: what.invariant, sentence: what.sentence, source: what.source };
      return;
    case 'guaranteeVoid':
      next.voids = [...next.voids, { n, guarantee: what.guarantee, sentence: what.sentence }];
      return;
    case 'note':
      return;
  }
}

function foldCommand(next: Fresh, command: Command): void {
  switch (command.type) {
    case 'pause': return setServer(next, command.sid, (server) => (server.up === 'up' ? { ...server, up: 'paused' } : server));
    case 'resume': return setServer(next, command.sid, (server) => (server.up === 'paused' ? { ...server, up: 'up' } : server));
    case 'diskFull': return setServer(next, command.sid, (server) => ({ ...server, diskFull: command.full }));
    case 'cut': return setLinks(next, command.from, command.to, command.oneWay === true, (link) => ({ ...link, cut: true }));
    case 'slow': return setLinks(next, command.from, command.to, false, (link) => ({ ...link, slowMs: command.delayMs }));
    case 'heal': return heal(next, command);
    case 'partition': return partition(next, command.groups);
    default: return;
  }
}

function heal(next: Fresh, command: Extract<Command, { type: 'heal' }>): void {
  if (command.from === undefined || command.to === undefined) next.links = {};
  else setLinks(next, command.from, command.to, command.oneWay === true, () => null);
}

function partition(next: Fresh, groups: readonly (readonly Sid[])[]): void {
  groups.forEach((group, i) => {
    for (const other of groups.slice(i + 1)) for (const a of group) for (const b of other) setLinks(next, a, b, false, (link) => ({ ...link, cut: true }));
  });
}

function setServer(next: Fresh, sid: Sid, change: (server: ServerState) => ServerState): void {
  next.servers = { ...next.servers, [sid]: change(next.servers[sid] ?? newServer(sid)) };
}

/** Changes one or both directions of a link; null leaves it undisturbed. */
function setLinks(next: Fresh, from: Sid, to: Sid, oneWay: boolean, change: (link: LinkState) => LinkState | null): void {
  const keys = oneWay ? [linkKey(from, to)] : [linkKey(from, to), linkKey(to, from)];
  const links: Record<LinkKey, LinkState> = Object.fromEntries(Object.entries(next.links).filter(([key]) => !keys.includes(key as LinkKey)));
  for (const key of keys) {
    const link = change(next.links[key] ?? { cut: false, slowMs: 0 });
    if (link !== null && (link.cut || link.slowMs > 0)) links[key] = link;
  }
  next.links = links;
}

/** Flights without one; ids rise, so it is found by halving. */
function without(flights: readonly Flight[], id: number): readonly Flight[] {
  let low = 0;
  let high = flights.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((flights[middle] as Flight).id < id) low = middle + 1;
    else high = middle;
  }
  if (flights[low]?.id !== id) return flights;
  const rest = flights.slice();
  rest.splice(low, 1);
  return rest;
}

function withSent(flights: readonly Flight[], sent: readonly Flight[]): readonly Flight[] {
  return flights.length === 0 ? sent : flights.concat(sent);
}

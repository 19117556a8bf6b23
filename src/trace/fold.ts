/**
 * Folds events into views. One event changes a few fields and shares everything else with the view before, so views can be kept
 * and the cost of an event does not depend on the length of the run.
 */
import type { Sid } from '../base/ids.ts';
import type { ClientId, ClientView, Command, Flight, TraceEvent, WorldEvent } from '../ensemble/types.ts';
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

/** The view after one more event. */
export function foldEvent(view: EnsembleView, event: TraceEvent): EnsembleView {
  return closed(folded(opened(view), event));
}

/** The view after the events up to and including the one at position `to`. Much cheaper than folding them one by one. */
export function foldEvents(view: EnsembleView, events: readonly TraceEvent[], to: number): EnsembleView {
  if (to <= view.n) return view;
  const draft = opened(view);
  for (let n = view.n + 1; n <= to; n++) folded(draft, events[n] as TraceEvent);
  return closed(draft);
}

/** A view in the making. Objects that it has made are its `own`, and changed in place; all others belong to the view before. */
type Draft = { -readonly [K in keyof EnsembleView]: EnsembleView[K] } & { readonly own: Set<object> };
type Copy = { -readonly [K in keyof ServerState]: ServerState[K] };

function opened(view: EnsembleView): Draft {
  return {
    n: view.n,
    at: view.at,
    servers: view.servers,
    clients: view.clients,
    links: view.links,
    flights: view.flights,
    connections: view.connections,
    violation: view.violation,
    voids: view.voids,
    own: new Set(),
  };
}

function closed(draft: Draft): EnsembleView {
  return {
    n: draft.n,
    at: draft.at,
    servers: draft.servers,
    clients: draft.clients,
    links: draft.links,
    flights: draft.flights,
    connections: draft.connections,
    violation: draft.violation,
    voids: draft.voids,
  };
}

function owned<T extends object>(draft: Draft, made: T): T {
  draft.own.add(made);
  return made;
}

function folded(draft: Draft, event: TraceEvent): Draft {
  const { actor, what } = event;
  draft.n = event.n;
  draft.at = event.at;
  if (what.type === 'receive' || what.type === 'received') landed(draft, what.flight);
  if (actor.kind === 'world') foldWorld(draft, what as WorldEvent, event.n);
  else if (actor.kind === 'server') foldServer(draft, actor.sid, event);
  else if (event.client !== null) foldClient(draft, actor.client, event.client);
  if (event.disk !== null) foldDisk(draft, event.disk);
  if (event.sent.length > 0) for (const flight of event.sent) flightsOf(draft).push(flight);
  return draft;
}

/** The server, to be changed. */
function serverOf(draft: Draft, sid: Sid): Copy {
  const server = draft.servers[sid];
  if (server !== undefined && draft.own.has(server)) return server;
  return putServer(draft, sid, copyOf(server ?? newServer(sid)));
}

function putServer(draft: Draft, sid: Sid, server: ServerState): Copy {
  if (!draft.own.has(draft.servers)) draft.servers = owned(draft, { ...draft.servers });
  (draft.servers as Record<Sid, ServerState>)[sid] = owned(draft, server);
  return server;
}

function foldClient(draft: Draft, client: ClientId, changes: NonNullable<TraceEvent['client']>): void {
  if (!draft.own.has(draft.clients)) draft.clients = owned(draft, { ...draft.clients });
  const before = draft.clients[client];
  if (before !== undefined && draft.own.has(before)) Object.assign(before, changes);
  else (draft.clients as Record<ClientId, ClientView>)[client] = owned(draft, { ...(before ?? newClient(client)), ...changes });
}

/** Messages on their way, to be changed. */
function flightsOf(draft: Draft): Flight[] {
  if (!draft.own.has(draft.flights)) draft.flights = owned(draft, draft.flights.slice());
  return draft.flights as Flight[];
}

/** Takes a message out; ids rise, so it is found by halving. */
function landed(draft: Draft, id: number): void {
  const { flights } = draft;
  let low = 0;
  let high = flights.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((flights[middle] as Flight).id < id) low = middle + 1;
    else high = middle;
  }
  if (flights[low]?.id === id) flightsOf(draft).splice(low, 1);
}

/** Copies the server only if the event changes it. */
function foldServer(draft: Draft, sid: Sid, event: TraceEvent): void {
  const { changes, effects, log, what } = event;
  const booted = what.type === 'boot';
  const touchesFiles = what.type === 'fsynced' || effects.some(isAboutFiles);
  if (!booted && !touchesFiles && log.length === 0 && (changes === null || isEmpty(changes))) return;
  const server = serverOf(draft, sid);
  if (changes !== null) Object.assign(server, changes);
  if (booted) {
    server.up = 'up';
    server.exit = null;
    server.syncing = [];
  }
  for (const change of log) server.log = changeStrip(server.log, change, event.at);
  if (!touchesFiles) return;
  for (const effect of effects) foldEffect(server, effect);
  if (what.type === 'fsynced') foldFsynced(server, what.token);
}

function isAboutFiles(effect: Effect): boolean {
  return effect.type === 'disk' || effect.type === 'fsync';
}

/** A literal: several times faster than spreading an object that was itself spread. */
function copyOf(s: ServerState): Copy {
  return {
    up: s.up,
    exit: s.exit,
    files: s.files,
    diskFull: s.diskFull,
    log: s.log,
    syncing: s.syncing,
    sid: s.sid,
    phase: s.phase,
    role: s.role,
    zabState: s.zabState,
    acceptedEpoch: s.acceptedEpoch,
    currentEpoch: s.currentEpoch,
    vote: s.vote,
    lastZxid: s.lastZxid,
    lastLogged: s.lastLogged,
    lastSynced: s.lastSynced,
    committedZxid: s.committedZxid,
    serving: s.serving,
    leader: s.leader,
    election: s.election,
    leading: s.leading,
    learning: s.learning,
    snapshot: s.snapshot,
    recovery: s.recovery,
    nodes: s.nodes,
    digest: s.digest,
    digestMismatches: s.digestMismatches,
    sessions: s.sessions,
    clients: s.clients,
    syncQueue: s.syncQueue,
  };
}

function isEmpty(changes: object): boolean {
  for (const _ in changes) return false;
  return true;
}

function foldEffect(server: Copy, effect: Effect): void {
  if (effect.type === 'disk') for (const op of writtenOps(effect.ops, server.diskFull)) server.files = changeFiles(server.files, op);
  else if (effect.type === 'fsync') server.syncing = server.syncing.concat(syncAsked(server.files, effect.token, effect.files));
}

function foldFsynced(server: Copy, token: number): void {
  const done = server.syncing.find((sync) => sync.token === token);
  if (done === undefined) return;
  server.files = syncDone(server.files, done);
  server.syncing = server.syncing.filter((sync) => sync !== done);
}

function foldDisk(draft: Draft, disk: NonNullable<TraceEvent['disk']>): void {
  const server = serverOf(draft, disk.sid);
  if (disk.reset) server.files = [];
  for (const op of disk.ops) server.files = changeFiles(server.files, op);
}

function foldWorld(draft: Draft, what: WorldEvent, n: number): void {
  switch (what.type) {
    case 'command':
      return foldCommand(draft, what.command);
    case 'processStarted':
      return setServer(draft, what.sid, (server) => ({ ...server, up: 'up', exit: null }));
    case 'processEnded': {
      const failed = what.how === 'exit' && what.exitCode !== null && what.exitCode !== 0;
      for (const id of what.lost) landed(draft, id);
      const exit = what.how === 'exit' ? { code: what.exitCode ?? 0, message: what.message ?? '' } : null;
      return setServer(draft, what.sid, (server) => endedServer(server, failed ? 'crashed' : 'down', exit));
    }
    case 'connectionOpened':
      draft.connections = [...draft.connections, { conn: what.conn, channel: what.channel, from: what.from, to: what.to }];
      return;
    case 'connectionClosed':
      draft.connections = draft.connections.filter((connection) => connection.conn !== what.conn);
      for (const id of what.lost) landed(draft, id);
      return;
    case 'violation':
      draft.violation = { n, invariant: what.invariant, breach: what.breach, known: what.known, source: what.source };
      return;
    case 'guaranteeVoid':
      draft.voids = [...draft.voids, { n, guarantee: what.guarantee, breach: what.breach, after: what.after }];
      return;
    case 'note':
      return;
  }
}

function foldCommand(draft: Draft, command: Command): void {
  switch (command.type) {
    case 'pause':
      return setServer(draft, command.sid, (server) => (server.up === 'up' ? { ...server, up: 'paused' } : server));
    case 'resume':
      return setServer(draft, command.sid, (server) => (server.up === 'paused' ? { ...server, up: 'up' } : server));
    case 'diskFull':
      return setServer(draft, command.sid, (server) => ({ ...server, diskFull: command.full }));
    case 'cut':
      return setLinks(draft, command.from, command.to, command.oneWay === true, (link) => ({ ...link, cut: true }));
    case 'slow':
      return setLinks(draft, command.from, command.to, command.oneWay === true, (link) => ({ ...link, slowMs: command.delayMs }));
    case 'heal':
      return heal(draft, command);
    case 'partition':
      return partition(draft, command.groups);
    default:
      return;
  }
}

function heal(draft: Draft, command: Extract<Command, { type: 'heal' }>): void {
  if (command.from === undefined || command.to === undefined) draft.links = {};
  else setLinks(draft, command.from, command.to, command.oneWay === true, () => null);
}

function partition(draft: Draft, groups: readonly (readonly Sid[])[]): void {
  groups.forEach((group, i) => {
    for (const other of groups.slice(i + 1))
      for (const a of group) for (const b of other) setLinks(draft, a, b, false, (link) => ({ ...link, cut: true }));
  });
}

function setServer(draft: Draft, sid: Sid, change: (server: ServerState) => ServerState): void {
  const before = draft.servers[sid] ?? newServer(sid);
  const after = change(before);
  if (after !== before) putServer(draft, sid, after);
}

/** Changes one or both directions of a link; null leaves it undisturbed. */
function setLinks(draft: Draft, from: Sid, to: Sid, oneWay: boolean, change: (link: LinkState) => LinkState | null): void {
  const keys = oneWay ? [linkKey(from, to)] : [linkKey(from, to), linkKey(to, from)];
  const links: Record<LinkKey, LinkState> = Object.fromEntries(
    Object.entries(draft.links).filter(([key]) => !keys.includes(key as LinkKey)),
  );
  for (const key of keys) {
    const link = change(draft.links[key] ?? { cut: false, slowMs: 0 });
    if (link !== null && (link.cut || link.slowMs > 0)) links[key] = link;
  }
  draft.links = links;
}

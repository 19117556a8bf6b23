/** What is on screen at one position of the trace: every server, client, link and message. Plain and immutable. */
import { NO_SESSION } from '../base/ids.ts';
import type { Sid } from '../base/ids.ts';
import { ZXID_ZERO } from '../base/zxid.ts';
import type { Breach, Deed } from '../ensemble/breach.ts';
import type { ClientId, ClientView, Flight, Peer } from '../ensemble/types.ts';
import type { Channel, ConnId, ServerView } from '../zab/types.ts';
import type { Files, PendingSync } from './files.ts';
import { EMPTY_STRIP } from './strip.ts';
import type { LogStrip } from './strip.ts';

export type Up = 'up' | 'down' | 'paused' | 'crashed';

export interface ServerState extends ServerView {
  /** `down`: not started, stopped or killed. `crashed`: the process ended by itself with a code other than 0. */
  readonly up: Up;
  /** How the process ended by itself, until it is started again. */
  readonly exit: { readonly code: number; readonly message: string } | null;
  readonly files: Files;
  readonly log: LogStrip;
  readonly diskFull: boolean;
  /** fsyncs under way, oldest first. */
  readonly syncing: readonly PendingSync[];
}

/** The state of a link from one server to another; an undisturbed link has no entry. */
export interface LinkState {
  readonly cut: boolean;
  /** Extra one-way delay, ms. */
  readonly slowMs: number;
}

/** `3>1`: the direction from 3 to 1. */
export type LinkKey = `${Sid}>${Sid}`;

export interface Connection {
  readonly conn: ConnId;
  readonly channel: Channel;
  readonly from: Peer;
  readonly to: Peer;
}

export interface Violation {
  readonly n: number;
  readonly invariant: string;
  readonly breach: Breach;
  readonly known: readonly string[];
  readonly source: string;
}

export interface VoidGuarantee {
  readonly n: number;
  readonly guarantee: string;
  readonly breach: Breach;
  readonly after: readonly Deed[];
}

export interface EnsembleView {
  /** Position of the last event folded in, or −1. */
  readonly n: number;
  /** Its time, virtual ms. */
  readonly at: number;
  readonly servers: Readonly<Record<Sid, ServerState>>;
  readonly clients: Readonly<Record<ClientId, ClientView>>;
  readonly links: Readonly<Record<LinkKey, LinkState>>;
  /** Messages on their way, by id. */
  readonly flights: readonly Flight[];
  /** Open connections, by number. */
  readonly connections: readonly Connection[];
  readonly violation: Violation | null;
  readonly voids: readonly VoidGuarantee[];
}

export function linkKey(from: Sid, to: Sid): LinkKey {
  return `${from}>${to}`;
}

/** State of the link from one server to another. */
export function linkState(view: EnsembleView, from: Sid, to: Sid): LinkState {
  return view.links[linkKey(from, to)] ?? OPEN_LINK;
}

const OPEN_LINK: LinkState = { cut: false, slowMs: 0 };

/** A server that never ran. */
export function newServer(sid: Sid): ServerState {
  return {
    sid,
    up: 'down',
    exit: null,
    files: [],
    diskFull: false,
    log: EMPTY_STRIP,
    syncing: [],
    phase: 'down',
    role: 'LOOKING',
    zabState: 'ELECTION',
    acceptedEpoch: 0,
    currentEpoch: 0,
    vote: { leader: sid, zxid: ZXID_ZERO, electionEpoch: 0, peerEpoch: 0 },
    lastZxid: ZXID_ZERO,
    lastLogged: ZXID_ZERO,
    lastSynced: ZXID_ZERO,
    committedZxid: ZXID_ZERO,
    serving: false,
    leader: null,
    election: null,
    leading: null,
    learning: null,
    snapshot: { state: 'idle', file: null },
    recovery: 'idle',
    nodes: 0,
    digest: 0,
    digestMismatches: 0,
    sessions: 0,
    clients: [],
    syncQueue: [0, 0],
  };
}

/** What is left of a server when its process has ended: files, epochs and history; memory is gone. */
export function endedServer(server: ServerState, up: 'down' | 'crashed', exit: ServerState['exit']): ServerState {
  const fresh = newServer(server.sid);
  return {
    ...fresh,
    up,
    exit,
    files: server.files,
    diskFull: server.diskFull,
    log: server.log,
    acceptedEpoch: server.acceptedEpoch,
    currentEpoch: server.currentEpoch,
    lastZxid: server.lastZxid,
    lastLogged: server.lastLogged,
    lastSynced: server.lastSynced,
    committedZxid: server.committedZxid,
  };
}

/** A client that has said nothing yet. */
export function newClient(client: ClientId): ClientView {
  return { client, name: null, state: 'connecting', sid: null, session: NO_SESSION, timeoutMs: 0, lastZxid: ZXID_ZERO, waiting: 0 };
}

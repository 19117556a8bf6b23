/** What the invariants remember of a run: the ghost state of `reference/06` A.1, from events only. */
import type { SessionId, Sid } from '../../base/ids.ts';
import { ZXID_ZERO, type Zxid } from '../../base/zxid.ts';
import type { EnsembleConfig, LogCell, ServerView } from '../../zab/types.ts';
import type { Deed, Told } from '../breach.ts';
import { emptyCommitted, emptyHistory, type Committed, type History } from '../ghost.ts';
import type { InvariantName } from '../invariantList.ts';
import type { Tampering } from '../tamper.ts';
import type { ClientId } from '../types.ts';
import { copyCalm, newCalm, type Calm } from './calm.ts';

export type Watched = Pick<
  ServerView,
  'role' | 'zabState' | 'acceptedEpoch' | 'currentEpoch' | 'lastZxid' | 'lastLogged' | 'serving' | 'digest'
>;

export const DOWN: Watched = {
  role: 'LOOKING',
  zabState: 'ELECTION',
  acceptedEpoch: 0,
  currentEpoch: 0,
  lastZxid: ZXID_ZERO,
  lastLogged: ZXID_ZERO,
  serving: false,
  digest: 0,
};

export interface Seen {
  readonly session: SessionId;
  readonly zxid: Zxid;
}

export interface Proposals {
  /** By counter, from 1. Shared by checkpoints: the first `count` count. */
  cells: LogCell[];
  count: number;
  /** Another server had a quorum for the epoch before, so that what was proposed under a zxid is not clear. */
  readonly reused: boolean;
}

export interface Ghost {
  n: number;
  committed: Committed;
  acked: Told[];
  readonly servers: Map<Sid, Watched>;
  readonly histories: Map<Sid, History>;
  /** Last zxid that a server knows to be durable on its disk, by sid. */
  readonly synced: Zxid[];
  readonly clients: Map<ClientId, Seen>;
  /** Which client a session was given to. */
  readonly owners: Map<SessionId, ClientId>;
  /** Where in the committed txns a session was closed. Shared by checkpoints: an entry counts only while the txn there is its closing. */
  readonly closed: Map<SessionId, number>;
  /** Who completed the ACKEPOCH quorum of an epoch. */
  readonly leaders: Map<number, Sid>;
  /** The last txn of the history an epoch begins with. */
  readonly initial: Map<number, Zxid>;
  /** Highest counter that the leader of an epoch has committed. */
  readonly commits: Map<number, number>;
  /** Multis that failed, by zxid as text: txns that do nothing. */
  readonly failedMultis: Set<string>;
  /** What was proposed in an epoch. */
  readonly proposed: Map<number, Proposals>;
  /** Where in the committed txns the last request of a session is. */
  readonly lastRequests: Map<SessionId, number>;
  readonly tampered: Map<Sid, Tampering>;
  readonly truncated: Set<Sid>;
  /** Servers whose disk has failed or was full. */
  readonly failedDisks: Set<Sid>;
  readonly reported: Set<InvariantName>;
  readonly calm: Calm;
  /** What made the loss of committed txns the person's own doing. */
  lossExplained: readonly Deed[] | null;
}

export function newGhost(config: EnsembleConfig): Ghost {
  return {
    n: -1,
    committed: emptyCommitted(),
    acked: [],
    servers: new Map(),
    histories: new Map(),
    synced: [],
    clients: new Map(),
    owners: new Map(),
    closed: new Map(),
    leaders: new Map(),
    initial: new Map(),
    proposed: new Map(),
    commits: new Map(),
    failedMultis: new Set(),
    lastRequests: new Map(),
    tampered: new Map(),
    truncated: new Set(),
    failedDisks: new Set(),
    reported: new Set(),
    calm: newCalm(config),
    lossExplained: null,
  };
}

/** Long lists are shared, since they only grow. */
export function copyGhost(ghost: Ghost): Ghost {
  return {
    ...ghost,
    servers: new Map(ghost.servers),
    histories: new Map([...ghost.histories].map(([sid, history]) => [sid, { ...history, tail: history.tail.slice() }])),
    synced: ghost.synced.slice(),
    clients: new Map(ghost.clients),
    owners: new Map(ghost.owners),
    leaders: new Map(ghost.leaders),
    initial: new Map(ghost.initial),
    commits: new Map(ghost.commits),
    failedMultis: new Set(ghost.failedMultis),
    proposed: new Map([...ghost.proposed].map(([epoch, proposals]) => [epoch, { ...proposals }])),
    lastRequests: new Map(ghost.lastRequests),
    tampered: new Map(ghost.tampered),
    truncated: new Set(ghost.truncated),
    failedDisks: new Set(ghost.failedDisks),
    reported: new Set(ghost.reported),
    calm: copyCalm(ghost.calm),
  };
}

export function historyOf(ghost: Ghost, sid: Sid): History {
  let history = ghost.histories.get(sid);
  if (history === undefined) ghost.histories.set(sid, (history = emptyHistory()));
  return history;
}

/** The last txn of a history, or what its snapshot is named after. */
export function lastOf(ghost: Ghost, history: History): Zxid {
  return history.tail.at(-1)?.zxid ?? ghost.committed.cells[history.matched - 1]?.zxid ?? history.base;
}

/** The watched fields after a change; the same object if none changed. */
export function watched(before: Watched, changes: Partial<ServerView>): Watched {
  const { role, zabState, acceptedEpoch, currentEpoch, lastZxid, lastLogged, serving, digest } = changes;
  if (
    role === undefined &&
    zabState === undefined &&
    acceptedEpoch === undefined &&
    currentEpoch === undefined &&
    lastZxid === undefined &&
    lastLogged === undefined &&
    serving === undefined &&
    digest === undefined
  )
    return before;
  return {
    role: role ?? before.role,
    zabState: zabState ?? before.zabState,
    acceptedEpoch: acceptedEpoch ?? before.acceptedEpoch,
    currentEpoch: currentEpoch ?? before.currentEpoch,
    lastZxid: lastZxid ?? before.lastZxid,
    lastLogged: lastLogged ?? before.lastLogged,
    serving: serving ?? before.serving,
    digest: digest ?? before.digest,
  };
}

/**
 * The words of the replicated tree: znodes, transactions, and what clients ask and hear.
 * Shapes only; the rules are in the files beside this one.
 */
import type { Bytes, SessionId } from '../base/ids.ts';
import type { Zxid } from '../base/zxid.ts';
import type { ChunkedMap } from '../base/chunked.ts';

/** One entry of an access list. `perms` is a sum of READ 1, WRITE 2, CREATE 4, DELETE 8, ADMIN 16. */
export interface Acl {
  readonly perms: number;
  readonly scheme: string;
  readonly id: string;
}

/** What the tree remembers of a znode besides its data (`StatPersisted`). Times are wall-clock ms. */
export interface StatPersisted {
  readonly czxid: Zxid;
  readonly mzxid: Zxid;
  readonly pzxid: Zxid;
  readonly ctime: number;
  readonly mtime: number;
  readonly version: number;
  /** Counts creates of children only; clients are shown `2·cversion − numChildren` (`DataNode.copyStat`). */
  readonly cversion: number;
  readonly aversion: number;
  /** The owning session, or a special value for container and TTL nodes (`EphemeralType`). `0x0` for none. */
  readonly ephemeralOwner: SessionId;
}

/** What a client is shown (`Stat`). */
export interface Stat extends StatPersisted {
  readonly dataLength: number;
  readonly numChildren: number;
}

export interface Znode {
  readonly data: Bytes | null;
  /** Key into the tree's ACL cache. −1 is the built-in world:anyone with all permissions, which only `/`, `/zookeeper` and `/zookeeper/quota` use. */
  readonly acl: number;
  readonly stat: StatPersisted;
  /** Names of the children. A ChunkedMap used as a set. */
  readonly children: ChunkedMap<true>;
  /** CRC-32 of path, data and stat (`DigestCalculator`); 0 for nodes below `/zookeeper/`. Kept so that a change costs one CRC, not two. */
  readonly digest: number;
}

/**
 * The whole replicated state of one server. Immutable; applying a transaction gives a new one.
 *
 * Source: `DataTree`, `ZKDatabase.sessionsWithTimeouts`.
 */
export interface DataTree {
  /** By path. The root is "" (as in snapshots); clients say "/". */
  readonly nodes: ChunkedMap<Znode>;
  /** ACL cache: key to list. Keys are local to a server (`ReferenceCountedACLCache`). */
  readonly acls: ReadonlyMap<number, readonly Acl[]>;
  /** How often each list of `acls` was taken into use; at zero the list leaves the cache. Not stored on disk: recounted while loading. */
  readonly aclUses: ReadonlyMap<number, number>;
  readonly nextAclKey: number;
  /** Paths of ephemerals by owner. */
  readonly ephemerals: ChunkedMap<readonly string[]>;
  readonly containers: readonly string[];
  readonly ttls: readonly string[];
  /** Negotiated timeout in ms of every session, by session id. */
  readonly sessions: ChunkedMap<number>;
  readonly lastProcessedZxid: Zxid;
  /** Sum of node digests (`AdHash`); a whole number below 2^53. Version 2 (`DigestCalculator`). */
  readonly digest: number;
  /** Sum of the data lengths and path lengths, the alias "/" of the root included, for display (`approximateDataSize`). */
  readonly dataSize: number;
}

// ---------------------------------------------------------------------------------------------------------------------
// Transactions: what is proposed, logged and applied.

export type TxnType =
  | 'createSession'
  | 'closeSession'
  | 'error'
  | 'create'
  | 'create2'
  | 'createContainer'
  | 'createTTL'
  | 'delete'
  | 'deleteContainer'
  | 'setData'
  | 'setACL'
  | 'check'
  | 'multi'
  | 'reconfig';

export type TxnBody =
  | { readonly type: 'createSession'; readonly timeoutMs: number }
  /** `paths` is null in logs older than 3.6. */
  | { readonly type: 'closeSession'; readonly paths: readonly string[] | null }
  | {
      readonly type: 'error';
      readonly err: ErrorCode;
      /** Of an operation of a failed multi that became an error where it stood (`onceApplied`): its path, its record, and the first int of that, which is read as the code. */
      readonly was?: { readonly code: number; readonly path: string; readonly record: Bytes };
    }
  | {
      readonly type: 'create' | 'create2';
      readonly path: string;
      readonly data: Bytes | null;
      readonly acl: readonly Acl[];
      readonly ephemeral: boolean;
      /** −1 in records older than 3.4 ("V0"). */
      readonly parentCVersion: number;
    }
  | {
      readonly type: 'createContainer';
      readonly path: string;
      readonly data: Bytes | null;
      readonly acl: readonly Acl[];
      readonly parentCVersion: number;
    }
  | {
      readonly type: 'createTTL';
      readonly path: string;
      readonly data: Bytes | null;
      readonly acl: readonly Acl[];
      readonly parentCVersion: number;
      readonly ttlMs: number;
    }
  | { readonly type: 'delete' | 'deleteContainer'; readonly path: string }
  | { readonly type: 'setData' | 'reconfig'; readonly path: string; readonly data: Bytes | null; readonly version: number }
  | { readonly type: 'setACL'; readonly path: string; readonly acl: readonly Acl[]; readonly version: number }
  | { readonly type: 'check'; readonly path: string; readonly version: number }
  | { readonly type: 'multi'; readonly txns: readonly TxnBody[] };

/** Source: `TxnHeader`. `time` is the leader's wall clock in ms. */
export interface TxnHeader {
  readonly session: SessionId;
  readonly cxid: number;
  readonly zxid: Zxid;
  readonly time: number;
}

export interface Txn extends TxnHeader {
  readonly body: TxnBody;
  /** Tree digest after this txn (`TxnDigest`), or null (error txns, digests switched off, old logs). */
  readonly digest: number | null;
}

// ---------------------------------------------------------------------------------------------------------------------
// Requests and replies.

export type CreateMode =
  'persistent' | 'persistentSequential' | 'ephemeral' | 'ephemeralSequential' | 'container' | 'ttl' | 'ttlSequential';

export type ClientOp =
  | {
      readonly op: 'create' | 'create2';
      readonly path: string;
      readonly data: Bytes | null;
      readonly acl: readonly Acl[];
      readonly mode: CreateMode;
      readonly ttlMs?: number;
    }
  | { readonly op: 'delete'; readonly path: string; readonly version: number }
  | { readonly op: 'setData'; readonly path: string; readonly data: Bytes | null; readonly version: number }
  | { readonly op: 'setACL'; readonly path: string; readonly acl: readonly Acl[]; readonly version: number }
  | { readonly op: 'check'; readonly path: string; readonly version: number }
  | { readonly op: 'getData' | 'exists' | 'getChildren' | 'getChildren2'; readonly path: string; readonly watch?: boolean }
  | { readonly op: 'getACL' | 'sync' | 'getEphemerals' | 'getAllChildrenNumber'; readonly path: string }
  | { readonly op: 'multi'; readonly ops: readonly ClientOp[] }
  | { readonly op: 'multiRead'; readonly ops: readonly ClientOp[] }
  | { readonly op: 'createSession'; readonly timeoutMs: number }
  | { readonly op: 'closeSession' }
  /** Issued by the leader's ContainerManager, never by a client. */
  | { readonly op: 'deleteContainer'; readonly path: string };

/** Ops that become transactions and consume a zxid (`Request.isQuorum`, less `sync`). */
export type WriteOp = Extract<
  ClientOp,
  { op: 'create' | 'create2' | 'delete' | 'setData' | 'setACL' | 'check' | 'multi' | 'createSession' | 'closeSession' | 'deleteContainer' }
>;

/** Source: `KeeperException.Code`. */
export type ErrorCode =
  | 'OK'
  | 'SYSTEMERROR'
  | 'RUNTIMEINCONSISTENCY'
  | 'DATAINCONSISTENCY'
  | 'CONNECTIONLOSS'
  | 'MARSHALLINGERROR'
  | 'UNIMPLEMENTED'
  | 'OPERATIONTIMEOUT'
  | 'BADARGUMENTS'
  | 'UNKNOWNSESSION'
  | 'NEWCONFIGNOQUORUM'
  | 'RECONFIGINPROGRESS'
  | 'APIERROR'
  | 'NONODE'
  | 'NOAUTH'
  | 'BADVERSION'
  | 'NOCHILDRENFOREPHEMERALS'
  | 'NODEEXISTS'
  | 'NOTEMPTY'
  | 'SESSIONEXPIRED'
  | 'INVALIDCALLBACK'
  | 'INVALIDACL'
  | 'AUTHFAILED'
  | 'SESSIONMOVED'
  | 'NOTREADONLY'
  | 'EPHEMERALONLOCALSESSION'
  | 'NOWATCHER'
  | 'REQUESTTIMEOUT'
  | 'RECONFIGDISABLED'
  | 'SESSIONCLOSEDREQUIRESASLAUTH'
  | 'QUOTAEXCEEDED'
  | 'THROTTLEDOP';

/** An identity a connection has proved, such as `{ scheme: 'ip', id: '10.0.0.7' }`. */
export interface AuthId {
  readonly scheme: string;
  readonly id: string;
}

/** What a reply carries when `err` is OK, by op. */
export type OpResult =
  | { readonly kind: 'none' }
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'created'; readonly path: string; readonly stat: Stat }
  | { readonly kind: 'stat'; readonly stat: Stat }
  | { readonly kind: 'data'; readonly data: Bytes | null; readonly stat: Stat }
  | { readonly kind: 'children'; readonly children: readonly string[]; readonly stat: Stat | null }
  | { readonly kind: 'acl'; readonly acl: readonly Acl[]; readonly stat: Stat }
  | { readonly kind: 'paths'; readonly paths: readonly string[] }
  | { readonly kind: 'number'; readonly number: number }
  /** multi and multiRead: one entry an op. */
  | { readonly kind: 'multi'; readonly results: readonly { readonly err: ErrorCode; readonly result: OpResult }[] };

/**
 * What applying a txn gave (`DataTree.ProcessTxnResult`). `writeResult` makes the client's reply of it. For closeSession `result` lists
 * the paths that were deleted.
 */
export interface TxnResult {
  readonly err: ErrorCode;
  readonly result: OpResult;
}

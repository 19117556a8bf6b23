/**
 * The words of the disk. A disk is a set of files under `version-2/`; a file is bytes, of which a prefix is fsynced.
 * The rules (formats, recovery, truncation) are in the files beside this one.
 */
import type { Bytes } from '../base/ids.ts';
import type { Zxid } from '../base/zxid.ts';
import type { DataTree, Txn } from '../tree/types.ts';

/**
 * A file's content as a value. Appends share one growing buffer (the newest value writes behind `length`, older values never
 * look there), so keeping old versions of a file costs nothing.
 */
export interface DiskFile {
  readonly buffer: { bytes: Bytes; used: number };
  /** Bytes written; what a reader sees before any preallocated zeros. */
  readonly length: number;
  /** File size including preallocated zeros; never below `length`. */
  readonly size: number;
  /** What survives a power loss: the first `synced` bytes. −1 if even the directory entry would be gone. */
  readonly synced: number;
}

/** One server's data directory, by file name (`log.100000001`, `snapshot.0`, `currentEpoch`, ...). `myid` lives above it and is never lost. */
export interface Disk {
  readonly files: Readonly<Record<string, DiskFile>>;
}

/** A change to a disk, as data: the server applies it to what it sees, the world to what will survive. */
export type DiskOp =
  | { readonly op: 'create'; readonly file: string }
  | { readonly op: 'append'; readonly file: string; readonly bytes: Bytes }
  /** Extends the file with zeros (preallocation); `size` in bytes. */
  | { readonly op: 'allocate'; readonly file: string; readonly size: number }
  | { readonly op: 'truncate'; readonly file: string; readonly length: number }
  /** Replaces the content and makes it durable at once (`AtomicFileWritingIdiom`: tmp, fsync, rename): a tmp file that was there is gone. */
  | { readonly op: 'writeAtomic'; readonly file: string; readonly bytes: Bytes }
  /** Makes all that was written so far durable. */
  | { readonly op: 'fsync'; readonly file: string }
  | { readonly op: 'delete'; readonly file: string };

/** A failure that ends the process, in the words of the real server's log. */
export interface StoreFailure {
  readonly message: string;
  readonly exitCode: number;
  /** The file and byte offset that were wrong, where there are such. */
  readonly file?: string;
  readonly offset?: number;
}

/** One thing recovery did, for the recovery animation and decisions. */
export type RecoveryStep =
  | { readonly step: 'snapshotSkipped'; readonly file: string; readonly reason: string }
  | { readonly step: 'snapshotLoaded'; readonly file: string; readonly zxid: Zxid; readonly nodes: number; readonly sessions: number }
  | { readonly step: 'noSnapshot' }
  | {
      readonly step: 'logReplayed';
      readonly file: string;
      readonly first: Zxid | null;
      readonly last: Zxid | null;
      readonly count: number;
      readonly end: 'eof' | 'zeroPadding' | 'partial';
    }
  | {
      readonly step: 'epochs';
      readonly acceptedEpoch: number;
      readonly currentEpoch: number;
      readonly rebuilt: readonly ('acceptedEpoch' | 'currentEpoch')[];
    };

/** What a server finds on its disk when it starts (`FileTxnSnapLog.restore`, `QuorumPeer.loadDataBase`). */
export interface Recovered {
  readonly tree: DataTree;
  /** The txns replayed from the log, newest `commitLogCount` of them (they enter committedLog). */
  readonly replayed: readonly Txn[];
  readonly steps: readonly RecoveryStep[];
  /** What recovery itself wrote (snapshot.0 of an empty server, rebuilt epoch files). */
  readonly ops: readonly DiskOp[];
}

export type RecoveryOutcome =
  | { readonly ok: true; readonly recovered: Recovered }
  | { readonly ok: false; readonly failure: StoreFailure; readonly steps: readonly RecoveryStep[] };

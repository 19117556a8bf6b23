/**
 * What crosses between the page and the worker that reads data directories. Plain data only: reports keep their files and indexes in the worker.
 */
import type { Bytes, SessionId, Sid } from '../../base/ids.ts';
import type { Zxid } from '../../base/zxid.ts';
import type { ArchiveProblem } from '../../intake/archive.ts';
import type { Comparison, Evidence } from '../../intake/datadir/compare.ts';
import type { Rehearsal } from '../../intake/datadir/rehearse.ts';
import type { RecoveryMoment } from '../../intake/datadir/steps.ts';
import type { ConfigMember, Damage, DamageFact, LogGap, ZooConfig } from '../../intake/datadir/types.ts';
import type { DecodedField } from '../../store/decode.ts';
import type { LogEnd } from '../../store/logFile.ts';
import type { StoreFailure } from '../../store/types.ts';
import type { TxnType } from '../../tree/types.ts';

/** What a person dropped: a file with the path it had, relative to what was dropped. An archive counts as one. */
export interface Dropped {
  readonly path: string;
  readonly blob: Blob;
}

export interface FileSummary {
  readonly name: string;
  readonly kind: 'log' | 'snapshot' | 'epoch' | 'myid' | 'config' | 'other';
  /** Bytes, preallocated zeros included. */
  readonly size: number;
  /** Bytes without preallocated zeros. */
  readonly writtenTo: number;
  /** Of a log: its records; of a snapshot: its znodes. Null where they were not counted. */
  readonly count: number | null;
  readonly sessions: number | null;
  readonly first: Zxid | null;
  readonly last: Zxid | null;
  readonly end: LogEnd | null;
  /** The number in an epoch file or `myid`. */
  readonly value: number | null;
}

/** `StartForecast` without the tree. */
export type StartSummary =
  | {
      readonly starts: true;
      readonly lastZxid: Zxid;
      readonly acceptedEpoch: number;
      readonly currentEpoch: number;
      readonly nodes: number;
      readonly sessions: number;
      readonly snapshotZxid: Zxid | null;
      readonly digestMismatches: { readonly count: number; readonly first: Zxid } | null;
    }
  | { readonly starts: false; readonly failure: StoreFailure }
  | { readonly starts: null; readonly reason: 'tooLarge' | 'unreadable'; /** In English. */ readonly why: string };

export interface DirectorySummary {
  readonly path: string;
  readonly sid: Sid | null;
  /** `person`: it was asked. */
  readonly sidFrom: 'myid' | 'path' | 'person' | null;
  readonly files: readonly FileSummary[];
  readonly damage: readonly Damage[];
  readonly gaps: readonly LogGap[];
  readonly start: StartSummary;
  readonly config: ZooConfig | null;
  readonly bytes: number;
}

export interface Opened {
  readonly directories: readonly DirectorySummary[];
  readonly problems: readonly ArchiveProblem[];
  /** Files that belong to no data directory. */
  readonly others: number;
}

/** A line of a file's table: the header and every record, and at last how the file ends. */
export type Row =
  | {
      readonly kind: 'txn';
      readonly index: number;
      readonly offset: number;
      readonly length: number;
      readonly zxid: Zxid;
      /** ms since 1970, by the leader's clock. */
      readonly time: number;
      readonly session: SessionId;
      readonly cxid: number;
      readonly type: TxnType;
      /** Null where it is about no znode. Of a multi, the first. */
      readonly path: string | null;
      /** Bytes of znode data; null where the txn carries none. */
      readonly data: number | null;
    }
  | { readonly kind: 'part'; readonly index: number; readonly offset: number; readonly length: number; readonly title: string }
  | {
      readonly kind: 'end';
      readonly index: number;
      readonly offset: number;
      readonly damaged: boolean;
      readonly text: DamageFact | string;
    };

/** A record taken apart. */
export interface Item {
  readonly title: string;
  /** Byte of the file where it begins. */
  readonly offset: number;
  /** Bytes of the record; `bytes` may be fewer. */
  readonly length: number;
  readonly bytes: Bytes;
  readonly fields: readonly DecodedField[];
  /** Of a log record: the checksum in the file, and that of its bytes. */
  readonly crc: { readonly given: number; readonly computed: number } | null;
  /** What is wrong here; a string where the decoder has words of its own for it. */
  readonly damage: DamageFact | string | null;
}

/** A moment of a recovery, and the znode of its txn where there is one. */
export interface Moment extends RecoveryMoment {
  readonly path: string | null;
}

export type ComparisonView = Omit<Comparison, 'servers'> & { readonly sids: readonly Sid[] };

export interface CompareAsk {
  readonly electors?: readonly Sid[];
  readonly boot: boolean;
}

/** A place in the ensemble, and which directory its server starts from; null starts empty. */
export interface SeatAsk {
  readonly sid: Sid;
  readonly directory: number | null;
}

export interface RehearseAsk {
  readonly seats: readonly SeatAsk[];
  readonly members: readonly ConfigMember[];
  readonly first: readonly Sid[];
  readonly cfg: Readonly<Record<string, number>>;
  readonly title: string;
}

export type RehearsalView = Pick<Rehearsal, 'given' | 'disks' | 'notes'>;

/** All that can be asked, with its arguments and its answer. Directories and files are told by their place in `Opened`. */
export interface Asks {
  open: { args: readonly [files: readonly Dropped[]]; answer: Opened };
  /** Whose directory it is, as the person says. */
  assign: { args: readonly [directory: number, sid: Sid]; answer: DirectorySummary };
  /** Rows of a file's table. */
  count: { args: readonly [directory: number, file: number]; answer: number };
  rows: { args: readonly [directory: number, file: number, from: number, to: number]; answer: readonly Row[] };
  item: { args: readonly [directory: number, file: number, index: number]; answer: Item | null };
  /** Null where the directory is too large to be tried. */
  recovery: { args: readonly [directory: number]; answer: readonly Moment[] | null };
  compare: { args: readonly [CompareAsk]; answer: ComparisonView };
  /** Records of the servers from one zxid to another. */
  span: { args: readonly [from: Zxid, to: Zxid, most: number]; answer: readonly Evidence[] };
  rehearse: { args: readonly [RehearseAsk]; answer: RehearsalView };
}

export type Ask = { readonly [K in keyof Asks]: { readonly type: K; readonly id: number; readonly args: Asks[K]['args'] } }[keyof Asks];

export type ToWorker = Ask | { readonly type: 'cancel'; readonly id: number };

export type FromWorker =
  | { readonly type: 'answer'; readonly id: number; readonly answer: Asks[keyof Asks]['answer'] }
  | { readonly type: 'progress'; readonly id: number; readonly what: string; readonly done: number; readonly total: number }
  | { readonly type: 'failed'; readonly id: number; readonly message: string; readonly cancelled: boolean };

/** The words of a data directory that came from outside. Plain data but for the files, which are read on demand. */
import type { SessionId, Sid } from '../../base/ids.ts';
import type { Zxid } from '../../base/zxid.ts';
import type { LogEnd } from '../../store/logFile.ts';
import type { RecoveryStep, StoreFailure } from '../../store/types.ts';
import type { DataTree } from '../../tree/types.ts';
import type { Profile } from '../../zab/profile.ts';
import type { IntakeFile } from '../files.ts';
import type { LogIndex } from './logIndex.ts';

/** What ZooKeeper does about damage when it starts from this directory. */
export type DamageEffect =
  /** The process ends. */
  | 'stops'
  /** It starts; what is damaged and everything behind it in the file is not seen. */
  | 'drops'
  /** It starts from an older snapshot and more log. */
  | 'fallsBack'
  /** It starts and does not read this place: a newer snapshot covers it, or nothing ever reads there. */
  | 'unread'
  /** It starts and writes the file anew. */
  | 'mends'
  /** The directory is too large to be tried here. */
  | 'unknown';

export type DamageKind =
  | 'header'
  | 'magic'
  | 'checksum'
  | 'record'
  | 'torn'
  | 'behindPadding'
  | 'snapshotUnfinished'
  | 'snapshot'
  | 'epoch'
  | 'missing'
  | 'unreadable';

/** What is wrong, as data. Its sentence is made in the reader's language. */
export type DamageFact =
  /** What a server's log would say of it, and whole records behind it that are lost with it. */
  | { readonly says: 'serverLog'; readonly message: string; readonly behind: { readonly count: number; readonly last: Zxid } | null }
  /** A record that was not written to its end; so many bytes of it, and of what follows, are there. */
  | { readonly says: 'notWhole'; readonly bytes: number }
  /** Behind the zeros that end a log there are other bytes, up to this one. */
  | { readonly says: 'bytesBehind'; readonly upTo: number }
  /** A snapshot without its seal. */
  | { readonly says: 'noSeal' }
  /** An epoch file, or a `myid`. */
  | { readonly says: 'noNumber'; readonly empty: boolean }
  /** An epoch file that a start makes again. */
  | { readonly says: 'rebuilt' }
  | { readonly says: 'unreadable'; /** What the reading said. */ readonly why: string };

export interface Damage {
  /** Name of the file; null for what is wrong with the directory as a whole. */
  readonly file: string | null;
  /** Byte from the start of the file; null where there is no such place. */
  readonly offset: number | null;
  readonly kind: DamageKind;
  readonly fact: DamageFact;
  readonly effect: DamageEffect;
}

/** zxids missing between two records that follow each other in the log, within an epoch. */
export interface LogGap {
  readonly file: string;
  /** Byte of the record behind the gap. */
  readonly offset: number;
  readonly after: Zxid;
  readonly next: Zxid;
  /** Whether the snapshot that a start loads already holds what is missing, as after a SNAP. */
  readonly covered: boolean;
}

export interface LogReport {
  readonly kind: 'log';
  readonly name: string;
  readonly file: IntakeFile;
  /** Bytes, preallocated zeros included. */
  readonly size: number;
  readonly index: LogIndex;
  readonly first: Zxid | null;
  readonly last: Zxid | null;
  readonly end: LogEnd;
  readonly endOffset: number;
  /** One past the last byte that is not zero. */
  readonly writtenTo: number;
  /** Preallocated zeros at the end. */
  readonly padding: number;
}

export interface SnapshotReport {
  readonly kind: 'snapshot';
  readonly name: string;
  readonly file: IntakeFile;
  readonly size: number;
  /** Of the name: up to this txn everything is in it. */
  readonly zxid: Zxid;
  /** Null where the file is damaged or too large to be read. */
  readonly content: {
    readonly nodes: number;
    readonly sessions: number;
    readonly acls: number;
    /** Last txn that was in memory when the snapshot ended; null where it does not say. */
    readonly digestZxid: Zxid | null;
    readonly lastProcessedZxid: Zxid | null;
  } | null;
  readonly valid: boolean;
}

export interface SmallReport {
  readonly kind: 'epoch' | 'myid' | 'config' | 'other';
  readonly name: string;
  readonly file: IntakeFile;
  readonly size: number;
  /** The number in an epoch file or `myid`. */
  readonly value: number | null;
}

export type FileReport = LogReport | SnapshotReport | SmallReport;

/** A line `server.N=…` of a `zoo.cfg`. */
export interface ConfigMember {
  readonly sid: Sid;
  readonly observer: boolean;
  readonly weight?: number;
  readonly group?: number;
}

export interface ZooConfig {
  readonly members: readonly ConfigMember[];
  /** All other settings, by name. */
  readonly settings: Readonly<Record<string, string>>;
}

/** What a server makes of the directory when it starts. */
export type StartForecast =
  | {
      readonly starts: true;
      readonly lastZxid: Zxid;
      readonly acceptedEpoch: number;
      readonly currentEpoch: number;
      readonly nodes: number;
      readonly sessions: readonly (readonly [SessionId, number])[];
      /** Up to here the loaded snapshot covers everything; null when there was none. */
      readonly snapshotZxid: Zxid | null;
      readonly steps: readonly RecoveryStep[];
      /** Replayed txns whose digest is not that of the tree they led to: something is missing, or too much. */
      readonly digestMismatches: { readonly count: number; readonly first: Zxid } | null;
      readonly tree: DataTree;
    }
  | { readonly starts: false; readonly failure: StoreFailure; readonly steps: readonly RecoveryStep[] }
  /** It could not be tried here. */
  | { readonly starts: null; readonly reason: 'tooLarge' | 'unreadable'; /** In English. */ readonly why: string };

export interface DirectoryReport {
  readonly path: string;
  readonly sid: Sid | null;
  readonly sidFrom: 'myid' | 'path' | null;
  readonly profile: Profile;
  /** All files: small ones by name, then logs, then snapshots, each oldest first. */
  readonly files: readonly FileReport[];
  readonly logs: readonly LogReport[];
  readonly snapshots: readonly SnapshotReport[];
  readonly acceptedEpoch: number | null;
  readonly currentEpoch: number | null;
  readonly config: ZooConfig | null;
  readonly gaps: readonly LogGap[];
  readonly damage: readonly Damage[];
  readonly start: StartForecast;
  /** Bytes of all files. */
  readonly bytes: number;
}

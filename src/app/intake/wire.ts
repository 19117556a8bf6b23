/** What the page and the worker of an import say to each other. */
import type { TraceEvent } from '../../ensemble/types.ts';
import type { Sid } from '../../base/ids.ts';
import type { ReadLog } from '../../intake/logs/facts.ts';
import type { Answers, ClockOffset, Finding, LogServer, LogSummary, UnknownServer } from '../../intake/logs/model.ts';
import type { TraceFrame } from '../../intake/logs/trace.ts';
import type { Disk } from '../../store/types.ts';
import type { OriginTable } from './origins.ts';

/** A file that was dropped, chosen or pasted. */
export interface GivenFile {
  /** With `/`, relative to what was dropped. */
  readonly path: string;
  readonly blob: Blob;
}

/** What the import is doing: taking archives apart, reading lines, finding out who and when, looking for what went wrong, making the trace. */
export type Doing = 'opening' | 'reading' | 'ordering' | 'diagnosing' | 'building';

export interface LeftOut {
  readonly path: string;
  /** Why, and what to do; English, as all sentences of readers. */
  readonly sentence: string;
}

/** What is among the files, by what is in them. */
export interface Sorted {
  readonly logs: readonly string[];
  /** Paths of data directories; empty for the top. */
  readonly directories: readonly string[];
  readonly scenarios: readonly string[];
  readonly runs: readonly string[];
  readonly leftOut: readonly LeftOut[];
}

/** A log whose server the person is asked for, or may name. */
export interface AskedLog extends UnknownServer {
  /** The log's number, with the host where one log holds several servers: key of `Answers`. */
  readonly key: string;
  readonly name: string;
  /** Lines that said something. */
  readonly records: number;
}

/** What is told of a log without its records. */
export type ImportedLog = Omit<ReadLog, 'records' | 'starts'>;

export interface Overview {
  readonly frame: TraceFrame;
  /** Of the summary, what the page shows: votes and roles are in the events, and their copy would hold the page up. */
  readonly elections: LogSummary['elections'];
  readonly findings: readonly Finding[];
  readonly logs: readonly ImportedLog[];
  readonly servers: readonly LogServer[];
  readonly clocks: readonly (readonly [Sid, ClockOffset])[];
  /** Data directories that came with the logs, for an ensemble that runs on. */
  readonly disks: ReadonlyMap<Sid, Disk>;
  readonly sorted: Sorted;
}

export type ToWorker =
  | { readonly type: 'open'; readonly files: readonly GivenFile[] }
  /** `leftOut`: keys of logs whose lines are not wanted. */
  | { readonly type: 'answer'; readonly answers: Answers; readonly leftOut: readonly string[] }
  /** A piece of events was taken in. */
  | { readonly type: 'taken' }
  | { readonly type: 'file'; readonly id: number; readonly path: string }
  | { readonly type: 'lines'; readonly id: number; readonly log: number; readonly from: number; readonly to: number }
  | { readonly type: 'find'; readonly id: number; readonly log: number; readonly text: string }
  | { readonly type: 'stopFind' };

export type FromWorker =
  /** `share` is null where it is not known. */
  | { readonly type: 'progress'; readonly doing: Doing; readonly what: string; readonly share: number | null }
  /** No log is among the files. */
  | { readonly type: 'sorted'; readonly sorted: Sorted }
  | { readonly type: 'ask'; readonly unknown: readonly AskedLog[]; readonly taken: readonly Sid[]; readonly members: readonly Sid[] }
  | { readonly type: 'read'; readonly overview: Overview }
  | { readonly type: 'events'; readonly events: readonly TraceEvent[] }
  | { readonly type: 'built'; readonly origins: readonly OriginTable[] }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'file'; readonly id: number; readonly bytes: Uint8Array }
  | { readonly type: 'lines'; readonly id: number; readonly texts: readonly string[] }
  | { readonly type: 'found'; readonly id: number; readonly lines: readonly number[]; readonly share: number }
  | { readonly type: 'foundAll'; readonly id: number; readonly more: boolean }
  | { readonly type: 'refused'; readonly id: number; readonly message: string };

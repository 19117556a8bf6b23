/** What a running script remembers. Plain data, never changed in place, so that it rewinds with the ensemble. */
import type { SessionId, Sid } from '../base/ids.ts';
import type { Zxid } from '../base/zxid.ts';
import type { ModeView } from './selectors.ts';
import type { ClientId } from './types.ts';

/** A request the script gave: its outcome is the `index`-th of the client's outcomes. */
export interface GivenOp {
  readonly step: number;
  readonly session: string;
  readonly client: ClientId;
  readonly index: number;
  /** In the words of the recordings: create, set, get, ... */
  readonly op: string;
  readonly path: string | null;
  readonly burst: boolean;
}

export interface WaitReport {
  readonly step: number;
  readonly cond: string;
  readonly ok: boolean;
  /** Seconds. */
  readonly took: number;
  readonly view: Readonly<Record<string, ModeView>>;
}

/** A node as a client read it. */
export interface ReadNode {
  readonly path: string;
  readonly data: string;
  readonly czxid: Zxid;
  readonly mzxid: Zxid;
  readonly pzxid: Zxid;
  readonly version: number;
  readonly cversion: number;
  readonly aversion: number;
  readonly ephemeralOwner: SessionId;
  readonly numChildren: number;
}

/** The whole tree as read through one server; null where reading failed. */
export interface TreeReport {
  readonly step: number;
  readonly sid: Sid;
  readonly tree: readonly ReadNode[] | null;
}

/** An action that was carried out, for those who ask what came before an election. */
export interface ActionReport {
  readonly step: number;
  readonly at: number;
  readonly action: string;
  readonly sids: readonly Sid[];
}

export interface ScriptReport {
  readonly waits: readonly WaitReport[];
  readonly ops: readonly GivenOp[];
  readonly trees: readonly TreeReport[];
  readonly actions: readonly ActionReport[];
}

export interface SessionRecord {
  readonly client: ClientId;
  /** Requests given so far. */
  readonly given: number;
}

/** A burst that still has requests to send or answers to wait for. */
export interface Burst {
  readonly step: number;
  readonly session: string;
  readonly client: ClientId;
  readonly path: string;
  readonly kind: 'create' | 'set';
  readonly count: number;
  readonly window: number;
  /** Index of its first request among the client's. */
  readonly first: number;
  readonly sent: number;
  /** Answers it still waits for, as of the last look. */
  readonly open: number;
}

/** Where a `verify` step is: the tree of the first server of `left` is being read. */
export interface Verify {
  readonly left: readonly Sid[];
  readonly client: ClientId | null;
  readonly stage: 'connect' | 'sync' | 'read' | 'close';
  readonly given: number;
  /** Paths that wait to be read, and the one being read. */
  readonly paths: readonly string[];
  readonly nodes: readonly ReadNode[];
  readonly since: number;
}

export interface ScriptState {
  /** The step being done; one past the last when finished. */
  readonly step: number;
  /** When it was begun, or null before. */
  readonly since: number | null;
  /** How far it has come: servers started, commands given. */
  readonly part: number;
  /** What a step waits for, among the client's outcomes. */
  readonly waitFor: { readonly client: ClientId; readonly index: number } | null;
  readonly remembered: Readonly<Record<string, readonly Sid[]>>;
  readonly sessions: Readonly<Record<string, SessionRecord>>;
  readonly nextClient: ClientId;
  readonly bursts: readonly Burst[];
  /** Requests nobody waits for any more, or not yet: for `join`. */
  readonly background: readonly { readonly client: ClientId; readonly index: number }[];
  readonly verify: Verify | null;
  readonly report: ScriptReport;
}

export const INITIAL_SCRIPT: ScriptState = {
  step: 0,
  since: null,
  part: 0,
  waitFor: null,
  remembered: {},
  sessions: {},
  nextClient: 1,
  bursts: [],
  background: [],
  verify: null,
  report: { waits: [], ops: [], trees: [], actions: [] },
};

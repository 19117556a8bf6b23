/**
 * Liveness, bounded (`reference/06` A.5): when nobody disturbs the ensemble, and a quorum is up and connected, it must get somewhere within a time that
 * follows from its configuration. All times are virtual ms.
 */
import type { SessionId, Sid } from '../../base/ids.ts';
import type { Zxid } from '../../base/zxid.ts';
import type { EnsembleConfig } from '../../zab/types.ts';
import type { ClientId } from '../types.ts';

export interface Calm {
  /** How long a calm ensemble may take for anything. */
  readonly limitMs: number;
  /** When it was last disturbed. */
  since: number;
  /** When to look again. */
  lookAt: number;
  /** When there was a leader, as far as was looked. */
  ledAt: number;
  readonly up: Set<Sid>;
  readonly paused: Set<Sid>;
  /** Faults that last: `cut 1 2`, `slow 1 2`, `skew 3`, `slowDisk 3`, `diskFull 3`. */
  readonly faults: Set<string>;
  /** The oldest proposal that is known to wait, and since when. */
  waiting: { readonly zxid: Zxid; readonly since: number; readonly leader: Sid } | null;
  lastProposed: Zxid | null;
  /** Sessions whose client is gone: since when, and after how long they are over. */
  readonly silent: Map<SessionId, { readonly since: number; readonly timeoutMs: number }>;
  readonly timeouts: Map<ClientId, number>;
}

/** Attempts that a calm ensemble may need: a first one that is under way, and one from the beginning. */
const ATTEMPTS = 2;

/** `I-40`: what is left of the notification back-off, finalizeWait, a connection attempt, and the three limits of a new leader, twice. */
export function limitOf({ maxNotificationIntervalMs, cnxTimeoutMs, initLimitTicks, syncLimitTicks, tickTimeMs }: EnsembleConfig): number {
  return maxNotificationIntervalMs + cnxTimeoutMs + 1_000 + ATTEMPTS * (3 * initLimitTicks + syncLimitTicks) * tickTimeMs;
}

export function newCalm(config: EnsembleConfig): Calm {
  const limitMs = limitOf(config);
  return {
    limitMs,
    since: 0,
    lookAt: limitMs,
    ledAt: 0,
    up: new Set(),
    paused: new Set(),
    faults: new Set(),
    waiting: null,
    lastProposed: null,
    silent: new Map(),
    timeouts: new Map(),
  };
}

export function copyCalm(calm: Calm): Calm {
  return {
    ...calm,
    up: new Set(calm.up),
    paused: new Set(calm.paused),
    faults: new Set(calm.faults),
    silent: new Map(calm.silent),
    timeouts: new Map(calm.timeouts),
  };
}

/**
 * One step in the making. `step()` opens a draft, rules write to it, and closing it gives the next server and what it asked for.
 * From outside a step is a pure function: the draft's server is a fresh shallow copy whose fields are replaced, never edited in place.
 */
import { copyLeading, copyLearning, copyLogger } from './copies.ts';
import type { Server } from './state.ts';
import type { Channel, ConnId, Decision, Effect, LogChange, Message, TimerName } from './types.ts';
import type { Sid } from '../base/ids.ts';
import type { DiskOp } from '../store/types.ts';
import { applyDiskOps } from '../store/disk.ts';

export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export interface Draft {
  /** The server as it was when the step began; null while it boots. */
  readonly before: Server | null;
  /** Assign to its fields; never change what they point to. */
  readonly s: Mutable<Server>;
  readonly effects: Effect[];
  readonly decisions: Decision[];
  readonly log: LogChange[];
  /** The server's own clock, ms. */
  readonly now: number;
}

/** Parts of the state that a step may change field by field, and how they are copied. */
const PARTS = { leading: copyLeading, learning: copyLearning, logger: copyLogger };

type Part = keyof typeof PARTS;

/**
 * The leading, learning or logger part, ready to be assigned to: copied the first time a step touches it, and not again.
 *
 * @throws Error when the server has no such part now; callers know their role.
 */
export function edit<P extends Part>(d: Draft, part: P): Mutable<NonNullable<Server[P]>> {
  const now = d.s[part];
  if (now === null) throw new Error(`server ${d.s.sid} has no ${part} part while it is ${d.s.phase}`);
  if (now === d.before?.[part]) d.s[part] = (PARTS[part] as (part: unknown) => Mutable<Server>[P])(now);
  return d.s[part] as Mutable<NonNullable<Server[P]>>;
}

export function send(d: Draft, conn: ConnId, message: Message): void {
  d.effects.push({ type: 'send', conn, message });
}

export function connect(d: Draft, channel: 'election' | 'quorum', to: Sid): void {
  d.effects.push({ type: 'connect', channel, to });
}

export function close(d: Draft, conn: ConnId): void {
  d.effects.push({ type: 'close', conn });
}

export function listen(d: Draft, channel: Channel, open: boolean): void {
  d.effects.push({ type: 'listen', channel, open });
}

export function setTimer(d: Draft, timer: TimerName, afterMs: number): void {
  d.effects.push({ type: 'setTimer', timer, afterMs });
}

export function cancelTimer(d: Draft, timer: TimerName): void {
  d.effects.push({ type: 'cancelTimer', timer });
}

/** Writes to the disk: at once in what this server sees, and as an effect for the world. */
export function write(d: Draft, ops: readonly DiskOp[]): void {
  if (ops.length === 0) return;
  d.s.disk = applyDiskOps(d.s.disk, ops);
  d.effects.push({ type: 'disk', ops });
}

export function decide(d: Draft, decision: Decision): void {
  d.decisions.push(decision);
}

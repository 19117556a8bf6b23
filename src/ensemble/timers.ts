/**
 * Timers of servers and clients. Protocols reset their read timeouts with every packet, so a reset only notes the new time; the
 * entry in the queue finds out when its time comes, and goes back.
 */
import { pushEntry } from './queue.ts';
import type { NodeId, TimerHolder, TimerRecord } from './state.ts';
import { inMicroseconds, type World } from './world.ts';

/** Sets or replaces a timer. `afterMs` is measured by the holder's own clock. */
export function setTimer(world: World, node: NodeId, holder: TimerHolder, name: string, afterMs: number): void {
  // A delay above zero is never rounded down to none: a holder that waits for the rest of a deadline would be asked again at this very instant.
  const shortest = afterMs > 0 ? 0.001 : 0;
  const due = inMicroseconds(world.state.now + Math.max(shortest, afterMs / holder.rate));
  arm(world, node, holder, name, due, world.state.seq++, world.cause);
}

export function cancelTimer(holder: TimerHolder, name: string): void {
  const record = holder.timers.get(name);
  if (record === undefined) return;
  if (record.armed === Infinity) holder.timers.delete(name);
  else holder.timers.set(name, { ...record, due: Infinity });
}

/**
 * What the queue's entry for a timer means at its time: true if the timer goes off now. Otherwise the entry was too early and has been put
 * back, or the timer was cancelled.
 */
export function onTimerEntry(world: World, node: NodeId, holder: TimerHolder, name: string, at: number): boolean {
  const record = holder.timers.get(name);
  if (record === undefined || record.armed !== at) return false;
  if (record.due <= at) return true;
  if (record.due === Infinity) holder.timers.delete(name);
  else arm(world, node, holder, name, record.due, record.seq, record.cause, Infinity);
  return false;
}

/** Whether the queue's entry at this time makes the timer go off; changes nothing. */
export function goesOff(holder: TimerHolder, name: string, at: number): boolean {
  const record = holder.timers.get(name);
  return record !== undefined && record.armed === at && record.due <= at;
}

/** The timer is due, but its process cannot see it yet: it stays set, without an entry in the queue. */
export function disarm(holder: TimerHolder, name: string): void {
  const record = holder.timers.get(name);
  if (record !== undefined) holder.timers.set(name, { ...record, armed: Infinity });
}

/** Takes a timer that goes off. Gives the position of the event that set it. */
export function takeTimer(holder: TimerHolder, name: string): number {
  const record = holder.timers.get(name);
  holder.timers.delete(name);
  return record?.cause ?? -1;
}

/** A clock changes its rate: what is left of each timer is left by the new clock. */
export function changeRate(world: World, node: NodeId, holder: TimerHolder, rate: number): void {
  const { now } = world.state;
  const old = holder.rate;
  holder.rate = rate;
  for (const [name, record] of holder.timers) {
    if (record.due === Infinity || record.due <= now) continue;
    arm(world, node, holder, name, inMicroseconds(now + ((record.due - now) * old) / rate), record.seq, record.cause);
  }
}

function arm(
  world: World,
  node: NodeId,
  holder: TimerHolder,
  name: string,
  due: number,
  seq: number,
  cause: number,
  armedBefore = holder.timers.get(name)?.armed ?? Infinity,
): void {
  const armed = Math.min(armedBefore, due);
  const record: TimerRecord = { due, seq, cause, armed };
  holder.timers.set(name, record);
  if (armed !== armedBefore) pushEntry(world.state.queue, { at: due, seq, item: { kind: 'timer', node, timer: name } });
}

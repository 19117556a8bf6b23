/** Processes: starting, stopping, being paused, and reading what waits for them. */
import { drawInt } from '../base/random.ts';
import type { Channel, Input } from '../zab/types.ts';
import { cancelAttempts } from './connect.ts';
import { closeAllEnds } from './connections.ts';
import { losePower, opsOf } from './disks.ts';
import { NOT_LISTENING, type Process, type Waiting } from './state.ts';
import { disarm } from './timers.ts';
import type { Flight } from './types.ts';
import { drawLag, inMicroseconds, recordWorld, schedule, type World } from './world.ts';

/** Whether an input can be given to the process right now. */
export function isReady(process: Process, incarnation: number): boolean {
  return process.state === 'running' && process.incarnation === incarnation && !process.paused && process.inbox.length === 0;
}

/** The host is up and its process begins to start. */
export function startProcess(world: World, process: Process): void {
  process.hostUp = true;
  process.state = 'starting';
  process.incarnation++;
  schedule(world, inMicroseconds(world.state.now + world.options.bootMs), {
    kind: 'boot',
    sid: process.sid,
    incarnation: process.incarnation,
    cause: world.cause,
  });
}

/** Its first input. Draws the seed of this life. */
export function bootInput(world: World, process: Process): Input & { type: 'boot' } {
  const [seed] = drawInt(process.random, 0x7fffffff);
  return { type: 'boot', sid: process.sid, config: world.options.config, disk: process.disk, seed };
}

/** The process runs from now on; its clock goes on where the host's clock is. */
export function processStarted(world: World, process: Process, cause: number): void {
  process.state = 'running';
  process.random = drawInt(process.random, 2)[1];
  recordWorld(world, { type: 'processStarted', sid: process.sid }, cause);
}

/** A process ends, one way or another. What it had not read, and what died with its host, is lost. */
export function endProcess(
  world: World,
  process: Process,
  how: 'kill' | 'crash' | 'powerLoss' | 'exit',
  exitCode: number | null = null,
  message: string | null = null,
): void {
  const { inbox } = process;
  process.state = 'down';
  process.hostUp = how === 'kill' || how === 'exit';
  forgetMemory(process);
  if (how === 'powerLoss') losePower(world, process);
  const lost = inbox.flatMap((waiting) => (waiting.kind === 'input' && waiting.flight !== null ? [waiting.flight.id] : []));
  const at = world.trace.length;
  const disk = how === 'powerLoss' ? { sid: process.sid, reset: true, ops: opsOf(process.disk) } : null;
  recordWorld(world, { type: 'processEnded', sid: process.sid, how, exitCode, message, lost }, world.cause, disk);
  cancelAttempts(world, process.sid);
  lost.push(...closeAllEnds(world, process.sid, process.hostUp ? 'fin' : 'silent', unreadOf(inbox)));
  world.cause = at;
  world.onProcessGone(process.sid);
}

function forgetMemory(process: Process): void {
  process.paused = false;
  process.listening = NOT_LISTENING;
  process.inbox = [];
  process.overdue = [];
  process.timers.clear();
  process.fsyncs = [];
  process.view = null;
}

function unreadOf(inbox: readonly Waiting[]): Set<number> {
  const unread = new Set<number>();
  for (const waiting of inbox) if (waiting.kind === 'input' && waiting.input.type === 'receive') unread.add(waiting.input.conn);
  return unread;
}

/** An input for a process that cannot take it now: it waits, or there is nobody to wait for. */
export function leaveInInbox(process: Process, incarnation: number, input: Input, cause: number, flight: Flight | null): void {
  if (process.state === 'running' && process.incarnation === incarnation) process.inbox.push({ kind: 'input', input, cause, flight });
}

/** A timer has come due for a process that cannot take it now. */
export function leaveTimer(process: Process, timer: string): void {
  disarm(process, timer);
  const name = timer as Extract<Waiting, { kind: 'timer' }>['timer'];
  if (process.paused) process.overdue = [...process.overdue, name];
  else process.inbox.push({ kind: 'timer', timer: name });
}

/** SIGCONT: first it reads what came meanwhile, then its overdue timers go off, oldest first. */
export function resumeProcess(world: World, process: Process): void {
  process.paused = false;
  const due = (timer: string): number => process.timers.get(timer)?.due ?? 0;
  for (const timer of [...process.overdue].sort((a, b) => due(a) - due(b))) process.inbox.push({ kind: 'timer', timer });
  process.overdue = [];
  drainLater(world, process, drawLag(world, process));
}

/** Gives the next waiting input in a moment, if there is one. */
export function drainLater(world: World, process: Process, lateMs = 0): void {
  if (process.inbox.length > 0 && !process.paused)
    schedule(world, inMicroseconds(world.state.now + lateMs), { kind: 'drain', sid: process.sid, incarnation: process.incarnation });
}

export function setListening(process: Process, channel: Channel, open: boolean): void {
  process.listening = { ...process.listening, [channel]: open };
}

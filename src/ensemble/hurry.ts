/** What could come next: packets on their way between servers, and fsyncs. A network and a disk may always be quicker than they usually are. */
import type { Sid } from '../base/ids.ts';
import type { Channel } from '../zab/types.ts';
import { CommandError } from './errors.ts';
import { nodeAt, otherEnd } from './connections.ts';
import { pushEntry, type Entry } from './queue.ts';
import type { Scheduled } from './state.ts';
import type { Command } from './types.ts';
import type { World } from './world.ts';

export type Hurry = Extract<Command, { readonly type: 'hurry' | 'hurryDisk' }>;

/** The packet at the head of each pipe between two servers, and the fsync under way on each disk, in a fixed order. */
export function hurriesOf(world: World): readonly Hurry[] {
  const found = new Map<string, Hurry>();
  for (const { item } of world.state.queue) {
    const hurry = hurryFor(world, item);
    if (hurry !== null) found.set(nameOf(hurry), hurry);
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, hurry]) => hurry);
}

function hurryFor(world: World, item: Scheduled): Hurry | null {
  if (item.kind === 'fsync')
    return world.state.processes.get(item.sid)?.incarnation === item.incarnation ? { type: 'hurryDisk', sid: item.sid } : null;
  if (item.kind !== 'arrive') return null;
  const connection = world.state.connections.get(item.conn);
  if (connection === undefined) return null;
  const [from, to] = [nodeAt(connection, item.end), nodeAt(connection, otherEnd(item.end))];
  return from > 0 && to > 0 ? { type: 'hurry', from, to, channel: connection.channel } : null;
}

function nameOf(hurry: Hurry): string {
  return hurry.type === 'hurry' ? `${hurry.to} ${hurry.from} ${hurry.channel}` : `${hurry.sid}`;
}

/**
 * The oldest packet on its way from one server to another.
 *
 * @throws CommandError when there is none.
 */
export function packetOf(world: World, from: Sid, to: Sid, channel: Channel): Entry<Scheduled> {
  const entry = first(world, (item) => {
    const hurry = item.kind === 'arrive' ? hurryFor(world, item) : null;
    return hurry?.type === 'hurry' && hurry.from === from && hurry.to === to && hurry.channel === channel;
  });
  if (entry === null) throw new CommandError('to', `Nothing is on its way from server ${from} to server ${to} on the ${channel} channel.`);
  return entry;
}

/**
 * The fsync under way on a server's disk.
 *
 * @throws CommandError when there is none.
 */
export function fsyncOf(world: World, sid: Sid): Entry<Scheduled> {
  const entry = first(world, (item) => item.kind === 'fsync' && item.sid === sid && hurryFor(world, item) !== null);
  if (entry === null) throw new CommandError('sid', `No fsync is under way on server ${sid}.`);
  return entry;
}

function first(world: World, isWanted: (item: Scheduled) => boolean): Entry<Scheduled> | null {
  let found: Entry<Scheduled> | null = null;
  for (const entry of world.state.queue)
    if (isWanted(entry.item) && (found === null || entry.at < found.at || (entry.at === found.at && entry.seq < found.seq))) found = entry;
  return found;
}

/** What would have come later comes now. */
export function bringForward(world: World, entry: Entry<Scheduled>): void {
  const { state } = world;
  const rest = state.queue.filter((other) => other !== entry);
  state.queue = [];
  for (const other of rest) pushEntry(state.queue, other);
  pushEntry(state.queue, { at: state.now, seq: entry.seq, item: entry.item });
}

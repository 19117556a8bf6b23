/** The wires: who can reach whom, and how long a packet takes. */
import { randomStream } from '../base/random.ts';
import type { Channel } from '../zab/types.ts';
import type { Link, NodeId } from './state.ts';
import { drawSpread, type World } from './world.ts';

/** Node numbers fit: servers are above 0, clients below. */
function keyOf(from: NodeId, to: NodeId): number {
  return from * 0x100000 + to;
}

export function linkOf(world: World, from: NodeId, to: NodeId): Link {
  const key = keyOf(from, to);
  let link = world.state.links.get(key);
  if (link === undefined) {
    link = { from, to, cut: false, delayMs: 0, random: randomStream(world.options.seed, `latency ${from}>${to}`) };
    world.state.links.set(key, link);
  }
  return link;
}

/** Draws how long the next packet takes. */
export function latency(world: World, from: NodeId, to: NodeId): number {
  const link = linkOf(world, from, to);
  const { options } = world;
  return drawSpread(link, from > 0 && to > 0 ? options.latency : options.clientLatency) + link.delayMs;
}

export function isCut(world: World, from: NodeId, to: NodeId): boolean {
  return world.state.links.get(keyOf(from, to))?.cut ?? false;
}

/** Whether the machine is there to answer. Clients always are. */
export function hostUp(world: World, node: NodeId): boolean {
  return node < 0 || (world.state.processes.get(node)?.hostUp ?? false);
}

/** Whether packets from one node vanish on their way to the other. */
export function isBlocked(world: World, from: NodeId, to: NodeId): boolean {
  return isCut(world, from, to) || !hostUp(world, to);
}

/** A paused process still listens: its kernel accepts for it. */
export function isListening(world: World, node: NodeId, channel: Channel): boolean {
  const process = world.state.processes.get(node);
  return process !== undefined && process.state === 'running' && process.listening[channel];
}

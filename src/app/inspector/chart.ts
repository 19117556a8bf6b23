/**
 * The layout of a statechart, made from the very machine object that runs: nested boxes, atomic states in rows, compound states
 * side by side below them. Pure geometry in px.
 */
import type { AnyStateMachine, AnyStateNode } from 'xstate';

export interface ChartBox {
  /** As in a server's phase: `following.discovery`. */
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly compound: boolean;
  /** What the machine listens to here, and where it goes: `recovered → looking`. */
  readonly moves: readonly string[];
}

export interface Chart {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly ChartBox[];
}

const ROW = 30;
const GAP = 8;
const HEAD = 24;

export function layoutChart(machine: AnyStateMachine, width: number): Chart {
  const states = Object.values(machine.root.states);
  const boxes: ChartBox[] = [];
  const atomic = states.filter((state) => childrenOf(state).length === 0);
  const compound = states.filter((state) => childrenOf(state).length > 0);
  const columns = Math.min(Math.max(1, atomic.length), 3);
  const cell = (width - GAP * (columns - 1)) / columns;
  atomic.forEach((state, i) => boxes.push(boxOf(state, (i % columns) * (cell + GAP), Math.floor(i / columns) * (ROW + GAP), cell, ROW)));
  const below = Math.ceil(atomic.length / columns) * (ROW + GAP);
  const wide = (width - GAP * Math.max(0, compound.length - 1)) / Math.max(1, compound.length);
  let bottom = below;
  compound.forEach((state, i) => {
    const x = i * (wide + GAP);
    const inner = childrenOf(state);
    const height = HEAD + inner.length * (ROW + 4) + 4;
    boxes.push(boxOf(state, x, below, wide, height));
    inner.forEach((child, row) => boxes.push(boxOf(child, x + 5, below + HEAD + row * (ROW + 4), wide - 10, ROW)));
    bottom = Math.max(bottom, below + height + GAP);
  });
  return { width, height: Math.max(ROW, bottom - GAP), boxes };
}

function childrenOf(state: AnyStateNode): readonly AnyStateNode[] {
  return Object.values(state.states);
}

function boxOf(state: AnyStateNode, x: number, y: number, width: number, height: number): ChartBox {
  return { id: state.path.join('.'), label: state.key, description: state.description ?? '', x, y, width, height, compound: childrenOf(state).length > 0, moves: movesOf(state) };
}

function movesOf(state: AnyStateNode): readonly string[] {
  return [...state.transitions].flatMap(([event, transitions]) =>
    transitions.flatMap((transition) => (transition.target ?? []).map((target) => `${event} → ${target.path.join('.')}`)),
  );
}

/** Whether a box is the live state or contains it. */
export function isLit(box: ChartBox, phase: string): boolean {
  return phase === box.id || phase.startsWith(`${box.id}.`);
}

/**
 * The layout of a statechart, made from the very machine object that runs: nested boxes, atomic states in rows, compound states
 * below them, their own states in a row. Pure geometry in px.
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
const HEAD = 22;

export function layoutChart(machine: AnyStateMachine, width: number): Chart {
  const states = Object.values(machine.root.states);
  const boxes: ChartBox[] = [];
  const atomic = states.filter((state) => childrenOf(state).length === 0);
  const compound = states.filter((state) => childrenOf(state).length > 0);
  const columns = Math.min(Math.max(1, atomic.length), 3);
  const cell = (width - GAP * (columns - 1)) / columns;
  atomic.forEach((state, i) => boxes.push(boxOf(state, (i % columns) * (cell + GAP), Math.floor(i / columns) * (ROW + GAP), cell, ROW)));
  let y = Math.ceil(atomic.length / columns) * (ROW + GAP);
  for (const state of compound) {
    const height = HEAD + ROW + 6;
    boxes.push(boxOf(state, 0, y, width, height));
    const inner = childrenOf(state);
    // Widths follow the lengths of the names, so that all names fit.
    const letters = inner.reduce((sum, child) => sum + child.key.length + 3, 0);
    const room = width - 12 - GAP * (inner.length - 1);
    let x = 6;
    for (const child of inner) {
      const wide = (room * (child.key.length + 3)) / letters;
      boxes.push(boxOf(child, x, y + HEAD, wide, ROW));
      x += wide + GAP;
    }
    y += height + GAP;
  }
  return { width, height: Math.max(ROW, y - GAP), boxes };
}

function childrenOf(state: AnyStateNode): readonly AnyStateNode[] {
  return Object.values(state.states);
}

function boxOf(state: AnyStateNode, x: number, y: number, width: number, height: number): ChartBox {
  return {
    id: state.path.join('.'),
    label: state.key,
    description: state.description ?? '',
    x,
    y,
    width,
    height,
    compound: childrenOf(state).length > 0,
    moves: movesOf(state),
  };
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

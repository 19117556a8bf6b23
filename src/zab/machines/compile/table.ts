/** A machine as the table of all its moves: what `stepper` would answer, worked out ahead. */
import type { AnyStateMachine } from 'xstate';
import { stepper, type Phase, type Transition } from '../stepper.ts';

export interface MoveTable {
  readonly initial: Phase;
  /** By phase, then by event. What is not listed is not allowed. */
  readonly moves: Readonly<Record<Phase, Readonly<Record<string, Transition>>>>;
}

export function moveTable(machine: AnyStateMachine): MoveTable {
  const quick = stepper(machine);
  const events = machine.events as readonly string[];
  const moves: Record<Phase, Record<string, Transition>> = {};
  const waiting = [quick.initial];
  for (let phase = waiting.pop(); phase !== undefined; phase = waiting.pop()) {
    if (phase in moves) continue;
    const from = phase;
    const allowed = events.map((event) => [event, quick.step(from, event)] as const).filter(([, move]) => move.allowed);
    moves[from] = Object.fromEntries(allowed);
    waiting.push(...allowed.map(([, move]) => move.phase));
  }
  return { initial: quick.initial, moves };
}

/** Runs a machine by its table. */
export function tableStepper({ initial, moves }: MoveTable): { readonly initial: Phase; step(phase: Phase, event: string): Transition } {
  return { initial, step: (phase, event) => moves[phase]?.[event] ?? { phase, actions: [], allowed: false } };
}

/**
 * Runs an XState machine as what it is here: a finite, pure function from (state, event) to (state, named actions).
 * The machines carry no context and their events no payload, so every answer can be remembered; the hot path is one Map look-up.
 * `test/zab/machines/stepper.test.ts` keeps this equal to XState's own `transition()`.
 */
import { initialTransition, transition, type AnyStateMachine, type StateValue } from 'xstate';

/** A machine state as plain text: `following.synchronization`. Every machine here is non-parallel, so dots suffice. */
export type Phase = string;

export interface Transition {
  readonly phase: Phase;
  /** Names of the actions to carry out, in order. */
  readonly actions: readonly string[];
  /** False when the machine does not allow the event in this phase. */
  readonly allowed: boolean;
}

export interface Stepper {
  readonly initial: Phase;
  step(phase: Phase, event: string): Transition;
}

/** `{ following: 'discovery' }` → `following.discovery`. */
export function phaseOf(value: StateValue): Phase {
  if (typeof value === 'string') return value;
  const [[key, inner] = ['', undefined]] = Object.entries(value);
  return inner === undefined ? key : `${key}.${phaseOf(inner)}`;
}

/** `following.discovery` → `{ following: 'discovery' }`. */
export function valueOf(phase: Phase): StateValue {
  const [head = '', ...rest] = phase.split('.');
  return rest.length === 0 ? head : { [head]: valueOf(rest.join('.')) };
}

export function stepper(machine: AnyStateMachine): Stepper {
  const memo = new Map<Phase, Map<string, Transition>>();
  const initial = phaseOf(initialTransition(machine)[0].value as StateValue);

  function compute(phase: Phase, event: string): Transition {
    const before = machine.resolveState({ value: valueOf(phase), context: {} });
    const [after, actions] = transition(machine, before, { type: event });
    return {
      phase: phaseOf(after.value as StateValue),
      actions: actions.map((action) => action.type),
      allowed: before.can({ type: event }),
    };
  }

  return {
    initial,
    step(phase, event) {
      let byEvent = memo.get(phase);
      if (byEvent === undefined) memo.set(phase, (byEvent = new Map<string, Transition>()));
      let known = byEvent.get(event);
      if (known === undefined) byEvent.set(event, (known = compute(phase, event)));
      return known;
    },
  };
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { initialTransition, transition, type AnyStateMachine, type StateValue } from 'xstate';
import { electionMachine } from '../../../src/zab/machines/election.ts';
import { proposalMachine } from '../../../src/zab/machines/proposal.ts';
import { recoveryMachine } from '../../../src/zab/machines/recovery.ts';
import { serverMachine } from '../../../src/zab/machines/server.ts';
import { snapshotMachine } from '../../../src/zab/machines/snapshot.ts';
import { phaseOf, stepper, valueOf } from '../../../src/zab/machines/stepper.ts';

const machines: readonly AnyStateMachine[] = [serverMachine, electionMachine, proposalMachine, snapshotMachine, recoveryMachine];

describe('the memoised stepper', () => {
  it.each(machines.map((machine) => [machine.id, machine] as const))('%s: gives what transition() gives, along any path', (_, machine) => {
    const events = machine.events as string[];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...events), { maxLength: 60 }), (path) => {
        const quick = stepper(machine);
        let phase = quick.initial;
        let [slow] = initialTransition(machine);
        for (const type of path) {
          const taken = quick.step(phase, type);
          const [next, actions] = transition(machine, slow, { type });
          expect(taken.phase).toBe(phaseOf(next.value as StateValue));
          expect(taken.actions).toEqual(actions.map((action) => action.type));
          phase = taken.phase;
          slow = next;
        }
      }),
    );
  });

  it.each(machines.map((machine) => [machine.id, machine] as const))('%s: every state is explained', (_, machine) => {
    const states = [
      ...(machine as unknown as { idMap: Map<string, { key: string; description?: string; parent?: unknown }> }).idMap.values(),
    ];
    expect(states.filter((state) => state.parent !== undefined && (state.description ?? '') === '').map((state) => state.key)).toEqual([]);
  });

  it('works a move out once', () => {
    const quick = stepper(snapshotMachine);
    const first = quick.step('serializing', 'slice');
    quick.step('serializing', 'serialized');
    expect(quick.step('serializing', 'slice')).toBe(first);
  });

  it('turns state values into text and back', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1, maxLength: 4 }), (parts) => {
        expect(phaseOf(valueOf(parts.join('.')))).toBe(parts.join('.'));
      }),
    );
  });
});

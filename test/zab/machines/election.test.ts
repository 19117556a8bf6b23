import { describe, expect, test } from 'vitest';
import { electionMachine } from '../../../src/zab/machines/election.ts';
import { stepper } from '../../../src/zab/machines/stepper.ts';

const machine = stepper(electionMachine);

describe('the election machine', () => {
  test.each([
    { phase: 'idle', event: 'start', to: 'collecting', actions: ['broadcast'] },
    { phase: 'collecting', event: 'betterVote', to: 'collecting', actions: ['broadcast'] },
    { phase: 'collecting', event: 'laterRound', to: 'collecting', actions: ['broadcast'] },
    { phase: 'collecting', event: 'silence', to: 'collecting', actions: ['askAgain'] },
    { phase: 'collecting', event: 'quorumOfVotes', to: 'finalizing', actions: ['stopPolling'] },
    { phase: 'collecting', event: 'established', to: 'decided', actions: ['stopPolling'] },
    { phase: 'finalizing', event: 'betterVote', to: 'collecting', actions: ['stopFinalizeWait'] },
    { phase: 'finalizing', event: 'silence', to: 'decided', actions: ['stopFinalizeWait'] },
  ])('$phase, $event: $to', ({ phase, event, to, actions }) => {
    expect(machine.step(phase, event)).toEqual({ phase: to, actions, allowed: true });
  });

  test('a quorum that waits is not moved by what others have decided (E-38), nor a decided election by anything', () => {
    expect(machine.step('finalizing', 'established').allowed).toBe(false);
    expect(electionMachine.events.length).toBeGreaterThan(0);
    for (const event of electionMachine.events) expect(machine.step('decided', event).allowed).toBe(false);
  });

  test('every state says in a sentence what it is', () => {
    for (const state of Object.values(electionMachine.states)) expect(state.description).toMatch(/^[A-Z].*\.$/);
  });
});

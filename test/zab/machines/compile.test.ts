/** The worker's table of moves says what the machine says, for every phase and event. */
import { expect, test } from 'vitest';
import type { AnyStateMachine } from 'xstate';
import { moveTable, tableStepper } from '../../../src/zab/machines/compile/table.ts';
import { electionMachine } from '../../../src/zab/machines/election.ts';
import { proposalMachine } from '../../../src/zab/machines/proposal.ts';
import { recoveryMachine } from '../../../src/zab/machines/recovery.ts';
import { serverMachine } from '../../../src/zab/machines/server.ts';
import { snapshotMachine } from '../../../src/zab/machines/snapshot.ts';
import { stepper } from '../../../src/zab/machines/stepper.ts';

const machines: readonly AnyStateMachine[] = [serverMachine, electionMachine, proposalMachine, snapshotMachine, recoveryMachine];

test.each(machines.map((machine) => [machine.id, machine] as const))('%s: every phase, every event', (_, machine) => {
  const table = moveTable(machine);
  const quick = tableStepper(JSON.parse(JSON.stringify(table)) as typeof table);
  const slow = stepper(machine);
  const phases = Object.keys(table.moves);
  expect(quick.initial).toBe(slow.initial);
  expect(phases.length).toBeGreaterThanOrEqual(Object.keys(machine.root.states).length);
  for (const phase of phases)
    for (const event of [...(machine.events as string[]), 'unheardOf']) expect(quick.step(phase, event)).toEqual(slow.step(phase, event));
});

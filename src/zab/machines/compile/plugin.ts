/**
 * Works out all moves of the machines when a server's worker is built, so that the worker carries their table and not XState, which is
 * larger than all of the protocol's rules. The machines themselves stay the only source: the page draws them, every other host runs
 * them, and `test/zab/machines/compile.test.ts` keeps table and machine equal.
 */
import type { Plugin } from 'vite';
import { electionMachine } from '../election.ts';
import { proposalMachine } from '../proposal.ts';
import { recoveryMachine } from '../recovery.ts';
import { serverMachine } from '../server.ts';
import { snapshotMachine } from '../snapshot.ts';
import { moveTable, tableStepper } from './table.ts';

const MACHINES = [serverMachine, electionMachine, proposalMachine, snapshotMachine, recoveryMachine];
const XSTATE = '\0xstate-by-name';

export function compiledMachines(): Plugin {
  return {
    name: 'zablab-compiled-machines',
    enforce: 'pre',
    resolveId(id) {
      return id === 'xstate' ? XSTATE : undefined;
    },
    load(id) {
      if (id === XSTATE) return 'export const setup = () => ({ createMachine: ({ id }) => ({ id }) });';
      return id.split('?')[0]?.endsWith('/src/zab/machines/stepper.ts') === true ? stepperModule() : undefined;
    },
  };
}

/** Stands in for `stepper.ts`. */
export function stepperModule(): string {
  const tables = Object.fromEntries(MACHINES.map((machine) => [machine.id, moveTable(machine)]));
  return `const tables = ${JSON.stringify(tables)};\n${tableStepper.toString()}\nexport const stepper = ({ id }) => tableStepper(tables[id]);`;
}

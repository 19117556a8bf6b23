/**
 * What becomes of one proposal on one server. The log strip paints a cell by this state.
 *
 * Source: `Leader.propose`, `SyncRequestProcessor.flush`, `Leader.tryToCommit`, `FinalRequestProcessor`; Zab paper §III (broadcast).
 */
import { setup } from 'xstate';
import { stepper } from './stepper.ts';

export type ProposalEvent = 'written' | 'fsynced' | 'committed' | 'applied' | 'truncated';

export const proposalMachine = setup({ types: { events: {} as { type: ProposalEvent } } }).createMachine({
  id: 'proposal',
  initial: 'proposed',
  states: {
    proposed: {
      description: 'Received (or made), not yet in the log.',
      on: { written: 'logged', committed: 'committed', applied: 'applied', truncated: 'discarded' },
    },
    logged: {
      description: 'Written to the log; a power loss could still take it.',
      on: { fsynced: 'synced', committed: 'committed', applied: 'applied', truncated: 'discarded' },
    },
    synced: {
      description: 'Durable here: this server may acknowledge it.',
      on: { committed: 'committed', applied: 'applied', truncated: 'discarded' },
    },
    committed: {
      description: 'A quorum has it: it will never be lost.',
      on: { applied: 'applied', truncated: 'discarded' },
    },
    applied: {
      description: 'Part of the tree that clients see.',
      on: { truncated: 'discarded' },
    },
    discarded: { description: 'Cut off in synchronization: it was never committed.' },
  },
});

export const proposalStepper = stepper(proposalMachine);

/** The state after these events, in order; events that the state does not allow are skipped. */
export function proposalPhase(events: readonly ProposalEvent[]): string {
  return events.reduce((phase: string, event) => proposalStepper.step(phase, event).phase, proposalStepper.initial);
}

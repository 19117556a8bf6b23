/**
 * The life of one election round (`FastLeaderElection.lookForLeader`). Drawn as it stands by the app; carried out by
 * `election/lookForLeader.ts`, which names the events and the actions.
 */
import { setup } from 'xstate';

export const electionMachine = setup({
  actions: {
    /** Tell every voter, oneself included, whom this server votes for. */
    broadcast: () => {},
    /** Nobody spoke: broadcast again, or reconnect if nothing could be sent; wait twice as long from now on. */
    askAgain: () => {},
    stopPolling: () => {},
    stopFinalizeWait: () => {},
  },
}).createMachine({
  id: 'election',
  initial: 'idle',
  states: {
    idle: {
      description: 'No election is held: the server has a leader, or has not begun to look for one.',
      on: { start: { target: 'collecting', actions: 'broadcast' } },
    },
    collecting: {
      description: 'The server collects votes and changes its own whenever it hears a better one.',
      exit: 'stopPolling',
      on: {
        betterVote: { actions: 'broadcast' },
        laterRound: { actions: 'broadcast' },
        silence: { actions: 'askAgain' },
        quorumOfVotes: 'finalizing',
        established: 'decided',
      },
    },
    finalizing: {
      description: 'A quorum votes as this server does; it waits 200 ms in case somebody knows a better candidate.',
      exit: 'stopFinalizeWait',
      on: {
        betterVote: 'collecting',
        silence: 'decided',
      },
    },
    decided: {
      description: 'The server knows its leader and takes its role.',
      type: 'final',
    },
  },
});

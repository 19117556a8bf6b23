/**
 * The life of a server: which phase it is in, and what it may hear in each. Packets are events under their own names; what the
 * machine does not list for a phase is not handled there. The actions it names are carried out by the rules in `leader/` and `learner/`.
 *
 * Source: `QuorumPeer.run`, `Leader.lead`, `Follower.followLeader`, `Observer.observeLeader`, `Learner.syncWithLeader`.
 */
import { setup } from 'xstate';

export type ServerEvent =
  | 'boot'
  | 'recovered'
  | 'recoveryFailed'
  | 'died'
  | 'electedLeader'
  | 'electedFollower'
  | 'electedObserver'
  | 'leaderLost'
  | 'gaveUp'
  | 'epochAgreed'
  | 'established'
  | 'CONNECTED'
  | 'LEADERINFO'
  | 'DIFF'
  | 'TRUNC'
  | 'SNAP'
  | 'PROPOSAL'
  | 'COMMIT'
  | 'INFORM'
  | 'NEWLEADER'
  | 'UPTODATE'
  | 'PING'
  | 'REVALIDATE'
  | 'SYNC'
  | 'FOLLOWERINFO'
  | 'OBSERVERINFO'
  | 'ACKEPOCH'
  | 'ACK'
  | 'REQUEST';

/** Everything the machine may ask for. `rules.ts` has one function for each. */
const ACTIONS = [
  'introduceSelf',
  'acceptEpoch',
  'openSync',
  'queueProposal',
  'queueCommit',
  'queueInform',
  'takeNewLeader',
  'startServing',
  'logProposal',
  'commitProposal',
  'commitInform',
  'answerPing',
  'sessionRevalidated',
  'releaseSync',
  'refusePacket',
  'hearLearner',
  'hearEpochAck',
  'hearAck',
  'hearPing',
  'hearRequest',
  'hearRevalidate',
] as const;

export type ServerAction = (typeof ACTIONS)[number];

const { createMachine } = setup({
  types: { events: {} as { type: ServerEvent } },
  actions: Object.fromEntries(ACTIONS.map((name) => [name, () => undefined])) as Record<ServerAction, () => void>,
});

const learnerDiscovery = {
  description: 'Connects to the leader, tells it the highest epoch it has accepted, and learns the new one.',
  on: {
    CONNECTED: { actions: 'introduceSelf' },
    LEADERINFO: { target: 'synchronization', actions: 'acceptEpoch' },
    DIFF: { actions: 'refusePacket' },
    TRUNC: { actions: 'refusePacket' },
    SNAP: { actions: 'refusePacket' },
    NEWLEADER: { actions: 'refusePacket' },
    UPTODATE: { actions: 'refusePacket' },
    PROPOSAL: { actions: 'refusePacket' },
  },
} as const;

const learnerSynchronization = {
  description: 'Brings its history in line with the leader’s, then waits to hear that a quorum has done the same.',
  on: {
    DIFF: { actions: 'openSync' },
    TRUNC: { actions: 'openSync' },
    SNAP: { actions: 'openSync' },
    PROPOSAL: { actions: 'queueProposal' },
    COMMIT: { actions: 'queueCommit' },
    INFORM: { actions: 'queueInform' },
    NEWLEADER: { actions: 'takeNewLeader' },
    UPTODATE: { target: 'broadcast', actions: 'startServing' },
  },
} as const;

const fromLearners = {
  FOLLOWERINFO: { actions: 'hearLearner' },
  OBSERVERINFO: { actions: 'hearLearner' },
  ACKEPOCH: { actions: 'hearEpochAck' },
  ACK: { actions: 'hearAck' },
  PING: { actions: 'hearPing' },
} as const;

export const serverMachine = createMachine({
  id: 'server',
  initial: 'down',
  states: {
    down: {
      description: 'The process does not run. What the server knows is what its disk says.',
      on: { boot: 'recovering' },
    },
    recovering: {
      description: 'Reads the newest good snapshot and replays the log behind it.',
      on: { recovered: 'looking', recoveryFailed: 'down', died: 'down' },
    },
    looking: {
      description: 'Exchanges votes with the other servers until a quorum agrees on a leader.',
      on: { electedLeader: 'leading', electedFollower: 'following', electedObserver: 'observing', died: 'down' },
    },
    following: {
      description: 'Has a leader and may vote.',
      initial: 'discovery',
      on: { leaderLost: 'looking', died: 'down' },
      states: {
        discovery: learnerDiscovery,
        synchronization: learnerSynchronization,
        broadcast: {
          description: 'Logs and acknowledges proposals, applies what is committed, serves clients.',
          on: {
            PROPOSAL: { actions: 'logProposal' },
            COMMIT: { actions: 'commitProposal' },
            PING: { actions: 'answerPing' },
            REVALIDATE: { actions: 'sessionRevalidated' },
            SYNC: { actions: 'releaseSync' },
          },
        },
      },
    },
    observing: {
      description: 'Has a leader, receives what is committed, never votes.',
      initial: 'discovery',
      on: { leaderLost: 'looking', died: 'down' },
      states: {
        discovery: learnerDiscovery,
        synchronization: learnerSynchronization,
        broadcast: {
          description: 'Applies what the leader informs it of, serves clients.',
          on: {
            INFORM: { actions: 'commitInform' },
            PING: { actions: 'answerPing' },
            REVALIDATE: { actions: 'sessionRevalidated' },
            SYNC: { actions: 'releaseSync' },
          },
        },
      },
    },
    leading: {
      description: 'Was elected; leads once a quorum has agreed on its epoch and holds its history.',
      initial: 'discovery',
      on: { gaveUp: 'looking', died: 'down' },
      states: {
        discovery: {
          description: 'Waits for a quorum to tell its accepted epochs, chooses a higher one, and waits for a quorum to accept it.',
          on: { ...fromLearners, epochAgreed: 'synchronization' },
        },
        synchronization: {
          description: 'Brings learners up to date (DIFF, TRUNC or SNAP) until a quorum has acknowledged NEWLEADER.',
          on: { ...fromLearners, established: 'broadcast' },
        },
        broadcast: {
          description: 'Orders writes: proposes, counts acknowledgements, commits; checks every tick that a quorum is still there.',
          on: { ...fromLearners, REQUEST: { actions: 'hearRequest' }, REVALIDATE: { actions: 'hearRevalidate' } },
        },
      },
    },
  },
});

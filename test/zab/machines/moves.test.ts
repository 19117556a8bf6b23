/** What each machine allows, move by move. The server’s: which packets count in which phase, and what becomes of them. */
import { expect, it } from 'vitest';
import type { AnyStateMachine } from 'xstate';
import { moveTable } from '../../../src/zab/machines/compile/table.ts';
import { electionMachine } from '../../../src/zab/machines/election.ts';
import { proposalMachine } from '../../../src/zab/machines/proposal.ts';
import { recoveryEvent, recoveryMachine } from '../../../src/zab/machines/recovery.ts';
import { serverMachine } from '../../../src/zab/machines/server.ts';
import { snapshotMachine } from '../../../src/zab/machines/snapshot.ts';
import type { RecoveryStep } from '../../../src/store/types.ts';

/** By phase: `event: action, action > next phase`; the phase is left out where it stays. */
function movesOf(machine: AnyStateMachine): Record<string, string[]> {
  const told = (phase: string, next: string, actions: readonly string[]): string =>
    [...(actions.length > 0 ? [actions.join(', ')] : []), ...(next === phase ? [] : [`> ${next}`])].join(' ');
  const rows = Object.entries(moveTable(machine).moves).map(([phase, moves]): [string, string[]] => [
    phase,
    Object.entries(moves)
      .map(([event, { phase: next, actions }]) => `${event}: ${told(phase, next, actions)}`.trimEnd())
      .sort(),
  ]);
  return Object.fromEntries(rows);
}

const died = 'died: > down';
const leaderLost = 'leaderLost: > looking';

/** Before LEADERINFO nothing else may come. */
const learnerDiscovery = (role: string): string[] => [
  'CONNECTED: introduceSelf',
  'DIFF: refusePacket',
  `LEADERINFO: acceptEpoch > ${role}.synchronization`,
  'NEWLEADER: refusePacket',
  'PROPOSAL: refusePacket',
  'SNAP: refusePacket',
  'TRUNC: refusePacket',
  'UPTODATE: refusePacket',
  died,
  leaderLost,
];
/** Neither pings nor sessions before UPTODATE. */
const learnerSynchronization = (role: string): string[] => [
  'COMMIT: queueCommit',
  'DIFF: openSync',
  'INFORM: queueInform',
  'NEWLEADER: takeNewLeader',
  'PROPOSAL: queueProposal',
  'SNAP: openSync',
  'TRUNC: openSync',
  `UPTODATE: startServing > ${role}.broadcast`,
  died,
  leaderLost,
];
const fromLearners = ['ACK: hearAck', 'ACKEPOCH: hearEpochAck', 'FOLLOWERINFO: hearLearner', 'OBSERVERINFO: hearLearner', 'PING: hearPing'];
const gaveUp = 'gaveUp: > looking';

it('a server', () => {
  expect(moveTable(serverMachine).initial).toBe('down');
  expect(movesOf(serverMachine)).toEqual({
    down: ['boot: > recovering'],
    recovering: [died, 'recovered: > looking', 'recoveryFailed: > down'],
    looking: [
      died,
      'electedFollower: > following.discovery',
      'electedLeader: > leading.discovery',
      'electedObserver: > observing.discovery',
    ],
    'following.discovery': learnerDiscovery('following'),
    'following.synchronization': learnerSynchronization('following'),
    'following.broadcast': [
      'COMMIT: commitProposal',
      'PING: answerPing',
      'PROPOSAL: logProposal',
      'REVALIDATE: sessionRevalidated',
      'SYNC: releaseSync',
      died,
      leaderLost,
    ],
    'observing.discovery': learnerDiscovery('observing'),
    'observing.synchronization': learnerSynchronization('observing'),
    'observing.broadcast': [
      'INFORM: commitInform',
      'PING: answerPing',
      'REVALIDATE: sessionRevalidated',
      'SYNC: releaseSync',
      died,
      leaderLost,
    ],
    'leading.discovery': [...fromLearners, died, 'epochAgreed: > leading.synchronization', gaveUp],
    'leading.synchronization': [...fromLearners, died, 'established: > leading.broadcast', gaveUp],
    'leading.broadcast': [...fromLearners, 'REQUEST: hearRequest', 'REVALIDATE: hearRevalidate', died, gaveUp],
  });
});

it('an election', () => {
  expect(moveTable(electionMachine).initial).toBe('idle');
  expect(movesOf(electionMachine)).toEqual({
    idle: ['start: broadcast > collecting'],
    collecting: [
      'betterVote: broadcast',
      'established: stopPolling > decided',
      'laterRound: broadcast',
      'quorumOfVotes: stopPolling > finalizing',
      'silence: askAgain',
    ],
    finalizing: ['betterVote: stopFinalizeWait > collecting', 'silence: stopFinalizeWait > decided'],
    decided: [],
  });
});

it('a proposal: it may be cut off at any time, and comes back never', () => {
  expect(moveTable(proposalMachine).initial).toBe('proposed');
  const later = ['applied: > applied', 'committed: > committed'];
  expect(movesOf(proposalMachine)).toEqual({
    proposed: [...later, 'truncated: > discarded', 'written: > logged'],
    logged: [...later, 'fsynced: > synced', 'truncated: > discarded'],
    synced: [...later, 'truncated: > discarded'],
    committed: ['applied: > applied', 'truncated: > discarded'],
    applied: ['truncated: > discarded'],
    discarded: [],
  });
});

it('a snapshot', () => {
  expect(moveTable(snapshotMachine).initial).toBe('idle');
  expect(movesOf(snapshotMachine)).toEqual({
    idle: ['begin: > serializing'],
    serializing: ['abandoned: > idle', 'serialized: > syncing', 'slice:'],
    syncing: ['abandoned: > idle', 'synced: > done'],
    done: ['begin: > serializing'],
  });
});

it('a recovery', () => {
  expect(moveTable(recoveryMachine).initial).toBe('readingSnapshot');
  const behind = ['epochsRead: > ready', 'failed: > failed'];
  expect(movesOf(recoveryMachine)).toEqual({
    readingSnapshot: ['failed: > failed', 'noSnapshot: > replayingLog', 'snapshotLoaded: > replayingLog', 'snapshotSkipped:'],
    replayingLog: [...behind, 'logReplayed:', 'tornTail: > truncatingTail'],
    truncatingTail: [...behind, 'logReplayed: > replayingLog', 'tornTail:'],
    ready: [],
    failed: [],
  });
});

it.each([
  [{ step: 'snapshotSkipped' }, 'snapshotSkipped'],
  [{ step: 'snapshotLoaded' }, 'snapshotLoaded'],
  [{ step: 'noSnapshot' }, 'noSnapshot'],
  [{ step: 'logReplayed', end: 'clean' }, 'logReplayed'],
  [{ step: 'logReplayed', end: 'partial' }, 'tornTail'],
  [{ step: 'epochs' }, 'epochsRead'],
])('a recovery’s step %o is the event %s', (step, event) => {
  expect(recoveryEvent(step as RecoveryStep)).toBe(event);
});

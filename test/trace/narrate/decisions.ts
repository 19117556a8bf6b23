import { zxid } from '../../../src/base/zxid.ts';
import type { Decision, RuleId } from '../../../src/zab/types.ts';
import { P, vote, Z } from './said.ts';

/** One or more decisions of every rule, with numbers that the sentence must contain. */
export const DECISIONS: { readonly [R in RuleId]: readonly (readonly [Decision & { rule: R }, readonly (string | number)[]])[] } = {
  'election.start': [[{ rule: 'election.start', round: 31, vote: vote(2, 4, 7), after: 'lostLeader' }, [31, P, 4]]],
  'vote.order': [
    [{ rule: 'vote.order', from: 1, theirs: vote(5), mine: vote(3), outcome: 'adopted', by: 'sid' }, ['0 = 0', '0x0 = 0x0', '5 > 3']],
    [{ rule: 'vote.order', from: 1, theirs: vote(5, 1), mine: vote(3, 2), outcome: 'kept', by: 'peerEpoch' }, ['2 > 1']],
    [
      { rule: 'vote.order', from: 1, theirs: vote(5, 4, 6), mine: vote(3, 4, 7), outcome: 'kept', by: 'zxid' },
      [`${P} > 0x400000006`, '4 = 4'],
    ],
    [{ rule: 'vote.order', from: 1, theirs: vote(3), mine: vote(3), outcome: 'kept', by: 'same' }, ['3 = 3']],
    [{ rule: 'vote.order', from: 1, theirs: vote(5, 9), mine: vote(3), outcome: 'kept', by: 'weight' }, ['9 > 0']],
  ],
  'vote.round': [
    [{ rule: 'vote.round', from: 1, theirRound: 12, myRound: 34, outcome: 'ignored' }, [12, 34]],
    [{ rule: 'vote.round', from: 1, theirRound: 35, myRound: 34, outcome: 'caughtUp' }, [35, 34]],
  ],
  'vote.rejected': [[{ rule: 'vote.rejected', from: 7, leader: 8, reason: 'senderNotVoter' }, [7, 8]]],
  'vote.quorum': [
    [{ rule: 'vote.quorum', vote: vote(8), supporters: [2, 8, 6], voters: 15, outcome: 'quorum' }, [8, 3, 15]],
    [{ rule: 'vote.quorum', vote: vote(8), supporters: [2], voters: 15, outcome: 'notYet' }, [8, 1, 15]],
  ],
  'vote.final': [[{ rule: 'vote.final', vote: vote(8), supporters: [2, 8], role: 'FOLLOWING', waitedMs: 200, tookMs: 231 }, [8, 200, 231]]],
  'vote.established': [
    [
      {
        rule: 'vote.established',
        from: 3,
        leader: 8,
        supporters: [3, 8],
        leaderConfirmed: true,
        sameRound: false,
        outcome: 'joined',
        role: 'FOLLOWING',
      },
      [3, 8],
    ],
    [
      {
        rule: 'vote.established',
        from: 3,
        leader: 8,
        supporters: [3],
        leaderConfirmed: false,
        sameRound: false,
        outcome: 'notYet',
        role: 'FOLLOWING',
      },
      [3, 8],
    ],
  ],
  'election.backoff': [[{ rule: 'election.backoff', waitedMs: 400, nextMs: 800, action: 'resend' }, [400, 800]]],
  'connection.order': [
    [{ rule: 'connection.order', peer: 5, initiator: 2, outcome: 'dropped' }, ['2 < 5']],
    [{ rule: 'connection.order', peer: 5, initiator: 5, outcome: 'kept' }, ['5 > 2']],
  ],
  'epoch.propose': (['notYet', 'decided', 'alreadyDecided'] as const).map(
    (outcome) => [{ rule: 'epoch.propose', from: 3, theirAcceptedEpoch: 41, epoch: 42, heard: [2, 3], outcome }, [3, 41, 42]] as const,
  ),
  'epoch.accept': (['accepted', 'alreadyAccepted', 'refused'] as const).map(
    (outcome, i) => [{ rule: 'epoch.accept', leader: 9, epoch: 42 - i, acceptedEpoch: 41, outcome }, [9, 42 - i, 41]] as const,
  ),
  'epoch.ack': (['counted', 'notCounted', 'ahead', 'late', 'quorum'] as const).map(
    (outcome) =>
      [
        { rule: 'epoch.ack', from: 3, theirEpoch: 4, theirZxid: Z, myEpoch: 5, myZxid: zxid(5, 1), acked: [2, 3], outcome },
        [3, 4, P],
      ] as const,
  ),
  'sync.mode': (
    [
      'forced',
      'same',
      'ahead',
      'inCommittedLog',
      'diverged',
      'divergedEpoch',
      'inTxnLog',
      'txnLogUnusable',
      'txnLogGap',
      'txnLogDisabled',
      'unhandled',
    ] as const
  ).map(
    (because) =>
      [
        {
          rule: 'sync.mode',
          learner: 3,
          mode: 'DIFF',
          peerLastZxid: Z,
          minCommittedLog: zxid(4, 1),
          maxCommittedLog: zxid(4, 9),
          lastProcessedZxid: zxid(4, 9),
          zxidSent: zxid(4, 9),
          queued: 2,
          source: 'committedLog',
          because,
          forwardFrom: Z,
        },
        [P, '0x400000009', 2, 3],
      ] as const,
  ),
  'sync.opened': [[{ rule: 'sync.opened', leader: 9, mode: 'TRUNC', zxid: Z, myZxid: zxid(4, 8) }, [P, '0x400000008', 'TRUNC', 9]]],
  'sync.truncated': [
    [{ rule: 'sync.truncated', to: Z, from: zxid(4, 9), outcome: 'done' }, [P, '0x400000009']],
    [{ rule: 'sync.truncated', to: Z, from: zxid(4, 9), outcome: 'failed', message: 'no file' }, [P, 'no file']],
  ],
  'newLeader.received': [[{ rule: 'newLeader.received', epoch: 42, snapshot: true, logged: 17, left: 19 }, [42, 17, 19]]],
  'newLeader.ack': (['counted', 'wrongEpoch', 'late', 'observer', 'quorum'] as const).map(
    (outcome) => [{ rule: 'newLeader.ack', from: 3, zxid: Z, epoch: 4, acked: [2, 3], outcome }, [3, 4, P]] as const,
  ),
  'leader.established': [[{ rule: 'leader.established', epoch: 42, supporters: [2, 3], zxid: Z }, [42, P]]],
  'learner.serving': [[{ rule: 'learner.serving', leader: 9, epoch: 42, zxid: Z, waiting: 17 }, [9, 42, P, 17]]],
  'request.validated': [
    [{ rule: 'request.validated', zxid: Z, op: 'create', path: '/a', err: 'OK', session: '0x77' }, [P, '/a', '0x77']],
    [{ rule: 'request.validated', zxid: Z, op: 'create', path: '/a', err: 'NODEEXISTS', session: '0x77' }, [P, 'NODEEXISTS']],
  ],
  'proposal.ack': (['notYet', 'committed', 'waitsForEarlier', 'alreadyCommitted', 'unknown', 'observer'] as const).map(
    (outcome) =>
      [
        { rule: 'proposal.ack', zxid: Z, from: 3, acks: [2, 3], voters: 15, outcome },
        outcome === 'alreadyCommitted' || outcome === 'unknown' ? [P, 3] : [P, 3, 2, 15],
      ] as const,
  ),
  'commit.unexpected': [
    [{ rule: 'commit.unexpected', zxid: Z, head: zxid(4, 6), outcome: 'exit' }, [P, '0x400000006', 12]],
    [{ rule: 'commit.unexpected', zxid: Z, head: null, outcome: 'ignored' }, [P]],
    [{ rule: 'commit.unexpected', zxid: Z, head: null, outcome: 'gaveUp' }, [P]],
  ],
  'leader.alive': (['quorum', 'lost'] as const).map((outcome) => [{ rule: 'leader.alive', synced: [2, 8], outcome }, [2, 8]] as const),
  'learner.tooSlow': [[{ rule: 'learner.tooSlow', learner: 8, zxid: Z, waitedMs: 4321, limitMs: 4000 }, [8, P, 4321, 4000]]],
  'leader.gaveUp': (
    ['epochTimeout', 'epochAckTimeout', 'newLeaderTimeout', 'quorumLost', 'internalError', 'zxidRollover', 'stopped'] as const
  ).map((reason) => [{ rule: 'leader.gaveUp', reason, synced: [2, 8] }, [2, 8]] as const),
  'learner.gaveUp': (
    [
      'leaderUnknown',
      'cannotConnect',
      'connectionLost',
      'readTimeout',
      'epochTooOld',
      'unexpectedPacket',
      'truncFailed',
      'nonContinuous',
      'commitMismatch',
      'diskFailure',
      'stopped',
    ] as const
  ).map((reason) => [{ rule: 'learner.gaveUp', reason, leader: 8, detail: 'more' }, [8, 'more']] as const),
  'handler.closed': (['disconnected', 'readTimeout', 'transactionTimeout', 'ahead', 'protocol', 'leaderStopped'] as const).map(
    (reason) => [{ rule: 'handler.closed', learner: 8, reason }, [8]] as const,
  ),
  'session.created': [[{ rule: 'session.created', session: '0x77', requestedMs: 100, timeoutMs: 4000 }, ['0x77', 100, 4000]]],
  'session.expired': [[{ rule: 'session.expired', session: '0x77', timeoutMs: 4000 }, ['0x77', 4000]]],
  'session.revalidated': (['valid', 'expired'] as const).map(
    (outcome) => [{ rule: 'session.revalidated', session: '0x77', outcome }, ['0x77']] as const,
  ),
  'client.refused': (['aheadOfServer', 'notServing', 'wrongPassword'] as const).map(
    (reason) =>
      [{ rule: 'client.refused', reason, clientZxid: Z, serverZxid: zxid(4, 2), session: '0x77' }, [P, '0x400000002', '0x77']] as const,
  ),
  'recovery.step': [
    [{ rule: 'recovery.step', what: { step: 'snapshotSkipped', file: 'snapshot.7', reason: 'too short' } }, ['snapshot.7', 'too short']],
    [{ rule: 'recovery.step', what: { step: 'snapshotLoaded', file: 'snapshot.7', zxid: Z, nodes: 55, sessions: 66 } }, [P, 55, 66]],
    [{ rule: 'recovery.step', what: { step: 'noSnapshot' } }, [2]],
    [
      { rule: 'recovery.step', what: { step: 'logReplayed', file: 'log.7', first: Z, last: zxid(4, 9), count: 33, end: 'partial' } },
      [P, '0x400000009', 33],
    ],
    [{ rule: 'recovery.step', what: { step: 'epochs', acceptedEpoch: 44, currentEpoch: 43, rebuilt: ['currentEpoch'] } }, [44, 43]],
  ],
  'recovery.done': [[{ rule: 'recovery.done', zxid: Z, nodes: 55, sessions: 66 }, [P, 55, 66]]],
  'recovery.failed': [
    [{ rule: 'recovery.failed', message: 'bad CRC', exitCode: 14, file: 'log.7', offset: 4096 }, ['bad CRC', 14, 'log.7', 4096]],
  ],
  fastForward: [[{ rule: 'fastForward', from: Z, to: zxid(4, 9), txns: 22 }, [P, '0x400000009', 22]]],
  'snapshot.due': (['started', 'busy'] as const).map(
    (outcome) => [{ rule: 'snapshot.due', txns: 77, threshold: 76, outcome }, [77, 76]] as const,
  ),
  'snapshot.taken': (['snapCount', 'leading', 'synchronized', 'empty'] as const).map(
    (why) => [{ rule: 'snapshot.taken', file: 'snapshot.7', why, nodes: 55 }, ['snapshot.7', 55]] as const,
  ),
  purge: [[{ rule: 'purge', deleted: ['log.1', 'log.2'] }, ['log.1', 'log.2', 2]]],
  'digest.mismatch': [[{ rule: 'digest.mismatch', zxid: Z, expected: 111, actual: 222 }, [P, 111, 222]]],
};

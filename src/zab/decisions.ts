/** Decisions: each rule that decided something, with both sides' numbers. Narration, explanations and checks are built on these. */
import type { SessionId, Sid } from '../base/ids.ts';
import type { Zxid } from '../base/zxid.ts';
import type { RecoveryStep } from '../store/types.ts';
import type { ErrorCode } from '../tree/types.ts';
import type { Role, SyncMode, Vote } from './types.ts';

export type LeaderGiveUp =
  'epochTimeout' | 'epochAckTimeout' | 'newLeaderTimeout' | 'quorumLost' | 'internalError' | 'zxidRollover' | 'stopped';
export type LearnerGiveUp =
  | 'leaderUnknown'
  | 'cannotConnect'
  | 'connectionLost'
  | 'readTimeout'
  | 'epochTooOld'
  | 'unexpectedPacket'
  | 'truncFailed'
  | 'nonContinuous'
  | 'commitMismatch'
  | 'diskFailure'
  | 'stopped';

export type Decision =
  // election
  | {
      readonly rule: 'election.start';
      readonly round: number;
      readonly vote: Vote;
      /** why it is looking */ readonly after: 'boot' | 'lostLeader' | 'gaveUpLeading';
    }
  | {
      readonly rule: 'vote.order';
      readonly from: Sid;
      readonly theirs: Vote;
      readonly mine: Vote;
      /** `swallowed`: heard during finalizeWait and no better; it is counted nowhere. */ readonly outcome:
        'adopted' | 'kept' | 'swallowed';
      readonly by: 'peerEpoch' | 'zxid' | 'sid' | 'same' | 'weight';
    }
  | {
      readonly rule: 'vote.round';
      readonly from: Sid;
      readonly theirRound: number;
      readonly myRound: number;
      readonly outcome: 'caughtUp' | 'ignored';
    }
  | {
      readonly rule: 'vote.rejected';
      readonly from: Sid;
      readonly leader: Sid;
      readonly reason: 'senderNotVoter' | 'leaderNotVoter' | 'emptyDatabase';
    }
  | {
      readonly rule: 'vote.quorum';
      readonly vote: Vote;
      readonly supporters: readonly Sid[];
      readonly voters: number;
      readonly outcome: 'quorum' | 'notYet';
    }
  | {
      readonly rule: 'vote.final';
      readonly vote: Vote;
      readonly supporters: readonly Sid[];
      readonly role: Role;
      readonly waitedMs: number;
      readonly tookMs: number;
    }
  | {
      readonly rule: 'vote.established';
      readonly from: Sid;
      readonly leader: Sid;
      readonly supporters: readonly Sid[];
      readonly leaderConfirmed: boolean;
      readonly sameRound: boolean;
      readonly outcome: 'joined' | 'notYet';
      readonly role: Role;
    }
  | { readonly rule: 'election.backoff'; readonly waitedMs: number; readonly nextMs: number; readonly action: 'resend' | 'reconnect' }
  | {
      readonly rule: 'connection.order';
      readonly peer: Sid;
      readonly initiator: Sid;
      readonly outcome: 'kept' | 'dropped' | 'dropped, connecting back';
    }
  // discovery
  | {
      readonly rule: 'epoch.propose';
      readonly from: Sid;
      readonly theirAcceptedEpoch: number;
      readonly epoch: number;
      readonly heard: readonly Sid[];
      readonly outcome: 'notYet' | 'decided' | 'alreadyDecided';
    }
  | {
      readonly rule: 'epoch.accept';
      readonly leader: Sid;
      readonly epoch: number;
      readonly acceptedEpoch: number;
      readonly outcome: 'accepted' | 'alreadyAccepted' | 'refused';
    }
  | {
      readonly rule: 'epoch.ack';
      readonly from: Sid;
      readonly theirEpoch: number;
      readonly theirZxid: Zxid;
      readonly myEpoch: number;
      readonly myZxid: Zxid;
      readonly acked: readonly Sid[];
      readonly outcome: 'counted' | 'notCounted' | 'ahead' | 'late' | 'quorum';
    }
  // synchronization
  | {
      readonly rule: 'sync.mode';
      readonly learner: Sid;
      readonly mode: SyncMode;
      readonly peerLastZxid: Zxid;
      readonly minCommittedLog: Zxid;
      readonly maxCommittedLog: Zxid;
      readonly lastProcessedZxid: Zxid;
      readonly zxidSent: Zxid;
      readonly queued: number;
      readonly source: 'committedLog' | 'txnlog+committedLog' | null;
      /** Which line of the decision list (`LearnerHandler.syncFollower`) applied. */
      readonly because:
        | 'forced'
        | 'same'
        | 'ahead'
        | 'inCommittedLog'
        | 'diverged'
        | 'divergedEpoch'
        | 'inTxnLog'
        | 'txnLogUnusable'
        | 'txnLogGap'
        | 'txnLogDisabled'
        | 'unhandled';
      readonly forwardFrom: Zxid;
    }
  | { readonly rule: 'sync.opened'; readonly leader: Sid; readonly mode: SyncMode; readonly zxid: Zxid; readonly myZxid: Zxid }
  | {
      readonly rule: 'sync.truncated';
      readonly to: Zxid;
      readonly from: Zxid;
      readonly outcome: 'done' | 'failed';
      readonly message?: string;
    }
  | {
      readonly rule: 'newLeader.received';
      readonly epoch: number;
      readonly snapshot: boolean;
      readonly logged: number;
      readonly left: number;
    }
  | {
      readonly rule: 'newLeader.ack';
      readonly from: Sid;
      readonly zxid: Zxid;
      readonly epoch: number;
      readonly acked: readonly Sid[];
      readonly outcome: 'counted' | 'wrongEpoch' | 'late' | 'observer' | 'quorum';
    }
  | { readonly rule: 'leader.established'; readonly epoch: number; readonly supporters: readonly Sid[]; readonly zxid: Zxid }
  | { readonly rule: 'learner.serving'; readonly leader: Sid; readonly epoch: number; readonly zxid: Zxid; readonly waiting: number }
  // broadcast
  | {
      readonly rule: 'request.validated';
      readonly zxid: Zxid;
      readonly op: string;
      readonly path: string | null;
      readonly err: ErrorCode;
      readonly session: SessionId;
    }
  | {
      readonly rule: 'proposal.ack';
      readonly zxid: Zxid;
      readonly from: Sid;
      readonly acks: readonly Sid[];
      readonly voters: number;
      readonly outcome: 'notYet' | 'committed' | 'waitsForEarlier' | 'alreadyCommitted' | 'unknown' | 'observer';
    }
  | { readonly rule: 'commit.unexpected'; readonly zxid: Zxid; readonly head: Zxid | null; readonly outcome: 'ignored' | 'gaveUp' | 'exit' }
  | { readonly rule: 'leader.alive'; readonly synced: readonly Sid[]; readonly outcome: 'quorum' | 'lost' }
  | { readonly rule: 'learner.tooSlow'; readonly learner: Sid; readonly zxid: Zxid; readonly waitedMs: number; readonly limitMs: number }
  | { readonly rule: 'leader.gaveUp'; readonly reason: LeaderGiveUp; readonly synced: readonly Sid[] }
  | { readonly rule: 'learner.gaveUp'; readonly reason: LearnerGiveUp; readonly leader: Sid; readonly detail?: string }
  | {
      readonly rule: 'handler.closed';
      readonly learner: Sid;
      readonly reason: 'disconnected' | 'readTimeout' | 'transactionTimeout' | 'ahead' | 'protocol' | 'leaderStopped';
    }
  // sessions and clients
  | { readonly rule: 'session.created'; readonly session: SessionId; readonly requestedMs: number; readonly timeoutMs: number }
  | { readonly rule: 'session.expired'; readonly session: SessionId; readonly timeoutMs: number }
  | { readonly rule: 'session.revalidated'; readonly session: SessionId; readonly outcome: 'valid' | 'expired' }
  | {
      readonly rule: 'client.refused';
      readonly reason: 'aheadOfServer' | 'notServing' | 'wrongPassword';
      readonly clientZxid: Zxid;
      readonly serverZxid: Zxid;
      readonly session: SessionId;
    }
  // storage
  | { readonly rule: 'recovery.step'; readonly what: RecoveryStep }
  | { readonly rule: 'recovery.done'; readonly zxid: Zxid; readonly nodes: number; readonly sessions: number }
  | {
      readonly rule: 'recovery.failed';
      readonly message: string;
      readonly exitCode: number;
      readonly file?: string;
      readonly offset?: number;
    }
  | { readonly rule: 'fastForward'; readonly from: Zxid; readonly to: Zxid; readonly txns: number }
  | { readonly rule: 'snapshot.due'; readonly txns: number; readonly threshold: number; readonly outcome: 'started' | 'busy' }
  | {
      readonly rule: 'snapshot.taken';
      readonly file: string;
      readonly why: 'snapCount' | 'leading' | 'synchronized' | 'empty';
      readonly nodes: number;
    }
  | { readonly rule: 'purge'; readonly deleted: readonly string[] }
  | { readonly rule: 'digest.mismatch'; readonly zxid: Zxid; readonly expected: number; readonly actual: number };

export type RuleId = Decision['rule'];

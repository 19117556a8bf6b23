/** One function for each action that the `server` machine names. The machine says when, these say what. */
import type { Draft } from './draft.ts';
import { hearAck, hearEpochAck, hearLearner, hearPing, hearRequest, hearRevalidate } from './leader/handlers.ts';
import {
  answerPing,
  commitInform,
  commitProposal,
  logProposal,
  refusePacket,
  releaseSync,
  sessionRevalidated,
} from './learner/broadcast.ts';
import { acceptEpoch } from './learner/follow.ts';
import { openSync, queueCommit, queueInform, queueProposal, startServing, takeNewLeader } from './learner/sync.ts';
import type { ServerAction } from './machines/server.ts';
import type { ConnId, QuorumPacket } from './types.ts';

/** Which packets each action is for; the machine names an action only for these. */
interface PacketOf {
  readonly acceptEpoch: 'LEADERINFO';
  readonly openSync: 'DIFF' | 'TRUNC' | 'SNAP';
  readonly queueProposal: 'PROPOSAL';
  readonly queueCommit: 'COMMIT';
  readonly queueInform: 'INFORM';
  readonly takeNewLeader: 'NEWLEADER';
  readonly startServing: 'UPTODATE';
  readonly logProposal: 'PROPOSAL';
  readonly commitProposal: 'COMMIT';
  readonly commitInform: 'INFORM';
  readonly answerPing: 'PING';
  readonly sessionRevalidated: 'REVALIDATE';
  readonly releaseSync: 'SYNC';
  readonly refusePacket: QuorumPacket['kind'];
  readonly hearLearner: 'FOLLOWERINFO' | 'OBSERVERINFO';
  readonly hearEpochAck: 'ACKEPOCH';
  readonly hearAck: 'ACK';
  readonly hearPing: 'PING';
  readonly hearRequest: 'REQUEST';
  readonly hearRevalidate: 'REVALIDATE';
}

export type PacketAction = Exclude<ServerAction, 'introduceSelf'>;

type Rule<A extends PacketAction> = (d: Draft, conn: ConnId, packet: Extract<QuorumPacket, { kind: PacketOf[A] }>) => void;

const RULES: { readonly [A in PacketAction]: Rule<A> } = {
  acceptEpoch,
  openSync,
  queueProposal,
  queueCommit,
  queueInform,
  takeNewLeader,
  startServing,
  logProposal,
  commitProposal,
  commitInform,
  answerPing,
  sessionRevalidated,
  releaseSync,
  refusePacket,
  hearLearner,
  hearEpochAck,
  hearAck,
  hearPing,
  hearRequest,
  hearRevalidate,
};

/** Carries out an action for the packet that called for it. */
export function carryOut(d: Draft, action: PacketAction, conn: ConnId, packet: QuorumPacket): void {
  (RULES[action] as (d: Draft, conn: ConnId, packet: QuorumPacket) => void)(d, conn, packet);
}

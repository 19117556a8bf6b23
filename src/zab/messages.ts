/** What servers and clients say to each other. `kind` is what the stage prints; quorum packets carry their real names. */
import type { Bytes, SessionId, Sid } from '../base/ids.ts';
import type { Zxid } from '../base/zxid.ts';
import type { ClientOp, DataTree, ErrorCode, OpResult, Txn } from '../tree/types.ts';
import type { Role, Vote } from './types.ts';

export type ElectionMessage = { readonly kind: 'NOTIFICATION'; readonly state: Role; readonly vote: Vote; readonly version: number };

export type QuorumPacket =
  | { readonly kind: 'FOLLOWERINFO' | 'OBSERVERINFO'; readonly sid: Sid; readonly acceptedEpoch: number }
  | { readonly kind: 'LEADERINFO'; readonly epoch: number }
  /** `currentEpoch` is −1 for "I have accepted this epoch before: sync me, but do not count me". */
  | {
      readonly kind: 'ACKEPOCH';
      readonly lastZxid: Zxid;
      readonly currentEpoch: number;
      /** A learner that could not carry out TRUNC. */ readonly wantsSnapshot?: true;
    }
  | { readonly kind: 'DIFF' | 'TRUNC'; readonly zxid: Zxid }
  | { readonly kind: 'SNAP'; readonly zxid: Zxid; readonly tree: DataTree }
  | { readonly kind: 'PROPOSAL'; readonly zxid: Zxid; readonly txn: Txn; /** As logged. */ readonly bytes: Bytes }
  | { readonly kind: 'INFORM'; readonly zxid: Zxid; readonly txn: Txn; readonly bytes: Bytes }
  | { readonly kind: 'COMMIT'; readonly zxid: Zxid }
  | { readonly kind: 'NEWLEADER'; readonly zxid: Zxid }
  | { readonly kind: 'ACK'; readonly zxid: Zxid }
  | { readonly kind: 'UPTODATE' }
  | { readonly kind: 'REQUEST'; readonly session: SessionId; readonly cxid: number; readonly op: ClientOp }
  | {
      readonly kind: 'PING';
      readonly zxid: Zxid;
      /** Learner's answer: sessions touched since the last one. */ readonly touched?: readonly (readonly [SessionId, number])[];
    }
  | { readonly kind: 'REVALIDATE'; readonly session: SessionId; readonly timeoutMs?: number; readonly valid?: boolean }
  | { readonly kind: 'SYNC' };

export type ClientMessage =
  | {
      readonly kind: 'ConnectRequest';
      readonly lastZxidSeen: Zxid;
      readonly timeoutMs: number;
      readonly session: SessionId;
      readonly password: Bytes;
    }
  | { readonly kind: 'Request'; readonly xid: number; readonly op: ClientOp }
  /** xid −2. */
  | { readonly kind: 'ClientPing' };

export type ServerMessage =
  /** `timeoutMs` 0 means refused: the session has expired or the password is wrong. */
  | { readonly kind: 'ConnectResponse'; readonly timeoutMs: number; readonly session: SessionId; readonly password: Bytes }
  | { readonly kind: 'Reply'; readonly xid: number; readonly zxid: Zxid; readonly err: ErrorCode; readonly result: OpResult }
  | { readonly kind: 'PingReply'; readonly zxid: Zxid };

export type Message = ElectionMessage | QuorumPacket | ClientMessage | ServerMessage;
export type MessageKind = Message['kind'];

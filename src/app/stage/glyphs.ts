/**
 * How a message looks: a shape by family, two letters by kind, and its key field. The same everywhere (stage, timeline, inspector).
 */
import { messageLabel } from '../../trace/narrate.ts';
import type { Message, MessageKind } from '../../zab/types.ts';

/** election: who should lead · discovery: which epoch · sync: catching up · broadcast: txns · client: requests · heartbeat */
export type Family = 'election' | 'discovery' | 'sync' | 'broadcast' | 'client' | 'heartbeat';

export interface Glyph {
  readonly letters: string;
  readonly family: Family;
}

export const GLYPHS: Readonly<Record<MessageKind, Glyph>> = {
  NOTIFICATION: { letters: 'NO', family: 'election' },
  FOLLOWERINFO: { letters: 'FI', family: 'discovery' },
  OBSERVERINFO: { letters: 'OI', family: 'discovery' },
  LEADERINFO: { letters: 'LI', family: 'discovery' },
  ACKEPOCH: { letters: 'AE', family: 'discovery' },
  DIFF: { letters: 'DF', family: 'sync' },
  TRUNC: { letters: 'TR', family: 'sync' },
  SNAP: { letters: 'SN', family: 'sync' },
  NEWLEADER: { letters: 'NL', family: 'sync' },
  UPTODATE: { letters: 'UD', family: 'sync' },
  PROPOSAL: { letters: 'PR', family: 'broadcast' },
  ACK: { letters: 'AK', family: 'broadcast' },
  COMMIT: { letters: 'CM', family: 'broadcast' },
  INFORM: { letters: 'IN', family: 'broadcast' },
  REQUEST: { letters: 'RQ', family: 'client' },
  REVALIDATE: { letters: 'RV', family: 'client' },
  SYNC: { letters: 'SY', family: 'client' },
  ConnectRequest: { letters: 'CQ', family: 'client' },
  ConnectResponse: { letters: 'CR', family: 'client' },
  Request: { letters: 'RQ', family: 'client' },
  Reply: { letters: 'RE', family: 'client' },
  PING: { letters: 'PI', family: 'heartbeat' },
  ClientPing: { letters: 'PI', family: 'heartbeat' },
  PingReply: { letters: 'PI', family: 'heartbeat' },
};

/** Half the size of a glyph on the stage, px at scale 1. */
export const GLYPH_HALF = { x: 15, y: 11 } as const;

/** The field that tells most, short: a vote shows its candidate and zxid, a proposal its zxid. */
export function keyField(message: Message): string {
  return messageLabel(message).text;
}

/** The epoch a message belongs to: its hue. 0 when it belongs to none. */
export function epochOf(message: Message): number {
  switch (message.kind) {
    case 'NOTIFICATION':
      return Math.max(0, message.vote.peerEpoch);
    case 'FOLLOWERINFO':
    case 'OBSERVERINFO':
      return message.acceptedEpoch;
    case 'LEADERINFO':
      return message.epoch;
    case 'ACKEPOCH':
      return message.lastZxid.epoch;
    case 'DIFF':
    case 'TRUNC':
    case 'SNAP':
    case 'PROPOSAL':
    case 'INFORM':
    case 'COMMIT':
    case 'NEWLEADER':
    case 'ACK':
    case 'PING':
      return message.zxid.epoch;
    case 'Reply':
    case 'PingReply':
      return message.zxid.epoch;
    default:
      return 0;
  }
}

/** Outline of a glyph by family, as an SVG path around the origin; `hx`, `hy` are half its size. */
export function glyphPath(family: Family, hx: number, hy: number): string {
  switch (family) {
    case 'election':
      return `M${-hx} 0 ${-hx * 0.6} ${-hy}H${hx * 0.6}L${hx} 0 ${hx * 0.6} ${hy}H${-hx * 0.6}Z`;
    case 'discovery':
      return `M${-hx} ${hy}L${-hx * 0.75} ${-hy}H${hx}L${hx * 0.75} ${hy}Z`;
    case 'sync':
      return `M${-hx} ${-hy}H${hx}V${hy}H${-hx}Z`;
    case 'client':
      return `M${-hx} ${-hy}H${hx * 0.7}L${hx} 0 ${hx * 0.7} ${hy}H${-hx}Z`;
    case 'broadcast':
    case 'heartbeat':
      return `M${-hx + hy} ${-hy}H${hx - hy}A${hy} ${hy} 0 0 1 ${hx - hy} ${hy}H${-hx + hy}A${hy} ${hy} 0 0 1 ${-hx + hy} ${-hy}Z`;
  }
}

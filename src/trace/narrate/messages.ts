/** How a message is shown on its way: a two-letter code and its key field. */
import { candidate, opText, z } from './text.ts';
import type { Language, MessageOf } from './language.ts';
import type { Message, MessageKind } from '../../zab/types.ts';

export interface MessageLabel {
  /** Two letters, the same in all languages. */
  readonly code: string;
  /** Key field: a vote's candidate and zxid, a packet's zxid, an epoch. May be empty. */
  readonly text: string;
}

/** Two letters for every kind of message. */
export const MESSAGE_CODES: Readonly<Record<MessageKind, string>> = {
  NOTIFICATION: 'NO',
  FOLLOWERINFO: 'FI',
  OBSERVERINFO: 'OI',
  LEADERINFO: 'LI',
  ACKEPOCH: 'AE',
  DIFF: 'DF',
  TRUNC: 'TR',
  SNAP: 'SN',
  NEWLEADER: 'NL',
  UPTODATE: 'UD',
  PROPOSAL: 'PR',
  ACK: 'AK',
  COMMIT: 'CM',
  INFORM: 'IN',
  PING: 'PI',
  REQUEST: 'RQ',
  REVALIDATE: 'RV',
  SYNC: 'SY',
  ConnectRequest: 'CQ',
  Request: 'RQ',
  ClientPing: 'PI',
  ConnectResponse: 'CR',
  Reply: 'RE',
  PingReply: 'PI',
};

export function messageLabel(message: Message): MessageLabel {
  return { code: MESSAGE_CODES[message.kind], text: keyField(message) };
}

function keyField(message: Message): string {
  switch (message.kind) {
    case 'NOTIFICATION':
      return `${candidate(message.vote.leader, '–')} · ${z(message.vote.zxid)}`;
    case 'FOLLOWERINFO':
    case 'OBSERVERINFO':
      return `e${message.acceptedEpoch}`;
    case 'LEADERINFO':
      return `e${message.epoch}`;
    case 'ACKEPOCH':
      return `e${message.currentEpoch} · ${z(message.lastZxid)}`;
    case 'REQUEST':
      return opText(message.op);
    case 'Request':
      return opText(message.op);
    case 'REVALIDATE':
      return message.session;
    case 'ConnectRequest':
      return z(message.lastZxidSeen);
    case 'ConnectResponse':
      return message.session;
    case 'Reply':
      return message.err === 'OK' ? z(message.zxid) : message.err;
    case 'UPTODATE':
    case 'SYNC':
    case 'ClientPing':
      return '';
    default:
      return z(message.zxid);
  }
}

/** What kind of message it is, in words, with ZooKeeper's name: "Vote (NOTIFICATION)". */
export function messageTitle(message: Message, language: Language): string {
  return `${language.titles[message.kind]} (${message.kind})`;
}

/** What it says, as a predicate for its sender. */
export function messageSays(message: Message, language: Language): string {
  const say = language.messages[message.kind] as (message: MessageOf<MessageKind>) => string;
  return say(message);
}

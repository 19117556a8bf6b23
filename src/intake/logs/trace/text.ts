/** What a record says, in a few words: ZooKeeper's own where it has some. Nothing of the record is left out. */
import { formatZxid } from '../../../base/zxid.ts';
import type { LogFact, LoggedException, LoggedVote } from '../facts.ts';

/** Most characters of a text; a log line can be very long. */
const MOST = 500;

/** The record as one line of text. */
export function textOf(fact: LogFact): string {
  const text = ownWords(fact) ?? listed(fact);
  return text.length > MOST ? `${text.slice(0, MOST)}…` : text;
}

function ownWords(fact: LogFact): string | null {
  switch (fact.kind) {
    case 'role':
      return fact.role;
    case 'phase':
      return `Peer state changed: ${fact.words.join(' - ')}`;
    case 'setLooking':
      return 'PeerState set to LOOKING';
    case 'electionTook':
      return `${fact.role} - LEADER ELECTION TOOK - ${fact.ms} MS`;
    case 'newElection':
      return `New election. My id = ${fact.myid}, proposed zxid=${formatZxid(fact.zxid)}`;
    case 'notification':
      return `Notification: n.sid:${fact.from}, n.state:${fact.state}, ${voteText(fact.vote)}`;
    case 'sending':
      return `Sending Notification: ${voteText(fact.vote)}, recipient:${fact.to}`;
    case 'setting':
      return `${fact.name} = ${fact.value}`;
    case 'version':
      return `ZooKeeper ${fact.version}`;
    case 'snapshotLoaded':
      return `Snapshot loaded, highest zxid is ${formatZxid(fact.zxid)}`;
    case 'txnsLoaded':
      return `${fact.txns} txns loaded`;
    case 'snapshotting':
      return `Snapshotting: ${formatZxid(fact.zxid)} to ${fact.file}`;
    case 'readingSnapshot':
      return `Reading snapshot ${fact.file}`;
    case 'newLogFile':
      return `Creating new log file: ${fact.file}`;
    default:
      return null;
  }
}

function voteText({ leader, zxid, round, peerEpoch }: LoggedVote): string {
  const more = [round === null ? '' : `, n.round:${round}`, peerEpoch === null ? '' : `, n.peerEpoch:${peerEpoch}`];
  return `n.leader:${leader}, n.zxid:${formatZxid(zxid)}${more.join('')}`;
}

/** `slowFsync: ms 1200, bytes 77`. */
function listed(fact: LogFact): string {
  const parts: string[] = [];
  for (const [name, value] of Object.entries(fact)) {
    if (name === 'kind' || value === null) continue;
    parts.push(`${name} ${valueText(value)}`);
  }
  return parts.length === 0 ? fact.kind : `${fact.kind}: ${parts.join(', ')}`;
}

function valueText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`;
  if ('counter' in value) return formatZxid(value as { epoch: number; counter: number });
  if ('causes' in value) return exceptionText(value as LoggedException);
  return Object.entries(value)
    .filter(([, part]) => part !== null)
    .map(([name, part]) => `${name} ${valueText(part)}`)
    .join(' ');
}

function exceptionText({ type, message, causes }: LoggedException): string {
  return [{ type, message }, ...causes].map((one) => (one.message === '' ? one.type : `${one.type}: ${one.message}`)).join(', caused by ');
}

/** What the exceptions below a line, and its own words, mean for the one that gave up. */
import type { LeaderGiveUp, LearnerGiveUp } from '../../../zab/types.ts';
import type { LoggedException } from '../facts.ts';

/** Words of the message, or the class, and what they mean; the first that fits counts. */
const LEARNER: readonly (readonly [RegExp, LearnerGiveUp])[] = [
  [/less than accepted epoch|epoch of leader is lower|Leader epoch/i, 'epochTooOld'],
  [/trunc/i, 'truncFailed'],
  [/SocketTimeoutException|Read timed out|timed out/i, 'readTimeout'],
  [/ConnectException|NoRouteToHost|UnknownHost|Failed connect|could not connect|initLimit exceeded/i, 'cannotConnect'],
  [/non.?continuous|out of order|not continuous/i, 'nonContinuous'],
  [/Committing zxid/i, 'commitMismatch'],
  [/unexpected packet|First packet should have been|unexpected pac?ket|Got unexpected/i, 'unexpectedPacket'],
  [/InterruptedException|interrupted/i, 'stopped'],
  [/No space left|disk|FileNotFound|Input\/output error/i, 'diskFailure'],
  [/EOFException|SocketException|Connection reset|Socket closed|Broken pipe|SSLException/i, 'connectionLost'],
];

/** Why a learner left its leader. What nothing tells is a lost connection: the most frequent by far. */
export function learnerReason(exception: LoggedException | null): LearnerGiveUp {
  if (exception === null) return 'connectionLost';
  const text = [exception, ...exception.causes].map(({ type, message }) => `${type}: ${message}`).join('\n');
  return LEARNER.find(([words]) => words.test(text))?.[1] ?? 'connectionLost';
}

/** Source: `Leader.lead`, `Leader.shutdown`, `Leader.getEpochToPropose`, `Leader.waitForEpochAck`, `Leader.waitForNewLeaderAck`. */
const LEADER: readonly (readonly [RegExp, LeaderGiveUp])[] = [
  [/waiting for epoch from quorum/i, 'epochTimeout'],
  [/epoch to be acked/i, 'epochAckTimeout'],
  [/Waiting for a quorum of followers/i, 'newLeaderTimeout'],
  [/Not sufficient followers synced|not.*enough followers|quorum.*lost/i, 'quorumLost'],
  [/rolled over|roll over/i, 'zxidRollover'],
  [/shutdown leader|quorum peer shutdown|stopped|interrupted/i, 'stopped'],
];

/** Why a leader gave up, from the reason it gave. */
export function leaderReason(reason: string): LeaderGiveUp {
  return LEADER.find(([words]) => words.test(reason))?.[1] ?? 'internalError';
}

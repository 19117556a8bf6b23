/**
 * What went wrong in a case, and what is worth knowing: each rule looks for one thing and writes down the lines that show it.
 * The sentences are made by `sentence.ts`, so that a finding can be told in any language.
 */
import type { Finding, LogCase, LogSummary } from '../model.ts';
import { contextOf } from './context.ts';
import type { Context } from './context.ts';
import type { Draft } from './finding.ts';
import { ranked } from './rank.ts';
import * as epochs from './rules/epochs.ts';
import * as files from './rules/files.ts';
import * as leaders from './rules/leaders.ts';
import * as limits from './rules/limits.ts';
import * as members from './rules/members.ts';
import * as quorum from './rules/quorum.ts';
import * as reach from './rules/reach.ts';
import * as texts from './rules/texts.ts';
import * as versions from './rules/versions.ts';
import * as votes from './rules/votes.ts';

type Rule = (context: Context) => readonly Draft[];

/** All rules. Each looks at the whole case and finds one kind of thing, or a family of them. */
export const RULES: readonly Rule[] = [
  leaders.leaderEstablished,
  leaders.leaderNotEstablished,
  leaders.leaderReplaced,
  leaders.noLeader,
  leaders.lookingAtEnd,
  votes.whyThisLeader,
  votes.betterNotHeard,
  votes.joinedEstablished,
  reach.cannotOpen,
  reach.unresolvedNames,
  reach.cannotReachLeader,
  reach.neverHeard,
  reach.neverVoted,
  reach.oneWay,
  reach.badConnections,
  members.sameIdHeard,
  members.sameIdVotes,
  members.sameIdArrived,
  members.sameIdLogs,
  members.notAMember,
  members.unknownIds,
  members.membersDiffer,
  members.configVersions,
  members.votesForStrangers,
  members.weightsDiffer,
  members.connectionStorm,
  epochs.epochRefused,
  epochs.ackEpochRefused,
  epochs.epochReused,
  epochs.syncedUnderReusedEpoch,
  epochs.epochForgotten,
  epochs.epochFilesWrong,
  epochs.epochFileMissing,
  epochs.historyDropped,
  epochs.snapshotSyncs,
  limits.leaderWaited,
  limits.learnerTimedOut,
  limits.learnerTooSlow,
  limits.quorumLost,
  limits.slowFsync,
  limits.stalls,
  quorum.flapping,
  quorum.restless,
  quorum.noQuorumHeard,
  quorum.leaderNotHeard,
  quorum.votesSplit,
  quorum.backedOff,
  quorum.endsWithoutQuorum,
  files.damagedFiles,
  files.exits,
  files.diskErrors,
  files.brokenProcess,
  files.ports,
  files.configErrors,
  files.digests,
  versions.versionMix,
  versions.logHoles,
  versions.zxidJumps,
  texts.clockOffsets,
  texts.clocksUntied,
  texts.clockSteps,
  texts.impossibleOrders,
  texts.readerNotes,
  texts.startsInTheMiddle,
  texts.noDebug,
  texts.noElection,
  texts.notAServerLog,
  texts.unknownServers,
];

/**
 * Looks for everything that is known to go wrong.
 *
 * @returns problems before notes, certain ones before those that the logs allow to read otherwise, then by time; at most 200, each with
 * at most 20 lines.
 */
export function diagnose(logCase: LogCase, summary: LogSummary): readonly Finding[] {
  const context = contextOf(logCase, summary);
  return ranked(RULES.flatMap((rule) => rule(context)));
}

/** Who would win an election among these servers, by the votes they would cast. */
import type { Sid } from '../../base/ids.ts';
import { DEFAULT_CONFIG } from '../../ensemble/options.ts';
import { beats, type OrderedBy } from '../../zab/election/votes.ts';
import { isQuorum, voters } from '../../zab/quorum.ts';
import type { EnsembleConfig, Vote } from '../../zab/types.ts';
import type { ConfigMember, DirectoryReport } from './types.ts';

export interface ElectionForecast {
  /** Who is asked: servers that start and vote, ascending. */
  readonly electors: readonly Sid[];
  /** Voters of the ensemble, whether they are asked or not. */
  readonly voters: readonly Sid[];
  readonly quorum: boolean;
  /** The best vote, and null where there is no quorum. */
  readonly winner: Sid | null;
  /** How the winner beats each other elector. */
  readonly because: readonly { readonly loser: Sid; readonly by: OrderedBy }[];
  /** The epoch that it would lead: one more than the highest accepted one among them. */
  readonly epoch: number;
}

/** A server of a comparison. */
export interface Contender {
  readonly sid: Sid;
  readonly report: DirectoryReport;
}

export function configOfMembers(members: readonly ConfigMember[]): EnsembleConfig {
  return {
    ...DEFAULT_CONFIG,
    members: members.map(({ sid, observer, weight, group }) => ({
      sid,
      type: observer ? 'observer' : 'participant',
      ...(weight === undefined ? {} : { weight }),
      ...(group === undefined ? {} : { group }),
    })),
  };
}

/**
 * Compares the votes as an election does. It takes for granted that all hear each other before they decide; a server that comes later joins the leader there
 * is, whatever its own vote.
 *
 * Source: `FastLeaderElection.totalOrderPredicate`, `Leader.getEpochToPropose`.
 */
export function electionOf(contenders: readonly Contender[], members: readonly ConfigMember[]): ElectionForecast {
  const config = configOfMembers(members);
  const all = voters(config);
  const votes = contenders.flatMap(({ sid, report }) => (all.includes(sid) ? voteOf(sid, report) : []));
  const electors = votes.map(({ leader }) => leader).sort((a, b) => a - b);
  const best = votes.reduce<Vote | null>((so, vote) => (so === null || beats(vote, so, config).beats ? vote : so), null);
  const quorum = isQuorum(config, electors);
  const winner = quorum && best !== null ? best.leader : null;
  const because =
    best === null || winner === null
      ? []
      : votes.filter((vote) => vote !== best).map((vote) => ({ loser: vote.leader, by: beats(best, vote, config).by }));
  const accepted = contenders.map(({ report: { start } }) => (start.starts === true ? start.acceptedEpoch : 0));
  return { electors, voters: all, quorum, winner, because, epoch: Math.max(0, ...accepted) + 1 };
}

function voteOf(sid: Sid, { start }: DirectoryReport): Vote[] {
  return start.starts === true ? [{ leader: sid, zxid: start.lastZxid, electionEpoch: 1, peerEpoch: start.currentEpoch }] : [];
}

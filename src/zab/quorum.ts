/**
 * Who votes, and which sets of voters are a quorum: a majority (`QuorumMaj`), or, when members have groups, a majority of
 * weight in a majority of groups (`QuorumHierarchical`).
 */
import type { Sid } from '../base/ids.ts';
import type { EnsembleConfig, Member } from './types.ts';

interface Group {
  readonly weights: ReadonlyMap<Sid, number>;
  readonly total: number;
}

/** What is worth working out once per configuration; `isQuorum` runs for every ACK. */
interface Verifier {
  readonly voters: readonly Sid[];
  readonly voterSet: ReadonlySet<Sid>;
  readonly half: number;
  /** Null: plain majority. */
  readonly weights: ReadonlyMap<Sid, number> | null;
  /** Groups with weight; the others neither count nor need to be won. */
  readonly groups: readonly Group[];
}

const verifiers = new WeakMap<EnsembleConfig, Verifier>();

function verifierOf(config: EnsembleConfig): Verifier {
  let verifier = verifiers.get(config);
  if (verifier === undefined) verifiers.set(config, (verifier = makeVerifier(config)));
  return verifier;
}

function makeVerifier(config: EnsembleConfig): Verifier {
  const participants = config.members.filter((member) => member.type === 'participant');
  const voters = participants.map((member) => member.sid).sort((a, b) => a - b);
  const hierarchical = participants.some((member) => member.group !== undefined);
  return {
    voters,
    voterSet: new Set(voters),
    half: Math.floor(voters.length / 2),
    weights: hierarchical ? new Map(participants.map(weighed)) : null,
    groups: hierarchical ? groupsOf(participants).filter((group) => group.total > 0) : [],
  };
}

function weighed(member: Member): readonly [Sid, number] {
  return [member.sid, member.weight ?? 1];
}

function groupsOf(participants: readonly Member[]): readonly Group[] {
  const byGroup = new Map<number, Map<Sid, number>>();
  for (const member of participants) {
    if (member.group === undefined) {
      throw new Error(`Server ${member.sid} is not in a group. When one participant has a group, every participant needs one.`);
    }
    const weights = byGroup.get(member.group) ?? new Map<Sid, number>();
    byGroup.set(member.group, weights.set(...weighed(member)));
  }
  return [...byGroup.values()].map((weights) => ({ weights, total: [...weights.values()].reduce((sum, weight) => sum + weight, 0) }));
}

/** The servers whose votes and ACKs count, lowest sid first. */
export function voters(config: EnsembleConfig): readonly Sid[] {
  return verifierOf(config).voters;
}

/** Whether this server is a participant of the configuration. */
export function isVoter(config: EnsembleConfig, sid: Sid): boolean {
  return verifierOf(config).voterSet.has(sid);
}

/**
 * What this server's support weighs. Without groups everybody weighs 1, strangers included; with groups strangers weigh nothing.
 *
 * Source: `QuorumMaj.getWeight`, `QuorumHierarchical.getWeight`. Differs: the latter fails for strangers.
 */
export function weightOf(config: EnsembleConfig, sid: Sid): number {
  const { weights } = verifierOf(config);
  return weights === null ? 1 : (weights.get(sid) ?? 0);
}

/**
 * Whether these servers are a quorum. Non-voters among them are not counted; each sid must be listed at most once.
 *
 * @throws Error when some participants have a group and some have none.
 * Source: `SyncedLearnerTracker.addAck`, `QuorumMaj.containsQuorum`, `QuorumHierarchical.containsQuorum` (E-60, E-61).
 */
export function isQuorum(config: EnsembleConfig, sids: readonly Sid[]): boolean {
  const verifier = verifierOf(config);
  return verifier.weights === null ? isMajority(verifier, sids) : isHierarchicalQuorum(verifier, sids);
}

function isMajority({ voterSet, half }: Verifier, sids: readonly Sid[]): boolean {
  let count = 0;
  for (const sid of sids) if (voterSet.has(sid)) count++;
  return count > half;
}

function isHierarchicalQuorum({ groups }: Verifier, sids: readonly Sid[]): boolean {
  let won = 0;
  for (const { weights, total } of groups) {
    let weight = 0;
    for (const sid of sids) weight += weights.get(sid) ?? 0;
    if (weight > total / 2) won++;
  }
  return won > groups.length / 2;
}

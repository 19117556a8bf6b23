/**
 * The rules that each variant changes. What a variant is, and what it breaks: `variantList.ts`.
 */
import type { Profile } from './switches.ts';

export const VARIANTS: Readonly<Record<string, Partial<Profile>>> = {
  'ZOOKEEPER-335': { epochMemory: 'lastTxn' },
  'ZOOKEEPER-1154': { divergedPeer: 'overlooked' },
  'ZOOKEEPER-1549': { truncSnapshots: 'kept', truncResult: 'assumed' },
  'BUG-R52': { truncTarget: 'firstNotOlder', truncResult: 'assumed' },
  'ZOOKEEPER-2355': { diffZxid: 'moves' },
  'ZOOKEEPER-2832': { rollback: 'SNAP', snapLogs: 'kept' },
  'ZOOKEEPER-2845': { roleEnd: 'leavesMemory' },
  'ZOOKEEPER-3104': { newLeaderPlace: 'overtakes' },
  'ZOOKEEPER-3127': { multiZxid: 'withFirst' },
  'ZOOKEEPER-3642': { interruptedSync: 'kept' },
  'ZOOKEEPER-3911': { newLeaderOrder: 'ackFirst' },
  'ZOOKEEPER-4394': { newLeaderOrder: 'appendAll' },
  'ZOOKEEPER-4643': { newLeaderOrder: 'epochThenHistory' },
  'ZOOKEEPER-4646': { newLeaderOrder: 'ackBeforeFlush' },
  'ZOOKEEPER-4685': { newLeaderOrder: 'proposalAckFirst' },
  'ZOOKEEPER-4712': { shutdownOrder: 'fastForwardFirst' },
  'ZOOKEEPER-4882': { diskError: 'memoryKept' },
  'ZOOKEEPER-4925': { syncApply: 'forgotten', proposalGap: 'warned' },
  'dirty-fuzzy-snapshot': { snapshotAtRoleEnd: 'followsMemory' },
  'recovered-not-durable': { recoveredLog: 'believed' },
  'snapshot-in-place': { snapshotFile: 'inPlace' },
  'ack-of-the-cut': { ackOfTheCut: 'counts' },
  'ZOOKEEPER-5094': { interruptedSync: 'snapGivenUp' },
  'commit-needs-all': { commitNeeds: 'all' },
  'leader-by-hash': { voteOrder: 'hash' },
  'leader-by-sid': { voteOrder: 'sid' },
  'no-trunc': { rollback: 'never' },
  'flush-now-and-then': { durability: 'snapshotsOnly' },
};

/** A name that does not exist, or two variants that change one rule in different ways. */
export type WrongVariants =
  | { readonly unknown: string; readonly clash?: never }
  | { readonly unknown?: never; readonly clash: readonly [first: string, second: string, rule: string] };

/** A profile with variants on top of it, in any order. */
export function withVariants(profile: Profile, names: readonly string[]): { readonly profile: Profile } | WrongVariants {
  const setBy = new Map<string, string>();
  let changed = profile;
  for (const name of names) {
    const variant = Object.hasOwn(VARIANTS, name) ? VARIANTS[name] : undefined;
    if (variant === undefined) return { unknown: name };
    for (const [rule, value] of Object.entries(variant)) {
      const other = setBy.get(rule);
      if (other !== undefined && (changed as unknown as Record<string, unknown>)[rule] !== value) return { clash: [other, name, rule] };
      setBy.set(rule, name);
    }
    changed = { ...changed, ...variant };
  }
  return { profile: names.length === 0 ? profile : { ...changed, name: [profile.name, ...names].join(' + ') } };
}

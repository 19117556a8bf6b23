/** What a server will make of a directory: recovery itself, run on a copy. */
import { mapEntries } from '../../base/chunked.ts';
import type { Bytes, SessionId } from '../../base/ids.ts';
import { compareZxid, type Zxid } from '../../base/zxid.ts';
import { recover, type RecoveryOptions } from '../../store/recovery.ts';
import type { Disk } from '../../store/types.ts';
import type { DataTree, Txn } from '../../tree/types.ts';
import { nodeCount } from '../../tree/tree.ts';
import type { Profile } from '../../zab/profile.ts';
import type { Damage, DamageEffect, SnapshotReport, StartForecast } from './types.ts';

/** Of `zookeeper.commitLogCount`. */
const COMMIT_LOG_COUNT = 500;

export function recoveryOptionsOf(profile: Profile, configData: Bytes | null = null): RecoveryOptions {
  return {
    commitLogCount: COMMIT_LOG_COUNT,
    trustEmptySnapshot: false,
    autocreate: true,
    configData,
    now: 0,
    deleteEmptyNewestLog: profile.emptyNewestLog === 'deleted',
  };
}

/** Tries a start. */
export function forecastOf(disk: Disk, profile: Profile, snapshots: readonly SnapshotReport[]): StartForecast {
  const digests = new DigestWatch(snapshots);
  const outcome = recover(disk, { ...recoveryOptionsOf(profile), onReplayed: ({ txn }, tree) => digests.saw(txn, tree) });
  if (!outcome.ok) return { starts: false, failure: outcome.failure, steps: outcome.steps };
  const { tree, steps } = outcome.recovered;
  const epochs = steps.find((step) => step.step === 'epochs');
  const loaded = steps.find((step) => step.step === 'snapshotLoaded');
  return {
    starts: true,
    lastZxid: tree.lastProcessedZxid,
    acceptedEpoch: epochs?.acceptedEpoch ?? 0,
    currentEpoch: epochs?.currentEpoch ?? 0,
    nodes: nodeCount(tree),
    sessions: [...mapEntries(tree.sessions)] as [SessionId, number][],
    snapshotZxid: loaded?.zxid ?? null,
    steps,
    digestMismatches: digests.result(),
    tree,
  };
}

/**
 * Counts replayed txns whose digest differs from that of the tree. A fuzzy snapshot may hold effects of later txns, so digests can be compared only from the
 * last txn on that was processed while it was written.
 *
 * Source: `DataTree.compareDigest`, `DataTree.compareSnapshotDigests`.
 */
class DigestWatch {
  readonly #snapshots: readonly SnapshotReport[];
  #comparableFrom: Zxid | null | undefined = undefined;
  #count = 0;
  #first: Zxid | null = null;

  constructor(snapshots: readonly SnapshotReport[]) {
    this.#snapshots = snapshots;
  }

  saw(txn: Txn, tree: DataTree): void {
    this.#comparableFrom ??= this.#fuzzyEnd(txn.zxid);
    if (txn.digest === null || this.#comparableFrom === null || compareZxid(txn.zxid, this.#comparableFrom) < 0) return;
    if (txn.digest === tree.digest) return;
    this.#count++;
    this.#first ??= txn.zxid;
  }

  result(): { readonly count: number; readonly first: Zxid } | null {
    return this.#first === null ? null : { count: this.#count, first: this.#first };
  }

  /** Of the newest whole snapshot before the first replayed txn; null when it does not tell. */
  #fuzzyEnd(first: Zxid): Zxid | null {
    const base = this.#snapshots.findLast(({ valid, zxid }) => valid && compareZxid(zxid, first) < 0);
    const end = base?.content?.digestZxid ?? null;
    return base === undefined || end === null || compareZxid(end, base.zxid) < 0 ? (base?.zxid ?? null) : end;
  }
}

/** Damage whose consequence is not known yet. */
export type FoundDamage = Omit<Damage, 'effect'>;

/** What becomes of damage at this start. */
export function effectOf(damage: FoundDamage, start: StartForecast): DamageEffect {
  if (start.starts === null) return 'unknown';
  if (damage.kind === 'behindPadding') return 'unread';
  if (!start.starts && (start.failure.file ?? null) === damage.file && damage.file !== null) return 'stops';
  if (damage.kind === 'snapshot' || damage.kind === 'snapshotUnfinished') {
    const skipped = start.steps.some((step) => step.step === 'snapshotSkipped' && step.file === damage.file);
    if (!skipped) return 'unread';
    return start.steps.some((step) => step.step === 'snapshotLoaded') || start.starts ? 'fallsBack' : 'stops';
  }
  if (damage.kind === 'torn') {
    return start.steps.some((step) => step.step === 'logReplayed' && step.file === damage.file) ? 'drops' : 'unread';
  }
  if (damage.kind === 'missing') return start.starts ? 'mends' : 'stops';
  return damage.kind === 'header' && start.starts && damage.offset === 0 ? 'mends' : 'unread';
}

/** What the checks share: the ghost state, and how they say that something does not hold. */
import type { Sid } from '../../base/ids.ts';
import { isQuorum } from '../../zab/quorum.ts';
import type { EnsembleConfig } from '../../zab/types.ts';
import { align } from '../ghost.ts';
import { INVARIANTS, isLeftToConsequences, knownCauses, type InvariantName } from '../invariantList.ts';
import { explanation, type Tampering } from '../tamper.ts';
import type { Ghost } from './state.ts';

export interface Finding {
  readonly violation?: { readonly invariant: InvariantName; readonly sentence: string; readonly source: string };
  readonly void?: { readonly guarantee: InvariantName; readonly sentence: string };
}

export class Checks {
  readonly config: EnsembleConfig;
  ghost: Ghost;
  finding: Finding | null = null;

  constructor(config: EnsembleConfig, ghost: Ghost) {
    this.config = config;
    this.ghost = ghost;
  }

  /**
   * Something does not hold.
   *
   * @param why what a person did that makes the guarantee void, in words; null if it is broken.
   */
  report(name: InvariantName, what: string, why: string | null, sid: Sid | null): void {
    if (this.finding !== null || this.ghost.reported.has(name) || isLeftToConsequences(name, this.config.profile)) return;
    this.ghost.reported.add(name);
    const { says, source } = INVARIANTS[name];
    if (why !== null)
      this.finding = { void: { guarantee: name, sentence: `${what} ZooKeeper promises the contrary, but not after this: ${why}.` } };
    else
      this.finding = {
        violation: {
          invariant: name,
          sentence: `${what} ${says}${knownCauses(name, this.config.profile, sid !== null && this.ghost.truncated.has(sid))}`,
          source,
        },
      };
  }

  /** Whether the person's actions took the committed txn at an index from a quorum's disks. */
  disksLost(index: number): string | null {
    const { committed, histories, tampered } = this.ghost;
    for (const history of histories.values()) align(history, committed);
    const keepers = [...histories].filter(([, history]) => history.matched > index).map(([sid]) => sid);
    const losers = [...tampered].filter(([sid, done]) => done.held > index && !keepers.includes(sid));
    return this.explain(keepers, losers);
  }

  promisesWiped(epoch: number): string | null {
    const { servers, tampered } = this.ghost;
    const keepers = [...servers].filter(([sid, server]) => !tampered.has(sid) && server.acceptedEpoch >= epoch).map(([sid]) => sid);
    return this.explain(
      keepers,
      [...tampered].filter(([, done]) => done.accepted >= epoch),
    );
  }

  /** What was done to a server's own files that can make its content wrong. */
  own(sid: Sid): string | null {
    const done = this.ghost.tampered.get(sid);
    return done === undefined || done.emptied ? null : done.what;
  }

  /** What was done to the files of anybody. */
  files(): string | null {
    for (const { what, emptied } of this.ghost.tampered.values()) if (!emptied) return what;
    return null;
  }

  /** Like `own`, or that its disk took nothing more. */
  disk(sid: Sid): string | null {
    return this.own(sid) ?? (this.ghost.failedDisks.has(sid) ? `the disk of server ${sid} was full` : null);
  }

  /** What was done to the disk of any of these servers. */
  anyOf(sids: Iterable<Sid>): string | null {
    for (const sid of sids) {
      const done = this.ghost.tampered.get(sid);
      if (done !== undefined) return done.what;
      if (this.ghost.failedDisks.has(sid)) return this.disk(sid);
    }
    return null;
  }

  private explain(keepers: readonly Sid[], losers: readonly (readonly [Sid, Tampering])[]): string | null {
    return explanation(
      keepers,
      losers.map(([, done]) => done),
      losers.map(([sid]) => sid),
      (sids) => isQuorum(this.config, sids),
    );
  }
}

/** What the checks share: the ghost state, and how they say that something does not hold. */
import type { Sid } from '../../base/ids.ts';
import { isQuorum } from '../../zab/quorum.ts';
import type { EnsembleConfig } from '../../zab/types.ts';
import { align } from '../ghost.ts';
import type { Breach, Deed } from '../breach.ts';
import { INVARIANTS, isLeftToConsequences, knownCauses, type InvariantName } from '../invariantList.ts';
import { explanation, isEmptied, type Tampering } from '../tamper.ts';
import type { WorldEvent } from '../types.ts';
import type { Ghost } from './state.ts';

export interface Finding {
  readonly violation?: Omit<Extract<WorldEvent, { type: 'violation' }>, 'type'> & { readonly invariant: InvariantName };
  readonly void?: Omit<Extract<WorldEvent, { type: 'guaranteeVoid' }>, 'type'> & { readonly guarantee: InvariantName };
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
   * @param after what a person did that makes the guarantee void; null if it is broken.
   * @param sid whose known defects may be the cause.
   */
  report(name: InvariantName, breach: Breach, after: readonly Deed[] | null, sid: Sid | null): void {
    if (this.finding !== null || this.ghost.reported.has(name) || isLeftToConsequences(name, this.config.profile)) return;
    this.ghost.reported.add(name);
    if (after !== null) this.finding = { void: { guarantee: name, breach, after } };
    else {
      const known = knownCauses(name, this.config.profile, sid !== null && this.ghost.truncated.has(sid));
      this.finding = { violation: { invariant: name, breach, known, source: INVARIANTS[name].source } };
    }
  }

  /** Whether the person's actions took the committed txn at an index from a quorum's disks. */
  disksLost(index: number): readonly Deed[] | null {
    const { committed, histories, tampered } = this.ghost;
    for (const history of histories.values()) align(history, committed);
    const keepers = [...histories].filter(([, history]) => history.matched > index).map(([sid]) => sid);
    const losers = [...tampered].filter(([sid, done]) => done.held > index && !keepers.includes(sid));
    return this.explain(keepers, losers);
  }

  promisesWiped(epoch: number): readonly Deed[] | null {
    const { servers, tampered } = this.ghost;
    const keepers = [...servers].filter(([sid, server]) => !tampered.has(sid) && server.acceptedEpoch >= epoch).map(([sid]) => sid);
    return this.explain(
      keepers,
      [...tampered].filter(([, done]) => done.accepted >= epoch),
    );
  }

  /** What was done to a server's own files that can make its content wrong. */
  own(sid: Sid): readonly Deed[] | null {
    const done = this.ghost.tampered.get(sid);
    return done === undefined || isEmptied(done) ? null : [done.deed];
  }

  /** What was done to the files of anybody. */
  files(): readonly Deed[] | null {
    for (const done of this.ghost.tampered.values()) if (!isEmptied(done)) return [done.deed];
    return null;
  }

  /** Like `own`, or that its disk took nothing more. */
  disk(sid: Sid): readonly Deed[] | null {
    return this.own(sid) ?? (this.ghost.failedDisks.has(sid) ? [{ kind: 'diskFull', sid }] : null);
  }

  /** What was done to the disk of any of these servers. */
  anyOf(sids: Iterable<Sid>): readonly Deed[] | null {
    for (const sid of sids) {
      const done = this.ghost.tampered.get(sid);
      if (done !== undefined) return [done.deed];
      if (this.ghost.failedDisks.has(sid)) return this.disk(sid);
    }
    return null;
  }

  private explain(keepers: readonly Sid[], losers: readonly (readonly [Sid, Tampering])[]): readonly Deed[] | null {
    return explanation(
      keepers,
      losers.map(([, done]) => done),
      losers.map(([sid]) => sid),
      (sids) => isQuorum(this.config, sids),
    );
  }
}

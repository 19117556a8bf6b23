/** Counts what was compared, and keeps what differs. */
import { withoutHole, type Hole } from './holes.ts';

export interface Difference {
  /** What was compared, such as `server 2: currentEpoch`. */
  readonly fact: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

export interface Comparison {
  /** Facts that are exactly the same. */
  readonly held: number;
  readonly compared: number;
  readonly differences: readonly Difference[];
  /** Facts where an allowed other outcome was met, and why it is allowed. */
  readonly allowed: readonly { readonly fact: string; readonly reason: string }[];
}

export class Tally {
  compared = 0;
  readonly differences: Difference[] = [];
  readonly allowed: { fact: string; reason: string }[] = [];

  get result(): Comparison {
    const { compared, differences, allowed } = this;
    return { held: compared - differences.length - allowed.length, compared, differences, allowed };
  }

  /** Compares two plain values; `reason` allows a difference. */
  same(fact: string, expected: unknown, actual: unknown, reason: string | null = null): boolean {
    this.compared++;
    if (JSON.stringify(expected) === JSON.stringify(actual)) return true;
    if (reason === null) this.differences.push({ fact, expected, actual });
    else this.allowed.push({ fact, reason });
    return false;
  }

  /** Like `same`; but values that differ only in zxids of a hole are allowed to. */
  near(fact: string, expected: unknown, actual: unknown, reason: string | null, hole: Hole | undefined): boolean {
    const nearly = hole !== undefined && JSON.stringify(withoutHole(expected, hole)) === JSON.stringify(withoutHole(actual, hole));
    return this.same(fact, expected, actual, reason ?? (nearly ? hole.reason : null));
  }

  /** Compares two lists item by item, and their lengths. */
  list<T>(fact: string, expected: readonly T[], actual: readonly T[], print: (item: T) => unknown, reason: string | null = null): void {
    this.same(`${fact}: count`, expected.length, actual.length, reason);
    for (let i = 0; i < Math.min(expected.length, actual.length); i++)
      this.same(`${fact} ${i + 1}`, print(expected[i] as T), print(actual[i] as T), reason);
  }
}

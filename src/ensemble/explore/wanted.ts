/** Which finds count. A profile may have faults of its own; a hunt for what a variant breaks passes over what breaks without it as well. */
import type { InlineHost } from '../host/inline.ts';
import type { FoundRun } from './plain.ts';
import { replay, type Violation } from './play.ts';
import { BEGIN_MS } from './storm.ts';

export interface Wanted {
  /** Profile and variants, as a scenario says them, under which the same run must break nothing: what the find is measured against. */
  readonly cleanUnder?: Readonly<Record<string, unknown>>;
  /** Names of the invariants, one of which must be broken. */
  readonly invariants?: readonly string[];
  /** Values that the finding must have, for invariants that are broken in several ways. */
  readonly breach?: Readonly<Record<string, unknown>>;
}

/** Virtual ms that a run is looked at beyond the violation when it is played under other rules. */
const BEYOND_MS = 2;

/** Why a find is not what was wanted; null if it is. */
export function objectionTo(run: FoundRun, violation: Violation, wanted: Wanted, host: InlineHost): string | null {
  const { invariants, breach, cleanUnder } = wanted;
  if (invariants?.includes(violation.invariant) === false) return `another invariant: ${violation.invariant}`;
  const found = new Map<string, unknown>(Object.entries(violation.breach));
  if (Object.entries(breach ?? {}).some(([name, value]) => found.get(name) !== value))
    return `another way to break it: ${violation.breach.kind}`;
  if (cleanUnder === undefined) return null;
  const broken = breaksUnder(run, violation, cleanUnder, host);
  return broken === null ? null : `without the variant too: ${broken.invariant}`;
}

/** What the same run breaks under other rules, up to the time of its violation. */
export function breaksUnder(
  { start, commands }: FoundRun,
  { at }: Violation,
  rules: Readonly<Record<string, unknown>>,
  host: InlineHost,
): Violation | null {
  const last = commands.at(-1)?.at ?? 0;
  return replay({ start: { ...start, variants: [], ...rules }, commands }, host, Math.max(0, at - last) + BEYOND_MS, BEGIN_MS).violation;
}

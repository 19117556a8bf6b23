/** How the panel says durations, guarantees and branches. Pure. */
import type { RuleId } from '../../zab/types.ts';

/** `1:05` */
export function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** `0.8 s`, `12 s`, `2:05 min`. */
export function duration(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  return ms < 60_000 ? `${Math.round(ms / 1000)} s` : `${clock(ms)} min`;
}

/** Branches of one rule that were never taken. */
export interface NeverTaken {
  readonly rule: RuleId;
  /** `outcome=late`; empty for a rule without branches. */
  readonly ways: readonly string[];
}

/** By rule, in the order of the rules. */
export function neverTaken(never: readonly string[]): readonly NeverTaken[] {
  const byRule = new Map<string, string[]>();
  for (const branch of never) {
    const rule = ruleOf(branch);
    const way = branch.slice(rule.length + 1);
    const ways = byRule.get(rule) ?? [];
    if (way !== '') ways.push(way);
    byRule.set(rule, ways);
  }
  return [...byRule].map(([rule, ways]) => ({ rule: rule as RuleId, ways }));
}

function ruleOf(branch: string): string {
  const space = branch.indexOf(' ');
  return space < 0 ? branch : branch.slice(0, space);
}

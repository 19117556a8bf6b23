/** From drafts to findings: folded, ordered, bounded. */
import type { Finding } from '../model.ts';
import type { Draft } from './finding.ts';
import { linesOf } from './finding.ts';

/** At most so many findings are shown. */
export const MOST_FINDINGS = 200;

/** Problems before notes, certain before unsure, then in the order of time; drafts of one rule, servers and fold are one. */
export function ranked(drafts: readonly Draft[]): readonly Finding[] {
  const folded = new Map<string, Draft>();
  for (const draft of drafts) {
    const key = [draft.rule, draft.servers.join(), draft.fold].join('\n');
    const before = folded.get(key);
    folded.set(key, before === undefined ? draft : merged(before, draft));
  }
  const places = new Map<Draft, number>([...folded.values()].map((draft, i) => [draft, i]));
  const place = (draft: Draft): number => places.get(draft) ?? 0;
  return [...folded.values()]
    .sort((a, b) => weight(a) - weight(b) || (a.t ?? Infinity) - (b.t ?? Infinity) || place(a) - place(b))
    .slice(0, MOST_FINDINGS)
    .map(({ rule, certainty, severity, servers, values, lines, t }) => ({ rule, certainty, severity, servers, values, lines, t }));
}

function merged(a: Draft, b: Draft): Draft {
  const [first, second] = (b.t ?? Infinity) < (a.t ?? Infinity) ? [b, a] : [a, b];
  return {
    ...first,
    certainty: a.certainty === 'certain' || b.certainty === 'certain' ? 'certain' : 'unsure',
    severity: a.severity === 'problem' || b.severity === 'problem' ? 'problem' : 'note',
    values: {
      ...first.values,
      count: countOf(a) + countOf(b),
      ...(second.values['until'] === undefined ? {} : { until: second.values['until'] }),
    },
    lines: linesOf([...first.lines, ...second.lines]),
  };
}

function countOf(draft: Draft): number {
  const { count } = draft.values;
  return typeof count === 'number' ? count : 1;
}

function weight(draft: Draft): number {
  return (draft.severity === 'problem' ? 0 : 2) + (draft.certainty === 'certain' ? 0 : 1);
}

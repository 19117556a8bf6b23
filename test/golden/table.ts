/** What replaying the recordings came to, as the table of `docs/fidelity.md`. */
import type { Replayed } from './golden.ts';

export interface Row {
  readonly name: string;
  readonly replayed: Replayed;
}

const BEGIN = '<!-- golden: begin -->';
const END = '<!-- golden: end -->';

/** One row a recording, one of all together, and below them the reasons that allowed an outcome. Markdown, no line break at the end. */
export function markdownTable(rows: readonly Row[]): string {
  const reasons = [...new Set(rows.flatMap(({ replayed }) => reasonsOf(replayed)))];
  const numberOf = new Map(reasons.map((reason, i) => [reason, i + 1]));
  const sum = (of: (replayed: Replayed) => number) => rows.reduce((all, { replayed }) => all + of(replayed), 0);
  const lines = rows.map(({ name, replayed }) => {
    const { comparison, race, seed, before } = replayed;
    const timing = race === null ? '' : `${sentence(race.reason)} (from step ${race.fromStep})`;
    const seeds =
      before.seeds.length === 0
        ? ''
        : `; seed ${seed} meets the recorded outcome, and what comes before the race holds under all seeds tried`;
    const rules = [...countReasons(replayed)].map(([reason, count]) => `${count} × (${numberOf.get(reason) ?? ''})`).join(', ');
    return [name, comparison.compared, comparison.held, rules, `${timing}${seeds}`];
  });
  const all = ['all', sum(({ comparison }) => comparison.compared), sum(({ comparison }) => comparison.held), '', ''];
  return [
    '| recording | facts compared | held exactly | allowed otherwise | real timing chooses one of several outcomes |',
    '|---|---|---|---|---|',
    ...[...lines, all].map((cells) => `| ${cells.join(' | ')} |`),
    '',
    'Allowed otherwise, by rule (`test/golden/allowances.ts`):',
    '',
    ...reasons.map((reason, i) => `${i + 1}. ${sentence(reason)}`),
  ].join('\n');
}

/** The document with the table in its place. @throws Error when it has no place for it. */
export function inDocument(text: string, table: string): string {
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`the document has no place for the table, between ${BEGIN} and ${END}`);
  return `${text.slice(0, from + BEGIN.length)}\n\n${table}\n\n${text.slice(to)}`;
}

function countReasons({ comparison }: Replayed): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { reason } of comparison.allowed) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return counts;
}

function reasonsOf(replayed: Replayed): readonly string[] {
  return [...countReasons(replayed).keys()];
}

function sentence(reason: string): string {
  return reason.charAt(0).toUpperCase() + reason.slice(1);
}

/** `npm run hunt`: every variant on top of `sound`, and two defects of mainline in `current`, found by exploration that is told nothing of them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { hunt, type Hunted } from '../../src/cli/hunters.ts';
import { scenarioOfRun } from '../../src/ensemble/explore/plain.ts';
import { violationText } from '../../src/trace/findings/words.ts';
import { guaranteeName } from '../../src/trace/guarantees.ts';
import { jobOf, QUARRIES, type Quarry } from './quarry.ts';

const HELP = `Usage: npm run hunt -- [OPTIONS]

Hunts for each variant and says how long it took. A find counts when the same run breaks nothing under sound.

  --only LIST     names, with commas; a part of a name will do (default: all)
  --seconds S     of each hunt (default 60)
  --shrink S      for making what is found smaller (default 20)
  --workers W     threads (default 2)
  --seed N        (default 1)
  --keep DIR      write what is found on sound there, a scenario each
  --json          JSON instead of a table
`;

const LANGS = ['en', 'zh'] as const;

interface Row {
  readonly name: string;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly runs: number;
  readonly events: number;
  /** Runs that broke something which was not wanted. */
  readonly passedOver: number;
  readonly invariant: string | null;
  readonly commandsBefore: number | null;
  readonly commands: number | null;
  readonly runEvents: number | null;
  readonly sentence: string | null;
}

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    seconds: { type: 'string', default: '60' },
    shrink: { type: 'string', default: '20' },
    workers: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
    keep: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

function rowOf(name: string, { tally, found, ms, cpuMs }: Hunted): Row {
  return {
    name,
    seconds: ms / 1000,
    cpuSeconds: cpuMs / 1000,
    runs: tally.runs,
    events: tally.events,
    passedOver: tally.passedOver,
    invariant: found?.violation.invariant ?? null,
    commandsBefore: found?.before.run.commands.length ?? null,
    commands: found?.run.commands.length ?? null,
    runEvents: found === null ? null : found.violation.n + 1,
    sentence: found === null ? null : violationText(found.violation, 'en'),
  };
}

function lineOf({ name, seconds, cpuSeconds, events, passedOver, invariant, commandsBefore, commands, runEvents }: Row): string {
  const figures = [seconds.toFixed(1), cpuSeconds.toFixed(1), events.toLocaleString('en-US'), passedOver];
  const found = invariant === null ? ['not found', '', ''] : [invariant, `${commandsBefore} → ${commands}`, runEvents];
  return `| ${[name, ...figures, ...found].join(' | ')} |\n`;
}

/** A scenario that the page and a terminal play: under plain `sound` it breaks nothing. */
function keep(folder: string, { name, rules }: Quarry, { found }: Hunted): void {
  if (found === null || rules.variants === undefined) return;
  const { invariant, at } = found.violation;
  const texts = Object.fromEntries(
    LANGS.map((lang) => [lang, { title: `${name}: ${guaranteeName(invariant, lang)}`, text: violationText(found.violation, lang) }]),
  );
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, `${name}.json`),
    `${JSON.stringify(scenarioOfRun(found.run, at + 1, { name, title: invariant, texts }), null, 1)}\n`,
  );
}

async function main(): Promise<void> {
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const parts = values.only?.split(',');
  const chosen = QUARRIES.filter(({ name }) => parts?.some((part) => name.includes(part)) ?? true);
  const [seconds, shrink, workers, seed] = [values.seconds, values.shrink, values.workers, values.seed].map(Number) as [
    number,
    number,
    number,
    number,
  ];
  const rows: Row[] = [];
  if (!values.json)
    process.stdout.write(
      '| Variant | Seconds | CPU seconds | Events | Passed over | Invariant | Commands | Events of the run |\n|---|---|---|---|---|---|---|---|\n',
    );
  for (const quarry of chosen) {
    const hunted = await hunt(
      workers,
      (stripe) => jobOf(quarry, seed, stripe, seconds * 1000, shrink * 1000),
      () => undefined,
    );
    const row = rowOf(quarry.name, hunted);
    rows.push(row);
    if (!values.json) process.stdout.write(lineOf(row));
    if (values.keep !== undefined) keep(values.keep, quarry, hunted);
  }
  if (values.json) process.stdout.write(`${JSON.stringify(rows, null, 1)}\n`);
  process.exitCode = rows.every(({ invariant }) => invariant !== null) ? 0 : 1;
}

await main();

/** `zablab explore`: hunts for runs that break an invariant, and makes the first one small. */
import { writeFileSync } from 'node:fs';
import { FAULT_KINDS, type FaultKind, type Wish } from '../ensemble/explore/recipe.ts';
import type { Job, Report, Tally, Task } from '../ensemble/explore/work.ts';
import { ALL_BRANCHES } from '../ensemble/explore/branches.ts';
import type { Core } from '../ensemble/host/host.ts';
import { InlineHost } from '../ensemble/host/inline.ts';
import { parseScenario } from '../ensemble/scenario.ts';
import { LIMITS } from '../ensemble/steps.ts';
import { signFound } from '../intake/runs/found.ts';
import { violationText } from '../trace/findings/words.ts';
import { PROFILES } from '../zab/profile.ts';
import { VARIANT_LIST } from '../zab/variantList.ts';
import { step } from '../zab/server.ts';
import { hunt, type Found, type Hunted } from './hunters.ts';
import { readPlainScenario } from './scenarioArgs.ts';
import { readArgs, UsageError } from './usage.ts';

export const HELP_EXPLORE = `Usage: zablab explore [SCENARIO] [OPTIONS]

Hunts for runs that break an invariant: run after run with random faults and schedules, until one does or time is over. The first that does is made
as small as it can be while it breaks the same invariant, and written as a scenario that zablab run and the page play alike.

Where runs begin
  SCENARIO         a JSON file, or the name of a ready one: its steps are done first (default: new servers are started)
  --servers N      servers of each run, 1 to ${LIMITS.servers} (default: 3 to 6, drawn)
  --profile NAME   ${Object.keys(PROFILES).join(', ')} (default: the scenario's, else current)
  --variant LIST   variants on top of it, with commas; --variant list shows them
  --clean-under P  pass over what the same run breaks under profile P without variants too

How they are made
  --faults LIST    kinds of faults, with commas: ${FAULT_KINDS.join(', ')}
                   (default: all)
  --mode MODE      random: faults at random times and at telling moments
                   pct: links and disks have priorities, which change
                   coverage: pct, and going on from runs that met something new (default)
                   systematic: all orders of the next choices, at a moment of each run
  --depth N        with --mode systematic: choices one after another, 1 to 12 (default 5)
  --seed N         seed of all randomness (default 1)

How long
  --seconds S      give up after so long (default 60)
  --shrink S       seconds for making the run smaller (default 60)
  --workers W      threads, 1 to 64 (default 2)

What to say
  --out FILE       write the scenario here (default: found.json)
  --json           one line of JSON at the end instead of sentences
  --never          with the figures: the branches of rules that were never taken
  -h, --help       this help

The exit code is 0 if nothing was found, 1 if something was, and 2 if something is wrong with what was asked.
`;

const OPTIONS = {
  servers: { type: 'string' },
  profile: { type: 'string' },
  variant: { type: 'string' },
  'clean-under': { type: 'string' },
  faults: { type: 'string' },
  mode: { type: 'string' },
  depth: { type: 'string' },
  seed: { type: 'string' },
  seconds: { type: 'string' },
  shrink: { type: 'string' },
  workers: { type: 'string' },
  out: { type: 'string' },
  json: { type: 'boolean' },
  never: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

const MODES = ['random', 'pct', 'coverage', 'systematic'] as const;
const PROGRESS_MS = 1_000;

export async function explore(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArgs('explore', args, OPTIONS);
  if (values.help === true) {
    process.stdout.write(HELP_EXPLORE);
    return 0;
  }
  if (values.variant === 'list') {
    for (const [name, { title }] of Object.entries(VARIANT_LIST)) process.stdout.write(`${name.padEnd(20)} ${title.en}\n`);
    return 0;
  }
  if (positionals.length > 1) throw new UsageError(`expected one scenario, got ${positionals.length}. See zablab explore --help`);
  const wish = wishOf(positionals[0], values);
  const cleanUnder = values['clean-under'];
  const wanted = cleanUnder === undefined ? {} : { cleanUnder: { profile: oneOf('--clean-under', cleanUnder, Object.keys(PROFILES)) } };
  const mode = oneOf('--mode', values.mode ?? 'coverage', MODES);
  const seed = numberOf('--seed', values.seed, 1, 0, 4_294_967_295);
  const depth = numberOf('--depth', values.depth, 5, 1, 12);
  const seconds = numberOf('--seconds', values.seconds, 60, 0.1, 1_000_000);
  const shrinkSeconds = numberOf('--shrink', values.shrink, 60, 0, 1_000_000);
  const workers = numberOf('--workers', values.workers, 2, 1, 64);
  const jobOf = (stripe: number): Job => {
    const same = { ...wish, seed, stripe };
    const task: Task = mode === 'systematic' ? { ...same, mode, depth } : { ...same, mode };
    return { task, huntMs: seconds * 1000, shrinkMs: shrinkSeconds * 1000, wanted };
  };
  const hunted = await hunt(workers, jobOf, progressLines());
  const out = values.out ?? 'found.json';
  const shown = hunted.found === null ? null : await show(hunted.found, out);
  if (values.json === true) process.stdout.write(`${JSON.stringify(figures(hunted, shown, out))}\n`);
  else tell(hunted, shown, out, values.never === true);
  return hunted.found === null ? 0 : 1;
}

// ---------------------------------------------------------------------------------------------------------------------
// What is wanted.

interface Values {
  readonly servers?: string | undefined;
  readonly profile?: string | undefined;
  readonly variant?: string | undefined;
  readonly faults?: string | undefined;
}

function wishOf(name: string | undefined, { servers, profile, variant, faults }: Values): Omit<Wish, 'priorities'> {
  const start = name === undefined ? null : readPlainScenario(name);
  if (start !== null && servers !== undefined)
    throw new UsageError('--servers: the scenario says how many there are; leave one of them out');
  const wish = {
    servers: servers === undefined ? null : numberOf('--servers', servers, 3, 1, LIMITS.servers),
    rules: { ...(profile === undefined ? {} : { profile }), ...(variant === undefined ? {} : { variants: listOf(variant) }) },
    start,
    faults: faults === undefined ? FAULT_KINDS : listOf(faults).map((kind) => oneOf<FaultKind>('--faults', kind, FAULT_KINDS)),
  };
  // What is wrong with names of profiles and variants is said as for any scenario.
  parseScenario({ servers: 3, ...start, ...wish.rules }, name ?? 'explore');
  return wish;
}

function listOf(text: string): readonly string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function oneOf<T extends string>(option: string, text: string, known: readonly T[]): T {
  const found = known.find((each) => each === text);
  if (found === undefined) throw new UsageError(`${option} ${text}: expected one of ${known.join(', ')}`);
  return found;
}

function numberOf(option: string, text: string | undefined, usual: number, from: number, to: number): number {
  if (text === undefined) return usual;
  const number = Number(text);
  const whole = Number.isInteger(from);
  if (text.trim() === '' || !(number >= from && number <= to) || (whole && option !== '--shrink' && !Number.isInteger(number)))
    throw new UsageError(`${option} ${text}: expected a ${whole ? 'whole ' : ''}number from ${from} to ${to}`);
  return number;
}

// ---------------------------------------------------------------------------------------------------------------------
// What is said.

/** A line a second, to those who wait. */
function progressLines(): (report: Report, tally: Tally) => void {
  const startedAt = performance.now();
  let saidAt = startedAt;
  return (report, tally) => {
    const now = performance.now();
    if (report.type === 'passedOver') process.stderr.write(`passed over, ${report.why}\n`);
    if (report.type === 'found')
      process.stderr.write(`found: ${violationText(report.violation, 'en')}\nmaking ${report.run.commands.length} commands fewer ...\n`);
    if (now - saidAt < PROGRESS_MS) return;
    saidAt = now;
    const seconds = (now - startedAt) / 1000;
    if (report.type === 'shrinking') process.stderr.write(`  ${report.commands} commands after ${report.tries} tries\n`);
    else if (report.type === 'progress')
      process.stderr.write(
        `${seconds.toFixed(0).padStart(5)} s  ${tally.runs} runs, ${tally.events} events (${Math.round(tally.events / seconds)}/s), ` +
          `${tally.states} abstract states, ${tally.branches} of ${ALL_BRANCHES.length} branches\n`,
      );
  };
}

interface Shown {
  readonly found: Found;
  /** Null when the run is too long for one. */
  readonly link: string | null;
  readonly events: number;
  readonly digest: string;
  readonly replayed: boolean;
}

/** Plays the scenario once more, as everybody else will, and writes it. */
async function show(found: Found, out: string): Promise<Shown> {
  const { scenario, record, link, replayed } = await signFound(found.run, found.violation, new InlineHost(step as Core));
  writeFileSync(out, `${JSON.stringify(scenario, null, 1)}\n`);
  return { found, link, events: record.n + 1, digest: record.digest, replayed };
}

function rates({ tally, ms, cpuMs }: Hunted): { readonly perSecond: number; readonly perCpuSecond: number } {
  return { perSecond: Math.round(tally.events / (ms / 1000)), perCpuSecond: Math.round(tally.events / (cpuMs / 1000)) };
}

function figures(hunted: Hunted, shown: Shown | null, out: string): object {
  const { tally, ms, cpuMs } = hunted;
  const { perSecond, perCpuSecond } = rates(hunted);
  return {
    runs: tally.runs,
    events: tally.events,
    passedOver: tally.passedOver,
    seconds: ms / 1000,
    cpuSeconds: cpuMs / 1000,
    eventsPerSecond: perSecond,
    eventsPerCpuSecond: perCpuSecond,
    states: tally.states,
    branches: { taken: tally.branches, all: ALL_BRANCHES.length, never: tally.never },
    found: shown === null ? null : foundFigures(shown, out),
  };
}

function foundFigures({ found, link, events, digest, replayed }: Shown, out: string): object {
  const { run, violation, before, afterMs, tries, minimal } = found;
  return {
    invariant: violation.invariant,
    sentence: violationText(violation, 'en'),
    source: violation.source,
    seconds: afterMs / 1000,
    events: found.events,
    commandsBefore: before.run.commands.length,
    commands: run.commands.length,
    servers: run.start['servers'] ?? null,
    tries,
    minimal,
    runEvents: events,
    digest,
    replayed,
    scenario: out,
    link,
  };
}

function tell(hunted: Hunted, shown: Shown | null, out: string, never: boolean): void {
  const { tally, ms } = hunted;
  const { perSecond, perCpuSecond } = rates(hunted);
  process.stdout.write(
    `${tally.runs} runs, ${tally.events} events in ${(ms / 1000).toFixed(1)} s (${perSecond}/s, ${perCpuSecond} a CPU second), ` +
      `${tally.states} abstract states, ${tally.branches} of ${ALL_BRANCHES.length} branches.\n`,
  );
  if (tally.passedOver > 0)
    process.stdout.write(`${tally.passedOver} finds were passed over: the same runs break something without it too.\n`);
  if (never) for (const branch of tally.never) process.stdout.write(`never taken: ${branch}\n`);
  if (shown === null) {
    process.stdout.write('Nothing was found.\n');
    return;
  }
  const { found, link, events, digest } = shown;
  const { run, violation, before, afterMs, tries, minimal } = found;
  process.stdout.write(
    `Found after ${(afterMs / 1000).toFixed(1)} s: ${violation.invariant}.\n${violationText(violation, 'en')}\n` +
      `Made smaller in ${tries} tries: from ${before.run.commands.length} commands to ${run.commands.length}` +
      `${minimal ? ', none of which can be left out' : '; there may be a smaller one'}.\n` +
      `${out}: ${events} events up to the violation, fingerprint ${digest}.\n${link === null ? '' : `${link}\n`}`,
  );
  if (!shown.replayed) process.stdout.write('Played as a scenario it went another way: this is a defect of Zablab.\n');
}

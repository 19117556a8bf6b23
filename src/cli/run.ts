/** `zablab run SCENARIO`: runs a scenario and prints what became of it. */
import { HostError } from '../ensemble/errors.ts';
import type { Core, ServerHost } from '../ensemble/host/host.ts';
import { InlineHost } from '../ensemble/host/inline.ts';
import { ThreadHost } from '../ensemble/host/thread.ts';
import { Invariants } from '../ensemble/invariants.ts';
import { digestOf } from '../ensemble/digest.ts';
import { factsOfRun, runScenario, type ScenarioRun } from '../ensemble/runScenario.ts';
import type { Scenario } from '../ensemble/scenario.ts';
import type { TraceEvent } from '../ensemble/types.ts';
import { violationText } from '../trace/findings/words.ts';
import { emptyView, foldEvent } from '../trace/fold.ts';
import { eventToJson } from '../trace/json.ts';
import { captionOf, mainDecision, sentenceOf, type Lang, type Language } from '../trace/narrate.ts';
import { step } from '../zab/server.ts';
import { languageOf, readScenario, seedOf } from './scenarioArgs.ts';
import { readArgs, UsageError } from './usage.ts';

export const HELP_RUN = `Usage: zablab run SCENARIO [OPTIONS]

Runs a scenario: a JSON file, or the name of a ready one (see zablab scenarios).

What to print
  --facts        facts as JSON: elections, syncs, disks, recovered trees, operations (default)
  --trace        every event as a line of JSON
  --narrate      what happened, in sentences
  --digest       the number of events and their fingerprint: the same in every host and in the browser

Options
  --events N     with --digest: of the first N events, whether the scenario has fewer or more
  --lang en|zh   language of --narrate (default en)
  --seed N       seed of all randomness (default: the scenario's)
  --host KIND    inline: all servers in this thread (default); threads: one worker thread a server
  -h, --help     this help

The exit code is 0, 1 if an invariant was violated or the run was given up, and 2 if something is wrong with what was asked.
`;

const OPTIONS = {
  facts: { type: 'boolean' },
  trace: { type: 'boolean' },
  narrate: { type: 'boolean' },
  digest: { type: 'boolean' },
  events: { type: 'string' },
  lang: { type: 'string' },
  seed: { type: 'string' },
  host: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

const MOST_EVENTS = 2_000_000;

export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArgs('run', args, OPTIONS);
  if (values.help === true) {
    process.stdout.write(HELP_RUN);
    return 0;
  }
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0)
    throw new UsageError(`expected one scenario, got ${positionals.length}. See zablab run --help`);
  if ([values.facts, values.trace, values.narrate, values.digest].filter((wanted) => wanted === true).length > 1)
    throw new UsageError('--facts, --trace, --narrate and --digest: choose one');
  if (values.events !== undefined && values.digest !== true) throw new UsageError('--events: goes only with --digest');
  const events = eventsOf(values.events);
  const language = languageOf(values.lang ?? 'en');
  const scenario = readScenario(name);
  const host = hostOf(values.host ?? 'inline');
  try {
    const result = await runScenario(scenario, host, {
      seed: seedOf(values.seed, scenario),
      observers: [new Invariants(scenario.config)],
      ...(events === null ? {} : { untilEvents: events }),
    });
    if (values.trace === true) for (const event of result.ensemble.trace) process.stdout.write(`${eventToJson(event)}\n`);
    else if (values.digest === true) printDigest(result.ensemble.trace, events);
    else if (values.narrate === true) narrate(scenario, result.ensemble.trace, language);
    else process.stdout.write(`${JSON.stringify(factsOfRun(scenario, result), null, 2)}\n`);
    return conclude(result, language.code);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    process.stderr.write(`zablab: ${error.message}\n`);
    return 1;
  } finally {
    host.dispose();
  }
}

/** @returns null when all events of the scenario are wanted. */
function eventsOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const events = Number(text);
  if (!/^\d+$/.test(text) || events < 1 || events > MOST_EVENTS)
    throw new UsageError(`--events ${text}: expected a whole number from 1 to ${MOST_EVENTS}`);
  return events;
}

function hostOf(kind: string): ServerHost {
  if (kind === 'inline') return new InlineHost(step as Core);
  if (kind === 'threads') return new ThreadHost();
  throw new UsageError(`--host ${kind}: expected inline or threads`);
}

/** What one cause made at one instant comes whole, so a run may have a few events more than were asked for. */
function printDigest(trace: readonly TraceEvent[], events: number | null): void {
  const count = Math.min(events ?? trace.length, trace.length);
  process.stdout.write(`${count} ${digestOf(trace, count)}\n`);
}

/** Every event that has something to say: what was done, and what servers decided. */
function narrate(scenario: Scenario, trace: readonly TraceEvent[], language: Language): void {
  let view = emptyView(scenario.members);
  for (const event of trace) {
    view = foldEvent(view, event);
    const { actor, what } = event;
    const at = `${event.at.toFixed(1).padStart(10)} ms  `;
    if (actor.kind === 'server') {
      if (mainDecision(event) === null) continue;
      for (const decision of event.decisions) process.stdout.write(`${at}${sentenceOf(decision, actor.sid, language)}\n`);
    } else if (actor.kind === 'world' ? what.type !== 'connectionOpened' && what.type !== 'connectionClosed' : event.outcomes.length > 0) {
      process.stdout.write(`${at}${captionOf(event, view, language)}\n`);
    }
  }
}

function conclude({ ensemble, finished }: ScenarioRun, lang: Lang): number {
  const violation = ensemble.trace.find(({ what }) => what.type === 'violation')?.what;
  if (violation?.type === 'violation') process.stderr.write(`zablab: invariant violated: ${violationText(violation, lang)}\n`);
  else if (!finished) process.stderr.write(`zablab: the run was given up after ${Math.round(ensemble.now)} virtual ms\n`);
  return violation === undefined && finished ? 0 : 1;
}

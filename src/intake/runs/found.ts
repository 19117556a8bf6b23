/** A run that a hunt found, as a record that opens anywhere: played once more as a scenario, which is how everybody else will play it. */
import { digestOf } from '../../ensemble/digest.ts';
import { scenarioOfRun, type FoundRun, type PlainScenario } from '../../ensemble/explore/plain.ts';
import { CORE_FAILED, type Violation } from '../../ensemble/explore/play.ts';
import type { Observer } from '../../ensemble/hooks.ts';
import type { InlineHost } from '../../ensemble/host/inline.ts';
import { Invariants } from '../../ensemble/invariants.ts';
import { runScenario } from '../../ensemble/runScenario.ts';
import { parseScenario, type Scenario } from '../../ensemble/scenario.ts';
import { LIMITS } from '../../ensemble/steps.ts';
import type { TraceEvent } from '../../ensemble/types.ts';
import { violationText } from '../../trace/findings/words.ts';
import { guaranteeName } from '../../trace/guarantees.ts';
import type { Lang } from '../../trace/narrate/language.ts';
import { RunError } from './errors.ts';
import { writeLink } from './link.ts';
import type { RunRecord } from './record.ts';

export interface Signed {
  readonly scenario: PlainScenario;
  /** The run at the event that shows the violation. */
  readonly record: RunRecord;
  /** Fragment of an address that opens it; null when no link can hold it. */
  readonly link: string | null;
  /** Whether it came to the same violation at the same event again. It always should. */
  readonly replayed: boolean;
}

/**
 * Names a found run, plays it as a scenario, and notes where its violation is.
 *
 * @param run its start's own name, title and texts stay.
 * @param host with the core of the servers, for this alone.
 * @throws ScenarioError when its start is no scenario.
 */
export async function signFound(run: FoundRun, violation: Violation, host: InlineHost): Promise<Signed> {
  const { invariant } = violation;
  const scenario = scenarioOfRun(run, violation.at + 1, { name: 'found', title: invariant, texts: textsOf(violation) });
  const parsed = parseScenario(scenario, 'the run that was found');
  const { trace, failed } = await traceOf(parsed, host, invariant === CORE_FAILED);
  const found = trace.findIndex(({ what }) => what.type === 'violation' && what.invariant === invariant);
  const n = found < 0 ? trace.length - 1 : found;
  const record: RunRecord = {
    scenario,
    seed: parsed.seed,
    disks: new Map(),
    commands: [],
    length: n + 1,
    n,
    digest: digestOf(trace, n + 1),
    view: { tab: 'decisions' },
    branches: null,
  };
  return { scenario, record, link: linkOf(record), replayed: n === violation.n && (found >= 0 || failed) };
}

/** @param fails whether Zablab itself is known to fail: what is before that is the run. */
async function traceOf(
  scenario: Scenario,
  host: InlineHost,
  fails: boolean,
): Promise<{ readonly trace: readonly TraceEvent[]; readonly failed: boolean }> {
  const seen: TraceEvent[] = [];
  const witness: Observer = {
    observe: (event) => {
      seen.push(event);
      return null;
    },
    checkpoint: () => seen.length,
    restore: (length) => (seen.length = length as number),
  };
  try {
    const { ensemble } = await runScenario(scenario, host, { observers: [new Invariants(scenario.config), witness] });
    return { trace: ensemble.trace, failed: false };
  } catch (error) {
    if (fails) return { trace: seen, failed: true };
    throw error;
  }
}

/** Title and text of the scenario of a find, in both languages. */
function textsOf(violation: Violation): object {
  const inWords = (lang: Lang): object => ({
    title: guaranteeName(violation.invariant, lang).slice(0, LIMITS.name),
    text: violationText(violation, lang).slice(0, 4_000),
  });
  return { en: inWords('en'), zh: inWords('zh') };
}

function linkOf(record: RunRecord): string | null {
  try {
    return writeLink(record, null);
  } catch (error) {
    if (error instanceof RunError) return null;
    throw error;
  }
}

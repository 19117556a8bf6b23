/** From what a link or a file says to what can be run: the scenario is found and checked, and the commands are those of its servers. */
import type { Sid } from '../../base/ids.ts';
import { parseScenario, ScenarioError, type Scenario } from '../../ensemble/scenario.ts';
import { RunError } from './errors.ts';
import { readRun, runFileText } from './file.ts';
import { commandsOfLink, scenarioHash, type ReadLink } from './link.ts';
import type { RunRecord } from './record.ts';

export interface OpenedRun {
  readonly run: RunRecord;
  readonly scenario: Scenario;
  /** The ready scenario of that name is another one than when the link was made. */
  readonly changed: boolean;
}

const LINK = 'the link';

/**
 * @param known the ready scenario of the link's `known` name; undefined when there is none here.
 * @throws RunError
 */
export function runOfLink(link: ReadLink, known: unknown): OpenedRun {
  const { name, hash } = link.known ?? { name: '', hash: '' };
  if (link.known !== null && known === undefined)
    throw new RunError('unknownScenario', LINK, `the scenario "${name}" is not known here`, '', name);
  const given = link.known === null ? link.scenario : known;
  const scenario = checked(given, LINK);
  return {
    scenario,
    changed: link.known !== null && scenarioHash(given) !== hash,
    run: {
      scenario: given,
      seed: link.seed ?? scenario.seed,
      disks: link.disks,
      commands: commandsOfLink(link, sidsOf(scenario)),
      length: link.n + 1,
      n: link.n,
      digest: link.digest,
      view: link.view,
      branches: null,
    },
  };
}

/**
 * @param bytes of a file, gzipped or not.
 * @param source its name.
 * @throws RunError
 */
export function runOfFile(bytes: Uint8Array, source: string): OpenedRun {
  return runOfText(runFileText(bytes, source), source);
}

/** @throws RunError */
export function runOfText(text: string, source: string): OpenedRun {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new RunError('damaged', source, `this is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  return runOfJson(value, source);
}

/** @throws RunError */
export function runOfJson(value: unknown, source: string): OpenedRun {
  const run = readRun(value, source, (scenario) => sidsOf(checked(scenario, source)));
  return { run, scenario: checked(run.scenario, source), changed: false };
}

function checked(given: unknown, source: string): Scenario {
  try {
    return parseScenario(given, source);
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    throw new RunError('wrong', source, `its scenario: ${error.message.replace(`${source}: `, '')}`, error.path);
  }
}

function sidsOf({ members }: Scenario): readonly Sid[] {
  return members.map(({ sid }) => sid);
}

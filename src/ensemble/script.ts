/** The runner of a scenario's steps, with all that any scenario may need. A page that loads only what its scenario needs uses `scriptRunner.ts`. */
import type { Driver } from './driver.ts';
import type { Scenario } from './scenarioWorld.ts';
import { runnerOf, type ScriptState } from './scriptRunner.ts';
import * as seldom from './seldom.ts';

export { isFinished, type ScriptReport, type ScriptState } from './scriptRunner.ts';

/** Makes a scenario's script a driver of an ensemble. */
export function scriptOf(scenario: Scenario): Driver<ScriptState> {
  return runnerOf(scenario, seldom);
}

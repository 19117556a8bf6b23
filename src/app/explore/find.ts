/** What can be done with a found run: open it, share it, save it. */
import { parseScenario } from '../../ensemble/scenario.ts';
import type { Session } from '../engine/session.svelte.ts';
import { save } from '../exports/save.ts';
import { orRefused, showRun } from '../share/open.ts';
import { ui } from '../shell/ui.svelte.ts';
import type { Find } from './pack.ts';

/** Puts the run on screen, paused at the event that shows what broke. What ran until then ends, as with any other scenario. */
export async function openFind(session: Session, { signed: { record } }: Find): Promise<void> {
  const scenario = parseScenario(record.scenario, 'the run that was found');
  const opened = await orRefused(session, scenario.name, async () => {
    await showRun(session, { run: record, scenario, changed: false }, scenario.name);
  });
  // On a phone the sheet would hide what there is to see.
  if (opened) ui.sheet = null;
}

/** The address that opens the run anywhere; null when no link can hold it. */
export function linkOfFind({ signed: { link } }: Find): string | null {
  return link === null ? null : location.href.replace(/#.*$/s, '') + link;
}

export function saveFind({ violation, signed: { scenario } }: Find): void {
  const name = violation.invariant.replace(/[^\p{L}\p{N}]+/gu, '-').slice(0, 80);
  save(new Blob([`${JSON.stringify(scenario, null, 1)}\n`], { type: 'application/json' }), `${name}.json`);
}

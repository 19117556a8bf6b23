/** Opens what holds a run: links, files, what the browser remembers. Until the new run stands, the old one stays. */
import { CommandError, ReplayError } from '../../ensemble/errors.ts';
import { RunError } from '../../intake/runs/errors.ts';
import { branchesFrom, isRunFile, runFileText } from '../../intake/runs/file.ts';
import { readLink } from '../../intake/runs/link.ts';
import { runOfJson, runOfLink, type OpenedRun } from '../../intake/runs/open.ts';
import { startEngine } from '../engine/launch.ts';
import { Run } from '../engine/run.svelte.ts';
import type { Refusal, Session } from '../engine/session.svelte.ts';
import { textsOf } from '../engine/texts.ts';
import { i18n } from '../i18n/i18n.svelte.ts';
import { digestUpTo } from './digest.ts';
import { knownScenario } from './known.ts';
import { applyView } from './recordOf.ts';
import { SHARE_TEXTS } from './texts.ts';

/** Playing a run again may take so long, ms, before the page shows how far it is. */
const PATIENCE_MS = 400;

/**
 * Opens a link's fragment. If that cannot be, the page says why, and what was there stays.
 *
 * @returns whether it was opened.
 */
export async function openLink(session: Session, fragment: string): Promise<boolean> {
  return orRefused(session, SHARE_TEXTS[i18n.language].theLink, async () => {
    const link = readLink(fragment);
    const opened = runOfLink(link, link.known === null ? undefined : await knownScenario(link.known.name));
    await showRun(session, opened, link.known?.name ?? '');
  });
}

/** Opens the bytes of a file: a scenario, or a run that was saved, gzipped or not. */
export async function openJson(session: Session, bytes: Uint8Array, name: string): Promise<boolean> {
  return orRefused(session, name, async () => {
    const text = runFileText(bytes, name);
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      session.refusal = { source: name, path: '', message: `this is not JSON: ${error instanceof Error ? error.message : String(error)}` };
      return;
    }
    if (isRunFile(value)) await showRun(session, runOfJson(value, name), name);
    else await session.load(value, name);
  });
}

/** Plays an opened run again and shows it. @throws RunError when its commands make no sense here. */
export async function showRun(session: Session, { run: record, scenario, changed }: OpenedRun, opened: string): Promise<Run> {
  const run = new Run(scenario.name, await startEngine(scenario, record.scenario, record.seed, record.disks));
  const { commands, n, digest } = record;
  const length = Math.max(record.length, n + 1);
  const branches = record.branches === null ? null : branchesFrom(record.branches);
  try {
    await run.restore({ shared: 0, commands, length }, n, branches, watching(session, length));
  } catch (error) {
    run.dispose();
    if (session.notice?.kind === 'opening') session.notice = null;
    if (!(error instanceof CommandError) && !(error instanceof ReplayError)) throw error;
    throw new RunError('differs', opened, error.message, '', error.message);
  }
  session.show(run, textsOf(scenario), opened);
  applyView(run, record.view);
  const differs = digest !== '' && !(await digestUpTo(run.timeline.events, n + 1)).startsWith(digest);
  if (session.run === run) session.notice = differs || changed ? { kind: 'differs', n: differs ? n : null, changed } : null;
  return run;
}

/** The person does not want to wait. */
class Cancelled extends Error {}

/** Shows how far a run has been played again, once that takes long. */
function watching(session: Session, of: number): (events: number) => void {
  const begun = performance.now();
  let cancelled = false;
  const cancel = (): void => {
    cancelled = true;
  };
  return (done) => {
    if (cancelled) throw new Cancelled();
    if (performance.now() - begun > PATIENCE_MS) session.notice = { kind: 'opening', done, of, cancel };
  };
}

/** Opens; what is wrong with it is shown, and the run on screen stays. @returns whether it was opened. */
export async function orRefused(session: Session, source: string, open: () => Promise<void>): Promise<boolean> {
  session.refusal = null;
  try {
    await open();
  } catch (error) {
    if (error instanceof Cancelled) return false;
    if (!(error instanceof RunError)) throw error;
    session.refusal = refusalOf(error, source);
  }
  return session.refusal === null;
}

function refusalOf({ problem, path, what }: RunError, source: string): Refusal {
  return { source, path, message: SHARE_TEXTS[i18n.language].problems[problem](what) };
}

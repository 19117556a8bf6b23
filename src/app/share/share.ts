/** Makes links and files of the run on screen. */
import { gzipSync } from 'fflate';
import { utf8 } from '../../base/ids.ts';
import { RunError } from '../../intake/runs/errors.ts';
import { RUN_FILE, writeRunFile } from '../../intake/runs/file.ts';
import { scenarioHash, writeLink, type KnownScenario } from '../../intake/runs/link.ts';
import type { RunRecord } from '../../intake/runs/record.ts';
import type { Run } from '../engine/run.svelte.ts';
import type { Session } from '../engine/session.svelte.ts';
import { knownScenario } from './known.ts';
import { signedRecordOf } from './recordOf.ts';

export type MadeLink = { readonly href: string } | { readonly refused: 'disks' | 'tooLong' | 'recorded' };

/** The address of this page with the run in its fragment. */
export async function linkOf(session: Session, run: Run): Promise<MadeLink> {
  const record = await signedRecordOf(run);
  if (record === null) return { refused: 'recorded' };
  try {
    const fragment = writeLink(record, await likely(record, [session.opened, run.name]));
    return { href: location.href.replace(/#.*$/s, '') + fragment };
  } catch (error) {
    if (error instanceof RunError) return { refused: record.disks.size > 0 ? 'disks' : 'tooLong' };
    throw error;
  }
}

/** The ready scenario that a run plays, if it plays one. */
async function likely(record: RunRecord, names: readonly string[]): Promise<KnownScenario | null> {
  for (const name of names) {
    const scenario = await knownScenario(name);
    if (scenario !== undefined && scenarioHash(scenario) === scenarioHash(record.scenario)) return { name, scenario };
  }
  return null;
}

export interface SaveOptions {
  readonly withTrace: boolean;
  readonly compressed: boolean;
}

/** Gives the run to the browser as a file to be saved. */
export async function saveRun(run: Run, name: string, { withTrace, compressed }: SaveOptions): Promise<void> {
  const record = await signedRecordOf(run);
  if (record === null) return;
  const text = writeRunFile(record, withTrace ? run.timeline.events : null);
  const file = `${name.replace(/[^\p{L}\p{N}._-]+/gu, '-').slice(0, 80) || 'run'}${RUN_FILE}${compressed ? '.gz' : ''}`;
  const blob = compressed ? new Blob([gzipSync(utf8(text))], { type: 'application/gzip' }) : new Blob([text], { type: 'application/json' });
  const url = URL.createObjectURL(blob);
  const anchor = document.createElement('a');
  anchor.href = url;
  anchor.download = file;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

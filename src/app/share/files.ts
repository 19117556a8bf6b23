/**
 * What a person drops on the page or chooses. A scenario or a saved run alone is opened at once; everything else is for the importers to tell.
 */
import type { Session } from '../engine/session.svelte.ts';
import type { Dropped } from '../intake/dropped.ts';
import { openJson } from './open.ts';

/** Bytes that tell what a file is. */
const LOOK = 4096;
/** Scenarios are smaller. */
const SCENARIO = 2_000_000;

/** @returns whether there is something new on screen; if not, the page says why. */
export async function openFiles(session: Session, dropped: readonly Dropped[]): Promise<boolean> {
  const [file] = dropped;
  if (dropped.length === 1 && file instanceof File && (await isJson(file)))
    return openJson(session, new Uint8Array(await file.arrayBuffer()), file.name);
  return (await import('../intake/open.ts')).open(session, dropped);
}

/** A JSON object, or what is called one: run files are `.zablab.json` and `.zablab.json.gz`. One object a line is a log. */
async function isJson(file: File): Promise<boolean> {
  if (/\.json\.gz$/i.test(file.name)) return true;
  const head = await file.slice(0, LOOK).text();
  if (/\.json$/i.test(file.name)) return !isLines(head);
  return file.size < SCENARIO && /^\ufeff?\s*\{/.test(head) && isWhole(await file.text());
}

function isLines(head: string): boolean {
  const [first = '', second = ''] = head.split('\n');
  return /^\s*\{.*\S/.test(second) && isWhole(first);
}

function isWhole(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

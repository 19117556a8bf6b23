/**
 * What a person drops on the page or chooses: a scenario, a saved run, or whatever the importers know. The first that takes the files has them.
 */
import type { Session } from '../engine/session.svelte.ts';
import { openJson } from './open.ts';

/** Bytes that tell what a file is. */
const LOOK = 4096;
/** Scenarios are smaller. */
const SCENARIO = 2_000_000;

/** @returns whether there is something new on screen; if not, `session.refusal` says why. */
export async function openFiles(session: Session, files: readonly File[]): Promise<boolean> {
  const [file] = files;
  if (file === undefined) return false;
  if (files.length === 1 && (await isJson(file))) return openJson(session, new Uint8Array(await file.arrayBuffer()), file.name);
  session.refusal = { source: file.name, path: '', message: 'this is neither a scenario nor a saved run' };
  return false;
}

/** A JSON object, or a gzipped one by its name: run files are `.zablab.json` and `.zablab.json.gz`. */
async function isJson(file: File): Promise<boolean> {
  if (/\.json(\.gz)?$/i.test(file.name)) return true;
  return file.size < SCENARIO && /^\ufeff?\s*\{/.test(await file.slice(0, LOOK).text()) && isWhole(await file.text());
}

function isWhole(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

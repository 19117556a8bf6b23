/**
 * Recordings of real ensembles, packed by `pack.mjs` or as plain folders; both read alike.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { fromUtf8, type Bytes } from '../../src/base/ids.ts';

/** Files of one recording by path relative to it, such as `s1/version-2/snapshot.0`, in order of path. */
export type Recording = ReadonlyMap<string, Bytes>;

type Packed = string | { readonly base64: string; readonly zeros?: number };

const HERE = dirname(fileURLToPath(import.meta.url));
/** Recordings that the simulator was not built with. */
export const HELD_OUT = join(HERE, 'heldout');
const SUFFIX = '.json.gz';

/** Names of all packed recordings, sorted. */
export function recordingNames(folder: string = HERE): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(SUFFIX))
    .map((name) => name.slice(0, -SUFFIX.length))
    .sort();
}

/**
 * Reads a packed recording, or a plain folder of the same name.
 *
 * @throws Error when there is neither.
 */
export function openRecording(name: string, folder: string = HERE): Recording {
  const archive = join(folder, name + SUFFIX);
  if (existsSync(archive)) return unpack(readFileSync(archive));
  if (existsSync(join(folder, name))) return openFolder(join(folder, name));
  throw new Error(`no recording ${name} in ${folder}; there are ${recordingNames(folder).join(', ')}`);
}

/** Reads a plain folder as if it were packed. */
export function openFolder(folder: string): Recording {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
  return new Map(paths.map((path) => [path, new Uint8Array(readFileSync(join(folder, path)))]));
}

/** @throws Error when the recording has no such file. */
export function textOf(recording: Recording, path: string): string {
  const bytes = recording.get(path);
  if (bytes === undefined) throw new Error(`the recording has no file ${path}`);
  return fromUtf8(bytes);
}

/** Parsed `expected.json`, `scenario.json` and the like. */
export function jsonOf(recording: Recording, path: string): unknown {
  return JSON.parse(textOf(recording, path)) as unknown;
}

/** Parsed lines of `events.jsonl`, `ops.jsonl` and the like. */
export function jsonLinesOf(recording: Recording, path: string): unknown[] {
  return textOf(recording, path)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
}

/** Files directly in one folder of a recording, by name: `filesIn(recording, 's1/version-2')`. */
export function filesIn(recording: Recording, folder: string): Record<string, Bytes> {
  const files: Record<string, Bytes> = {};
  for (const [path, bytes] of recording) {
    const name = path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : '';
    if (name !== '' && !name.includes('/')) files[name] = bytes;
  }
  return files;
}

/** All data directories of a recording: those of the servers and the cold copies taken on the way. */
export function dataDirs(recording: Recording): string[] {
  const found = new Set<string>();
  for (const path of recording.keys()) if (dirname(path).endsWith('version-2')) found.add(dirname(path));
  return [...found];
}

/** One behaviour of the official TLA+ specification: a line with what it is, then one line a step. See `tla/README.md`. */
export function openBehaviour(id: string): unknown[] {
  const text = gunzipSync(readFileSync(join(HERE, 'tla', `${id}.jsonl.gz`))).toString('utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
}

/** Ids of all packed behaviours, sorted. */
export function behaviourIds(): string[] {
  return readdirSync(join(HERE, 'tla'))
    .filter((name) => name.endsWith('.jsonl.gz'))
    .map((name) => name.slice(0, -'.jsonl.gz'.length))
    .sort();
}

function unpack(archive: Bytes): Recording {
  const files = JSON.parse(fromUtf8(gunzipSync(archive))) as Record<string, Packed>;
  return new Map(Object.entries(files).map(([path, packed]) => [path, contentOf(packed)]));
}

function contentOf(packed: Packed): Bytes {
  if (typeof packed === 'string') return new TextEncoder().encode(packed);
  const written = Buffer.from(packed.base64, 'base64');
  const bytes = new Uint8Array(written.length + (packed.zeros ?? 0));
  bytes.set(written);
  return bytes;
}

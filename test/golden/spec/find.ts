/**
 * Where behaviours are kept: folders of `*.jsonl`, packed (`*.jsonl.gz`) or plain.
 */
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

/** A file with a behaviour. */
export interface Found {
  readonly id: string;
  /** Its lines, parsed. @throws Error when one is not JSON; it says which. */
  readonly lines: () => readonly unknown[];
}

const SUFFIX = /\.jsonl(\.gz)?$/;

/**
 * The behaviours in a folder, or the one in a file, by name.
 *
 * @throws Error when there is nothing there.
 */
export function findBehaviours(path: string): readonly Found[] {
  if (!existsSync(path)) throw new Error(`${path}: there is no such file or folder`);
  const files = statSync(path).isDirectory()
    ? readdirSync(path)
        .filter((name) => SUFFIX.test(name))
        .map((name) => join(path, name))
    : [path];
  if (files.length === 0) throw new Error(`${path}: no behaviours here; a behaviour is a file *.jsonl or *.jsonl.gz`);
  return files.sort().map((file) => ({ id: basename(file).replace(SUFFIX, ''), lines: () => linesOf(file) }));
}

/** Those kept here: the official ones, and more that the specification's own checker printed (`more/README.md`). */
export function ownBehaviours(folder: string = dirname(dirname(fileURLToPath(import.meta.url)))): readonly Found[] {
  return [...findBehaviours(join(folder, 'tla')), ...findBehaviours(join(folder, 'spec/more'))];
}

function linesOf(file: string): readonly unknown[] {
  const bytes = readFileSync(file);
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  return text
    .split('\n')
    .map((line, at) => (line === '' ? undefined : parseLine(line, at + 1)))
    .filter((line) => line !== undefined);
}

function parseLine(line: string, at: number): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch (error) {
    throw new Error(`line ${at} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

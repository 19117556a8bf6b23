/** Files of this machine, as the intake reads them. */
import { closeSync, openSync, readSync, readdirSync, statSync, type Stats } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import type { IntakeFile } from '../intake/files.ts';
import { UsageError } from './usage.ts';

const MOST_FILES = 10_000;
/** What stands above a `version-2` folder and belongs to it. */
const BESIDE = ['myid', 'zoo.cfg'];

/**
 * The files named on the command line: folders with all below them, files as they are. Paths are made relative to the deepest folder that holds all, or to the
 * one above, so that a folder's name can tell its server. Symbolic links inside folders are not followed.
 *
 * @throws UsageError when there is no such file, or when there are too many.
 */
export function nodeFiles(named: readonly string[]): IntakeFile[] {
  const roots = named.map((name) => resolve(name));
  const base = baseOf(roots);
  const found = new Map<string, IntakeFile>();
  const add = (path: string, stats: Stats): void => {
    if (found.size >= MOST_FILES)
      throw new UsageError(`there are more than ${MOST_FILES} files in ${named.join(', ')}; name fewer folders`);
    found.set(path, nodeFile(path, path.slice(base.length).split(sep).join('/').replace(/^\/+/, ''), stats.size));
  };
  roots.forEach((root, i) => {
    const stats = statSync(root, { throwIfNoEntry: false });
    if (stats === undefined) throw new UsageError(`${named[i] ?? root}: there is no such file or folder`);
    if (stats.isFile()) return add(root, stats);
    for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isFile()) add(path, statSync(path));
    }
    if (basename(root) !== 'version-2') return;
    for (const name of BESIDE) {
      const beside = statSync(join(dirname(root), name), { throwIfNoEntry: false });
      if (beside?.isFile() === true) add(join(dirname(root), name), beside);
    }
  });
  return [...found.values()];
}

function nodeFile(absolute: string, path: string, size: number): IntakeFile {
  return {
    path,
    size,
    read: (from, to) =>
      new Promise((done) => {
        const bytes = new Uint8Array(Math.max(0, Math.min(to, size) - from));
        const handle = openSync(absolute, 'r');
        try {
          let got = 0;
          for (let more = 1; more > 0 && got < bytes.length; got += more)
            more = readSync(handle, bytes, got, bytes.length - got, from + got);
          done(bytes.subarray(0, got));
        } finally {
          closeSync(handle);
        }
      }),
  };
}

/** Two folders above a lone `version-2`, one above any other. */
function baseOf(roots: readonly string[]): string {
  const folders = roots.map((root) => (basename(root) === 'version-2' ? dirname(dirname(root)) : dirname(root)).split(sep));
  const [first = [], ...others] = folders;
  let shared = 0;
  while (shared < first.length && others.every((other) => other[shared] === first[shared])) shared++;
  return first.slice(0, shared).join(sep);
}

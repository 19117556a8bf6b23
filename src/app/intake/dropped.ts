/** What a person dropped, as a list of files: folders are walked. */
import type { GivenFile } from './wire.ts';

/** A file, or what a browser gives for a dropped file or folder. */
export type Dropped = File | FileSystemEntry;

/** A folder with more files is not what somebody wants to look at; the rest is left out and told. */
export const MOST_FILES = 10_000;

export interface DroppedFiles {
  readonly files: readonly GivenFile[];
  /** What could not be looked into. */
  readonly leftOut: readonly { readonly path: string; readonly sentence: string }[];
}

export async function filesOf(dropped: readonly Dropped[]): Promise<DroppedFiles> {
  const files: GivenFile[] = [];
  const leftOut: { readonly path: string; readonly sentence: string }[] = [];
  const waiting: Dropped[] = [...dropped].reverse();
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    if (files.length >= MOST_FILES) {
      leftOut.push({ path: pathOf(one), sentence: `There are more than ${MOST_FILES} files; this one and later ones are left out.` });
      break;
    }
    try {
      if (one instanceof File) files.push({ path: pathOf(one), blob: one });
      else if (isFile(one)) files.push({ path: pathOf(one), blob: await fileOf(one) });
      else waiting.push(...(await entriesOf(one as FileSystemDirectoryEntry)).reverse());
    } catch (error) {
      leftOut.push({ path: pathOf(one), sentence: `It could not be read: ${error instanceof Error ? error.message : String(error)}.` });
    }
  }
  return { files: unique(files), leftOut };
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

/** Relative to what was dropped: `zk1/data/myid`. */
function pathOf(one: Dropped): string {
  if (!(one instanceof File)) return one.fullPath.replace(/^\/+/, '');
  return one.webkitRelativePath === '' ? one.name : one.webkitRelativePath;
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

/** A browser gives a folder's entries some at a time. */
async function entriesOf(entry: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = entry.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return all.sort((a, b) => (a.name < b.name ? -1 : 1));
    all.push(...some);
    if (all.length > MOST_FILES) return all;
  }
}

/** Files of one name that were chosen from several folders: `server.log`, `server (2).log`. */
function unique(files: readonly GivenFile[]): GivenFile[] {
  const taken = new Set<string>();
  return files.map(({ path, blob }) => {
    let name = path;
    for (let i = 2; taken.has(name); i++) name = path.replace(/(\.[^./]*)?$/, (ending) => ` (${i})${ending}`);
    taken.add(name);
    return { path: name, blob };
  });
}

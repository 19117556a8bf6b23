/**
 * What a person drops or names, as a bounded list of files: plain files as they are, archives (zip, tar, gzip, nested to some depth) by what is in them.
 * Whatever is wrong with an archive is reported, never thrown, and what can be read is read.
 */
import type { Bytes } from '../base/ids.ts';
import { crc32 } from '../tree/digest.ts';
import { inflate, type Inflation } from './archive/inflated.ts';
import { ARCHIVE_LIMITS, Budget, type ArchiveLimits } from './archive/limits.ts';
import { checkPath } from './archive/paths.ts';
import { printable, Problems, type ArchiveProblem } from './archive/problems.ts';
import { isTar, listTar } from './archive/tar.ts';
import { dataOf, isZip, listZip, type ZipEntry } from './archive/zip.ts';
import { checkCancelled, IntakeCancelled, partOf, wordsOf, type IntakeFile, type Watch } from './files.ts';

export { ARCHIVE_LIMITS, type ArchiveLimits } from './archive/limits.ts';
export type { ArchiveProblem, ProblemKind } from './archive/problems.ts';

export interface OpenedFiles {
  /** In the order they were found; no path twice. */
  readonly files: readonly IntakeFile[];
  readonly problems: readonly ArchiveProblem[];
}

/** Packings of a zip that are not read, by number. */
const METHODS: Readonly<Record<number, string>> = {
  1: 'shrunk',
  6: 'imploded',
  9: 'deflate64',
  12: 'bzip2',
  14: 'lzma',
  93: 'zstd',
  95: 'xz',
  98: 'ppmd',
  99: 'AES encryption',
};
/** First bytes of formats that a person may take for readable. */
const FOREIGN: readonly (readonly [string, readonly number[]])[] = [
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['7z', [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]],
  ['rar', [0x52, 0x61, 0x72, 0x21, 0x1a, 0x07]],
  ['lz4', [0x04, 0x22, 0x4d, 0x18]],
  ['snappy', [0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]],
];
const HEAD = 512;

/** Opens one file: an archive gives what is in it, anything else itself. */
export function openArchive(file: IntakeFile, watch: Watch = {}, limits: ArchiveLimits = ARCHIVE_LIMITS): Promise<OpenedFiles> {
  return openAll([file], watch, limits);
}

/**
 * Opens several files under one budget. Entries of an archive have its path without the ending in front of theirs when several are opened, so that
 * two archives of the same folder do not collide.
 *
 * @throws IntakeCancelled
 */
export async function openAll(
  dropped: readonly IntakeFile[],
  watch: Watch = {},
  limits: ArchiveLimits = ARCHIVE_LIMITS,
): Promise<OpenedFiles> {
  const opening = new Opening(new Budget(limits), watch);
  for (const file of dropped) await opening.open(file, dropped.length === 1 ? '' : `${withoutEnding(file.path)}/`, 0);
  return { files: opening.files, problems: opening.problems.list };
}

class Opening {
  readonly files: IntakeFile[] = [];
  readonly problems = new Problems();
  readonly #paths = new Set<string>();
  readonly #budget: Budget;
  /** Whether it was said already that there are too many files. */
  #full = false;
  readonly #watch: Watch;

  constructor(budget: Budget, watch: Watch) {
    this.#budget = budget;
    this.#watch = watch;
  }

  /** @param prefix in front of the paths of entries. */
  async open(file: IntakeFile, prefix: string, depth: number): Promise<void> {
    checkCancelled(this.#watch);
    try {
      const head = await file.read(0, HEAD);
      if (isZip(head)) await this.#nested(file, depth, () => this.#openZip(file, prefix, depth));
      else if (head[0] === 0x1f && head[1] === 0x8b) await this.#nested(file, depth, () => this.#openGzip(file, prefix, depth));
      else if (isTar(head)) await this.#nested(file, depth, () => this.#openTar(file, prefix, depth));
      else this.#plain(file, head);
    } catch (error) {
      if (error instanceof IntakeCancelled) throw error;
      this.problems.add('damaged', file.path, null, `It could not be read: ${wordsOf(error)}.`);
    }
  }

  #plain(file: IntakeFile, head: Bytes): void {
    const foreign = FOREIGN.find(([, magic]) => magic.every((byte, i) => head[i] === byte));
    if (foreign !== undefined)
      this.problems.add('format', file.path, 0, `It is packed with ${foreign[0]}, which is not read here; unpack it first.`);
    else this.#take(file);
  }

  #take(file: IntakeFile): void {
    if (this.#paths.has(file.path)) {
      this.problems.add('twice', file.path, null, 'There are two files of this path; the first one is used.');
      return;
    }
    if (!this.#budget.takeEntry()) {
      if (this.#full) return;
      this.#full = true;
      this.problems.add(
        'tooMany',
        file.path,
        null,
        `There are more than ${this.#budget.limits.entries} files; this one and later ones are left out.`,
      );
      return;
    }
    this.#paths.add(file.path);
    this.files.push(file);
  }

  async #nested(file: IntakeFile, depth: number, open: () => Promise<void>): Promise<void> {
    if (depth < this.#budget.limits.depth) await open();
    else
      this.problems.add('nested', file.path, null, `It is an archive in more than ${this.#budget.limits.depth} others; unpack it first.`);
  }

  // -------------------------------------------------------------------------------------------------------------------

  async #openZip(file: IntakeFile, prefix: string, depth: number): Promise<void> {
    const { entries, broken, more } = await listZip(file, this.#budget.limits.entries + 1, this.#watch);
    if (broken !== null) this.problems.add('truncated', file.path, broken.offset, `The zip is incomplete: ${broken.words}.`);
    if (more)
      this.problems.add('tooMany', file.path, null, `It lists more than ${this.#budget.limits.entries} entries; the others are left out.`);
    const declared = entries.reduce((sum, { expanded }) => sum + (expanded ?? 0), 0);
    if (declared > this.#budget.left) {
      const gb = (this.#budget.limits.expandedBytes / 1024 ** 3).toFixed(1);
      this.problems.add(
        'tooLarge',
        file.path,
        null,
        `Its files say they are ${declared} bytes together; at most ${gb} GB are expanded, so it is refused.`,
      );
      return;
    }
    let coveredTo = 0;
    for (const entry of entries.toSorted((a, b) => a.headerAt - b.headerAt)) {
      checkCancelled(this.#watch);
      if (entry.headerAt < coveredTo) {
        this.problems.add(
          'overlap',
          entry.name,
          entry.headerAt,
          'It shares its bytes with the entry before it, as in a zip bomb; it is refused.',
        );
        continue;
      }
      coveredTo = await this.#openEntry(file, entry, prefix, depth);
    }
  }

  /** @returns where the entry's bytes end. */
  async #openEntry(file: IntakeFile, listed: ZipEntry, prefix: string, depth: number): Promise<number> {
    const wrong = (kind: ArchiveProblem['kind'], sentence: string): number => {
      this.problems.add(kind, listed.name, listed.headerAt, sentence);
      return listed.headerAt + 1;
    };
    const checked = checkPath(listed.name);
    if ('skip' in checked) return listed.headerAt + 1;
    if ('refused' in checked) return wrong('path', `It is refused: ${checked.refused}.`);
    if (listed.special) return wrong('notAFile', 'It is a link or a device, not a file; it is left out.');
    if (listed.encrypted) return wrong('encrypted', 'It is encrypted; unpack the archive with its password first.');
    const { method } = listed;
    if (method !== 0 && method !== 8)
      return wrong(
        'method',
        `It is packed with method ${method}${METHODS[method] === undefined ? '' : ` (${METHODS[method]})`}, which is not read here.`,
      );
    const bomb = listed.expanded === null ? null : this.#budget.bomb(checked.path, listed.packed, listed.expanded);
    if (bomb !== null) return wrong('bomb', `It is refused as a zip bomb: ${bomb}.`);
    const entry = await dataOf(file, listed);
    if (entry === null) return wrong('damaged', 'There is no entry where the directory says; it is left out.');
    const path = prefix + checked.path;
    const packed = partOf(file, path, entry.dataAt, Math.min(entry.packed, Math.max(0, file.size - entry.dataAt)));
    await this.#expand(entry, packed, path, depth);
    return entry.dataAt + entry.packed;
  }

  async #expand(entry: ZipEntry, packed: IntakeFile, path: string, depth: number): Promise<void> {
    const got = entry.method === 0 ? await this.#stored(packed, path) : await this.#inflated(packed, path, 'deflate', entry.expanded);
    if (got === null) return;
    if (got.failed === null) {
      if (entry.expanded !== null && got.size < entry.expanded)
        this.problems.add('truncated', path, entry.dataAt, `It ends after ${got.size} of ${entry.expanded} bytes; those are used.`);
      else if (entry.expanded === null)
        this.problems.add('truncated', path, entry.dataAt, `The archive ends inside it; the first ${got.size} bytes are used.`);
      else if (entry.crc !== null && got.crc !== entry.crc)
        this.problems.add(
          'checksum',
          path,
          entry.dataAt,
          'Its bytes do not have the checksum that the zip gives for them: it was damaged. It is used as it is.',
        );
    }
    if (got.file !== null) await this.open(got.file, `${withoutEnding(path)}/`, depth + 1);
  }

  /** Not packed: read in place, summed once. */
  async #stored(file: IntakeFile, path: string): Promise<Inflation | null> {
    if (file.size > this.#budget.left) {
      this.problems.add('tooLarge', path, null, 'The archive holds more than is expanded; this file is left out.');
      return null;
    }
    this.#budget.takeExpanded(file.path, file.size, file.size);
    let crc = 0;
    let size = 0;
    while (size < file.size) {
      checkCancelled(this.#watch);
      this.#watch.progress?.(path, size, file.size);
      const bytes = await file.read(size, size + (1 << 20));
      if (bytes.length === 0) break;
      crc = crc32(bytes, crc);
      size += bytes.length;
    }
    return { file, crc, size, moreMembers: 0, failed: null };
  }

  async #inflated(packed: IntakeFile, path: string, packing: 'deflate' | 'gzip', expanded: number | null): Promise<Inflation> {
    const got = await inflate(packed, path, packing, expanded ?? Infinity, this.#budget, this.#watch);
    if (got.failed === 'bomb')
      this.problems.add('bomb', path, null, `It is refused as a zip bomb: it expands far beyond its ${packed.size} bytes.`);
    else if (got.failed === 'tooLarge') {
      const why =
        expanded !== null && got.size >= expanded
          ? `it holds more than the ${expanded} bytes it announces`
          : 'more is expanded than fits the limits';
      this.problems.add('tooLarge', path, null, `Reading stopped after ${got.size} bytes: ${why}. Those are used.`);
    } else if (got.failed !== null)
      this.problems.add('damaged', path, null, `Its packing is damaged (${got.failed.words}); the ${got.size} bytes before that are used.`);
    return got;
  }

  async #openGzip(file: IntakeFile, prefix: string, depth: number): Promise<void> {
    const path = unzippedName(file.path);
    const got = await this.#inflated(file, path, 'gzip', null);
    if (got.failed === null && got.moreMembers === 0) {
      const trailer = await file.read(file.size - 8, file.size);
      const view = new DataView(trailer.buffer, trailer.byteOffset, trailer.length);
      if (trailer.length < 8 || view.getUint32(0, true) !== got.crc)
        this.problems.add(
          'checksum',
          path,
          null,
          `It is cut short or was damaged: its checksum is wrong. The ${got.size} bytes that came out are used.`,
        );
    }
    if (got.file !== null) await this.open({ ...got.file, path }, prefix, depth + 1);
  }

  async #openTar(file: IntakeFile, prefix: string, depth: number): Promise<void> {
    const { entries, broken, more } = await listTar(file, this.#budget.limits.entries + 1, this.#watch);
    if (broken !== null) this.problems.add('truncated', file.path, broken.offset, `The tar is incomplete: ${broken.words}.`);
    if (more)
      this.problems.add('tooMany', file.path, null, `It lists more than ${this.#budget.limits.entries} entries; the others are left out.`);
    for (const { name, dataAt, size, kind } of entries) {
      const checked = checkPath(name);
      if ('refused' in checked) this.problems.add('path', name, dataAt, `It is refused: ${checked.refused}.`);
      else if (kind === 'special') this.problems.add('notAFile', name, dataAt, 'It is a link or a device, not a file; it is left out.');
      else if ('path' in checked && kind === 'file') {
        const path = prefix + checked.path;
        await this.open(partOf(file, path, dataAt, size), `${withoutEnding(path)}/`, depth + 1);
      }
    }
  }
}

/** `zookeeper.log.1.gz` holds `zookeeper.log.1`, `data.tgz` holds `data.tar`. */
function unzippedName(path: string): string {
  return /\.tgz$/i.test(path) ? path.replace(/\.tgz$/i, '.tar') : path.replace(/\.gz$/i, '');
}

function withoutEnding(path: string): string {
  return printable(path.replace(/(\.tar)?\.(zip|gz|tgz|tar)$/i, ''));
}

/** How much an archive may hold, and what was used of it. One budget for an archive and everything nested in it. */
import { zxidOfName } from '../../store/names.ts';
import { baseName } from '../files.ts';

export interface ArchiveLimits {
  /** Files, counting those in nested archives. */
  readonly entries: number;
  /** Bytes after expanding, of all files together. */
  readonly expandedBytes: number;
  /** Times a file may grow by expanding, once all that grow more are larger than `ratioFromBytes` together. Txn logs are exempt: they end in preallocated zeros. */
  readonly ratio: number;
  readonly ratioFromBytes: number;
  /** Expanded bytes kept in memory; what is beyond is expanded again when it is read. */
  readonly keptBytes: number;
  /** Archives in archives. */
  readonly depth: number;
}

export const ARCHIVE_LIMITS: ArchiveLimits = {
  entries: 10_000,
  expandedBytes: 2 * 1024 ** 3,
  ratio: 200,
  ratioFromBytes: 64 * 1024 ** 2,
  keptBytes: 256 * 1024 ** 2,
  depth: 3,
};

/** Deflate cannot do better than this: an entry that claims more lies. */
export const DEFLATE_RATIO = 1040;

export class Budget {
  readonly limits: ArchiveLimits;
  #entries = 0;
  #expanded = 0;
  #kept = 0;
  /** Bytes that came out of files that grew more than the ratio. */
  #loose = 0;

  constructor(limits: ArchiveLimits) {
    this.limits = limits;
  }

  /** @returns false when there are too many. */
  takeEntry(): boolean {
    if (this.#entries >= this.limits.entries) return false;
    this.#entries++;
    return true;
  }

  /** Bytes that may still be expanded. */
  get left(): number {
    return this.limits.expandedBytes - this.#expanded;
  }

  takeExpanded(path: string, packed: number, bytes: number): void {
    this.#expanded += bytes;
    if (this.#isLoose(path, packed, bytes)) this.#loose += bytes;
  }

  /** Whether so many more bytes may stay in memory; if so they are counted. */
  keep(bytes: number): boolean {
    if (this.#kept + bytes > this.limits.keptBytes) return false;
    this.#kept += bytes;
    return true;
  }

  /** Why a file that expands so far is a bomb, or null. */
  bomb(path: string, packed: number, expanded: number): string | null {
    if (expanded > DEFLATE_RATIO * packed + 1024) return `it claims to hold ${expanded} bytes in ${packed}, more than its packing allows`;
    if (!this.#isLoose(path, packed, expanded) || expanded + this.#loose <= this.limits.ratioFromBytes) return null;
    return `it expands ${Math.floor(expanded / Math.max(1, packed))}-fold, to ${expanded} bytes; only txn logs, which end in zeros, may do that`;
  }

  #isLoose(path: string, packed: number, expanded: number): boolean {
    return expanded > this.limits.ratio * packed && zxidOfName(baseName(path), 'log') === null;
  }
}

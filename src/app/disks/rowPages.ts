/** The rows of a table that were read, in pages; the pages that were read longest ago are forgotten. */
import type { Row } from './wire.ts';

/** Rows that are read at once. */
const PAGE = 200;
/** Pages that are kept. */
const KEPT = 20;

export type Pages = ReadonlyMap<number, readonly Row[]>;

export class RowPages {
  readonly #asked = new Set<number>();
  readonly #read: (from: number, to: number) => Promise<readonly Row[] | null>;
  readonly #changed: (pages: Pages) => void;
  #pages: Pages = new Map();

  /** @param read gives null when it could not be read. @param changed told of all pages whenever there is another. */
  constructor(read: (from: number, to: number) => Promise<readonly Row[] | null>, changed: (pages: Pages) => void) {
    this.#read = read;
    this.#changed = changed;
  }

  /** Reads what is missing of these rows. */
  want(from: number, to: number): void {
    for (let page = Math.floor(from / PAGE); page * PAGE < to; page++) {
      if (this.#asked.has(page)) continue;
      this.#asked.add(page);
      void this.#readPage(page);
    }
  }

  async #readPage(page: number): Promise<void> {
    const rows = await this.#read(page * PAGE, (page + 1) * PAGE);
    if (rows === null) {
      this.#asked.delete(page);
      return;
    }
    const next = new Map(this.#pages).set(page, rows);
    for (const old of next.keys()) {
      if (next.size <= KEPT) break;
      next.delete(old);
      this.#asked.delete(old);
    }
    this.#pages = next;
    this.#changed(next);
  }
}

export function rowIn(pages: Pages, index: number): Row | undefined {
  return pages.get(Math.floor(index / PAGE))?.[index % PAGE];
}

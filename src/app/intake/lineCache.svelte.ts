/** Lines that are looked at, fetched from the worker a page at a time; the latest pages are kept. */
import type { ImportReader } from './reader.ts';

/** Lines fetched at once. */
const PAGE = 100;
/** Pages kept. */
const MOST_PAGES = 60;
/** Characters kept of a line. */
const MOST_TEXT = 20_000;

export class LineCache {
  failed = $state<string | null>(null);
  /** Grows when lines have come. */
  private version = $state(0);
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- `version` tells of changes, a page at a time
  private readonly pages = new Map<number, readonly string[] | null>();
  private readonly reader: ImportReader;
  private readonly log: number;

  constructor(reader: ImportReader, log: number) {
    this.reader = reader;
    this.log = log;
  }

  /** A line, from 1; null while it is being fetched. */
  text(line: number): string | null {
    void this.version;
    const page = Math.floor((line - 1) / PAGE);
    const known = this.pages.get(page);
    if (known === undefined) void this.fetch(page);
    return known?.[(line - 1) % PAGE] ?? null;
  }

  private async fetch(page: number): Promise<void> {
    this.pages.set(page, null);
    try {
      const texts = await this.reader.lines(this.log, page * PAGE + 1, (page + 1) * PAGE + 1);
      this.pages.set(
        page,
        texts.map((text) => text.slice(0, MOST_TEXT)),
      );
      for (const old of this.pages.keys()) {
        if (this.pages.size <= MOST_PAGES) break;
        this.pages.delete(old);
      }
      this.version++;
    } catch (error) {
      this.failed = error instanceof Error ? error.message : String(error);
    }
  }
}

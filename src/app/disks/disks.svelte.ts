/** The data directories that are open, and what of them is looked at. Stays while the view is closed, so that it opens again where it was. */
import type { Sid } from '../../base/ids.ts';
import { IntakeCancelled } from '../../intake/files.ts';
import { DiskClient, type AskOptions } from './client.ts';
import type { Asks, DirectorySummary, Dropped, Opened } from './wire.ts';

export type DiskTab = 'files' | 'start' | 'compare' | 'boot';

/** What was opened. */
export interface From {
  /** For titles. */
  readonly name: string;
  /** Of simulated servers. */
  readonly simulated: boolean;
  /** The server and file to look at first. */
  readonly sid?: Sid;
  readonly file?: string | null;
}

export interface Busy {
  /** Path of the file being read. */
  readonly what: string;
  /** 0 to 1. */
  readonly share: number;
  readonly cancel: () => void;
}

/** Work that takes longer shows how far it is. */
const SHOWN_AFTER_MS = 500;

class Disks {
  opened = $state.raw<Opened | null>(null);
  from = $state.raw<From>({ name: '', simulated: false });
  tab = $state<DiskTab>('files');
  /** Which directory, and which of its files. */
  directory = $state(0);
  file = $state<number | null>(null);
  /** A row that is to be shown: byte of its record. */
  offset = $state<number | null>(null);
  busy = $state.raw<Busy | null>(null);
  /** What went wrong last. */
  failure = $state<string | null>(null);
  /** The last thing that was opened held no data directory. */
  nothing = $state(false);
  #client: DiskClient | null = null;

  get directories(): readonly DirectorySummary[] {
    return this.opened?.directories ?? [];
  }

  /** @returns whether there was a directory; if not, what was open stays open. */
  async open(files: readonly Dropped[], from: From): Promise<boolean> {
    const client = new DiskClient();
    this.failure = null;
    this.nothing = false;
    const opened = await this.#watched(
      (options) => client.ask('open', [files], options),
      () => client.dispose(),
    );
    if (opened === null || opened.directories.length === 0) {
      client.dispose();
      this.nothing = opened !== null;
      return false;
    }
    this.#client?.dispose();
    this.#client = client;
    this.opened = opened;
    this.from = from;
    this.tab = 'files';
    this.directory = Math.max(0, from.sid === undefined ? 0 : opened.directories.findIndex(({ sid }) => sid === from.sid));
    const name = from.file ?? null;
    // On a phone the list comes first: there is no room for a file beside it.
    const first = matchMedia('(min-width: 720px)').matches ? this.firstFile() : null;
    this.file = name === null ? first : (opened.directories[this.directory]?.files.findIndex((file) => file.name === name) ?? null);
    this.offset = null;
    return true;
  }

  /** Asks the worker. @returns null when it was cancelled or failed: `failure` then says why. */
  async ask<K extends keyof Asks>(type: K, ...args: Asks[K]['args']): Promise<Asks[K]['answer'] | null> {
    const client = this.#client;
    return client === null ? null : this.#watched((options) => client.ask(type, args, options));
  }

  async assign(directory: number, sid: Sid): Promise<void> {
    const summary = await this.ask('assign', directory, sid);
    if (summary === null || this.opened === null) return;
    this.opened = { ...this.opened, directories: this.opened.directories.with(directory, summary) };
  }

  /** Shows a record: a directory's file, and a byte in it. */
  show(directory: number, file: string, offset: number | null): void {
    const at = this.directories[directory]?.files.findIndex(({ name }) => name === file) ?? -1;
    if (at < 0) return;
    this.directory = directory;
    this.file = at;
    this.offset = offset;
    this.tab = 'files';
  }

  /** The newest log that has records: what one looks for first. */
  firstFile(): number | null {
    const files = this.directories[this.directory]?.files ?? [];
    const log = files.findLastIndex(({ kind, count }) => kind === 'log' && (count ?? 0) > 0);
    return log >= 0 ? log : files.length > 0 ? 0 : null;
  }

  /** @param cancel instead of asking the worker to stop. */
  async #watched<T>(work: (options: AskOptions) => Promise<T>, cancel?: () => void): Promise<T | null> {
    const abort = new AbortController();
    const progress = { what: '', share: 0 };
    let shown: Busy | null = null;
    const show = (): void => {
      shown = { ...progress, cancel: cancel ?? (() => abort.abort()) };
      this.busy = shown;
    };
    const timer = setTimeout(show, SHOWN_AFTER_MS);
    try {
      return await work({
        signal: abort.signal,
        onProgress: (what, done, total) => {
          Object.assign(progress, { what, share: total === 0 ? 0 : done / total });
          if (shown !== null) show();
        },
      });
    } catch (error) {
      if (!(error instanceof IntakeCancelled)) this.failure = error instanceof Error ? error.message : String(error);
      return null;
    } finally {
      clearTimeout(timer);
      if (this.busy === shown) this.busy = null;
    }
  }
}

export const disks = new Disks();

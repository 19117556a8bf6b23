/**
 * Remembers runs in this browser (IndexedDB): the one on screen a second after something was done in it, the last twenty in all. Where the browser
 * allows no storage, nothing is remembered and nothing is said.
 */
import { createStore, del, get, set, type UseStore } from 'idb-keyval';
import * as v from 'valibot';
import { writeRunFile } from '../../intake/runs/file.ts';
import { runOfText } from '../../intake/runs/open.ts';
import type { Run } from '../engine/run.svelte.ts';
import type { Session } from '../engine/session.svelte.ts';
import { i18n } from '../i18n/i18n.svelte.ts';
import { orRefused, showRun } from './open.ts';
import { recordOf } from './recordOf.ts';

/** A run that is remembered. */
const keptSchema = v.object({
  id: v.string(),
  /** Title in the language it was kept in. */
  name: v.string(),
  /** Where it had been opened from. */
  opened: v.string(),
  /** Ms since 1970. */
  at: v.number(),
  commands: v.number(),
  events: v.number(),
});
export type KeptRun = v.InferOutput<typeof keptSchema>;
const listSchema = v.array(keptSchema);

/** So many runs, each of so many characters, are remembered. */
const MOST_RUNS = 20;
const LONGEST = 4_000_000;
/** Nothing is written more often than this, ms. */
const REST_MS = 1000;
const LIST = 'list';
const RUN = 'run:';
/** The run of this tab: it survives a reload and a crash, and no other tab sees it. */
const TAB_KEY = 'zablab.run';

let store: UseStore | null = null;

/** Runs an access; null when the browser does not allow it, or has thrown the data away. */
async function quietly<T>(access: (store: UseStore) => Promise<T>): Promise<T | null> {
  try {
    store ??= createStore('zablab', 'runs');
    return await access(store);
  } catch {
    return null;
  }
}

/** The remembered runs, newest first. */
export async function keptRuns(): Promise<readonly KeptRun[]> {
  const list = v.safeParse(listSchema, await quietly((where) => get(LIST, where)));
  return list.success ? list.output : [];
}

export async function forgetRun(id: string): Promise<void> {
  const list = await keptRuns();
  await quietly((where) =>
    set(
      LIST,
      list.filter((kept) => kept.id !== id),
      where,
    ),
  );
  await quietly((where) => del(RUN + id, where));
}

/** Opens a remembered run; it goes on under its own name. @returns whether it could be opened. */
export async function continueRun(session: Session, { id, name, opened }: KeptRun): Promise<boolean> {
  const text = await quietly((where) => get<unknown>(RUN + id, where));
  return orRefused(session, name, async () => {
    next = id;
    await showRun(session, runOfText(typeof text === 'string' ? text : '', name), opened);
  });
}

/** Opens the remembered run of that id. */
export async function continueById(session: Session, id: string): Promise<boolean> {
  const kept = (await keptRuns()).find((one) => one.id === id);
  return kept !== undefined && (await continueRun(session, kept));
}

/** The id under which the next run that is shown is kept; null for a new one. */
let next: string | null = null;

/** Begins to remember, and offers to continue what this tab did before it was loaded again. */
export async function keepRuns(session: Session): Promise<void> {
  const before = tabRun();
  const kept = before === null ? undefined : (await keptRuns()).find(({ id }) => id === before);
  const watch = (run: Run): void => {
    new Keeper(session, run, next);
    next = null;
  };
  session.onLoad(watch);
  if (session.run !== null) watch(session.run);
  if (kept !== undefined && session.notice === null && (session.run?.commands.length ?? 0) === 0)
    session.notice = { kind: 'offer', id: kept.id, name: kept.name, commands: kept.commands };
}

/** Remembers one run for as long as it is on screen. */
class Keeper {
  private readonly session: Session;
  private readonly run: Run;
  private id: string | null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private readonly forget: readonly (() => void)[];

  constructor(session: Session, run: Run, id: string | null) {
    this.session = session;
    this.run = run;
    this.id = id;
    const soon = (): void => this.soon();
    this.forget = [run.on('branches', soon), run.on('position', soon), run.on('events', soon)];
    document.addEventListener('visibilitychange', this.hidden);
  }

  private readonly hidden = (): void => {
    if (document.visibilityState === 'hidden' && this.timer !== null) void this.now();
  };

  private soon(): void {
    if (this.session.run !== this.run) return this.end();
    if (this.run.source === null || (this.run.commands.length === 0 && this.run.branches === null)) return;
    this.timer ??= setTimeout(() => void this.now(), REST_MS);
  }

  private end(): void {
    for (const forget of this.forget) forget();
    if (this.timer !== null) clearTimeout(this.timer);
    document.removeEventListener('visibilitychange', this.hidden);
  }

  private async now(): Promise<void> {
    this.timer = null;
    const { run, session } = this;
    const record = session.run === run ? recordOf(run) : null;
    if (record === null) return;
    const text = writeRunFile(record);
    if (text.length > LONGEST) return;
    this.id ??= crypto.randomUUID();
    const { id } = this;
    rememberTab(id);
    const entry: KeptRun = {
      id,
      name: session.titleIn(i18n.language),
      opened: session.opened,
      at: Date.now(),
      commands: record.commands.length,
      events: record.length,
    };
    const list = [entry, ...(await keptRuns()).filter((kept) => kept.id !== id)];
    await quietly((where) => set(RUN + id, text, where));
    await quietly((where) => set(LIST, list.slice(0, MOST_RUNS), where));
    for (const old of list.slice(MOST_RUNS)) await quietly((where) => del(RUN + old.id, where));
  }
}

function tabRun(): string | null {
  try {
    return sessionStorage.getItem(TAB_KEY);
  } catch {
    return null; // storage is off
  }
}

function rememberTab(id: string): void {
  try {
    sessionStorage.setItem(TAB_KEY, id);
  } catch {
    // storage is off: nothing is offered after a reload
  }
}

/** The offer was declined: it is not made again. */
export function declineOffer(): void {
  try {
    sessionStorage.removeItem(TAB_KEY);
  } catch {
    // storage is off: there was no offer
  }
}

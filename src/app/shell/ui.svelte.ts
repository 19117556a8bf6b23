/** What the reader looks at: the selection, the open panel tab, dialogs. Not part of the run, so it survives a new one. */
import type { Sid } from '../../base/ids.ts';
import type { ClientId } from '../../ensemble/types.ts';

export type Selection =
  | { readonly kind: 'server'; readonly sid: Sid }
  /** A message, with the position of the event that sent it. */
  | { readonly kind: 'message'; readonly flight: number; readonly sentN: number }
  | { readonly kind: 'link'; readonly a: Sid; readonly b: Sid }
  | { readonly kind: 'client'; readonly client: ClientId }
  | { readonly kind: 'event'; readonly n: number };

/** `findings` and `log` are there for runs that were read from logs. */
export type Tab = 'inspect' | 'clients' | 'decisions' | 'lesson' | 'findings' | 'log' | 'explore';
export type Dialog = 'scenarios' | 'disks' | 'form' | 'legend' | 'help' | 'export' | 'share' | 'open' | 'compare' | null;

class Ui {
  selection = $state.raw<Selection | null>(null);
  tab = $state<Tab>('inspect');
  /** A lesson is open: choosing something on the stage then leaves its tab in front. */
  lesson = $state(false);
  /** The explore tab has been opened: it stays. */
  exploring = $state(false);
  dialog = $state<Dialog>(null);
  /** On a phone the panel and the timeline are sheets. */
  sheet = $state<'panel' | 'timeline' | null>(null);
  /** The server whose link is about to be cut: the next number key says from whom. */
  cutFrom = $state<Sid | null>(null);
  /** Something below the stage is open: the find bar, filters, breakpoints, a marked event. Once open, it is looked after there. */
  bars = $state(false);
  /** A short message for the person, such as what a key waits for. */
  notice = $state<string | null>(null);
  /** "Why?" was asked with a key: the panel of the selection answers. */
  asking = $state(false);
  /** What the person has done so far in this run: the suggestions follow it. */
  acts = $state(0);

  select(selection: Selection | null): void {
    this.selection = selection;
    if (selection === null || (this.lesson && this.tab === 'lesson')) return;
    this.tab = selection.kind === 'client' ? 'clients' : 'inspect';
  }

  /** Asks "why?" about the selection; where nothing is selected that could answer, about event `n`. */
  ask(n: number): void {
    const { selection } = this;
    this.open(selection === null || selection.kind === 'link' ? { kind: 'event', n } : selection);
    this.tab = this.selection?.kind === 'client' ? 'clients' : 'inspect';
    this.asking = true;
  }

  /** The legend lies over the panel; on a phone it opens the panel's sheet. */
  toggleLegend(): void {
    this.dialog = this.dialog === 'legend' ? null : 'legend';
    this.sheet = this.dialog === 'legend' ? 'panel' : null;
  }

  explore(): void {
    this.dialog = null;
    this.exploring = true;
    this.tab = 'explore';
    this.sheet = 'panel';
  }

  /** Selects and, on a phone, opens the panel. */
  open(selection: Selection): void {
    this.select(selection);
    this.sheet = 'panel';
  }
}

export const ui = new Ui();

/** Letters for clients: a, b, ..., z, aa, ... */
export function clientName(client: ClientId, name: string | null = null): string {
  if (name !== null && name !== '') return name;
  let letters = '';
  for (let i = client; i > 0; i = Math.floor((i - 1) / 26)) letters = String.fromCharCode(97 + ((i - 1) % 26)) + letters;
  return letters;
}

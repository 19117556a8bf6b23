/** The form of a rehearsal: which server starts from which directory. */
import type { Sid } from '../../base/ids.ts';
import type { ConfigMember } from '../../intake/datadir/types.ts';
import type { DirectorySummary, RehearseAsk } from './wire.ts';

/** What a seat's server starts from: the place of a directory, nothing on its disk, or it does not start. */
export type From = number | 'empty' | 'down';

export interface SeatForm {
  /** As it was typed. */
  readonly sid: string;
  readonly from: From;
  readonly observer: boolean;
  readonly first: boolean;
  /** Of the zoo.cfg. */
  readonly weight?: number;
  readonly group?: number;
}

/** Settings with the least and the most that the simulator takes, and what it takes when nothing is said. */
export const SETTINGS = {
  tickTime: [10, 60_000],
  initLimit: [1, 10_000],
  syncLimit: [1, 10_000],
  snapCount: [2, 1_000_000_000],
} as const;
export type Setting = keyof typeof SETTINGS;

export interface BootForm {
  readonly seats: readonly SeatForm[];
  readonly settings: Readonly<Record<Setting, string>>;
}

/** Most servers of an ensemble. */
export const MOST_SEATS = 9;

/** Every member of the first zoo.cfg that names all directories' servers, from its directory; else the directories' servers. */
export function firstForm(directories: readonly DirectorySummary[]): BootForm {
  const sids = [...new Set(directories.flatMap(({ sid }) => sid ?? []))].sort((a, b) => a - b);
  const config = directories.find((directory) => {
    const members = directory.config?.members ?? [];
    return sids.length > 0 && sids.every((sid) => members.some((member) => member.sid === sid));
  })?.config;
  const members: readonly ConfigMember[] = config?.members ?? sids.map((sid) => ({ sid, observer: false }));
  const seats = members.slice(0, MOST_SEATS).map(({ sid, observer, weight, group }): SeatForm => {
    const at = directories.findIndex((directory) => directory.sid === sid);
    const seat = { sid: String(sid), from: at < 0 ? ('empty' as const) : at, observer, first: at >= 0 };
    return { ...seat, ...(weight === undefined ? {} : { weight }), ...(group === undefined ? {} : { group }) };
  });
  const lonely = directories.map((_, i): SeatForm => ({ sid: String(i + 1), from: i, observer: false, first: true }));
  return {
    seats: seats.length > 0 ? seats : lonely.slice(0, MOST_SEATS),
    settings: { tickTime: '', initLimit: '', syncLimit: '', snapCount: '' },
  };
}

/** A seat for the next free sid. */
export function withSeat(form: BootForm): BootForm {
  const taken = form.seats.map(({ sid }) => Number(sid));
  let sid = 1;
  while (taken.includes(sid)) sid++;
  return { ...form, seats: [...form.seats, { sid: String(sid), from: 'empty', observer: false, first: true }] };
}

export interface WrongForm {
  /** Places of seats whose sid is none, or is taken by an earlier seat. */
  readonly seats: readonly number[];
  readonly settings: readonly Setting[];
  /** No voter starts first. */
  readonly nobody: boolean;
}

/** What is wrong; null when it can be booted. */
export function wrongOf({ seats, settings }: BootForm): WrongForm | null {
  const sids = seats.map(({ sid }) => (/^\s*\d{1,3}\s*$/.test(sid) ? Number(sid) : NaN));
  const wrong: WrongForm = {
    seats: sids.flatMap((sid, i) => (sid >= 1 && sid <= 255 && sids.indexOf(sid) === i ? [] : [i])),
    settings: (Object.keys(SETTINGS) as Setting[]).filter((key) => !isSetting(key, settings[key])),
    nobody: !seats.some(({ from, observer, first }) => first && !observer && from !== 'down'),
  };
  return wrong.seats.length + wrong.settings.length > 0 || wrong.nobody ? wrong : null;
}

/** What to ask of the library. @param form with nothing wrong in it. */
export function rehearsalOf({ seats, settings }: BootForm, title: string): RehearseAsk {
  const all = seats.map((seat) => ({ ...seat, sid: Number(seat.sid) }));
  const started = all.filter(({ from }) => from !== 'down');
  const firstSids: readonly Sid[] = started.filter(({ first }) => first).map(({ sid }) => sid);
  const cfg: Record<string, number> = {};
  for (const key of Object.keys(SETTINGS) as Setting[]) if (settings[key].trim() !== '') cfg[key] = Number(settings[key]);
  return {
    seats: started.map(({ sid, from }) => ({ sid, directory: typeof from === 'number' ? from : null })),
    members: all.map(({ sid, observer, weight, group }) => ({
      sid,
      observer,
      ...(weight === undefined ? {} : { weight }),
      ...(group === undefined ? {} : { group }),
    })),
    first: firstSids,
    cfg,
    title,
  };
}

/** Nothing typed is right: then the usual value is taken. */
function isSetting(key: Setting, text: string): boolean {
  const [least, most] = SETTINGS[key];
  return text.trim() === '' || (/^\s*\d+\s*$/.test(text) && Number(text) >= least && Number(text) <= most);
}

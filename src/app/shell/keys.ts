/** The page's keys in one table. Marks on the stage handle their own menus; everything else is here. */
import type { Sid } from '../../base/ids.ts';

export interface Keys {
  readonly toggle: () => void;
  readonly step: (direction: 1 | -1) => void;
  readonly jump: (kind: 'decision' | 'roleChange' | 'fault', direction: 1 | -1) => void;
  readonly start: () => void;
  readonly live: () => void;
  readonly speed: (direction: 1 | -1) => void;
  readonly heartbeats: () => void;
  /** A digit: chooses a server, or says from whom to cut. */
  readonly digit: (sid: Sid) => void;
  /** k, r, p, o, w: an act on the server in focus. */
  readonly server: (key: string) => void;
  readonly cut: () => void;
  readonly heal: () => void;
  readonly legend: () => void;
  readonly help: () => void;
  readonly scenarios: () => void;
  readonly export: () => void;
  readonly clients: () => void;
  /** Why the selection is as it is. */
  readonly why: () => void;
  readonly theme: () => void;
  readonly language: () => void;
  readonly escape: () => void;
}

/** Carries out the key of an event; false when it means nothing here. */
export function press(keys: Keys, event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const act = actOf(keys, event.key);
  act?.();
  return act !== undefined;
}

function actOf(keys: Keys, key: string): (() => void) | undefined {
  if (/^[1-9]$/.test(key)) return () => keys.digit(Number(key));
  switch (key) {
    case ' ':
      return keys.toggle;
    case 'ArrowRight':
      return () => keys.step(1);
    case 'ArrowLeft':
      return () => keys.step(-1);
    case 'd':
      return () => keys.jump('decision', 1);
    case 'D':
      return () => keys.jump('decision', -1);
    case 'e':
      return () => keys.jump('roleChange', 1);
    case 'E':
      return () => keys.jump('roleChange', -1);
    case 'f':
      return () => keys.jump('fault', 1);
    case 'F':
      return () => keys.jump('fault', -1);
    case 'Home':
      return keys.start;
    case 'End':
      return keys.live;
    case ',':
      return () => keys.speed(-1);
    case '.':
      return () => keys.speed(1);
    case 'b':
      return keys.heartbeats;
    case 'k':
    case 'r':
    case 'p':
    case 'o':
    case 'w':
      return () => keys.server(key);
    case 'c':
      return keys.cut;
    case 'h':
      return keys.heal;
    case 'l':
      return keys.legend;
    case '?':
      return keys.help;
    case 's':
      return keys.scenarios;
    case 'x':
      return keys.export;
    case 'a':
      return keys.clients;
    case 'y':
      return keys.why;
    case 't':
      return keys.theme;
    case 'i':
      return keys.language;
    case 'Escape':
      return keys.escape;
    default:
      return undefined;
  }
}

/** Whether the focus is where keys mean text or a press. */
export function isTyping(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest('input, select, textarea, [contenteditable], dialog') !== null) return key !== 'Escape';
  return key === ' ' && target.closest('button, a, summary') !== null;
}

/** Keys for looking around in time: find, next hit, mark, a second server; and for exploring. What they do is loaded when one is pressed first. */
export function isLookKey({ key, code, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): boolean {
  if (altKey) return false;
  if (ctrlKey || metaKey) return key === 'f';
  return /^[/gmnN]$/.test(key) || (shiftKey && /^Digit[1-9]$/.test(code));
}

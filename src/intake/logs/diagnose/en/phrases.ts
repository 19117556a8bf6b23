/** Small pieces of English sentences. */
import type { Words } from '../words.ts';

/** `1, 2 and 3`; `nobody` when there is none. */
export function and(items: readonly string[], nobody = 'nobody'): string {
  if (items.length === 0) return nobody;
  return items.length === 1 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1) ?? ''}`;
}

/** `server 2`, `servers 1 and 3`. */
export function servers(items: readonly string[]): string {
  return `${items.length === 1 ? 'server' : 'servers'} ${and(items)}`;
}

/** The same at the beginning of a sentence. */
export function Servers(items: readonly string[]): string {
  return `${items.length === 1 ? 'Server' : 'Servers'} ${and(items)}`;
}

/** `340 ms`, `4.1 s`, `3 min 5 s`, `2 h 5 min`. */
export function span(ms: number): string {
  const size = Math.abs(ms);
  if (size < 1000) return `${Math.round(size)} ms`;
  if (size < 59_950) return `${(size / 1000).toFixed(1)} s`;
  const seconds = Math.round(size / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

export function times(count: number): string {
  return count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`;
}

/** `at 10:11:12.345`, or `3 times between … and …`. */
export function when(w: Words): string {
  if (w.count <= 1 || w.s('time') === w.s('until')) return w.s('time') === '' ? '' : ` at ${w.s('time')}`;
  return ` ${times(w.count)} between ${w.s('time')} and ${w.s('until')}`;
}

/** `: text`, or nothing. */
export function saying(text: string): string {
  return text === '' ? '' : ` ("${text}")`;
}

/** ` (2000 ms)`, or nothing where the logs do not print it. */
export function limit(name: string, ms: number): string {
  return ms > 0 ? `${name} (${span(ms)})` : name;
}

/** An epoch that a log may not print. */
export function epoch(value: number): string {
  return value < 0 ? 'unknown' : String(value);
}

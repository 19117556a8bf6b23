/** The calendar, in UTC. The only place in the core that uses `Date`: as a calendar, never as a clock. */
/* eslint-disable no-restricted-globals */

/** Milliseconds since 1970 of a date and time in UTC; `month` is 1…12. Values beyond their range carry over. */
export function utcMs(year: number, month: number, day: number, hour = 0, minute = 0, second = 0, ms = 0): number {
  return Date.UTC(year, month - 1, day, hour, minute, second, ms);
}

/** `2026-01-05 10:11:12,345`, as ZooKeeper's log prints it; in UTC, whole milliseconds. */
export function logTime(ms: number): string {
  return new Date(Math.floor(ms)).toISOString().slice(0, 23).replace('T', ' ').replace('.', ',');
}

/** `2026-01-05T10:11:12.345Z`. */
export function isoTime(ms: number): string {
  return new Date(Math.floor(ms)).toISOString();
}

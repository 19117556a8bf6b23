/** Times of day and lengths of time of imported logs. */
import { logTime } from '../../base/utc.ts';

/** The calendar reaches 100 million days either way, ms. */
const CALENDAR_MS = 8.64e15;

/** `2026-11-20 23:28:50.968`. */
export function dateText(ms: number): string {
  return Math.abs(ms) < CALENDAR_MS ? logTime(ms).replace(',', '.') : '–';
}

/** `420 ms`, `12.4 s`, `3 min 05 s`, `2 h 07 min`. */
export function lengthText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${Math.round(ms / 100) / 10} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

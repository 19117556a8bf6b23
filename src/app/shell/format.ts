/** How numbers look on the page. */
import type { Run } from '../engine/run.svelte.ts';

/** The calendar reaches 100 million days either way, ms. */
const CALENDAR_MS = 8.64e15;

/** `12 480 ms`, with a thin space between thousands. */
export function formatMs(ms: number): string {
  const [whole = '0', part] = String(Math.round(ms * 10) / 10).split('.');
  return `${whole.replace(/\B(?=(\d{3})+$)/g, '\u2009')}${part === undefined || ms > 100 ? '' : `.${part}`} ms`;
}

/** A moment of a run, ms of virtual time: of one that was read from logs its time of day. */
export function formatMoment({ runOn, config }: Run, at: number): string {
  return runOn === null ? formatMs(at) : formatClock(config.wallClockAtZero + at);
}

/** `23:28:50.968` of ms since 1970; `–` for a time that no calendar holds. */
export function formatClock(ms: number): string {
  return Math.abs(ms) < CALENDAR_MS ? new Date(ms).toISOString().slice(-13, -1) : '–';
}

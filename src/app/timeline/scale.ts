/**
 * From positions of the trace to pixels of the timeline. Two scales: story time (the cinematic clock, where messages have a
 * readable slope and quiet is short) and clock time (virtual ms). Both are monotone in the position, so one window serves both.
 */
import type { Cinema } from '../transport/cinema.ts';

export type ScaleKind = 'story' | 'clock';

/** What is visible: values of the chosen scale at the left and right border. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** Smallest width of a window, ms of its scale. */
const NARROWEST = 4;

export interface TimelineScale {
  readonly kind: ScaleKind;
  readonly window: Window;
  /** Pixels. */
  readonly width: number;
  /** x of a value of the scale. */
  x(value: number): number;
  /** Value at a pixel. */
  at(x: number): number;
  /** Value of an event; Infinity is far to the right. */
  valueOf(n: number): number;
  /** x of an event. */
  xOf(n: number): number;
  /** The last event at or left of a pixel, or −1. */
  eventAt(x: number): number;
}

export function timelineScale(kind: ScaleKind, clock: Cinema, window: Window, width: number): TimelineScale {
  const perPixel = (window.to - window.from) / Math.max(1, width);
  const x = (value: number): number => (value === Infinity ? width + 100 : (value - window.from) / perPixel);
  const at = (px: number): number => window.from + px * perPixel;
  const valueOf = (n: number): number => (n === Infinity ? Infinity : kind === 'story' ? clock.timeOf(n) : clock.virtualOf(n));
  return {
    kind,
    window,
    width,
    x,
    at,
    valueOf,
    xOf: (n) => x(valueOf(n)),
    eventAt: (px) => (kind === 'story' ? clock.indexAt(at(px)) : clock.indexAtVirtual(at(px))),
  };
}

/** Zooms by `factor` (below 1: closer) around the value at pixel `x`. */
export function zoomed(window: Window, factor: number, around: number): Window {
  const width = Math.max(NARROWEST, (window.to - window.from) * factor);
  const real = width / (window.to - window.from);
  return { from: around - (around - window.from) * real, to: around + (window.to - around) * real };
}

/** Moves the window so that it begins no earlier than 0 and does not lie wholly behind the end. */
export function clamped(window: Window, end: number): Window {
  const width = window.to - window.from;
  const from = Math.max(-0.02 * width, Math.min(window.from, Math.max(0, end) - 0.1 * width));
  return { from, to: from + width };
}

/** The window itself while the playhead is well inside it, else one with the playhead two thirds to the right. */
export function following(window: Window, playhead: number): Window {
  const width = window.to - window.from;
  const limit = window.from + 0.8 * width;
  if (playhead <= limit && playhead >= window.from) return window;
  const from = Math.max(-0.02 * width, playhead - 0.65 * width);
  if (from === window.from) return window;
  return { from, to: from + width };
}

export interface Tick {
  readonly x: number;
  /** Virtual ms. */
  readonly ms: number;
}

/**
 * Where the time axis has marks: at round virtual times, at least `apart` px from one another. On the story scale round times are
 * unevenly spread, so each mark takes the roundest time in its neighbourhood. With `zero`, the wall clock at 0, times of day are round.
 */
export function ticks(scale: TimelineScale, clock: Cinema, apart: number, zero = 0): readonly Tick[] {
  const virtual = (x: number): number => (scale.kind === 'clock' ? scale.at(x) : clock.virtualAt(scale.at(x)));
  const marks: Tick[] = [];
  for (let x = apart / 3; x < scale.width - apart / 3; x += apart) {
    const ms = roundest(zero + Math.max(0, virtual(x - apart / 3)), zero + Math.max(0, virtual(x + apart / 3))) - zero;
    if (marks.at(-1)?.ms === ms || scale.at(x) < 0) continue;
    const value = scale.kind === 'clock' ? ms : clock.playbackAt(ms);
    const at = scale.x(value);
    if (at >= apart / 4 && at <= scale.width - apart / 3 && (marks.length === 0 || at - (marks.at(-1)?.x ?? 0) > apart * 0.68))
      marks.push({ x: at, ms });
  }
  return marks;
}

const HOUR = 3_600_000;
/** Round lengths of time above a few seconds, ms. */
const ROUND_TIMES = [
  24 * HOUR,
  12 * HOUR,
  6 * HOUR,
  3 * HOUR,
  HOUR,
  HOUR / 2,
  HOUR / 4,
  HOUR / 6,
  HOUR / 12,
  60_000,
  30_000,
  10_000,
  5000,
  1000,
];

/** The roundest time between two others, ms: of few digits, or of whole seconds, minutes, hours where the two are that far apart. */
export function roundest(low: number, high: number): number {
  if (high - low >= 1000)
    for (const part of ROUND_TIMES) {
      const candidate = Math.ceil(low / part - 1e-9) * part;
      if (candidate <= high) return Math.abs(candidate);
    }
  for (let step = 1_000_000; step >= 0.001; step /= 10) {
    for (const part of [step, step / 2, step / 5]) {
      const candidate = Math.ceil(low / part - 1e-9) * part;
      if (candidate <= high) return Math.abs(Math.round(candidate * 1000) / 1000);
    }
  }
  return low;
}

/** What the timeline draws, and where its lanes lie. */
import type { Sid } from '../../base/ids.ts';
import type { Timeline } from '../../trace/timeline.ts';
import type { Dictionary } from '../i18n/en.ts';
import type { Theme } from '../stage/hue.ts';
import type { Fold } from '../transport/cinema.ts';
import type { Tick, TimelineScale } from './scale.ts';

export interface Ink {
  readonly bg: string;
  readonly surface: string;
  readonly ink: string;
  readonly muted: string;
  readonly line: string;
  readonly broken: string;
  readonly onEpoch: string;
}

export interface TimelinePicture {
  readonly timeline: Timeline;
  readonly scale: TimelineScale;
  readonly sids: readonly Sid[];
  readonly height: number;
  /** Width of the gutter with the server numbers, px. */
  readonly gutter: number;
  readonly ticks: readonly Tick[];
  /** Stretches of quiet that the scale makes short. */
  readonly folds: readonly Fold[];
  /** Wall clock of virtual time 0, ms since 1970, where it means something. */
  readonly zero: number | null;
  readonly hideHeartbeats: boolean;
  readonly theme: Theme;
  readonly textScale: number;
  readonly ink: Ink;
  readonly t: Dictionary;
  readonly selectedSid: Sid | null;
}

/** Height of the axis at the bottom, px at scale 1. */
export const AXIS = 20;
export function laneY(i: number, of: number, height: number, textScale: number): number {
  return ((i + 0.5) * (height - AXIS * textScale)) / of;
}

/** What the timeline draws, and where its lanes lie. */
import type { Sid } from '../../base/ids.ts';
import type { Timeline } from '../../trace/timeline.ts';
import type { Dictionary } from '../i18n/en.ts';
import type { Theme } from '../stage/hue.ts';
import type { Run } from '../engine/run.svelte.ts';
import type { Fold } from '../transport/cinema.ts';
import { lanesOf, type Lane } from './lanes.ts';
import type { Overlay } from './overlay.ts';
import { ticks, timelineScale, type ScaleKind, type Tick, type TimelineScale, type Window } from './scale.ts';

export interface Ink {
  readonly bg: string;
  readonly surface: string;
  readonly ink: string;
  readonly muted: string;
  readonly line: string;
  readonly broken: string;
  readonly onEpoch: string;
}

/** What the painters need of a canvas; `pictures/svgSurface.ts` is another one. */
export type Surface = Omit<
  Pick<
    CanvasRenderingContext2D,
    | 'setTransform'
    | 'translate'
    | 'clearRect'
    | 'save'
    | 'restore'
    | 'beginPath'
    | 'moveTo'
    | 'lineTo'
    | 'closePath'
    | 'rect'
    | 'arc'
    | 'setLineDash'
    | 'fillRect'
    | 'strokeRect'
    | 'lineWidth'
    | 'globalAlpha'
    | 'font'
    | 'textAlign'
    | 'textBaseline'
  >,
  'setTransform'
> & {
  strokeStyle: string | CanvasGradient | CanvasPattern;
  fillStyle: string | CanvasGradient | CanvasPattern;
  setTransform(a: number, b: number, c: number, d: number, e: number, f: number): void;
  clip(): void;
  fill(): void;
  stroke(): void;
  fillText(text: string, x: number, y: number): void;
  measureText(text: string): { readonly width: number };
};

export interface TimelinePicture {
  readonly timeline: Timeline;
  readonly scale: TimelineScale;
  readonly sids: readonly Sid[];
  readonly lanes: ReadonlyMap<Sid, Lane>;
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
  readonly overlay: Overlay | null;
}

/** Width of the gutter with the server numbers, px at scale 1. */
export const GUTTER = 30;
/** Height of the axis at the bottom, px at scale 1. */
export const AXIS = 20;

/** What a picture shows, and how large. Sizes in px. */
export interface Framing {
  readonly kind: ScaleKind;
  readonly window: Window;
  /** Width without the gutter. */
  readonly inner: number;
  readonly height: number;
  readonly textScale: number;
  readonly theme: Theme;
  readonly ink: Ink;
  readonly t: Dictionary;
  readonly selectedSid: Sid | null;
  /** What stands out. Nothing by default. */
  readonly overlay?: Overlay;
}

const NO_SIDS: ReadonlySet<Sid> = new Set();

/** The picture of a run in a frame. */
export function pictureOf(run: Run, { kind, window, inner, overlay, ...rest }: Framing): TimelinePicture {
  const scale = timelineScale(kind, run.clock, window, inner);
  const sids = run.members.map(({ sid }) => sid).toSorted((a, b) => b - a);
  // Only in traces that were read from logs does the time of day mean something.
  const zero = run.timeline.events[0]?.origin === undefined ? null : run.config.wallClockAtZero;
  return {
    ...rest,
    timeline: run.timeline,
    scale,
    sids,
    lanes: lanesOf(sids, overlay?.folded ?? NO_SIDS, rest.height - AXIS * rest.textScale, rest.textScale),
    overlay: overlay ?? null,
    gutter: GUTTER * rest.textScale,
    // A time of day takes more room.
    ticks: ticks(scale, run.clock, (zero === null ? 110 : 150) * rest.textScale, zero ?? 0),
    folds: kind === 'story' ? run.clock.foldsIn(window.from, window.to) : [],
    zero,
    hideHeartbeats: run.hideHeartbeats,
  };
}

/** The style sheet's colours, as they are now. */
export function inkOf(): Ink {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  return {
    bg: colour('--bg'),
    surface: colour('--surface'),
    ink: colour('--ink'),
    muted: colour('--muted'),
    line: colour('--line'),
    broken: colour('--broken'),
    onEpoch: colour('--on-epoch'),
  };
}

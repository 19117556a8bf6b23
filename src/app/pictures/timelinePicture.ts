/** The timeline as a drawing of its own. */
import type { Run } from '../engine/run.svelte.ts';
import { i18n } from '../i18n/i18n.svelte.ts';
import { settings } from '../shell/settings.svelte.ts';
import { paintTimeline } from '../timeline/paint.ts';
import { AXIS, inkOf, pictureOf } from '../timeline/picture.ts';
import { SvgSurface } from './svgSurface.ts';

const LANE = 44;
/** Playback ms to a pixel: as the timeline shows it when it is opened, within bounds. */
const MS_PER_PX = 9;
const WIDTHS = { least: 600, most: 16_000 };

export interface Drawing {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

/** Positions `from`…`to` of a run in story time. A very long part is drawn closer together. */
export function timelineDrawing(run: Run, from: number, to: number, label: string): Drawing {
  const window = { from: run.clock.timeOf(from) - 40, to: run.clock.timeOf(to) + 40 };
  const inner = Math.max(WIDTHS.least, Math.min(WIDTHS.most, (window.to - window.from) / MS_PER_PX));
  const height = run.members.length * LANE + AXIS;
  const ink = inkOf();
  const canvas = document.createElement('canvas').getContext('2d');
  const surface = new SvgSurface((text, font) => {
    if (canvas === null) return text.length * 7;
    canvas.font = font;
    return canvas.measureText(text).width;
  });
  const picture = pictureOf(run, {
    kind: 'story',
    window,
    inner,
    height,
    textScale: 1,
    theme: settings.theme,
    ink,
    t: i18n.t,
    selectedSid: null,
  });
  paintTimeline(surface, picture, 1);
  const width = picture.gutter + inner;
  return { svg: surface.document(width, height, ink.bg, label), width, height };
}

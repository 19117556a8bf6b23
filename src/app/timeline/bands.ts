/** The role bands of a lane. */
import type { Sid } from '../../base/ids.ts';
import type { RoleBand } from '../../trace/traceIndex.ts';
import { epochHex } from '../stage/hue.ts';
import type { Lane } from './lanes.ts';
import type { Ink, Surface, TimelinePicture } from './picture.ts';

/** How much of the epoch's hue is on the band of one that does not lead. */
const TINT = 0.22;

/** The word on a band, where there is room for it. It is painted last, so that no line of a message crosses it. */
export interface BandLabel {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly role: RoleBand['role'];
  readonly hue: string;
}

export function paintLane(context: Surface, picture: TimelinePicture, sid: Sid, { y, half }: Lane): readonly BandLabel[] {
  const { timeline, scale, theme, ink, textScale, t } = picture;
  const labels: BandLabel[] = [];
  const end = scale.xOf(timeline.length - 1);
  let labelled = -Infinity;
  const bands = timeline.index.bands(sid);
  for (let i = bandAt(bands, scale.eventAt(0)); i < bands.length;) {
    const band = bands[i] as RoleBand;
    const x0 = Math.max(-2, scale.xOf(band.from));
    if (x0 > scale.width) break;
    const x1 = Math.min(scale.width + 2, band.to === Infinity ? Math.max(end, x0) : scale.xOf(band.to));
    // Bands of less than a pixel: the next that is seen is the one under the next pixel.
    i = x1 - x0 < 1 ? Math.max(i + 1, bandAt(bands, scale.eventAt(x0 + 1))) : i + 1;
    if (x1 < 0) continue;
    const hue = epochHex(band.epoch, theme);
    paintBand(context, band, x0, Math.max(x1, x0 + 0.5), y, half, hue, ink);
    const word = band.role === 'DOWN' ? t.role.down : band.role === 'PAUSED' ? t.role.paused : band.role;
    const text = band.role === 'DOWN' ? word : `${word} e${band.epoch}`;
    context.font = fontOf(band.role, textScale);
    const start = Math.max(x0, 0) + 6;
    const { width } = context.measureText(text);
    if (half < 7 || start < labelled || width + 12 > x1 - Math.max(x0, 0)) continue;
    labels.push({ text, x: start, y, width, role: band.role, hue });
    labelled = start + width;
  }
  return labels;
}

/** Words on a piece of their band, over everything else. */
export function paintLabels(context: Surface, labels: readonly BandLabel[], { ink, textScale }: TimelinePicture): void {
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  for (const { text, x, y, width, role, hue } of labels) {
    // On whole pixels, so that no seam is seen where the patch meets its band.
    const [left, top, wide, high] = [x - 2, y - 8 * textScale, width + 4, 16 * textScale].map(Math.round) as [
      number,
      number,
      number,
      number,
    ];
    context.fillStyle = role === 'LOOKING' ? ink.surface : ink.bg;
    context.fillRect(left, top, wide, high);
    if (role !== 'LOOKING' && role !== 'DOWN') {
      context.fillStyle = hue;
      context.globalAlpha = role === 'LEADING' ? 1 : TINT;
      context.fillRect(left, top, wide, high);
      context.globalAlpha = 1;
    }
    context.font = fontOf(role, textScale);
    context.fillStyle = role === 'LEADING' ? ink.onEpoch : role === 'DOWN' ? ink.muted : ink.ink;
    context.fillText(text, x, y + 0.5);
  }
}

function fontOf(role: RoleBand['role'], textScale: number): string {
  return `${role === 'LEADING' ? 650 : 500} ${13 * textScale}px system-ui, sans-serif`;
}

/** Leading solid, following tinted, observing dashed, looking an open outline, down a thin line, paused hatched: as on the stage. */
function paintBand(context: Surface, band: RoleBand, x0: number, x1: number, y: number, half: number, hue: string, ink: Ink): void {
  const width = x1 - x0;
  context.setLineDash([]);
  context.lineWidth = 1.5;
  if (band.role === 'DOWN') {
    context.strokeStyle = ink.muted;
    context.setLineDash([2, 4]);
    context.beginPath();
    context.moveTo(x0, y + half);
    context.lineTo(x1, y + half);
    context.stroke();
    context.setLineDash([]);
    return;
  }
  context.fillStyle = band.role === 'LOOKING' ? ink.surface : hue;
  context.globalAlpha = band.role === 'LEADING' || band.role === 'LOOKING' ? 1 : TINT;
  context.fillRect(x0, y - half, width, 2 * half);
  context.globalAlpha = 1;
  context.strokeStyle = hue;
  if (band.role === 'OBSERVING' || band.role === 'LOOKING') context.setLineDash(band.role === 'LOOKING' ? [2, 3] : [6, 4]);
  if (width > 2) context.strokeRect(x0 + 0.75, y - half + 0.75, Math.max(0.5, width - 1.5), 2 * half - 1.5);
  context.setLineDash([]);
  if (band.role === 'PAUSED') hatch(context, x0, y - half, width, 2 * half, ink.muted);
}

function hatch(context: Surface, x: number, y: number, width: number, height: number, colour: string): void {
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.beginPath();
  for (let at = Math.max(x, -20) - height; at < x + width; at += 8) {
    context.moveTo(at, y + height);
    context.lineTo(at + height, y);
  }
  context.stroke();
  context.restore();
}

/** Index of the band in which event `n` lies; 0 before the first. */
function bandAt(bands: readonly RoleBand[], n: number): number {
  let low = 0;
  let high = bands.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((bands[middle] as RoleBand).from <= n) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}

/** The time axis below the lanes, and the gutter with the server numbers. */
import { isoTime } from '../../base/utc.ts';
import { formatMs } from '../shell/format.ts';
import { AXIS, type TimelinePicture, type Surface } from './picture.ts';

export function paintAxis(context: Surface, { ticks, height, ink, textScale, zero }: TimelinePicture): void {
  const span = (ticks.at(-1)?.ms ?? 0) - (ticks[0]?.ms ?? 0);
  context.font = `${13 * textScale}px system-ui, sans-serif`;
  context.textBaseline = 'alphabetic';
  context.textAlign = 'center';
  context.strokeStyle = ink.line;
  context.lineWidth = 1;
  for (const { x, ms } of ticks) {
    context.beginPath();
    context.moveTo(Math.round(x) + 0.5, 0);
    context.lineTo(Math.round(x) + 0.5, height - AXIS * textScale + 4);
    context.stroke();
    context.fillStyle = ink.muted;
    context.fillText(zero === null ? formatAxis(ms, span) : formatClock(zero + ms, span), x, height - 4 * textScale);
  }
}

export function paintGutter(context: Surface, { lanes, gutter, textScale, ink, selectedSid }: TimelinePicture): void {
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  for (const [sid, { y, folded }] of lanes) {
    context.font = `${sid === selectedSid ? 700 : 500} ${(folded ? 10 : 14) * textScale}px system-ui, sans-serif`;
    context.fillStyle = folded ? ink.muted : ink.ink;
    context.fillText(String(sid), gutter - 10, y);
  }
}

/** Marks where quiet was made short: `≈ 12 s`, between two small waves, where there is room for it. */
export function paintFolds(context: Surface, { folds, scale, height, ink, textScale }: TimelinePicture): void {
  context.font = `${12 * textScale}px system-ui, sans-serif`;
  context.textAlign = 'center';
  context.textBaseline = 'top';
  let free = -Infinity;
  for (const { from, to, ms } of folds) {
    const [x0, x1] = [scale.x(from), scale.x(to)];
    const middle = (x0 + x1) / 2;
    const text = `≈ ${formatAxis(ms, ms)}`;
    const room = context.measureText(text).width / 2 + 6;
    context.fillStyle = ink.line;
    for (let y = 4; y < height - AXIS * textScale; y += 8) context.fillRect(Math.round(middle), y, 1, 4);
    if (x1 - x0 < 2 * room || middle - room < free) continue;
    context.fillStyle = ink.bg;
    context.fillRect(middle - room, 1, 2 * room, 15 * textScale);
    context.fillStyle = ink.muted;
    context.fillText(text, middle, 2);
    free = middle + room;
  }
}

/** A time on the axis, as exact as the span of the axis needs: `12 480 ms`, `12.4 s`, `3:25`, `1:03:25`. */
export function formatAxis(ms: number, span: number): string {
  if (span < 10_000) return formatMs(ms);
  if (ms < 120_000 && span < 120_000) return `${Math.round(ms / 100) / 10} s`;
  const seconds = Math.round(ms / 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** A time of day in UTC, as exact as the span of the axis needs. */
export function formatClock(wall: number, span: number): string {
  const time = isoTime(wall).slice(11, 23);
  return span < 10_000 ? time : time.slice(0, 8);
}

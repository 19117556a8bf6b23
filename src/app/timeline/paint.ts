/** Draws the space-time diagram on a canvas: only what the window shows, thinned where marks would lie on top of each other. */
import { paintAxis, paintFolds, paintGutter } from './axis.ts';
import { paintLabels, paintLane } from './bands.ts';
import { paintLines } from './lines.ts';
import { paintMarks } from './marks.ts';
import { AXIS, laneY, type TimelinePicture, type Surface } from './picture.ts';

export function paintTimeline(context: Surface, picture: TimelinePicture, ratio: number): void {
  const { scale, height, gutter, sids, textScale } = picture;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, gutter + scale.width, height);
  context.save();
  context.beginPath();
  context.rect(gutter, 0, scale.width, height);
  context.clip();
  context.translate(gutter, 0);
  paintAxis(context, picture);
  paintFolds(context, picture);
  const half = Math.min(11 * textScale, (height - AXIS * textScale) / sids.length / 2 - 2);
  const labels = sids.flatMap((sid, i) => paintLane(context, picture, sid, laneY(i, sids.length, height, textScale), half));
  paintLines(context, picture, half);
  paintMarks(context, picture, half);
  paintLabels(context, labels, picture);
  context.restore();
  paintGutter(context, picture);
}

/** Draws the space-time diagram on a canvas: only what the window shows, thinned where marks would lie on top of each other. */
import { paintAxis, paintFolds, paintGutter } from './axis.ts';
import { paintLabels, paintLane } from './bands.ts';
import { paintLines } from './lines.ts';
import { paintMarks } from './marks.ts';
import { paintOverlay } from './overlay.ts';
import type { TimelinePicture, Surface } from './picture.ts';

export function paintTimeline(context: Surface, picture: TimelinePicture, ratio: number): void {
  const { scale, height, gutter, lanes } = picture;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, gutter + scale.width, height);
  context.save();
  context.beginPath();
  context.rect(gutter, 0, scale.width, height);
  context.clip();
  context.translate(gutter, 0);
  paintAxis(context, picture);
  paintFolds(context, picture);
  const labels = [...lanes].flatMap(([sid, lane]) => paintLane(context, picture, sid, lane));
  paintLines(context, picture);
  paintMarks(context, picture);
  if (picture.overlay !== null) paintOverlay(context, picture, picture.overlay);
  paintLabels(context, labels, picture);
  context.restore();
  paintGutter(context, picture);
}

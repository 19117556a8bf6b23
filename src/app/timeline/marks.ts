/** Dots of decisions, and marks of what was done to the servers. */
import type { Sid } from '../../base/ids.ts';
import type { Command } from '../../ensemble/types.ts';
import { nextAfter } from '../../trace/sorted.ts';
import { paintImpossible } from './impossible.ts';
import type { Lane } from './lanes.ts';
import type { Surface, TimelinePicture } from './picture.ts';

/** Room for one dot, px. */
const DOT = 4;
/** Most marks of faults drawn at once. */
const MOST_FAULTS = 500;

/** Of what does not stand out. */
const FADED = 0.2;

export function paintMarks(context: Surface, picture: TimelinePicture): void {
  const { timeline, scale, sids, lanes, ink, overlay } = picture;
  context.fillStyle = ink.ink;
  if (overlay === null || (overlay.event === null && overlay.passing === null)) paintDots(context, picture, null, null);
  else {
    context.globalAlpha = FADED;
    paintDots(context, picture, null, null);
    context.globalAlpha = 1;
    paintDots(context, picture, overlay.passing, overlay.event);
  }
  const faults = timeline.index.positions('fault');
  for (
    let n = nextAfter(faults, scale.eventAt(-6)), seen = 0;
    n !== null && n <= scale.eventAt(scale.width) && seen < MOST_FAULTS;
    seen++
  ) {
    const what = timeline.events[n]?.what;
    if (what?.type === 'command')
      for (const sid of touched(what.command, sids))
        paintFault(context, scale.xOf(n), lanes.get(sid), MENDS.has(what.command.type) ? ink.ink : ink.broken, ink.surface);
    n = nextAfter(faults, n);
  }
  paintImpossible(context, picture);
}

/** How many decisions are looked at for one dot, where few are to be shown. */
const LOOKED_AT = 64;

/** Dots of the decisions that are among `passing` and stand out, each with room beside it. */
function paintDots(
  context: Surface,
  { timeline, scale, lanes }: TimelinePicture,
  passing: readonly number[] | null,
  shown: ((n: number) => boolean) | null,
): void {
  context.beginPath();
  for (const [sid, { y, half, folded }] of lanes) {
    if (folded) continue;
    const positions = timeline.index.allDecisionsOf(sid);
    for (let n = nextAfter(positions, scale.eventAt(-3)), looked = 0; n !== null;) {
      const x = scale.xOf(n);
      if (x > scale.width) break;
      const next = passing === null ? n : nextAfter(passing, n - 1);
      if (next === null) break;
      if (next === n && (shown === null || shown(n))) {
        context.moveTo(x + 2, y + half - 3);
        context.arc(x, y + half - 3, 2, 0, 2 * Math.PI);
        looked = LOOKED_AT;
      }
      const from: number = next === n ? n : next - 1;
      n = nextAfter(positions, ++looked < LOOKED_AT ? from : Math.max(from, scale.eventAt(x + DOT)));
      if (looked >= LOOKED_AT) looked = 0;
    }
  }
  context.fill();
}

const MENDS: ReadonlySet<Command['type']> = new Set(['start', 'restart', 'resume', 'heal']);

/** The servers that a fault happens to. */
function touched(command: Command, sids: readonly Sid[]): readonly Sid[] {
  if ('sid' in command) return [command.sid];
  if ('from' in command && 'to' in command && command.from !== undefined && command.to !== undefined) return [command.from, command.to];
  return sids;
}

function paintFault(context: Surface, x: number, lane: Lane | undefined, colour: string, paper: string): void {
  if (lane === undefined) return;
  const { y, half } = lane;
  context.beginPath();
  context.moveTo(x, y - half - 1);
  context.lineTo(x + 5, y - half - 7);
  context.lineTo(x - 5, y - half - 7);
  context.closePath();
  context.fillStyle = colour;
  context.fill();
  context.strokeStyle = paper;
  context.lineWidth = 3;
  context.strokeRect(x, y - half, 0.001, 2 * half);
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(x, y - half);
  context.lineTo(x, y + half);
  context.stroke();
}

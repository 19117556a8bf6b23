/** Dots of decisions, and marks of what was done to the servers. */
import type { Sid } from '../../base/ids.ts';
import type { Command } from '../../ensemble/types.ts';
import { nextAfter } from '../../trace/sorted.ts';
import { laneY, type TimelinePicture, type Surface } from './picture.ts';

/** Room for one dot, px. */
const DOT = 4;
/** Most marks of faults drawn at once. */
const MOST_FAULTS = 500;

export function paintMarks(context: Surface, { timeline, scale, sids, height, textScale, ink }: TimelinePicture, half: number): void {
  const rows = new Map(sids.map((sid, i) => [sid, laneY(i, sids.length, height, textScale)]));
  context.fillStyle = ink.ink;
  context.beginPath();
  for (const [sid, y] of rows) {
    const positions = timeline.index.allDecisionsOf(sid);
    for (let n = nextAfter(positions, scale.eventAt(-3)); n !== null;) {
      const x = scale.xOf(n);
      if (x > scale.width) break;
      context.moveTo(x + 2, y + half - 3);
      context.arc(x, y + half - 3, 2, 0, 2 * Math.PI);
      // The next dot that has room beside this one.
      n = nextAfter(positions, Math.max(n, scale.eventAt(x + DOT)));
    }
  }
  context.fill();
  const faults = timeline.index.positions('fault');
  for (
    let n = nextAfter(faults, scale.eventAt(-6)), seen = 0;
    n !== null && n <= scale.eventAt(scale.width) && seen < MOST_FAULTS;
    seen++
  ) {
    const what = timeline.events[n]?.what;
    if (what?.type === 'command')
      for (const sid of touched(what.command, sids))
        paintFault(context, scale.xOf(n), rows.get(sid) ?? 0, half, MENDS.has(what.command.type) ? ink.ink : ink.broken, ink.surface);
    n = nextAfter(faults, n);
  }
}

const MENDS: ReadonlySet<Command['type']> = new Set(['start', 'restart', 'resume', 'heal']);

/** The servers that a fault happens to. */
function touched(command: Command, sids: readonly Sid[]): readonly Sid[] {
  if ('sid' in command) return [command.sid];
  if ('from' in command && 'to' in command && command.from !== undefined && command.to !== undefined) return [command.from, command.to];
  return sids;
}

function paintFault(context: Surface, x: number, y: number, half: number, colour: string, paper: string): void {
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

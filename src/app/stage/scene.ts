/** Where the messages are at a moment of playback time: a pure function of the view, the cinematic clock and the layout. */
import type { Flight, Peer } from '../../ensemble/types.ts';
import type { EnsembleView } from '../../trace/view.ts';
import { linkState } from '../../trace/view.ts';
import { isHeartbeat } from '../../trace/quiet.ts';
import type { Cinema } from '../transport/cinema.ts';
import { GLYPH_HALF, keyField } from './glyphs.ts';
import { along, edge, type LabelWish, type Point, type StageLayout } from './layout.ts';

export interface Flying {
  /** The message; of several that wait at one cut the oldest. */
  readonly flight: Flight;
  /** All messages that wait here because the link is cut, oldest first; empty while the message moves. */
  readonly held: readonly Flight[];
  readonly at: Point;
  readonly towards: Point;
}

/** Where a peer's mark stands, and how big it is; undefined when it is not on the stage. */
export type Whereabouts = (peer: Peer) => { readonly at: Point; readonly radius: number } | undefined;

export interface SceneOptions {
  readonly hideHeartbeats: boolean;
  /** Messages stand still in the middle of their way instead of moving. */
  readonly still: boolean;
}

/** Where a cut holds messages up, as a share of their way: just before the gap in the line. */
const AT_CUT = 0.4;

/** The messages to draw at playback time `t`. Those that one direction of a cut link holds up are one entry, at the gap. */
export function flyingAt(
  view: EnsembleView,
  clock: Cinema,
  t: number,
  where: Whereabouts,
  layout: StageLayout,
  { hideHeartbeats, still }: SceneOptions,
): readonly Flying[] {
  const flying: Flying[] = [];
  // Messages of one direction keep their order and a glyph's width between them: they queue at the door.
  const ahead = new Map<string, number>();
  const waiting = new Map<string, Flight[]>();
  const spacing = (2 * GLYPH_HALF.x + 3) * layout.scale;
  for (const flight of view.flights) {
    if (hideHeartbeats && isHeartbeat(flight.message)) continue;
    const passage = clock.passage(flight.id);
    if (passage === undefined || passage.departs > t) continue;
    const from = where(flight.from);
    const to = where(flight.to);
    if (from === undefined || to === undefined) continue;
    const way = edge(from.at, to.at, from.radius + 4, to.radius + GLYPH_HALF.x * layout.scale + 2);
    const lane = laneOf(flight);
    const placed = (share: number): Point => along(way.from, way.to, share, 8 * layout.scale);
    const progress = still ? 0.55 : ease(clock.progress(flight.id, t));
    if (progress >= AT_CUT && isHeld(view, flight)) {
      const others = waiting.get(lane);
      if (others !== undefined) {
        others.push(flight);
        continue;
      }
      const held = [flight];
      waiting.set(lane, held);
      flying.push({ flight, held, at: placed(AT_CUT), towards: to.at });
      continue;
    }
    const length = Math.hypot(way.to.x - way.from.x, way.to.y - way.from.y);
    const reached = Math.max(0, Math.min(progress * length, (ahead.get(lane) ?? Infinity) - spacing));
    ahead.set(lane, reached);
    flying.push({ flight, held: [], at: placed(length === 0 ? 0 : reached / length), towards: to.at });
  }
  return flying;
}

function isHeld(view: EnsembleView, { from, to, eta }: Flight): boolean {
  return from.kind === 'server' && to.kind === 'server' && (eta === null || linkState(view, from.sid, to.sid).cut);
}

function laneOf({ from, to }: Flight): string {
  const name = (peer: Peer): string => (peer.kind === 'server' ? `${peer.sid}` : `c${peer.client}`);
  return `${name(from)}>${name(to)}`;
}

/** Leaves briskly and arrives gently; still exact at both ends. */
function ease(progress: number): number {
  return progress * (1.35 - 0.35 * progress);
}

/** What texts beside the glyphs want: their size is estimated from the number of characters. */
export function labelWishes(flying: readonly Flying[], scale: number): readonly (LabelWish & { readonly text: string })[] {
  return flying.flatMap(({ flight, held, at, towards }) => {
    const text = held.length > 1 ? '' : keyField(flight.message);
    const half = { x: GLYPH_HALF.x * scale, y: GLYPH_HALF.y * scale };
    return text === '' ? [] : [{ id: flight.id, at, half, towards, text, width: text.length * 7.9 * scale + 2, height: 16 * scale }];
  });
}

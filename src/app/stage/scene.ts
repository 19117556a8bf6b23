/** Where the messages are at a moment of playback time: a pure function of the view, the cinematic clock and the layout. */
import type { Flight, Peer } from '../../ensemble/types.ts';
import type { EnsembleView } from '../../trace/view.ts';
import { linkState } from '../../trace/view.ts';
import { isHeartbeat, type Cinema } from '../transport/cinema.ts';
import { GLYPH_HALF, keyField } from './glyphs.ts';
import { along, edge, type LabelWish, type Point, type StageLayout } from './layout.ts';

export interface Flying {
  readonly flight: Flight;
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

/** The messages to draw at playback time `t`. */
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
  const spacing = (2 * GLYPH_HALF.x + 3) * layout.scale;
  for (const flight of view.flights) {
    if (hideHeartbeats && isHeartbeat(flight.message)) continue;
    const passage = clock.passage(flight.id);
    if (passage === undefined || passage.departs > t) continue;
    const from = where(flight.from);
    const to = where(flight.to);
    if (from === undefined || to === undefined) continue;
    const way = edge(from.at, to.at, from.radius + 4, to.radius + GLYPH_HALF.x * layout.scale + 2);
    const stuck =
      flight.from.kind === 'server' &&
      flight.to.kind === 'server' &&
      (flight.eta === null || linkState(view, flight.from.sid, flight.to.sid).cut);
    const progress = still ? 0.55 : Math.min(ease(clock.progress(flight.id, t)), stuck ? 0.4 : 1);
    const length = Math.hypot(way.to.x - way.from.x, way.to.y - way.from.y);
    const lane = laneOf(flight);
    const reached = Math.max(0, Math.min(progress * length, (ahead.get(lane) ?? Infinity) - spacing));
    ahead.set(lane, reached);
    const share = length === 0 ? 0 : reached / length;
    const at = along(way.from, way.to, share, 8 * layout.scale);
    flying.push({ flight, at, towards: to.at });
  }
  return flying;
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
  return flying.flatMap(({ flight, at, towards }) => {
    const text = keyField(flight.message);
    const half = { x: GLYPH_HALF.x * scale, y: GLYPH_HALF.y * scale };
    return text === '' ? [] : [{ id: flight.id, at, half, towards, text, width: text.length * 7.9 * scale + 2, height: 16 * scale }];
  });
}

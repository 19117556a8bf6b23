/** How a server shows itself: its role while it runs, `paused` under SIGSTOP, `down` when there is no process. */
import { formatZxid } from '../../base/zxid.ts';
import type { Dictionary } from '../i18n/en.ts';
import type { EnsembleView, ServerState } from '../../trace/view.ts';
import type { Role } from '../../zab/types.ts';

export type Face = Role | 'down' | 'paused';

export function faceOf(server: ServerState): Face {
  if (server.up === 'paused') return 'paused';
  return server.up === 'up' ? server.role : 'down';
}

/** What a screen reader says: "Server 2, FOLLOWING server 5, epoch 3, last zxid 0x300000004". */
export function spokenName(server: ServerState, t: Dictionary): string {
  const face = faceOf(server);
  const whom = face === 'FOLLOWING' || face === 'OBSERVING' ? (server.leader === null ? '' : t.stage.following(server.leader)) : '';
  return t.stage.serverName(server.sid, t.role[face], whom + t.stage.spoken(server.currentEpoch, formatZxid(server.lastZxid)));
}

/** An arc of a circle around the origin. `turn` is where it begins and `span` how long it is, both in turns. */
export function arc(radius: number, turn: number, span: number): string {
  const point = (at: number): string =>
    `${(radius * Math.sin(at * 2 * Math.PI)).toFixed(2)} ${(-radius * Math.cos(at * 2 * Math.PI)).toFixed(2)}`;
  return `M${point(turn)}A${radius} ${radius} 0 ${span > 0.5 ? 1 : 0} 1 ${point(turn + span)}`;
}

/** The established leader that most servers follow, or null. */
export function leaderOf(view: EnsembleView): ServerState | null {
  const leading = Object.values(view.servers).filter(
    (server) => server.up !== 'down' && server.up !== 'crashed' && server.role === 'LEADING',
  );
  return leading.sort((a, b) => b.currentEpoch - a.currentEpoch)[0] ?? null;
}

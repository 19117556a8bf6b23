/** Which servers a step means, and conditions about them, as the recordings use these words. Only what a four-letter-word `srvr` would show counts. */
import { compareZxid, formatZxid, isNewEpochZxid, sameZxid } from '../base/zxid.ts';
import type { Sid } from '../base/ids.ts';
import type { DriverWorld } from './driver.ts';
import type { Selector, WhenCondition } from './steps.ts';

export type Mode = 'leader' | 'follower' | 'observer' | 'notserving' | 'down';

export interface ModeView {
  readonly mode: Mode;
  readonly zxid?: string;
  readonly nodes?: number;
}

const MODE_OF_ROLE = { LEADING: 'leader', FOLLOWING: 'follower', OBSERVING: 'observer', LOOKING: 'notserving' } as const;

/** What `srvr` says; a paused server says nothing, like one that is down. */
export function modeOf(world: DriverWorld, sid: Sid): Mode {
  if (!isLive(world, sid)) return world.isStarting(sid) ? 'notserving' : 'down';
  const view = world.view(sid);
  return view?.serving === true ? MODE_OF_ROLE[view.role] : 'notserving';
}

export function modes(world: DriverWorld): Readonly<Record<string, ModeView>> {
  return Object.fromEntries(
    world.sids.map((sid): [string, ModeView] => {
      const mode = modeOf(world, sid);
      const view = world.view(sid);
      return [
        String(sid),
        mode === 'down' || mode === 'notserving' || view === null ? { mode } : { mode, zxid: formatZxid(view.lastZxid), nodes: view.nodes },
      ];
    }),
  );
}

/** Whether a process is there, be it only starting. */
export function exists(world: DriverWorld, sid: Sid): boolean {
  return world.isUp(sid) || world.isStarting(sid);
}

function isLive(world: DriverWorld, sid: Sid): boolean {
  return world.isUp(sid) && !world.isPaused(sid);
}

function isServing(world: DriverWorld, sid: Sid): boolean {
  return !['down', 'notserving'].includes(modeOf(world, sid));
}

/** The sids a selector means now, each once, in the order they are named. */
export function resolve(selector: Selector, world: DriverWorld, remembered: Readonly<Record<string, readonly Sid[]>>): readonly Sid[] {
  if (typeof selector === 'number') return [selector];
  if (typeof selector !== 'string') return [...new Set(selector.flatMap((entry) => resolve(entry, world, remembered)))];
  if (selector.startsWith('$')) return remembered[selector.slice(1)] ?? [];
  const having = (mode: Mode) => world.sids.filter((sid) => modeOf(world, sid) === mode);
  if (selector === 'all') return world.sids;
  if (selector === 'live') return world.sids.filter((sid) => exists(world, sid));
  if (selector === 'leader') return having('leader').slice(0, 1);
  if (selector === 'followers') return having('follower');
  return having('follower').slice(Number(selector.slice(1)) - 1, Number(selector.slice(1)));
}

/** Whether a condition holds now. */
export function holds(
  condition: Pick<WhenCondition, 'cond' | 's' | 'not'>,
  world: DriverWorld,
  remembered: Readonly<Record<string, readonly Sid[]>>,
): boolean {
  const targets = condition.s === undefined ? world.sids : resolve(condition.s, world, remembered);
  const not = condition.not === undefined ? [] : resolve(condition.not, world, remembered);
  const live = world.sids.filter((sid) => isLive(world, sid) || world.isStarting(sid));
  const leaders = live.filter((sid) => modeOf(world, sid) === 'leader');
  switch (condition.cond) {
    case 'quorum':
      return leaders.length === 1 && live.every((sid) => isServing(world, sid));
    case 'leader':
      return leaders.length > 0;
    case 'newleader':
      return leaders.some((sid) => !not.includes(sid));
    case 'serving':
      return targets.length > 0 && targets.every((sid) => isServing(world, sid));
    case 'notserving':
      return targets.every((sid) => !isServing(world, sid));
    case 'caughtup':
      return (
        live.length > 0 &&
        caughtUp(
          world,
          live.filter((sid) => isServing(world, sid)),
        )
      );
    case 'exit':
      return targets.every((sid) => !exists(world, sid));
  }
}

/** All serving servers show the same zxid. A leader that has proposed nothing yet shows the zxid of its new epoch, which the others do not know. */
function caughtUp(world: DriverWorld, serving: readonly Sid[]): boolean {
  const shown = serving.map((sid) => world.view(sid)).filter((view) => view !== null);
  const known = shown
    .filter(({ lastZxid, role }) => !(role === 'LEADING' && isNewEpochZxid(lastZxid) && shown.length > 1))
    .map(({ lastZxid }) => lastZxid);
  const newest = known.reduce((a, b) => (compareZxid(a, b) >= 0 ? a : b), known[0] ?? { epoch: 0, counter: 0 });
  return serving.length > 0 && known.every((zxid) => sameZxid(zxid, newest));
}

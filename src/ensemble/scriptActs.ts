/** Steps of a script that are done at once: a selector, and commands for each server it names. */
import type { Sid } from '../base/ids.ts';
import type { DriverWorld } from './driver.ts';
import { commandOf } from './scenarioWorld.ts';
import type { ScriptState } from './scriptState.ts';
import type * as SeldomSteps from './seldom.ts';
import { exists, resolve } from './selectors.ts';
import type { Selector, Step } from './steps.ts';
import type { Command } from './types.ts';

/** The step of an action. */
export type StepFor<A extends Step['action']> = Extract<Step, { action: A }>;

/** Actions that take no time. */
export type Instant = Exclude<
  Step['action'],
  'start' | 'restart' | 'stop' | 'wait' | 'op' | 'verify' | 'join' | 'sleep' | 'probe' | 'note' | 'remember'
>;

/** How files are damaged, and trees read. Few scenarios do it, and damage takes the readers of all file formats: a page loads it for those that do. */
export type Seldom = typeof SeldomSteps;

/** @throws Error when a scenario needs it and was given none: see `needsSeldom`. */
export function needed(seldom: Seldom | null): Seldom {
  if (seldom === null) throw new Error('a script that damages files or reads trees was given no seldom.ts');
  return seldom;
}

/**
 * The commands of a step, and the servers they are for. Servers for which the step makes no sense now (killing what is down) are left out.
 *
 * @throws Error when the step damages files and `seldom` is null.
 */
export function commandsOf(
  step: StepFor<Instant>,
  seldom: Seldom | null,
  state: ScriptState,
  world: DriverWorld,
): { readonly commands: readonly Command[]; readonly sids: readonly Sid[] } {
  const pick = (selector: Selector) => resolve(selector, world, state.remembered);
  const up = (selector: Selector) => pick(selector).filter((sid) => exists(world, sid));
  const down = (selector: Selector) => pick(selector).filter((sid) => !exists(world, sid));
  const each = (sids: readonly Sid[], make: (sid: Sid) => readonly Command[]) => ({ commands: sids.flatMap(make), sids });
  const between = ([a, b]: readonly [Selector, Selector], make: (from: Sid, to: Sid) => Command) => {
    const [from, to] = [pick(a), pick(b)];
    return { commands: from.flatMap((x) => to.filter((y) => y !== x).map((y) => make(x, y))), sids: [...from, ...to] };
  };
  switch (step.action) {
    case 'kill':
      return each(up(step.kill), (sid) => [{ type: 'kill', sid }]);
    case 'crash':
      return each(up(step.crash), (sid) => [{ type: 'crash', sid }]);
    case 'powerLoss':
      return each(up(step.powerLoss), (sid) => [{ type: 'powerLoss', sid }]);
    case 'pause':
      return each(
        up(step.pause).filter((sid) => !world.isPaused(sid)),
        (sid) => [{ type: 'pause', sid }],
      );
    case 'cont':
    case 'resume':
      return each(
        up(step.action === 'cont' ? step.cont : step.resume).filter((sid) => world.isPaused(sid)),
        (sid) => [{ type: 'resume', sid }],
      );
    case 'cut':
      return between(step.cut, (from, to) => ({ type: 'cut', from, to }));
    case 'cut1':
      return between(step.cut1, (from, to) => ({ type: 'cut', from, to, oneWay: true }));
    case 'isolate': {
      const alone = pick(step.isolate);
      return each(alone, (from) => world.sids.filter((to) => to !== from).map((to) => ({ type: 'cut', from, to })));
    }
    case 'partition':
      return { commands: [{ type: 'partition', groups: step.partition.map(pick) }], sids: world.sids };
    case 'heal':
      return Array.isArray(step.heal)
        ? between(step.heal, (from, to) => ({ type: 'heal', from, to }))
        : { commands: [{ type: 'heal' }], sids: world.sids };
    case 'slow':
      return between(step.slow, (from, to) => ({ type: 'slow', from, to, delayMs: step.delayMs }));
    case 'reset':
      return between(step.reset, (from, to) => ({ type: 'reset', from, to }));
    case 'skew':
      return each(pick(step.skew), (sid) => [{ type: 'skew', sid, rate: step.rate }]);
    case 'slowDisk':
      return each(pick(step.slowDisk), (sid) => [{ type: 'slowDisk', sid, fsyncMs: step.fsyncMs }]);
    case 'diskFull':
      return each(pick(step.diskFull), (sid) => [{ type: 'diskFull', sid, full: step.full === true || step.full === 1 }]);
    case 'wipe':
      return each(down(step.wipe), (sid) => [{ type: 'wipe', sid }]);
    case 'backup':
      return each(pick(step.backup), (sid) => [{ type: 'backup', sid, name: step.as }]);
    case 'restore':
      return each(down(step.restore), (sid) => [
        { type: 'restore', sid, name: step.as, ...(typeof step.from === 'number' ? { from: step.from } : {}) },
        ...(step.without ?? []).map((file): Command => ({ type: 'deleteFile', sid, file })),
      ]);
    case 'rm':
      return each(down(step.rm), (sid) => needed(seldom).removeFiles(step, sid, world.disk(sid)));
    case 'tear_log':
      return each(down(step.tear_log), (sid) => needed(seldom).tearLog(step, sid, world.disk(sid)));
    case 'corrupt_log':
      return each(down(step.corrupt_log), (sid) => needed(seldom).corruptLog(step, sid, world.disk(sid)));
    case 'corrupt_snap':
      return each(down(step.corrupt_snap), (sid) => needed(seldom).corruptSnapshot(step, sid, world.disk(sid)));
    case 'setepoch':
      return each(down(step.setepoch), (sid) => [{ type: 'writeFile', sid, file: step.file, content: btoa(String(step.value)) }]);
    case 'flipByte':
      return each(down(step.flipByte), (sid) => [{ type: 'flipByte', sid, file: step.file, offset: step.offset }]);
    case 'cutFile':
      return each(down(step.cutFile), (sid) => [
        { type: 'cutFile', sid, file: step.file, length: step.length, zeroed: step.zeroed === true || step.zeroed === 1 },
      ]);
    case 'deleteFile':
      return each(down(step.deleteFile), (sid) => [{ type: 'deleteFile', sid, file: step.file }]);
    case 'writeFile':
      return each(down(step.writeFile), (sid) => [{ type: 'writeFile', sid, file: step.file, content: step.content }]);
    case 'command':
      return { commands: [commandOf(step)], sids: [] };
  }
}

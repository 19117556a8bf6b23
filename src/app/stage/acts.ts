/** What a person can do to a server or a link right now: the same list for the menus, the keys and the inspector. */
import type { Sid } from '../../base/ids.ts';
import type { Command } from '../../ensemble/types.ts';
import type { LinkState, ServerState } from '../../trace/view.ts';
import type { Dictionary } from '../i18n/en.ts';

export interface Act {
  readonly label: string;
  /** The key that does the same while the mark has the focus. */
  readonly key: string | null;
  readonly commands: readonly Command[];
}

export function serverActs(server: ServerState, others: readonly Sid[], t: Dictionary): readonly Act[] {
  const { sid, up } = server;
  if (up === 'down' || up === 'crashed') {
    return [
      { label: t.act.restart, key: 'r', commands: [{ type: 'restart', sid }] },
      { label: t.act.wipe, key: 'w', commands: [{ type: 'wipe', sid }] },
    ];
  }
  return [
    { label: t.act.kill, key: 'k', commands: [{ type: 'kill', sid }] },
    up === 'paused'
      ? { label: t.act.resume, key: 'p', commands: [{ type: 'resume', sid }] }
      : { label: t.act.pause, key: 'p', commands: [{ type: 'pause', sid }] },
    { label: t.act.powerLoss, key: 'o', commands: [{ type: 'powerLoss', sid }] },
    { label: t.act.crash, key: null, commands: [{ type: 'crash', sid }] },
    { label: t.act.stop, key: null, commands: [{ type: 'stop', sid }] },
    { label: t.act.cut, key: null, commands: others.map((to) => ({ type: 'cut', from: sid, to })) },
    { label: t.act.healServer, key: null, commands: others.map((to) => ({ type: 'heal', from: sid, to })) },
    { label: t.act.slowDisk, key: null, commands: [{ type: 'slowDisk', sid, fsyncMs: 300 }] },
  ];
}

export function linkActs(a: Sid, b: Sid, there: LinkState, back: LinkState, t: Dictionary): readonly Act[] {
  const disturbed = there.cut || back.cut || there.slowMs > 0 || back.slowMs > 0;
  return [
    ...(there.cut && back.cut ? [] : [{ label: t.act.cutBoth, key: 'c', commands: [{ type: 'cut', from: a, to: b }] as const }]),
    ...(there.cut ? [] : [{ label: t.act.cutOneWay(a, b), key: null, commands: [{ type: 'cut', from: a, to: b, oneWay: true }] as const }]),
    ...(back.cut ? [] : [{ label: t.act.cutOneWay(b, a), key: null, commands: [{ type: 'cut', from: b, to: a, oneWay: true }] as const }]),
    ...(disturbed ? [{ label: t.act.heal, key: 'h', commands: [{ type: 'heal', from: a, to: b }] as const }] : []),
    { label: t.act.slow(200), key: null, commands: [{ type: 'slow', from: a, to: b, delayMs: 200 }] },
    { label: t.act.reset, key: null, commands: [{ type: 'reset', from: a, to: b }] },
  ];
}

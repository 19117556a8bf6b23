/** What the keys for looking around in time do. Loaded when one of them is pressed first. */
import type { Run } from '../engine/run.svelte.ts';
import { ui } from '../shell/ui.svelte.ts';
import { bars, eventInView, lookOf, mark, openBar } from './look.svelte.ts';

/** `/` and Ctrl+F find, `n` and `N` go from hit to hit, `m` marks the event in view, Shift and a digit choose a second server, `g` goes to the explore tab. */
export function pressLook(run: Run, { key, code, shiftKey }: Pick<KeyboardEvent, 'key' | 'code' | 'shiftKey'>): void {
  const digit = shiftKey ? /^Digit([1-9])$/.exec(code)?.[1] : undefined;
  if (digit !== undefined) chooseSecond(run, Number(digit));
  else if (key === 'g') ui.explore();
  else if (key === 'm') mark(run, eventInView(run));
  else if (key === 'n' || key === 'N') void goToHit(run, key === 'n' ? 1 : -1);
  else {
    openBar('find');
    bars.focus++;
  }
}

/** Goes to the next or previous hit, beginning at the playhead, and selects it. @returns whether there is one. */
export async function goToHit(run: Run, direction: 1 | -1): Promise<boolean> {
  const look = lookOf(run);
  if (look.hits === null) return false;
  run.pause();
  const found = await look.hits.next(run.n, direction);
  if (found === null) return false;
  goTo(run, found);
  look.hit = found;
  return true;
}

/** Puts the playhead on an event and selects it. */
export function goTo(run: Run, n: number): void {
  run.pause();
  run.seek(n);
  ui.select({ kind: 'event', n });
}

function chooseSecond(run: Run, sid: number): void {
  if (run.view.servers[sid] === undefined) return;
  const look = lookOf(run);
  const first = ui.selection?.kind === 'server' ? ui.selection.sid : null;
  if (first === null || first === sid) {
    ui.open({ kind: 'server', sid });
    look.second = null;
  } else {
    look.second = look.second === sid ? null : sid;
    ui.tab = 'inspect';
    ui.sheet = 'panel';
  }
}

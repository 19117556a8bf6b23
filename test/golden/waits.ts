/** Compares what the waits of a scenario saw. */
import type { Facts, WaitFact } from '../../src/ensemble/facts.ts';
import type { ModeView } from '../../src/ensemble/selectors.ts';
import { isEmptyEpoch, type Allowances } from './allowances.ts';
import type { Tally } from './tally.ts';

const ON_ITS_WAY = 'a wait for one server does not wait for the others: how far they have come is chance';
const BEHIND = 'a wait for a quorum does not wait until followers have applied the last commits';
const OVERTAKEN = 'a leader that is cut off gives up at about the time when the others have elected a new one';
const NEW_EPOCH = 'a follower shows the zxid of an empty new epoch only where SNAP brought it';

/** Each condition and whether it came true; and what `srvr` said on every server at that moment. */
export function compareWaits(tally: Tally, expected: Facts, actual: Facts, allowances: Allowances): void {
  tally.list('wait', expected.waits, actual.waits, ({ step, cond, ok }) => ({ step, cond, ok }));
  expected.waits.forEach((wait, i) => {
    const other = actual.waits[i];
    if (other === undefined) return;
    for (const [sid, view] of Object.entries(wait.view)) {
      const [theirs, ours] = [plain(view), plain(other.view[sid] ?? { mode: 'down' })];
      const fact = `wait ${wait.cond} of step ${wait.step}: server ${sid}`;
      if (allowances.burstCut === null) tally.same(fact, theirs, ours, reasonFor(wait, other, sid, allowances));
      else tally.same(fact, theirs.mode, ours.mode, theirs.mode === ours.mode ? null : reasonFor(wait, other, sid, allowances));
    }
  });
}

/** A server that stands still answers `srvr` as little as one that is down. */
function plain({ mode, zxid, nodes }: ModeView | { readonly mode: string; readonly zxid?: string; readonly nodes?: number }): {
  readonly mode: string;
  readonly zxid: string | null;
  readonly nodes: number | null;
} {
  return { mode: mode === 'paused' ? 'down' : mode, zxid: zxid ?? null, nodes: nodes ?? null };
}

function reasonFor(wait: WaitFact, other: WaitFact, sid: string, { logHoles }: Allowances): string | null {
  const [view, ours] = [wait.view[sid], other.view[sid]];
  if (view === undefined || ours === undefined) return null;
  if (plain(view).mode !== plain(ours).mode) {
    if (wait.cond === 'newleader' && [wait, other].every((each) => leadsElsewhere(each, sid))) return OVERTAKEN;
    return isAbout(wait.cond, view.mode, ours.mode) ? null : ON_ITS_WAY;
  }
  const hole = logHoles.get(sid);
  if (hole !== undefined && view.zxid === ours.zxid) return hole.reason;
  if (view.nodes === ours.nodes && isStart(view.zxid) && isStart(ours.zxid)) return NEW_EPOCH;
  return view.mode === 'leader' || wait.cond === 'caughtup' || wait.cond === 'leader' ? null : BEHIND;
}

function leadsElsewhere({ view }: WaitFact, sid: string): boolean {
  return Object.entries(view).some(([other, { mode }]) => other !== sid && mode === 'leader');
}

/** A quorum, and having caught up, are asked of all servers; a leader, or that a server serves or not, of that one alone. */
function isAbout(condition: string, ...modes: readonly string[]): boolean {
  if (condition === 'quorum' || condition === 'caughtup') return true;
  if (condition === 'leader' || condition === 'newleader') return modes.includes('leader');
  // What was asked is compared as such: whether it came true.
  return false;
}

function isStart(zxid: string | undefined): boolean {
  return zxid === '0x0' || (zxid !== undefined && isEmptyEpoch(zxid));
}

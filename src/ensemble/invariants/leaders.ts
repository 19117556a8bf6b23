/** Leaders and epochs: I-1, I-2, I-23, I-24, I-32. */
import type { Sid } from '../../base/ids.ts';
import { formatZxid } from '../../base/zxid.ts';
import type { LogCell, ServerView } from '../../zab/types.ts';
import type { Checks } from './report.ts';
import { historyOf, lastOf, type Watched } from './state.ts';

export function epochWon(c: Checks, sid: Sid, epoch: number): void {
  const { leaders, proposed } = c.ghost;
  const other = leaders.get(epoch);
  leaders.set(epoch, sid);
  c.ghost.initial.set(epoch, lastOf(c.ghost, historyOf(c.ghost, sid)));
  if (other === undefined) return;
  proposed.delete(epoch);
  c.ghost.commits.delete(epoch);
  c.report(
    'one leader per epoch',
    `Server ${sid} has a quorum for epoch ${epoch}, which server ${other} had before.`,
    c.promisesWiped(epoch),
    sid,
  );
}

/** Two leaders of different epochs may believe in themselves for a while; two of one epoch may not. */
export function otherLeaders(c: Checks, sid: Sid, now: Watched): void {
  if (!leads(now)) return;
  for (const [other, server] of c.ghost.servers) {
    if (other === sid || !leads(server) || (server.currentEpoch !== now.currentEpoch && server.acceptedEpoch !== now.acceptedEpoch))
      continue;
    c.report(
      'one leader per epoch',
      `Servers ${other} and ${sid} both lead epoch ${now.currentEpoch}.`,
      c.promisesWiped(now.currentEpoch),
      sid,
    );
  }
}

export function epochs(c: Checks, sid: Sid, before: Watched, now: Watched): void {
  if (now.acceptedEpoch < before.acceptedEpoch)
    c.report(
      'promises are kept',
      `Server ${sid} had accepted epoch ${before.acceptedEpoch} and goes back to ${now.acceptedEpoch}.`,
      c.ghost.failedDisks.has(sid) ? c.disk(sid) : null,
      sid,
    );
  if (now.currentEpoch > now.acceptedEpoch)
    c.report(
      'epochs are ordered',
      `Server ${sid} is in epoch ${now.currentEpoch} but has accepted only ${now.acceptedEpoch}.`,
      c.own(sid),
      sid,
    );
  if (now.zabState !== 'BROADCAST' || now.lastLogged.epoch <= now.currentEpoch) return;
  c.report(
    'epochs are ordered',
    `Server ${sid} has logged ${formatZxid(now.lastLogged)}, but its current epoch is ${now.currentEpoch}.`,
    c.own(sid),
    sid,
  );
}

export function proposed(c: Checks, sid: Sid, role: ServerView['role'], currentEpoch: number, cell: LogCell): void {
  if (role !== 'LEADING') return;
  const { epoch, counter } = cell.zxid;
  const last = c.ghost.proposed.get(epoch) ?? 0;
  c.ghost.proposed.set(epoch, counter);
  if (epoch === currentEpoch && counter === last + 1) return;
  c.report(
    'consecutive proposals',
    `Leader ${sid} of epoch ${currentEpoch} proposes ${formatZxid(cell.zxid)} after counter ${last} of epoch ${epoch}.`,
    null,
    sid,
  );
}

function leads(server: Watched): boolean {
  return server.role === 'LEADING' && (server.zabState === 'SYNCHRONIZATION' || server.zabState === 'BROADCAST');
}

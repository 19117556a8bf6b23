/** Leaders and epochs: I-1, I-2, I-4, I-23, I-24, I-32. */
import type { Sid } from '../../base/ids.ts';
import type { LogCell, ServerView } from '../../zab/types.ts';
import { txnOf } from '../breach.ts';
import { sameCell } from '../ghost.ts';
import type { TraceEvent } from '../types.ts';
import type { Checks } from './report.ts';
import { historyOf, lastOf, type Watched } from './state.ts';

export function epochWon(c: Checks, sid: Sid, epoch: number): void {
  const { leaders, proposed } = c.ghost;
  const other = leaders.get(epoch);
  leaders.set(epoch, sid);
  c.ghost.initial.set(epoch, lastOf(c.ghost, historyOf(c.ghost, sid)));
  if (other === undefined) return;
  proposed.set(epoch, { cells: [], count: 0, reused: true });
  c.ghost.commits.delete(epoch);
  c.report('one leader per epoch', { kind: 'epochWonTwice', sid, epoch, other }, c.promisesWiped(epoch), sid);
}

/** Two leaders of different epochs may believe in themselves for a while; two of one epoch may not. */
export function otherLeaders(c: Checks, sid: Sid, now: Watched): void {
  if (!leads(now)) return;
  for (const [other, server] of c.ghost.servers) {
    if (other === sid || !leads(server) || (server.currentEpoch !== now.currentEpoch && server.acceptedEpoch !== now.acceptedEpoch))
      continue;
    c.report(
      'one leader per epoch',
      server.currentEpoch === now.currentEpoch
        ? { kind: 'bothLead', sids: [other, sid], epoch: now.currentEpoch }
        : { kind: 'bothAccepted', sids: [other, sid], epoch: now.acceptedEpoch },
      c.promisesWiped(now.acceptedEpoch),
      sid,
    );
  }
}

export function epochs(c: Checks, sid: Sid, before: Watched, now: Watched): void {
  if (now.acceptedEpoch < before.acceptedEpoch)
    c.report(
      'promises are kept',
      { kind: 'epochWentBack', sid, accepted: before.acceptedEpoch, epoch: now.acceptedEpoch },
      c.ghost.failedDisks.has(sid) ? c.disk(sid) : null,
      sid,
    );
  if (now.currentEpoch > now.acceptedEpoch)
    c.report(
      'epochs are ordered',
      { kind: 'epochNotAccepted', sid, epoch: now.currentEpoch, accepted: now.acceptedEpoch },
      c.own(sid),
      sid,
    );
  if (now.zabState !== 'BROADCAST' || now.lastLogged.epoch <= now.currentEpoch) return;
  c.report('epochs are ordered', { kind: 'loggedBeyondEpoch', sid, zxid: now.lastLogged, epoch: now.currentEpoch }, c.own(sid), sid);
}

/** A learner that accepts an epoch has accepted none that is later: I-23. */
export function promiseGiven(c: Checks, sid: Sid, epoch: number, { sent, changes }: TraceEvent): void {
  const accepted = changes?.acceptedEpoch ?? c.ghost.servers.get(sid)?.acceptedEpoch ?? 0;
  if (accepted <= epoch || !sent.some(({ message }) => message.kind === 'ACKEPOCH')) return;
  c.report('promises are kept', { kind: 'promiseBroken', sid, accepted, epoch }, c.own(sid), sid);
}

/** A learner takes in only what the leader of the txn's epoch has proposed: I-4. */
export function wasProposed(c: Checks, sid: Sid, cell: LogCell): void {
  const { epoch, counter } = cell.zxid;
  const known = c.ghost.proposed.get(epoch);
  if (known === undefined || known.reused) return;
  const proposal = counter <= known.count ? known.cells[counter - 1] : undefined;
  if (proposal !== undefined && sameCell(proposal, cell)) return;
  c.report(
    'only what was proposed',
    proposal === undefined
      ? { kind: 'neverProposed', sid, txn: txnOf(cell) }
      : { kind: 'otherProposed', sid, txn: txnOf(cell), proposed: txnOf(proposal) },
    c.ghost.lossExplained ?? c.files(),
    sid,
  );
}

export function proposed(c: Checks, sid: Sid, role: ServerView['role'], currentEpoch: number, cell: LogCell): void {
  if (role !== 'LEADING') return;
  const { epoch, counter } = cell.zxid;
  let proposals = c.ghost.proposed.get(epoch);
  if (proposals === undefined) c.ghost.proposed.set(epoch, (proposals = { cells: [], count: 0, reused: false }));
  const last = proposals.count;
  if (proposals.cells.length !== last) proposals.cells = proposals.cells.slice(0, last);
  proposals.cells[counter - 1] = cell;
  proposals.count = counter;
  if (epoch === currentEpoch && counter === last + 1) return;
  c.report(
    'consecutive proposals',
    { kind: 'proposalGap', leader: sid, leads: currentEpoch, zxid: cell.zxid, counter: last, epoch },
    null,
    sid,
  );
}

function leads(server: Watched): boolean {
  return server.role === 'LEADING' && (server.zabState === 'SYNCHRONIZATION' || server.zabState === 'BROADCAST');
}

/** What clients are told: I-22, I-28. */
import { compareZxid, sameZxid, ZXID_ZERO } from '../../base/zxid.ts';
import { txnOf } from '../breach.ts';
import { countUpTo } from '../ghost.ts';
import type { ClientId, OpOutcome, TraceEvent } from '../types.ts';
import type { Checks } from './report.ts';
import { ephemeralsSeen, sessionGiven } from './sessions.ts';

const WRITES: ReadonlySet<string> = new Set([
  'create',
  'create2',
  'delete',
  'setData',
  'setACL',
  'check',
  'multi',
  'createSession',
  'closeSession',
  'deleteContainer',
]);

export function outcome(c: Checks, outcome: OpOutcome): void {
  if (outcome.outcome !== 'acked' || outcome.zxid === null) return;
  ephemeralsSeen(c, outcome.client, outcome.zxid, outcome.result);
  if (!WRITES.has(outcome.op.op)) return;
  const { committed, acked } = c.ghost;
  const last = committed.cells.at(-1)?.zxid ?? committed.base;
  const told = { zxid: outcome.zxid, client: outcome.client, op: opName(outcome) };
  acked.push(told);
  if (outcome.zxid.counter === 0 || compareZxid(outcome.zxid, committed.base) <= 0) return;
  const cell = committed.cells[countUpTo(committed, outcome.zxid) - 1];
  if (cell !== undefined && sameZxid(cell.zxid, outcome.zxid) && cell.cxid === outcome.xid) return;
  c.report(
    'reply means committed',
    compareZxid(outcome.zxid, last) > 0
      ? { kind: 'toldUncommitted', told, committed: last }
      : { kind: 'toldOther', told, committed: cell === undefined ? null : txnOf(cell) },
    c.ghost.lossExplained,
    null,
  );
}

export function clientEvent(c: Checks, client: ClientId, event: TraceEvent): void {
  const { clients } = c.ghost;
  if (event.client?.timeoutMs !== undefined) c.ghost.calm.timeouts.set(client, event.client.timeoutMs);
  const seen = clients.get(client) ?? { session: '0x0', zxid: ZXID_ZERO };
  const session = event.client?.session ?? seen.session;
  let zxid = session === seen.session || seen.session === '0x0' ? seen.zxid : ZXID_ZERO;
  const { what } = event;
  if (what.type === 'received' && what.message.kind === 'Reply' && what.message.zxid.epoch >= 0) {
    const told = what.message.zxid;
    if (compareZxid(told, zxid) < 0)
      c.report('a client never goes back', { kind: 'clientWentBack', client, seen: zxid, zxid: told }, c.ghost.lossExplained, null);
    else zxid = told;
  }
  if (session !== seen.session) sessionGiven(c, client, session);
  if (session !== seen.session || zxid !== seen.zxid) clients.set(client, { session, zxid });
}

function opName(outcome: OpOutcome): string {
  return 'path' in outcome.op ? `${outcome.op.op} ${outcome.op.path}` : outcome.op.op;
}

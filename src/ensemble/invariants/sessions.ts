/** Sessions: I-29. */
import { NO_SESSION, type SessionId } from '../../base/ids.ts';
import { formatZxid, type Zxid } from '../../base/zxid.ts';
import type { OpResult } from '../../tree/types.ts';
import type { LogCell } from '../../zab/types.ts';
import { txnOf } from '../breach.ts';
import { countUpTo } from '../ghost.ts';
import type { ClientId } from '../types.ts';
import type { Checks } from './report.ts';

/** Nothing that a session has done. */
const NOT_OF_A_SESSION: ReadonlySet<string> = new Set(['error', 'closeSession', 'createSession', 'deleteContainer']);

/** A txn was committed, as the `index`-th. */
export function sessionTxn(c: Checks, cell: LogCell, index: number): void {
  const { closed, failedMultis } = c.ghost;
  if (cell.type === 'closeSession') {
    closed.set(cell.session, index);
    return;
  }
  if (NOT_OF_A_SESSION.has(cell.type)) return;
  // A multi that fails keeps its type, and has nothing but errors in it (`PrepRequestProcessor.pRequestHelper`).
  if (cell.type === 'multi' && failedMultis.has(formatZxid(cell.zxid))) return;
  inOrder(c, cell, index);
  const closing = closed.size === 0 ? undefined : closingOf(c, cell.session, index);
  if (closing === undefined) return;
  c.report(
    'a closed session stays closed',
    { kind: 'closedSessionActs', txn: txnOf(cell), closed: closing.zxid },
    c.ghost.lossExplained,
    null,
  );
}

/** The closing of a session, if it is among the first `before` committed txns. */
function closingOf(c: Checks, session: SessionId, before: number): LogCell | undefined {
  const at = c.ghost.closed.get(session);
  const closing = at === undefined || at >= before ? undefined : c.ghost.committed.cells[at];
  return closing?.type === 'closeSession' && closing.session === session ? closing : undefined;
}

/** Requests of a session come through one server at a time, and a client numbers them: what comes late through a former one is refused. */
function inOrder(c: Checks, cell: LogCell, index: number): void {
  const { committed, lastRequests } = c.ghost;
  const at = lastRequests.get(cell.session);
  const last = at === undefined || at >= index ? undefined : committed.cells[at];
  lastRequests.set(cell.session, index);
  if (last === undefined || last.session !== cell.session || last.cxid < cell.cxid) return;
  c.report(
    'a session has one owner',
    { kind: 'requestsReordered', txn: txnOf(cell), cxid: cell.cxid, last: last.cxid },
    c.ghost.lossExplained,
    null,
  );
}

/** A client is shown the owner of a node: I-29. */
export function ephemeralsSeen(c: Checks, client: ClientId, zxid: Zxid, result: OpResult): void {
  if (c.ghost.closed.size === 0 || !('stat' in result) || result.stat === null) return;
  const owner = result.stat.ephemeralOwner;
  const closing = owner === NO_SESSION ? undefined : closingOf(c, owner, countUpTo(c.ghost.committed, zxid));
  if (closing === undefined) return;
  c.report(
    'a closed session stays closed',
    { kind: 'closedSessionOwns', client, session: owner, zxid, closed: closing.zxid },
    c.ghost.lossExplained,
    null,
  );
}

/** A client has got a session. */
export function sessionGiven(c: Checks, client: ClientId, session: SessionId): void {
  if (session === '0x0') return;
  const { owners } = c.ghost;
  const other = owners.get(session);
  if (other === undefined) owners.set(session, client);
  else if (other !== client)
    c.report('a session has one owner', { kind: 'sessionShared', client, session, other }, c.ghost.lossExplained, null);
}

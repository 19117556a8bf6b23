/** Sessions: I-29. Ephemerals follow: one is created by a txn of its session, and deleted by the closing. */
import type { SessionId } from '../../base/ids.ts';
import { formatZxid } from '../../base/zxid.ts';
import type { LogCell } from '../../zab/types.ts';
import { nameOf } from '../ghost.ts';
import type { ClientId } from '../types.ts';
import type { Checks } from './report.ts';

const NOT_OF_A_SESSION: ReadonlySet<string> = new Set(['error', 'closeSession', 'createSession', 'deleteContainer']);

/** A txn was committed, as the `index`-th. */
export function sessionTxn(c: Checks, cell: LogCell, index: number): void {
  const { closed, committed, failedMultis } = c.ghost;
  if (cell.type === 'closeSession') {
    closed.set(cell.session, index);
    return;
  }
  if (closed.size === 0 || NOT_OF_A_SESSION.has(cell.type)) return;
  const at = closed.get(cell.session);
  const closing = at === undefined ? undefined : committed.cells[at];
  if (at === undefined || at >= index || closing?.type !== 'closeSession' || closing.session !== cell.session) return;
  // A multi that fails keeps its type, and has nothing but errors in it (`PrepRequestProcessor.pRequestHelper`).
  if (cell.type === 'multi' && failedMultis.has(formatZxid(cell.zxid))) return;
  c.report(
    'a closed session stays closed',
    `${nameOf(cell)} is committed for session ${cell.session}, which was closed at ${formatZxid(closing.zxid)}.`,
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
    c.report(
      'a session has one owner',
      `Client ${client} is given session ${session}, which client ${other} has.`,
      c.ghost.lossExplained,
      null,
    );
}

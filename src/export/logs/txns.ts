/**
 * Requests and txns on their way, in the words of `CommitProcessor` and `Leader`; sessions as they come and go.
 *
 * Source: `CommitProcessor.processRequest` and `commit`, `Leader.propose`, `processAck`, `LeaderSessionTracker`, `LearnerSessionTracker`.
 */
import { formatZxid, type Zxid } from '../../base/zxid.ts';
import type { TraceEvent } from '../../ensemble/types.ts';
import { opNumber, txnTypeName, txnTypeNumber } from '../../tree/opcodes.ts';
import type { ClientOp, TxnType } from '../../tree/types.ts';
import type { LogCell } from '../../zab/types.ts';
import { threads } from './line.ts';
import { debug, handlerThread, info, say, zxidKey, type DecisionLines, type Pen, type Underway } from './pen.ts';

type Requested = Pick<Underway, 'session' | 'cxid' | 'type'>;

/** `Request.toString`. A request that has no zxid yet has −2; its path is known only where the client's own bytes are at hand. */
function requestText({ session, cxid, type }: Requested, txn: Pick<Underway, 'zxid' | 'txnType'> | null, path = 'n/a'): string {
  const at = txn === null ? '0xfffffffffffffffe' : formatZxid(txn.zxid);
  const txnType = txn === null ? 'unknown' : txnTypeNumber(txn.txnType);
  return `sessionid:${session} type:${type} cxid:0x${cxid.toString(16)} zxid:${at} txntype:${txnType} reqpath:${path}`;
}

/** Remembers the txns that an event brings into the history of this server. */
export function rememberTxns(pen: Pen, event: TraceEvent): void {
  for (const change of event.log) {
    if (change.change === 'append') {
      pen.committedLogEmpty = false;
      pen.underway.set(zxidKey(change.cell.zxid), underwayOf(change.cell, event));
    } else if (change.change === 'reset') {
      pen.committedLogEmpty = change.cells.length === 0;
      pen.underway.clear();
    }
  }
}

function underwayOf({ zxid, type, session, cxid }: LogCell, event: TraceEvent): Underway {
  const txnType = type as TxnType;
  const asked = event.decisions.find((decision) => decision.rule === 'request.validated' && zxidKey(decision.zxid) === zxidKey(zxid));
  const isOwnKind = txnType === 'createContainer' || txnType === 'createTTL';
  return { zxid, session, cxid, txnType, type: asked?.rule === 'request.validated' && !isOwnKind ? asked.op : type };
}

/** A leader gives a request its zxid and proposes it. */
export const requestValidated: DecisionLines<'request.validated'> = (pen, { zxid }) => {
  const request = pen.underway.get(zxidKey(zxid));
  if (request === undefined) return;
  const thread = threads.prep(pen.sid);
  const text = requestText(request, request);
  debug(pen, thread, 'CommitProcessor@607', `Processing request:: ${text}`);
  debug(pen, thread, 'Leader@1273', `Proposing:: ${text}`);
};

export const proposalAck: DecisionLines<'proposal.ack'> = (pen, { zxid, from, outcome }) => {
  const thread = from === pen.sid ? threads.sync(pen.sid) : handlerThread(pen, from, null);
  switch (outcome) {
    case 'committed':
      return committing(pen, zxid, thread);
    case 'alreadyCommitted': {
      if ((pen.before.leading?.outstandingCount ?? 0) === 0) return debug(pen, thread, 'Leader@1022', 'outstanding is 0');
      const committed = formatZxid(pen.before.committedZxid ?? zxid);
      const text = `proposal has already been committed, pzxid: ${committed} zxid: ${formatZxid(zxid)}`;
      return debug(pen, thread, 'Leader@1026', text);
    }
    case 'unknown':
      return say(pen, 'WARN', thread, 'Leader@1035', `Trying to commit future proposal: zxid ${formatZxid(zxid)} from null`);
    case 'notYet':
    case 'waitsForEarlier':
    case 'observer':
  }
};

/** A txn is committed here: handed on, and a session that it creates is known to all. */
export function committing(pen: Pen, at: Zxid, thread: string): void {
  const request = pen.underway.get(zxidKey(at));
  if (request === undefined) return;
  pen.underway.delete(zxidKey(at));
  debug(pen, thread, 'CommitProcessor@595', `Committing request:: ${requestText(request, request)}`);
  if (request.txnType !== 'createSession') return;
  const tracker = pen.before.role === 'LEADING' ? 'LeaderSessionTracker@104' : 'LearnerSessionTracker@116';
  info(pen, threads.commit(pen.sid), tracker, `Committing global session ${request.session}`);
}

// ---------------------------------------------------------------------------------------------------------------------
// Requests of this server's own clients.

/** Said of too, in the real log, and left out of the recordings: nothing follows from it. */
const READS: ReadonlySet<ClientOp['op']> = new Set([
  'sync',
  'getData',
  'exists',
  'getChildren',
  'getChildren2',
  'getACL',
  'getEphemerals',
  'getAllChildrenNumber',
  'multiRead',
]);

/** A learner passes on what writes. On a leader the same is said when the request has its zxid. */
function forwarding(pen: Pen, request: Requested, path?: string): void {
  const role = pen.before.role;
  if (role !== 'FOLLOWING' && role !== 'OBSERVING') return;
  const thread = `${role === 'FOLLOWING' ? 'Follower' : 'Observer'}RequestProcessor:${pen.sid}`;
  debug(pen, thread, 'CommitProcessor@607', `Processing request:: ${requestText(request, null, path)}`);
}

/** A client's request. `session` is that of its connection, as far as the view tells. */
export function clientRequestLines(pen: Pen, conn: number, cxid: number, op: ClientOp): void {
  const session = pen.before.clients?.find((client) => client.conn === conn)?.session;
  if (session === undefined) return;
  if (op.op === 'closeSession') closingSession(pen, session);
  if (READS.has(op.op)) return;
  forwarding(pen, { session, cxid, type: txnTypeName(opNumber(op)) ?? op.op }, 'path' in op ? op.path : undefined);
}

/** Source: `QuorumZooKeeperServer.setLocalSessionFlag`. */
function closingSession(pen: Pen, session: string): void {
  const text = `Submitting global closeSession request for session ${session}`;
  info(pen, 'RequestThrottler', 'QuorumZooKeeperServer@163', text);
}

export const sessionCreated: DecisionLines<'session.created'> = (pen, { session }) => {
  forwarding(pen, { session, cxid: 0, type: 'createSession' });
};

/** Source: `ZooKeeperServer.expire`. */
export const sessionExpired: DecisionLines<'session.expired'> = (pen, { session, timeoutMs }) => {
  info(pen, 'SessionTracker', 'ZooKeeperServer@632', `Expiring session ${session}, timeout of ${timeoutMs}ms exceeded`);
  closingSession(pen, session);
};

/** A client brings a session from another server. Source: `Learner.validateSession`. */
export function revalidationLines(pen: Pen, event: TraceEvent): void {
  for (const { message } of event.sent) {
    if (message.kind === 'REVALIDATE' && message.valid === undefined)
      info(pen, 'NIOWorkerThread-1', 'Learner@161', `Revalidating client: ${message.session}`);
  }
}

export const clientRefused: DecisionLines<'client.refused'> = (pen, { reason, clientZxid, serverZxid, session }) => {
  const thread = 'NIOWorkerThread-1';
  switch (reason) {
    case 'aheadOfServer': {
      const zxids = `as it has seen zxid ${formatZxid(clientZxid)} our last zxid is ${formatZxid(serverZxid)}`;
      const text = `Refusing session request for client /${pen.options.address(pen.sid)} ${zxids} client must try another server`;
      return info(pen, thread, 'ZooKeeperServer@1426', text);
    }
    case 'wrongPassword':
      return say(
        pen,
        'WARN',
        thread,
        'ZooKeeperServer@1037',
        `Incorrect password from /${pen.options.address(pen.sid)} for session ${session}`,
      );
    case 'notServing': {
      const frame = '\tat org.apache.zookeeper.server.NIOServerCnxn.readLength(NIOServerCnxn.java:557)';
      return say(pen, 'WARN', thread, 'NIOServerCnxn@383', 'Close of session 0x0', [
        'java.io.IOException: ZooKeeperServer not running',
        frame,
      ]);
    }
  }
};

/**
 * Writes on their way from a client to a proposal: one zxid each, validated against the tree as it will be once everything
 * proposed so far is applied. What fails validation is proposed all the same, as an error txn (B-2).
 *
 * Source: `PrepRequestProcessor.pRequest`, `ProposalRequestProcessor`, `Leader.processSync`.
 */
import type { SessionId } from '../../base/ids.ts';
import { listLength } from '../../base/chunked.ts';
import { applyTxn } from '../../tree/apply.ts';
import { failed, prepare, txnDigest, type PrepRules, type Prepared } from '../../tree/prep.ts';
import { claimSession, setClosing, setOwner, track, type SessionOwner } from '../../tree/sessions.ts';
import type { ErrorCode, Txn, WriteOp } from '../../tree/types.ts';
import { pathOf, wallClock } from '../database.ts';
import { decide, edit, send, type Draft } from '../draft.ts';
import { giveUpLeading } from '../roles.ts';
import type { Leading } from '../state.ts';
import type { ConnId, EnsembleConfig } from '../types.ts';
import { propose } from './broadcast.ts';
import { armSessionTimer } from './sessions.ts';

export interface SubmittedRequest {
  readonly session: SessionId;
  readonly cxid: number;
  readonly op: WriteOp;
  /** Through whom it came: the leader's own client port, or a learner's handler. */
  readonly owner: SessionOwner;
}

/** The counter's last value: the zxid after it would belong to the next epoch. */
const LAST_COUNTER = 0xffffffff;

const AUTH_IDS = [{ scheme: 'ip', id: '127.0.0.1' }];

function prepRules({ profile, extendedTypes, digestEnabled, enforceQuota = false }: EnsembleConfig): PrepRules {
  const { checkOutsideMulti, create2InMulti, versionWrap } = profile;
  return { checkOutsideMulti, create2InMulti, versionWrap, extendedTypes, digestEnabled, enforceQuota };
}

/** Gives a write its zxid, turns it into a txn and proposes it. */
export function submit(d: Draft, request: SubmittedRequest): void {
  const leading = d.s.leading;
  if (leading === null || !leading.established) return;
  const counter = leading.lastProposed.counter + 1;
  if (counter >= LAST_COUNTER) {
    giveUpLeading(d, 'zxidRollover');
    return;
  }
  const zxid = { epoch: leading.lastProposed.epoch, counter };
  const { body, err } = validate(d, leading, request, zxid);
  const undigested: Txn = { session: request.session, cxid: request.cxid, zxid, time: wallClock(d), body, digest: null };
  const applied = applyTxn(leading.ahead, undigested);
  const txn: Txn = { ...undigested, digest: txnDigest(applied.tree, body, prepRules(d.s.config)) };
  decide(d, {
    rule: 'request.validated',
    zxid,
    op: request.op.op,
    path: pathOf(body) ?? requestPath(request.op),
    err,
    session: request.session,
  });
  propose(d, txn, applied);
}

/** Session checks first (B-71), then those of the operation (B-72). */
function validate(d: Draft, leading: Leading, request: SubmittedRequest, zxid: Txn['zxid']): Prepared {
  const { session, op, owner } = request;
  switch (op.op) {
    case 'createSession':
      edit(d, 'leading').tracker = setOwner(track(leading.tracker, session, op.timeoutMs, d.now), session, owner);
      armSessionTimer(d);
      break;
    case 'closeSession':
      edit(d, 'leading').tracker = setClosing(leading.tracker, session);
      break;
    case 'deleteContainer':
      break;
    default: {
      const { tracker, err } = claimSession(leading.tracker, session, owner);
      if (err !== 'OK') return refused(d, leading, request, err, zxid);
      edit(d, 'leading').tracker = tracker;
    }
  }
  return prepare(leading.ahead, { session, cxid: request.cxid, op, authIds: AUTH_IDS }, zxid, wallClock(d), prepRules(d.s.config));
}

/** The session check of a multi is that of its operations: the first one fails, the others are not tried. Source: `PrepRequestProcessor.pRequestHelper`. */
function refused(d: Draft, { ahead }: Leading, { session, cxid, op }: SubmittedRequest, err: ErrorCode, zxid: Txn['zxid']): Prepared {
  if (op.op !== 'multi') return failed(err);
  const prepared = prepare(ahead, { session, cxid, op, authIds: AUTH_IDS }, zxid, wallClock(d), prepRules(d.s.config));
  if (prepared.body.type !== 'multi' || op.ops.length === 0) return prepared;
  return { body: { type: 'multi', txns: op.ops.map((_, i) => ({ type: 'error', err: i === 0 ? err : 'RUNTIMEINCONSISTENCY' })) }, err };
}

function requestPath(op: WriteOp): string | null {
  return 'path' in op ? op.path : null;
}

/** A learner's client asked for `sync`: answered once everything proposed so far has been committed. Source: `Leader.processSync`. */
export function processSync(d: Draft, conn: ConnId, session: SessionId): void {
  const leading = d.s.leading;
  if (leading === null) return;
  const { tracker } = claimSession(leading.tracker, session, conn);
  edit(d, 'leading').tracker = tracker;
  if (listLength(leading.outstanding) === 0) send(d, conn, { kind: 'SYNC' });
  else edit(d, 'leading').pendingSyncs = [...leading.pendingSyncs, { conn, zxid: leading.lastProposed }];
}

/**
 * A txn takes effect: the tree moves on, committedLog grows, and whoever asked for it here is answered.
 *
 * Source: `FinalRequestProcessor.processRequest`, `ZooKeeperServer.processTxn`, `DataTree.compareDigest`.
 */
import { draw } from '../base/random.ts';
import { applyBody, applyTxn, type Applied } from '../tree/apply.ts';
import { remove } from '../tree/sessions.ts';
import { answerCommitted } from './clients.ts';
import { rememberCommitted } from './database.ts';
import { decide, edit, setTimer, type Draft } from './draft.ts';
import type { LoggedTxn } from './state.ts';

/**
 * Applies a committed txn.
 *
 * @param known what applying it gives, where that is known already (the leader computed it when it validated the request).
 */
export function applyCommitted(d: Draft, item: LoggedTxn, known?: Applied): void {
  finishMulti(d);
  const applied = known ?? applyTxn(d.s.tree, item.txn);
  if (d.s.config.profile.multiZxid === 'withFirst' && beginMulti(d, item, applied)) return;
  d.s.tree = applied.tree;
  takenEffect(d, item, applied);
}

function takenEffect(d: Draft, item: LoggedTxn, applied: Applied): void {
  d.s.committedZxid = item.txn.zxid;
  checkDigest(d, item);
  rememberCommitted(d, item);
  if (item.txn.body.type === 'closeSession' && d.s.leading !== null) {
    edit(d, 'leading').tracker = remove(d.s.leading.tracker, item.txn.session);
  }
  answerCommitted(d, item.txn, applied.result);
}

/** Between the operations of a multi, at most so long, ms. */
const HALF_A_MULTI_MS = 2;

/** Applies the first operation of a multi, and its zxid; the others follow a moment later (ZOOKEEPER-3127). False for anything else. */
function beginMulti(d: Draft, item: LoggedTxn, applied: Applied): boolean {
  const { txn } = item;
  const first = txn.body.type === 'multi' && txn.body.txns.length > 1 && applied.result.err === 'OK' ? txn.body.txns[0] : undefined;
  if (first === undefined) return false;
  d.s.tree = { ...applyBody(d.s.tree, txn, first).tree, lastProcessedZxid: txn.zxid };
  d.s.halfMulti = { item, applied };
  const [part, random] = draw(d.s.random);
  d.s.random = random;
  setTimer(d, 'multi', part * HALF_A_MULTI_MS);
  return true;
}

/** The other operations of a multi that is half applied. */
export function finishMulti(d: Draft): void {
  if (d.s.halfMulti === null) return;
  const { item, applied } = d.s.halfMulti;
  d.s.halfMulti = null;
  d.s.tree = applied.tree;
  takenEffect(d, item, applied);
}

/** Every server compares its tree with what the leader predicted; a difference is counted and nothing else (B-99). */
function checkDigest(d: Draft, { txn }: LoggedTxn): void {
  if (txn.digest === null || txn.digest === d.s.tree.digest) return;
  d.s.digestMismatches++;
  decide(d, { rule: 'digest.mismatch', zxid: txn.zxid, expected: txn.digest, actual: d.s.tree.digest });
}

/**
 * A txn takes effect: the tree moves on, committedLog grows, and whoever asked for it here is answered.
 *
 * Source: `FinalRequestProcessor.processRequest`, `ZooKeeperServer.processTxn`, `DataTree.compareDigest`.
 */
import { applyTxn, type Applied } from '../tree/apply.ts';
import { remove } from '../tree/sessions.ts';
import { answerCommitted } from './clients.ts';
import { rememberCommitted } from './database.ts';
import { decide, edit, type Draft } from './draft.ts';
import type { LoggedTxn } from './state.ts';

/**
 * Applies a committed txn.
 *
 * @param known what applying it gives, where that is known already (the leader computed it when it validated the request).
 */
export function applyCommitted(d: Draft, item: LoggedTxn, known?: Applied): void {
  const applied = known ?? applyTxn(d.s.tree, item.txn);
  d.s.tree = applied.tree;
  d.s.committedZxid = item.txn.zxid;
  checkDigest(d, item);
  rememberCommitted(d, item);
  if (item.txn.body.type === 'closeSession' && d.s.leading !== null) {
    edit(d, 'leading').tracker = remove(d.s.leading.tracker, item.txn.session);
  }
  answerCommitted(d, item.txn, applied.result);
}

/** Every server compares its tree with what the leader predicted; a difference is counted and nothing else (B-99). */
function checkDigest(d: Draft, { txn }: LoggedTxn): void {
  if (txn.digest === null || txn.digest === d.s.tree.digest) return;
  d.s.digestMismatches++;
  decide(d, { rule: 'digest.mismatch', zxid: txn.zxid, expected: txn.digest, actual: d.s.tree.digest });
}

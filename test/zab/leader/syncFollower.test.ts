import { describe, expect, it } from 'vitest';
import { PROFILE_CURRENT, type Profile } from '../../../src/zab/profile.ts';
import { listOf } from '../../../src/base/chunked.ts';
import { zxid, type Zxid } from '../../../src/base/zxid.ts';
import { chooseSync, type SyncInputs, type SyncPlan } from '../../../src/zab/leader/syncFollower.ts';
import type { LoggedTxn } from '../../../src/zab/state.ts';

/** `1:3` → zxid. */
const z = (text: string): Zxid => {
  const [epoch = 0, counter = 0] = text.split(':').map(Number);
  return zxid(epoch, counter);
};
const txn = (text: string): LoggedTxn => ({
  bytes: new Uint8Array(),
  txn: { session: '0x1', cxid: 0, zxid: z(text), time: 0, digest: null, body: { type: 'delete', path: '/' } },
});
const history = (text: string): LoggedTxn[] => (text === '' ? [] : text.split(' ').map(txn));
const show = ({ epoch, counter }: Zxid): string => `${epoch}:${counter}`;

const ONE_EPOCH = '1:3 1:4 1:5 1:6 1:7 1:8 1:9';

/** What a learner at `peer` gets from a leader at `last`. */
function sync(peer: string, log: string, last: string, txnLog: string | null, more: Partial<SyncInputs> = {}): SyncPlan {
  return chooseSync({
    peer: z(peer),
    last: z(last),
    committedLog: listOf(history(log)),
    txnLogSyncEnabled: true,
    forced: false,
    rules: PROFILE_CURRENT,
    txnLog: () => (txnLog === null ? null : history(txnLog)),
    ...more,
  });
}
const told = ({ mode, zxidSent, queued }: SyncPlan): string =>
  [`${mode} ${show(zxidSent)}`, ...queued.map((item) => show(item.txn.zxid))].join(' ');

describe('LearnerHandler.syncFollower', () => {
  it.each([
    // learner at, leader's committedLog, leader at, its txn log from there (null: unusable), packet, txns sent, forwarding from, why
    ['3:0', ONE_EPOCH, '3:0', null, 'DIFF 3:0', '', '3:0', 'same'],
    ['1:9', ONE_EPOCH, '3:0', null, 'DIFF 1:9', '', '1:9', 'inCommittedLog'],
    ['1:6', ONE_EPOCH, '3:0', null, 'DIFF 1:9', '1:7 1:8 1:9', '1:9', 'inCommittedLog'],
    ['1:3', ONE_EPOCH, '3:0', '1:3 1:4', 'DIFF 1:9', '1:4 1:5 1:6 1:7 1:8 1:9', '1:9', 'inCommittedLog'],
    ['1:12', ONE_EPOCH, '3:0', null, 'TRUNC 1:9', '', '1:9', 'ahead'],
    ['2:0', ONE_EPOCH, '3:0', null, 'SNAP 3:0', '', '3:0', 'unhandled'],
    ['2:0', ONE_EPOCH, '3:0', '1:8 1:9', 'SNAP 3:0', '', '3:0', 'unhandled'],
    ['2:4', ONE_EPOCH, '3:0', null, 'TRUNC 1:9', '', '1:9', 'ahead'],
    ['1:1', ONE_EPOCH, '3:0', null, 'SNAP 3:0', '', '3:0', 'txnLogUnusable'],
    ['1:1', ONE_EPOCH, '3:0', '1:1 1:2 1:3 1:4', 'DIFF 1:9', '1:2 1:3 1:4 1:5 1:6 1:7 1:8 1:9', '1:9', 'inTxnLog'],
    ['1:1', '1:5 1:6', '1:6', '1:1 1:2 1:3', 'SNAP 1:6', '', '1:6', 'txnLogGap'],
    ['1:1', '1:3 1:4', '1:4', '1:1 1:2 1:3 1:4 1:5', 'DIFF 1:4', '1:2 1:3 1:4', '1:4', 'inTxnLog'],
    ['2:0', '2:3 2:4', '2:4', '1:8 1:9 2:1 2:2', 'SNAP 2:4', '', '2:4', 'txnLogGap'],
    ['2:0', '2:3 2:4', '2:4', '1:8 1:9 2:1 2:2 2:3', 'DIFF 2:4', '2:1 2:2 2:3 2:4', '2:4', 'inTxnLog'],
    ['2:0', '', '3:0', '1:8 1:9', 'SNAP 3:0', '', '3:0', 'txnLogGap'],
    ['1:7', '1:3 1:4 2:1 2:2', '2:2', null, 'SNAP 2:2', '', '1:7', 'divergedEpoch'],
    ['1:7', '1:3 1:4 1:9', '1:9', null, 'TRUNC 1:4', '1:9', '1:9', 'diverged'],
    ['2:0', '1:3 1:4 2:1', '2:1', null, 'DIFF 2:1', '2:1', '2:1', 'inCommittedLog'],
    ['1:4', '', '1:9', '1:4 1:5 1:6 1:7 1:8 1:9', 'DIFF 1:9', '1:5 1:6 1:7 1:8 1:9', '1:9', 'inTxnLog'],
    ['0:0', '', '0:0', null, 'DIFF 0:0', '', '0:0', 'same'],
    ['0:0', '', '1:0', null, 'SNAP 1:0', '', '1:0', 'txnLogUnusable'],
  ])(
    'a learner at %s under a leader with [%s] at %s (txn log %s) gets %s',
    (peer, log, last, txnLog, packet, queued, forwardFrom, because) => {
      const plan = sync(peer, log, last, txnLog);
      expect(told(plan)).toBe([packet, queued].filter((part) => part !== '').join(' '));
      expect([show(plan.forwardFrom), plan.because]).toEqual([forwardFrom, because]);
    },
  );

  it('sends a SNAP to a learner that asks for one, whatever it has', () => {
    for (const peer of ['3:0', '1:6', '1:12']) {
      expect(told(sync(peer, ONE_EPOCH, '3:0', null, { forced: true }))).toBe('SNAP 3:0');
    }
  });

  it('never asks for the txn log when txn-log sync is switched off', () => {
    const plan = sync('1:1', ONE_EPOCH, '1:9', null, { txnLogSyncEnabled: false, txnLog: () => expect.fail('read the log') });
    expect(plan).toMatchObject({ mode: 'SNAP', because: 'txnLogDisabled' });
  });
});

describe('a learner that has more than the leader', () => {
  it.each([
    ['TRUNC', 'TRUNC 1:9', 'TRUNC 1:4 1:9'],
    ['SNAP', 'SNAP 3:0', 'SNAP 1:9'],
    ['never', 'DIFF 1:9', 'DIFF 1:9 1:9'],
  ] as const)('is told to cut it, except by a leader that rolls back by %s', (rollback, ahead, diverged) => {
    const rules: Profile = { ...PROFILE_CURRENT, rollback };
    expect(told(sync('1:12', ONE_EPOCH, '3:0', null, { rules }))).toBe(ahead);
    expect(told(sync('1:7', '1:3 1:4 1:9', '1:9', null, { rules }))).toBe(diverged);
  });
});

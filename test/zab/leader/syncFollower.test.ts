import { describe, expect, it } from 'vitest';
import { PROFILE_CURRENT } from '../../../src/zab/profile.ts';
import { listOf } from '../../../src/base/chunked.ts';
import { zxid, type Zxid } from '../../../src/base/zxid.ts';
import { chooseSync } from '../../../src/zab/leader/syncFollower.ts';
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

describe('LearnerHandler.syncFollower', () => {
  it.each([
    // learner at, leader's committedLog, leader at, its txn log from there (null: unusable), packet, txns sent, forwarding from
    ['3:0', ONE_EPOCH, '3:0', null, 'DIFF 3:0', '', '3:0'],
    ['1:9', ONE_EPOCH, '3:0', null, 'DIFF 1:9', '', '1:9'],
    ['1:6', ONE_EPOCH, '3:0', null, 'DIFF 1:9', '1:7 1:8 1:9', '1:9'],
    ['1:12', ONE_EPOCH, '3:0', null, 'TRUNC 1:9', '', '1:9'],
    ['2:0', ONE_EPOCH, '3:0', null, 'SNAP 3:0', '', '3:0'],
    ['2:4', ONE_EPOCH, '3:0', null, 'TRUNC 1:9', '', '1:9'],
    ['1:1', ONE_EPOCH, '3:0', null, 'SNAP 3:0', '', '3:0'],
    ['1:1', ONE_EPOCH, '3:0', '1:1 1:2 1:3 1:4', 'DIFF 1:9', '1:2 1:3 1:4 1:5 1:6 1:7 1:8 1:9', '1:9'],
    ['1:1', '1:5 1:6', '1:6', '1:1 1:2 1:3', 'SNAP 1:6', '', '1:6'],
    ['1:7', '1:3 1:4 2:1 2:2', '2:2', null, 'SNAP 2:2', '', '1:7'],
    ['1:7', '1:3 1:4 1:9', '1:9', null, 'TRUNC 1:4', '1:9', '1:9'],
    ['2:0', '1:3 1:4 2:1', '2:1', null, 'DIFF 2:1', '2:1', '2:1'],
    ['1:4', '', '1:9', '1:4 1:5 1:6 1:7 1:8 1:9', 'DIFF 1:9', '1:5 1:6 1:7 1:8 1:9', '1:9'],
    ['0:0', '', '0:0', null, 'DIFF 0:0', '', '0:0'],
    ['0:0', '', '1:0', null, 'SNAP 1:0', '', '1:0'],
  ])('a learner at %s under a leader with [%s] at %s (txn log %s) gets %s', (peer, log, last, txnLog, packet, queued, forwardFrom) => {
    const plan = chooseSync({
      peer: z(peer),
      last: z(last),
      committedLog: listOf(history(log)),
      txnLogSyncEnabled: true,
      forced: false,
      rules: PROFILE_CURRENT,
      txnLog: () => (txnLog === null ? null : history(txnLog)),
    });
    expect(`${plan.mode} ${show(plan.zxidSent)}`).toBe(packet);
    expect(plan.queued.map((item) => show(item.txn.zxid)).join(' ')).toBe(queued);
    expect(show(plan.forwardFrom)).toBe(forwardFrom);
  });

  it('never asks for the txn log when txn-log sync is switched off', () => {
    const plan = chooseSync({
      peer: z('1:1'),
      last: z('1:9'),
      committedLog: listOf(history(ONE_EPOCH)),
      txnLogSyncEnabled: false,
      forced: false,
      rules: PROFILE_CURRENT,
      txnLog: () => expect.fail('read the log'),
    });
    expect(plan).toMatchObject({ mode: 'SNAP', because: 'txnLogDisabled' });
  });
});

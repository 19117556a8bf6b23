/** One step of one server, for rules that are called by themselves. */
import { draw, randomStream, type RandomState } from '../../src/base/random.ts';
import { encodeTxn } from '../../src/store/txnCodec.ts';
import { readTxns } from '../../src/store/txnLog.ts';
import type { Disk } from '../../src/store/types.ts';
import type { Draft } from '../../src/zab/draft.ts';
import type { LoggedTxn, Server } from '../../src/zab/state.ts';
import { create, z } from '../store/helpers.ts';

export function draftOf(server: Server, more: Partial<Server> = {}, now = 0): Draft {
  const before = { ...server, ...more };
  return { before, s: { ...before }, effects: [], decisions: [], log: [], now };
}

/** The txns from 1:`first` to 1:`last`, as they are queued for the log: each creates `/n` and its counter. */
export function queued(first: number, last: number): readonly LoggedTxn[] {
  return Array.from({ length: last - first + 1 }, (_, i) => {
    const txn = create(z(first + i), `/n${first + i}`);
    return { txn, bytes: encodeTxn(txn) };
  });
}

/** The counters of all that is in the log from epoch 1 on. */
export function inLog(disk: Disk): number[] {
  return [...readTxns(disk, z(1))].map(({ txn }) => txn.zxid.counter);
}

/** How often chance was asked between two states of it; at most ten times. */
export function draws(before: RandomState, after: RandomState): number {
  let state = before;
  for (let count = 0; count <= 10; count++) {
    if (String(state) === String(after)) return count;
    [, state] = draw(state);
  }
  throw new Error('chance has become another');
}

export const SEEDS = Array.from({ length: 60 }, (_, seed) => randomStream(seed, 'test'));

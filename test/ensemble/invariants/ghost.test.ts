import { expect, test } from 'vitest';
import { zxid } from '../../../src/base/zxid.ts';
import { changeHistory, emptyCommitted, emptyHistory, type Committed, type History } from '../../../src/ensemble/ghost.ts';
import type { LogCell } from '../../../src/zab/types.ts';
import { cell } from '../../trace/events.ts';

const [A, B, C] = [cell(1, 1), cell(1, 2), cell(1, 3)];
const append = (history: History, committed: Committed, ...cells: readonly LogCell[]): History => {
  for (const each of cells) changeHistory(history, { change: 'append', cell: each }, committed);
  return history;
};

// A follower that logged a proposal after it had read its log for the election gets it again with DIFF: its log holds the txn twice.
test.each([
  { what: 'not committed yet', known: [], logged: [A, B], again: [B], matched: 0, tail: [A, B] },
  { what: 'several, not committed yet', known: [], logged: [A, B, C], again: [B, C], matched: 0, tail: [A, B, C] },
  { what: 'committed', known: [A, B], logged: [A, B], again: [B], matched: 2, tail: [] },
  { what: 'committed, with more behind it', known: [A, B], logged: [A, B, C], again: [B, C], matched: 2, tail: [C] },
])('a txn that is logged twice is in a history once: $what', ({ known, logged, again, matched, tail }) => {
  const committed = { ...emptyCommitted(), cells: known };
  expect(append(emptyHistory(), committed, ...logged, ...again)).toMatchObject({ matched, tail });
  const recovered = emptyHistory();
  changeHistory(recovered, { change: 'reset', base: zxid(0, 0), cells: [...logged, ...again] }, committed);
  expect(recovered).toMatchObject({ matched, tail });
});

test('another txn under the same zxid is another txn', () => {
  const other = { ...B, path: '/other', cxid: 99 };
  expect(append(emptyHistory(), emptyCommitted(), A, B, other).tail).toEqual([A, B, other]);
});

/** The rows of the branch strip: each branch below its parent, what is on screen marked through to the active one. */
import { expect, test } from 'vitest';
import { rowsOf } from '../../src/app/branches/tree.ts';
import { forked, kept, oneBranch, renamed, shownBranch } from '../../src/trace/branches.ts';
import { fixtureTrace } from './fixture.ts';

const events = fixtureTrace();

test('a branch of a branch, and one that parts earlier', () => {
  let branches = kept(oneBranch(), [], events.slice(0, 200));
  branches = kept(forked(branches, 100), [], events.slice(0, 150));
  branches = kept(forked(branches, 120), [], events.slice(0, 130));
  branches = kept(forked(shownBranch(branches, 1), 50), [], events.slice(0, 60));
  branches = renamed(shownBranch(branches, 3), 3, 'mine');
  expect(rowsOf(branches, 140)).toEqual([
    { id: 1, name: null, active: false, from: 0, to: 200, shown: 100, parent: -1 },
    { id: 2, name: null, active: false, from: 100, to: 150, shown: 120, parent: 0 },
    { id: 3, name: 'mine', active: true, from: 120, to: 140, shown: 140, parent: 1 },
    { id: 4, name: null, active: false, from: 50, to: 60, shown: 50, parent: 0 },
  ]);
});

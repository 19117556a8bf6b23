/** What the tests of narration share: the languages, a vote, a zxid, and what holds for every text. */
import { expect } from 'vitest';
import { zxid } from '../../../src/base/zxid.ts';
import type { Vote } from '../../../src/zab/types.ts';

export const LANGS = ['en', 'zh'] as const;
export const vote = (leader: number, epoch = 0, counter = 0): Vote => ({
  leader,
  zxid: zxid(epoch, counter),
  electionEpoch: 1,
  peerEpoch: epoch,
});
export const Z = zxid(4, 7);
export const P = '0x400000007';

/** Nothing in it that a person should not read. */
export function checkText(text: string): void {
  expect(text).not.toBe('');
  expect(text).not.toMatch(/undefined|null|NaN|\[object|<\/?\w+>|\p{Cc}/u);
}

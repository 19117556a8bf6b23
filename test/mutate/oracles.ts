/**
 * Real ensembles and the official specification as judges of a changed core: a selection of recordings and behaviours that goes through every rule
 * in seconds. The whole of both is `npm run golden` and `npm run golden:spec`.
 */
import { expect, test } from 'vitest';
import { openRecording } from '../golden/archive.ts';
import { replay } from '../golden/golden.ts';
import { readBehaviour } from '../golden/spec/behaviour.ts';
import { ownBehaviours } from '../golden/spec/find.ts';
import { replayBehaviour } from '../golden/spec/run.ts';

/** Recordings in which every fact holds under the first seed: no race in them has to be won. */
const RECORDINGS = [
  '01-fresh-boot-3',
  '03-boot-3-1-then-2',
  '04-kill-leader-5',
  '04i-clean-stop-leader',
  '05-leader-dies-proposal-only-on-leader',
  '05b-leader-dies-proposal-on-one-follower',
  '05d-trunc-without-new-writes',
  '05g-epoch-beats-zxid',
  '06b-follower-behind-snap',
  '06e-txnlog-sync-disabled',
  '07-follower-behind-diff',
  '08-leader-in-minority',
  '09-split-2-2-1',
  '10-oneway-leader-to-follower',
  '11-observers',
  '12-power-loss',
  '13c-restore-on-one-others-empty',
  '14-old-backup-on-one',
  '14b-old-backup-on-majority',
  '15-torn-log-tail',
  '16-log-crc-middle',
  '16d-log-header-broken',
  '17-newest-snapshot-corrupt',
  '17c-snapshot-missing-logs-present',
  '18-zombie-leader',
  '19-ephemerals-failover',
  '20-operations',
  '20c-operations-across-failover',
  '21-snapcount-purge',
  '22-quorum-lost',
  '24b-wiped-majority',
  '25-rolling-restart',
  '26-epoch-file-lost',
  '27-log-hole-after-stall',
];

/** Behaviours that were chosen for one situation each; those chosen by chance have nothing that these lack. */
const behaviours = ownBehaviours().filter(({ id }) => !/^(pure|rand)-/.test(id));

test.each(behaviours)('$id: every action is enabled, every state is equal', ({ lines }) => {
  const { failure } = replayBehaviour(readBehaviour(lines()));
  expect(failure).toBeNull();
});

test.each(RECORDINGS)('%s: every fact holds', async (name) => {
  const { comparison } = await replay(name, openRecording(name), { seeds: 1 });
  expect(comparison.differences.slice(0, 3)).toEqual([]);
});

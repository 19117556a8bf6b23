/** The path of a txn to the disk: what is one batch, what an fsync covers, and what becomes of a queue when the role or the disk ends. */
import { describe, expect, it } from 'vitest';
import { applyDiskOps } from '../../src/store/disk.ts';
import type { Draft } from '../../src/zab/draft.ts';
import { commitLogNow, drainLogger, enqueue, failLogger, onFsynced, flush, orphanLogger } from '../../src/zab/logger.ts';
import { PROFILE_3_8_0 } from '../../src/zab/profile.ts';
import type { EnsembleConfig } from '../../src/zab/types.ts';
import { z } from '../store/helpers.ts';
import { Cores } from './cores.ts';
import { draftOf, draws, inLog, queued, SEEDS } from './drafts.ts';

const SERVER = new Cores(1).boot(1).server(1);

/** A server with these txns, 1:1 and on, queued for a log that is new; every `snapshotAt + 1` of them a new file is begun. */
function waiting(txns: number, more: Partial<EnsembleConfig> = {}, snapshotAt = 1000): Draft {
  return draftOf(SERVER, { config: { ...SERVER.config, ...more }, logger: { ...SERVER.logger, queue: queued(1, txns), snapshotAt } });
}

const fsyncs = (d: Draft) => d.effects.flatMap((effect) => (effect.type === 'fsync' ? [effect] : []));
const counters = (txns: Draft['s']['logger']['queue']): number[] => txns.map(({ txn }) => txn.zxid.counter);
const isDurable = (d: Draft, file: string): boolean => d.s.disk.files[file]?.synced === d.s.disk.files[file]?.length;

describe('a batch', () => {
  it('is at most maxBatchSize; what is left of the queue is the next ones', () => {
    const d = waiting(5, { maxBatchSize: 2 });
    flush(d);
    const batches: number[][] = [];
    while (d.s.logger.token !== null) {
      batches.push(counters(d.s.logger.flushing));
      onFsynced(d, d.s.logger.token);
    }
    expect(batches).toEqual([[1, 2], [3, 4], [5]]);
    expect(inLog(d.s.disk)).toEqual([1, 2, 3, 4, 5]);
    expect(d.s.lastSynced).toEqual(z(5));
  });

  it('wakes an idle logger, within 0.2 ms, and neither one that is waking up nor one that writes', () => {
    const [first, second, third] = queued(1, 3);
    const d = draftOf(SERVER);
    const timers = () => d.effects.flatMap((effect) => (effect.type === 'setTimer' ? [effect] : []));
    const { random } = d.s;
    enqueue(d, first ?? expect.fail());
    expect(draws(random, d.s.random)).toBe(1);
    expect(timers()).toMatchObject([{ timer: 'logger' }]);
    expect(timers()[0]?.afterMs).toBeGreaterThan(0);
    expect(timers()[0]?.afterMs).toBeLessThan(0.2);
    enqueue(d, second ?? expect.fail());
    flush(d);
    enqueue(d, third ?? expect.fail());
    expect(timers()).toHaveLength(1);
    expect(counters(d.s.logger.flushing)).toEqual([1, 2]);
    expect(counters(d.s.logger.queue)).toEqual([3]);
  });
});

describe('an fsync', () => {
  it('covers the old file and the new one when the log was rolled within the batch; the old one is closed behind it', () => {
    const d = waiting(5, { maxBatchSize: 4 }, 2);
    flush(d);
    onFsynced(d, d.s.logger.token ?? expect.fail());
    expect(fsyncs(d).map(({ files }) => files)).toEqual([['log.100000001', 'log.100000004'], ['log.100000004']]);
  });

  it('that a role does not wait for covers both too', () => {
    const d = waiting(4, {}, 2);
    drainLogger(d);
    expect(['log.100000001', 'log.100000004'].map((file) => isDurable(d, file))).toEqual([true, true]);
    expect(d.s.log.streamsToFlush).toEqual(['log.100000004']);
    commitLogNow(d);
    expect(d.effects.at(-1)).toEqual({ type: 'disk', ops: [{ op: 'fsync', file: 'log.100000004' }] });
  });

  it('that was begun in a role that has ended says nothing of what is written since', () => {
    const d = waiting(1);
    flush(d);
    const before = d.s.logger.token ?? expect.fail();
    drainLogger(d);
    expect(d.s.lastSynced).toEqual(z(1));
    for (const item of queued(2, 2)) enqueue(d, item);
    flush(d);
    onFsynced(d, before);
    expect(d.s.lastSynced).toEqual(z(1));
    expect(counters(d.s.logger.flushing)).toEqual([2]);
    onFsynced(d, d.s.logger.token ?? expect.fail());
    expect(d.s.lastSynced).toEqual(z(2));
  });
});

describe('a role that ends', () => {
  it('in mainline writes down the whole queue, however many batches that is', () => {
    const d = waiting(5, { maxBatchSize: 2 });
    drainLogger(d);
    expect(inLog(d.s.disk)).toEqual([1, 2, 3, 4, 5]);
    expect(isDurable(d, 'log.100000001')).toBe(true);
    expect(d.s.lastSynced).toEqual(z(5));
  });

  /** What an orphaned logger makes of its queue, by chance: `atCatchUp` is what was logged when memory was caught up with the log. */
  const orphaned = (txns: number, more: Partial<EnsembleConfig> = {}) =>
    SEEDS.map((random) => {
      const d = waiting(txns, { profile: PROFILE_3_8_0, ...more });
      d.s.random = random;
      const atCatchUp: number[] = [];
      orphanLogger(d, () => atCatchUp.push(d.s.lastLogged.counter));
      return { d, atCatchUp, written: inLog(d.s.disk).length, asked: draws(random, d.s.random) };
    });

  it('in 3.8.0 races with a logger that is waking up: memory is caught up once, before its batch or behind it, and the batch is durable', () => {
    const ends = orphaned(3);
    expect(new Set(ends.map(({ atCatchUp }) => atCatchUp.join()))).toEqual(new Set(['0', '3']));
    for (const { d, written } of ends) {
      expect(written).toBe(3);
      expect(isDurable(d, 'log.100000001')).toBe(true);
      expect(d.s.lastSynced).toEqual(z(3));
      expect(d.s.logger).toMatchObject({ queue: [], flushing: [], token: null });
    }
  });

  it.each([
    // queue, maxBatchSize, fewest and most that are written
    [8, 1000, 8, 8],
    [9, 1000, 8, 9],
    [12, 1000, 8, 12],
    [12, 10, 8, 10],
    [8, 5, 5, 5],
    [20, 5, 5, 5],
  ])(
    'in 3.8.0 with a queue of %i and batches of %i leaves a log of %i to %i more, and loses the rest',
    (txns, maxBatchSize, least, most) => {
      const written = new Set(orphaned(txns, { maxBatchSize }).map((end) => end.written));
      expect([...written].sort((a, b) => a - b)).toEqual(Array.from({ length: most - least + 1 }, (_, i) => least + i));
    },
  );

  it('in 3.8.0 may have read as much as it likes by then: no number is more likely than the others', () => {
    const written = orphaned(12).map((end) => end.written);
    for (const number of [8, 9, 10, 11, 12]) expect(written.filter((each) => each === number).length).toBeLessThan(SEEDS.length / 2);
  });

  it('in 3.8.0 leaves the order and the number to chance separately', () => {
    const both = new Set(orphaned(9).map(({ atCatchUp: [at], written }) => `${at === 0 ? 'before' : 'behind'} ${written}`));
    expect(both).toEqual(new Set(['before 8', 'before 9', 'behind 8', 'behind 9']));
  });

  it.each([
    [0, 0],
    [1, 1],
    [8, 1],
    [9, 2],
  ])('in 3.8.0 with a queue of %i asks chance %i times, so that a run comes again from its seed', (txns, asked) => {
    for (const end of orphaned(txns)) expect(end.asked).toBe(asked);
  });

  it('in 3.8.0 loses what is queued behind the batch that the disk is writing, and leaves nothing to chance', () => {
    const d = waiting(5, { profile: PROFILE_3_8_0, maxBatchSize: 2 });
    flush(d);
    const { random } = d.s;
    orphanLogger(d, () => undefined);
    expect(inLog(d.s.disk)).toEqual([1, 2]);
    expect(draws(random, d.s.random)).toBe(0);
  });
});

describe('a log that cannot be written', () => {
  it('ends what was queued for it: the end of the role writes nothing more', () => {
    const d = waiting(5, { maxBatchSize: 2 });
    flush(d);
    failLogger(d);
    drainLogger(d);
    expect(inLog(d.s.disk)).toEqual([1, 2]);
    expect(d.s.lastLogged).toEqual(d.s.lastSynced);
  });

  it.each([
    ['goes on in the file it wrote', [], 'log.100000004'],
    ['begins a new one where the newest file did not come about', ['log.100000004'], 'log.100000006'],
    ['or none of them', ['log.100000001', 'log.100000004'], 'log.100000006'],
  ])('%s', (_what, missing, file) => {
    const d = waiting(5, {}, 2);
    flush(d);
    expect(d.s.log.streamsToFlush).toEqual(['log.100000001', 'log.100000004']);
    d.s.disk = applyDiskOps(
      d.s.disk,
      missing.map((name) => ({ op: 'delete', file: name })),
    );
    failLogger(d);
    for (const item of queued(6, 6)) enqueue(d, item);
    drainLogger(d);
    expect(d.s.log).toMatchObject({ file, streamsToFlush: [file] });
  });
});

describe('the count of txns since the last snapshot', () => {
  it('begins anew when one is due, and so does the threshold, which is another one each time', () => {
    const d = waiting(200, { snapCount: 20 }, 10);
    drainLogger(d);
    const due = d.decisions.flatMap((decision) => (decision.rule === 'snapshot.due' ? [decision] : []));
    expect(due.length).toBeGreaterThan(200 / 21);
    for (const { txns, threshold } of due) expect(txns).toBe(threshold + 1);
    expect(new Set(due.map(({ threshold }) => threshold)).size).toBeGreaterThan(1);
  });

  it('does so also when the thread is busy with another snapshot, which goes on undisturbed', () => {
    const d = waiting(40, { snapCount: 20 }, 10);
    flush(d);
    expect(d.decisions).toMatchObject([{ outcome: 'started' }, ...d.decisions.slice(1).map(() => ({ outcome: 'busy' }))]);
    expect(d.decisions.length).toBeGreaterThan(1);
    const created = d.effects.flatMap((effect) => (effect.type === 'disk' ? effect.ops : [])).filter(({ op }) => op === 'create');
    expect(created.filter(({ file }) => file.startsWith('snapshot.'))).toHaveLength(1);
    expect(d.effects.filter((effect) => effect.type === 'setTimer')).toHaveLength(1);
  });
});

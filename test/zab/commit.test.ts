/** A txn takes effect: what a server compares then, and what it did before a multi was one step. */
import { describe, expect, it } from 'vitest';
import { listLast, listLength } from '../../src/base/chunked.ts';
import { applyDiskOps } from '../../src/store/disk.ts';
import { encodeLogHeader, encodeRecord } from '../../src/store/logFile.ts';
import { encodeTxn, onceApplied } from '../../src/store/txnCodec.ts';
import { applyTxn } from '../../src/tree/apply.ts';
import type { TxnBody } from '../../src/tree/types.ts';
import { applyCommitted, finishMulti } from '../../src/zab/commit.ts';
import { reloadFromDisk } from '../../src/zab/database.ts';
import type { Draft } from '../../src/zab/draft.ts';
import { PROFILE_CURRENT, withVariants } from '../../src/zab/profile.ts';
import type { LoggedTxn } from '../../src/zab/state.ts';
import { create, paths, txn, z } from '../store/helpers.ts';
import { Cores } from './cores.ts';
import { draftOf, draws, SEEDS } from './drafts.ts';

const SERVER = new Cores(3).boot(1, 2, 3).run(2000).server(1);

const item = (counter: number, body: TxnBody, digest: number | null = null): LoggedTxn => ({
  bytes: new Uint8Array(),
  txn: { ...txn(z(counter), body), digest },
});

describe('the digest that the leader predicted', () => {
  const right = applyTxn(SERVER.tree, create(z(1), '/a')).tree.digest;
  it.each([
    ['is that of this tree', right, 0],
    ['is another', right + 1, 1],
    ['is not told', null, 0],
  ])('%s: the server goes on, and counts the difference', (_what, digest, mismatches) => {
    const d = draftOf(SERVER);
    applyCommitted(d, item(1, create(z(1), '/a').body, digest));
    expect(paths(d.s.tree)).toEqual(['/a']);
    expect(d.s.digestMismatches).toBe(mismatches);
    expect(d.decisions).toEqual(mismatches === 0 ? [] : [{ rule: 'digest.mismatch', zxid: z(1), expected: digest, actual: right }]);
  });
});

describe('a multi', () => {
  const made = withVariants(PROFILE_CURRENT, ['ZOOKEEPER-3127']);
  const before = 'profile' in made ? made.profile : expect.fail('no such variant');
  const draft = (profile = before): Draft => draftOf(SERVER, { config: { ...SERVER.config, profile } });
  const creations = (...names: readonly string[]): TxnBody[] => names.map((name) => create(z(1), name).body);
  const multi = (counter: number, ...txns: readonly TxnBody[]): LoggedTxn => item(counter, { type: 'multi', txns });
  const remembered = (d: Draft): number => listLength(d.s.committedLog) - listLength(SERVER.committedLog);

  it('takes effect at once, with its zxid', () => {
    const d = draft(PROFILE_CURRENT);
    applyCommitted(d, multi(1, ...creations('/a', '/b')));
    expect(paths(d.s.tree)).toEqual(['/a', '/b']);
    expect(d.s).toMatchObject({ halfMulti: null, committedZxid: z(1), tree: { lastProcessedZxid: z(1) } });
  });

  it('took its zxid with the first operation; the others followed (ZOOKEEPER-3127)', () => {
    const d = draft();
    applyCommitted(d, multi(1, ...creations('/a', '/b', '/c')));
    expect(paths(d.s.tree)).toEqual(['/a']);
    expect(d.s.tree.lastProcessedZxid).toEqual(z(1));
    expect(remembered(d)).toBe(0);
    finishMulti(d);
    expect(paths(d.s.tree)).toEqual(['/a', '/b', '/c']);
    expect([remembered(d), d.s.committedZxid]).toEqual([1, z(1)]);
  });

  it('that fails is remembered as what it is in memory then, errors, also where it is read from the log again', () => {
    const failed = multi(1, ...creations('/a'), { type: 'error', err: 'NONODE' });
    const [one] = creations('/a');
    const kept = (d: Draft): LoggedTxn | undefined => listLast(d.s.committedLog);
    const d = draft(PROFILE_CURRENT);
    applyCommitted(d, failed);
    expect(kept(d)).toEqual({ txn: onceApplied(failed.txn), bytes: encodeTxn(onceApplied(failed.txn)) });
    expect(kept(d)?.txn).not.toEqual(failed.txn);
    const logged = encodeRecord(encodeTxn(failed.txn));
    const read = draftOf(SERVER, {
      disk: applyDiskOps(SERVER.disk, [
        { op: 'create', file: 'log.100000001' },
        { op: 'append', file: 'log.100000001', bytes: encodeLogHeader() },
        { op: 'append', file: 'log.100000001', bytes: logged },
      ]),
    });
    expect(reloadFromDisk(read, 'newLog')).toBe(true);
    expect(kept(read)).toEqual(kept(d));
    // The others stay the very same.
    const done = multi(2, one as TxnBody);
    applyCommitted(d, done);
    expect(kept(d)).toBe(done);
  });

  it('was complete before the next txn, and once only', () => {
    const d = draft();
    applyCommitted(d, multi(1, ...creations('/a', '/b')));
    applyCommitted(d, item(2, create(z(2), '/c').body));
    finishMulti(d);
    expect(paths(d.s.tree)).toEqual(['/a', '/b', '/c']);
    expect([remembered(d), d.s.committedZxid, d.s.tree.lastProcessedZxid]).toEqual([2, z(2), z(2)]);
  });

  it.each([
    ['of one operation', creations('/a'), ['/a']],
    ['that fails', [...creations('/a'), { type: 'error', err: 'NONODE' } as const], []],
  ])('%s was one step even then', (_what, txns, after) => {
    const d = draft();
    applyCommitted(d, multi(1, ...txns));
    expect(paths(d.s.tree)).toEqual(after);
    expect([d.s.halfMulti, remembered(d)]).toEqual([null, 1]);
  });

  it('was left half applied for a moment, another one each time', () => {
    for (const random of SEEDS.slice(0, 5)) {
      const d = draft();
      d.s.random = random;
      applyCommitted(d, multi(1, ...creations('/a', '/b')));
      expect(draws(random, d.s.random)).toBe(1);
      expect(d.effects).toMatchObject([{ type: 'setTimer', timer: 'multi' }]);
    }
  });
});

import { describe, expect, it } from 'vitest';
import type { Facts } from '../../src/ensemble/facts.ts';
import { parseScenario } from '../../src/ensemble/scenario.ts';
import { PROFILE_3_8_0 } from '../../src/zab/profile.ts';
import { allowancesOf } from './allowances.ts';
import { jsonOf, openRecording } from './archive.ts';
import { compareBefore, compareFacts } from './compare.ts';
import { readExpected } from './expected.ts';

const NAME = '27-log-hole-after-stall';
const recording = openRecording(NAME);
const expected = readExpected(recording, NAME);
const allowances = allowancesOf(parseScenario(jsonOf(recording, 'scenario.json'), NAME, PROFILE_3_8_0), expected);
const server = expected.servers['1'];
if (server === undefined) throw new Error('no server 1');
const holed = server.txns.map(({ zxid }) => Number(BigInt(zxid) & 0xffffffffn));
/** The first txn behind the hole of the recording. */
const behind = holed.findIndex((counter, i) => i > 0 && counter !== (holed[i - 1] as number) + 1);
const changed = (change: Partial<typeof server>): Facts => ({ ...expected, servers: { ...expected.servers, 1: { ...server, ...change } } });
const differing = (facts: Facts) => compareFacts(expected, facts, allowances).differences.map(({ fact }) => fact);

describe('a hole in a log', () => {
  it('may be longer or shorter', () => {
    expect(behind).toBeGreaterThan(0);
    expect(differing(changed({ txns: server.txns.toSpliced(behind, 5) }))).toEqual([]);
    const { allowed } = compareFacts(expected, changed({ txns: server.txns.toSpliced(behind, 5) }), allowances);
    expect(allowed.map(({ fact }) => fact)).toContain('server 1: txns in flight');
  });

  it('is in one piece', () => {
    expect(differing(changed({ txns: server.txns.toSpliced(behind + 20, 5) }))).toContain('server 1: txn: count');
  });

  it('is nowhere but among the txns that were in flight', () => {
    expect(differing(changed({ txns: server.txns.toSpliced(0, 1) }))).toContain('server 1: txn: count');
  });

  it('leaves all other txns as they are', () => {
    const other = server.txns.map((txn, i) => (i === behind + 30 ? { ...txn, data: 'other' } : txn));
    expect(differing(changed({ txns: other.toSpliced(behind, 5) }))).toHaveLength(1);
  });

  it('changes the tree only where its txns did', () => {
    const { recovered } = server;
    if ('error' in recovered) throw new Error('it recovers');
    const without = (path: string) =>
      changed({
        txns: server.txns.toSpliced(behind, 1),
        recovered: { ...recovered, tree: recovered.tree.filter((node) => node.path !== path) },
      });
    const path = server.txns[behind]?.['path'];
    expect(differing(without(String(path)))).toEqual([]);
    expect(differing(without('/later'))).toEqual(['server 1: recovered nodes', 'server 1: recovered node /later']);
  });
});

describe('what comes before a race', () => {
  it('is compared up to its step, and differs if anything there does', () => {
    const { compared, differences } = compareBefore(expected, expected, 5, allowances);
    expect([compared > 8, differences]).toEqual([true, []]);
    const lost = { ...expected, ops: expected.ops.map((op) => ({ ...op, outcome: 'unknown' as const })) };
    expect(compareBefore(expected, lost, 5, allowances).differences.map(({ fact }) => fact)).toEqual(['operation of session c 1']);
    const late = { ...expected, waits: expected.waits.map((wait) => (wait.step > 5 ? { ...wait, ok: false } : wait)) };
    expect(compareBefore(expected, late, 5, allowances).differences).toEqual([]);
  });
});

/** The places that rules are said to be written down in exist: actions are held against recorded behaviours of the official specification. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { SOURCES } from '../../src/trace/narrate/sources.ts';

const FOLDER = 'test/golden/tla';

/** The actions of `Next` (`zookeeper-specifications/system-spec/zk-3.7/ZkV3_7_0.tla` of apache/zookeeper) that occur in its recorded behaviours. */
const ACTIONS = new Set(
  readdirSync(FOLDER)
    .filter((name) => name.endsWith('.jsonl.gz'))
    .flatMap((name) => [
      ...gunzipSync(readFileSync(join(FOLDER, name)))
        .toString()
        .matchAll(/"a":"(\w+)"/g),
    ])
    .map(([, action]) => action),
);

/** Operators of the two modules that rules are in, by module; the behaviours do not name them. */
const OPERATORS = {
  ZkV3_7_0: [
    'FollowerShutdown',
    'IsMoreRecentThan',
    'LeaderShutdown',
    'LeaderTryToCommit',
    'QuorumFormed',
    'ShouldSnapshot',
    'StartZkServer',
    'SyncFollower',
    'TruncateLog',
    'WaitingForNewEpoch',
  ],
  FastLeaderElection: ['CheckLeader', 'HandleNotmsg', 'HasQuorums', 'TotalOrderPredicate', 'WaitNewNotmsg', 'ZabTimeout'],
};

describe.each(Object.entries(SOURCES))('%s', (_rule, { java, spec, operator, reference }) => {
  test('names what exists', () => {
    expect(java).toMatch(/^[A-Z]\w+\.\w+$/);
    expect(reference).toMatch(/^[A-Z]-\d+$/);
    if (spec !== undefined) expect([...ACTIONS]).toContain(spec);
    if (operator !== undefined) expect([...OPERATORS.ZkV3_7_0, ...OPERATORS.FastLeaderElection]).toContain(operator);
  });
});

test('every operator listed is used by a rule', () => {
  const used = new Set(Object.values(SOURCES).flatMap(({ operator }) => (operator === undefined ? [] : [operator])));
  expect([...used].sort()).toEqual([...OPERATORS.ZkV3_7_0, ...OPERATORS.FastLeaderElection].sort());
});

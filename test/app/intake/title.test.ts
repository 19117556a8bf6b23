import { expect, test } from 'vitest';
import { titleOf } from '../../../src/app/intake/title.ts';

const more = (count: number): string => `+${count}`;

test.each([
  [['zookeeper.log'], 'zookeeper.log'],
  [['dump/s1/server.log'], 's1/server.log'],
  [['s1.log', 's2.log', 's3.log'], 's1.log, s2.log, s3.log'],
  [['s1/server.log', 's2/server.log'], 's1, s2'],
  [['incident/s1/server.log', 'incident/s2/server.log'], 'incident: s1, s2'],
  [['a/zk1.log', 'a/zk2.log', 'a/zk3.log', 'a/zk4.log', 'a/zk5.log'], 'a: zk1.log, zk2.log, zk3.log +2'],
])('%j is called %s', (paths, title) => {
  expect(titleOf(paths, more)).toBe(title);
});

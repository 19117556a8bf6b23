/**
 * What each message says, by the version that prints it. In the tables beside this, the comment above a group is the call in ZooKeeper's source;
 * values are invented.
 */
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../../src/base/ids.ts';
import type { LogFact } from '../../../../src/intake/logs/facts.ts';
import { readLog } from '../../../../src/intake/logs/reader.ts';

/** A zxid as it is expected. */
export const z = (epoch: number, counter: number): object => ({ epoch, counter });

/** The facts of one message, in the layout C1, with the lines of a trace below. */
export function facts(
  logger: string,
  message: string,
  trace: readonly string[] = [],
  thread = 'QuorumPeer[myid=1]/0.0.0.0:2181',
): readonly LogFact[] {
  const text = [`2018-09-04 10:11:12,345 [myid:1] - WARN  [${thread}:${logger}@1] - ${message}`, ...trace].join('\n');
  return readLog(0, 'x', utf8(text)).records.map((record) => record.fact);
}

type Row = readonly [version: string, logger: string, message: string, fact: object];

/** A test for each message, with the one fact that it says. */
export function table(name: string, rows: readonly Row[]): void {
  describe(name, () => {
    it.each(rows)('%s %s: %s', (_version, logger, message, fact) => {
      expect(facts(logger, message)).toEqual([fact]);
    });
  });
}

/** A vote as it is expected. */
export const vote = (leader: number, zxid: object, round: number | null, peerEpoch: number | null): object => ({
  leader,
  zxid,
  round,
  peerEpoch,
});

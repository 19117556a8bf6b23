/** Records in any order, of any server, with any ids and times: a case is made of them, whatever they say. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { summarize, understand } from '../../../src/intake/logs/index.ts';
import type { LogFact, LogRecord, ReadLog } from '../../../src/intake/logs/facts.ts';

const sid = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom(-1, 255, 4_000_000_000));
const zxid = fc.record({ epoch: fc.constantFrom(0, 1, 2, 0xffff_ffff), counter: fc.nat({ max: 9 }) });
const role = fc.constantFrom('LOOKING' as const, 'FOLLOWING' as const, 'LEADING' as const, 'OBSERVING' as const);
const mode = fc.constantFrom('DIFF' as const, 'TRUNC' as const, 'SNAP' as const);
const vote = fc.record({
  leader: sid,
  zxid,
  round: fc.option(fc.nat({ max: 4 })),
  peerEpoch: fc.option(fc.nat({ max: 4 })),
});
const address = fc.constantFrom(
  'zk1/10.0.0.1:3888',
  '/10.0.0.2:2888',
  '10.0.0.3:2888:3888:participant',
  '',
  '[::1]:3888',
  ':',
  '///',
  '<unresolved>',
);

const fact: fc.Arbitrary<LogFact> = fc.oneof(
  fc.record({ kind: fc.constant('starting' as const), myid: fc.option(sid) }),
  fc.record({ kind: fc.constant('exiting' as const), code: fc.constant(1), message: fc.string(), exception: fc.constant(null) }),
  fc.record({ kind: fc.constant('role' as const), role }),
  fc.record({ kind: fc.constant('phase' as const), words: fc.constantFrom(['following', 'synchronization'], [], ['looking']) }),
  fc.record({ kind: fc.constant('newElection' as const), myid: sid, zxid }),
  fc.record({
    kind: fc.constant('notification' as const),
    from: sid,
    state: role,
    vote,
    myState: fc.option(role),
    configVersion: fc.constant(null),
  }),
  fc.record({ kind: fc.constant('sending' as const), myid: sid, to: sid, vote }),
  fc.record({ kind: fc.constant('electionPort' as const), sid: fc.option(sid), address }),
  fc.record({ kind: fc.constant('member' as const), sid, address, observer: fc.boolean() }),
  fc.record({ kind: fc.constant('connectedToLeader' as const), address: fc.option(address) }),
  fc.record({ kind: fc.constant('following' as const), leader: fc.option(sid), address: fc.option(address), observer: fc.boolean() }),
  fc.record({ kind: fc.constant('learnerArrived' as const), learner: sid, observer: fc.boolean(), address: fc.option(address) }),
  fc.record({
    kind: fc.constant('synchronizing' as const),
    learner: sid,
    peerLastZxid: zxid,
    minCommittedLog: fc.option(zxid),
    maxCommittedLog: fc.option(zxid),
    lastProcessedZxid: fc.option(zxid),
  }),
  fc.record({ kind: fc.constant('sync' as const), learner: fc.option(sid), mode, zxid: fc.option(zxid) }),
  fc.record({ kind: fc.constantFrom('newLeaderSent' as const, 'newLeaderAcked' as const, 'upToDateSent' as const), learner: sid }),
  fc.record({ kind: fc.constant('established' as const), supporters: fc.array(sid, { maxLength: 3 }), zxid }),
  fc.record({ kind: fc.constant('gettingSync' as const), mode, zxid: fc.option(zxid) }),
  fc.record({ kind: fc.constantFrom('newLeaderReceived' as const, 'upToDateReceived' as const) }),
  fc.record({ kind: fc.constant('quorumTimeout' as const), what: fc.constantFrom('epoch' as const, 'epochAck' as const) }),
  fc.record({ kind: fc.constant('version' as const), version: fc.string() }),
);

const log = fc
  .array(
    fc.record({
      at: fc.option(fc.oneof(fc.nat({ max: 5000 }), fc.nat({ max: 4_000_000_000 })), { freq: 9 }),
      sid: fc.option(sid),
      host: fc.option(fc.constantFrom('zk_1_1', 'zk_2_1', 'node0'), { freq: 1 }),
      fact,
    }),
    { maxLength: 40 },
  )
  .map((records) => (number: number): ReadLog => ({
    log: number,
    name: `server${number}.log`,
    bytes: 0,
    encoding: 'utf-8',
    lines: records.length,
    layouts: {},
    records: records.map((record, i): LogRecord => ({ log: number, line: i + 1, level: 'INFO', ...record })),
    unknown: [],
    counts: { known: records.length, noise: 0, unknown: 0, stack: 0, other: 0 },
    notes: [],
    starts: new Uint32Array(records.length),
  }));

it('holds together', () => {
  fc.assert(
    fc.property(fc.array(log, { maxLength: 4 }), (makers) => {
      const logs = makers.map((make, i) => make(i));
      const logCase = understand(logs, {});
      const { records, servers, clocks, zero } = logCase;
      // Every record has its place, once: in the case, with a duplicate, or in a text that only repeats another.
      const placed = new Set(records.map(({ log: number, line }) => `${number}:${line}`));
      expect(placed.size).toBe(records.length);
      let last = -Infinity;
      for (const [i, { t, sid: own, impossible }] of records.entries()) {
        expect(Number.isFinite(t)).toBe(true);
        expect(t).toBeGreaterThanOrEqual(last);
        last = t;
        expect(servers.some((server) => server.sid === own)).toBe(true);
        if (impossible !== null) expect(impossible).toBeGreaterThan(i);
      }
      expect(zero).toBe(records[0]?.t ?? 0);
      expect([...clocks.keys()]).toEqual(servers.map((server) => server.sid));
      const summary = summarize(logCase);
      for (const { roles } of summary.servers) for (const [i, { role: one }] of roles.entries()) expect(one).not.toBe(roles[i + 1]?.role);
      for (const { supporters, established } of summary.elections) expect(established || supporters.length === 0).toBe(true);
      // Nothing depends on anything but the logs.
      expect(summarize(understand(logs, {}))).toEqual(summary);
    }),
    { numRuns: 300 },
  );
});

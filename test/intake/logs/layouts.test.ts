/** Every layout and prefix of a server's log line, alone and mixed. All samples are invented. */
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../src/base/ids.ts';
import { utcMs } from '../../../src/base/utc.ts';
import type { LogRecord, ReadLog } from '../../../src/intake/logs/facts.ts';
import { readLog } from '../../../src/intake/logs/reader.ts';

function read(...lines: readonly string[]): ReadLog {
  return readLog(4, 'zookeeper.log', utf8(lines.join('\n') + '\n'));
}

function only(log: ReadLog): LogRecord {
  expect(log.records).toHaveLength(1);
  return log.records[0]!;
}

const Q = 'org.apache.zookeeper.server.quorum';
const DAY = utcMs(2018, 9, 4, 10, 11, 12, 345);

interface Sample {
  readonly layout: string;
  readonly line: string;
  readonly at: number;
  readonly sid: number | null;
  readonly fact: object;
  readonly level?: string;
  readonly host?: string;
}

const CORE: readonly Sample[] = [
  {
    layout: 'C1',
    line: '2018-09-04 10:11:12,345 [myid:2] - INFO  [QuorumPeer[myid=2]/0:0:0:0:0:0:0:0:2181:QuorumPeer@870] - LOOKING',
    at: DAY,
    sid: 2,
    fact: { kind: 'role', role: 'LOOKING' },
  },
  {
    layout: 'C1',
    line: '2016-02-29 23:59:59,999 [myid:] - INFO  [main:QuorumPeerMain@127] - Starting quorum peer',
    at: utcMs(2016, 2, 29, 23, 59, 59, 999),
    sid: null,
    fact: { kind: 'starting', myid: null },
  },
  {
    layout: 'C1',
    line: '2018-09-04 10:11:12,345 [myid:137] - DEBUG [QuorumPeer[myid=137]/0.0.0.0:21810:FastLeaderElection@659] - id: 137, proposed id: 9, zxid: 0x0, proposed zxid: 0x0',
    at: DAY,
    sid: 137,
    level: 'DEBUG',
    fact: { kind: 'comparing', leader: 137, myLeader: 9 },
  },
  {
    layout: 'C1',
    line: '2018-09-04 10:11:12,345 [myid:0] - FATAL [SyncThread:0:SyncRequestProcessor@151] - Severe unrecoverable error, exiting',
    at: DAY,
    sid: 0,
    level: 'ERROR',
    fact: { kind: 'exiting' },
  },
  {
    layout: 'C2',
    line: '2018-09-04 10:11:12,345 [myid:2] - WARN [WorkerSender[myid=2]:QuorumCnxManager@584] - Cannot open channel to 3 at election address zk3/10.9.8.7:3888',
    at: DAY,
    sid: 2,
    level: 'WARN',
    fact: { kind: 'cannotOpen', to: 3, address: 'zk3/10.9.8.7:3888' },
  },
  {
    layout: 'C2',
    line: '2018-09-04 10:11:12,345 [myid:300] - INFO [main:QuorumPeerMain@127] - Starting quorum peer, myid=300',
    at: DAY,
    sid: 300,
    fact: { kind: 'starting', myid: 300 },
  },
  {
    layout: 'C3',
    line: '2011-03-02 10:11:12,345 - INFO  [QuorumPeer:/0.0.0.0:2181:QuorumPeer@640] - FOLLOWING',
    at: utcMs(2011, 3, 2, 10, 11, 12, 345),
    sid: null,
    fact: { kind: 'role', role: 'FOLLOWING' },
  },
  {
    layout: 'C3',
    line: '2011-03-02 10:11:12,345 - WARN  [WorkerSender Thread:QuorumCnxManager@384] - Cannot open channel to 255 at election address node-255.example/10.0.0.9:13888',
    at: utcMs(2011, 3, 2, 10, 11, 12, 345),
    sid: null,
    level: 'WARN',
    fact: { kind: 'cannotOpen', to: 255, address: 'node-255.example/10.0.0.9:13888' },
  },
  {
    layout: 'C4',
    line: '2024-01-05 10:11:12,345 [myid:] - INFO  [QuorumPeer[myid=3](plain=[0:0:0:0:0:0:0:0]:2181)(secure=disabled):o.a.z.s.q.QuorumPeer@1566] - LEADING',
    at: utcMs(2024, 1, 5, 10, 11, 12, 345),
    sid: 3,
    fact: { kind: 'role', role: 'LEADING' },
  },
  {
    layout: 'C4',
    line: '2024-01-05 10:11:12,345 [myid:] - INFO  [LearnerHandler-/10.1.2.3:41234:o.a.z.s.q.LearnerHandler@512] - Follower sid: 1 : info : zk1:2888:3888:participant',
    at: utcMs(2024, 1, 5, 10, 11, 12, 345),
    sid: null,
    fact: { kind: 'learnerArrived', learner: 1, observer: false, address: 'zk1:2888:3888:participant' },
  },
  {
    layout: 'C5',
    line: `2022-07-08 10:11:12,345 INFO LOOKING (${Q}.QuorumPeer) [QuorumPeer[myid=1](plain=127.0.0.1:12181)(secure=0.0.0.0:2181)]`,
    at: utcMs(2022, 7, 8, 10, 11, 12, 345),
    sid: 1,
    fact: { kind: 'role', role: 'LOOKING' },
  },
  {
    layout: 'C5',
    line: `2022-07-08 10:11:12,345 INFO Have smaller server identifier, so dropping the connection: (myId:1 --> sid:3) (${Q}.QuorumCnxManager) [ListenerHandler-zk-0.zk/10.0.0.4:3888]`,
    at: utcMs(2022, 7, 8, 10, 11, 12, 345),
    sid: null,
    fact: { kind: 'connectionOrder', myid: 1, peer: 3, outcome: 'dropped' },
  },
  {
    layout: 'C6',
    line: `[2020-02-03 10:11:12,345] INFO Notification time out: 800 (${Q}.FastLeaderElection)`,
    at: utcMs(2020, 2, 3, 10, 11, 12, 345),
    sid: null,
    fact: { kind: 'notificationTimeout', ms: 800 },
  },
  {
    layout: 'C6',
    line: `[2020-02-03 10:11:12,345] WARN Connection broken for id 12, my id = 7 (${Q}.QuorumCnxManager)`,
    at: utcMs(2020, 2, 3, 10, 11, 12, 345),
    sid: null,
    level: 'WARN',
    fact: { kind: 'connectionBroken', peer: 12, myid: 7, exception: null },
  },
  {
    layout: 'C7',
    line: `11/30/19 10:11:12,345 [QuorumPeer[myid=3]/0.0.0.0:2181] WARN [${Q}.QuorumPeer] - PeerState set to LOOKING`,
    at: utcMs(2019, 11, 30, 10, 11, 12, 345),
    sid: 3,
    level: 'WARN',
    fact: { kind: 'setLooking' },
  },
  {
    layout: 'C8',
    line: `{"instant":{"epochSecond":1700000000,"nanoOfSecond":1000000},"thread":"QuorumPeer[myid=1]","level":"INFO","loggerName":"${Q}.QuorumPeer","message":"LOOKING"}`,
    at: 1_700_000_000_001,
    sid: 1,
    fact: { kind: 'role', role: 'LOOKING' },
  },
  {
    layout: 'C8',
    line: `{"@timestamp":"2023-11-14T22:13:20.250Z","level":"info","logger":"${Q}.Leader","thread":"QuorumPeer[myid=2]","msg":"LEADING - LEADER ELECTION TOOK - 231 MS"}`,
    at: 1_700_000_000_250,
    sid: 2,
    fact: { kind: 'electionTook', role: 'LEADING', ms: 231 },
  },
  {
    layout: 'C8',
    line: `{"timestamp":1700000000250,"severity":"WARN","myid":"5","logger_name":"${Q}.QuorumPeer","message":"PeerState set to LOOKING"}`,
    at: 1_700_000_000_250,
    sid: 5,
    level: 'WARN',
    fact: { kind: 'setLooking' },
  },
  {
    layout: 'C9',
    line: '2021-01-01 10:11:12  [ :QuorumPeer:QuorumPeer[myid=2]null/0.0.0.0:2181:48112 ] - [ INFO ]   LOOKING  ',
    at: utcMs(2021, 1, 1, 10, 11, 12),
    sid: 2,
    fact: { kind: 'role', role: 'LOOKING' },
  },
  {
    layout: 'C10',
    line: `1650000000.123456\tnode0\t411/32\t-\t.${Q}.QuorumPeer\tinfo\tLOOKING`,
    at: 1_650_000_000_123,
    sid: null,
    host: 'node0',
    fact: { kind: 'role', role: 'LOOKING' },
  },
  {
    layout: 'C11',
    line: `2018-09-04 10:11:12,345 INFO ${Q}.QuorumPeer: OBSERVING`,
    at: DAY,
    sid: null,
    fact: { kind: 'role', role: 'OBSERVING' },
  },
];

describe('core layouts', () => {
  it.each(CORE)('$layout: $line', ({ layout, line, at, sid, fact, level, host }) => {
    const log = read(line);
    expect(log.layouts).toEqual({ [layout]: 1 });
    expect(only(log)).toMatchObject({ log: 4, line: 1, at, sid, host: host ?? null, level: level ?? 'INFO', fact });
  });

  it('all of them in one paste, recognised line by line', () => {
    const log = read(...CORE.map((sample) => sample.line));
    expect(log.records.map((record) => record.line)).toEqual(CORE.map((_, i) => i + 1));
    expect(log.counts).toEqual({ known: CORE.length, noise: 0, unknown: 0, stack: 0, other: 0 });
  });

  it('C9 has whole seconds: the uptime orders what happened within one', () => {
    const line = (uptime: number, message: string): string =>
      `2021-01-01 10:11:12  [ :QuorumPeer:QuorumPeer[myid=2]null/0.0.0.0:2181:${uptime} ] - [ INFO ]   ${message}  `;
    const log = read(line(48_112, 'LOOKING'), line(48_320, 'FOLLOWING'), line(48_321, 'FOLLOWING - LEADER ELECTION TOOK - 208'));
    expect(log.records.map((record) => record.at! - log.records[0]!.at!)).toEqual([0, 208, 209]);
  });

  it('a line without a time takes that of the entry before', () => {
    const log = read(CORE[0]!.line, `{"level":"INFO","loggerName":"${Q}.QuorumPeer","message":"FOLLOWING"}`);
    expect(log.records.map((record) => record.at)).toEqual([DAY, DAY]);
  });

  it('a text that begins without any time has none', () => {
    expect(only(read('{"level":"INFO","message":"LOOKING"}')).at).toBeNull();
  });

  it.each([
    ['2018-09-04T10:11:12.345Z', DAY],
    ['2018-09-04T12:11:12.345+02:00', DAY],
    ['2018-09-04T05:11:12.345-0500', DAY],
    ['2018-09-04 10:11:12.345678', DAY],
  ])('a time spelt %s', (time, at) => {
    expect(only(read(`${time} [myid:2] - INFO  [QuorumPeer[myid=2]:QuorumPeer@870] - LOOKING`)).at).toBe(at);
  });

  it.each(['2018-13-04 10:11:12,345', '2018-09-00 10:11:12,345', '2018-09-04 10:61:12,345', '2018-09-04 1x:11:12,345'])(
    'no time at all: %s',
    (time) => {
      expect(read(`${time} [myid:2] - INFO  [x:QuorumPeer@870] - LOOKING`).records).toEqual([]);
    },
  );
});

const C1 = '2018-09-04 10:11:12,345 [myid:1] - INFO  [QuorumPeer[myid=1]/0.0.0.0:2181:QuorumPeer@870] - LOOKING';
const C6 = `[2018-09-04 10:11:12,345] INFO LOOKING (${Q}.QuorumPeer)`;

describe('transport prefixes', () => {
  it.each([
    ['P1', 'zk_2_1   | ', 'zk_2_1'],
    ['P1', 'zk-2  | ', 'zk-2'],
    ['P1', 'zookeeper.node3| ', 'zookeeper.node3'],
    ['P1', '\u001b[36mzk1    |\u001b[0m ', 'zk1'],
    ['P1', '[pod/zk-0/zookeeper] ', 'zk-0'],
    ['P2', '2019-05-06T10:11:12.345678901Z ', null],
    ['P3', '2024-01-05T10:11:12.345678901+02:00 stdout F ', null],
    ['P3', '2024-01-05T10:11:12.3Z stderr F ', null],
    ['P4', 'Jan 05, 2022 @ 10:11:12.345\tzk-1\t', 'zk-1'],
    ['P5', '2015-01-02_10:11:12.34567 ', null],
    ['P6', 'Jan 05 10:11:12 node7 zookeeper[123]: ', 'node7'],
    ['P6', 'Jan  5 10:11:12 node7 zookeeper-server.sh: ', 'node7'],
  ])('%s %s', (layout, prefix, host) => {
    for (const [core, line] of [
      ['C1', C1],
      ['C6', C6],
    ] as const) {
      const log = read(prefix + line);
      expect(log.layouts).toEqual({ [core]: 1, [layout]: 1 });
      expect(only(log)).toMatchObject({ host, at: DAY, fact: { kind: 'role', role: 'LOOKING' } });
    }
  });

  it('prefixes nest: a service, a time, a stream', () => {
    const log = read(`zk_1 | 2019-05-06T10:11:12.345678901Z ${C1}`);
    expect(log.layouts).toEqual({ C1: 1, P1: 1, P2: 1 });
    expect(only(log)).toMatchObject({ host: 'zk_1', sid: 1, at: DAY });
  });

  it('the time of the transport counts where the line has none', () => {
    expect(only(read(`2024-01-05T12:11:12.345+02:00 stdout F {"level":"INFO","message":"LOOKING"}`)).at).toBe(
      utcMs(2024, 1, 5, 10, 11, 12, 345),
    );
    expect(only(read(`Jan 05, 2022 @ 10:11:12.345\tzk-1\t{"level":"INFO","message":"LOOKING"}`)).at).toBe(
      utcMs(2022, 1, 5, 10, 11, 12, 345),
    );
  });

  it('P3: pieces of a partial line are joined; another host may come between', () => {
    const at = '2024-01-05T10:11:12.345678901Z';
    const half = C1.length >> 1;
    const log = read(
      `${at} stdout P ${C1.slice(0, 30)}`,
      `${at} stdout P ${C1.slice(30, half)}`,
      `${at} stdout F ${C1.slice(half)}`,
      `${at} stdout F ${C1}`,
    );
    expect(log.records.map((record) => [record.line, record.fact])).toEqual([
      [1, { kind: 'role', role: 'LOOKING' }],
      [4, { kind: 'role', role: 'LOOKING' }],
    ]);
  });

  it("Docker's json-file envelope", () => {
    const log = read(JSON.stringify({ log: C1 + '\n', stream: 'stdout', time: '2018-09-04T10:11:12.4Z' }));
    expect(only(log)).toMatchObject({ sid: 1, at: DAY, fact: { kind: 'role', role: 'LOOKING' } });
  });

  it('stack traces of two services that write into each other find their own entry', () => {
    const warn = (peer: number): string =>
      `2018-09-04 10:11:12,345 [myid:1] - WARN  [x:QuorumCnxManager@584] - Cannot open channel to ${peer} at election address /10.0.0.${peer}:3888`;
    const log = read(
      `zk1 | ${warn(2)}`,
      `zk2 | ${warn(3)}`,
      'zk1 | java.net.ConnectException: Connection refused',
      'zk2 | java.net.SocketTimeoutException: connect timed out',
      'zk1 | \tat java.net.Socket.connect(Socket.java:1)',
      'zk2 | \tat java.net.Socket.connect(Socket.java:1)',
    );
    expect(log.records).toMatchObject([
      { line: 1, host: 'zk1', fact: { to: 2, why: 'refused' } },
      { line: 2, host: 'zk2', fact: { to: 3, why: 'timeout' } },
    ]);
    expect(log.counts.stack).toBe(4);
  });
});

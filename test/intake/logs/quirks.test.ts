/** What terminals, viewers and web pages do to logs. All samples are invented. */
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../src/base/ids.ts';
import type { LogFact, ReadLog } from '../../../src/intake/logs/facts.ts';
import { readLog } from '../../../src/intake/logs/reader.ts';

function read(text: string): ReadLog {
  return readLog(0, 'paste', utf8(text));
}

function facts(text: string): readonly LogFact[] {
  return read(text).records.map((record) => record.fact);
}

const HEAD = '2018-09-04 10:11:12,345 [myid:1] - INFO  [WorkerReceiver[myid=1]:FastLeaderElection@600] - ';
const NOTIFICATION =
  'Notification: 1 (message format version), 3 (n.leader), 0x100000007 (n.zxid), 0x2 (n.round), LOOKING (n.state), 2 (n.sid), 0x1 (n.peerEpoch) FOLLOWING (my state)';
const HEARD = {
  kind: 'notification',
  from: 2,
  state: 'LOOKING',
  vote: { leader: 3, zxid: { epoch: 1, counter: 7 }, round: 2, peerEpoch: 1 },
  myState: 'FOLLOWING',
  configVersion: null,
};
const CANNOT =
  '2018-09-04 10:11:12,345 [myid:1] - WARN  [WorkerSender[myid=1]:QuorumCnxManager@584] - Cannot open channel to 3 at election address zk3/10.9.8.7:3888';

describe('hard wraps', () => {
  it.each([20, 30, 40, 66, 72, 80, 95, 100, 120, 132, 160, 200])('at %i characters, the line is whole again', (width) => {
    const line = HEAD + NOTIFICATION;
    const wrapped = line.match(new RegExp(`.{1,${width}}`, 'g'))!.join('\n');
    if (width >= 40) expect(facts(wrapped)).toEqual([HEARD]);
    else expect(facts(wrapped).length).toBeLessThanOrEqual(1);
  });

  it('between words, the blank lost', () => {
    expect(facts(`${HEAD}Notification: 1 (message format version), 3 (n.leader),\n${NOTIFICATION.split('(n.leader), ')[1]!}`)).toEqual([
      HEARD,
    ]);
  });

  it('inside the name of the thread', () => {
    const line = '2018-09-04 10:11:12,345 [myid:2] - INFO  [QuorumPeer[myid=2]/0:0:0:0:0:0:0:0:2181:QuorumPeer@870] - LEADING';
    expect(facts(line.slice(0, 70) + '\n' + line.slice(70))).toEqual([{ kind: 'role', role: 'LEADING' }]);
  });

  it('a cut line is not glued to the next whole one', () => {
    const log = read(`${HEAD.slice(0, 50)}\n$ ${HEAD}LOOKING\n${HEAD.slice(0, 60)}\n${HEAD}FOLLOWING`);
    expect(log.records).toMatchObject([
      { line: 2, fact: { kind: 'role', role: 'LOOKING' } },
      { line: 4, fact: { kind: 'role', role: 'FOLLOWING' } },
    ]);
    expect(log.counts).toEqual({ known: 2, noise: 0, unknown: 0, stack: 0, other: 2 });
  });

  it('inside a number: the longer one counts', () => {
    expect(facts(`${HEAD}Notification time out: 25\n600`)).toEqual([{ kind: 'notificationTimeout', ms: 25_600 }]);
  });

  it('below a prefix that the rest of the line does not have', () => {
    const log = read(
      `zk-1 | ${HEAD}${NOTIFICATION.slice(0, 60)}\n${NOTIFICATION.slice(60)}\nzk-1 | ${HEAD.slice(0, 50)}\n${HEAD.slice(50)}LOOKING`,
    );
    expect(log.records).toMatchObject([
      { line: 1, host: 'zk-1', fact: HEARD },
      { line: 3, host: 'zk-1', fact: { kind: 'role' } },
    ]);
  });

  it('what stands below a whole line is not taken for a part of it', () => {
    expect(facts(`${HEAD}Notification time out: 400\n$ docker logs zk2\n${HEAD}LOOKING`)).toEqual([
      { kind: 'notificationTimeout', ms: 400 },
      { kind: 'role', role: 'LOOKING' },
    ]);
  });

  it('nor is anything else in a log that has longer lines', () => {
    const log = read(`${HEAD}${NOTIFICATION}\n${CANNOT}\nnode 2:\n${HEAD}LOOKING`);
    expect(log.records).toMatchObject([{ line: 1 }, { line: 2, fact: { kind: 'cannotOpen', address: 'zk3/10.9.8.7:3888' } }, { line: 4 }]);
  });

  it.each(['$ docker logs zk2', '[root@zk2 ~]# ls', '+ exec zkServer.sh', '...', '[...]', '--', 'me@zk2:~$ ls'])('nor %s', (line) => {
    expect(facts(`${CANNOT}\n${line}\n${HEAD}LOOKING`)).toMatchObject([{ address: 'zk3/10.9.8.7:3888' }, { kind: 'role' }]);
  });

  it('a C5 whose logger comes on the next line', () => {
    const q = 'org.apache.zookeeper.server.quorum';
    expect(facts(`2022-07-08 10:11:12,345 INFO Notification time out: 12800\n(${q}.FastLeaderElection) [QuorumPeer[myid=1]]`)).toEqual([
      { kind: 'notificationTimeout', ms: 12_800 },
    ]);
  });
});

describe('cut', () => {
  it('a message before its value', () => {
    expect(facts(`${HEAD}Notification time out:\n${HEAD}LOOKING`)).toEqual([
      { kind: 'notificationTimeout', ms: null },
      { kind: 'role', role: 'LOOKING' },
    ]);
  });

  it('a notification in the middle says nothing, and is listed as unknown', () => {
    const log = read(`${HEAD}Notification: 1 (message format version), 3 (n.lea\n${HEAD}LOOKING`);
    expect(log.records.map((record) => record.fact)).toEqual([{ kind: 'role', role: 'LOOKING' }]);
    expect(log.unknown).toEqual([{ shape: 'Notification: # (message format version), # (n.lea', count: 1, line: 1 }]);
  });

  it('cut marks, a lone severity letter, blank lines between', () => {
    const text = `...\n\n${HEAD}LOOKING\n\nI\n\n[...]\n${HEAD}FOLLOWING\n\n...\n`;
    const log = read(text);
    expect(log.records.map((record) => [record.line, record.fact])).toEqual([
      [3, { kind: 'role', role: 'LOOKING' }],
      [8, { kind: 'role', role: 'FOLLOWING' }],
    ]);
    expect(log.unknown).toEqual([]);
  });

  it('a paste that begins inside a stack trace', () => {
    const log = read(`\tat java.net.Socket.connect(Socket.java:1)\nCaused by: java.io.IOException: gone\n${HEAD}LOOKING`);
    expect(log.records).toHaveLength(1);
    expect(log.counts).toMatchObject({ known: 1, stack: 2 });
  });
});

describe('stack traces', () => {
  const trace = [
    'java.net.ConnectException: Connection refused',
    'at java.net.PlainSocketImpl.socketConnect(Native Method)',
    'at java.net.Socket.connect(Socket.java:589)',
    '... 3 more',
  ];

  it.each([
    ['by a tab', '\t'],
    ['by blanks', '    '],
    ['not at all', ''],
  ])('indented %s', (_how, indent) => {
    const log = read([CANNOT, ...trace.map((line, i) => (i === 0 ? line : indent + line)), `${HEAD}LOOKING`].join('\n'));
    expect(log.records).toMatchObject([
      {
        line: 1,
        fact: {
          kind: 'cannotOpen',
          why: 'refused',
          exception: { type: 'ConnectException', message: 'Connection refused', causes: [] },
        },
      },
      { line: 6 },
    ]);
    expect(log.counts).toEqual({ known: 2, noise: 0, unknown: 0, stack: 4, other: 0 });
  });

  it('below a prefix that the trace does not have', () => {
    expect(facts([`zk-1 | ${CANNOT}`, ...trace, `zk-2 | ${HEAD}LOOKING`].join('\n'))).toMatchObject([{ why: 'refused' }, { kind: 'role' }]);
  });

  it('blank lines between', () => {
    expect(facts([CANNOT, ...trace].join('\n\n'))).toMatchObject([{ why: 'refused' }]);
  });

  it('causes, outermost first', () => {
    const text = [
      '2018-09-04 10:11:12,345 [myid:1] - ERROR [main:QuorumPeerMain@89] - Unexpected exception, exiting abnormally',
      'java.lang.RuntimeException: Unable to run quorum server ',
      '\tat org.apache.zookeeper.server.quorum.QuorumPeer.loadDataBase(QuorumPeer.java:565)',
      'Caused by: java.io.IOException: The current epoch, 1, is older than the last zxid, 8589934593',
      '\t... 3 more',
    ].join('\n');
    expect(facts(text)).toMatchObject([
      {
        kind: 'exiting',
        exception: {
          type: 'RuntimeException',
          message: 'Unable to run quorum server',
          causes: [{ type: 'IOException', message: 'The current epoch, 1, is older than the last zxid, 8589934593' }],
        },
      },
    ]);
  });

  const record = {
    '@timestamp': '2023-11-14T22:13:20.250Z',
    level: 'WARN',
    loggerName: 'org.apache.zookeeper.server.quorum.QuorumCnxManager',
    message: 'Cannot open channel to 3 at election address zk3:3888',
  };

  it('in JSON: inside the message, in a field, as an object', () => {
    const text = [
      JSON.stringify({ ...record, message: `${record.message}\n${trace.join('\n\t')}` }),
      JSON.stringify({ ...record, stack_trace: trace.join('\n\t') }),
      JSON.stringify({
        ...record,
        thrown: { name: 'java.net.ConnectException', localizedMessage: 'Connection refused', extendedStackTrace: [] },
      }),
      JSON.stringify({
        ...record,
        thrown: { name: 'java.io.IOException', message: 'x', cause: { name: 'java.net.ConnectException', message: 'Connection refused' } },
      }),
    ].join('\n');
    expect(facts(text)).toMatchObject([{ why: 'refused' }, { why: 'refused' }, { why: 'refused' }, { why: 'refused' }]);
  });

  it('in JSON whose escapes were expanded by the paste', () => {
    const text = JSON.stringify({ ...record, message: `${record.message}\n${trace.join('\n\t')}` })
      .replaceAll('\\n', '\n')
      .replaceAll('\\t', '\t');
    const log = read(`${text}\n${HEAD}LOOKING`);
    expect(log.records).toMatchObject([{ line: 1, fact: { kind: 'cannotOpen', to: 3, why: 'refused' } }, { line: 6 }]);
  });
});

describe('around the log', () => {
  it('quotes, bars of web tables, blanks at the end, line ends of Windows', () => {
    const text = `> ${HEAD}LOOKING\r\n>> ${HEAD}FOLLOWING\r\n${HEAD}LEADING | |\r\n${HEAD}OBSERVING \t \r\n`;
    expect(facts(text)).toEqual(['LOOKING', 'FOLLOWING', 'LEADING', 'OBSERVING'].map((role) => ({ kind: 'role', role })));
  });

  it('prompts, entrypoints, traces of shells, sidecars, tables', () => {
    const text = [
      '[root@zk1 logs]# tail -f zookeeper.log',
      '$ docker logs -f zk_1',
      '+ exec zkServer.sh start-foreground',
      'ZooKeeper JMX enabled by default',
      'Using config: /conf/zoo.cfg',
      HEAD + 'LOOKING',
      'NAME   READY   STATUS    RESTARTS   AGE',
      'zk-0   1/1     Running   0          5m',
      'I0105 10:11:12.345678       1 sidecar.go:12] probe ok',
      HEAD + 'FOLLOWING',
    ].join('\n');
    const log = read(text);
    expect(log.records).toMatchObject([{ line: 6 }, { line: 10 }]);
    expect(log.counts.other).toBe(8);
  });

  it('grep with file names and numbers, and a prompt before the line', () => {
    expect(facts(`zookeeper.log:${HEAD}LOOKING\nzookeeper.log-12-${HEAD}FOLLOWING\n--\n$ ${HEAD}LEADING`)).toEqual(
      ['LOOKING', 'FOLLOWING', 'LEADING'].map((role) => ({ kind: 'role', role })),
    );
  });

  it('a listed configuration', () => {
    const text = [
      '$ cat zoo.cfg',
      'tickTime=2000',
      'initLimit = 10',
      'server.1=zk1:2888:3888',
      'server.12=zk12.example:2888:3888:observer;2181',
      'quorumListenOnAllIPs=true',
    ].join('\n');
    expect(facts(text)).toEqual([
      { kind: 'setting', name: 'tickTime', value: '2000' },
      { kind: 'setting', name: 'initLimit', value: '10' },
      { kind: 'member', sid: 1, address: 'zk1:2888:3888', observer: false },
      { kind: 'member', sid: 12, address: 'zk12.example:2888:3888:observer;2181', observer: true },
    ]);
  });

  it('HTML in a message stays text', () => {
    const log = read(`${HEAD}<img src=x onerror=alert(1)>\n${HEAD}Cannot open channel to 2 at election address <b>x</b>:3888`);
    expect(log.unknown[0]!.shape).toBe('<img src=x onerror=alert(#)>');
    expect(log.records[0]!.fact).toMatchObject({ address: '<b>x</b>:3888' });
  });

  it('no log at all', () => {
    const log = read('Dear all,\nplease find attached nothing.\n');
    expect(log.records).toEqual([]);
    expect(log.counts).toEqual({ known: 0, noise: 0, unknown: 0, stack: 0, other: 2 });
  });

  it('at most 200 shapes of what is unknown, the most frequent first', () => {
    const name = (i: number): string => String(i).replace(/\d/g, (digit) => 'abcdefghij'.charAt(Number(digit)));
    const lines = Array.from({ length: 3000 }, (_, i) => `${HEAD}Frobnicating ${name(i % 1500)}`);
    const log = read([...lines, `${HEAD}Frobnicating ${name(7)}`].join('\n'));
    expect(log.unknown).toHaveLength(200);
    expect(log.unknown[0]).toEqual({ shape: `Frobnicating ${name(7)}`, count: 3, line: 8 });
    expect(log.counts.unknown).toBe(3001);
  });
});

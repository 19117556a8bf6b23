/** What files are, told by what is in them. */
import fc from 'fast-check';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../src/base/ids.ts';
import { classify, sidOfPath } from '../../src/intake/classify.ts';
import { memoryFile } from '../../src/intake/files.ts';
import { encodeLogHeader } from '../../src/store/logFile.ts';
import { openRecording, recordingNames } from '../golden/archive.ts';
import { openAndClassify } from './helpers.ts';

const file = (path: string, content: string | Uint8Array) => memoryFile(path, typeof content === 'string' ? utf8(content) : content);

describe('files', () => {
  it.each([
    ['server.log', '2026-01-05 10:11:12,345 [myid:1] - INFO  [main:QuorumPeer@1] - LOOKING\n', 'logs'],
    ['pasted', 'Jan 05 10:11:12 zk1 java[7]: 10:11:12.345 INFO o.a.z.s.q.FastLeaderElection - New election\n', 'logs'],
    ['pod.json', '{"level":"INFO","logger":"org.apache.zookeeper.server.quorum.QuorumPeer","message":"LOOKING"}\n{"a":1}\n', 'logs'],
    ['log.1', '2026-01-05 10:11:12,345 [myid:1] - WARN  [main] - a rotated log, not a txn log\n', 'logs'],
    ['a.json', '{"servers":3,"steps":[{"start":"all"}]}', 'scenarios'],
    ['saved.json', '{"zablab":1,"trace":[]}', 'runs'],
    ['b.json', '{"hello":1}', 'json'],
    ['photo.jpg', new Uint8Array([255, 216, 0, 1, 2, 3, 4, 5]), 'binary'],
    ['notes.md', '# Minutes of the meeting', 'text'],
    ['nothing', '', 'empty'],
  ] as const)('%s is one of %s', async (path, content, kind) => {
    const { logs, scenarios, runs, others } = await classify([file(path, content)]);
    const found = { logs: logs.length, scenarios: scenarios.length, runs: runs.length, [others[0]?.why ?? 'none']: others.length };
    expect(found[kind as 'logs']).toBe(1);
    expect(Object.values(found).reduce((sum, count) => sum + count, 0)).toBe(1);
  });

  it('in UTF-16 are logs as well', async () => {
    const text = '2026-01-05 10:11:12,345 [myid:1] - INFO  [main:QuorumPeer@1] - LOOKING\r\n';
    const wide = new Uint8Array([0xff, 0xfe, ...Array.from(text, (c) => [c.charCodeAt(0), 0]).flat()]);
    expect((await classify([file('a.log', wide), file('b', wide.slice(2))])).logs).toHaveLength(2);
  });

  it('that cannot be read are reported, whatever the bytes are', async () => {
    const gone = { path: 'gone', size: 9, read: () => Promise.reject(new Error('moved away')) };
    expect((await classify([gone])).others).toMatchObject([
      { why: 'unreadable', sentence: expect.stringContaining('moved away') as string },
    ]);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('a', 'log.1', 'snapshot.0', 'myid', 'currentEpoch', 'x.json', 'zoo.cfg'),
        fc.uint8Array({ maxLength: 200 }),
        async (path, bytes) => {
          const { logs, directories, scenarios, runs, others } = await classify([file(path, bytes)]);
          expect(logs.length + directories.length + scenarios.length + runs.length + others.length).toBe(1);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('data directories', () => {
  it.each(recordingNames().slice(0, 8))('are those of the servers in %s, logs apart', async (name) => {
    const recording = openRecording(name);
    const wanted = [...recording].filter(([path]) => /^s\d+\//.test(path)).map(([path, bytes]) => [path, bytes]);
    const { directories, logs } = await openAndClassify([
      memoryFile('case.zip', zipSync(Object.fromEntries(wanted) as Record<string, Uint8Array>)),
    ]);
    const sids = [...new Set(wanted.map(([path]) => Number(/^s(\d+)/.exec(String(path))?.[1])))];
    expect(directories.map(({ path, sid, sidFrom }) => ({ path, sid, sidFrom }))).toEqual(
      sids.map((sid) => ({ path: `s${sid}/version-2`, sid, sidFrom: 'myid' })),
    );
    expect(logs.map(({ path }) => path)).toEqual(sids.map((sid) => `s${sid}/server.log`));
    for (const { files } of directories)
      expect(files.map(({ path }) => path.split('/').at(-1))).toEqual(expect.arrayContaining(['myid', 'zoo.cfg', 'currentEpoch']));
  });

  it('take logs from a dataLogDir of the same server', async () => {
    const header = encodeLogHeader();
    const snapshot = new Uint8Array([0x5a, 0x4b, 0x53, 0x4e, 0, 0, 0, 2]);
    const { directories } = await classify(
      ['zk1', 'zk2'].flatMap((server) => [
        file(`${server}/datalog/version-2/log.100000001`, header),
        file(`${server}/data/version-2/snapshot.0`, snapshot),
        file(`${server}/data/myid`, server.slice(2)),
      ]),
    );
    expect(directories.map(({ path, sid, files }) => [path, sid, files.length])).toEqual([
      ['zk1/data/version-2', 1, 3],
      ['zk2/data/version-2', 2, 3],
    ]);
  });

  it('keep damaged and empty files of theirs', async () => {
    const { directories } = await classify([
      file('v/log.100000001', ''),
      file('v/snapshot.0', new Uint8Array([0, 1, 2])),
      file('v/currentEpoch', 'x'),
    ]);
    expect(directories.map(({ files, sid }) => [files.length, sid])).toEqual([[3, null]]);
  });

  it.each([
    ['s2/version-2', 2],
    ['backup/zk-3/data/version-2', 3],
    ['server.5', 5],
    ['node7/version-2', 7],
    ['zookeeper-0/data/version-2', 1],
    ['my-zookeeper-2/version-2', 3],
    ['data/version-2', null],
    ['zk300/version-2', null],
  ])('in %s are of server %s', (path, sid) => {
    expect(sidOfPath(path)).toBe(sid);
  });
});

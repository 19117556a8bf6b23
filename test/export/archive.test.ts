/** Data directories and logs as files: what is in them, and that they are the same each time. */
import { unzipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { fromUtf8 } from '../../src/base/ids.ts';
import { DEFAULT_CONFIG } from '../../src/ensemble/options.ts';
import { dataDirZip, logsZip, zipOf } from '../../src/export/archive.ts';
import { zooCfg } from '../../src/export/zooCfg.ts';
import { exportFiles } from '../../src/store/disk.ts';
import { diskAt } from '../../src/trace/disk.ts';
import type { EnsembleConfig } from '../../src/zab/types.ts';
import { ledEnsemble } from '../support/simulated.ts';

const settings = (text: string) =>
  Object.fromEntries<string>(text.split('\n').flatMap((line) => (line.includes('=') ? [line.split('=') as [string, string]] : [])));

describe('zoo.cfg', () => {
  test('has the limits, the members and a port of its own for everything', () => {
    const ports = DEFAULT_CONFIG.members.flatMap(({ sid }) => {
      const own = settings(zooCfg(sid, DEFAULT_CONFIG));
      expect(own).toMatchObject({ tickTime: '500', initLimit: '10', syncLimit: '4', dataDir: './.', clientPortAddress: '127.0.0.1' });
      return [own['clientPort'], ...(own[`server.${sid}`]?.split(':').slice(1) ?? [])];
    });
    expect(ports).toHaveLength(9);
    expect(new Set(ports).size).toBe(9);
  });

  test('is the same list of servers for all', () => {
    const servers = (sid: number) => zooCfg(sid, DEFAULT_CONFIG).split('\n').filter((line) => line.startsWith('server.')); // prettier-ignore
    expect(servers(1)).toEqual(servers(3));
  });

  test('knows observers, groups and weights, purging, and addresses that are given', () => {
    const config: EnsembleConfig = {
      ...DEFAULT_CONFIG,
      autopurge: { retain: 5, intervalHours: 2 },
      members: [
        { sid: 1, type: 'participant', group: 1, weight: 2 },
        { sid: 2, type: 'participant', group: 2 },
        { sid: 3, type: 'observer' },
      ],
    };
    const text = zooCfg(3, config, { host: (sid) => `zk${sid}`, quorumPort: () => 2888, electionPort: () => 3888, clientPort: () => 2181 });
    expect(text.split('\n')).toEqual(
      expect.arrayContaining([
        'peerType=observer',
        'autopurge.snapRetainCount=5',
        'autopurge.purgeInterval=2',
        'server.1=zk1:2888:3888',
        'server.3=zk3:2888:3888:observer',
        'group.1=1',
        'group.2=2',
        'weight.1=2',
        'clientPort=2181',
      ]),
    );
    expect(zooCfg(1, config)).not.toContain('peerType');
  });
});

describe('zips', () => {
  const ensemble = ledEnsemble(3);
  const { config } = ensemble.options;

  test('a data directory holds the very files of the disk, myid and zoo.cfg', () => {
    const files = unzipSync(dataDirZip(ensemble.disk(2), 2, config));
    expect(fromUtf8(files['myid'] ?? new Uint8Array())).toBe('2\n');
    for (const [name, bytes] of Object.entries(exportFiles(ensemble.disk(2)))) expect(files[`version-2/${name}`], name).toEqual(bytes);
    expect(Object.keys(files)).toEqual(expect.arrayContaining(['zoo.cfg', 'version-2/snapshot.0', 'version-2/acceptedEpoch']));
  });

  test('the directory at a moment of the trace is the one that the world has then', () => {
    const trace = ensemble.trace;
    expect(dataDirZip(diskAt(trace, 3, trace.length - 1), 3, config)).toEqual(dataDirZip(ensemble.disk(3), 3, config));
  });

  test('logs come for all servers, or for those that are asked for', () => {
    const { members } = config;
    expect(Object.keys(unzipSync(logsZip(ensemble.trace, members, config)))).toEqual(['server-1.log', 'server-2.log', 'server-3.log']);
    const [log] = Object.values(unzipSync(logsZip(ensemble.trace, members, config, { servers: [2], debug: true })));
    expect(fromUtf8(log ?? new Uint8Array())).toContain('[myid:2] - DEBUG [');
  });

  test.each([
    ['before zips can tell', -1],
    ['in 2026', config.wallClockAtZero],
    ['after 2099', 1e13],
  ])('the same files give the same bytes, also with a time %s', (_, wallMs) => {
    const files = { 'a/b': new Uint8Array([1, 2, 3]) };
    expect(zipOf(files, wallMs)).toEqual(zipOf(files, wallMs));
    expect(unzipSync(zipOf(files, wallMs))).toEqual(files);
  });
});

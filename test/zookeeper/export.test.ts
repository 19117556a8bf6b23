/** What is exported is real: three exported directories, unzipped, are an ensemble of real ZooKeeper 3.8 servers that elects, serves and writes. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, describe, expect, test } from 'vitest';
import { dataDirZip } from '../../src/export/archive.ts';
import { recover } from '../../src/store/recovery.ts';
import { freePort } from '../support/freePort.ts';
import { ledEnsemble } from '../support/simulated.ts';
import { readWholeTree } from './client.ts';
import { expectedNodes } from './expected.ts';
import { startPeer, whyNoZooKeeper } from './server.ts';
import { REQUESTS } from './writes.ts';

const why = whyNoZooKeeper();
const mustRun = process.env['CI'] === 'true';
if (why !== null && !mustRun) console.warn(`Skipped: ${why}. A real ZooKeeper opening our export is tested where it is there.`);

describe.skipIf(why !== null && !mustRun)('exported directories are opened by real ZooKeeper 3.8', { timeout: 120_000 }, () => {
  const work = mkdtempSync(join(tmpdir(), 'zablab-export-'));
  afterAll(() => rmSync(work, { recursive: true, force: true }));

  test('all servers of an ensemble, each with its own zoo.cfg and myid, serve the tree that was simulated', async () => {
    const ensemble = ledEnsemble(3, 11, { extendedTypes: true });
    ensemble.command({ type: 'connect', client: 1, timeoutMs: 10_000 });
    ensemble.run({ untilMs: ensemble.now + 1_000 });
    for (const request of REQUESTS.filter((op) => op.op !== 'createSession')) ensemble.command({ type: 'request', client: 1, request });
    ensemble.run({ untilMs: ensemble.now + 2_000 });

    const ports = new Map<string, number>();
    for (const sid of ensemble.sids) for (const use of ['client', 'quorum', 'election']) ports.set(`${use} ${sid}`, await freePort());
    const portOf = (use: string) => (sid: number) => ports.get(`${use} ${sid}`) ?? 0;
    const addresses = { clientPort: portOf('client'), quorumPort: portOf('quorum'), electionPort: portOf('election') };
    for (const sid of ensemble.sids)
      unzip(dataDirZip(ensemble.disk(sid), sid, ensemble.options.config, addresses), join(work, String(sid)));

    const peers = ensemble.sids.map((sid) => startPeer(join(work, String(sid)), addresses.clientPort(sid)));
    try {
      const servers = await Promise.all(peers);
      const outcome = recover(ensemble.disk(3), {
        commitLogCount: 500,
        trustEmptySnapshot: false,
        autocreate: true,
        configData: null,
        now: 0,
        deleteEmptyNewestLog: false,
      });
      if (!outcome.ok) throw new Error(outcome.failure.message);
      const expected = expectedNodes(outcome.recovered.tree).filter(({ path }) => !path.startsWith('/zookeeper'));
      expect(expected.length).toBeGreaterThan(10);
      for (const { port } of servers) {
        const nodes = await readWholeTree(port);
        expect(nodes.filter(({ path }) => !path.startsWith('/zookeeper'))).toEqual(expected);
      }
    } finally {
      for (const peer of await Promise.allSettled(peers)) if (peer.status === 'fulfilled') await peer.value.stop();
    }
  });
});

function unzip(zip: Uint8Array, folder: string): void {
  for (const [path, bytes] of Object.entries(unzipSync(zip))) {
    const to = join(folder, path);
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, bytes);
  }
}

/** What is exported is real: three exported directories, unzipped, are an ensemble of real ZooKeeper 3.8 servers that elects, serves and writes. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, describe, expect, test } from 'vitest';
import { compareZxid } from '../../src/base/zxid.ts';
import type { Ensemble } from '../../src/ensemble/conductor.ts';
import type { Core } from '../../src/ensemble/host/host.ts';
import { InlineHost } from '../../src/ensemble/host/inline.ts';
import { runScenario } from '../../src/ensemble/runScenario.ts';
import { parseScenario } from '../../src/ensemble/scenario.ts';
import { dataDirZip } from '../../src/export/archive.ts';
import { rehearse } from '../../src/intake/datadir/rehearse.ts';
import type { DirectoryReport } from '../../src/intake/datadir/types.ts';
import { recover } from '../../src/store/recovery.ts';
import type { Disk } from '../../src/store/types.ts';
import { step } from '../../src/zab/server.ts';
import { openRecording } from '../golden/archive.ts';
import { inspectAll, serverFiles } from '../intake/helpers.ts';
import { freePort } from '../support/freePort.ts';
import { OPTIONS } from '../store/helpers.ts';
import { ledEnsemble } from '../support/simulated.ts';
import { readWholeTree, type WireNode } from './client.ts';
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

    const expected = recoveredNodes(ensemble.disk(3));
    expect(expected.length).toBeGreaterThan(10);
    await expectServed(ensemble, work, expected);
  });

  test('servers that were booted from recorded directories, and wrote: their saved directories', async () => {
    const reports = await inspectAll(serverFiles(openRecording('07-follower-behind-diff')));
    const before = recordedPaths(reports);
    expect(before.length).toBeGreaterThan(3);
    const made = await rehearse(
      reports.map((directory) => ({ sid: directory.sid ?? 0, directory })),
      { title: 'rehearsal' },
    );
    const given = made.given as { readonly steps: readonly unknown[] };
    const steps = [
      ...given.steps,
      { op: 'connect', session: 'a', to: 'leader' },
      { op: 'create', session: 'a', path: '/after-the-disaster', data: 'written by the rehearsal' },
      { sleep: 2 },
    ];
    const scenario = parseScenario({ ...given, steps }, 'rehearsal');
    const host = new InlineHost(step as Core);
    try {
      const { ensemble } = await runScenario(scenario, host, { disks: made.disks });
      const expected = recoveredNodes(ensemble.disk(1));
      const paths = expected.map(({ path }) => path);
      expect(paths).toContain('/after-the-disaster');
      expect(paths).toEqual(expect.arrayContaining([...before]));
      await expectServed(ensemble, join(work, 'rehearsed'), expected);
    } finally {
      host.dispose();
    }
  });
});

/** Each server is started by ZooKeeper in its saved directory; together they elect and serve this tree. */
async function expectServed(ensemble: Ensemble, work: string, expected: readonly WireNode[]): Promise<void> {
  const ports = new Map<string, number>();
  for (const sid of ensemble.sids) for (const use of ['client', 'quorum', 'election']) ports.set(`${use} ${sid}`, await freePort());
  const portOf = (use: string) => (sid: number) => ports.get(`${use} ${sid}`) ?? 0;
  const addresses = { clientPort: portOf('client'), quorumPort: portOf('quorum'), electionPort: portOf('election') };
  for (const sid of ensemble.sids) unzip(dataDirZip(ensemble.disk(sid), sid, ensemble.options.config, addresses), join(work, String(sid)));

  const peers = ensemble.sids.map((sid) => startPeer(join(work, String(sid)), addresses.clientPort(sid)));
  try {
    for (const { port } of await Promise.all(peers)) expect(withoutOwn(await readWholeTree(port))).toEqual(expected);
  } finally {
    for (const peer of await Promise.allSettled(peers)) if (peer.status === 'fulfilled') await peer.value.stop();
  }
}

/** What a start makes of a disk. */
function recoveredNodes(disk: Disk): readonly WireNode[] {
  const outcome = recover(disk, OPTIONS);
  if (!outcome.ok) throw new Error(outcome.failure.message);
  return withoutOwn(expectedNodes(outcome.recovered.tree));
}

/** Without `/zookeeper`, where real servers keep their own configuration. */
function withoutOwn(nodes: readonly WireNode[]): readonly WireNode[] {
  return nodes.filter(({ path }) => !path.startsWith('/zookeeper'));
}

/** Znodes that the leader-to-be of these directories has. */
function recordedPaths(reports: readonly DirectoryReport[]): readonly string[] {
  const starts = reports.flatMap(({ start }) => (start.starts === true ? [start] : []));
  const newest = starts.toSorted((a, b) => compareZxid(b.lastZxid, a.lastZxid))[0];
  if (newest === undefined) throw new Error('no directory starts');
  return withoutOwn(expectedNodes(newest.tree)).map(({ path }) => path);
}

function unzip(zip: Uint8Array, folder: string): void {
  for (const [path, bytes] of Object.entries(unzipSync(zip))) {
    const to = join(folder, path);
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, bytes);
  }
}

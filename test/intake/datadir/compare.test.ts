/**
 * Directories of several servers compared. The situations of the recordings are made by replaying their scenarios up to a step; what then really happened is
 * what the comparison must foretell.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatZxid } from '../../../src/base/zxid.ts';
import { InlineHost } from '../../../src/ensemble/host/inline.ts';
import type { Core } from '../../../src/ensemble/host/host.ts';
import { runScenario } from '../../../src/ensemble/runScenario.ts';
import { parseScenario } from '../../../src/ensemble/scenario.ts';
import { compare, spanText, type Comparison } from '../../../src/intake/datadir/compare.ts';
import { inspect } from '../../../src/intake/datadir/inspect.ts';
import { rehearse, runRehearsal } from '../../../src/intake/datadir/rehearse.ts';
import type { DirectoryReport } from '../../../src/intake/datadir/types.ts';
import { memoryFile } from '../../../src/intake/files.ts';
import { exportFiles } from '../../../src/store/disk.ts';
import { PROFILE_3_8_0 } from '../../../src/zab/profile.ts';
import { step } from '../../../src/zab/server.ts';
import { jsonOf, openRecording } from '../../golden/archive.ts';
import { readExpected } from '../../golden/expected.ts';
import { filesBelow, inspectAll, ofServer, serverFiles } from '../helpers.ts';

/** Like the machine of the recordings. */
const SURROUNDINGS = { latency: { meanMs: 0.3, jitterMs: 0.15 }, fsync: { meanMs: 6, jitterMs: 3 }, bootMs: 500 };

/** The directories as they stood before this step of the recording's scenario. */
async function before(name: string, at: number): Promise<DirectoryReport[]> {
  const scenario = parseScenario(jsonOf(openRecording(name), 'scenario.json'), name, PROFILE_3_8_0);
  const host = new InlineHost(step as Core);
  const { ensemble } = await runScenario({ ...scenario, steps: scenario.steps.slice(0, at) }, host, { surroundings: SURROUNDINGS });
  return Promise.all(
    ensemble.sids.map((sid) => {
      const files = Object.entries(exportFiles(ensemble.disk(sid))).map(([file, bytes]) => memoryFile(`s${sid}/version-2/${file}`, bytes));
      return inspect({ path: `s${sid}/version-2`, sid, sidFrom: 'path', files }, {}, { profile: PROFILE_3_8_0 });
    }),
  );
}

const recorded = (name: string, election: number) => readExpected(openRecording(name), name).elections[election];
const syncOf = (comparison: Comparison, learner: number) => comparison.rehearsal?.syncs.findLast((sync) => sync.learner === learner);
const spans = ({ histories }: Comparison, kind: string): string[] => histories.spans.filter((span) => span.kind === kind).map(spanText);
const lostPaths = ({ lost }: Comparison): (string | null)[] => lost.flatMap(({ evidence }) => evidence.map(({ txnPath }) => txnPath));

describe('what was about to happen', () => {
  it.each([
    // recording, before step, who elects, its election there, learner, whether the recorded zxids are those of a boot from disk
    ['05-leader-dies-proposal-only-on-leader', 20, [1, 2], 1, 3, false],
    ['05b-leader-dies-proposal-on-one-follower', 13, [1, 2], 1, 2, true],
    ['05d-trunc-without-new-writes', 11, [1, 2], 1, 3, true],
    ['05g-epoch-beats-zxid', 16, [1, 3], 2, 3, true],
    ['06-follower-behind-txnlog-diff', 7, [2, 3], 0, 1, true],
    ['06b-follower-behind-snap', 7, [2, 3], 0, 1, false],
    ['06e-txnlog-sync-disabled', 7, [2, 3], 0, 1, false],
    ['06e-txnlog-sync-disabled', 12, [2, 3], 0, 1, true],
    ['09-split-2-2-1', 13, [1, 2, 3, 4], 1, 5, true],
    ['14b-old-backup-on-majority', 35, [1, 2], 2, 3, true],
    ['24b-wiped-majority', 17, [1, 2], 1, 3, true],
  ] as const)(
    '%s before step %i: %j elect as recorded (election %i), and %i is synchronized as recorded',
    async (name, at, electors, election, learner, sameZxids) => {
      const cfg = name.startsWith('06e') ? { snapshotSizeFactor: -1 } : {};
      const comparison = await compare(await before(name, at), { electors, cfg });
      const leader = recorded(name, election)?.leader;
      expect([comparison.election.winner, comparison.rehearsal?.leader]).toEqual([leader, leader]);
      const real = readExpected(openRecording(name), name).syncs;
      const wanted = real
        .filter((sync) => sync.leader === leader && sync.learner === learner)
        .at(name.startsWith('06e') && at === 7 ? 1 : -1);
      const got = syncOf(comparison, learner);
      expect([got?.mode, got && formatZxid(got.peerLastZxid)]).toEqual([wanted?.mode, wanted?.peerLastZxid]);
      if (sameZxids) expect(got && formatZxid(got.zxidSent)).toBe(wanted?.zxidSent);
    },
  );

  it('05g: the epoch decides, not the zxid', async () => {
    const { election } = await compare(await before('05g-epoch-beats-zxid', 16), { electors: [1, 3], boot: false });
    expect(election).toMatchObject({ winner: 1, because: [{ loser: 3, by: 'peerEpoch' }], epoch: 3, quorum: true });
  });

  it('09: with all five the unlucky one would have won, and its txn lived', async () => {
    const reports = await before('09-split-2-2-1', 13);
    const all = await compare(reports);
    expect([all.election.winner, all.rehearsal?.leader, all.lost]).toEqual([5, 5, []]);
    const four = await compare(reports, { electors: [1, 2, 3, 4] });
    expect([lostPaths(four), four.lost.map(({ on, span }) => [on, span.kind, span.onQuorum])]).toEqual([
      ['/nobody'],
      [[[5], 'ahead', false]],
    ]);
  });

  it('14b: an old backup on a majority costs ten acknowledged writes, and uses epoch 2 a second time', async () => {
    const comparison = await compare(await before('14b-old-backup-on-majority', 28), { electors: [1, 2] });
    expect([comparison.election.winner, comparison.rehearsal?.epoch]).toEqual([2, recorded('14b-old-backup-on-majority', 2)?.epoch]);
    expect(lostPaths(comparison).filter((path) => path !== null)).toEqual(Array.from({ length: 10 }, (_, i) => `/b${i}`));
    expect(syncOf(comparison, 3)?.mode).toBe('TRUNC');
    // With server 3 at the election nothing is lost.
    const all = await compare(await before('14b-old-backup-on-majority', 28));
    expect([all.election.winner, all.lost, all.rehearsal?.epoch]).toEqual([3, [], 3]);
  });

  it('14b, once the pair has written: the same zxids are different txns', async () => {
    const comparison = await compare(await before('14b-old-backup-on-majority', 35), { electors: [1, 2] });
    expect(spans(comparison, 'diverged')).toEqual(['0x200000001 – 0x200000003 (3)']);
    expect(spans(comparison, 'ahead')).toEqual(['0x200000004 – 0x20000000c (9)']);
    expect(comparison.evidence.map(({ places }) => places.map(({ sid, file, type }) => [sid, file, type]))).toEqual([
      [1, 2, 3].map((sid) => [sid, 'log.200000001', 'createSession']),
    ]);
    expect(comparison.histories.commonTo && formatZxid(comparison.histories.commonTo)).toBe('0x100000005');
  });

  it('05: the txn of the dead leader was never committed', async () => {
    const comparison = await compare(await before('05-leader-dies-proposal-only-on-leader', 20), { electors: [1, 2] });
    expect(spans(comparison, 'dead')).toEqual(['0x100000005']);
    expect(comparison.lost.map(({ on, span, evidence }) => [on, span.onQuorum, evidence.map(({ txnPath }) => txnPath)])).toEqual([
      [[3], false, ['/lost']],
    ]);
  });
});

describe('what recordings left behind', () => {
  const ended = async (name: string): Promise<Comparison> => compare(await inspectAll(serverFiles(openRecording(name))), { boot: false });

  it.each([
    ['14b-old-backup-on-majority', '0x200000001 – 0x200000003 (3)', [1, 2], [3], ['/b0', '/b1', '/n0', '/n1']],
    ['24b-wiped-majority', '0x100000001 – 0x100000002 (2)', [1, 2], [3], ['/a0', '/fresh']],
  ])('%s: an epoch was used twice, and the trees differ at the same zxid', async (name, span, most, few, paths) => {
    const comparison = await ended(name);
    expect(spans(comparison, 'diverged')).toEqual([span]);
    expect(
      comparison.trees.map(({ groups, differences }) => [groups.map(({ sids }) => sids), differences.map(({ path }) => path)]),
    ).toEqual([[[most, few], paths]]);
  });

  it('27: the hole in the log of server 1, and the nodes it lacks after a restart', async () => {
    const comparison = await ended('27-log-hole-after-stall');
    const [hole] = comparison.histories.spans.filter(({ kind }) => kind === 'hole');
    expect(hole && [spanText(hole), hole.standing, hole.onQuorum]).toEqual([
      '0x100000046 – 0x100000071 (44)',
      { 1: 'missing', 2: 'has', 3: 'has' },
      true,
    ]);
    expect(comparison.servers[0]?.report.gaps.map(({ after, next, covered }) => [formatZxid(after), formatZxid(next), covered])).toEqual([
      ['0x100000045', '0x100000072', false],
    ]);
    expect([
      comparison.trees[0]?.groups.map(({ sids }) => sids),
      comparison.trees[0]?.differences.filter(({ what }) => what === 'onlyFirst').length,
    ]).toEqual([[[2, 3], [1]], 44]);
  });

  it('05: the dead txn is a remnant that a newer snapshot hides', async () => {
    const { histories, lost } = await ended('05-leader-dies-proposal-only-on-leader');
    const [dead] = histories.spans.filter(({ kind }) => kind === 'dead');
    expect(dead && [spanText(dead), dead.replayed, dead.standing]).toEqual(['0x100000005', false, { 1: 'absent', 2: 'absent', 3: 'has' }]);
    expect(lost).toEqual([]);
  });

  it('05e: two servers would bring back a txn that nobody has in memory', async () => {
    const comparison = await ended('05e-killed-leader-kernel-still-delivers');
    expect(comparison.trees.map(({ differences }) => differences)).toEqual([[{ path: '/lost', what: 'onlyFirst' }]]);
  });

  it('16b: the damaged server does not vote; the others are a quorum', async () => {
    const comparison = await compare(await inspectAll(serverFiles(openRecording('16b-log-crc-last-record'))));
    expect(comparison.election).toMatchObject({ electors: [2, 3], winner: 3 });
    expect(comparison.rehearsal).toMatchObject({
      leader: 3,
      ended: [{ sid: 1, message: 'CRC check failed' }],
      serving: [{ sid: 2 }, { sid: 3 }],
    });
  });

  it.each(['01-fresh-boot-3', '04-kill-leader-5', '11-observers', '13c-restore-on-one-others-empty', '21-snapcount-purge'])(
    '%s: nothing is wrong',
    async (name) => {
      const { histories, trees, evidence } = await ended(name);
      expect([new Set(histories.spans.map(({ kind }) => kind)), trees, evidence]).toEqual([new Set(['common']), [], []]);
    },
  );

  it('of an ensemble with observers: they do not vote', async () => {
    const { election, members } = await ended('11-observers');
    expect([election.voters, members.filter(({ observer }) => observer).map(({ sid }) => sid)]).toEqual([
      [1, 2, 3],
      [4, 5],
    ]);
  });
});

describe('a rehearsal', () => {
  it('boots an ensemble from one copy and empty servers, as 13c did', async () => {
    const name = '13c-restore-on-one-others-empty';
    const backup = (await inspectAll(filesBelow(openRecording(name), 'backups')))[0] ?? null;
    const made = await rehearse(
      [
        { sid: 1, directory: backup },
        { sid: 2, directory: null },
        { sid: 3, directory: null },
      ],
      { profile: PROFILE_3_8_0 },
    );
    expect([...made.disks.keys()]).toEqual([1]);
    const result = await runRehearsal(made);
    expect(result.serving.map(({ sid }) => sid)).toEqual([1, 2, 3]);
    expect(new Set(result.serving.map(({ digest }) => digest)).size).toBe(1);
    // Server 1 is heard in time, and wins by its epoch; the empty ones get everything.
    expect([result.leader, result.syncs.map(({ mode }) => mode)]).toEqual([1, ['SNAP', 'SNAP']]);
  });

  it('boots the same directory on every server, as 13b did', async () => {
    const report = ofServer(await inspectAll(serverFiles(openRecording('13b-restore-one-copy-everywhere'))), 2);
    const result = await runRehearsal(await rehearse([1, 2, 3].map((sid) => ({ sid, directory: report }))));
    expect([result.leader, result.syncs.map(({ mode }) => mode), result.serving.length]).toEqual([3, ['DIFF', 'DIFF'], 3]);
  });

  it('takes the settings of the zoo.cfg, and says which it cannot use', async () => {
    const report = ofServer(await inspectAll(serverFiles(openRecording('01-fresh-boot-3'))), 1);
    const config = { members: [], settings: { tickTime: '700', initLimit: 'many', dataDir: '/x' } };
    const { scenario, given, notes } = await rehearse([{ sid: 1, directory: { ...report, config } }]);
    expect(given['cfg']).toEqual({ tickTime: '700' });
    expect(notes).toMatchObject([{ key: 'setting', name: 'initLimit', value: 'many' }]);
    expect([scenario.config.tickTimeMs, parseScenario(given, 'rehearsal')]).toEqual([700, scenario]);
  });

  it('refuses disks that are too large together', async () => {
    const reports = await inspectAll(serverFiles(openRecording('01-fresh-boot-3')));
    await expect(
      rehearse(
        reports.map((directory, i) => ({ sid: i + 1, directory })),
        { diskBytes: 2000 },
      ),
    ).rejects.toThrow(/at most \d+ are taken/);
  });
});

describe('comparing', () => {
  it('leaves out directories whose server is not known, or named twice', async () => {
    const [one] = await inspectAll(serverFiles(openRecording('01-fresh-boot-3')));
    if (one === undefined) throw new Error('no directory');
    const { servers, leftOut, noRehearsal } = await compare([one, { ...one, path: 'copy' }, { ...one, path: 'lost', sid: null }]);
    expect([servers.length, leftOut.map(({ path }) => path)]).toEqual([1, ['copy', 'lost']]);
    expect(noRehearsal).toEqual({ why: 'noQuorum', sentence: '1 of 3 voters start from these directories, which is no quorum.' });
  });

  it('never throws, whatever is in the directories', async () => {
    const files = serverFiles(openRecording('24b-wiped-majority'));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(files.length - 1), fc.nat(600), fc.nat(255)), { maxLength: 12 }), async (changes) => {
        const damaged = await Promise.all(
          files.map(async (file, i) => {
            const bytes = (await file.read(0, file.size)).slice();
            for (const [which, at, value] of changes) if (which === i && at < bytes.length) bytes[at] = value;
            return memoryFile(file.path, bytes);
          }),
        );
        const { histories, servers } = await compare(await inspectAll(damaged), { boot: false });
        for (const span of histories.spans) expect(Object.keys(span.standing).map(Number)).toEqual(servers.map(({ sid }) => sid));
      }),
      { numRuns: 100 },
    );
  });
});

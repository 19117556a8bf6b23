/** From an imported trace to an ensemble that runs on. */
import { describe, expect, it } from 'vitest';
import type { Sid } from '../../../src/base/ids.ts';
import { compareZxid, formatZxid, zxid, ZXID_ZERO } from '../../../src/base/zxid.ts';
import { Ensemble } from '../../../src/ensemble/conductor.ts';
import { InlineHost } from '../../../src/ensemble/host/inline.ts';
import { Invariants } from '../../../src/ensemble/invariants.ts';
import { optionsOf, parseScenario } from '../../../src/ensemble/scenario.ts';
import { scriptOf } from '../../../src/ensemble/script.ts';
import { understand } from '../../../src/intake/logs/case.ts';
import type { ReadTrace } from '../../../src/intake/logs/model.ts';
import { readLog } from '../../../src/intake/logs/reader.ts';
import { rebuild, RebuildError, type Rebuilt } from '../../../src/intake/logs/rebuild.ts';
import { lastTxnOf, makeDisk } from '../../../src/intake/logs/rebuild/history.ts';
import { assumptionText } from '../../../src/intake/logs/rebuild/texts.ts';
import { buildTrace } from '../../../src/intake/logs/trace.ts';
import { diskOf, exportFiles } from '../../../src/store/disk.ts';
import { recover } from '../../../src/store/recovery.ts';
import type { Disk } from '../../../src/store/types.ts';
import { Timeline } from '../../../src/trace/timeline.ts';
import { isQuorum } from '../../../src/zab/quorum.ts';
import { step } from '../../../src/zab/server.ts';
import { dataDirs, filesIn, openRecording } from '../../golden/archive.ts';
import { OPTIONS } from '../../store/helpers.ts';
import { caseOf, heard } from './build.ts';
import { logBytes, logNames } from './goldenLogs.ts';

function recorded(name: string, form: 'full' | 'info'): { readonly trace: ReadTrace; readonly timeline: Timeline } {
  const recording = openRecording(name);
  const logs = [...logNames(recording).values()].map((path, i) => readLog(i, path, logBytes(recording, path, form)));
  const trace = buildTrace(understand(logs, {}));
  return { trace, timeline: new Timeline(trace.members, trace.events) };
}

/** Boots what was rebuilt and lets it run for five virtual seconds more. */
function runOn({ scenario, disks, settledAt }: Rebuilt): Ensemble {
  const ensemble = new Ensemble(optionsOf(scenario), new InlineHost(step as ConstructorParameters<typeof InlineHost>[0]), {
    driver: scriptOf(scenario),
    disks,
    observers: [new Invariants(scenario.config)],
  });
  expect(ensemble.run({ untilMs: settledAt + 5000 })).toBe('time');
  return ensemble;
}

const RECORDINGS = [
  '02-boot-1-2-then-3',
  '04-kill-leader-5',
  '05b-leader-dies-proposal-on-one-follower',
  '05d-trunc-without-new-writes',
  '05g-epoch-beats-zxid',
  '06b-follower-behind-snap',
  '11-observers',
  '14b-old-backup-on-majority',
  '22b-quorum-lost-5',
  '23-epochs',
];

describe.each(['full', 'info'] as const)('%s logs', (form) => {
  it.each(RECORDINGS)('%s: the same roles come again, and stay', (name) => {
    const { trace, timeline } = recorded(name, form);
    let compared = 0;
    for (const part of [0.3, 0.45, 0.6, 0.7, 0.8, 0.9, 0.97]) {
      const n = Math.floor(trace.events.length * part);
      const { servers } = timeline.viewAt(n);
      const leader = Object.values(servers).find(({ up, role, serving }) => up === 'up' && role === 'LEADING' && serving);
      const followers = Object.values(servers).filter(
        (one) => one.up === 'up' && leader !== undefined && one.leader === leader.sid && one !== leader,
      );
      const made = rebuild(timeline, trace.config, n);
      const now = runOn(made);
      const lost = leader === undefined || !isQuorum(trace.config, [leader.sid, ...followers.map(({ sid }) => sid)]);
      expect(made.assumed.some(({ key }) => key === 'noLeader' || key === 'leaderAlone')).toBe(lost);
      // Those that are down stay down; the others run.
      for (const { sid, up } of Object.values(servers)) expect(now.view(sid) !== null, `server ${sid} up`).toBe(up === 'up');
      const leaders = Object.values(servers).filter(({ sid }) => now.view(sid)?.role === 'LEADING');
      expect(leaders.length).toBeLessThanOrEqual(1);
      if (lost) continue;
      compared++;
      expect(leaders.map(({ sid }) => sid)).toEqual([leader.sid]);
      const again = now.view(leader.sid)!;
      expect(again.currentEpoch).toBeGreaterThanOrEqual(leader.currentEpoch);
      for (const { sid, role } of followers)
        expect(now.view(sid), `server ${sid}`).toMatchObject({ role, leader: leader.sid, serving: true, digest: again.digest });
      expect(made.assumed.map(({ key }) => key)).not.toContain('notReached');
      expect(made.assumed.map(({ key }) => key)).not.toContain('otherLeader');
    }
    expect(compared).toBeGreaterThan(0);
  });
});

it('is the same each time, and its JSON is the scenario', () => {
  const { trace, timeline } = recorded('04-kill-leader-5', 'info');
  const [one, other] = [rebuild(timeline, trace.config, 1400), rebuild(timeline, trace.config, 1400)];
  expect(other.assumed).toEqual(one.assumed);
  expect(other.settledAt).toBe(one.settledAt);
  for (const [sid, disk] of one.disks) expect(exportFiles(other.disks.get(sid)!)).toEqual(exportFiles(disk));
  expect(parseScenario(JSON.parse(JSON.stringify(one.given)), 'test', trace.config.profile)).toEqual(one.scenario);
});

it('gives a server that has more its more, so that it is truncated again', () => {
  // Server 3 vanished with a txn that nobody else has; 2 leads epoch 2. No line tells that 3 is gone, so it is there again.
  const { trace, timeline } = recorded('05g-epoch-beats-zxid', 'full');
  const second = timeline.index.leaders()[1]!;
  const at = trace.events.find(({ n, changes }) => n > second.n && changes?.serving === true)!.n + 5;
  const now = runOn(rebuild(timeline, trace.config, at));
  const syncs = now.trace.flatMap(({ decisions }) => decisions).filter((one) => one.rule === 'sync.mode' && one.learner === 3);
  expect(syncs).toMatchObject([{ mode: 'TRUNC', peerLastZxid: zxid(1, 5), zxidSent: zxid(1, 4) }]);
  expect(now.view(3)).toMatchObject({ role: 'FOLLOWING', leader: 2, serving: true });
});

describe('with data directories', () => {
  const name = '04-kill-leader-5';
  const recording = openRecording(name);
  const given = new Map<Sid, Disk>();
  for (const dir of dataDirs(recording)) {
    const sid = /^s(\d+)\/version-2$/.exec(dir)?.[1];
    if (sid !== undefined) given.set(Number(sid), diskOf(filesIn(recording, dir)));
  }
  const { trace, timeline } = recorded(name, 'full');

  it('starts from them as they are', () => {
    const end = timeline.index.bands(5).findLast(({ role }) => role === 'LEADING')!.to - 1;
    const made = rebuild(timeline, trace.config, Math.min(end, trace.events.length - 1), given);
    expect(given.size).toBe(5);
    for (const [sid, disk] of given) expect(made.disks.get(sid)).toBe(disk);
    expect(made.assumed.map(({ key }) => key)).not.toContain('filler');
    const now = runOn(made);
    const leader = now.view(5)!;
    expect([leader.role, leader.serving, leader.currentEpoch >= 3]).toEqual(['LEADING', true, true]);
    // The tree of the recording, not of filler writes.
    expect(leader.nodes).toBeGreaterThan(6);
  });

  it('says where they are later than the playhead', () => {
    const early = timeline.index.leaders()[0]!.n + 1;
    const { assumed } = rebuild(timeline, trace.config, early, given);
    const differing = assumed.filter(({ key }) => key === 'diskDiffers');
    expect(differing.length).toBeGreaterThan(0);
    expect(differing[0]!.values).toMatchObject({ disk: '0x30000000c' });
  });

  it('says which one cannot be read', () => {
    const broken = new Map([[1, diskOf({ 'log.100000001': new Uint8Array(5) })]]);
    const { assumed } = rebuild(timeline, trace.config, 1200, broken);
    expect(assumed.find(({ key }) => key === 'diskBroken')?.values['server']).toBe(1);
  });
});

it('cuts links that nobody answered on', () => {
  const sid = (n: Sid) => [
    `12:00:01.000 [main:QuorumPeerMain@152] Starting quorum peer, myid=${n}`,
    '12:00:01.100 LOOKING',
    `12:00:01.101 New election. My id = ${n}, proposed zxid=0x100000003`,
  ];
  const silent = (to: Sid) => [
    `12:00:06.200 WARN [QuorumConnectionThread:QuorumCnxManager@401] Cannot open channel to ${to} at election address /10.0.0.${to}:3888`,
    'java.net.SocketTimeoutException: connect timed out',
  ];
  const logs = caseOf({
    1: [...sid(1), heard('12:00:01.300', 'LOOKING', 2, 'LOOKING', 2, '0x100000003', 1, 1), ...silent(3)],
    2: [...sid(2), ...silent(3)],
    3: [...sid(3), ...silent(1), '12:00:07.000 Notification time out: 400'],
  });
  const trace = buildTrace(logs);
  const made = rebuild(new Timeline(trace.members, trace.events), trace.config, trace.events.length - 1);
  expect(made.assumed.filter(({ key }) => key === 'cut').map(({ values }) => values)).toEqual([
    { a: 1, b: 3 },
    { a: 2, b: 3 },
  ]);
  const now = runOn(made);
  expect([1, 2, 3].map((one) => now.view(one)?.role)).toEqual(['FOLLOWING', 'LEADING', 'LOOKING']);
});

describe('made data directories', () => {
  const starts = new Map([
    [1, ZXID_ZERO],
    [2, zxid(1, 40)],
  ]);

  it.each([
    ['0x0', ZXID_ZERO, ZXID_ZERO],
    ['0x100000001', zxid(1, 1), zxid(1, 1)],
    ['0x100000700', zxid(1, 0x700), zxid(1, 0x700)],
    ['0x200000000', zxid(2, 0), zxid(1, 40)],
    ['0x200000003', zxid(2, 3), zxid(2, 3)],
    ['0x700000000, of which nothing is known', zxid(7, 0), ZXID_ZERO],
    ['0x7fffffff0, at the end of its counter', zxid(7, 0xfffffff0), zxid(7, 0xfffffff0)],
  ])('recover to %s', (_, last, recovered) => {
    expect(lastTxnOf(last, starts)).toEqual(recovered);
    const outcome = recover(makeDisk({ last, acceptedEpoch: 9, currentEpoch: 8 }, starts, 1000), OPTIONS);
    if (!outcome.ok) throw new Error(outcome.failure.message);
    expect(formatZxid(outcome.recovered.tree.lastProcessedZxid)).toBe(formatZxid(recovered));
    expect(outcome.recovered.steps.at(-1)).toEqual({ step: 'epochs', acceptedEpoch: 9, currentEpoch: 8, rebuilt: [] });
  });

  it('are alike where histories are', () => {
    const trees = [zxid(2, 3), zxid(2, 5)].map((last) => {
      const outcome = recover(makeDisk({ last, acceptedEpoch: 2, currentEpoch: 2 }, starts, 1000), OPTIONS);
      if (!outcome.ok) throw new Error(outcome.failure.message);
      return outcome.recovered.replayed.filter((txn) => compareZxid(txn.zxid, zxid(2, 3)) <= 0);
    });
    expect(trees[0]).toEqual(trees[1]);
    expect(trees[0]?.length).toBe(43);
  });
});

it('refuses more servers than the simulator runs, and sids that it does not know', () => {
  const of = (sids: readonly Sid[]) => ({
    members: sids.map((sid) => ({ sid, type: 'participant' as const })),
    timeline: new Timeline([]),
  });
  const { trace } = recorded('02-boot-1-2-then-3', 'info');
  for (const [sids, says] of [
    [[], /no server/],
    [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], /10 servers.*at most 9/],
    [[0, 1, 2], /Server 0/],
  ] as const) {
    const { members, timeline } = of(sids);
    expect(() => rebuild(timeline, { ...trace.config, members }, 0)).toThrow(RebuildError);
    expect(() => rebuild(timeline, { ...trace.config, members }, 0)).toThrow(says);
  }
});

it('says what it assumes, in both languages', () => {
  const { trace, timeline } = recorded('05b-leader-dies-proposal-on-one-follower', 'full');
  const { assumed } = rebuild(timeline, trace.config, Math.floor(trace.events.length * 0.7));
  const english = assumed.map((one) => assumptionText(one, 'en'));
  expect(english).toContain(
    'Server 2 is started with one txn less than server 1, so that the latter is elected again; the txn comes back at once.',
  );
  expect(english.join()).not.toMatch(/undefined|\?/);
  for (const one of assumed) expect(assumptionText(one, 'zh')).toMatch(/[\u4e00-\u9fff]/);
});

import { describe, expect, it } from 'vitest';
import type { Facts } from '../../src/ensemble/facts.ts';
import { parseScenario } from '../../src/ensemble/scenario.ts';
import { PROFILE_3_8_0, PROFILE_CURRENT } from '../../src/zab/profile.ts';
import { allowancesOf, freshBootSync, normalSync, raceOf } from './allowances.ts';

const none: Facts = { elections: [], syncs: [], servers: {}, waits: [], ops: [], trees: [] };
const c = { op: 'connect', session: 'c', to: 1 };
const burst = { op: 'burst', session: 'c', path: '/q', count: 10, bg: 1 };
const made = (steps: readonly unknown[], profile = PROFILE_3_8_0) => {
  const scenario = parseScenario({ servers: 3, steps }, 'test', profile);
  return { scenario, allowances: allowancesOf(scenario, none) };
};
const race = (steps: readonly unknown[], actions: { at: number; action: string; sids: number[]; step?: number }[] = []) => {
  const { scenario, allowances } = made(steps);
  const done = actions.map((action) => ({ step: 0, ...action }));
  return raceOf(scenario, allowances, { actions: done, elections: [{ at: 1000 }] });
};

describe('what real timing may decide', () => {
  it.each([
    ['a kill in the middle of a burst', [c, burst, { kill: 3 }, { join: 5 }], /middle of a burst/],
    ['a kill after the burst was joined', [c, burst, { join: 5 }, { kill: 3 }], null],
    ['a kill after a burst that was waited for', [c, { ...burst, bg: 0 }, { kill: 3 }], null],
    [
      'a killed process whose kernel delivers',
      [c, { cut1: [3, 1] }, { op: 'create', session: 'c', path: '/a', bg: 1 }, { kill: 3 }, { heal: 1 }],
      /kernel/,
    ],
    [
      'a crashed host, which delivers nothing',
      [c, { cut1: [3, 1] }, { op: 'create', session: 'c', path: '/a', bg: 1 }, { crash: 3 }, { heal: 1 }],
      null,
    ],
  ])('%s', (_, steps, reason) => {
    if (reason === null) expect(race(steps)).toBeNull();
    else expect(race(steps)?.reason).toMatch(reason);
  });

  it('the leader of servers that start together, or after a heal, but not after a kill', () => {
    expect(race([], [{ at: 0, action: 'startTogether', sids: [1, 2, 3] }])?.reason).toMatch(/started together/);
    expect(race([], [{ at: 0, action: 'heal', sids: [], step: 7 }])).toEqual({
      reason: expect.stringMatching(/healed/) as string,
      fromStep: 7,
    });
    expect(
      race(
        [],
        [
          { at: 0, action: 'startTogether', sids: [1, 2] },
          { at: 500, action: 'kill', sids: [3] },
        ],
      ),
    ).toBeNull();
    expect(
      race(
        [],
        [
          { at: 0, action: 'kill', sids: [3] },
          { at: 2000, action: 'heal', sids: [] },
        ],
      ),
    ).toBeNull();
  });

  it('the leader of more servers than a quorum that lost theirs', () => {
    const lost = (servers: number, ...faults: { action: string; sids: number[] }[]) => {
      const scenario = parseScenario({ servers, steps: [] }, 'test', PROFILE_3_8_0);
      const start = { action: 'start', sids: scenario.config.members.map(({ sid }) => sid) };
      const actions = [start, ...faults].map((action, i) => ({ at: i, step: i, ...action }));
      return raceOf(scenario, allowancesOf(scenario, none), { actions, elections: [{ at: 1000 }] });
    };
    const kill = (...sids: number[]) => ({ action: 'kill', sids });
    expect(lost(5, kill(5))).toMatchObject({ fromStep: 1, reason: expect.stringMatching(/lost their leader/) as string });
    expect(lost(3, kill(3))).toBeNull();
    expect(lost(5, kill(5, 1))).toBeNull();
    expect(lost(5, kill(1), { action: 'start', sids: [1] }, { action: 'isolate', sids: [5] })).toMatchObject({ fromStep: 3 });
    expect(lost(5, { action: 'isolate', sids: [1] }, { action: 'heal', sids: [] }, kill(5))).toMatchObject({ fromStep: 3 });
    expect(lost(5, { action: 'isolate', sids: [1] }, kill(5))).toBeNull();
    expect(lost(4, kill(4))).toBeNull();
  });

  it('what a server that stood still has in its log, only where the logger is not drained first', () => {
    const steps = [c, { pause: 1 }, { ...burst, bg: 0 }, { cont: 1 }];
    expect([...made(steps).allowances.logHoles.keys()]).toEqual(['1']);
    expect(race(steps)).toMatchObject({ fromStep: 1 });
    expect(made(steps, PROFILE_CURRENT).allowances.logHoles.size).toBe(0);
  });

  it('DIFF or SNAP of an empty learner, only while the leader has no txn', () => {
    const sync = {
      leader: 3,
      learner: 1,
      mode: 'SNAP',
      peerLastZxid: '0x0',
      minCommittedLog: '0x0',
      maxCommittedLog: '0x0',
      lastProcessedZxid: '0x100000000',
      zxidSent: '0x100000000',
      source: null,
    } as const;
    expect(freshBootSync(sync)).toMatch(/fresh boot/);
    expect(freshBootSync({ ...sync, maxCommittedLog: '0x100000001' })).toBeNull();
    expect(
      normalSync({
        ...sync,
        mode: 'DIFF',
        peerLastZxid: '0x100000004',
        maxCommittedLog: '0x100000004',
        zxidSent: '0x100000004',
        lastProcessedZxid: '0x200000000',
        source: 'committedLog',
      }),
    ).toMatchObject({ lastProcessedZxid: '0x100000004', source: null });
    expect(normalSync({ ...sync, peerLastZxid: '0x100000002', lastProcessedZxid: '0x100000004', zxidSent: '0x100000004' })).toMatchObject({
      minCommittedLog: '0x100000004',
      maxCommittedLog: '0x100000004',
      lastProcessedZxid: '0x100000004',
    });
  });
});

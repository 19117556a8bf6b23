/** The end of a role, whatever ended it: what stops with it, what memory is taken into the next election, and when that begins. */
import { describe, expect, it } from 'vitest';
import { formatZxid } from '../../src/base/zxid.ts';
import type { Draft } from '../../src/zab/draft.ts';
import { appendToLog } from '../../src/zab/logger.ts';
import { PROFILE_CURRENT, PROFILE_SOUND, withVariants, type Profile } from '../../src/zab/profile.ts';
import { giveUpLeading, loseLeader, onObserverDelay } from '../../src/zab/roles.ts';
import { step } from '../../src/zab/server.ts';
import type { Decision, EnsembleConfig, SyncMode } from '../../src/zab/types.ts';
import { Cores } from './cores.ts';
import { draftOf, draws, queued, SEEDS } from './drafts.ts';

/** 3 leads; a client at it has created /a0 and /a1 (zxids 2 and 3). */
function withData(more: Partial<EnsembleConfig> = {}): Cores {
  const cores = new Cores(3, more).boot(1, 2, 3).run(2000);
  const conn = cores.connectClient(3);
  return cores.run(50).create(conn, 1, '/a0').create(conn, 2, '/a1').run(50);
}
const DATA = withData();

function profileOf(...variants: readonly string[]): Profile {
  const made = withVariants(PROFILE_CURRENT, variants);
  return 'profile' in made ? made.profile : expect.fail('no such variants');
}

const cancelled = (d: Draft): string[] => d.effects.flatMap((effect) => (effect.type === 'cancelTimer' ? [effect.timer] : []));
const looksAgain = (d: { readonly decisions: readonly Decision[] }): boolean => d.decisions.some(({ rule }) => rule === 'election.start');

describe('the timers of a role', () => {
  it.each([
    [PROFILE_CURRENT, ['connectRetry', 'connectBudget', 'read']],
    [{ ...PROFILE_CURRENT, newLeaderOrder: 'epochThenHistory' } as const, ['connectRetry', 'connectBudget', 'read', 'newLeader']],
  ])('stop with it: a learner’s', (profile, timers) => {
    const server = DATA.server(1);
    const d = draftOf(server, { config: { ...server.config, profile } });
    loseLeader(d, 'connectionLost');
    expect(cancelled(d)).toEqual(timers);
  });

  it('stop with it: a leader’s', () => {
    const d = draftOf(DATA.server(3));
    giveUpLeading(d, 'quorumLost');
    expect(cancelled(d)).toEqual(
      expect.arrayContaining(['epochLimit', 'epochAckLimit', 'newLeaderLimit', 'tick', 'sessions', 'containers']),
    );
  });
});

describe('a sync that is interrupted', () => {
  const all: readonly (SyncMode | null)[] = [null, 'DIFF', 'TRUNC', 'SNAP'];
  it.each([
    ['kept', []],
    ['snapGivenUp', ['SNAP']],
    ['givenUp', ['TRUNC', 'SNAP']],
  ] as const)('%s: memory is read from the disk again after %j', (interruptedSync, given) => {
    const server = DATA.server(1);
    const { learning, tree } = server;
    const after = all.filter((mode) => {
      const d = draftOf(server, {
        phase: 'following.synchronization',
        zabState: 'SYNCHRONIZATION',
        config: { ...server.config, profile: { ...PROFILE_CURRENT, interruptedSync } },
        learning: { ...(learning ?? expect.fail('1 follows')), mode, snapshotNeeded: mode !== 'DIFF' },
      });
      loseLeader(d, 'connectionLost');
      return d.s.tree !== tree;
    });
    expect(after).toEqual(given);
  });

  it('goes on in the log file that it had begun', () => {
    const server = DATA.server(1);
    const d = draftOf(server, {
      phase: 'following.synchronization',
      zabState: 'SYNCHRONIZATION',
      learning: { ...(server.learning ?? expect.fail('1 follows')), mode: 'SNAP', snapshotNeeded: true },
    });
    loseLeader(d, 'connectionLost');
    expect(d.s.tree).not.toBe(server.tree);
    expect(d.s.log.file).toBe('log.100000001');
  });
});

describe('a leader that steps down', () => {
  it.each([
    ['counts what its log has and its memory lacks', true, '0x100000004'],
    ['but not if it was never established: nothing is shut down then', false, '0x100000003'],
  ])('%s', (_what, established, zxid) => {
    const server = DATA.server(3);
    const d = draftOf(server, { leading: { ...(server.leading ?? expect.fail('3 leads')), established } });
    for (const item of queued(4, 4)) appendToLog(d, item);
    giveUpLeading(d, 'quorumLost');
    expect(formatZxid(d.s.tree.lastProcessedZxid)).toBe(zxid);
  });
});

describe('a multi that is half applied (ZOOKEEPER-3127)', () => {
  it.each([
    ['a follower', 1],
    ['a leader', 3],
  ])('is applied as a whole before %s votes', (_who, sid) => {
    const cores = withData({ profile: profileOf('ZOOKEEPER-3127') });
    const conn = cores.connectClient(2);
    const create = (path: string) =>
      ({ op: 'create', path, data: new Uint8Array(), acl: [{ perms: 31, scheme: 'world', id: 'anyone' }], mode: 'persistent' }) as const;
    cores.run(50).request(conn, 1, { op: 'multi', ops: [create('/m1'), create('/m2')] });
    for (let i = 0; i < 100 && cores.server(sid).halfMulti === null; i++) cores.run(0.1);
    expect(cores.server(sid).tree.nodes.size).toBe(DATA.server(sid).tree.nodes.size + 1);
    const d = draftOf(cores.server(sid));
    if (d.s.leading === null) loseLeader(d, 'connectionLost');
    else giveUpLeading(d, 'quorumLost');
    expect(d.s.halfMulti).toBeNull();
    expect(d.s.tree.nodes.size).toBe(DATA.server(sid).tree.nodes.size + 2);
    expect(d.s.committedZxid).toEqual(d.s.tree.lastProcessedZxid);
  });
});

describe('an observer that loses its leader', () => {
  const members = [1, 2, 3, 4].map((sid) => ({ sid, type: sid === 4 ? ('observer' as const) : ('participant' as const) }));
  const observer = new Cores(4, { members }).boot(1, 2, 3, 4).run(3000).server(4);

  it('waits for up to 200 ms, another time each time, and only then looks for one', () => {
    const pauses = SEEDS.map((random) => {
      const d = draftOf(observer, { random });
      loseLeader(d, 'connectionLost');
      expect(looksAgain(d)).toBe(false);
      expect(draws(random, d.s.random)).toBe(1);
      return (
        d.effects.flatMap((effect) => (effect.type === 'setTimer' && effect.timer === 'observerDelay' ? [effect.afterMs] : []))[0] ?? NaN
      );
    });
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...pauses)).toBeGreaterThan(150);
    expect(Math.max(...pauses)).toBeLessThan(200);
    const d = draftOf(observer);
    loseLeader(d, 'connectionLost');
    onObserverDelay(d);
    expect(looksAgain(d)).toBe(true);
  });
});

describe('the end of the process', () => {
  it.each([
    ['a follower', 1],
    ['a leader', 3],
  ])('of %s whose disk fails and cannot be read again: it does not vote any more', (_who, sid) => {
    const cores = withData({ profile: PROFILE_SOUND });
    const server = cores.server(sid);
    const disk = { files: Object.fromEntries(Object.entries(server.disk.files).filter(([name]) => !name.startsWith('snapshot.'))) };
    const { server: after, output } = step(
      server,
      { type: 'diskError', message: 'Input/output error', file: 'log.100000001', disk },
      cores.now,
    );
    expect(output.effects.filter(({ type }) => type === 'exit')).toMatchObject([{ code: 1 }]);
    expect(output.effects.some(({ type }) => type === 'send' || type === 'connect' || type === 'setTimer')).toBe(false);
    expect(looksAgain(output)).toBe(false);
    expect(after.phase).toBe('down');
  });

  it('by SIGTERM is the end of its role', () => {
    expect(step(DATA.server(3), { type: 'stop' }, 0).server).toMatchObject({ phase: 'down', role: 'LOOKING', zabState: 'ELECTION' });
  });
});

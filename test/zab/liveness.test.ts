/** Who notices that whom is gone, and when: quorum checks, read timeouts, stuck disks. A tick is 500 ms, syncLimit 4 ticks. */
import { describe, expect, it } from 'vitest';
import { syncedSids } from '../../src/zab/leader/liveness.ts';
import { step } from '../../src/zab/server.ts';
import { Cores } from './cores.ts';

const TICK_MS = 500;
const SYNC_LIMIT_MS = 4 * TICK_MS;

const booted = (servers = 3): Cores => new Cores(servers).boot(...Array.from({ length: servers }, (_, i) => i + 1)).run(2000);

describe('the leader', () => {
  it('asks once a tick whether a quorum is still there, not when a connection closes', () => {
    const cores = booted();
    const at = cores.now;
    cores.kill(1, 2).run(3);
    expect(cores.server(3).phase).toBe('leading.broadcast');
    cores.run(TICK_MS);
    expect(cores.first('leader.gaveUp')).toMatchObject({ decision: { reason: 'quorumLost', synced: [3] } });
    const ticks = (cores.first('leader.gaveUp').at - cores.first('leader.established').at) / TICK_MS;
    expect(ticks).toBeCloseTo(Math.round(ticks), 5);
    expect(cores.first('leader.gaveUp').at - at).toBeLessThanOrEqual(TICK_MS);
  });

  it('pings every learner twice a tick', () => {
    const cores = booted();
    cores.sent.length = 0;
    const before = cores.server(3).leading?.tick ?? NaN;
    cores.run(4 * TICK_MS);
    expect(cores.server(3).leading?.tick).toBe(before + 4);
    expect(cores.sent.filter(({ from, to, message }) => from === 3 && to === 1 && message.kind === 'PING')).toHaveLength(8);
    expect(cores.sent.filter(({ from, to, message }) => from === 1 && to === 3 && message.kind === 'PING')).toHaveLength(8);
  });

  it('drops a learner it has not heard for syncLimit ticks, and carries on with the others', () => {
    const cores = booted();
    const at = cores.now;
    cores.passes = (from, to) => !(from === 1 && to === 3);
    cores.run(SYNC_LIMIT_MS + 10);
    expect(cores.first('handler.closed')).toMatchObject({ decision: { learner: 1, reason: 'readTimeout' } });
    expect(cores.first('handler.closed').at - at).toBeGreaterThan(SYNC_LIMIT_MS - TICK_MS / 2 - 10);
    expect(cores.server(3).phase).toBe('leading.broadcast');
  });

  it.each([
    [{}, true],
    [{ deadlineTick: 4 }, true],
    [{ deadlineTick: 3 }, false],
    [{ observer: true }, false],
    [{ introduced: false }, false],
  ])('at tick 4, with a voting learner that has introduced itself and %o, counts that one: %s', (change, counts) => {
    const leading = booted().server(3).leading ?? expect.fail('nobody leads');
    const [one = expect.fail('nobody follows')] = Object.values(leading.handlers);
    expect(syncedSids({ ...leading, tick: 4, handlers: { 1: { ...one, deadlineTick: 9, ...change } } }, 3)).toEqual(
      counts ? [3, one.sid] : [3],
    );
  });

  it('counts a learner once although an old connection of it is still open', () => {
    const leading = booted(5).server(5).leading ?? expect.fail('nobody leads');
    const one = Object.values(leading.handlers).find(({ sid }) => sid === 1) ?? expect.fail('1 is not there');
    expect(syncedSids({ ...leading, handlers: { 1: one, 2: { ...one, conn: 2 } } }, 5)).toEqual([5, 1]);
  });
});

describe('a follower', () => {
  it('gives up on a leader it has not heard for syncLimit ticks', () => {
    const cores = booted();
    const lastHeard = cores.server(1).learning?.lastHeard ?? NaN;
    cores.passes = (from, to) => !(from === 3 && to === 1);
    cores.run(SYNC_LIMIT_MS);
    const { at, decision } = cores.first('learner.gaveUp', 1);
    expect(decision.reason).toBe('readTimeout');
    expect(at).toBe(lastHeard + SYNC_LIMIT_MS);
  });

  it('sees at once that its leader has died', () => {
    const cores = booted();
    cores.kill(3).run(2);
    expect(cores.first('learner.gaveUp', 1).decision.reason).toBe('connectionLost');
  });
});

describe('a follower whose disk is stuck (SyncLimitCheck)', () => {
  const withStuckDisk = (): { cores: Cores; at: number } => {
    const cores = booted();
    cores.fsyncMs.set(2, Infinity);
    const conn = cores.connectClient(3);
    cores.run(50);
    const at = cores.now;
    cores.create(conn, 1, '/a');
    return { cores, at };
  };

  it('is dropped when it has left a proposal unacknowledged for syncLimit ticks, although it answers pings', () => {
    const { cores, at } = withStuckDisk();
    cores.run(SYNC_LIMIT_MS + TICK_MS);
    const { decision, at: dropped } = cores.first('learner.tooSlow');
    expect(decision).toMatchObject({ learner: 2, limitMs: SYNC_LIMIT_MS });
    expect(dropped - at).toBeGreaterThanOrEqual(SYNC_LIMIT_MS - 50);
    expect(dropped - at).toBeLessThanOrEqual(SYNC_LIMIT_MS + TICK_MS / 2);
    expect(cores.decided('handler.closed')).toMatchObject([{ learner: 2, reason: 'transactionTimeout' }]);
    expect(cores.sent.filter(({ from, to, message }) => from === 2 && to === 3 && message.kind === 'PING').length).toBeGreaterThan(4);
  });

  it.each([
    [SYNC_LIMIT_MS - 1, []],
    [SYNC_LIMIT_MS, ['learner.tooSlow']],
  ])('is dropped by the ping after syncLimit: with a proposal unacknowledged for %i ms %j', (waitedMs, rules) => {
    const cores = booted();
    const server = cores.server(3);
    const leading = server.leading ?? expect.fail('3 leads');
    const [one = expect.fail('nobody follows')] = Object.values(leading.handlers);
    const watched = { zxid: leading.lastProposed, since: cores.now - waitedMs };
    const slow = { ...server, leading: { ...leading, handlers: { ...leading.handlers, [one.conn]: { ...one, watched } } } };
    const { decisions } = step(slow, { type: 'timer', timer: 'tick' }, cores.now).output;
    expect(decisions.map(({ rule }) => rule).filter((rule) => rule === 'learner.tooSlow')).toEqual(rules);
  });

  it('does not hold up the others', () => {
    const { cores } = withStuckDisk();
    cores.run(50);
    expect(cores.heard.at(-1)).toMatchObject({ kind: 'Reply', err: 'OK' });
  });

  it('is watched only from its acknowledgement of NEWLEADER on', () => {
    const cores = booted().kill(2).run(600);
    const conn = cores.connectClient(3);
    cores.run(50);
    cores.passes = (from, to, message) => !(from === 2 && to === 3 && message.kind === 'ACK');
    cores.boot(2).run(600).create(conn, 1, '/a').run(50);
    const handler = Object.values(cores.server(3).leading?.handlers ?? {}).find(({ sid }) => sid === 2);
    expect(handler).toMatchObject({ stage: 'synchronizing', forwarding: true, watched: null });
  });
});

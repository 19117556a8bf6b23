/** LearnerHandlers, the leader's side of one connection: what it waits for, how long, and what the leader knows of its learner. */
import { describe, expect, it } from 'vitest';
import { listAt } from '../../../src/base/chunked.ts';
import { zxid } from '../../../src/base/zxid.ts';
import type { Draft } from '../../../src/zab/draft.ts';
import { dropHandler, setHandler } from '../../../src/zab/leader/handlers.ts';
import { step } from '../../../src/zab/server.ts';
import type { Handler } from '../../../src/zab/state.ts';
import type { QuorumPacket } from '../../../src/zab/types.ts';
import { Cores } from '../cores.ts';

const INIT_LIMIT_MS = 10 * 500;

/** 5 leads, 3 and 4 follow; 1 and 2 are up to the test. */
const led = (): Cores => new Cores(5).boot(3, 4, 5).run(2000);
const learners = (cores: Cores): readonly unknown[] => cores.server(5).leading?.learners ?? expect.fail('5 leads');
const handler = (cores: Cores, conn: number): Handler => cores.server(5).leading?.handlers[conn] ?? expect.fail('5 does not know it');
const connOf = (cores: Cores, sid: number): number => cores.server(sid).learning?.conn ?? expect.fail(`${sid} follows nobody`);
const hear = (cores: Cores, conn: number, message: QuorumPacket): Cores => cores.inject(5, { type: 'receive', conn, message });

/** A leader with a session, which is told no ACK any more. */
function withoutAcks(): { cores: Cores; client: number } {
  const cores = led();
  const client = cores.connectClient(5);
  cores.run(50).passes = (_from, to, message) => !(to === 5 && message.kind === 'ACK');
  return { cores, client };
}

describe('a connection to the quorum port', () => {
  it('counts until initLimit and syncLimit have passed, and is no observer before it says so', () => {
    const cores = led().run(1700);
    const { tick } = cores.server(5).leading ?? expect.fail('5 leads');
    expect(tick).toBeGreaterThan(2);
    const conn = cores.join(1, 5);
    expect(learners(cores).at(-1)).toEqual({ sid: 1, observer: false, stage: 'connected', mode: null, deadlineTick: tick + 10 + 4 });
    expect(handler(cores, conn)).toMatchObject({ introduced: false, wantsSnapshot: false, forwarding: false, sending: false });
  });

  it('on which nothing is said is closed after initLimit', () => {
    const cores = led();
    const [conn, at] = [cores.join(1, 5), cores.now];
    cores.run(INIT_LIMIT_MS - 1);
    expect(cores.isOpen(conn)).toBe(true);
    cores.run(2);
    expect(cores.first('handler.closed', 5)).toMatchObject({ at: at + INIT_LIMIT_MS, decision: { reason: 'readTimeout' } });
    expect(cores.isOpen(conn)).toBe(false);
  });

  it('asks the world for one timer, and to forget it in the end', () => {
    const cores = led();
    const opened = step(cores.server(5), { type: 'accepted', channel: 'quorum', conn: 99, peer: 1 }, cores.now);
    expect(opened.output.effects).toContainEqual({ type: 'setTimer', timer: 'handler:99', afterMs: INIT_LIMIT_MS });
    const ended = step(opened.server, { type: 'disconnected', conn: 99, reason: 'closed' }, cores.now);
    expect(ended.output.effects).toEqual([{ type: 'cancelTimer', timer: 'handler:99' }]);
  });

  it('belongs to whoever introduces itself first', () => {
    const cores = led();
    const conn = cores.join(1, 5);
    cores.tell(conn, { kind: 'FOLLOWERINFO', sid: 1, acceptedEpoch: 0 });
    cores.decisions.length = 0;
    cores.tell(conn, { kind: 'OBSERVERINFO', sid: 2, acceptedEpoch: 0 });
    expect(handler(cores, conn)).toMatchObject({ sid: 1, observer: false, stage: 'epochProposed' });
    expect(cores.decided('epoch.propose')).toEqual([]);
  });

  it('gets a SNAP when its learner asks for one, although it lacks nothing', () => {
    const cores = led();
    const conn = cores.join(1, 5);
    cores.tell(conn, { kind: 'FOLLOWERINFO', sid: 1, acceptedEpoch: 0 });
    cores.tell(conn, { kind: 'ACKEPOCH', currentEpoch: 1, lastZxid: zxid(1, 0), wantsSnapshot: true });
    expect(cores.decided('sync.mode').at(-1)).toMatchObject({ learner: 1, mode: 'SNAP', because: 'forced' });
  });
});

describe('an ACK', () => {
  it('of a learner that has not been synchronized counts for nothing', () => {
    const { cores, client } = withoutAcks();
    cores.create(client, 1, '/a').run(20);
    const conn = cores.join(1, 5);
    cores.tell(conn, { kind: 'FOLLOWERINFO', sid: 1, acceptedEpoch: 0 });
    hear(cores, conn, { kind: 'ACK', zxid: zxid(1, 2) });
    expect(listAt(cores.server(5).leading?.outstanding ?? expect.fail('5 leads'), 0)?.acks).toEqual([5]);
  });
});

describe('any packet', () => {
  it('moves the deadline of the quorum check, also when another one came in the same moment', () => {
    const cores = led();
    const conn = connOf(cores, 3);
    const ping: QuorumPacket = { kind: 'PING', zxid: zxid(1, 0) };
    hear(cores, conn, ping);
    for (let i = 0; i < 2; i++) cores.inject(5, { type: 'timer', timer: 'tick' });
    hear(cores, conn, ping);
    expect(handler(cores, conn).deadlineTick).toBe((cores.server(5).leading?.tick ?? NaN) + 4);
  });
});

describe('what is watched of a follower (SyncLimitCheck)', () => {
  it.each([
    ['P2', 'P2 -'],
    ['P2 P3', 'P2 P3'],
    ['P2 P3 P4', 'P2 P4'],
    ['P2 A9', 'P2 -'],
    ['P2 A2', '- -'],
    ['P2 P3 A2', 'P3 -'],
    ['P2 P3 A3', 'P2 -'],
    ['P2 P3 A9 A3', 'P2 -'],
    ['P2 P3 A3 A2', '- -'],
    ['P2 P3 P4 A2', 'P4 -'],
    ['P2 P3 P4 A3', 'P2 P4'],
  ])('after the PROPOSALs and ACKs %s: %s, each since it went out', (packets, watched) => {
    const { cores, client } = withoutAcks();
    const conn = connOf(cores, 3);
    const wentOut: Record<number, number> = {};
    for (const [kind, counter] of packets.split(' ').map((packet) => [packet[0], Number(packet.slice(1))] as const)) {
      if (kind === 'A') hear(cores, conn, { kind: 'ACK', zxid: zxid(1, counter) });
      else {
        wentOut[counter] = cores.now + 1;
        cores.create(client, counter, `/n${counter}`).run(20);
      }
    }
    const expected = watched.split(' ').map((name) => {
      const counter = Number(name.slice(1));
      return name === '-' ? null : { zxid: zxid(1, counter), since: wentOut[counter] };
    });
    expect([handler(cores, conn).watched, handler(cores, conn).watchedNext]).toEqual(expected);
  });
});

describe('a SYNC that waits', () => {
  it('is forgotten with its learner, and no other', () => {
    const { cores, client } = withoutAcks();
    cores.create(client, 1, '/a').run(20);
    const [gone, stays] = [connOf(cores, 3), connOf(cores, 4)];
    for (const conn of [gone, stays])
      hear(cores, conn, { kind: 'REQUEST', session: cores.session(), cxid: 1, op: { op: 'sync', path: '/' } });
    expect(cores.server(5).leading?.pendingSyncs).toHaveLength(2);
    cores.inject(5, { type: 'disconnected', conn: gone, reason: 'closed' });
    expect(cores.server(5).leading?.pendingSyncs).toEqual([{ conn: stays, zxid: zxid(1, 2) }]);
  });
});

describe('what a leader shows of its learners', () => {
  /** A step of 5 in the making, with the handler of 3. */
  function draft(): { d: Draft; of3: Handler } {
    const cores = led();
    const server = cores.server(5);
    return {
      d: { before: server, s: { ...server }, effects: [], decisions: [], log: [], now: cores.now },
      of3: handler(cores, connOf(cores, 3)),
    };
  }

  it.each([[{ sid: 1 }], [{ observer: true }], [{ stage: 'connected' as const }], [{ mode: 'SNAP' as const }], [{ deadlineTick: 99 }]])(
    'changes with %o',
    (change) => {
      const { d, of3 } = draft();
      setHandler(d, { ...of3, ...change });
      expect(d.s.leading?.learners).toContainEqual(expect.objectContaining(change));
    },
  );

  it.each([[{ lastHeard: 1 }], [{ watched: { zxid: zxid(1, 1), since: 1 } }]])('stays as it is with %o', (change) => {
    const { d, of3 } = draft();
    setHandler(d, { ...of3, ...change });
    expect(d.s.leading?.handlers[of3.conn]).toMatchObject(change);
    expect(d.s.leading?.learners).toBe(d.before?.leading?.learners);
  });

  it('lacks one that is gone', () => {
    const { d, of3 } = draft();
    dropHandler(d, of3.conn, 'disconnected');
    expect(d.s.leading?.learners.map(({ sid }) => sid)).toEqual([4]);
  });
});

import { describe, expect, test } from 'vitest';
import type { Draft } from '../../../src/zab/draft.ts';
import {
  connectAll,
  electionPeer,
  haveDelivered,
  onCnxTimer,
  onElectionAccepted,
  onElectionConnected,
  onElectionConnectFailed,
  onElectionDisconnected,
  startCnx,
  toSend,
} from '../../../src/zab/election/cnxManager.ts';
import type { Server } from '../../../src/zab/state.ts';
import type { Effect } from '../../../src/zab/types.ts';
import { configOf, draftOf, effectsOf, newServer, participants, says, vote } from './support.ts';

const config = configOf(participants(1, 2, 3));
const first = says('LOOKING', vote(2, 1));
const second = says('LOOKING', vote(3, 1));

/** Server 2, driven by hand. */
class Two {
  server: Server = newServer(2, config);
  step(action: (d: Draft) => void): readonly Effect[] {
    const d = draftOf(this.server);
    action(d);
    this.server = d.s;
    return d.effects;
  }
  decides(action: (d: Draft) => void): unknown {
    const d = draftOf(this.server);
    action(d);
    this.server = d.s;
    return d.decisions;
  }
}

test('the election port is opened', () => {
  expect(new Two().step(startCnx)).toEqual([{ type: 'listen', channel: 'election', open: true }]);
});

describe('who keeps a connection (E-13)', () => {
  test.each([
    { we: 'opened', peer: 1, outcome: 'kept', initiator: 2 },
    { we: 'opened', peer: 3, outcome: 'dropped', initiator: 2 },
    { we: 'accepted', peer: 1, outcome: 'dropped, connecting back', initiator: 1 },
    { we: 'accepted', peer: 3, outcome: 'kept', initiator: 3 },
  ])('server 2 $we one with $peer: $outcome', ({ we, peer, outcome, initiator }) => {
    const two = new Two();
    if (we === 'opened') two.step((d) => toSend(d, peer, first));
    const decisions = two.decides((d) => (we === 'opened' ? onElectionConnected(d, 7, peer) : onElectionAccepted(d, 7, peer)));
    expect(decisions).toEqual([{ rule: 'connection.order', peer, initiator, outcome }]);
    expect(two.server.cnx.byConn[7]).toBe(outcome === 'kept' ? peer : undefined);
  });

  test('a smaller sid pays: it connects, is dropped, and is called back', () => {
    const two = new Two();
    expect(two.step((d) => toSend(d, 3, first))).toEqual([
      { type: 'setTimer', timer: 'cnx:3', afterMs: 5000 },
      { type: 'connect', channel: 'election', to: 3 },
    ]);
    expect(two.step((d) => onElectionConnected(d, 7, 3))).toEqual([
      { type: 'cancelTimer', timer: 'cnx:3' },
      { type: 'close', conn: 7 },
    ]);
    expect(two.step((d) => onElectionAccepted(d, 8, 3))).toEqual([{ type: 'send', conn: 8, message: first }]);
  });

  test('a larger sid drops and calls back, giving up the connection it may have', () => {
    const two = new Two();
    two.step((d) => toSend(d, 1, first));
    two.step((d) => onElectionConnected(d, 7, 1));
    expect(two.step((d) => onElectionAccepted(d, 8, 1))).toEqual([
      { type: 'close', conn: 7 },
      { type: 'close', conn: 8 },
      { type: 'setTimer', timer: 'cnx:1', afterMs: 5000 },
      { type: 'connect', channel: 'election', to: 1 },
    ]);
  });

  test('when both connect at once, the attempt under way is the one that counts', () => {
    const two = new Two();
    two.step((d) => toSend(d, 1, first));
    expect(two.step((d) => onElectionAccepted(d, 8, 1))).toEqual([{ type: 'close', conn: 8 }]);
    expect(two.step((d) => onElectionConnected(d, 7, 1))).toEqual([
      { type: 'cancelTimer', timer: 'cnx:1' },
      { type: 'send', conn: 7, message: first },
    ]);
  });

  test('a new connection of a larger sid replaces a stale one', () => {
    const two = new Two();
    two.step((d) => onElectionAccepted(d, 7, 3));
    two.step((d) => toSend(d, 3, first));
    expect(two.step((d) => onElectionAccepted(d, 8, 3))).toEqual([
      { type: 'close', conn: 7 },
      { type: 'send', conn: 8, message: first },
    ]);
    expect(two.server.cnx.byConn).toEqual({ 8: 3 });
    two.step((d) => onElectionDisconnected(d, 7));
    expect(two.server.cnx.peers[3]?.conn).toBe(8);
  });
});

describe('attempts', () => {
  test('one at a time', () => {
    const two = new Two();
    two.step((d) => toSend(d, 1, first));
    expect(two.step((d) => toSend(d, 1, second))).toEqual([]);
  });

  test('after a refusal the next message tries again', () => {
    const two = new Two();
    two.step((d) => toSend(d, 1, first));
    expect(two.step((d) => onElectionConnectFailed(d, 1))).toEqual([{ type: 'cancelTimer', timer: 'cnx:1' }]);
    expect(
      effectsOf(
        two.step((d) => toSend(d, 1, second)),
        'connect',
      ),
    ).toHaveLength(1);
  });

  test('an attempt that is answered after cnxTimeout is closed', () => {
    const two = new Two();
    two.step((d) => toSend(d, 1, first));
    expect(two.step((d) => onCnxTimer(d, 1))).toEqual([]);
    expect(two.step((d) => onElectionConnected(d, 7, 1))).toEqual([{ type: 'close', conn: 7 }]);
    expect(two.server.cnx.peers[1]?.conn).toBeNull();
  });

  test('connectAll tries those there was a message for', () => {
    const two = new Two();
    two.step((d) => toSend(d, 1, first));
    two.step((d) => onElectionConnectFailed(d, 1));
    expect(effectsOf(two.step(connectAll), 'connect')).toEqual([{ type: 'connect', channel: 'election', to: 1 }]);
  });

  test('connectAll tries nobody who is connected already, and nobody there was never a message for', () => {
    const two = new Two();
    two.step((d) => onElectionAccepted(d, 7, 3));
    two.step((d) => onElectionAccepted(d, 8, 1));
    two.step((d) => onElectionConnectFailed(d, 1));
    expect(two.step(connectAll)).toEqual([]);
  });
});

describe('outbox (E-16, E-18)', () => {
  test('holds one message: the newest', () => {
    const two = new Two();
    two.step((d) => toSend(d, 1, first));
    two.step((d) => toSend(d, 1, second));
    expect(
      effectsOf(
        two.step((d) => onElectionConnected(d, 7, 1)),
        'send',
      ),
    ).toEqual([{ type: 'send', conn: 7, message: second }]);
  });

  test('a new connection repeats the last message when nothing newer waits', () => {
    const two = new Two();
    two.step((d) => onElectionAccepted(d, 7, 3));
    two.step((d) => toSend(d, 3, first));
    two.step((d) => onElectionDisconnected(d, 7));
    expect(
      effectsOf(
        two.step((d) => onElectionAccepted(d, 8, 3)),
        'send',
      ),
    ).toEqual([{ type: 'send', conn: 8, message: first }]);
  });

  test('a message that waits makes the repetition needless', () => {
    const two = new Two();
    two.step((d) => onElectionAccepted(d, 7, 3));
    two.step((d) => toSend(d, 3, first));
    two.step((d) => onElectionDisconnected(d, 7));
    two.step((d) => toSend(d, 3, second));
    expect(
      effectsOf(
        two.step((d) => onElectionAccepted(d, 8, 3)),
        'send',
      ),
    ).toEqual([{ type: 'send', conn: 8, message: second }]);
  });

  test('a lost connection is not rebuilt by itself (E-17)', () => {
    const two = new Two();
    two.step((d) => onElectionAccepted(d, 7, 3));
    expect(two.step((d) => onElectionDisconnected(d, 7))).toEqual([]);
    expect(electionPeer(draftOf(two.server), 7)).toBeUndefined();
  });

  test('that does not exist yet is no empty one', () => {
    const two = new Two();
    two.step((d) => onElectionAccepted(d, 7, 1));
    expect(haveDelivered(draftOf(two.server))).toBe(false);
  });

  test('one empty outbox is enough to have delivered', () => {
    const two = new Two();
    const delivered = (): boolean => haveDelivered(draftOf(two.server));
    expect(delivered()).toBe(false);
    two.step((d) => toSend(d, 1, first));
    two.step((d) => toSend(d, 3, first));
    expect(delivered()).toBe(false);
    two.step((d) => onElectionAccepted(d, 7, 3));
    expect(delivered()).toBe(true);
  });
});

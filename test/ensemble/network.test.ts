import { describe, expect, test } from 'vitest';
import type { Command } from '../../src/ensemble/types.ts';
import { fakeEnsemble, heard, startAll, story, talkers } from './fakes.ts';

/** Runs to a time, gives the command, and so on. Times in ms. The conversation of 1 and 2 begins at 7. */
function play(
  behaviour: Parameters<typeof fakeEnsemble>[0],
  plan: readonly (readonly [at: number, command: Command])[],
  untilMs: number,
  options = {},
): ReturnType<typeof fakeEnsemble> {
  const ensemble = fakeEnsemble(behaviour, options);
  startAll(ensemble);
  for (const [at, command] of plan) {
    ensemble.run({ untilMs: at });
    ensemble.command(command);
  }
  ensemble.run({ untilMs });
  return ensemble;
}

const numbers = (ensemble: ReturnType<typeof fakeEnsemble>, sid: number): number[] => heard(ensemble, sid).map(([n]) => n);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

describe('a connection', () => {
  test('is open for the initiator after one round trip, and accepted half a round trip later', () => {
    const ensemble = play(talkers(1, 0), [], 100);
    expect(story(ensemble, 1)).toEqual(['0 boot', '5 timer poll', '7 connected', '7 timer handler:1']);
    expect(story(ensemble, 2)).toEqual(['0 boot', '8 accepted', '8 receive 1']);
  });

  test('delivers in order however much latencies differ', () => {
    const ensemble = play(talkers(200, 0.1), [], 1000, { latency: { meanMs: 10, jitterMs: 9.9 } });
    expect(numbers(ensemble, 2)).toEqual(upTo(200));
  });

  test('is refused at once where nobody listens, and where the process is down but the host up', () => {
    const ensemble = play(talkers(1, 0), [[1, { type: 'kill', sid: 2 }]], 100);
    expect(story(ensemble, 1)).toEqual(['0 boot', '5 timer poll', '7 connectFailed refused']);
  });

  test('gets no answer from a host that is down; TCP gives up after its SYN retries', () => {
    const ensemble = play(talkers(1, 0), [[1, { type: 'crash', sid: 2 }]], 200_000);
    expect(story(ensemble, 1)).toEqual(['0 boot', '5 timer poll', '63006 connectFailed timeout']);
  });

  test('opens with a repeated SYN when the link is healed in time', () => {
    const ensemble = play(
      talkers(1, 0),
      [
        [1, { type: 'cut', from: 1, to: 2 }],
        [2000, { type: 'heal' }],
      ],
      10_000,
    );
    expect(story(ensemble, 1)).toEqual(['0 boot', '5 timer poll', '3007 connected', '3007 timer handler:1']);
    expect(numbers(ensemble, 2)).toEqual([1]);
  });

  test('to a paused process opens in its kernel; the process accepts it when it goes on', () => {
    const ensemble = play(
      talkers(2, 10),
      [
        [1, { type: 'pause', sid: 2 }],
        [500, { type: 'resume', sid: 2 }],
      ],
      1000,
    );
    expect(story(ensemble, 1)).toContain('7 connected');
    expect(story(ensemble, 2)).toEqual(['0 boot', '500 accepted', '500 receive 1', '500 receive 2']);
  });

  test('ends later for a server on a busy machine, and a paused one goes on later; messages are in time', () => {
    const busy = { lag: { meanMs: 40, jitterMs: 0 } };
    const killed = play(talkers(2, 1), [[20, { type: 'kill', sid: 1 }]], 1000, busy);
    expect(story(killed, 2).slice(1)).toEqual(['8 accepted', '8 receive 1', '9 receive 2', '61 disconnected closed']);
    const paused = play(
      talkers(1, 0),
      [
        [1, { type: 'pause', sid: 2 }],
        [500, { type: 'resume', sid: 2 }],
      ],
      1000,
      busy,
    );
    expect(story(paused, 2)).toEqual(['0 boot', '540 accepted', '540 receive 1']);
  });

  test('on a slow link takes longer each way', () => {
    const ensemble = play(talkers(1, 0), [[1, { type: 'slow', from: 1, to: 2, delayMs: 50 }]], 1000);
    expect(story(ensemble, 2)).toEqual(['0 boot', '158 accepted', '158 receive 1']);
  });

  test('that is reset is lost for both, with what was on the wire', () => {
    const ensemble = play(talkers(3, 10), [[17.5, { type: 'reset', from: 2, to: 1 }]], 1000);
    expect(numbers(ensemble, 2)).toEqual([1]);
    for (const sid of [1, 2]) expect(story(ensemble, sid)).toContain('17.5 disconnected reset');
    const closed = ensemble.trace.find((event) => event.what.type === 'connectionClosed');
    expect(closed?.what).toMatchObject({ lost: [2] });
  });
});

describe('a cut loses nothing while the connection lives', () => {
  test('what was sent arrives after the heal, with the next retransmission, in order', () => {
    // First dropped at 18, so retransmissions at 218, 618, 1418.
    const ensemble = play(
      talkers(50, 10),
      [
        [15, { type: 'cut', from: 1, to: 2 }],
        [700, { type: 'heal' }],
      ],
      5000,
    );
    expect(numbers(ensemble, 2)).toEqual(upTo(50));
    expect(heard(ensemble, 2).find(([n]) => n === 2)).toEqual([2, 1418]);
  });

  test('what is sent between heal and retransmission does not overtake', () => {
    const ensemble = play(
      talkers(100, 10),
      [
        [15, { type: 'cut', from: 1, to: 2 }],
        [100, { type: 'heal' }],
      ],
      5000,
    );
    expect(numbers(ensemble, 2)).toEqual(upTo(100));
    expect(heard(ensemble, 2).find(([n]) => n === 11)).toEqual([11, 218]);
  });

  test('a message sent into a cut has no known arrival', () => {
    const ensemble = play(talkers(2, 10), [[15, { type: 'cut', from: 1, to: 2 }]], 100);
    expect(ensemble.trace.flatMap((event) => event.sent).map((flight) => flight.eta)).toEqual([8, null]);
  });

  test('one way: the open direction goes on', () => {
    const ensemble = play(
      talkers(20, 10, true),
      [
        [55, { type: 'cut', from: 2, to: 1, oneWay: true }],
        [1000, { type: 'heal', from: 2, to: 1, oneWay: true }],
      ],
      5000,
    );
    expect(heard(ensemble, 2).at(-1)).toEqual([20, 198]);
    expect(numbers(ensemble, 1)).toEqual(upTo(20));
    // The echo of 6 was dropped at 59: retransmissions at 259, 659, 1459.
    expect(heard(ensemble, 1).filter(([, at]) => at > 55)).toEqual(
      upTo(20)
        .slice(5)
        .map((n) => [n, 1459]),
    );
  });

  test('the sender gives up after 15 retransmissions', () => {
    const ensemble = play(talkers(2, 10), [[15, { type: 'cut', from: 1, to: 2 }]], 1_000_000);
    expect(story(ensemble, 1).at(-1)).toMatch(/^92\d{4} disconnected reset$/);
    expect(story(ensemble, 2).at(-1)).toBe('8 receive 1');
  });
});

describe('what a peer sees when a server goes', () => {
  const end = (type: 'kill' | 'crash' | 'powerLoss' | 'pause'): Command => ({ type, sid: 1 });

  test.each([
    ['kill', '101 disconnected closed'],
    ['crash', '98 receive 10'],
    ['powerLoss', '98 receive 10'],
    ['pause', '98 receive 10'],
  ] as const)('%s: last %s', (type, last) => {
    const ensemble = play(talkers(20, 10), [[100, end(type)]], 10_000);
    expect(story(ensemble, 2).at(-1)).toBe(last);
  });

  test('kill while cut: the kernel of the dead process delivers after the heal, then ends the stream', () => {
    const ensemble = play(
      talkers(3, 10),
      [
        [15, { type: 'cut', from: 1, to: 2 }],
        [60, end('kill')],
        [100, { type: 'heal' }],
      ],
      5000,
    );
    expect(story(ensemble, 2).slice(2)).toEqual(['8 receive 1', '218 receive 2', '218 receive 3', '218 disconnected closed']);
  });

  test('crash while cut: what its host held is gone for good', () => {
    const ensemble = play(
      talkers(3, 10),
      [
        [15, { type: 'cut', from: 1, to: 2 }],
        [60, end('crash')],
        [100, { type: 'heal' }],
      ],
      5000,
    );
    expect(story(ensemble, 2).at(-1)).toBe('8 receive 1');
    expect(ensemble.trace.find((event) => event.what.type === 'processEnded')?.what).toMatchObject({ lost: [2, 3] });
  });

  test('crash: what was on the wire still arrives', () => {
    const ensemble = play(talkers(3, 10), [[17.5, end('crash')]], 5000);
    expect(story(ensemble, 2).at(-1)).toBe('18 receive 2');
  });

  test('sending to a killed process: a reset', () => {
    // 2 is cut off from 1's end of stream, and writes on.
    const ensemble = play(
      talkers(20, 10),
      [
        [100, { type: 'cut', from: 2, to: 1, oneWay: true }],
        [101, { type: 'kill', sid: 2 }],
        [150, { type: 'heal' }],
      ],
      5000,
    );
    expect(story(ensemble, 1).find((line) => line.includes('disconnected'))).toMatch(/disconnected (closed|reset)$/);
  });

  test('half-open: a restarted host answers the next retransmission with a reset', () => {
    const ensemble = play(
      talkers(20, 10),
      [
        [100, { type: 'crash', sid: 2 }],
        [1000, { type: 'start', sid: 2 }],
      ],
      5000,
    );
    // 11 was dropped at 108: retransmissions at 308, 708, 1508.
    expect(story(ensemble, 1).at(-1)).toBe('1509 disconnected reset');
    const closed = ensemble.trace.find((event) => event.what.type === 'connectionClosed')?.what;
    expect(closed?.type === 'connectionClosed' ? closed.lost.length : 0).toBe(10);
  });

  test('half-open and idle: nobody ever notices', () => {
    const ensemble = play(
      talkers(5, 10),
      [
        [100, { type: 'crash', sid: 2 }],
        [1000, { type: 'start', sid: 2 }],
      ],
      100_000,
    );
    expect(story(ensemble, 1).at(-1)).toBe('47 timer handler:5');
  });

  test('killed with unread data: its kernel resets, and throws away what it had not sent', () => {
    const ensemble = play(
      talkers(20, 10),
      [
        [50, { type: 'pause', sid: 2 }],
        [100, { type: 'kill', sid: 2 }],
      ],
      5000,
    );
    expect(story(ensemble, 1)).toContain('101 disconnected reset');
    const ended = ensemble.trace.find((event) => event.what.type === 'processEnded')?.what;
    expect(ended?.type === 'processEnded' ? ended.lost.length : 0).toBe(5);
  });
});

describe('a paused process', () => {
  test('reads its sockets first when it goes on, then its overdue timers go off in their order', () => {
    const ensemble = play(
      (server, input) => {
        if (server.sid === 2 && input.type === 'boot')
          return [
            { type: 'listen', channel: 'quorum', open: true },
            { type: 'setTimer', timer: 'tick', afterMs: 60 },
            { type: 'setTimer', timer: 'read', afterMs: 50 },
          ];
        return talkers(3, 20)(server, input, 0);
      },
      [
        [20, { type: 'pause', sid: 2 }],
        [100, { type: 'resume', sid: 2 }],
      ],
      200,
    );
    expect(story(ensemble, 2).slice(3)).toEqual(['100 receive 2', '100 receive 3', '100 timer read', '100 timer tick']);
  });

  test('a timer that the data set again does not go off late', () => {
    const ensemble = play(
      (server, input) => {
        if (server.sid === 2 && input.type === 'receive') return [{ type: 'setTimer', timer: 'read', afterMs: 50 }];
        return talkers(3, 20)(server, input, 0);
      },
      [
        [20, { type: 'pause', sid: 2 }],
        [100, { type: 'resume', sid: 2 }],
      ],
      1000,
    );
    expect(story(ensemble, 2).filter((line) => line.includes('timer'))).toEqual(['150 timer read']);
  });
});

describe('a lost packet', () => {
  test('is the last that gets through, whatever is still on its way', () => {
    // Its host dies while one packet is held back by the cut and later ones are still under way; then the link is mended.
    const ensemble = play(
      talkers(40, 1),
      [
        [10, { type: 'slow', from: 1, to: 2, delayMs: 20 }],
        [15.5, { type: 'cut', from: 1, to: 2 }],
        [33.5, { type: 'crash', sid: 1 }],
        [34.5, { type: 'heal', from: 1, to: 2 }],
      ],
      2_000,
    );
    const arrived = numbers(ensemble, 2);
    expect(arrived).toEqual(upTo(arrived.length));
    expect(ensemble.trace.some(({ what }) => what.type === 'connectionClosed' || what.type === 'processEnded')).toBe(true);
  });
});

describe('a link that is slow one way', () => {
  test('is as quick as ever the other way', () => {
    const ensemble = play(talkers(1, 0), [[1, { type: 'slow', from: 2, to: 1, delayMs: 50, oneWay: true }]], 200);
    expect(story(ensemble, 1)).toContain('57 connected');
    expect(story(ensemble, 2)).toContain('58 accepted');
  });
});

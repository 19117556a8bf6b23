/** Search and filters over real runs: what the index answers is what looking at every event would. */
import { beforeAll, describe, expect, test } from 'vitest';
import { kindOf, pathsOf, sessionsOf } from '../../src/trace/about.ts';
import { holds, isMomentary, matcher } from '../../src/trace/claim/holds.ts';
import { momentAt } from '../../src/trace/claim/facts.ts';
import { ClaimError, parseClaim, parsePredicate } from '../../src/trace/claim/parse.ts';
import { textIn } from '../../src/trace/eventText.ts';
import { en } from '../../src/trace/narrate/en.ts';
import { Filtered, find, findNow, PIECE, type EventFilter } from '../../src/trace/search.ts';
import { Timeline } from '../../src/trace/timeline.ts';
import { ledEnsemble } from '../support/simulated.ts';

const SIDS = [1, 2, 3];
const text = textIn(en);
let timeline: Timeline;

/** Three servers; a client creates /app and /app/a on 1; the leader dies and comes back. */
beforeAll(() => {
  const ensemble = ledEnsemble(3);
  const create = (path: string) =>
    ({ op: 'create', path, data: null, acl: [{ perms: 31, scheme: 'world', id: 'anyone' }], mode: 'persistent' }) as const;
  ensemble.command({ type: 'connect', client: 1, servers: [1], timeoutMs: 10_000, name: 'writer' });
  ensemble.run({ untilMs: ensemble.now + 500 });
  ensemble.command({ type: 'request', client: 1, request: create('/app') });
  ensemble.run({ untilMs: ensemble.now + 100 });
  ensemble.command({ type: 'request', client: 1, request: create('/app/a') });
  ensemble.run({ untilMs: ensemble.now + 500 });
  ensemble.command({ type: 'kill', sid: 3 });
  ensemble.run({ untilMs: ensemble.now + 3_000 });
  ensemble.command({ type: 'start', sid: 3 });
  ensemble.run({ untilMs: ensemble.now + 3_000 });
  timeline = new Timeline(
    SIDS.map((sid) => ({ sid, type: 'participant' })),
    ensemble.trace,
  );
});

/** All positions that a predicate has, by looking at each event. */
function everywhere(predicate: string): number[] {
  const parsed = parsePredicate(predicate, SIDS);
  const says = matcher(parsed, timeline, text);
  const so = timeline.events.map(({ n }) => says(n));
  return so.flatMap((is, n) => (is && (isMomentary(parsed) || so[n - 1] !== true) ? [n] : []));
}

/** All positions that a search finds, one after the other. */
function found(predicate: string, direction: 1 | -1): number[] {
  const parsed = parsePredicate(predicate, SIDS);
  const all: number[] = [];
  for (let n: number | null = direction > 0 ? -1 : timeline.length; (n = findNow(parsed, timeline, n, direction, text)) !== null;)
    all.push(n);
  return all;
}

describe.each([
  'role(2)=LEADING',
  'role(3)=DOWN',
  'count(FOLLOWING)=2',
  'leader=2',
  'epoch>=2',
  'zxid(1)>zxid(2)',
  'acceptedEpoch(1)>epoch(1)',
  'decided(vote.order)>=2',
  'decided(proposal.ack, committed)>=3',
  'log(2) contains /app/a',
  'outcome(/app/a)=acked',
  'client(writer)=connected',
  'client(a)=connected',
  'up(3) and role(1)=FOLLOWING',
  'role(3)=DOWN or role(1)=LOOKING',
  'decision=vote.order',
  'decision=leader.established or decision=vote.final',
  'decision=vote.order and server=2',
  'decision=vote.order and role(3)=DOWN',
  'decision=vote.quorum or role(3)=DOWN',
  'decision.outcome=committed',
  'message=NOTIFICATION and message.from=2',
  'sends=PROPOSAL and sends.to=1',
  'kind=discovery and server!=3',
  'event=processEnded',
  'command=kill',
  'timer=finalizeWait',
  'becomes=LEADING',
  'path=/app/a',
  'client=a and event=requested',
  'at>=1000 and at<2000 and server=1',
  'n=7',
  '"no quorum"',
  '"Client writer"',
  '"NEWLEADER" and kind=synchronization',
  'not kind=heartbeat and not kind=disk and server=1',
])('%s', (predicate) => {
  test('is found forward and backward wherever it is', () => {
    const expected = everywhere(predicate);
    expect(expected.length).toBeGreaterThan(0);
    expect(found(predicate, 1)).toEqual(expected);
    expect(found(predicate, -1)).toEqual(expected.toReversed());
  });
});

test.each(['"no such text"', 'leader=1', 'session=0xdead', 'command=wipe', 'n=99999999'])('%s is nowhere', (predicate) => {
  expect(found(predicate, 1)).toEqual([]);
});

test('a session is found in every spelling', () => {
  const session = timeline.events.flatMap(sessionsOf).find((id) => id !== '0x0') as string;
  const spelled = `0x0${session.slice(2).toUpperCase()}`;
  expect(everywhere(`session=${spelled}`)).toEqual(everywhere(`session=${session}`));
  expect(everywhere(`session=${session}`).length).toBeGreaterThan(5);
});

test('what a claim says of a moment, the predicate says too', () => {
  const predicate = matcher(parsePredicate('epoch>=2 and leader', SIDS), timeline, text);
  const claim = parseClaim('epoch>=2 and leader', SIDS);
  for (let n = 0; n < timeline.length; n += 13) expect(predicate(n)).toBe(holds(claim, momentAt(timeline, n)));
});

test('a search pauses after every piece, and can be left there', () => {
  const search = find(parsePredicate('"no such text"', SIDS), timeline, -1, 1, text);
  const pauses: number[] = [];
  for (let step = search.next(); step.done !== true; step = search.next()) pauses.push(step.value);
  expect(pauses.length).toBe(Math.floor(timeline.length / PIECE));
  expect(pauses[0]).toBe(PIECE - 1);
});

test.each([
  ['decision=vote.oder', 10, 'did you mean "vote.order"?'],
  ['mesage=PING', 1, 'did you mean "message"?'],
  ['kind>election', 5, 'expected = or !='],
  ['server=9', 8, 'there is no server "9"'],
  ['session=12', 9, 'expected a session'],
  ['path=a', 6, 'expected a path'],
  ['"unclosed', 1, 'expected a text in quotation marks'],
  ['client=3', 8, 'expected the letter of a client'],
])('%j is refused at character %i: %s', (predicate, character, expected) => {
  let error: unknown;
  try {
    parsePredicate(predicate, SIDS);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(ClaimError);
  expect((error as ClaimError).offset + 1).toBe(character);
  expect((error as ClaimError).message).toContain(expected);
});

describe('a filter', () => {
  const passing = (filter: EventFilter, most = 100): number[] => {
    const filtered = new Filtered(filter, timeline, text);
    while (!filtered.extend(most));
    return filtered.positions;
  };

  test('lets pass what its lists name', () => {
    expect(passing({})).toHaveLength(timeline.length);
    for (const n of passing({ kinds: ['election'] })) expect(kindOf(timeline.events[n]!)).toBe('election');
    const below = passing({ paths: ['/app'] });
    expect(below).toEqual(timeline.events.filter((event) => pathsOf(event).some((path) => path.startsWith('/app'))).map(({ n }) => n));
    expect(passing({ servers: [2], kinds: ['election'] }).length).toBeLessThan(passing({ kinds: ['election'] }).length);
    expect(passing({ predicate: parsePredicate('decision=vote.order', SIDS) })).toEqual(everywhere('decision=vote.order'));
  });

  test('grows with the trace, and is cut with it', () => {
    const part = new Timeline(timeline.members, timeline.events.slice(0, 300));
    const filtered = new Filtered({ servers: [1] }, part, text);
    expect([filtered.extend(200), filtered.extend(200)]).toEqual([false, true]);
    part.appended(timeline.events.slice(300, 400));
    expect(filtered.extend()).toBe(true);
    expect(filtered.positions).toEqual(passing({ servers: [1] }).filter((n) => n < 400));
    part.truncated(250);
    filtered.truncated(250);
    expect(filtered.done).toBe(250);
    expect(filtered.positions).toEqual(passing({ servers: [1] }).filter((n) => n < 250));
    expect(filtered.positions.every((n) => filtered.has(n)) && !filtered.has(399)).toBe(true);
  });
});

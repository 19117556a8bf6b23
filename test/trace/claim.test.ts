/** The language of checkpoints: what it says of a real run, and what it refuses. */
import { beforeAll, describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { momentAt } from '../../src/trace/claim/facts.ts';
import { firstHolding, holds, quote } from '../../src/trace/claim/holds.ts';
import { ClaimError, parseAsk, parseClaim } from '../../src/trace/claim/parse.ts';
import { readLesson } from '../../src/lesson/compile/folder.ts';
import type { Timeline } from '../../src/trace/timeline.ts';
import { Walker } from '../lesson/walker.ts';

const SIDS = [1, 2, 3, 4, 5];
const claim = (text: string) => parseClaim(text, SIDS);

describe('five servers elected 5, and a client of 1 has created /a', () => {
  let timeline: Timeline;
  beforeAll(() => {
    const lesson = readLesson('lessons', '02-proposal-to-commit');
    const walker = new Walker(lesson);
    for (const act of lesson.steps[0]?.experiment?.acts ?? []) walker.act(act);
    walker.idle(500);
    timeline = walker.timeline;
  });
  const isSo = (text: string, n = timeline.length - 1): boolean => holds(claim(text), momentAt(timeline, n));
  const says = (text: string, n = timeline.length - 1): string => quote(parseAsk(text, SIDS), momentAt(timeline, n));

  test.each([
    'leader=5',
    'leader',
    'epoch=1',
    'epoch(3)=1',
    'role(1)=FOLLOWING',
    'role(5)=LEADING',
    'role(1)!=LEADING',
    'count(FOLLOWING)=4',
    'vote(1)=5',
    'round(2)>=1',
    'up(2)',
    'serving(2)',
    'proposed(/a)',
    'durable(/a, 1)',
    'committed(/a)',
    'applied(/a, 4)',
    'zxid(/a)=0x100000002',
    'lastZxid(3)>=0x100000002',
    'lastZxid(3)<0x200000000',
    'lastLogged(3)>0x100000001',
    'acks(/a)>=3',
    'acks(0x100000002)>=3',
    'outcome(/a)=acked',
    'clients=1',
    'waiting=0',
    'decided(vote.order)',
    'decided(vote.final)=5',
    'decided(proposal.ack, committed)>=1',
    'time>=100',
    'not cut(1, 2)',
    'leader=5 and epoch=1',
    'leader=4 or epoch=1',
    'not (leader=4 or epoch=2)',
    'leader=5 and not not epoch=1',
    'leader(1)=5',
    'acceptedEpoch(1)=1',
    'acceptedEpoch(1)=epoch(2)',
    'phase(1)=following.broadcast',
    'phase(1)=following',
    'phase(1)!=leading',
    'zabState(5)=BROADCAST',
    'zxid(1)=zxid(5)',
    'zxid(1)=zxid(/a)',
    'zxid(1)>=lastLogged(3)',
    'vote(1)=vote(2)',
    'log(1) contains 0x100000002',
    'log(1) contains /a',
    'log(1, /a)',
    'client(a)=connected',
    'flying(NOTIFICATION)=0',
    'outstanding=0',
    'not violation',
  ])('%s', (text) => expect(isSo(text)).toBe(true));

  test.each([
    'leader=4',
    'epoch>1',
    'role(1)=DOWN',
    'count(DOWN)',
    'committed(/b)',
    'outcome(/a)=rejected',
    'waiting',
    'decided(leader.gaveUp)',
    'cut(1, 2)',
    'leader=5 and epoch=2',
    'time<100',
    'zxid(1)<zxid(3)',
    'log(1) contains /b',
    'log(1) contains 0x100000003',
    'phase(1)=follow',
    'phase(1)!=following',
    'client(b)=connected',
    'leader(1)=vote(1) and violation',
  ])('not %s', (text) => expect(isSo(text)).toBe(false));

  test.each(['outcome(/b)=acked', 'outcome(/b)!=acked', 'zxid(/b)>=0x0', 'zxid(/b)!=0x0', 'acks(/b)>=0', 'acks(/b)!=7'])(
    'a fact without a value is neither equal nor unequal to anything: %s',
    (text) => {
      expect(isSo(text)).toBe(false);
    },
  );

  test('nothing after the playhead counts', () => {
    expect(isSo('leader or decided(vote.order) or proposed(/a) or clients', -1)).toBe(false);
    const committed = firstHolding(claim('committed(/a)'), timeline, 0, timeline.length - 1) as number;
    expect(isSo('committed(/a) and acks(/a)=3 and not applied(/a, 1) and waiting=1', committed)).toBe(true);
    expect(isSo('committed(/a)', committed - 1)).toBe(false);
    expect(firstHolding(claim('leader=3'), timeline, 0, timeline.length - 1)).toBeNull();
  });

  test('facts can be quoted', () => {
    expect([says('leader'), says('zxid(/a)'), says('role(2)'), says('outcome(/b)'), says('leader', -1)]).toEqual([
      '5',
      '0x100000002',
      'FOLLOWING',
      '–',
      '–',
    ]);
  });
});

test.each([
  ['', 1, 'expected the name of a fact, got the end'],
  ['leadr=3', 1, 'unknown fact "leadr"; expected one of leader, epoch, role'],
  ['constructor', 1, 'unknown fact "constructor"'],
  ['leader=three', 8, 'expected a whole number, got "three"'],
  ['leader==3', 8, 'expected a value, got "="'],
  ['role(1)=leading', 9, 'expected one of LOOKING, FOLLOWING, LEADING, OBSERVING, PAUSED, DOWN, got "leading"'],
  ['role(1)>LEADING', 8, 'expected = or !='],
  ['role(9)=LEADING', 6, 'there is no server "9"; the servers are 1, 2, 3, 4, 5'],
  ['role=LEADING', 1, '"role" needs 1 of these in parentheses: sid'],
  ['epoch(1, 2)', 10, 'takes at most 1 argument'],
  ['committed(a)', 11, 'expected a path, such as /a'],
  ['rolle(1)=LEADING', 1, 'did you mean "role"?'],
  ['role(1)=FOLOWING', 9, 'did you mean "FOLLOWING"?'],
  ['decided(vote.oder)', 9, 'did you mean "vote.order"?'],
  ['zxid(1)<epoch(3)', 9, '"epoch" gives a number and cannot be compared with a zxid'],
  ['zxid(7)<zxid(3)', 6, 'there is no server "7"'],
  ['log(1) contains 7', 17, 'expected a path or a zxid'],
  ['flying(NOTIFCATION)', 8, 'did you mean "NOTIFICATION"?'],
  ['decision=vote.order', 1, 'unknown fact "decision"'],
  ['"text"', 1, 'unknown fact'],
  ['committed(/a)=1', 14, 'true or false by itself'],
  ['decided(vote.ordr)', 9, 'unknown rule "vote.ordr"'],
  ['count(leader)', 7, 'unknown role "leader"'],
  ['zxid(/a)>=5', 11, 'expected a zxid'],
  ['leader and', 11, 'expected the name of a fact, got the end'],
  ['leader epoch', 8, 'expected "and", "or", a comparison or the end, got "epoch"'],
  ['(leader', 8, 'expected ")", got the end'],
  ['leader)', 7, 'got ")"'],
])('%j is refused at character %i: %s', (text, character, expected) => {
  const error = refusal(() => claim(text));
  expect(error.offset + 1).toBe(character);
  expect(error.message).toContain(expected);
});

test('a claim that is too long or too deep is refused', () => {
  expect(refusal(() => claim('leader or '.repeat(60))).message).toContain('at most 500 characters');
  expect(refusal(() => claim(`${'('.repeat(100)}leader`)).message).toContain('at most 20 levels');
});

test('what is true or false cannot be quoted', () => {
  expect(refusal(() => parseAsk('up(1)', SIDS)).message).toContain('cannot be quoted');
});

test('any text is either a claim or refused with a place in it', () => {
  const words = fc.constantFrom(
    'leader',
    'epoch',
    'role',
    'committed',
    '(',
    ')',
    '(1)',
    '(/a)',
    '=',
    '>=',
    '3',
    'FOLLOWING',
    'and',
    'or',
    'not',
    ',',
    ' ',
    '0x1',
    '__proto__',
    '\n',
    '\u4e2d',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(words, { maxLength: 30 }).map((parts) => parts.join(' ')),
        fc.string({ maxLength: 60 }),
      ),
      (text) => {
        try {
          claim(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ClaimError);
          expect((error as ClaimError).offset).toBeLessThanOrEqual(Math.max(text.length, 500));
        }
      },
    ),
  );
});

function refusal(read: () => unknown): ClaimError {
  try {
    read();
  } catch (error) {
    if (error instanceof ClaimError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

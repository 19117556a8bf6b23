/** Small pure parts of the page: keys, suggestions, the caption's choice, paths, languages, the statechart's layout. */
import { describe, expect, test } from 'vitest';
import { Captions, weight } from '../../src/app/caption/pick.ts';
import { suggestions } from '../../src/app/caption/suggest.ts';
import { isPath, opOf, OPERATIONS } from '../../src/app/clients/ops.ts';
import { en } from '../../src/app/i18n/en.ts';
import { zh } from '../../src/app/i18n/zh.ts';
import { preferredLanguage } from '../../src/app/i18n/i18n.svelte.ts';
import { isLit, layoutChart } from '../../src/app/inspector/chart.ts';
import { fieldsOf } from '../../src/app/inspector/values.ts';
import { press, type Keys } from '../../src/app/shell/keys.ts';
import { clientName } from '../../src/app/shell/ui.svelte.ts';
import { Cinema } from '../../src/app/transport/cinema.ts';
import { GLYPHS } from '../../src/app/stage/glyphs.ts';
import { messageLabel } from '../../src/trace/narrate.ts';
import { Timeline } from '../../src/trace/timeline.ts';
import { serverMachine } from '../../src/zab/machines/server.ts';
import { fixtureTrace } from './fixture.ts';

const story = fixtureTrace();
const members = [1, 2, 3, 4, 5].map((sid) => ({ sid, type: 'participant' as const }));
const timeline = new Timeline(members, story);
const voters = members.map(({ sid }) => sid);

describe('keys', () => {
  const done: string[] = [];
  const note =
    (name: string) =>
    (...args: unknown[]): void =>
      void done.push([name, ...args].join(' '));
  const names = [
    'toggle',
    'step',
    'jump',
    'start',
    'live',
    'speed',
    'heartbeats',
    'digit',
    'server',
    'cut',
    'heal',
    'legend',
    'help',
    'scenarios',
    'clients',
    'theme',
    'language',
    'escape',
  ];
  const keys = Object.fromEntries(names.map((name) => [name, note(name)])) as unknown as Keys;
  const plain = { ctrlKey: false, metaKey: false, altKey: false };

  test.each([
    [' ', 'toggle'],
    ['ArrowLeft', 'step -1'],
    ['D', 'jump decision -1'],
    ['e', 'jump roleChange 1'],
    ['7', 'digit 7'],
    ['k', 'server k'],
    ['?', 'help'],
    ['Escape', 'escape'],
  ])('%s means %s', (key, wanted) => {
    done.length = 0;
    expect(press(keys, { key, ...plain })).toBe(true);
    expect(done).toEqual([wanted]);
  });

  test('the browser keeps its own', () => {
    expect(press(keys, { key: 'r', ...plain, ctrlKey: true })).toBe(false);
    expect(press(keys, { key: 'F5', ...plain })).toBe(false);
  });
});

describe('suggestions', () => {
  const led = timeline.viewAt(story.findIndex(({ what }) => what.type === 'command' && what.command.type === 'connect'));

  test('a first-time visitor is offered the three great experiments', () => {
    expect(suggestions(led, voters, 0, en).map(({ id }) => id)).toEqual(['killLeader', 'split', 'plug']);
  });

  test('the split leaves the leader in the minority', () => {
    const split = suggestions(led, voters, 0, en).find(({ id }) => id === 'split');
    expect(split?.commands).toEqual([
      {
        type: 'partition',
        groups: [
          [1, 5],
          [2, 3, 4],
        ],
      },
    ]);
  });

  test('before there is a leader it cannot be killed', () => {
    expect(suggestions(timeline.viewAt(12), voters, 0, en)[0]?.commands).toEqual([]);
  });

  test('after a kill, bringing the server back comes first', () => {
    expect(suggestions(timeline.head, voters, 1, en)[0]?.commands).toEqual([{ type: 'restart', sid: 5 }]);
  });
});

describe('the caption', () => {
  const clock = new Cinema({ hideHeartbeats: true });
  for (const event of story) clock.append(event);

  test('prefers what turns the story over what happened last', () => {
    const kill = story.findIndex(({ what }) => what.type === 'command' && what.command.type === 'kill');
    expect(new Captions(story, clock).at(clock.timeOf(kill + 2))).toBe(kill);
  });

  test('a sentence stays long enough to be read', () => {
    const captions = new Captions(story, clock);
    const told: { readonly n: number; readonly from: number }[] = [];
    for (let t = 0; t <= clock.end; t += 10)
      if (captions.at(t) >= 0 && captions.at(t) !== told.at(-1)?.n) told.push({ n: captions.at(t), from: t });
    const stays = told.slice(1).map(({ n, from }, i) => ({ n, ms: from - (told[i]?.from ?? 0) }));
    for (const { n, ms } of stays) if (story[n]?.what.type !== 'command') expect(ms, JSON.stringify([n, told])).toBeGreaterThanOrEqual(490);
    expect(told.length).toBeGreaterThan(3);
  });

  test('is the same whether time ran or was jumped to', () => {
    const ran = new Captions(story, clock);
    for (let t = 0; t <= clock.end; t += 97) expect(new Captions(story, clock).at(t)).toBe(ran.at(t));
  });

  test('says nothing of ticks', () => {
    const last = story.at(-1);
    expect(last === undefined ? -1 : weight(last)).toBe(0);
  });
});

test.each([
  ['/', true],
  ['/a/b', true],
  ['', false],
  ['a', false],
  ['/a/', false],
  ['//a', false],
])('path "%s" is accepted: %s', (path, ok) => {
  expect(isPath(path)).toBe(ok);
});

test('every operation of the client panel is one of ZooKeeper', () => {
  expect(OPERATIONS.map((operation) => opOf(operation, '/a', 'x', 'persistent').op)).toEqual([
    'create',
    'setData',
    'getData',
    'delete',
    'getChildren2',
    'exists',
    'sync',
  ]);
});

test('clients are lettered', () => {
  expect([1, 2, 26, 27].map((client) => clientName(client))).toEqual(['a', 'b', 'z', 'aa']);
});

test.each([
  [null, ['zh-CN', 'en'], 'zh'],
  [null, ['fr', 'en-GB'], 'en'],
  ['zh', ['en'], 'zh'],
  [null, ['de'], 'en'],
] as const)('stored %s and browser %j give %s', (stored, wanted, language) => {
  expect(preferredLanguage(stored, wanted)).toBe(language);
});

test('both languages say everything', () => {
  const keysOf = (value: object, prefix = ''): readonly string[] =>
    Object.entries(value).flatMap(([key, part]) =>
      typeof part === 'object' ? keysOf(part as object, `${prefix}${key}.`) : [`${prefix}${key}`],
    );
  expect(keysOf(zh)).toEqual(keysOf(en));
});

test('stage and narration use the same two letters', () => {
  for (const event of story) for (const { message } of event.sent) expect(GLYPHS[message.kind].letters).toBe(messageLabel(message).code);
});

test('a message is shown by its fields, zxids in hex', () => {
  expect(fieldsOf({ kind: 'ACK', zxid: { epoch: 1, counter: 3 } })).toEqual([['zxid', '0x100000003']]);
});

describe('the statechart', () => {
  const chart = layoutChart(serverMachine, 336);

  test('is drawn from the machine that runs: every state of the trace has a box', () => {
    for (const event of story)
      if (event.changes?.phase !== undefined) expect(chart.boxes.some(({ id }) => id === event.changes?.phase)).toBe(true);
  });

  test('nests: a state lies inside its parent, and siblings are apart', () => {
    for (const box of chart.boxes) {
      const parent = chart.boxes.find(({ id }) => box.id.startsWith(`${id}.`));
      if (parent === undefined) continue;
      expect(box.x).toBeGreaterThan(parent.x);
      expect(box.x + box.width).toBeLessThanOrEqual(parent.x + parent.width);
      expect(box.y + box.height).toBeLessThanOrEqual(parent.y + parent.height);
    }
  });

  test('lights a state and what contains it', () => {
    expect(chart.boxes.filter((box) => isLit(box, 'following.discovery')).map(({ id }) => id)).toEqual([
      'following',
      'following.discovery',
    ]);
  });
});

/** A run as text for others: what is written is reviewed by eye in `written/`, made anew with `npm run test:update`. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toMarkdown } from '../../src/export/markdown.ts';
import { toMermaid } from '../../src/export/mermaid.ts';
import type { RunRecord } from '../../src/export/record.ts';
import { SHIVIZ_EXPRESSION, toShiViz } from '../../src/export/shiviz.ts';
import { toTla } from '../../src/export/tla.ts';
import { OPEN_ACL } from '../../src/tree/aclCache.ts';
import { LANGUAGES } from '../../src/trace/narrate/languages.ts';
import { ledEnsemble } from '../support/simulated.ts';
import { eventOf, server, traceOf, world } from '../trace/events.ts';

function killedLeader(): RunRecord {
  const ensemble = ledEnsemble(3);
  const leader = ensemble.sids.find((sid) => ensemble.view(sid)?.role === 'LEADING') ?? 0;
  ensemble.command({ type: 'connect', client: 1, servers: [1] });
  ensemble.run({ untilMs: ensemble.now + 300 });
  ensemble.command({
    type: 'request',
    client: 1,
    request: { op: 'create', path: '/a', data: new Uint8Array(0), acl: OPEN_ACL, mode: 'persistent' },
  });
  ensemble.run({ untilMs: ensemble.now + 300 });
  ensemble.command({ type: 'kill', sid: leader });
  ensemble.run({ untilMs: ensemble.now + 1500 });
  return { name: 'The leader is killed', members: ensemble.options.config.members, events: ensemble.trace };
}
const run = killedLeader();

test.each(['en', 'zh'] as const)('the transcript in Markdown (%s)', async (lang) => {
  await expect(toMarkdown(run, LANGUAGES[lang])).toMatchFileSnapshot(`written/killed-leader.${lang}.md`);
});

test('the sequence as a Mermaid diagram', async () => {
  await expect(toMermaid(run)).toMatchFileSnapshot('written/killed-leader.mmd');
});

test('the states as TLC prints a behaviour', async () => {
  await expect(toTla({ ...run, to: 120 })).toMatchFileSnapshot('written/killed-leader.tla.txt');
});

describe('a part of a run', () => {
  test('begins and ends where it should', () => {
    const at = run.events[60]?.at ?? 0;
    const text = toMarkdown({ ...run, from: 60, to: 120 }, LANGUAGES.en);
    const times = [...text.matchAll(/^- \*\*([\d.]+) ms\*\*/gm)].map((match) => Number(match[1]));
    expect(times[0]).toBeGreaterThanOrEqual(Math.floor(at));
    expect(times.at(-1)).toBeLessThanOrEqual((run.events[120]?.at ?? 0) + 0.1);
  });

  test('an empty one says so', () => {
    expect(toMarkdown({ name: 'x', members: run.members, events: [] }, LANGUAGES.en)).toContain('Nothing happened.');
    expect(toMermaid({ name: 'x', members: run.members, events: [] })).toContain('sequenceDiagram');
  });
});

test('text from outside is no markup, whatever is in it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
      const events = traceOf(world({ type: 'note', text: `<b>${text}` }), server(1, { what: { type: 'logLine', text: `${text};<img>` } }));
      const record = { name: text, members: run.members, events };
      const markdown = toMarkdown(record, LANGUAGES.en);
      expect(markdown).not.toMatch(/(?<!\\)<(b|img)>/);
      expect(
        toMermaid({ ...record, events: [...events, eventOf(2, world({ type: 'note', text }))] })
          .split('\n')
          .every((line) => line.length < 400),
      ).toBe(true);
    }),
  );
});

test('more messages than a diagram can bear are left out, and counted', () => {
  const many = toMermaid({ ...run, events: run.events });
  const arrows = many.split('\n').filter((line) => /->>|-x/.test(line)).length;
  expect(arrows).toBeLessThanOrEqual(400);
  if (arrows === 400) expect(many).toMatch(/%% \d+ more messages are left out/);
});

describe('the log for ShiViz', () => {
  const events = [...toShiViz(run, LANGUAGES.en).matchAll(new RegExp(SHIVIZ_EXPRESSION, 'g'))].map(({ groups }) => ({
    host: groups?.['host'] ?? '',
    clock: JSON.parse(groups?.['clock'] ?? '{}') as Readonly<Record<string, number>>,
  }));
  const byHost = new Map<string, typeof events>();
  for (const event of events) byHost.set(event.host, [...(byHost.get(event.host) ?? []), event]);

  test('has every event of servers, clients and the person', () => {
    const lines = run.events.filter(
      ({ actor, what }) => actor.kind !== 'world' || ['command', 'processStarted', 'processEnded'].includes(what.type),
    );
    expect(events).toHaveLength(lines.length);
    expect([...byHost.keys()].toSorted()).toEqual(['client-a', 'person', 'server-1', 'server-2', 'server-3']);
  });

  test('is one that ShiViz takes: each host counts from 1, and no clock names what never was', () => {
    for (const [host, own] of byHost) {
      expect(own.map(({ clock }) => clock[host])).toEqual(own.map((_, i) => i + 1));
      for (const { clock } of own)
        for (const [other, time] of Object.entries(clock)) expect(time).toBeLessThanOrEqual(byHost.get(other)?.length ?? 0);
    }
  });

  test('who knows an event knows all that it knew', () => {
    for (const { clock } of events)
      for (const [other, time] of Object.entries(clock)) {
        const known = byHost.get(other)?.[time - 1]?.clock ?? {};
        for (const [host, least] of Object.entries(known)) expect(clock[host]).toBeGreaterThanOrEqual(least);
      }
  });
});

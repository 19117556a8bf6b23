/** The same logs in another dress say the same: recordings printed again in every layout, behind every prefix, as people paste them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromUtf8, utf8, type Sid } from '../../../src/base/ids.ts';
import { summarize, understand } from '../../../src/intake/logs/index.ts';
import type { LogCase } from '../../../src/intake/logs/model.ts';
import { openRecording } from '../../golden/archive.ts';
import { logBytes, logNames, readAll, said, toldBy, worstTime, type Told } from './goldenLogs.ts';
import { entriesOf, LAYOUTS, PASTES, PREFIXES, printed, wrapped, type Layout, type Printed } from './reprint.ts';

const RECORDINGS = [
  '03-boot-3-1-then-2',
  '04-kill-leader-5',
  '04i-clean-stop-leader',
  '05-leader-dies-proposal-only-on-leader',
  '05d-trunc-without-new-writes',
  '11-observers',
  '14b-old-backup-on-majority',
  '16-log-crc-middle',
  '18-zombie-leader',
  '22b-quorum-lost-5',
  '24-wiped-minority',
  '25-rolling-restart',
];

interface Recorded {
  /** By sid. */
  readonly entries: ReadonlyMap<Sid, readonly Printed[]>;
  readonly told: Told;
}

const known = new Map<string, Recorded>();

/** What a recording's logs say as ZooKeeper printed them, which `golden.test.ts` compares with what truly happened. */
function recorded(name: string, form: 'full' | 'info'): Recorded {
  const key = `${name} ${form}`;
  let found = known.get(key);
  if (found === undefined) {
    const recording = openRecording(name);
    const texts = [...logNames(recording)].map(([sid, path]) => [sid, fromUtf8(logBytes(recording, path, form))] as const);
    const entries = new Map(texts.map(([sid, text]) => [sid, entriesOf(sid, text)]));
    found = { entries, told: toldOf(caseOf([...texts].map(([sid, text]) => [`s${sid}/server.log`, text]))) };
    known.set(key, found);
  }
  return found;
}

function caseOf(texts: readonly (readonly [name: string, text: string])[]): LogCase {
  return understand(readAll(texts.map(([name, text]) => [name, utf8(text)])), {});
}

function toldOf(logCase: LogCase): Told {
  return toldBy(logCase, summarize(logCase), Infinity);
}

/** @param withinMs how far times may be off. */
function expectSame(told: Told, truth: Told, withinMs: number): void {
  expect(said(told.elections)).toEqual(said(truth.elections));
  expect(said(told.syncs)).toEqual(said(truth.syncs));
  expect([...told.roles.keys()]).toEqual([...truth.roles.keys()]);
  for (const [sid, roles] of truth.roles) {
    expect(
      told.roles.get(sid)?.map(({ says }) => says),
      `roles of ${sid}`,
    ).toEqual(roles.map(({ says }) => says));
    expect(worstTime(told.roles.get(sid) ?? [], roles), `times of ${sid}`).toBeLessThanOrEqual(withinMs);
  }
}

const layoutNames = Object.keys(LAYOUTS);
const layoutOf = (name: string): Layout => LAYOUTS[name] as Layout;
/** C9 has whole seconds, and an uptime that orders what happens within them. */
const within = (names: readonly string[]): number => (names.includes('C9') ? 1000 : 0);
const anyRecording = fc.tuple(fc.constantFrom(...RECORDINGS), fc.constantFrom('full' as const, 'info' as const));

describe.each(layoutNames)('%s', (layout) => {
  it.each(Object.keys(PREFIXES))('behind %s', (prefix) => {
    const { entries, told } = recorded('11-observers', layoutNames.indexOf(layout) % 2 === 0 ? 'info' : 'full');
    const texts = [...entries].map(
      ([sid, own]) => [`zookeeper-${sid}.log`, printed(own, () => layoutOf(layout), PREFIXES[prefix] as (e: Printed) => string)] as const,
    );
    const logCase = caseOf(texts);
    expect(logCase.unknown).toEqual([]);
    expectSame(toldOf(logCase), told, within([layout]));
  });
});

it('any recording, each server in a layout, behind a prefix and pasted in a way of its own', () => {
  fc.assert(
    fc.property(
      anyRecording,
      fc.array(
        fc.tuple(fc.constantFrom(...layoutNames), fc.constantFrom(...Object.keys(PREFIXES)), fc.constantFrom(...Object.keys(PASTES))),
        {
          minLength: 5,
          maxLength: 5,
        },
      ),
      ([name, form], dresses) => {
        const { entries, told } = recorded(name, form);
        const texts = [...entries].map(([sid, own], i) => {
          const [layout = '', prefix = '', paste = ''] = dresses[i] ?? [];
          const text = printed(own, () => layoutOf(layout), PREFIXES[prefix] as (e: Printed) => string);
          return [`zk${sid}.txt`, (PASTES[paste] as (text: string) => string)(text)] as const;
        });
        expectSame(toldOf(caseOf(texts)), told, within(dresses.map(([layout]) => layout)));
      },
    ),
    { numRuns: 60 },
  );
});

/** C9 has a clock of its own, and C10 a host that the others lack. */
const MIXABLE = layoutNames.filter((name) => name !== 'C9' && name !== 'C10');

it('layouts mixed line by line in one paste', () => {
  fc.assert(
    fc.property(anyRecording, fc.array(fc.constantFrom(...MIXABLE), { minLength: 7, maxLength: 23 }), ([name, form], order) => {
      const { entries, told } = recorded(name, form);
      const texts = [...entries].map(
        ([sid, own]) =>
          [
            `server${sid}.out`,
            printed(
              own,
              (i) => layoutOf(order[i % order.length] ?? 'C1'),
              () => '',
            ),
          ] as const,
      );
      expectSame(toldOf(caseOf(texts)), told, 0);
    }),
    { numRuns: 30 },
  );
});

/** All servers' entries in one order of time; of a moment in the order of servers. */
function merged({ entries }: Recorded): Printed[] {
  return [...entries.values()]
    .flatMap((own) => own.map((entry, i) => ({ entry, i, at: Math.max(...own.slice(Math.max(0, i - 5), i + 1).map(({ at }) => at)) })))
    .sort((a, b) => a.at - b.at || a.entry.sid - b.entry.sid || a.i - b.i)
    .map(({ entry }) => entry);
}

it('all servers in one text, told apart by the service, pod or host before each line', () => {
  fc.assert(
    fc.property(
      anyRecording,
      fc.constantFrom(...layoutNames),
      fc.constantFrom('P1', 'P1b', 'P1P2', 'P4', 'P6'),
      ([name, form], layout, prefix) => {
        const all = recorded(name, form);
        const text = printed(merged(all), () => layoutOf(layout === 'C9' ? 'C1' : layout), PREFIXES[prefix] as (e: Printed) => string);
        expectSame(toldOf(caseOf([['all.log', text]])), all.told, 0);
      },
    ),
    { numRuns: 30 },
  );
});

it('newest first, as viewers list them', () => {
  fc.assert(
    fc.property(
      anyRecording,
      fc.constantFrom(...layoutNames),
      fc.constantFrom(...Object.keys(PREFIXES)),
      ([name, form], layout, prefix) => {
        const { entries, told } = recorded(name, form);
        const texts = [...entries].map(([sid, own]) => {
          const text = printed(
            own.toReversed(),
            () => layoutOf(layout === 'C9' ? 'C1' : layout),
            PREFIXES[prefix] as (e: Printed) => string,
          );
          return [`zk-${sid}.csv`, text] as const;
        });
        expectSame(toldOf(caseOf(texts)), told, 0);
      },
    ),
    { numRuns: 30 },
  );
});

it('wrapped hard at the width of a terminal', () => {
  fc.assert(
    fc.property(
      anyRecording,
      fc.constantFrom('C1', 'C2', 'C3', 'C4', 'C5', 'C6', 'C7'),
      fc.integer({ min: 100, max: 200 }),
      ([name, form], layout, columns) => {
        const { entries, told } = recorded(name, form);
        const texts = [...entries].map(
          ([sid, own]) =>
            [
              `zk${sid}`,
              wrapped(
                printed(
                  own,
                  () => layoutOf(layout),
                  () => '',
                ),
                columns,
              ),
            ] as const,
        );
        expectSame(toldOf(caseOf(texts)), told, 0);
      },
    ),
    // A wrap between logger and thread.
    { numRuns: 30, examples: [[['14b-old-backup-on-majority', 'full'], 'C5', 168]] },
  );
});

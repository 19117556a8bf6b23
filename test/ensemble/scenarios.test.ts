import { describe, expect, it } from 'vitest';
import type { Core } from '../../src/ensemble/host/host.ts';
import { InlineHost } from '../../src/ensemble/host/inline.ts';
import { Invariants } from '../../src/ensemble/invariants.ts';
import { factsOfRun, runScenario, type ScenarioRun } from '../../src/ensemble/runScenario.ts';
import { parseScenario } from '../../src/ensemble/scenario.ts';
import { SCENARIOS } from '../../src/ensemble/scenarios/index.ts';
import { step } from '../../src/zab/server.ts';

const play = async (name: string, seed?: number) => {
  const scenario = parseScenario(SCENARIOS[name], name);
  const run = await runScenario(scenario, new InlineHost(step as Core), {
    ...(seed === undefined ? {} : { seed }),
    observers: [new Invariants(scenario.config)],
    limitMs: 200_000,
    limitEvents: 200_000,
  });
  return { scenario, run, facts: factsOfRun(scenario, run) };
};
const said = ({ ensemble }: ScenarioRun, type: string) => ensemble.trace.filter(({ what }) => what.type === type);

/** Those that show a defect of their version: the run stops where it breaks a guarantee. */
const BREAKS: Readonly<Record<string, string>> = {
  'log-hole-after-stall': 'applied is a prefix of committed',
  'proposal-of-the-dead': 'equal trees',
};

describe('every ready scenario', () => {
  it.each(Object.keys(SCENARIOS).filter((name) => BREAKS[name] === undefined))(
    '%s: has texts in both languages, runs to its end, and violates nothing',
    async (name) => {
      const { scenario, run, facts } = await play(name);
      for (const texts of [scenario.texts.en, scenario.texts.zh])
        expect([texts?.title, texts?.text, texts?.watch].every((text) => (text ?? '').length > 2)).toBe(true);
      expect(said(run, 'violation')).toEqual([]);
      expect(run.finished).toBe(true);
      expect(facts.elections.length).toBeGreaterThan(0);
      expect(facts.waits.filter(({ ok }) => !ok).length).toBe(name === 'torn-log-tail' ? 1 : 0);
    },
  );
});

describe('what a ready scenario promises', () => {
  it.each(Object.entries(BREAKS))(
    '%s: has texts in both languages, and ends where "%s" is violated, as known in its version',
    async (name, invariant) => {
      const { scenario, run } = await play(name);
      for (const texts of [scenario.texts.en, scenario.texts.zh])
        expect([texts?.title, texts?.text, texts?.watch].every((text) => (text ?? '').length > 2)).toBe(true);
      const violations = said(run, 'violation').map(({ what }) => what);
      expect(violations).toMatchObject([{ invariant, known: expect.arrayContaining(['ZOOKEEPER-4712']) as string[] }]);
    },
  );
  it('kill-the-leader: a new epoch, and the old leader comes back with DIFF', async () => {
    const { facts } = await play('kill-the-leader');
    expect(facts.elections.map(({ epoch, leader }) => [epoch, leader])).toEqual([
      [1, 5],
      [2, 4],
    ]);
    expect(facts.syncs.at(-1)).toMatchObject({ leader: 4, learner: 5, mode: 'DIFF' });
  });
  it.each([
    ['follower-behind-diff', 1, 'DIFF'],
    ['follower-far-behind-snap', 1, 'SNAP'],
    ['uncommitted-tail-trunc', 3, 'TRUNC'],
  ])('%s: the last sync of %i is %s', async (name, learner, mode) => {
    const { facts } = await play(name);
    expect(facts.syncs.filter((sync) => sync.learner === learner).at(-1)?.mode).toBe(mode);
  });
  it('leader-in-minority: the write to the old leader is never acknowledged and is gone', async () => {
    const { facts } = await play('leader-in-minority');
    expect(facts.ops.find(({ path }) => path === '/lost')?.outcome).toBe('unknown');
    for (const { recovered } of Object.values(facts.servers))
      expect('tree' in recovered && recovered.tree.map(({ path }) => path)).not.toContain('/lost');
  });
  it('epoch-beats-zxid: server 1 wins, server 3 is truncated', async () => {
    const { facts } = await play('epoch-beats-zxid');
    expect(facts.elections.at(-1)).toMatchObject({ leader: 1, epoch: 3 });
    expect(facts.syncs.filter(({ learner }) => learner === 3).at(-1)?.mode).toBe('TRUNC');
  });
  it('old-backup-on-majority: the guarantee is void, and said to be', async () => {
    const { run } = await play('old-backup-on-majority');
    expect(said(run, 'guaranteeVoid').length).toBeGreaterThan(0);
  });
  it('torn-log-tail: the torn log starts, the flipped byte ends the process', async () => {
    const { facts } = await play('torn-log-tail');
    expect(facts.servers['1']?.finalMode).toBe('follower');
    expect(facts.servers['2']).toMatchObject({ finalMode: 'down', exitCode: 1 });
  });
  it('session-expiry-failover: the ephemeral of the vanished client is deleted, the other stays', async () => {
    const { facts } = await play('session-expiry-failover');
    const recovered = facts.servers['1']?.recovered;
    expect(
      recovered !== undefined && 'tree' in recovered && recovered.tree.map(({ path }) => path).filter((path) => /^.(keep|gone)/.test(path)),
    ).toEqual(['/keep']);
  });
});

describe('a script', () => {
  it('gives the same trace for the same seed, and rewinds with the ensemble', async () => {
    const [first, second] = [await play('kill-the-leader', 7), await play('kill-the-leader', 7)];
    expect(second.run.ensemble.digest()).toBe(first.run.ensemble.digest());
    const { ensemble } = second.run;
    const end = ensemble.now;
    ensemble.rewindTo(Math.floor(ensemble.trace.length / 3));
    ensemble.run({ untilMs: end });
    expect(ensemble.digest()).toBe(first.run.ensemble.digest());
  });
  it('goes on when the person interferes', async () => {
    const scenario = parseScenario(
      {
        servers: 3,
        steps: [
          { start: 'all' },
          { wait: 'quorum' },
          { at: 3000, kill: 3 },
          { kill: 3 },
          { when: 'leader', start: 3 },
          { wait: 'serving', s: 3 },
        ],
      },
      'test',
    );
    const run = await runScenario(scenario, new InlineHost(step as Core));
    expect(run.finished).toBe(true);
    expect(run.report.waits.map(({ ok }) => ok)).toEqual([true, true]);
    expect(run.ensemble.trace.filter(({ what }) => what.type === 'command' && what.command.type === 'kill').map(({ at }) => at)).toEqual([
      3000,
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { DEFAULT_CONFIG } from '../../src/ensemble/options.ts';
import { diskFacts, type Facts } from '../../src/ensemble/facts.ts';
import { parseScenario } from '../../src/ensemble/scenario.ts';
import { diskOf } from '../../src/store/disk.ts';
import { PROFILE_3_8_0 } from '../../src/zab/profile.ts';
import { allowancesOf } from './allowances.ts';
import { filesIn, jsonOf, openRecording, recordingNames } from './archive.ts';
import { compareFacts } from './compare.ts';
import { readExpected } from './expected.ts';

const names = recordingNames();
const load = (name: string) => {
  const recording = openRecording(name);
  const scenario = parseScenario(jsonOf(recording, 'scenario.json'), name, PROFILE_3_8_0);
  return {
    recording,
    expected: readExpected(recording, name),
    allowances: allowancesOf(scenario, readExpected(recording, name)),
    scenario,
  };
};

describe('a recording compared', () => {
  it.each(names)('%s: with itself, nothing differs', (name) => {
    const { expected, allowances } = load(name);
    const { differences, compared, held } = compareFacts(expected, expected, allowances);
    expect(differences).toEqual([]);
    expect(held).toBe(compared);
    expect(compared).toBeGreaterThan(30);
  });

  it.each(names)('%s: with what we read from its data directories', (name) => {
    const { recording, expected, scenario } = load(name);
    const servers: Facts['servers'] = Object.fromEntries(
      Object.entries(expected.servers).map(([sid, server]) => {
        const read = diskFacts(diskOf(filesIn(recording, `s${sid}/version-2`)), { ...DEFAULT_CONFIG, ...scenario.config });
        return [sid, { ...server, ...read }];
      }),
    );
    expect(
      compareFacts(expected, { ...expected, servers }, { burstCut: null, randomRolls: null, logHoles: new Map() }).differences,
    ).toEqual([]);
  });

  it('with a change anywhere, something differs', () => {
    const { expected, allowances } = load(names[1] ?? '');
    const other = (change: Partial<Facts>) =>
      compareFacts(expected, { ...expected, ...change }, allowances).differences.map(({ fact }) => fact);
    expect(other({ elections: expected.elections.map((election) => ({ ...election, leader: 3 })) })).toContain('election 1');
    expect(other({ ops: expected.ops.slice(1) })).toContain('operation of session c: count');
    expect(other({ syncs: [] })).toContain('syncs of 3: count');
    const server = expected.servers['1'];
    if (server === undefined) throw new Error('no server 1');
    expect(other({ servers: { ...expected.servers, 1: { ...server, currentEpoch: '7' } } })).toEqual(['server 1: currentEpoch']);
    expect(
      other({ servers: { ...expected.servers, 1: { ...server, txns: server.txns.map((txn) => ({ ...txn, cxid: txn.cxid + 1 })) } } })[0],
    ).toMatch(/^server 1: txn 0x/);
  });
});

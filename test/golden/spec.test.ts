/**
 * Our servers against the official specification: every behaviour that is kept here. `npm run golden:spec -- DIR` takes others.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { PROFILE_CURRENT } from '../../src/zab/profile.ts';
import { readBehaviour, type Behaviour, type SpecState } from './spec/behaviour.ts';
import { DIFFERENCES, type DifferenceRule } from './spec/differences.ts';
import { ownBehaviours } from './spec/find.ts';
import { replayBehaviour } from './spec/run.ts';

const behaviours = ownBehaviours();

function behaviour(id: string): Behaviour {
  const found = behaviours.find((kept) => kept.id === id);
  if (found === undefined) throw new Error(`no behaviour ${id}`);
  return readBehaviour(found.lines());
}

test.each(behaviours)('$id: every action is enabled, every state is equal', ({ lines }) => {
  const read = readBehaviour(lines());
  const replayed = replayBehaviour(read);
  expect(replayed.failure).toBeNull();
  expect(replayed.steps).toBe(read.steps.length);
  // Three servers with 14 fields or more, six links with two queues each, in every state.
  expect(replayed.fields).toBeGreaterThan(50 * (read.steps.length + 1));
});

test('every known difference comes up, or is one of words only', () => {
  const seen = new Set<DifferenceRule>(['leaderItself', 'roundsFromOne', 'ownVote']);
  for (const { lines } of behaviours) {
    const { differences, noted } = replayBehaviour(readBehaviour(lines()));
    for (const rule of [...differences.keys(), ...noted.keys()]) seen.add(rule);
  }
  expect([...seen].sort()).toEqual(Object.keys(DIFFERENCES).sort());
}, 60_000);

test('docs/fidelity.md lists every known difference', () => {
  const text = readFileSync(fileURLToPath(new URL('../../docs/fidelity.md', import.meta.url)), 'utf8');
  for (const [rule, { specification, implementation, source }] of Object.entries(DIFFERENCES)) {
    expect(text).toContain(`| \`${rule}\` | ${specification} | ${implementation} | ${source} |`);
  }
});

test('a version that behaves otherwise at NEWLEADER is told apart', () => {
  const { failure } = replayBehaviour(behaviour('trap-diffOutstanding'), PROFILE_CURRENT);
  expect(failure).toMatchObject({ action: 'FollowerProcessNEWLEADER(s1, s3)', reason: 'the states differ' });
  expect(failure?.mismatches.map(({ where }) => where)).toContain('msgs[s1>s3]');
});

/** A behaviour whose state after one step says something else of one server. */
function changed(original: Behaviour, at: number, server: string, change: Partial<SpecState['servers'][string]>): Behaviour {
  const steps = original.steps.map((step, i) => {
    const state = step.after.servers[server];
    if (i !== at || state === undefined) return step;
    return { ...step, after: { ...step.after, servers: { ...step.after.servers, [server]: { ...state, ...change } } } };
  });
  return { ...original, steps };
}

test.each([
  ['acceptedEpoch', { acceptedEpoch: 9 }],
  ['currentEpoch', { currentEpoch: 9 }],
  ['history', { history: [[[1, 1], 7, [], 1]] }],
  ['lastProcessed', { lastProcessed: [1, [1, 2]] }],
  ['currentVote', { currentVote: ['s1', [0, 0], 1] }],
  ['logicalClock', { logicalClock: 3 }],
  ['connectInfo', { connectInfo: [null, null, false] }],
  ['partition', { partition: ['s1'] }],
] satisfies [string, Partial<SpecState['servers'][string]>][])('another %s is noticed', (field, change) => {
  const original = behaviour('trap-established');
  const { failure, steps } = replayBehaviour(changed(original, original.steps.length - 1, 's2', change));
  expect(steps).toBe(original.steps.length - 1);
  expect(failure?.mismatches.map(({ where }) => where)).toContain(`s2.${field}`);
});

test('an action that is not enabled here says why', () => {
  const original = behaviour('trap-established');
  const [first] = original.steps;
  if (first === undefined) throw new Error('no steps');
  const early = { ...original, steps: [{ ...first, action: 'LeaderProcessRequest', parameters: ['s3'] }] };
  expect(replayBehaviour(early).failure).toMatchObject({ action: 'LeaderProcessRequest(s3)', reason: 'server 3 does not lead yet' });
  const unknown = { ...original, steps: [{ ...first, action: 'Dance', parameters: ['s3'] }] };
  expect(replayBehaviour(unknown).failure?.reason).toBe('no action Dance is known');
});

test('a file that is no behaviour says where', () => {
  expect(() => readBehaviour([{ format: 'zk-tla-behaviour/1', id: 'x', servers: ['s1'] }])).toThrow('line 2 is missing');
  expect(() => readBehaviour([{ format: 'other' }])).toThrow('line 1: format');
  const lines = [{ format: 'zk-tla-behaviour/1', id: 'x', servers: ['s1'] }, { n: 'one' }];
  expect(() => readBehaviour(lines)).toThrow('line 2: n');
});

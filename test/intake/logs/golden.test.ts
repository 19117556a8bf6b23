/** Every recording of a real ensemble: what the importer makes of its logs is what truly happened. */
import { describe, expect, it } from 'vitest';
import { summarize, understand } from '../../../src/intake/logs/index.ts';
import { openRecording, recordingNames } from '../../golden/archive.ts';
import { endOf, logBytes, logNames, readAll, said, toldBy, truthOf, worstTime } from './goldenLogs.ts';

/** `expected.json` counts from a rounded moment. */
const ROUNDING_MS = 1;

describe.each(['full', 'info'] as const)('%s logs', (form) => {
  it.each(recordingNames())('%s', (name) => {
    const recording = openRecording(name);
    const logs = readAll([...logNames(recording).values()].map((path) => [path, logBytes(recording, path, form)]));
    const logCase = understand(logs, {});
    const told = toldBy(logCase, summarize(logCase), endOf(recording));
    const truth = truthOf(recording);
    expect(said(told.elections)).toEqual(said(truth.elections));
    expect(worstTime(told.elections, truth.elections)).toBeLessThanOrEqual(ROUNDING_MS);
    expect(said(told.syncs)).toEqual(said(truth.syncs));
    expect(worstTime(told.syncs, truth.syncs)).toBeLessThanOrEqual(ROUNDING_MS);
    for (const [sid, roles] of truth.roles) {
      const own = told.roles.get(sid) ?? [];
      expect(
        own.map(({ says }) => says),
        `roles of ${sid}`,
      ).toEqual(roles.map(({ says }) => says));
      expect(worstTime(own, roles), `times of ${sid}`).toBeLessThanOrEqual(ROUNDING_MS);
    }
    expect(logCase.unknown).toEqual([]);
    expect(logCase.duplicates).toEqual([]);
    // One machine's clock for all: nothing to correct, and nothing against the order of things.
    for (const [sid, { offsetMs }] of logCase.clocks) expect(offsetMs, `clock of ${sid}`).toBe(0);
    expect(logCase.records.flatMap(({ impossible, log, line }) => (impossible === null ? [] : `${log}:${line}`))).toEqual([]);
  });
});

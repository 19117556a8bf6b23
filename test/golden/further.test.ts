import { describe, expect, it } from 'vitest';
import { openRecording, recordingNames } from './archive.ts';
import { readExpected } from './expected.ts';
import { placesOf, readFurther } from './further.ts';
import { replay, SEEDS } from './golden.ts';

describe('where a write ended up', () => {
  it.each(recordingNames())('%s: as the recorder worked it out from the same logs and trees', (name) => {
    const recording = openRecording(name);
    const { written } = readFurther(recording, name);
    const facts = readExpected(recording, name);
    const places = placesOf(
      written.map(({ write }) => write),
      facts,
      ({ sessionId }) => sessionId,
    );
    const damaged = (sid: string) => {
      const { logs, txns } = facts.servers[sid] ?? { logs: [], txns: [] };
      return logs.reduce((sum, { count }) => sum + count, 0) > txns.length;
    };
    const whole = (sids: readonly string[]) => sids.filter((sid) => !damaged(sid));
    expect(places.map(({ survives, inLogOf }) => ({ survives, inLogOf: whole(inLogOf) }))).toEqual(
      written.map(({ place }) => ({ survives: place.survives, inLogOf: whole(place.inLogOf) })),
    );
  });
});

describe('seeds', () => {
  it('are tried where real timing chose; what comes before the race holds under each', { timeout: 60_000 }, async () => {
    const name = '05i-killed-leader-kernel-delivers-survives';
    const { race, seed, before, comparison } = await replay(name, openRecording(name), { seeds: SEEDS });
    expect(race?.reason).toMatch(/kernel/);
    expect(comparison.differences).toEqual([]);
    expect(before.seeds).toHaveLength(seed - 1);
    expect(before.compared).toBeGreaterThan(10 * before.seeds.length);
    expect(before.differences).toEqual([]);
  });

  it('are not tried where nothing depends on timing', async () => {
    const name = '07-follower-behind-diff';
    const { race, before } = await replay(name, openRecording(name), { seeds: SEEDS, every: true });
    expect(race).toBeNull();
    expect(before.seeds).toEqual([]);
  });
});

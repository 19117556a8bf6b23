/**
 * The tests that a changed core is held against: quick and telling ones. Tables of rules first, then cores that talk, then whole ensembles as judges;
 * the first that fails ends the run.
 */
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { defineConfig } from 'vitest/config';

/** Later ones cost more, and are reached by what the earlier ones let through. */
const ORDER = [
  /test\/tree\//,
  /test\/store\/(?!oracle)/,
  /test\/zab\/(election\/(votes|lookFor|cnx)|quorum|leader|machines)/,
  /test\/zab\//,
  /./,
];

class Cheapest extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => ORDER.findIndex((pattern) => pattern.test(moduleId));
    return Promise.resolve([...files].sort((a, b) => rank(a) - rank(b) || a.moduleId.localeCompare(b.moduleId)));
  }
}

/** These replace modules for themselves, so they cannot share them with the others. */
const ALONE = ['test/zab/election/lookForLeader.test.ts', 'test/zab/election/election.test.ts'];
const shared = { environment: 'node', pool: 'threads', testTimeout: 20_000 } as const;

export default defineConfig({
  test: {
    maxWorkers: 1,
    bail: 1,
    sequence: { sequencer: Cheapest },
    projects: [
      { test: { ...shared, name: 'alone', include: ALONE, sequence: { groupOrder: 0 } } },
      {
        test: {
          ...shared,
          name: 'together',
          isolate: false,
          include: ['test/{tree,store,zab}/**/*.test.ts', 'test/mutate/oracles.ts', 'test/ensemble/variants/*.test.ts'],
          exclude: ALONE,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});

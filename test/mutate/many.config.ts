/** How `many.ts` is run: with all changes in the text of the core, and tests that are noted instead of run. */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import type { Mutant } from './mutants.ts';
import { switched } from './switched.ts';
import type { ManyJob } from './tries.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const job = JSON.parse(readFileSync(process.env['ZABLAB_MUTANTS'] ?? '', 'utf8')) as ManyJob;
const mutants = JSON.parse(readFileSync(job.mutants, 'utf8')) as readonly Mutant[];
function changed(): Plugin {
  return {
    name: 'changed',
    enforce: 'pre',
    resolveId(source, importer = '') {
      const isOurs = importer.includes('/test/') && !/test\/mutate\/(many|registry)\.ts$/.test(importer);
      if (source === 'vitest' && isOurs) return here('registry.ts');
      return job.tests === 'election' && /\/src\/.*\/roles\.ts$/.test(new URL(source, `file://${importer}`).pathname)
        ? here('electionOnly.ts')
        : undefined;
    },
    transform(code, id) {
      const file = relative(root, id);
      const mine = [...mutants.entries()].filter(([, mutant]) => mutant.file === file);
      return mine.length === 0 ? undefined : switched(file, code, mine).text;
    },
  };
}

export default defineConfig({
  root,
  plugins: [changed()],
  test: { include: ['test/mutate/many.ts'], pool: 'threads', maxWorkers: 1, environment: 'node', reporters: ['default'] },
});

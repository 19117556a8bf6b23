/**
 * Ready scenarios that are checked when the page is built: `virtual:scenario/NAME` is one of `ensemble/scenarios`, as its author wrote
 * it and as `parseScenario` understood it. What only runs such a scenario needs no checker.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Plugin } from 'vite';
import { parseScenario } from '../../ensemble/scenario.ts';

const PREFIX = 'virtual:scenario/';

/** @param folder where the scenarios are, relative to the root of the project. */
export function checkedScenarios(folder = 'src/ensemble/scenarios'): Plugin {
  let root = folder;
  return {
    name: 'zablab-checked-scenarios',
    configResolved(config) {
      root = join(config.root, folder);
    },
    resolveId(id) {
      return id.startsWith(PREFIX) ? `\0${id}` : undefined;
    },
    load(id) {
      if (!id.startsWith(`\0${PREFIX}`)) return undefined;
      const file = `${id.slice(PREFIX.length + 1)}.json`;
      this.addWatchFile(join(root, file));
      return moduleOf(JSON.parse(readFileSync(join(root, file), 'utf8')), file);
    },
  };
}

/** @throws Error for a scenario that JSON cannot carry once it is checked (one that writes bytes). */
export function moduleOf(given: unknown, source: string): string {
  const scenario = parseScenario(given, source);
  const text = JSON.stringify(scenario);
  if (!isDeepStrictEqual(JSON.parse(text), scenario)) throw new Error(`${source} cannot be checked ahead: it holds more than JSON can`);
  return `export const given = ${JSON.stringify(given)};\nexport const scenario = ${text};`;
}

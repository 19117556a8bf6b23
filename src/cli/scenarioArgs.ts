/** What commands that run a scenario are told in the same way: which one, its seed, a language. */
import { existsSync, readFileSync } from 'node:fs';
import { parseScenario, parseScenarioText, type Scenario } from '../ensemble/scenario.ts';
import { SCENARIOS } from '../ensemble/scenarios/index.ts';
import type { Language } from '../trace/narrate.ts';
import { LANGUAGES } from '../trace/narrate/languages.ts';
import { UsageError } from './usage.ts';

/** A name of ours, or a file. */
export function readScenario(name: string): Scenario {
  const ready = SCENARIOS[name];
  return ready === undefined ? parseScenarioText(textOf(name), name) : parseScenario(ready, name);
}

/** The same as the JSON that it is, checked. */
export function readPlainScenario(name: string): Readonly<Record<string, unknown>> & { readonly steps?: readonly unknown[] } {
  const scenario = SCENARIOS[name] ?? textOf(name);
  if (typeof scenario !== 'string') return scenario as Readonly<Record<string, unknown>>;
  parseScenarioText(scenario, name);
  return JSON.parse(scenario) as Readonly<Record<string, unknown>>;
}

function textOf(name: string): string {
  if (!existsSync(name)) throw new UsageError(`${name}: there is no such file, nor a ready scenario of that name. See zablab scenarios`);
  try {
    return readFileSync(name, 'utf8');
  } catch (error) {
    throw new UsageError(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

export function languageOf(lang: string): Language {
  if (lang !== 'en' && lang !== 'zh') throw new UsageError(`--lang ${lang}: expected en or zh`);
  return LANGUAGES[lang];
}

export function seedOf(text: string | undefined, scenario: Scenario): number {
  if (text === undefined) return scenario.seed;
  const seed = Number(text);
  if (text.trim() === '' || !Number.isInteger(seed) || seed < 0 || seed > 4_294_967_295)
    throw new UsageError(`--seed ${text}: expected a whole number from 0 to 4294967295`);
  return seed;
}

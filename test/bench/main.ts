/** `npm run bench [-- PART ...] [--json]`: every figure of the project's promises about speed, or those of some parts. */
import { parseArgs } from 'node:util';
import { measureCore } from './core.ts';
import { measureExplore } from './explore.ts';
import { asJson, asTable, type Figure } from './figures.ts';
import { measureIntake } from './intake.ts';
import { measurePage } from './page.ts';

const root = process.env['ZABLAB_ROOT'] ?? process.cwd();

/** What is measured, in this order. */
const PARTS: Readonly<Record<string, () => readonly Figure[] | Promise<readonly Figure[]>>> = {
  core: measureCore,
  explore: measureExplore,
  intake: () => measureIntake(root),
  page: () => measurePage(root),
};

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean' } } });
  const unknown = positionals.find((part) => PARTS[part] === undefined);
  if (unknown !== undefined) {
    console.error(`There is no part "${unknown}": ${Object.keys(PARTS).join(', ')}.`);
    process.exitCode = 2;
    return;
  }
  const figures: Figure[] = [];
  for (const [part, measure] of Object.entries(PARTS))
    if (positionals.length === 0 || positionals.includes(part)) figures.push(...(await measure()));
  console.log(values.json === true ? asJson(figures) : asTable(figures));
}

await main();

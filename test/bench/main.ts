/** `npm run bench [-- --json]`: every figure of the project's promises about speed. */
import { measureCore } from './core.ts';
import { measureExplore } from './explore.ts';
import { asJson, asTable } from './figures.ts';
import { measureIntake } from './intake.ts';
import { measurePage } from './page.ts';

const root = process.env['ZABLAB_ROOT'] ?? process.cwd();
const figures = [...measureCore(), ...(await measureExplore()), ...(await measureIntake(root)), ...(await measurePage(root))];
console.log(process.argv.includes('--json') ? asJson(figures) : asTable(figures));

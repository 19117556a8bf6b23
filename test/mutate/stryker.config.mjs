/**
 * How Stryker changes the core (`npm run mutate`). What is left out, and why:
 *
 * - String literals: kinds, phases, outcomes and names are closed unions, so that another string does not compile; where one is compared or sent, the
 *   comparison or the message is changed as a whole. What remains is text for people.
 * - Optional chaining: without it the compiler refuses, since indexing gives `T | undefined`.
 * - What is inside `decide(...)` and its helpers: the record of a decision, not the decision. Golden and narration tests hold what it says.
 * - What is thrown as a plain `Error`, and the condition for it: a programmer's error that no input leads to. A `StoreError` is a rule, and is changed.
 * - Guards: `if (x === null) return;`, alone or with others of the kind. The types ask for them, the phase of the server excludes what they catch.
 */
import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';

/** Functions that only record what was decided. */
const RECORDERS = new Set(['decide', 'decideAck', 'say']);

/** @param {any} node */
function isPlainThrow(node) {
  return node.type === 'ThrowStatement' && node.argument.type === 'NewExpression' && node.argument.callee.name === 'Error';
}

/**
 * Whether it is `x === null`, or several of them behind each other.
 *
 * @param {any} node
 * @returns {boolean}
 */
function asksForNothing(node) {
  if (node.type === 'LogicalExpression') return node.operator === '||' && asksForNothing(node.left) && asksForNothing(node.right);
  const nothing = node.right?.type === 'NullLiteral' || (node.right?.type === 'Identifier' && node.right.name === 'undefined');
  return node.type === 'BinaryExpression' && node.operator === '===' && nothing;
}

/** @param {any} node */
function isGuard(node) {
  return (
    node.type === 'IfStatement' &&
    asksForNothing(node.test) &&
    node.consequent.type === 'ReturnStatement' &&
    node.consequent.argument === null
  );
}

/** @type {import('@stryker-mutator/api/ignore').Ignorer} */
const records = {
  shouldIgnore(path) {
    const { node, parent } = /** @type {any} */ (path);
    if (isPlainThrow(node) || (parent?.type === 'IfStatement' && isPlainThrow(parent.consequent))) return 'a programmer’s error';
    if (isGuard(node)) return 'a guard that the types ask for';
    const isRecord = node.type === 'CallExpression' && node.callee.type === 'Identifier' && RECORDERS.has(node.callee.name);
    return isRecord ? 'the record of a decision, not the decision' : undefined;
  },
};
export const strykerPlugins = [declareValuePlugin(PluginKind.Ignore, 'records', records)];

const OUT = 'dist/mutate';

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  plugins: ['@stryker-mutator/vitest-runner', import.meta.filename],
  testRunner: 'vitest',
  vitest: { configFile: 'test/mutate/vitest.config.ts', related: false },
  ignorers: ['records'],
  mutator: { excludedMutations: ['StringLiteral', 'OptionalChaining'] },
  coverageAnalysis: 'perTest',
  incremental: true,
  incrementalFile: `${OUT}/incremental.json`,
  tempDirName: `${OUT}/sandbox`,
  jsonReporter: { fileName: `${OUT}/report.json` },
  reporters: ['json'],
  ignorePatterns: [
    '/dist',
    '/public',
    '/lessons',
    '/docs',
    '/test/browser',
    '/test/app',
    '/test/cli',
    '/src/app',
    '/src/cli',
    '/src/lesson',
  ],
  concurrency: 2,
  timeoutMS: 120_000,
  allowConsoleColors: false,
};

import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import tseslint from 'typescript-eslint';

/** Rooms that are functions of their inputs: the same seed and the same commands give the same trace, on any machine. */
const PURE = ['src/{base,tree,store,zab,ensemble,trace,intake,export}/**/*.ts'];
/** A host runs servers in workers and threads, so it may touch them. */
const HOSTS = ['src/ensemble/host/**/*.ts'];

const TIME = 'The core has no clock: take `now` from the input, and ask for a timer with a setTimer effect.';
const CHANCE = 'The core draws no random numbers of its own: use randomStream and draw from src/base/random.ts.';
const OUTSIDE = 'The core does no I/O and knows no page: return an effect, and let the host or the app carry it out.';

/** @type {import('eslint').Linter.RulesRecord} */
const purityRules = {
  'no-restricted-globals': [
    'error',
    ...['Date', 'performance', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'requestAnimationFrame'].map((name) => ({
      name,
      message: TIME,
    })),
    { name: 'crypto', message: CHANCE },
    ...[
      'fetch',
      'XMLHttpRequest',
      'WebSocket',
      'document',
      'window',
      'self',
      'navigator',
      'localStorage',
      'indexedDB',
      'process',
      'Worker',
    ].map((name) => ({ name, message: OUTSIDE })),
  ],
  'no-restricted-properties': [
    'error',
    { object: 'Math', property: 'random', message: CHANCE },
    ...['Date', 'performance'].map((property) => ({ object: 'globalThis', property, message: TIME })),
    ...['process', 'document', 'window', 'fetch'].map((property) => ({ object: 'globalThis', property, message: OUTSIDE })),
  ],
  'no-restricted-imports': ['error', { patterns: [{ regex: '^node:', message: OUTSIDE }] }],
};

/** The purity rule alone, for the test that shows it at work. */
export const purity = { files: PURE, ignores: HOSTS, rules: purityRules };

export default tseslint.config(
  { ignores: ['dist/**', 'coverage/**', 'test-results/**', '**/fixtures/**', '.svelte-check/**'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts', '**/*.svelte'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname, extraFileExtensions: ['.svelte'] } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true, allowNullish: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true }],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false, attributes: false } }],
      // `() => void f()` says that a result is dropped, also where there is none yet.
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      // Indexing gives `T | undefined` here; on a hot path the loop's bound is the proof, and an assertion says so.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Bytes and files come from outside the type system: a check that the types call needless may be the one that matters.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      eqeqeq: 'error',
      'no-console': 'off',
      'no-var': 'error',
      'prefer-const': 'error',
    },
  },
  ...svelte.configs.recommended,
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { globals: globals.browser, parserOptions: { parser: tseslint.parser } },
    // `let { a } = $props()` is how Svelte declares properties.
    rules: {
      // Templates reach typescript-eslint without types; svelte-check checks those.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      'prefer-const': 'off',
      'svelte/prefer-const': ['error', { destructuring: 'all' }],
    },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: { globals: globals.node },
    rules: { 'prefer-const': 'error', 'no-undef': 'error', 'no-unused-vars': 'error' },
  },
  purity,
);

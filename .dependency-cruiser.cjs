/**
 * The arrows of the house (docs/architecture.md): each room may use the rooms listed for it, and nothing else of `src`.
 */
const ROOMS = {
  base: [],
  tree: ['base'],
  store: ['base', 'tree'],
  zab: ['base', 'tree', 'store'],
  ensemble: ['base', 'tree', 'store', 'zab'],
  trace: ['base', 'tree', 'store', 'zab', 'ensemble'],
  intake: ['base', 'tree', 'store', 'zab', 'ensemble', 'trace'],
  export: ['base', 'tree', 'store', 'zab', 'ensemble', 'trace'],
  lesson: ['base', 'tree', 'store', 'zab', 'ensemble', 'trace'],
  cli: ['base', 'tree', 'store', 'zab', 'ensemble', 'trace', 'intake', 'export', 'lesson'],
  app: ['base', 'tree', 'store', 'zab', 'ensemble', 'trace', 'intake', 'export', 'lesson'],
};

/** `(^|/)` lets the rules be shown at work on a small tree of test files. */
const room = (name) => `(^|/)src/${name}/`;
const anyRoom = `(^|/)src/(${Object.keys(ROOMS).join('|')})/`;

const arrows = Object.entries(ROOMS).map(([name, below]) => ({
  name: `arrows-${name}`,
  comment: below.length === 0 ? `${name} uses no other room.` : `${name} may use ${below.join(', ')}, and nothing else.`,
  severity: 'error',
  from: { path: room(name) },
  to: { path: anyRoom, pathNot: `(^|/)src/(${[name, ...below].join('|')})/` },
}));

module.exports = {
  forbidden: [
    ...arrows,
    {
      name: 'trace-knows-only-types',
      comment: 'A trace looks the same whoever recorded it: trace/ may use the types of zab and ensemble, never their code.',
      severity: 'error',
      from: { path: room('trace') },
      to: { path: '(^|/)src/(zab|ensemble)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-cycles',
      comment:
        'Two files that need each other are one file, or three. Except in zab: docs/decisions/0008-rules-of-a-server-call-each-other.md.',
      severity: 'error',
      from: { path: '(^|/)src/', pathNot: room('zab') },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'screen-stays-on-top',
      comment: 'Svelte and D3 belong to app/.',
      severity: 'error',
      from: { path: '(^|/)src/', pathNot: room('app') },
      to: { path: '(^|/)node_modules/(svelte|d3[^/]*|@types/d3[^/]*)/' },
    },
    {
      name: 'machines-stay-in-zab',
      comment: 'XState decides phases in zab/machines; app/ may draw the machines.',
      severity: 'error',
      from: { path: '(^|/)src/', pathNot: '(^|/)src/(app|zab/machines)/' },
      to: { path: '(^|/)node_modules/xstate/' },
    },
    {
      name: 'no-unresolved',
      comment: 'An import that leads nowhere.',
      severity: 'error',
      from: { path: '(^|/)src/' },
      // Vite resolves its own virtual modules and query suffixes.
      to: { couldNotResolve: true, pathNot: '^virtual:|\\?' },
    },
    {
      name: 'no-test-in-product',
      comment: 'The product does not import its tests.',
      severity: 'error',
      from: { path: '(^|/)src/' },
      to: { path: '(^|/)test/', pathNot: '(^|/)src/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|coverage)/' },
    // Type imports are arrows too.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.svelte', '.js', '.mjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['svelte', 'import', 'default'],
    },
  },
};

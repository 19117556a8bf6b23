/**
 * From what V8 counted in a bundled program to the branches of the sources: which there are, and which were taken.
 *
 * A branch is an arm of `if` (also the one that is not written), `?:`, `switch`, `&&`, `||`, `??` or of a default value, a `catch`, or a function. It is
 * known by its file, the function around it, its kind and its text, so that it stays the same when lines move.
 */
import { convert } from 'ast-v8-to-istanbul';
import { parseAst } from 'vite';

/**
 * @typedef {object} Branch
 * @property {string} key file, function, kind and text: the same as long as the code is
 * @property {string} file relative to the project
 * @property {number} line from 1
 * @property {string} rule the function around it
 * @property {string} kind `then`, `else`, `case`, `operand`, `arm`, `default` or `function`
 * @property {string} text of the source, on one line
 * @property {boolean} taken
 *
 * @typedef {object} Counted what V8 counted in one script
 * @property {string} url
 * @property {import('node:inspector').Profiler.FunctionCoverage[]} functions
 *
 * @typedef {{ line: number, column: number }} Place
 * @typedef {{ start: Place, end: Place }} Span
 *
 * @typedef {object} FileData what istanbul knows of a file: `f` and `b` count what `fnMap` and `branchMap` name
 * @property {string} path
 * @property {Readonly<Record<string, { name: string, decl: Span, loc: Span }>>} fnMap
 * @property {Readonly<Record<string, { type: string, loc: Span, locations: readonly Span[] }>>} branchMap
 * @property {Readonly<Record<string, number>>} f
 * @property {Readonly<Record<string, readonly number[]>>} b
 */

const MOST_TEXT = 110;

/**
 * The branches of one script of a bundle.
 *
 * @param {Counted} counted
 * @param {string} code
 * @param {{ sources: readonly string[] }} sourceMap
 * @param {(path: string) => { name: string, text: string } | null} sourceOf the source at an absolute path; null: not asked for
 * @returns {Promise<Branch[]>}
 */
export async function branchesOf(counted, code, sourceMap, sourceOf) {
  const data = await convert({
    code,
    ast: /** @type {any} */ (parseAst(code)),
    coverage: counted,
    sourceMap: /** @type {any} */ (sourceMap),
  });
  return /** @type {FileData[]} */ (Object.values(data)).flatMap((file) => {
    const source = sourceOf(file.path);
    return source === null ? [] : branchesOfFile(file, source.name, source.text);
  });
}

/**
 * @param {FileData} data
 * @param {string} name
 * @param {string} text
 * @returns {Branch[]}
 */
function branchesOfFile(data, name, text) {
  const lines = text.split('\n');
  const functions = Object.entries(data.fnMap);
  /** @type {(at: Place) => string} */
  const ruleAt = (at) => {
    const around = functions.map(([, each]) => each).filter(({ name: own, loc }) => !own.startsWith('(anonymous') && isIn(at, loc));
    return around.sort((a, b) => (isBefore(a.loc.start, b.loc.start) ? 1 : -1))[0]?.name ?? '';
  };
  /** @type {Branch[]} */
  const found = [];
  /** @type {(kind: string, span: Span, taken: boolean) => void} */
  const add = (kind, span, taken) => {
    const rule = kind === 'function' ? '' : ruleAt(span.start);
    const own = oneLine(lines, span, kind);
    found.push({ key: [name, rule, kind, own].join(' | '), file: name, line: span.start.line, rule, kind, text: own, taken });
  };
  for (const [id, { decl, loc }] of functions) add('function', { start: decl.start, end: loc.end }, (data.f[id] ?? 0) > 0);
  for (const [id, { type, loc, locations }] of Object.entries(data.branchMap))
    locations.forEach((span, i) => {
      // An arm that is not written has no place of its own.
      const written = span.start.line === undefined ? loc : span;
      add(type === 'if' ? (i === 0 ? 'then' : 'else') : (KINDS[type] ?? type), type === 'if' ? loc : written, (data.b[id]?.[i] ?? 0) > 0);
    });
  return found;
}

/** @type {Readonly<Record<string, string>>} */
const KINDS = { 'cond-expr': 'arm', 'binary-expr': 'operand', switch: 'case', 'default-arg': 'default' };

/** @type {(a: Place, b: Place) => boolean} */
const isBefore = (a, b) => a.line < b.line || (a.line === b.line && a.column < b.column);
/** @type {(at: Place, span: Span) => boolean} */
const isIn = (at, { start, end }) => !isBefore(at, start) && !isBefore(end, at);

/**
 * @param {readonly string[]} lines
 * @param {Span} span
 * @param {string} kind
 */
function oneLine(lines, { start, end }, kind) {
  const whole = lines.slice(start.line - 1, end.line);
  // Where a line begins with the branch, or where all that counts is how it begins, the rest of the line makes it known.
  if (kind !== 'arm' && kind !== 'operand') return cut((lines[start.line - 1] ?? '').slice(start.column));
  if (whole.length > 0 && end.column !== Infinity) whole[whole.length - 1] = (whole.at(-1) ?? '').slice(0, end.column);
  if (whole.length > 0) whole[0] = (whole[0] ?? '').slice(start.column);
  return cut(whole.join(' '));
}

/** @param {string} text */
function cut(text) {
  const plain = text.replace(/\s+/g, ' ').trim();
  return plain.length > MOST_TEXT ? `${plain.slice(0, MOST_TEXT)}...` : plain;
}

/**
 * The branches of several runs as one: taken if any took it. Branches that look alike in one function are one.
 *
 * @param {readonly (readonly Branch[])[]} runs
 * @returns {Branch[]}
 */
export function mergeBranches(runs) {
  /** @type {Map<string, Branch>} by place, then by key */
  const places = new Map();
  for (const branch of runs.flat()) {
    const place = `${branch.key} | ${branch.line}`;
    const other = places.get(place);
    places.set(place, other === undefined ? branch : { ...other, taken: other.taken || branch.taken });
  }
  return [...places.values()].sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1));
}

/**
 * @typedef {object} Explained branches that no run takes, for one reason
 * @property {string} why
 * @property {readonly string[]} branches their keys
 *
 * @typedef {object} Judged
 * @property {Branch[]} unexplained never taken, and nobody says why
 * @property {Branch[]} explained
 * @property {string[]} stale what the list says that is no longer so
 */

/**
 * @param {readonly Branch[]} branches
 * @param {readonly Explained[]} list
 * @returns {Judged}
 */
export function judge(branches, list) {
  const keys = list.flatMap((each) => each.branches);
  const known = new Set(keys);
  const never = branches.filter(({ taken }) => !taken);
  const left = new Set(never.map(({ key }) => key));
  const there = new Set(branches.map(({ key }) => key));
  return {
    unexplained: never.filter(({ key }) => !known.has(key)),
    explained: never.filter(({ key }) => known.has(key)),
    stale: keys
      .filter((key, i) => !left.has(key) || keys.indexOf(key) !== i)
      .map((key) => `${key}: ${left.has(key) ? 'is in the list twice' : there.has(key) ? 'was taken after all' : 'is not in the source'}`),
  };
}

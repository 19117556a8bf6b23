/**
 * The usual changes: conditions, comparisons, operators, blocks, lists, calls, as Stryker's mutators make them. What is left out, and why:
 *
 * - String literals: kinds, phases, outcomes and names are closed unions, so that another string does not compile; where one is compared or sent, the
 *   comparison or the message is changed as a whole. What remains is text for people.
 * - Optional chaining: without it the compiler refuses, since indexing gives `T | undefined`.
 * - What is inside `decide(...)` and its helpers: the record of a decision, not the decision. Golden and narration tests hold what it says.
 * - What is thrown as a plain `Error`, and the condition for it: a programmer's error that no input leads to. A `StoreError` is a rule, and is changed.
 * - Guards: `if (x === null) return;`, alone or with others of the kind. The types ask for them, the phase of the server excludes what they catch.
 */
import type { Ignorer } from '@stryker-mutator/api/ignore';
import type { Logger } from '@stryker-mutator/api/logging';
import { Instrumenter } from '@stryker-mutator/instrumenter';
import ts from 'typescript';
import type { Mutant } from './mutants.ts';

/** Functions that only record what was decided. */
const RECORDERS = new Set(['decide', 'decideAck', 'say']);

/** What of Babel's nodes is looked at here. */
interface Node {
  readonly type: string;
  readonly name?: string;
  readonly operator?: string;
  readonly left?: Node;
  readonly right?: Node;
  readonly test?: Node;
  readonly consequent?: Node;
  readonly argument?: Node | null;
  readonly callee?: Node;
}

function isPlainThrow(node: Node | undefined): boolean {
  return node?.type === 'ThrowStatement' && node.argument?.type === 'NewExpression' && node.argument.callee?.name === 'Error';
}

/** Whether it is `x === null`, or several of them behind each other. */
function asksForNothing(node: Node | undefined): boolean {
  if (node?.type === 'LogicalExpression') return node.operator === '||' && asksForNothing(node.left) && asksForNothing(node.right);
  const nothing = node?.right?.type === 'NullLiteral' || (node?.right?.type === 'Identifier' && node.right.name === 'undefined');
  return node?.type === 'BinaryExpression' && node.operator === '===' && nothing;
}

function isGuard(node: Node): boolean {
  const { type, test, consequent } = node;
  return type === 'IfStatement' && asksForNothing(test) && consequent?.type === 'ReturnStatement' && consequent.argument === null;
}

const ignorer: Ignorer = {
  shouldIgnore(path) {
    const { node, parent } = path as unknown as { readonly node: Node; readonly parent?: Node };
    if (isPlainThrow(node) || (parent?.type === 'IfStatement' && isPlainThrow(parent.consequent))) return 'a programmer’s error';
    if (isGuard(node)) return 'a guard that the types ask for';
    const isRecord = node.type === 'CallExpression' && node.callee?.type === 'Identifier' && RECORDERS.has(node.callee.name ?? '');
    return isRecord ? 'the record of a decision, not the decision' : undefined;
  },
};
const OPTIONS = { plugins: null, ignorers: [ignorer], excludedMutations: ['StringLiteral', 'OptionalChaining'], noHeader: false };

const no = (): boolean => false;
const nothing = (): void => undefined;
const silent: Logger = {
  isTraceEnabled: no,
  isDebugEnabled: no,
  isInfoEnabled: no,
  isWarnEnabled: no,
  isErrorEnabled: no,
  isFatalEnabled: no,
  trace: nothing,
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  fatal: nothing,
};

/** All usual changes in one file, in the order of the text. */
export async function usualMutantsOf(file: string, text: string): Promise<readonly Mutant[]> {
  const { mutants } = await new Instrumenter(silent).instrument([{ name: file, content: text, mutate: true }], OPTIONS);
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const at = ({ line, column }: { readonly line: number; readonly column: number }): number =>
    source.getPositionOfLineAndCharacter(line, column);
  return mutants.flatMap(({ location, mutatorName, replacement, status }): readonly Mutant[] => {
    if (status === 'Ignored') return [];
    const [start, end] = [at(location.start), at(location.end)];
    return [{ file, line: location.start.line + 1, kind: mutatorName, start, end, from: text.slice(start, end), to: replacement }];
  });
}

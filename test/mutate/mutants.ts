/**
 * The own list: changes that the usual mutators do not make. What must be on the disk is not written, what must be said is not said, a step of a
 * rule is left out, and two things whose order is the rule change places.
 */
import ts from 'typescript';

export const OWN_KINDS = ['dropped persist', 'dropped send', 'swapped order', 'dropped step'] as const;
export type OwnKind = (typeof OWN_KINDS)[number];

/** One change of one file: the text from `start` to `end` becomes `to`. */
export interface Mutant {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** `OwnKind`, or the name of Stryker's mutator. */
  readonly kind: string;
  readonly start: number;
  readonly end: number;
  readonly from: string;
  readonly to: string;
}

/** `note`: only this server's own memory or timers change, which nobody sees before the step is over, so that its place among the effects is no rule. */
type Does = 'persist' | 'send' | 'step' | 'note' | 'nothing';

/** Calls that bring something to the disk. */
const PERSISTS = new Set([
  'write',
  'persistCurrentEpoch',
  'appendToLog',
  'commitLogNow',
  'takeSnapshotNow',
  'drainLogger',
  'enqueue',
  'purge',
  'dropLogs',
]);
/** Calls that tell another server or a client something; the end of a connection tells something as well. */
const SENDS = new Set(['send', 'toSend', 'reply', 'broadcast', 'connect', 'close', 'listen', 'proposeEpochTo']);
/** Calls that only change this server's memory or its timers. */
const NOTES = new Set([
  'setTimer',
  'cancelTimer',
  'edit',
  'advance',
  'updateLearning',
  'updateElectionVote',
  'setPeer',
  'setHandler',
  'setHandlers',
  'setClient',
  'forget',
  'forgetClient',
]);
/** The record of what was decided is another list than that of effects: leaving it out or moving it changes no protocol. */
const RECORDS = new Set(['decide', 'decideAck', 'say', 'order']);
/** Effects by their type. */
const EFFECTS: Readonly<Record<string, Does>> = {
  send: 'send',
  close: 'send',
  connect: 'send',
  listen: 'send',
  disk: 'persist',
  fsync: 'persist',
};
/** Names of the operations on a disk, in lists of them. */
const DISK_OPS = new Set(['create', 'append', 'writeAtomic', 'fsync', 'delete', 'truncate']);

/** All changes of the list in one file, in the order of the text. */
export function mutantsOf(file: string, text: string): readonly Mutant[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: Mutant[] = [];
  const add = (kind: OwnKind, start: number, end: number, to: string): void => {
    const line = source.getLineAndCharacterOfPosition(start).line + 1;
    found.push({ file, line, kind, start, end, from: text.slice(start, end), to });
  };
  const swap = (first: ts.Node, second: ts.Node): void => {
    const [a, b] = [first.getStart(), second.getStart()];
    add(
      'swapped order',
      a,
      second.getEnd(),
      text.slice(b, second.getEnd()) + text.slice(first.getEnd(), b) + text.slice(a, first.getEnd()),
    );
  };
  const visit = (node: ts.Node): void => {
    if (ts.isStatement(node)) dropStatement(node, add);
    if (ts.isBlock(node) || ts.isSourceFile(node) || ts.isCaseClause(node)) {
      for (const [i, second] of node.statements.entries()) {
        const first = node.statements[i - 1];
        if (first !== undefined && orderMatters(first, second)) swap(first, second);
      }
    }
    if (ts.isArrayLiteralExpression(node)) {
      for (const [i, element] of node.elements.entries()) {
        if (!isDiskOp(element)) continue;
        const next = node.elements[i + 1];
        add('dropped persist', element.getStart(), next === undefined ? element.getEnd() : next.getStart(), '');
        if (next !== undefined && isDiskOp(next)) swap(element, next);
      }
    }
    node.forEachChild(visit);
  };
  visit(source);
  return found;
}

function dropStatement(node: ts.Statement, add: (kind: OwnKind, start: number, end: number, to: string) => void): void {
  const does = whatItDoes(node);
  if (does === 'nothing') return;
  const returns = ts.isReturnStatement(node);
  add(
    does === 'persist' ? 'dropped persist' : does === 'send' ? 'dropped send' : 'dropped step',
    node.getStart(),
    node.getEnd(),
    returns ? 'return;' : ';',
  );
}

/** Of two neighbours, at least one persists or sends, and the other does something that others can notice. */
function orderMatters(first: ts.Statement, second: ts.Statement): boolean {
  const both = [does(first), does(second)];
  return !both.includes('nothing') && !both.includes('note') && both.some((each) => each === 'persist' || each === 'send');
}

/** What a statement does, also within an `if` or a loop. */
function does(node: ts.Statement): Does {
  if (ts.isIfStatement(node)) return does(node.thenStatement);
  if (ts.isForOfStatement(node)) return does(node.statement);
  if (ts.isBlock(node)) {
    const all = node.statements.map(does);
    if (node.statements.some((each) => ts.isReturnStatement(each))) return 'nothing';
    return all.includes('persist')
      ? 'persist'
      : all.includes('send')
        ? 'send'
        : all.includes('step')
          ? 'step'
          : all.includes('note')
            ? 'note'
            : 'nothing';
  }
  return ts.isReturnStatement(node) ? 'nothing' : whatItDoes(node);
}

/** A call of a rule, of the disk or of the network, or a change of the server's state. */
function whatItDoes(node: ts.Statement): Does {
  if (!ts.isExpressionStatement(node) && !ts.isReturnStatement(node)) return 'nothing';
  const { expression } = node;
  if (expression === undefined) return 'nothing';
  if (ts.isBinaryExpression(expression) && expression.operatorToken.kind === ts.SyntaxKind.EqualsToken)
    return /^(d\.s\.|edit\(d|mine\.|logger\.|leading\.|next\.)/.test(expression.left.getText()) ? 'note' : 'nothing';
  if (!ts.isCallExpression(expression)) return 'nothing';
  const callee = expression.expression.getText();
  if (callee === 'd.effects.push') return EFFECTS[/type: '(\w+)'/.exec(expression.getText())?.[1] ?? ''] ?? 'step';
  if (callee === 'Object.assign') return 'note';
  if (expression.arguments[0]?.getText() !== 'd' || RECORDS.has(callee)) return 'nothing';
  if (NOTES.has(callee)) return 'note';
  // The inbox of an election has a queue of the same name.
  if (callee === 'enqueue' && !/^(item|proposal)$/.test(expression.arguments[1]?.getText() ?? '')) return 'note';
  return PERSISTS.has(callee) ? 'persist' : SENDS.has(callee) ? 'send' : 'step';
}

function isDiskOp(node: ts.Node): boolean {
  if (!ts.isObjectLiteralExpression(node)) return false;
  const op = node.properties.find((property) => property.name?.getText() === 'op');
  return op !== undefined && ts.isPropertyAssignment(op) && ts.isStringLiteral(op.initializer) && DISK_OPS.has(op.initializer.text);
}

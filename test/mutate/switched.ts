/**
 * All changes of a file in one text, so that hundreds of them are tried without loading anything again. A function that is changed has a copy for every
 * change, and asks which one is wanted; what is in no function declaration asks where it stands.
 */
import ts from 'typescript';
import type { Mutant } from './mutants.ts';

declare global {
  /** Which change is wanted; none outside of a run. */
  var zablabMutant: number | undefined;
  /** Told of each call of a function that has changes, by the number of its first, and of each turn of a loop in a changed one, by -1. */
  var zablabAt: ((place: number) => void) | undefined;
}

export interface Switched {
  readonly text: string;
  /** By the number of a change: where it is, as `zablabAt` is told; null: anywhere in the file. */
  readonly places: ReadonlyMap<number, number | null>;
  /** Changes that have their effect while the file is loaded, and not later. */
  readonly atLoad: readonly number[];
  /** Changes that cannot be placed. */
  readonly left: readonly number[];
}

type Numbered = readonly [number: number, mutant: Mutant];
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly make: (inner: string) => string;
}

/** @param mutants of this file, with their numbers */
export function switched(file: string, text: string, mutants: readonly Numbered[]): Switched {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const edits: Edit[] = [];
  const copies: string[] = [];
  const places = new Map<number, number | null>();
  for (const node of source.statements) {
    if (!ts.isFunctionDeclaration(node) || node.body === undefined || node.name === undefined) continue;
    const [from, to, name] = [node.body.getStart(), node.body.getEnd(), node.name.text];
    const mine = mutants.filter(([, { start, end }]) => start >= from && end <= to);
    const place = mine[0]?.[0];
    if (place === undefined) continue;
    const cases = mine.map(([number]) => `case ${number}: return ${name}$${number}.apply(this, arguments);`);
    const ask = ` globalThis.zablabAt?.(${place}); switch (globalThis.zablabMutant) { ${cases.join(' ')} } `;
    edits.push({ start: from + 1, end: from + 1, make: () => ask });
    for (const [number, { start, end, to: changed }] of mine) {
      places.set(number, place);
      const rest = text.slice(node.name.getEnd(), start) + changed + text.slice(end, node.getEnd());
      copies.push(counted(`function${node.asteriskToken === undefined ? '' : '*'} ${name}$${number}${rest}`));
    }
  }
  const atLoad: number[] = [];
  const left: number[] = [];
  for (const [number, mutant] of mutants) {
    if (places.has(number)) continue;
    const node = nodeAt(source, mutant);
    const edit = node === null ? null : inPlace(node, number, mutant);
    if (node === null || edit === null) {
      left.push(number);
      continue;
    }
    places.set(number, null);
    edits.push(edit);
    if (ts.findAncestor(node.parent, ts.isFunctionLike) === undefined) atLoad.push(number);
  }
  return { text: `${applied(text, edits)}\n${copies.join('\n')}\n`, places, atLoad, left };
}

/** The outermost node that is just this part of the text and can be replaced. */
function nodeAt(source: ts.SourceFile, { start, end }: Mutant): ts.Node | null {
  const visit = (node: ts.Node): ts.Node | null => {
    if (node.getStart() > start || node.getEnd() < end) return null;
    if (node.getStart() === start && node.getEnd() === end && (ts.isBlock(node) || ts.isExpression(node))) return node;
    return ts.forEachChild(node, (child) => visit(child) ?? undefined) ?? null;
  };
  return visit(source);
}

function inPlace(node: ts.Node, number: number, { start, end, to }: Mutant): Edit | null {
  const wanted = `globalThis.zablabMutant === ${number}`;
  if (ts.isBlock(node)) {
    if (!ts.isFunctionLike(node.parent) || to !== '{}') return null;
    return { start: start + 1, end: start + 1, make: () => ` if (${wanted}) return; ` };
  }
  return { start, end, make: (inner) => `(${wanted} ? (${to}) : (${inner}))` };
}

/** Edits lie within each other or apart. */
function applied(text: string, edits: readonly Edit[]): string {
  const sorted = [...edits].sort((a, b) => a.start - b.start || b.end - a.end);
  let next = 0;
  const upTo = (from: number, to: number): string => {
    let made = '';
    let at = from;
    for (let edit = sorted[next]; edit !== undefined && edit.start <= to && edit.end <= to; edit = sorted[next]) {
      next++;
      made += text.slice(at, edit.start) + edit.make(upTo(edit.start, edit.end));
      at = edit.end;
    }
    return made + text.slice(at, to);
  };
  return upTo(0, text.length);
}

/** A function whose loops tell of their turns: a change may make one endless. */
function counted(text: string): string {
  const source = ts.createSourceFile('copy.ts', text, ts.ScriptTarget.Latest, true);
  const edits: Edit[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isIterationStatement(node, false)) {
      const { statement } = node;
      edits.push({
        start: statement.getStart(),
        end: statement.getEnd(),
        make: (inner) => `{ globalThis.zablabAt?.(-1); ${inner} }`,
      });
    }
    node.forEachChild(visit);
  };
  visit(source);
  return applied(text, edits);
}

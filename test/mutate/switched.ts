/**
 * All changes of a file in one text: each function that is changed has a copy for every change, and asks which one is wanted. So hundreds of changes are
 * tried without loading anything again.
 */
import ts from 'typescript';
import type { Mutant } from './mutants.ts';

declare global {
  /** Which change is wanted; none outside of a run. */
  var zablabMutant: number | undefined;
}

/**
 * @param mutants of this file, with their numbers
 * @returns the text with copies, and the numbers of the changes that are in no function and therefore not among them
 */
export function switched(
  file: string,
  text: string,
  mutants: readonly (readonly [number: number, mutant: Mutant])[],
): { readonly text: string; readonly left: readonly number[] } {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const inserts: { readonly at: number; readonly text: string }[] = [];
  const copies: string[] = [];
  const placed = new Set<number>();
  for (const node of source.statements) {
    if (!ts.isFunctionDeclaration(node) || node.body === undefined || node.name === undefined) continue;
    const body = node.body;
    const mine = mutants.filter(([, { start, end }]) => start > body.getStart() && end < body.getEnd());
    if (mine.length === 0) continue;
    const name = node.name;
    const cases = mine.map(([number]) => `case ${number}: return ${name.text}$${number}.apply(this, arguments);`);
    // Types are checked elsewhere; what runs these tests only strips them.
    inserts.push({ at: body.getStart() + 1, text: ` switch (globalThis.zablabMutant) { ${cases.join(' ')} } ` });
    for (const [number, { start, end, to }] of mine) {
      placed.add(number);
      copies.push(
        `function${node.asteriskToken === undefined ? '' : '*'} ${name.text}$${number}${text.slice(name.getEnd(), start)}${to}${text.slice(end, node.getEnd())}`,
      );
    }
  }
  let made = text;
  for (const { at, text: inserted } of inserts.reverse()) made = made.slice(0, at) + inserted + made.slice(at);
  return { text: `${made}\n${copies.join('\n')}\n`, left: mutants.map(([number]) => number).filter((number) => !placed.has(number)) };
}

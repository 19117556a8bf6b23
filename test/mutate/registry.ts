/**
 * What test files get instead of vitest's `describe` and `test` while changes are tried: tests are only noted, so that they can be run again and again in one
 * process. `expect` is vitest's own.
 */
export { expect } from 'vitest';

type Body = (...args: never[]) => unknown;

export interface NotedTest {
  readonly name: string;
  readonly run: () => unknown;
}

export const noted: NotedTest[] = [];
const path: string[] = [];

function note(name: string, body: Body, args: readonly unknown[] = []): void {
  noted.push({ name: [...path, name].join(' > '), run: () => (body as (...args: readonly unknown[]) => unknown)(...args) });
}

function eachOf(rows: readonly unknown[]) {
  return (name: string, body: Body): void => {
    for (const [i, row] of rows.entries()) note(`${name} #${i + 1}`, body, Array.isArray(row) ? (row as unknown[]) : [row]);
  };
}

export const test = Object.assign((name: string, body: Body) => note(name, body), { each: eachOf });
export const it = test;

function group(name: string, body: () => void): void {
  path.push(name);
  body();
  path.pop();
}

export const describe = Object.assign(group, {
  each: (rows: readonly unknown[]) => (name: string, body: Body) => {
    for (const [i, row] of rows.entries())
      group(
        `${name} #${i + 1}`,
        () => void (body as (...args: readonly unknown[]) => unknown)(...(Array.isArray(row) ? (row as unknown[]) : [row])),
      );
  },
});

export function beforeAll(body: () => void): void {
  body();
}
/** There is no end: tests run again. */
export function afterAll(): void {}
/** Those who replace modules get them replaced by `many.config.ts`. */
export const vi = { mock(): void {} };

/** From V8's counts to the branches of a source, and what is said of them. */
import { Session } from 'node:inspector/promises';
import { pathToFileURL } from 'node:url';
import { runInThisContext } from 'node:vm';
import { transformWithOxc } from 'vite';
import { expect, test } from 'vitest';
import { branchesOf, judge, mergeBranches, type Branch } from '../../scripts/lib/branches.mjs';

const PATH = '/project/src/rule.ts';
const SOURCE = `interface Vote { readonly zxid: number }
export function beats(mine: Vote, theirs: Vote | null): string {
  if (theirs === null) return 'nobody';
  const by = theirs.zxid > mine.zxid ? 'theirs' : 'mine';
  switch (by) {
    case 'theirs':
      return by;
    default:
      return mine.zxid === 7 || theirs.zxid === 8 ? 'odd' : by;
  }
}
export function unused(): void {}
`;

/** Runs the source as V8 sees it, with these votes, and gives its branches. */
async function counted(calls: readonly (readonly [number, number | null])[]): Promise<readonly Branch[]> {
  const { code, map } = await transformWithOxc(SOURCE, PATH, { sourcemap: true });
  const script = code.replaceAll('export ', '       ');
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  const url = pathToFileURL(`/project/dist/rule${calls.length}.js`).href;
  const beats = runInThisContext(`${script};beats`, { filename: url }) as (mine: object, theirs: object | null) => string;
  for (const [mine, theirs] of calls) beats({ zxid: mine }, theirs === null ? null : { zxid: theirs });
  const { result } = await session.post('Profiler.takePreciseCoverage');
  session.disconnect();
  const one = result.find((each) => each.url === url);
  if (one === undefined) throw new Error('V8 did not count the script');
  return branchesOf(one, script, { ...map, sources: [PATH] }, (path) => (path === PATH ? { name: 'src/rule.ts', text: SOURCE } : null));
}

const never = (branches: readonly Branch[]): string[] =>
  branches.filter(({ taken }) => !taken).map(({ line, rule, kind, text }) => `${line} ${rule} ${kind} ${text.slice(0, 24)}`);

test('a branch that no run took is named with its line, its rule and its text', async () => {
  const one = await counted([[1, 2]]);
  expect(never(one)).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^3 beats then if \(theirs === null\)/),
      expect.stringMatching(/^4 beats arm 'mine'/),
      expect.stringMatching(/^8 beats case default:/),
      expect.stringMatching(/^12 {2}function unused/),
    ]),
  );
  expect(never(one).join('\n')).not.toMatch(/else if \(theirs === null\)|'theirs' :/);
});

test('what one of several runs took is taken', async () => {
  const runs = [
    await counted([[1, 2]]),
    await counted([
      [2, 1],
      [1, null],
    ]),
    await counted([
      [7, 1],
      [9, 8],
      [9, 1],
    ]),
  ];
  expect(never(mergeBranches(runs))).toEqual([expect.stringMatching(/^12 {2}function unused/)]);
});

const branch = (text: string, taken: boolean): Branch => {
  const [file, rule, kind] = ['src/a.ts', 'f', 'then'];
  return { key: [file, rule, kind, text].join(' | '), file, line: 1, rule, kind, text, taken };
};

test('each branch that was never taken needs a reason, and each reason a branch', () => {
  const branches = [branch('if (a)', true), branch('if (b)', false), branch('if (c)', false)];
  const list = [
    { why: 'it cannot be', branches: ['src/a.ts | f | then | if (c)', 'src/a.ts | f | then | if (a)', 'src/a.ts | f | then | if (z)'] },
  ];
  const { unexplained, explained, stale } = judge(branches, list);
  expect(unexplained.map(({ text }) => text)).toEqual(['if (b)']);
  expect(explained.map(({ text }) => text)).toEqual(['if (c)']);
  expect(stale).toEqual([expect.stringContaining('was taken after all'), expect.stringContaining('is not in the source')]);
  const twice = judge(branches, [...list, { why: 'again', branches: ['src/a.ts | f | then | if (c)'] }]);
  expect(twice.stale).toContainEqual(expect.stringContaining('is in the list twice'));
});

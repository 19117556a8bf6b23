/** What is wrong with a directory or an archive, in both languages of the page. */
import { expect, test } from 'vitest';
import { zxid } from '../../src/base/zxid.ts';
import { DISK_TEXTS } from '../../src/app/disks/texts.ts';
import { Library } from '../../src/app/disks/library.ts';
import type { ProblemKind } from '../../src/intake/archive.ts';
import { openAll } from '../../src/intake/archive.ts';
import type { DamageFact } from '../../src/intake/datadir/types.ts';
import { memoryFile } from '../../src/intake/files.ts';
import { openRecording } from '../golden/archive.ts';
import { serverFiles } from '../intake/helpers.ts';

const { en, zh } = DISK_TEXTS;
/** Two words of English in a row. */
const ENGLISH = /[a-z]{2,} [a-z]{2,}/i;

const FACTS: readonly (readonly [DamageFact, readonly string[]])[] = [
  [{ says: 'serverLog', message: 'CRC check failed', behind: { count: 12, last: zxid(3, 7) } }, ['12', '0x300000007', 'CRC check failed']],
  [{ says: 'serverLog', message: 'Invalid Datatree', behind: null }, ['Invalid Datatree']],
  [{ says: 'notWhole', bytes: 41 }, ['41']],
  [{ says: 'bytesBehind', upTo: 977 }, ['977']],
  [{ says: 'noSeal' }, []],
  [{ says: 'noNumber', empty: true }, []],
  [{ says: 'noNumber', empty: false }, []],
  [{ says: 'rebuilt' }, ['zxid']],
  [{ says: 'unreadable', why: 'EIO' }, ['EIO']],
];

test.each(FACTS)('%j', (fact, contains) => {
  for (const { fact: say } of [en, zh]) for (const part of contains) expect(say(fact)).toContain(part);
  expect(en.fact(fact)).toMatch(/^[A-Z].*\.$/);
  // Only what a server's log says stays as it is.
  const own = zh.fact(fact).replace(/“.*?”/, '');
  expect(own).toMatch(/\p{Script=Han}.*。$/u);
  expect(own).not.toMatch(ENGLISH);
});

test('a recorded damaged log is told in Chinese', async () => {
  const { directories } = await new Library().open(serverFiles(openRecording('15-torn-log-tail')));
  const told = directories.flatMap(({ damage }) => damage.map(zh.damage));
  expect(told.length).toBeGreaterThan(0);
  for (const sentence of told) expect(sentence).not.toMatch(ENGLISH);
});

test('what is wrong with an archive has a sentence of its own in Chinese, with the byte', async () => {
  const kinds: Readonly<Record<ProblemKind, true>> = {
    encrypted: true,
    method: true,
    format: true,
    path: true,
    notAFile: true,
    twice: true,
    tooMany: true,
    tooLarge: true,
    bomb: true,
    overlap: true,
    nested: true,
    truncated: true,
    checksum: true,
    damaged: true,
  };
  const told = (Object.keys(kinds) as ProblemKind[]).map((kind) => zh.problem({ kind, path: 'a', offset: 321, sentence: 'in English' }));
  expect(new Set(told).size).toBe(told.length);
  for (const sentence of told) {
    expect(sentence).toMatch(/\p{Script=Han}.*321.*。$/u);
    expect(sentence).not.toMatch(ENGLISH);
  }
  const { problems } = await openAll([memoryFile('x/log.1', new Uint8Array(4)), memoryFile('x/log.1', new Uint8Array(4))]);
  expect(problems.map(zh.problem)).toEqual(['同一路径有两个文件，使用第一个。']);
  expect(problems.map(en.problem)).toEqual(['There are two files of this path; the first one is used.']);
});

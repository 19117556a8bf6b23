/** What a person may drop: archives of all kinds, broken ones and hostile ones among them. */
import fc from 'fast-check';
import { deflateSync, gzipSync, strToU8, zipSync, type Zippable } from 'fflate';
import { describe, expect, it } from 'vitest';
import { ARCHIVE_LIMITS, openAll, openArchive, type ArchiveLimits } from '../../src/intake/archive.ts';
import { IntakeCancelled, memoryFile, type IntakeFile } from '../../src/intake/files.ts';
import { crc32 } from '../../src/tree/digest.ts';

const LINES = strToU8('2026-01-05 10:11:12,345 [myid:1] - INFO  [main:QuorumPeer@1] - LOOKING\n'.repeat(300));
const NOISE = new Uint8Array(5000).map((_, i) => (i * i * 31 + (i >> 3)) & 255);
const TREE: Zippable = {
  's1/version-2/log.100000001': NOISE,
  's1/myid': strToU8('1\n'),
  'logs/zk.log': LINES,
  'empty.txt': new Uint8Array(),
};

async function contents(files: readonly IntakeFile[]): Promise<Record<string, Uint8Array>> {
  const entries = await Promise.all(files.map(async (file) => [file.path, await file.read(0, file.size)] as const));
  return Object.fromEntries(entries);
}
const open = (bytes: Uint8Array, limits: Partial<ArchiveLimits> = {}, name = 'case.zip') =>
  openArchive(memoryFile(name, bytes), {}, { ...ARCHIVE_LIMITS, ...limits });
const kinds = (problems: readonly { kind: string }[]): string[] => problems.map(({ kind }) => kind);

describe('a zip', () => {
  it.each([
    ['packed', zipSync(TREE)],
    ['stored', zipSync(TREE, { level: 0 })],
  ])('gives its files, %s', async (_, zip) => {
    const { files, problems } = await open(zip);
    expect(problems).toEqual([]);
    expect(await contents(files)).toEqual(TREE);
  });

  it('can be read anywhere, back and forth, also where its contents are not kept in memory', async () => {
    // Nothing in it repeats, so that it comes out in many pieces.
    let seed = 1;
    const long = new Uint8Array(300_000).map(() => (seed = (seed * 48271) % 0x7fffffff) >>> 8);
    const { files } = await open(zipSync({ 'long.bin': long }), { keptBytes: 0 });
    const [file] = files;
    if (file === undefined) throw new Error('nothing came out');
    const reads = [
      [0, 10],
      [250_000, 250_020],
      [100, 130],
      [90_000, 200_000],
      [long.length - 5, long.length + 99],
      [0, long.length],
    ] as const;
    for (const [from, to] of reads) expect(await file.read(from, to)).toEqual(long.slice(from, to));
    // Asked for at once, they do not disturb each other.
    const together = await Promise.all(reads.map(([from, to]) => file.read(from, to)));
    expect(together).toEqual(reads.map(([from, to]) => long.slice(from, to)));
  });

  it('inside a zip is opened, with a path that says where it was', async () => {
    const inner = zipSync({ 'a.log': LINES });
    const { files, problems } = await open(zipSync({ 'zk1.zip': inner, 'old.log.1.gz': gzipSync(LINES) }));
    expect(problems).toEqual([]);
    expect(await contents(files)).toEqual({ 'zk1/a.log': LINES, 'old.log.1': LINES });
    const deep = [1, 2, 3, 4].reduce((zip, level) => zipSync({ [`${level}.zip`]: zip }), zipSync({ 'a.log': LINES }));
    expect(kinds((await open(deep)).problems)).toEqual(['nested']);
  });

  it.each([
    ['../../etc/passwd', 'path'],
    ['a/../../b', 'path'],
    ['/etc/passwd', 'path'],
    ['C:\\Windows\\x.log', 'path'],
    ['..\\x', 'path'],
    ['a\0b', 'path'],
  ])('with an entry %j refuses it and reads the others', async (name, kind) => {
    const { files, problems } = await open(zipSync({ [name]: LINES, 'good.log': LINES }));
    expect(files.map(({ path }) => path)).toEqual(['good.log']);
    expect(kinds(problems)).toEqual([kind]);
  });

  it('says which entries are encrypted or packed in a way that is not read', async () => {
    const zip = zipSync({ 'a.log': LINES, 'b.log': LINES, 'c.log': LINES });
    const directory = locate(zip, 0x02014b50);
    zip[(directory[0] ?? 0) + 8] = 1;
    zip[(directory[1] ?? 0) + 10] = 12;
    const { files, problems } = await open(zip);
    expect(files.map(({ path }) => path)).toEqual(['c.log']);
    expect(problems).toMatchObject([
      { kind: 'encrypted', path: 'a.log' },
      { kind: 'method', path: 'b.log', sentence: expect.stringContaining('bzip2') as string },
    ]);
  });

  it('with a wrong checksum is used, and that is said', async () => {
    const zip = zipSync({ 'a.log': LINES }, { level: 0 });
    const at = 30 + 'a.log'.length + 10;
    zip[at] = (zip[at] ?? 0) ^ 1;
    const { files, problems } = await open(zip);
    expect(kinds(problems)).toEqual(['checksum']);
    expect(files.map(({ size }) => size)).toEqual([LINES.length]);
  });

  it('cut anywhere gives what was whole, and the beginning of what was not', async () => {
    const zip = zipSync({ 'a.log': LINES, 'b.bin': NOISE, 'c.log': LINES });
    for (let length = 0; length < zip.length; length += 97) {
      const { files, problems } = await open(zip.slice(0, length));
      if (length >= 4) expect(problems.length, `cut at ${length}`).toBeGreaterThan(0);
      for (const [path, bytes] of Object.entries(await contents(files))) {
        const whole = path === 'b.bin' ? NOISE : LINES;
        if (path.endsWith('.log') || path.endsWith('.bin'))
          expect(whole.subarray(0, bytes.length), `${path} cut at ${length}`).toEqual(bytes);
      }
    }
  });

  it('without its directory is walked, also where sizes stand behind the data', async () => {
    const { files, problems } = await open(streamedZip('a.log', LINES));
    expect(kinds(problems)).toEqual(['truncated']);
    expect(await contents(files)).toEqual({ 'a.log': LINES });
  });

  it('that is a bomb is refused with a sentence', async () => {
    const zeros = new Uint8Array(3_000_000);
    const limits = { ratioFromBytes: 1_000_000, ratio: 200 };
    const bomb = await open(zipSync({ 'a.log': LINES, 'bomb.txt': zeros }), limits);
    expect(bomb.files.map(({ path }) => path)).toEqual(['a.log']);
    expect(bomb.problems).toMatchObject([{ kind: 'bomb', path: 'bomb.txt', sentence: expect.stringContaining('zip bomb') as string }]);
    // A txn log with its preallocated zeros looks the same and is none.
    expect((await open(zipSync({ 'log.100000001': zeros }), limits)).problems).toEqual([]);
    // Too much in all.
    expect(kinds((await open(zipSync({ 'log.1': zeros, 'log.2': zeros }), { expandedBytes: 5_000_000 })).problems)).toEqual(['tooLarge']);
  });

  it('that lies about its sizes is held to them', async () => {
    const zip = zipSync({ 'a.log': new Uint8Array(1_000_000) });
    for (const at of [18 + 4, (locate(zip, 0x02014b50)[0] ?? 0) + 24]) new DataView(zip.buffer).setUint32(at, 1000, true);
    const { files, problems } = await open(zip);
    expect(kinds(problems)).toEqual(['tooLarge']);
    expect(files[0]?.size).toBe(1000);
  });

  it('whose entries share their bytes is a bomb as well', async () => {
    const zip = zipSync({ 'a.log': LINES, 'b.log': LINES });
    const second = locate(zip, 0x02014b50)[1] ?? 0;
    new DataView(zip.buffer).setUint32(second + 42, 0, true);
    const { files, problems } = await open(zip);
    expect([files.length, kinds(problems)]).toEqual([1, ['overlap']]);
  });

  it('of too many entries gives as many as are allowed', async () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`${i}.log`, LINES]));
    const { files, problems } = await open(zipSync(many), { entries: 10 });
    expect(files).toHaveLength(10);
    expect(new Set(kinds(problems))).toEqual(new Set(['tooMany']));
  });
});

describe('other archives', () => {
  it('gzip, of one member and of several', async () => {
    const two = new Uint8Array([...gzipSync(LINES), ...gzipSync(NOISE)]);
    expect(await contents((await open(gzipSync(LINES), {}, 'zk.log.gz')).files)).toEqual({ 'zk.log': LINES });
    expect(await contents((await open(two, {}, 'zk.log.gz')).files)).toEqual({ 'zk.log': new Uint8Array([...LINES, ...NOISE]) });
    const cut = await open(gzipSync(LINES).slice(0, -4), {}, 'zk.log.gz');
    expect([cut.files.length, kinds(cut.problems)]).toEqual([1, ['checksum']]);
  });

  it('tar and tar.gz, with long names, links and climbing paths', async () => {
    const long = `${'d/'.repeat(80)}log.100000001`;
    const tar = tarOf([
      { name: 's1/myid', data: strToU8('1') },
      { name: '././@LongLink', flag: 'L', data: strToU8(`${long}\0`) },
      { name: long.slice(0, 100), data: NOISE },
      { name: 'link', flag: '2', data: new Uint8Array() },
      { name: '../up', data: LINES },
    ]);
    for (const [name, bytes] of [
      ['x.tar', tar],
      ['x.tgz', gzipSync(tar)],
    ] as const) {
      const { files, problems } = await open(bytes, {}, name);
      expect(await contents(files)).toEqual({ 's1/myid': strToU8('1'), [long]: NOISE });
      expect(kinds(problems).sort()).toEqual(['notAFile', 'path']);
    }
    expect(kinds((await open(tar.slice(0, 3000), {}, 'x.tar')).problems)).toContain('truncated');
  });

  it('that cannot be read are named', async () => {
    const { files, problems } = await open(new Uint8Array([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 1, 2]), {}, 'a.tar.xz');
    expect(files).toEqual([]);
    expect(problems).toMatchObject([{ kind: 'format', sentence: expect.stringContaining('xz') as string }]);
  });
});

describe('opening', () => {
  it('keeps files of the same path in two archives apart', async () => {
    const zip = zipSync({ 'zookeeper.log': LINES });
    const { files } = await openAll([memoryFile('zk1.zip', zip), memoryFile('zk2.zip', zip)]);
    expect(files.map(({ path }) => path)).toEqual(['zk1/zookeeper.log', 'zk2/zookeeper.log']);
  });

  it('can be cancelled', async () => {
    const signal = { aborted: false };
    const watch = { signal, progress: () => (signal.aborted = true) };
    await expect(openArchive(memoryFile('a.zip', zipSync(TREE)), watch)).rejects.toBeInstanceOf(IntakeCancelled);
  });

  it('says so when a file cannot be read, and goes on', async () => {
    const gone: IntakeFile = { path: 'gone.log', size: 5, read: () => Promise.reject(new Error('no permission')) };
    const { files, problems } = await openAll([gone, memoryFile('a.log', LINES)]);
    expect(files.map(({ path }) => path)).toEqual(['a.log']);
    expect(problems).toMatchObject([{ kind: 'damaged', path: 'gone.log', sentence: expect.stringContaining('no permission') as string }]);
  });

  it('never throws, whatever the bytes', async () => {
    const seeds = [
      zipSync(TREE),
      zipSync(TREE, { level: 0 }),
      gzipSync(LINES),
      gzipSync(tarOf([{ name: 'a', data: NOISE }])),
      tarOf([{ name: 'a', data: NOISE }]),
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...seeds),
        fc.array(fc.tuple(fc.nat(9000), fc.nat(255)), { maxLength: 8 }),
        fc.nat(9000),
        async (seed, changes, length) => {
          const bytes = seed.slice(0, length);
          for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
          const { files } = await open(bytes, { entries: 50, expandedBytes: 2_000_000, keptBytes: 10_000 });
          for (const file of files) {
            expect(file.path).not.toMatch(/^\/|(^|\/)\.\.(\/|$)/);
            expect((await file.read(0, file.size)).length).toBe(file.size);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

/** Offsets of all headers of a kind. */
function locate(zip: Uint8Array, signature: number): number[] {
  const view = new DataView(zip.buffer, zip.byteOffset);
  return Array.from({ length: zip.length - 4 }, (_, at) => at).filter((at) => view.getUint32(at, true) === signature);
}

/** As a program writes that does not know the size in advance, and died before the directory. */
function streamedZip(name: string, data: Uint8Array): Uint8Array {
  const packed = deflateSync(data);
  const head = new DataView(new ArrayBuffer(30));
  head.setUint32(0, 0x04034b50, true);
  head.setUint16(6, 8, true);
  head.setUint16(8, 8, true);
  head.setUint16(26, name.length, true);
  const tail = new DataView(new ArrayBuffer(16));
  [0x08074b50, crc32(data), packed.length, data.length].forEach((value, i) => tail.setUint32(4 * i, value, true));
  return new Uint8Array([...new Uint8Array(head.buffer), ...strToU8(name), ...packed, ...new Uint8Array(tail.buffer)]);
}

function tarOf(entries: readonly { readonly name: string; readonly data: Uint8Array; readonly flag?: string }[]): Uint8Array {
  const blocks = entries.flatMap(({ name, data, flag = '0' }) => {
    const head = new Uint8Array(512);
    head.set(strToU8(name.slice(0, 100)), 0);
    head.set(strToU8(`${data.length.toString(8).padStart(11, '0')}\0`), 124);
    head.set(strToU8('        '), 148);
    head.set(strToU8(flag), 156);
    head.set(strToU8('ustar\0'), 257);
    head.set(
      strToU8(
        `${head
          .reduce((sum, byte) => sum + byte, 0)
          .toString(8)
          .padStart(6, '0')}\0 `,
      ),
      148,
    );
    const padded = new Uint8Array(Math.ceil(data.length / 512) * 512);
    padded.set(data);
    return [...head, ...padded];
  });
  return new Uint8Array([...blocks, ...new Uint8Array(1024)]);
}

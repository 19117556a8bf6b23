/** Data directories as the page asks for them: the library behind the worker, on recorded directories; and what is drawn of them. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatZxid, zxid } from '../../src/base/zxid.ts';
import { fieldAt, hexRows } from '../../src/app/disks/hexRows.ts';
import { Library } from '../../src/app/disks/library.ts';
import { latelyAt, progressAt } from '../../src/app/disks/progress.ts';
import { rowWindow, scrollTo } from '../../src/app/disks/rowWindow.ts';
import { firstForm, rehearsalOf, withSeat, wrongOf, type BootForm } from '../../src/app/disks/seats.ts';
import { stripCells } from '../../src/app/disks/strips.ts';
import type { Opened, Row } from '../../src/app/disks/wire.ts';
import type { JudgedSpan } from '../../src/intake/datadir/compare.ts';
import { IntakeCancelled, memoryFile } from '../../src/intake/files.ts';
import { describeFile } from '../../src/store/decode.ts';
import { openRecording } from '../golden/archive.ts';
import { serverFiles } from '../intake/helpers.ts';

async function opened(name: string): Promise<{ readonly library: Library; readonly opened: Opened }> {
  const library = new Library();
  return { library, opened: await library.open(serverFiles(openRecording(name))) };
}

function placeOf({ directories }: Opened, sid: number, file: string): readonly [directory: number, file: number] {
  const directory = directories.findIndex((one) => one.sid === sid);
  return [directory, directories[directory]?.files.findIndex((one) => one.name === file) ?? -1];
}

describe('a recorded directory', () => {
  test('is listed: servers, files, what a start makes of it', async () => {
    const { directories, problems, others } = (await opened('14b-old-backup-on-majority')).opened;
    expect([directories.map(({ sid, sidFrom }) => [sid, sidFrom]), problems, others]).toEqual([
      [
        [1, 'myid'],
        [2, 'myid'],
        [3, 'myid'],
      ],
      [],
      0,
    ]);
    const third = directories[2];
    expect(third?.files.map(({ name, kind, count }) => [name, kind, count])).toEqual([
      ['acceptedEpoch', 'epoch', null],
      ['currentEpoch', 'epoch', null],
      ['myid', 'myid', null],
      ['zoo.cfg', 'config', null],
      ['log.100000001', 'log', 5],
      ['log.200000001', 'log', 3],
      ['log.200000004', 'log', 6],
      ['snapshot.0', 'snapshot', 4],
      ['snapshot.100000005', 'snapshot', 7],
      ['snapshot.200000003', 'snapshot', 9],
    ]);
    expect(third?.start).toMatchObject({ starts: true, currentEpoch: 2 });
  });

  test.each(['14b-old-backup-on-majority', '17-newest-snapshot-corrupt', '27-log-hole-after-stall', '16d-log-header-broken'])(
    '%s: every file can be paged through, and pages of any size give the same rows',
    async (name) => {
      const { library, opened: all } = await opened(name);
      const recording = openRecording(name);
      for (const [d, directory] of all.directories.entries()) {
        for (const [f, file] of directory.files.entries()) {
          const count = await library.count(d, f);
          const whole = await library.rows(d, f, 0, count);
          expect(whole.map(({ index }) => index)).toEqual(Array.from({ length: count }, (_, i) => i));
          const paged: Row[] = [];
          for (let at = 0; at < count; at += 7) paged.push(...(await library.rows(d, f, at, at + 7)));
          expect(paged).toEqual(whole);
          expect(whole.at(-1)?.kind).toBe('end');
          // The same records as the decoder finds in the bytes alone.
          const bytes = recording.get(`${directory.path}/${file.name}`);
          if (bytes === undefined) continue;
          const offsets = describeFile(file.name, bytes, { limit: 1e6 }).records.map(({ offset }) => offset);
          expect(whole.slice(0, -1).map(({ offset }) => offset)).toEqual(offsets);
        }
      }
    },
  );

  test('a record of a log: its fields cover its bytes without a gap, and its checksum is that of its bytes', async () => {
    const { library, opened: all } = await opened('14b-old-backup-on-majority');
    const place = placeOf(all, 3, 'log.200000001');
    const rows = await library.rows(...place, 0, 10);
    expect(rows.map((row) => (row.kind === 'txn' ? [row.type, formatZxid(row.zxid), row.path, row.data] : row.kind))).toEqual([
      'part',
      ['createSession', '0x200000001', null, null],
      ['create', '0x200000002', '/b0', expect.any(Number)],
      ['create', '0x200000003', '/b1', expect.any(Number)],
      'end',
    ]);
    for (let i = 0; i < 4; i++) {
      const item = await library.item(...place, i);
      if (item === null) throw new Error(`no item ${i}`);
      let at = item.offset;
      for (const { offset, length } of item.fields) {
        expect(offset).toBe(at);
        at += length;
      }
      expect([at, item.bytes.length]).toEqual([item.offset + item.length, item.length]);
      if (i > 0) expect(item.crc?.given).toBe(item.crc?.computed);
    }
    expect(await library.item(...place, 5)).toBeNull();
  });

  test('a byte is wrong: the record is taken apart all the same, and both checksums are told', async () => {
    const files = serverFiles(openRecording('16-log-crc-middle'));
    const log = files.find(({ path }) => path === 's2/version-2/log.100000001');
    const bytes = (await log?.read(0, log.size))?.slice() ?? new Uint8Array();
    const [, , third] = describeFile('log.100000001', bytes, { limit: 3 }).records;
    const offset = third?.offset ?? NaN;
    bytes[offset + 40] = (bytes[offset + 40] ?? 0) ^ 1;
    const library = new Library();
    const all = await library.open(files.map((file) => (file === log ? memoryFile(file.path, bytes) : file)));
    const place = placeOf(all, 2, 'log.100000001');
    expect(all.directories[1]).toMatchObject({ damage: [{ offset, kind: 'checksum', effect: 'stops' }], start: { starts: false } });
    const count = await library.count(...place);
    expect((await library.rows(...place, 0, count)).at(-1)).toMatchObject({ kind: 'end', offset, damaged: true });
    const item = await library.item(...place, count - 1);
    expect([item?.offset, item?.damage]).toEqual([offset, all.directories[1]?.damage[0]?.fact]);
    expect(item?.crc?.given).not.toBe(item?.crc?.computed);
    expect(item?.fields.map(({ name }) => name)).toContain('zxid');
    expect((await library.recovery(1))?.at(-1)).toMatchObject({ kind: 'failed', message: 'CRC check failed' });
  });

  test('recovery: what is read grows, and the last moment is the outcome', async () => {
    const { library } = await opened('17-newest-snapshot-corrupt');
    const moments = (await library.recovery(1)) ?? [];
    expect(moments.at(-1)?.kind).toBe('ready');
    expect(
      moments.filter(({ kind, txns }) => kind === 'replayed' && txns?.type === 'create').every(({ path }) => path?.startsWith('/')),
    ).toBe(true);
    let before = 0;
    for (let at = 0; at < moments.length; at++) {
      const read = [...progressAt(moments, at).values()].reduce((sum, { readTo }) => sum + readTo, 0);
      expect(read).toBeGreaterThanOrEqual(before);
      before = read;
    }
    const lately = latelyAt(moments, moments.length - 1, 3);
    expect(lately.map(({ replayed }) => replayed)).toEqual([0, 1, 2].map((i) => (moments.at(-1)?.replayed ?? 0) - i));
  });

  test('whose a directory is can be said by the person; it then takes part in comparisons', async () => {
    const [source] = serverFiles(openRecording('01-fresh-boot-3')).filter(({ path }) => path === 's2/version-2/snapshot.0');
    if (source === undefined) throw new Error('no snapshot.0');
    const library = new Library();
    const bytes = await source.read(0, source.size);
    const { directories } = await library.open([memoryFile('backup/version-2/snapshot.0', bytes)]);
    expect(directories[0]?.sid).toBeNull();
    expect((await library.compare({ boot: false })).leftOut.map(({ why }) => why)).toEqual(['noSid']);
    expect(library.assign(0, 7)).toMatchObject({ sid: 7, sidFrom: 'person' });
    expect((await library.compare({ boot: false })).sids).toEqual([7]);
  });

  test('what cannot be a directory leaves what was open as it was; so does cancelling', async () => {
    const { library } = await opened('01-fresh-boot-3');
    await expect(library.open(serverFiles(openRecording('09-split-2-2-1')), { signal: { aborted: true } })).rejects.toThrow(
      IntakeCancelled,
    );
    expect((await library.compare({ boot: false })).sids).toEqual([1, 2, 3]);
  });
});

describe('a rehearsal form', () => {
  test('14b: the seats are those of the zoo.cfg; a backup can be given to several servers', async () => {
    const { library, opened: all } = await opened('14b-old-backup-on-majority');
    const form = firstForm(all.directories);
    expect(form.seats.map(({ sid, from }) => [sid, from])).toEqual([
      ['1', 0],
      ['2', 1],
      ['3', 2],
    ]);
    expect(wrongOf(form)).toBeNull();
    const twice: BootForm = { ...form, seats: form.seats.map((seat, i) => (i === 2 ? { ...seat, from: 'down' } : { ...seat, from: 0 })) };
    const made = await library.rehearse(rehearsalOf(twice, 'Rehearsal: backup'));
    expect([...made.disks.keys()]).toEqual([1, 2]);
    expect(made.given).toMatchObject({ title: 'Rehearsal: backup', members: [{ sid: 1 }, { sid: 2 }, { sid: 3 }] });
    expect(made.given['steps']).toContainEqual({ start: [1, 2] });
  });

  const form = firstForm([]);
  const seat = { from: 'empty', observer: false, first: true } as const;
  test.each([
    ['a sid that is none', { ...form, seats: [{ ...seat, sid: 'x' }] }, { seats: [0] }],
    ['a sid above 255', { ...form, seats: [{ ...seat, sid: '256' }] }, { seats: [0] }],
    [
      'a sid twice',
      withSeat({
        ...form,
        seats: [
          { ...seat, sid: '1' },
          { ...seat, sid: '1' },
        ],
      }),
      { seats: [1] },
    ],
    ['an observer alone', { ...form, seats: [{ ...seat, sid: '1', observer: true }] }, { nobody: true }],
    ['nobody first', { ...form, seats: [{ ...seat, sid: '1', first: false }] }, { nobody: true }],
    [
      'a tickTime of 3',
      { ...form, seats: [{ ...seat, sid: '1' }], settings: { ...form.settings, tickTime: '3' } },
      { settings: ['tickTime'] },
    ],
  ] as const)('%s is refused where it is', (_, wrong, where) => {
    expect(wrongOf(wrong)).toMatchObject(where);
  });
});

describe('drawing', () => {
  test('hex: all bytes once, in order, each with its field', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 20 }),
        fc.constantFrom(8, 16),
        (bytes, lengths, width) => {
          let offset = 1000;
          const fields = lengths.map((length) => ({ name: 'f', offset: (offset += length) - length, length, text: '' }));
          const rows = hexRows(bytes, 1000, fields, width);
          const pieces = rows.flatMap((row) => row.pieces);
          expect(pieces.map(({ hex }) => hex.replaceAll(' ', '')).join('')).toBe(Buffer.from(bytes).toString('hex'));
          for (const { field, from } of pieces) expect(field).toBe(fieldAt(fields, 1000 + from));
          expect(rows.every(({ pieces: own }) => own.reduce((sum, { text }) => sum + text.length, 0) <= width)).toBe(true);
        },
      ),
    );
  });

  test('a table of any length: what is in sight is in the document, the height has a limit, and any row can be reached', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50_000_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (count, share) => {
        const [rowHeight, view] = [28, 560];
        const row = Math.floor(share * (count - 1));
        const scroll = scrollTo(row, count, rowHeight, 0, view);
        const seen = rowWindow(count, rowHeight, scroll, view);
        expect(seen.height).toBeLessThanOrEqual(4_000_000);
        expect(seen.to - seen.from).toBeLessThan(60);
        expect(row).toBeGreaterThanOrEqual(seen.from);
        expect(row).toBeLessThan(seen.to);
        // In sight, not only in the document.
        const top = seen.top + (row - seen.from) * rowHeight - scroll;
        expect(top).toBeGreaterThanOrEqual(-1);
        expect(top + rowHeight).toBeLessThanOrEqual(view + 1);
      }),
    );
  });

  test('strips: one lost txn is seen beside a million common ones', () => {
    const span = (from: number, count: number): JudgedSpan => ({
      from: zxid(1, from),
      to: zxid(1, from + count - 1),
      count,
      standing: {},
      kind: 'common',
      replayed: true,
      onQuorum: true,
    });
    const [many, one] = stripCells([span(1, 1_000_000), span(1_000_001, 1)], 800);
    expect(many?.width).toBeLessThanOrEqual(800);
    expect(one?.width).toBeGreaterThanOrEqual(14);
    expect([many?.newEpoch, one?.newEpoch, one?.x]).toEqual([true, false, many?.width]);
  });
});

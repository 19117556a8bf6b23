import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sessionId, utf8 } from '../../src/base/ids.ts';
import { EndOfBytes, StoreError } from '../../src/store/errors.ts';
import { JuteReader, JuteWriter } from '../../src/store/jute.ts';
import { adler32 } from '../../src/store/adler.ts';
import { hex, toHex, z } from './helpers.ts';

describe('what a field looks like', () => {
  it.each<[string, JuteWriter, string]>([
    ['int', new JuteWriter().int(-10), 'fffffff6'],
    ['long from a number', new JuteWriter().long(0x1a1fb4864ca), '000001a1fb4864ca'],
    ['long −1', new JuteWriter().long(-1), 'ffffffffffffffff'],
    ['long from a zxid', new JuteWriter().long(z(3)), '0000000100000003'],
    ['long from a session', new JuteWriter().long('0x100003464c50000'), '0100003464c50000'],
    ['long from halves', new JuteWriter().long({ high: 1, low: 0xfffffffe }), '00000001fffffffe'],
    ['bool', new JuteWriter().bool(true), '01'],
    ['string', new JuteWriter().string('/a'), '000000022f61'],
    ['null string', new JuteWriter().string(null), 'ffffffff'],
    ['two- and three-byte characters', new JuteWriter().string('é中'), '00000005c3a9e4b8ad'],
    ['a character beyond U+FFFF, as Java writes it', new JuteWriter().string('😀'), '00000006eda0bdedb880'],
    ['buffer', new JuteWriter().buffer(hex('0102')), '000000020102'],
    ['null buffer', new JuteWriter().buffer(null), 'ffffffff'],
    ['null vector', new JuteWriter().vector(null), 'ffffffff'],
  ])('%s', (_, writer, bytes) => {
    expect(toHex(writer.bytes())).toBe(bytes);
  });

  it('grows past its first capacity', () => {
    const writer = new JuteWriter(1).string('x'.repeat(1000)).int(7);
    expect(writer.length).toBe(1008);
    expect(toHex(writer.view(1004))).toBe('00000007');
  });
});

describe('reading', () => {
  it('gives back what was written', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.maxSafeInteger(),
        fc.string(),
        fc.uint8Array(),
        fc.integer(),
        fc.integer(),
        (int, long, text, data, high, low) => {
          const bytes = new JuteWriter().int(int).long(long).string(text).buffer(data).long(sessionId(high, low)).long(z(7)).bytes();
          const reader = new JuteReader(bytes);
          expect([
            reader.int('a'),
            reader.long('b'),
            reader.string('c'),
            reader.buffer('d'),
            reader.session('e'),
            reader.zxid('f'),
          ]).toEqual([int, long, text, data, sessionId(high, low), z(7)]);
          expect(reader.remaining).toBe(0);
        },
      ),
    );
  });

  it('names the field and the offset in the file when the bytes end', () => {
    const reader = new JuteReader(hex('00000005 6162'), 100);
    expect(() => reader.string('path')).toThrow(EndOfBytes);
    expect(() => new JuteReader(hex('00000005 6162'), 100).string('path')).toThrow(/path needs 5 bytes, only 2 are left \(at byte 104\)/);
  });

  it.each([
    ['80000000', -2147483648],
    ['fffffffe', -2],
    ['7fffffff', 2147483647],
  ])('refuses the length %s', (length, number) => {
    const read = (): unknown => new JuteReader(hex(length)).buffer('data');
    expect(read).toThrow(StoreError);
    expect(read).toThrow(`Unreasonable length = ${number} of data (at byte 0)`);
  });
});

describe('Adler-32', () => {
  it.each([
    ['', 1],
    ['a', 0x00620062],
    ['Wikipedia', 0x11e60398],
  ])('of "%s"', (text, sum) => {
    expect(adler32(utf8(text))).toBe(sum);
  });

  it('can be summed piece by piece', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50_000, size: 'max' }), fc.nat(50_000), (bytes, cut) => {
        expect(adler32(bytes.subarray(cut), adler32(bytes.subarray(0, cut)))).toBe(adler32(bytes));
      }),
      { numRuns: 20 },
    );
  });
});

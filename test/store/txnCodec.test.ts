import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sessionId, utf8, type Bytes } from '../../src/base/ids.ts';
import { EndOfBytes, StoreError } from '../../src/store/errors.ts';
import { JuteWriter, MAX_LENGTH } from '../../src/store/jute.ts';
import { encodeLogHeader, encodeRecord, scanLog } from '../../src/store/logFile.ts';
import { decodeTxn, encodeTxn, onceApplied } from '../../src/store/txnCodec.ts';
import { txnTypeNumber } from '../../src/tree/opcodes.ts';
import type { Acl, Txn, TxnBody } from '../../src/tree/types.ts';
import { hex, OPEN_ACL, toHex, z } from './helpers.ts';

/** The first two records of a log written by a real 3.8.0 server. */
const CREATE_SESSION: Txn = {
  session: '0x100003464c50000',
  cxid: 0,
  zxid: z(1),
  time: 0x1a1fb4864ca,
  body: { type: 'createSession', timeoutMs: 20000 },
  digest: 0x51c6d660,
};
const FIRST_RECORD = `00000000d7bb0b24 00000030
  0100003464c50000 00000000 0000000100000001 000001a1fb4864ca fffffff6
  00004e20
  00000002 0000000051c6d660
  42`;
const CREATE_A: Txn = {
  ...CREATE_SESSION,
  cxid: 1,
  zxid: z(2),
  body: { type: 'create', path: '/a', data: utf8('1'), acl: OPEN_ACL, ephemeral: false, parentCVersion: 1 },
  digest: 0x19a37f0b0,
};
const CREATE_A_BODY =
  '000000022f61 0000000131 00000001 0000001f 00000005776f726c64 00000006616e796f6e65 00 00000001 00000002 000000019a37f0b0';

describe('a failed multi', () => {
  const remove = { type: 'delete', path: '/abcd' } as const;
  const failed: Txn = {
    ...CREATE_A,
    body: { type: 'multi', txns: [remove, { type: 'error', err: 'BADVERSION' }, { type: 'error', err: 'RUNTIMEINCONSISTENCY' }] },
  };
  const applied = onceApplied(failed);

  it('once applied, has errors where its operations were, over the same bytes; and is read back so', () => {
    expect(applied.body).toMatchObject({
      txns: [{ type: 'error', was: { code: 5, path: '/abcd' } }, { err: 'BADVERSION' }, { err: 'RUNTIMEINCONSISTENCY' }],
    });
    const [before, after] = [encodeTxn(failed), encodeTxn(applied)];
    // Only the type of the operation has changed: it stands behind the header of 32 bytes and the count.
    expect([...after].flatMap((byte, i) => (byte === before[i] ? [] : [i]))).toEqual([36, 37, 38, 39]);
    expect(decodeTxn(after)).toEqual(applied);
    expect(onceApplied(applied)).toEqual(applied);
  });

  it('is the only txn that changes', () => {
    const done: Txn = { ...CREATE_A, body: { type: 'multi', txns: [remove] } };
    for (const txn of [CREATE_A, done]) expect(onceApplied(txn)).toBe(txn);
  });
});

describe('bytes of a real server', () => {
  it('writes the first record of a fresh log as 3.8.0 does', () => {
    expect(toHex(encodeLogHeader())).toBe('5a4b4c47000000020000000000000000');
    expect(toHex(encodeRecord(encodeTxn(CREATE_SESSION)))).toBe(toHex(hex(FIRST_RECORD)));
  });

  it('writes create /a as 3.8.0 does', () => {
    const bytes = encodeTxn(CREATE_A);
    expect(bytes.length).toBe(0x57);
    expect(toHex(bytes.subarray(32))).toBe(toHex(hex(CREATE_A_BODY)));
  });

  it('reads them', () => {
    const log = Buffer.concat([encodeLogHeader(), hex(FIRST_RECORD), encodeRecord(encodeTxn(CREATE_A))]);
    expect(scanLog(log).records.map(({ txn }) => txn)).toEqual([CREATE_SESSION, CREATE_A]);
  });
});

describe('records of older versions', () => {
  const header = (type: number): JuteWriter => new JuteWriter().long('0x1').int(1).long(z(1)).long(5).int(type);

  it('a create without parentCVersion reads as −1', () => {
    const bytes = header(1).string('/a').buffer(null).vector(0).bool(true).bytes();
    expect(decodeTxn(bytes).body).toEqual({ type: 'create', path: '/a', data: null, acl: [], ephemeral: true, parentCVersion: -1 });
  });

  it('is read so wherever in its file it stands, and says where it ends too early', () => {
    const whole = header(1).string('/a').buffer(null).vector(0).bool(true).bytes();
    expect(decodeTxn(whole, 1000).body).toEqual(decodeTxn(whole).body);
    // The body starts behind a header of 32 bytes; the flag is the last of its 15.
    expect(endOf(() => decodeTxn(whole.slice(0, -1), 1000))).toBe(1000 + 32 + 14);
  });

  it('a create2 has always had one', () => {
    const bytes = header(15).string('/a').buffer(null).vector(0).bool(true).bytes();
    expect(endOf(() => decodeTxn(bytes))).toBe(bytes.length);
  });

  it('a closeSession without paths reads as null', () => {
    expect(decodeTxn(header(-11).bytes()).body).toEqual({ type: 'closeSession', paths: null });
  });

  it('a closeSession with a path of an absurd length is refused', () => {
    const bytes = header(-11)
      .vector(1)
      .int(MAX_LENGTH + 1)
      .bytes();
    expect(() => decodeTxn(bytes)).toThrow('Unreasonable length = 2097151 of path (at byte 36)');
  });

  it('a record without digest reads as null', () => {
    expect(decodeTxn(encodeTxn({ ...CREATE_A, digest: null })).digest).toBeNull();
  });

  it('a record that ends within its digest reads as one without', () => {
    const bytes = encodeTxn(CREATE_A);
    expect(decodeTxn(bytes.slice(0, -1))).toEqual({ ...CREATE_A, digest: null });
  });

  it('an error without a name is an error still, a path that is null an empty one', () => {
    expect(decodeTxn(header(-1).int(-4711).bytes()).body).toEqual({ type: 'error', err: 'SYSTEMERROR' });
    expect(decodeTxn(header(2).string(null).bytes()).body).toEqual({ type: 'delete', path: '' });
  });

  it('an operation of a multi that is cut short says where, counted in the file', () => {
    // Behind the header: the count, the type and length of the operation, of which the path lacks its text.
    const bytes = header(14).vector(1).int(2).buffer(new JuteWriter().int(2).bytes()).bytes();
    expect(endOf(() => decodeTxn(bytes, 1000))).toBe(1000 + 32 + 4 + 4 + 4 + 4);
    expect(endOf(() => decodeTxn(header(14).vector(1).int(2).buffer(null).bytes(), 1000))).toBe(1000 + 32 + 4 + 4 + 4);
  });

  it('an error in a multi may stand over the record of an operation: the length of its path is read as the code', () => {
    const record = new JuteWriter().string('/abcd').int(7).bytes();
    const decode = (bytes: Bytes) => decodeTxn(header(14).vector(1).int(-1).buffer(bytes).bytes()).body;
    expect(decode(record)).toEqual({
      type: 'multi',
      txns: [{ type: 'error', err: 'SYSTEMERROR', was: { code: 5, path: '/abcd', record } }],
    });
    // Nobody reads more of it than the code.
    const odd = (first: number) =>
      new JuteWriter()
        .int(first)
        .raw(utf8('x'.repeat(200)))
        .bytes();
    expect(decode(odd(300))).toMatchObject({ txns: [{ was: { code: 300, path: 'x'.repeat(200) } }] });
    expect(decode(odd(-103))).toMatchObject({ txns: [{ err: 'BADVERSION', was: { code: -103, path: '' } }] });
    expect(endOf(() => decode(new Uint8Array(3)))).toBe(32 + 4 + 4 + 4);
  });

  it('a multi within a multi is refused', () => {
    const bytes = header(14).vector(1).int(14).buffer(new JuteWriter().vector(0).bytes()).bytes();
    expect(() => decodeTxn(bytes)).toThrow('Invalid type of op: 14 (at byte 36)');
  });

  it('a type that does not exist is refused by name', () => {
    expect(() => decodeTxn(header(6).bytes(), 28)).toThrow('Unsupported Txn with type=6 (at byte 56)');
  });
});

/** Where the bytes ended too early. */
function endOf(read: () => unknown): number | undefined {
  try {
    read();
  } catch (error) {
    if (error instanceof EndOfBytes) return error.failure.offset;
    throw error;
  }
  throw new Error('expected EndOfBytes');
}

const acl: fc.Arbitrary<Acl[]> = fc.array(
  fc.record({ perms: fc.integer({ min: 0, max: 31 }), scheme: fc.constantFrom('world', 'digest', 'ip'), id: fc.string() }),
  { maxLength: 3 },
);
const path = fc.string().map((name) => `/${name}`);
const data = fc.option(fc.uint8Array({ maxLength: 40 }));
const version = fc.integer();
const simpleBody: fc.Arbitrary<TxnBody> = fc.oneof(
  fc.record({ type: fc.constant('createSession' as const), timeoutMs: fc.nat() }),
  fc.record({ type: fc.constant('closeSession' as const), paths: fc.array(path) }),
  fc.record({ type: fc.constant('error' as const), err: fc.constantFrom('NONODE' as const, 'BADVERSION' as const, 'OK' as const) }),
  fc.record({
    type: fc.constantFrom('create' as const, 'create2' as const),
    path,
    data,
    acl,
    ephemeral: fc.boolean(),
    parentCVersion: version,
  }),
  fc.record({ type: fc.constant('createContainer' as const), path, data, acl, parentCVersion: version }),
  fc.record({ type: fc.constant('createTTL' as const), path, data, acl, parentCVersion: version, ttlMs: fc.nat() }),
  fc.record({ type: fc.constantFrom('delete' as const, 'deleteContainer' as const), path }),
  fc.record({ type: fc.constantFrom('setData' as const, 'reconfig' as const), path, data, version }),
  fc.record({ type: fc.constant('setACL' as const), path, acl, version }),
  fc.record({ type: fc.constant('check' as const), path, version }),
);
const anyBody = fc.oneof(
  { weight: 4, arbitrary: simpleBody },
  fc.record({ type: fc.constant('multi' as const), txns: fc.array(simpleBody, { maxLength: 4 }) }),
);
const anyTxn: fc.Arbitrary<Txn> = fc.record({
  session: fc.tuple(fc.integer(), fc.integer()).map(([high, low]) => sessionId(high, low)),
  cxid: fc.integer(),
  zxid: fc.nat().map((counter) => z(counter)),
  time: fc.maxSafeInteger(),
  body: anyBody,
  digest: fc.option(fc.maxSafeNat()),
});

describe('any transaction', () => {
  it('is read back as it was written', () => {
    fc.assert(
      fc.property(anyTxn, (txn) => {
        expect(decodeTxn(encodeTxn(txn))).toEqual(txn);
      }),
      { numRuns: 500 },
    );
  });

  it('cut short or changed is read as something else or refused, with an offset', () => {
    fc.assert(
      fc.property(anyTxn, fc.nat(), fc.nat(), fc.nat(255), (txn, cut, at, value) => {
        const bytes = encodeTxn(txn);
        const damaged = bytes.slice(0, 1 + (cut % bytes.length));
        damaged[at % damaged.length] = value;
        try {
          expect(txnTypeNumber(decodeTxn(damaged).body.type)).toBeTypeOf('number');
        } catch (error) {
          if (!(error instanceof StoreError)) throw error;
          expect(error.failure.offset).toBeLessThanOrEqual(damaged.length);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

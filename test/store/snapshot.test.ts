import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mapEntries } from '../../src/base/chunked.ts';
import { utf8 } from '../../src/base/ids.ts';
import { StoreError } from '../../src/store/errors.ts';
import { applyDiskOps, emptyDisk } from '../../src/store/disk.ts';
import { fastForward } from '../../src/store/recovery.ts';
import {
  beginSnapshot,
  continueSnapshot,
  encodeSnapshotFile,
  looksValid,
  parseSnapshot,
  parseSnapshotFile,
  serializeSnapshot,
  snapshotName,
  type SnapshotFormat,
} from '../../src/store/snapshot.ts';
import { applyTxn } from '../../src/tree/apply.ts';
import { newTree } from '../../src/tree/tree.ts';
import type { DataTree, Txn, TxnBody } from '../../src/tree/types.ts';
import { create, hex, logged, OPEN_ACL, plain, toHex, txn, z } from './helpers.ts';

const FRESH = newTree(utf8('server.1=a:1:2:participant\nversion=0'), 1_795_215_260_000);
const apply = (tree: DataTree, txns: readonly Txn[]): DataTree => txns.reduce((now, one) => applyTxn(now, one).tree, tree);
const paths = (bytes: Uint8Array): string[] => parseSnapshotFile(bytes).nodes.map(({ path }) => path);

describe('a snapshot file', () => {
  it.each([
    ['no nodes', [], /no root node/],
    ['a node whose name is no path', ['', 'nonsense'], /unable to find parent  of path nonsense/],
    ['a node that ends like a path', ['', 'a/'], /unable to find parent a of path a\//],
    ['a node before its parent', ['', '/a/b'], /unable to find parent \/a of path \/a\/b/],
  ])('with %s is refused, though its checksums are right', (_, names, message) => {
    const image = parseSnapshotFile(serializeSnapshot(FRESH));
    const [root] = image.nodes;
    const nodes = names.map((path) => ({ ...root!, path }));
    const bytes = encodeSnapshotFile({ ...image, nodes });
    expect(() => parseSnapshot(bytes, z(7))).toThrow(message);
    expect(() => parseSnapshot(bytes, z(7))).toThrow(StoreError);
  });

  it('is named after the last txn in it', () => {
    expect([snapshotName(z(0, 0)), snapshotName(z(7))]).toEqual(['snapshot.0', 'snapshot.100000007']);
  });

  it('of a fresh server has header, no sessions, one access list, four nodes and two seals', () => {
    const bytes = serializeSnapshot(FRESH);
    expect(toHex(bytes.subarray(0, 20))).toBe('5a4b534e00000002ffffffffffffffff00000000');
    expect(paths(bytes).sort()).toEqual(['', '/zookeeper', '/zookeeper/config', '/zookeeper/quota']);
    expect(toHex(bytes.subarray(-5))).toBe('000000012f');
    expect(parseSnapshotFile(bytes).digest).toEqual({ zxid: z(0, 0), digestVersion: 2, digest: 0 });
  });

  it.each<[SnapshotFormat, boolean, boolean]>([
    [{ digest: false, lastProcessedZxid: false }, false, false],
    [{ digest: true, lastProcessedZxid: false }, true, false],
    [{ digest: true, lastProcessedZxid: true }, true, true],
  ])('has the sections of %j', (format, digest, last) => {
    const tree = apply(FRESH, [create(z(1), '/a')]);
    const image = parseSnapshotFile(serializeSnapshot(tree, format));
    expect([image.digest, image.lastProcessedZxid]).toEqual([
      digest ? { zxid: z(1), digestVersion: 2, digest: tree.digest } : null,
      last ? z(1) : null,
    ]);
  });

  it.each([
    ['shorter than 10 bytes', '00000000' + '000000012f', false],
    ['of 10 bytes', '0000000000' + '000000012f', true],
    ['with another text behind the last checksum', '0000000000' + '000000012e', false],
    ['with a longer text there', '0000000000' + '000000022f', false],
  ])('%s looks finished or not', (_, bytes, isValid) => {
    expect(looksValid(hex(bytes))).toBe(isValid);
  });

  it('keeps no access list that no node has, but does not give its number to another one', () => {
    const image = parseSnapshotFile(serializeSnapshot(FRESH));
    const unused = [7, [{ perms: 1, scheme: 'ip', id: '10.0.0.1' }]] as const;
    const tree = parseSnapshot(encodeSnapshotFile({ ...image, acls: [...image.acls, unused] }), z(1));
    expect([...tree.acls.keys()]).toEqual(image.acls.map(([key]) => key));
    const acl = [{ perms: 2, scheme: 'ip', id: '10.0.0.2' }];
    const next = apply(tree, [txn(z(2), { type: 'create', path: '/a', data: null, acl, ephemeral: false, parentCVersion: 1 })]);
    expect([...next.acls.keys()].at(-1)).toBe(8);
  });

  it('of the start of an epoch has no digest, since no txn has that zxid', () => {
    const { digest } = parseSnapshotFile(serializeSnapshot({ ...FRESH, lastProcessedZxid: z(0, 2) }));
    expect(digest).toEqual({ zxid: z(0, 0), digestVersion: 2, digest: 0 });
  });

  it('survives reading and writing, with null data, sessions and access lists', () => {
    const tree = apply(FRESH, [
      { ...txn(z(1), { type: 'createSession', timeoutMs: 6000 }), session: '0x300003605d60000' },
      {
        ...txn(z(2), {
          type: 'create',
          path: '/e',
          data: null,
          acl: [{ perms: 1, scheme: 'ip', id: '10.0.0.1' }],
          ephemeral: true,
          parentCVersion: 1,
        }),
        session: '0x300003605d60000',
      },
    ]);
    const bytes = serializeSnapshot(tree);
    expect(toHex(encodeSnapshotFile(parseSnapshotFile(bytes)))).toBe(toHex(bytes));
    expect(plain(parseSnapshot(bytes, z(2)))).toEqual(plain(tree));
  });

  it('cut anywhere is refused, except where an older version would have ended', () => {
    const bytes = serializeSnapshot(apply(FRESH, [create(z(1), '/a', 'data')]));
    const accepted: number[] = [];
    for (let length = 0; length < bytes.length; length++) {
      try {
        parseSnapshot(bytes.slice(0, length), z(1));
        accepted.push(length);
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        expect(error.failure.offset).toBeLessThanOrEqual(length);
      }
    }
    // From the end of seal 1 to the last but one byte of the digest: 20 bytes. Such a file does not look valid, so recovery never gets here.
    expect(accepted).toHaveLength(20);
    expect(accepted.filter((length) => looksValid(bytes.slice(0, length)))).toEqual([accepted[0]]);
  });

  it('with any byte changed is refused', () => {
    const bytes = serializeSnapshot(apply(FRESH, [create(z(1), '/a', 'data')]));
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const damaged = bytes.map((byte, i) => (i === at ? byte ^ change : byte));
        // The text of a seal is read and ignored, so a wrong length of it that reaches far enough hides the section behind it; Java accepts that too.
        fc.pre(at !== bytes.length - 35);
        if (at >= bytes.length - 5) expect(looksValid(damaged)).toBe(false);
        else expect(() => parseSnapshot(damaged, z(1))).toThrow(StoreError);
      }),
      { numRuns: 500 },
    );
  });

  it('of 3.9 is sealed once more: a byte changed in its last zxid is noticed', () => {
    const bytes = serializeSnapshot(apply(FRESH, [create(z(1), '/a')]), { digest: true, lastProcessedZxid: true });
    const damaged = bytes.map((byte, i) => (i === bytes.length - 14 ? byte ^ 1 : byte));
    expect(() => parseSnapshot(damaged, z(1))).toThrow(/^CRC corruption/);
    expect(parseSnapshotFile(bytes).lastProcessedZxid).toEqual(z(1));
  });

  it('with another magic number is not read any further', () => {
    const bytes = serializeSnapshot(FRESH).map((byte, i) => (i === 3 ? byte + 1 : byte));
    expect(() => parseSnapshot(bytes, z(1))).toThrow('mismatching magic headers 1514885967 != 1514885966 (at byte 0)');
  });

  it('names a node whose parent is missing', () => {
    const image = parseSnapshotFile(serializeSnapshot(apply(FRESH, [create(z(1), '/a'), create(z(2), '/a/b')])));
    const orphaned = encodeSnapshotFile({ ...image, nodes: image.nodes.filter(({ path }) => path !== '/a') });
    expect(() => parseSnapshot(orphaned, z(2))).toThrow(/unable to find parent \/a of path \/a\/b \(at byte \d+\)/);
  });
});

describe('a snapshot taken while the tree changes', () => {
  it('writes the same bytes in slices as at once, if nothing changes', () => {
    const tree = apply(
      FRESH,
      Array.from({ length: 30 }, (_, i) => create(z(i + 1), i % 3 === 0 ? `/p${i}` : `/p${i - (i % 3)}/c${i}`)),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), (most) => {
        expect(toHex(inSlices(tree, most, () => tree).bytes)).toBe(toHex(serializeSnapshot(tree)));
      }),
    );
  });

  it('visits no more nodes at a time than it is told', () => {
    const tree = apply(FRESH, [create(z(1), '/a'), create(z(2), '/a/x'), create(z(3), '/b')]);
    const lengths: number[] = [];
    for (let writer = beginSnapshot(tree), done = false; !done;) {
      const slice = continueSnapshot(writer, tree, 3);
      lengths.push(slice.bytes.length);
      ({ writer, done } = slice);
    }
    // Seven nodes.
    expect(lengths).toHaveLength(3);
    expect(lengths.reduce((sum, length) => sum + length)).toBe(serializeSnapshot(tree).length);
  });

  it('skips a child that is gone, misses one that came after its parent was visited', () => {
    const before = apply(FRESH, [create(z(1), '/a'), create(z(2), '/a/x')]);
    const after = apply(before, [
      txn(z(3), { type: 'delete', path: '/a/x' }),
      txn(z(4), { type: 'delete', path: '/a' }),
      create(z(5), '/b'),
    ]);
    let tree = before;
    const { bytes } = inSlices(before, 1, () => {
      const now = tree;
      tree = after;
      return now;
    });
    expect(paths(bytes).sort()).toEqual(['', '/zookeeper', '/zookeeper/config', '/zookeeper/quota']);
    expect(parseSnapshotFile(bytes).digest?.zxid).toEqual(z(5));
  });

  it('becomes the real tree again when the log is replayed on top', () => {
    const change = fc.record({ kind: fc.constantFrom('create', 'create', 'set', 'delete', 'child'), n: fc.nat(6) });
    fc.assert(
      fc.property(
        fc.array(change, { minLength: 10, maxLength: 60 }),
        fc.integer({ min: 1, max: 4 }),
        fc.nat(20),
        (changes, most, before) => {
          const txns = history(changes);
          const start = apply(FRESH, txns.slice(0, before));
          let at = Math.min(before, txns.length);
          let tree = start;
          const { bytes } = inSlices(start, most, () => {
            const next = txns[at++];
            if (next !== undefined) tree = applyTxn(tree, next).tree;
            return tree;
          });
          const end = apply(FRESH, txns);
          const disk = logged(emptyDisk(), txns).disk;
          const replayed = fastForward(applyDiskOps(disk, []), parseSnapshot(bytes, start.lastProcessedZxid)).tree;
          expect(plain(replayed)).toEqual(plain(end));
        },
      ),
      { numRuns: 60 },
    );
  });
});

/** Valid txns against the tree as it is then, as a leader would make them. */
function history(changes: readonly { kind: string; n: number }[]): Txn[] {
  const txns: Txn[] = [];
  let tree = FRESH;
  const versions = new Map<string, number>();
  let creates = 0;
  for (const { kind, n } of changes) {
    const at = z(txns.length + 1);
    const names = [...mapEntries(tree.nodes)].map(([path]) => path);
    const parent = `/p${n}`;
    const path = kind === 'child' ? `${parent}/c${n}` : parent;
    let body: TxnBody | null = null;
    if (names.includes(path)) {
      const hasChildren = names.some((name) => name.startsWith(`${path}/`));
      if (kind === 'delete' && !hasChildren) body = { type: 'delete', path };
      else body = { type: 'setData', path, data: utf8(`v${txns.length}`), version: (versions.get(path) ?? 0) + 1 };
      versions.set(path, body.type === 'delete' ? 0 : (versions.get(path) ?? 0) + 1);
    } else if (kind === 'create' || (kind === 'child' && names.includes(parent))) {
      const parentPath = kind === 'child' ? parent : '';
      const parentCVersion = ([...mapEntries(tree.nodes)].find(([name]) => name === parentPath)?.[1].stat.cversion ?? 0) + 1;
      body = { type: 'create', path, data: utf8(`c${creates++}`), acl: OPEN_ACL, ephemeral: false, parentCVersion };
      versions.set(path, 0);
    }
    const made = txn(at, body ?? { type: 'error', err: 'NONODE' });
    txns.push(made);
    tree = applyTxn(tree, made).tree;
  }
  return txns;
}

function inSlices(start: DataTree, most: number, treeNow: () => DataTree): { bytes: Uint8Array } {
  let writer = beginSnapshot(start);
  const parts: Uint8Array[] = [];
  for (let done = false; !done;) {
    const slice = continueSnapshot(structuredClone(writer), treeNow(), most);
    ({ writer, done } = slice);
    parts.push(slice.bytes);
  }
  return { bytes: new Uint8Array(Buffer.concat(parts)) };
}

import { describe, expect, it } from 'vitest';
import { diskOf, applyDiskOps, fileNames } from '../../src/store/disk.ts';
import { purgeOps } from '../../src/store/retention.ts';
import { serializeSnapshot } from '../../src/store/snapshot.ts';
import { newTree } from '../../src/tree/tree.ts';

const SNAPSHOT = serializeSnapshot(newTree(null, 0));
const disk = (...names: string[]): ReturnType<typeof diskOf> =>
  diskOf(Object.fromEntries(names.map((name) => [name, name.startsWith('log') ? new Uint8Array([1]) : SNAPSHOT])));
const left = (start: ReturnType<typeof diskOf>, retain: number): string[] => fileNames(applyDiskOps(start, purgeOps(start, retain)));

describe('autopurge', () => {
  const full = disk('log.1', 'log.5', 'log.b', 'log.15', 'log.1f', 'snapshot.0', 'snapshot.a', 'snapshot.14', 'snapshot.1e', 'snapshot.28');

  it('keeps the newest snapshots and the logs that the oldest of them needs', () => {
    expect(left(full, 3)).toEqual(['log.b', 'log.15', 'log.1f', 'snapshot.14', 'snapshot.1e', 'snapshot.28']);
    expect(left(full, 4)).toEqual(['log.5', 'log.b', 'log.15', 'log.1f', 'snapshot.a', 'snapshot.14', 'snapshot.1e', 'snapshot.28']);
  });

  it('needs no log older than one that begins with the very txn of the oldest snapshot it keeps', () => {
    const start = disk('log.1', 'log.5', 'log.9', 'snapshot.0', 'snapshot.5', 'snapshot.8', 'snapshot.b');
    expect(left(start, 3)).toEqual(['log.5', 'log.9', 'snapshot.5', 'snapshot.8', 'snapshot.b']);
  });

  it.each([
    ['fewer snapshots than it keeps', disk('log.1', 'snapshot.0', 'snapshot.a')],
    ['no snapshot', disk('log.1', 'log.5')],
  ])('deletes no log a snapshot needs: %s', (_, start) => {
    expect(left(start, 3)).toEqual(fileNames(start));
  });

  it('does not count a snapshot whose end is missing', () => {
    const torn = applyDiskOps(full, [{ op: 'truncate', file: 'snapshot.28', length: 50 }]);
    expect(left(torn, 3)).toEqual(['log.5', 'log.b', 'log.15', 'log.1f', 'snapshot.a', 'snapshot.14', 'snapshot.1e', 'snapshot.28']);
  });

  it('refuses to keep fewer than three', () => {
    expect(() => purgeOps(full, 2)).toThrow('cannot keep 2 snapshots');
  });
});

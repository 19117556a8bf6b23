/** A step in the making: the server that it began with stays as it was, and what it asks of the world is said in order. */
import { describe, expect, it } from 'vitest';
import { readFile } from '../../src/store/disk.ts';
import { copyServer, without } from '../../src/zab/copies.ts';
import { cancelTimer, close, connect, decide, edit, listen, send, setTimer, write, type Draft } from '../../src/zab/draft.ts';
import type { Server } from '../../src/zab/server.ts';
import { Cores } from './cores.ts';

const leader = (): Server => new Cores(3).boot(1, 2, 3).run(2000).server(3);
const follower = (): Server => new Cores(3).boot(1, 2, 3).run(2000).server(1);
const draftOf = (before: Server): Draft => ({ before, s: copyServer(before), effects: [], decisions: [], log: [], now: 2000 });

describe('a part that is edited', () => {
  it.each([
    ['leading', leader],
    ['learning', follower],
    ['logger', follower],
  ] as const)('%s: is copied once, whole, and what was before stays', (part, booted) => {
    const before = booted();
    const d = draftOf(before);
    const copy = edit(d, part);
    expect(copy).toEqual(before[part]);
    expect(copy).not.toBe(before[part]);
    expect(d.s[part]).toBe(copy);
    expect(edit(d, part)).toBe(copy);
  });

  it('of a server that is born in this step is its own already', () => {
    const before = follower();
    const d: Draft = { ...draftOf(before), before: null };
    expect(edit(d, 'logger')).toBe(before.logger);
  });
});

describe('a write', () => {
  it('is seen at once by the server, and only later by its disk', () => {
    const before = follower();
    const d = draftOf(before);
    const ops = [{ op: 'writeAtomic', file: 'currentEpoch', bytes: new Uint8Array([55]) }] as const;
    write(d, ops);
    expect(readFile(d.s.disk, 'currentEpoch')).toEqual(new Uint8Array([55]));
    expect(readFile(before.disk, 'currentEpoch')).toEqual(new Uint8Array([49]));
    expect(d.effects).toEqual([{ type: 'disk', ops }]);
  });

  it('of nothing asks nothing of the disk', () => {
    const d = draftOf(follower());
    write(d, []);
    expect(d.effects).toEqual([]);
    expect(d.s.disk).toBe(d.before?.disk);
  });
});

it('what a step asks for comes in the order of the asking', () => {
  const d = draftOf(follower());
  send(d, 7, { kind: 'UPTODATE' });
  connect(d, 'quorum', 3);
  close(d, 7);
  listen(d, 'client', true);
  setTimer(d, 'tick', 500);
  cancelTimer(d, 'tick');
  decide(d, { rule: 'session.expired', session: '0x1', timeoutMs: 2000 });
  expect(d.effects).toEqual([
    { type: 'send', conn: 7, message: { kind: 'UPTODATE' } },
    { type: 'connect', channel: 'quorum', to: 3 },
    { type: 'close', conn: 7 },
    { type: 'listen', channel: 'client', open: true },
    { type: 'setTimer', timer: 'tick', afterMs: 500 },
    { type: 'cancelTimer', timer: 'tick' },
  ]);
  expect(d.decisions).toEqual([{ rule: 'session.expired', session: '0x1', timeoutMs: 2000 }]);
});

it('a record without an entry has all the others', () => {
  const record = { 1: 'a', 2: 'b', 12: 'c' };
  expect(without(record, 1)).toEqual({ 2: 'b', 12: 'c' });
  expect(without(record, '2')).toEqual({ 1: 'a', 12: 'c' });
  expect(without(record, 3)).toEqual(record);
});

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { behaviourIds, HELD_OUT, dataDirs, filesIn, openBehaviour, openFolder, openRecording, recordingNames } from './archive.ts';

describe('a packed folder', () => {
  const work = mkdtempSync(join(tmpdir(), 'zablab-pack-'));
  const files: Record<string, Buffer> = {
    'scenario.json': Buffer.from('{"title":"é 中"}\n'),
    empty: Buffer.alloc(0),
    's1/version-2/log.1': Buffer.concat([Buffer.from([0x5a, 0, 0xff]), Buffer.alloc(16_384)]),
    's1/version-2/snapshot.0': Buffer.from([0xff, 0xfe, 0, 0]),
    'backups/b-s1/version-2/currentEpoch': Buffer.from('1'),
  };
  const pack = (out: string): void => {
    execFileSync(process.execPath, [fileURLToPath(new URL('pack.mjs', import.meta.url)), '--out', join(work, out), join(work, 'one')]);
  };

  beforeAll(() => {
    for (const [path, bytes] of Object.entries(files)) {
      mkdirSync(join(work, 'one', path, '..'), { recursive: true });
      writeFileSync(join(work, 'one', path), bytes);
    }
    pack('a');
    pack('b');
  });
  afterAll(() => {
    rmSync(work, { recursive: true });
  });

  it('holds every byte of the plain one', () => {
    const packed = openRecording('one', join(work, 'a'));
    expect([...packed.keys()]).toEqual([...openFolder(join(work, 'one')).keys()]);
    for (const [path, bytes] of Object.entries(files)) expect(Buffer.compare(packed.get(path) ?? new Uint8Array(1), bytes), path).toBe(0);
  });

  it('is the same every time, and has its data directories found', () => {
    expect(readFileSync(join(work, 'a/one.json.gz')).equals(readFileSync(join(work, 'b/one.json.gz')))).toBe(true);
    const recording = openRecording('one', join(work, 'a'));
    expect(dataDirs(recording)).toEqual(['backups/b-s1/version-2', 's1/version-2']);
    expect(Object.keys(filesIn(recording, 's1/version-2'))).toEqual(['log.1', 'snapshot.0']);
  });

  it('that is missing is named', () => {
    expect(() => openRecording('two', join(work, 'a'))).toThrow(/no recording two in .*; there are one/);
  });
});

it('all recordings and behaviours are here', () => {
  expect([recordingNames().length, recordingNames(HELD_OUT).length, behaviourIds().length]).toEqual([47, 74, 45]);
  expect(openBehaviour('trap-elect3')[0]).toMatchObject({ format: 'zk-tla-behaviour/1', id: 'trap-elect3' });
});

import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { zipSync } from 'fflate';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { disk } from '../../src/cli/disk.ts';
import { UsageError } from '../../src/cli/usage.ts';
import { openRecording } from '../golden/archive.ts';

const folder = mkdtempSync(join(tmpdir(), 'zablab-disk-'));

/** The servers of a recording as plain folders. */
function unpack(name: string): string {
  for (const [path, bytes] of openRecording(name)) {
    if (!/^s\d+\//.test(path)) continue;
    mkdirSync(dirname(join(folder, name, path)), { recursive: true });
    writeFileSync(join(folder, name, path), bytes);
  }
  return join(folder, name);
}

async function output(args: readonly string[]): Promise<{ code: number; text: string }> {
  let text = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  const code = await disk(args);
  return { code, text };
}
afterEach(() => vi.restoreAllMocks());

interface Printed {
  readonly problems: readonly unknown[];
  readonly directories: readonly {
    path: string;
    sid: number;
    start: { starts: boolean; lastZxid: string };
    files: readonly { name: string; records?: number }[];
    damage: readonly unknown[];
  }[];
  readonly comparison: {
    commonTo: string;
    spans: readonly { from: string; kind: string }[];
    election: { winner: number };
    rehearsal: { syncs: readonly { mode: string }[] } | null;
  } | null;
}

describe('zablab disk', () => {
  const sound = unpack('05g-epoch-beats-zxid');
  const split = unpack('14b-old-backup-on-majority');
  const torn = unpack('15-torn-log-tail');
  const dead = unpack('16b-log-crc-last-record');

  it('says of sound directories what is in them, and that nothing is wrong', async () => {
    const { code, text } = await output([sound]);
    expect(code).toBe(0);
    expect(text).toContain('s1/version-2  (server 1, says its myid;');
    expect(text).toMatch(/log\.100000001 +\d+ +4 records, 0x100000001 to 0x100000004/);
    expect(text).toContain('the same on all up to 0x300000009');
    expect(text).toContain('server 3 would lead epoch 4 (against 1 by sid, against 2 by sid)');
    expect(text).not.toContain('Booted');
  });

  it('finds the directory of a lone version-2 folder, with the myid above it', async () => {
    const { code, text } = await output([join(sound, 's2', 'version-2')]);
    expect([code, text.includes('s2/version-2  (server 2, says its myid'), text.includes('Histories')]).toEqual([0, true, false]);
  });

  it('boots an ensemble from copies', async () => {
    const { code, text } = await output([sound, '--boot', '--first', '1,2']);
    expect(code).toBe(0);
    expect(text).toContain('server 2 leads epoch 4');
    expect(text).toMatch(/2 sends 1 DIFF 0x300000009 \(it had 0x300000009\)/);
  });

  it('shows silent divergence, and ends with 1', async () => {
    const { code, text } = await output([split]);
    expect(code).toBe(1);
    expect(text).toMatch(/0x200000001 – 0x200000003 \(3\) +NOT THE SAME TXNS +has +has +OTHER/);
    expect(text).toContain('/b0 (only on 3)');
    expect((await output([split, '--boot'])).text).toContain('DIFFERENT TREES: servers 1, 2 against server 3');
  });

  it.each([
    [torn, /damage: log\.100000001 at byte 587: .* ZooKeeper starts without this record/],
    [dead, /damage: log\.100000001 at byte 791: CRC check failed\. ZooKeeper does not start\./],
  ])('locates damage in %s, and ends with 1', async (path, words) => {
    const { code, text } = await output([join(path, 's1')]);
    expect([code, words.test(text)]).toEqual([1, true]);
  });

  it('prints JSON', async () => {
    const { code, text } = await output([split, '--json', '--boot', '--profile', '3.8.0']);
    const printed = JSON.parse(text) as Printed;
    expect(code).toBe(1);
    expect(printed.problems).toEqual([]);
    expect(printed.directories.map(({ sid, start, damage }) => [sid, start.lastZxid, damage])).toEqual(
      [1, 2, 3].map((sid) => [sid, '0x200000009', []]),
    );
    expect(printed.directories[2]?.files).toContainEqual(
      expect.objectContaining({ name: 'log.200000004', records: 6, first: '0x200000004', last: '0x200000009' }),
    );
    expect(printed.comparison).toMatchObject({
      commonTo: '0x100000005',
      election: { winner: 3 },
      rehearsal: { leader: 3, syncs: [{ mode: 'DIFF' }, { mode: 'DIFF' }] },
    });
    expect(printed.comparison?.spans.map(({ from, kind }) => `${from} ${kind}`)).toEqual([
      '0x100000001 common',
      '0x200000001 diverged',
      '0x200000004 common',
    ]);
  });

  it('takes a file apart, field by field', async () => {
    const { text } = await output([join(sound, 's1'), '--file', 'log.100000001', '--from', '1', '--limit', '1']);
    expect(text).toMatch(/byte \d+: create 0x100000002/);
    expect(text).toMatch(/\d+ +2f 61 30 +path +\/a0|\d+ +00 00 00 03 2f 61 30 +path +\/a0/);
    expect(text).not.toContain('0x100000003');
    expect((await output([join(sound, 's1'), '--file', 'currentEpoch'])).text).toMatch(/0 +33 +epoch +3/);
    expect((await output([join(dead, 's1'), '--file', 'log.100000001', '--limit', '0'])).text).toContain('damage at byte 791');
  });

  it('reads archives, with sids given for directories that do not tell theirs', async () => {
    const files = Object.fromEntries(
      [...openRecording('01-fresh-boot-3')]
        .filter(([path]) => path.startsWith('s1/version-2/'))
        .map(([path, bytes]) => [path.replace('s1/version-2', 'backup'), bytes]),
    );
    const path = join(folder, 'backup.zip');
    writeFileSync(path, zipSync(files));
    expect((await output([path])).text).toContain('of which server is not known');
    expect((await output([path, '--sids', '7'])).text).toContain('backup  (server 7;');
  });

  it.each([
    [[], /expected at least one folder/],
    [[join(folder, 'nowhere')], /nowhere: there is no such file or folder/],
    [[sound, '--file', 'log.9'], /--file log\.9: there is no such file; there are .*log\.100000001/],
    [[sound, '--profile', '2'], /--profile 2: expected 3\.8\.0 or 3\.8\.6 or 3\.9\.3 or current or sound/],
    [[sound, '--first', 'x'], /--first x: expected sids/],
    [[sound, '--sids', '1'], /--sids: 1 more than there are directories/],
    [[sound, '--limit', '-1'], /--limit|disk --help/],
    [[join(sound, 's1', 'server.log')], /no data directory in here/],
  ])('says what is wrong with %j', async (args, words) => {
    await expect(output(args)).rejects.toThrow(words);
    await expect(output(args)).rejects.toBeInstanceOf(UsageError);
  });
});

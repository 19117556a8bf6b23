import { afterEach, describe, expect, it, vi } from 'vitest';
import { explore } from '../../src/cli/explore.ts';
import { VARIANT_LIST } from '../../src/zab/variantList.ts';

afterEach(() => vi.restoreAllMocks());

async function printed(args: readonly string[]): Promise<string> {
  let text = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  expect(await explore(args)).toBe(0);
  return text;
}

describe('zablab explore', () => {
  it('lists the variants', async () => {
    const lines = (await printed(['--variant', 'list'])).trimEnd().split('\n');
    expect(lines.map((line) => line.split(/\s+/)[0])).toEqual(Object.keys(VARIANT_LIST));
  });

  it('says what it can do', async () => {
    expect(await printed(['--help'])).toMatch(/--mode MODE[\s\S]*systematic[\s\S]*The exit code is 0 if nothing was found, 1/);
  });

  it.each([
    [['first-election', 'split-and-heal'], 'expected one scenario, got 2'],
    [['no-such-scenario'], 'there is no such file, nor a ready scenario of that name'],
    [['first-election', '--servers', '3'], '--servers: the scenario says how many there are'],
    [['--servers', '10'], '--servers 10: expected a whole number from 1 to 9'],
    [['--profile', '2.0'], 'profile: expected one of 3.8.0'],
    [['--clean-under', 'calm'], '--clean-under calm: expected one of 3.8.0'],
    [['--variant', 'ZOOKEEPER-0'], 'there is no variant "ZOOKEEPER-0"'],
    [['--faults', 'kill,thunder'], '--faults thunder: expected one of kill, crash'],
    [['--mode', 'lucky'], '--mode lucky: expected one of random, pct, coverage, systematic'],
    [['--seed', '1.5'], '--seed 1.5: expected a whole number'],
    [['--seconds', '0'], '--seconds 0: expected a number from 0.1'],
    [['--workers', 'two'], '--workers two: expected a whole number from 1 to 64'],
    [['--depth', '13'], '--depth 13: expected a whole number from 1 to 12'],
    [['--loud'], "Unknown option '--loud'"],
  ])('refuses %j', async (args, message) => {
    await expect(explore(args)).rejects.toThrow(message);
  });
});

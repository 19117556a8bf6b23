/** The lockfile must install everywhere: on every platform, from any mirror of the npm registry, with npm 10 and 11. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface Lockfile {
  readonly lockfileVersion: number;
  readonly packages: Readonly<Record<string, { readonly resolved?: string; readonly version?: string }>>;
}
const lockfile = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lockfile;
const names = Object.keys(lockfile.packages);

test.each([
  ['rolldown', /^node_modules\/@rolldown\/binding-/],
  ['lightningcss', /^node_modules\/lightningcss-/],
])('lists the binaries of %s for Linux, macOS and Windows', (_name, pattern) => {
  const platforms = names.filter((name) => pattern.test(name));
  for (const platform of ['linux-x64-gnu', 'linux-arm64-gnu', 'linux-x64-musl', 'darwin-arm64', 'darwin-x64', 'win32-x64']) {
    expect(platforms.some((name) => name.includes(platform))).toBe(true);
  }
});

test('names no download address', () => {
  expect(names.filter((name) => lockfile.packages[name]?.resolved?.startsWith('http'))).toEqual([]);
});

test('has the version that npm 10 and 11 both read', () => {
  expect(lockfile.lockfileVersion).toBe(3);
});

test('matches the versions of package.json', () => {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly devDependencies: Readonly<Record<string, string>> };
  const locked = Object.fromEntries(
    Object.keys(manifest.devDependencies).map((name) => [name, lockfile.packages[`node_modules/${name}`]?.version]),
  );
  expect(locked).toEqual(manifest.devDependencies);
});

import { describe, expect, test } from 'vitest';
import { validatePath } from '../../src/tree/paths.ts';

describe('a path', () => {
  test.each(['/', '/a', '/a/b', '/a.b', '/.a', '/...', '/a..', '/中', '/\u00a0', '/\ufe00'])('%j is valid', (path) => {
    expect(validatePath(path)).toBeNull();
  });

  test.each([
    ['', 'Path length must be > 0'],
    ['a', 'Path must start with / character'],
    ['/a/', 'Path must not end with / character'],
    ['//a', 'empty node name specified @1'],
    ['/a//b', 'empty node name specified @3'],
    ['/.', 'relative paths not allowed @1'],
    ['/./a', 'relative paths not allowed @1'],
    ['/a/..', 'relative paths not allowed @4'],
    ['/a/../b', 'relative paths not allowed @4'],
    ['/a\0', 'null character not allowed @2'],
    ['/\u0001', 'invalid character @1'],
    ['/\u001f', 'invalid character @1'],
    ['/\u007f', 'invalid character @1'],
    ['/\u009f', 'invalid character @1'],
    ['/a\ud800', 'invalid character @2'],
    ['/\uf8ff', 'invalid character @1'],
    ['/\ufff0', 'invalid character @1'],
    ['/\uffff', 'invalid character @1'],
  ])('%j is refused: %s', (path, reason) => {
    expect(validatePath(path)).toBe(reason);
  });
});

/** The one use of hue is the epoch: it must be legible, and neighbours must differ for everybody. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { BACKGROUND, EPOCH_HUES, epochHex, hueIndex, NO_EPOCH, type Theme } from '../../src/app/stage/hue.ts';

type Rgb = readonly [number, number, number];

function linear(hex: string): Rgb {
  const part = (at: number): number => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [part(1), part(3), part(5)];
}

function contrast(a: string, b: string): number {
  const light = (hex: string): number => {
    const [r, g, blue] = linear(hex);
    return 0.2126 * r + 0.7152 * g + 0.0722 * blue;
  };
  const [high, low] = [light(a), light(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** Machado, Oliveira, Fernandes 2009, severity 1. */
const SEEN_BY: Readonly<Record<string, readonly (readonly number[])[]>> = {
  everybody: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** Distance in OKLab, times 100. */
function distance(a: string, b: string, matrix: readonly (readonly number[])[]): number {
  const lab = (hex: string): Rgb => {
    const rgb = linear(hex);
    const [r, g, blue] = matrix.map((row) =>
      Math.max(
        0,
        row.reduce((sum, factor, i) => sum + factor * (rgb[i] ?? 0), 0),
      ),
    ) as [number, number, number];
    const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * blue);
    const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * blue);
    const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * blue);
    return [
      0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
      1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
      0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
    ];
  };
  const [x, y] = [lab(a), lab(b)];
  return 100 * Math.hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2]);
}

describe.each(['light', 'dark'] as const)('in the %s theme', (theme: Theme) => {
  test.each([...EPOCH_HUES[theme], NO_EPOCH[theme]])('%s is readable as text', (hue) => {
    expect(contrast(hue, BACKGROUND[theme])).toBeGreaterThanOrEqual(4.5);
  });

  test.each(Object.entries(SEEN_BY))('epochs that follow one another differ for %s', (_, matrix) => {
    const hues = EPOCH_HUES[theme];
    hues.forEach((hue, i) => expect(distance(hue, hues[(i + 1) % hues.length] ?? hue, matrix), `${hue} and the next`).toBeGreaterThan(6));
  });

  test('the style sheet has the same colours', () => {
    const css = readFileSync(new URL('../../src/app/theme.css', import.meta.url), 'utf8');
    const block = css.slice(css.indexOf(theme === 'light' ? ':root {' : ":root[data-theme='dark']"));
    EPOCH_HUES[theme].forEach((hue, i) => expect(block).toContain(`--epoch-${i + 1}: ${hue};`));
    expect(block).toContain(`--bg: ${BACKGROUND[theme]};`);
  });
});

test('the hues repeat every eight epochs, and epoch 0 has none', () => {
  expect([0, 1, 8, 9, 17].map(hueIndex)).toEqual([0, 1, 8, 1, 1]);
  expect(epochHex(9, 'light')).toBe(epochHex(1, 'light'));
  expect(epochHex(0, 'dark')).toBe(NO_EPOCH.dark);
});

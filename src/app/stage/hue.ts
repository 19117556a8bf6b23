/**
 * The one use of hue: the epoch. A cycle of eight hues that stay apart for people with colour blindness; neighbours in the cycle
 * differ strongly. Red is left out: it means "broken" and nothing else. The epoch's number always stands beside its hue.
 * `test/app/hue.test.ts` checks contrast and distance.
 */
export type Theme = 'light' | 'dark';

/** Page background and text of each theme; the style sheet takes them from here through custom properties. */
export const BACKGROUND: Readonly<Record<Theme, string>> = { light: '#fafaf8', dark: '#15181c' };

export const EPOCH_HUES: Readonly<Record<Theme, readonly string[]>> = {
  // blue, amber, cyan, olive, teal, violet, green, magenta: of all orders the one whose nearest neighbours are furthest apart
  light: ['#1f5fbf', '#9a5700', '#0a6c94', '#6b6600', '#007065', '#6d3cae', '#3a721c', '#9c2f7c'],
  dark: ['#7db1ff', '#f0a94a', '#62c8f2', '#d3cc52', '#4fd0bd', '#c3a0ff', '#9ad672', '#f09ad3'],
};

/** Before any epoch. */
export const NO_EPOCH: Readonly<Record<Theme, string>> = { light: '#5d666f', dark: '#a3abb3' };

/** Which of the eight hues an epoch has: 1–8, or 0 for "no epoch yet". */
export function hueIndex(epoch: number): number {
  return epoch <= 0 ? 0 : ((epoch - 1) % 8) + 1;
}

/** The custom property that holds an epoch's hue: `var(--epoch-3)`. */
export function epochColour(epoch: number): string {
  return `var(--epoch-${hueIndex(epoch)})`;
}

/** The resolved colour, for canvas layers. */
export function epochHex(epoch: number, theme: Theme): string {
  const index = hueIndex(epoch);
  return index === 0 ? NO_EPOCH[theme] : (EPOCH_HUES[theme][index - 1] ?? NO_EPOCH[theme]);
}

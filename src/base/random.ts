/**
 * Seeded randomness as plain data (sfc32 by Chris Doty-Humphrey, public domain algorithm). The state is a value: drawing returns the next one,
 * so it can live inside a simulated state and be rewound with it.
 */
export type RandomState = readonly [number, number, number, number];

/** Draws a number in [0, 1) and the state after it. */
export function draw(state: RandomState): readonly [value: number, next: RandomState] {
  let [a, b, c] = state;
  const d = state[3];
  const t = (a + b + d) | 0;
  a = b ^ (b >>> 9);
  b = (c + (c << 3)) | 0;
  c = (c << 21) | (c >>> 11);
  c = (c + t) | 0;
  return [(t >>> 0) / 4294967296, [a, b, c, (d + 1) | 0]];
}

/** Draws a whole number in [0, below). */
export function drawInt(state: RandomState, below: number): readonly [value: number, next: RandomState] {
  const [value, next] = draw(state);
  return [Math.floor(value * below), next];
}

/**
 * An independent stream for one purpose ("latency 3>1", "snapshot roll of 2"), so that a new draw in one
 * place does not reshuffle the others.
 */
export function randomStream(seed: number, purpose: string): RandomState {
  let state: RandomState = [seed | 0, hashText(purpose), 0x9e3779b9 | 0, 1];
  for (let i = 0; i < 12; i++) state = draw(state)[1];
  return state;
}

/** FNV-1a, 32 bits, unsigned. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** Long work in pieces that leave the page responsive. */

/** Longest piece between two breaths, ms. */
export const PIECE_MS = 6;

/**
 * Calls `piece` until it says that all is done, and lets the page breathe whenever the time of a piece is used up.
 *
 * @returns false when it was ended by the signal.
 */
export async function inPieces(piece: () => boolean, signal: AbortSignal, breathed?: () => void): Promise<boolean> {
  let since = performance.now();
  while (!signal.aborted) {
    if (piece()) return true;
    if (performance.now() - since < PIECE_MS) continue;
    breathed?.();
    await breath();
    since = performance.now();
  }
  return false;
}

/** Lets the page paint and answer. */
export function breath(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve);
  });
}

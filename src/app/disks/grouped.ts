/** How large numbers look in this view. */

/** `12 480`, with a thin space between thousands. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, '\u2009');
}

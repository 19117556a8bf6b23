/** How numbers look on the page. */

/** `12 480 ms`, with a thin space between thousands. */
export function formatMs(ms: number): string {
  const [whole = '0', part] = String(Math.round(ms * 10) / 10).split('.');
  return `${whole.replace(/\B(?=(\d{3})+$)/g, '\u2009')}${part === undefined || ms > 100 ? '' : `.${part}`} ms`;
}

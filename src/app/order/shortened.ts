/** A chain of events for reading: what lies between on one line is told by its last event, and the middle of a long chain by a number. */
import type { Hop } from '../../trace/happenedBefore.ts';

/** Links at each end of a chain that is cut in the middle. */
const ENDS = 6;

/** @returns links, and numbers of links that are left out. */
export function shortened(chain: readonly Hop[]): readonly (Hop | number)[] {
  // Of several steps in a row on one line only the last one leads on to another.
  const links = chain.filter(({ by }, i) => by !== 'order' || chain[i + 1]?.by !== 'order');
  if (links.length <= 2 * ENDS + 1) return links;
  return [...links.slice(0, ENDS), links.length - 2 * ENDS, ...links.slice(-ENDS)];
}

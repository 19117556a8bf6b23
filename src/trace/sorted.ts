/** Searches in ascending lists of numbers. */

/** How many entries are at most `x`. */
export function atMost(list: readonly number[], x: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle] as number) <= x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The largest entry ≤ `x`, or −1. */
export function lastAtMost(list: readonly number[], x: number): number {
  return list[atMost(list, x) - 1] ?? -1;
}

export function nextAfter(list: readonly number[], x: number): number | null {
  return list[atMost(list, x)] ?? null;
}

/** The largest entry strictly below `x` (a whole number), or null. */
export function previousBefore(list: readonly number[], x: number): number | null {
  return list[atMost(list, x - 1) - 1] ?? null;
}

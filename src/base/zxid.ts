/**
 * Transaction ids. A zxid is a pair, not a number: the epoch says who proposed it, the counter says
 * which of that leader's proposals it is. ZooKeeper packs both into 64 bits; we print it that way.
 *
 * Source: `ZxidUtils`.
 */
export interface Zxid {
  readonly epoch: number;
  readonly counter: number;
}

/** Before any transaction: `0x0`. */
export const ZXID_ZERO: Zxid = { epoch: 0, counter: 0 };

/** Makes a zxid. `epoch` and `counter` are whole numbers below 2^32. */
export function zxid(epoch: number, counter: number): Zxid {
  return { epoch, counter };
}

/** Negative if `a` is older, positive if newer, 0 if they are the same. */
export function compareZxid(a: Zxid, b: Zxid): number {
  return a.epoch - b.epoch || a.counter - b.counter;
}

export function sameZxid(a: Zxid, b: Zxid): boolean {
  return a.counter === b.counter && a.epoch === b.epoch;
}

/** The later of two. */
export function maxZxid(a: Zxid, b: Zxid): Zxid {
  return compareZxid(a, b) >= 0 ? a : b;
}

/** Whether this zxid names the start of an epoch rather than a transaction (`(zxid & 0xffffffff) == 0`). */
export function isNewEpochZxid(z: Zxid): boolean {
  return z.counter === 0;
}

/** Lower-case hex without prefix, as in file names (`log.100000001`). */
export function zxidHex(z: Zxid): string {
  // An untrusted empty database votes with −1 in all 64 bits.
  if (z.epoch < 0) return 'ffffffffffffffff';
  return z.epoch === 0 ? z.counter.toString(16) : z.epoch.toString(16) + z.counter.toString(16).padStart(8, '0');
}

/** As ZooKeeper prints it: `0x100000003`. */
export function formatZxid(z: Zxid): string {
  return '0x' + zxidHex(z);
}

/**
 * Reads `0x100000003` or `100000003`.
 *
 * @throws SyntaxError when the text is not 1–16 hex digits.
 */
export function parseZxid(text: string): Zxid {
  const digits = text.startsWith('0x') ? text.slice(2) : text;
  if (!/^[0-9a-fA-F]{1,16}$/.test(digits))
    throw new SyntaxError(`"${text}" is not a zxid: expected up to 16 hex digits, such as 0x100000003`);
  const low = digits.slice(-8);
  const high = digits.slice(0, -8);
  return { epoch: high === '' ? 0 : parseInt(high, 16), counter: parseInt(low, 16) };
}

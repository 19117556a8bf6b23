import type { Bytes } from '../base/ids.ts';

const MODULUS = 65521;
/** How many bytes the sums can take before they must be reduced, with room to spare in a double. */
const CHUNK = 1 << 14;

/** The Adler-32 of no bytes. */
export const ADLER_START = 1;

/**
 * Adler-32, the checksum of txn records and snapshots.
 *
 * @param before checksum of the bytes in front of these, so that a stream can be summed piece by piece.
 * @returns an unsigned 32-bit number.
 */
export function adler32(bytes: Bytes, before: number = ADLER_START): number {
  let a = before & 0xffff;
  let b = before >>> 16;
  for (let from = 0; from < bytes.length; from += CHUNK) {
    const to = Math.min(from + CHUNK, bytes.length);
    for (let i = from; i < to; i++) {
      a += bytes[i] as number;
      b += a;
    }
    a %= MODULUS;
    b %= MODULUS;
  }
  return b * 0x10000 + a;
}

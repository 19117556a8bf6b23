/** Inflating what somebody else has compressed: in pieces, and never more than a bound. */
import type { Inflate } from 'fflate';
import { fromUtf8 } from '../../base/ids.ts';

/** What fflate's streams have in common. */
type Inflater = Pick<Inflate, 'ondata' | 'push'>;

/** A byte becomes at most a thousand. */
const PIECE = 1024;

/**
 * The text that was compressed.
 *
 * @returns `cut` when the bytes are no whole stream, `tooLarge` when there is more than `most` bytes in them.
 */
export function inflatedText(stream: Inflater, bytes: Uint8Array, most: number): { readonly text: string } | 'cut' | 'tooLarge' {
  const parts: Uint8Array[] = [];
  let length = 0;
  let whole = false;
  stream.ondata = (part, final) => {
    parts.push(part.slice());
    length += part.length;
    whole ||= final;
  };
  try {
    for (let at = 0; at < bytes.length; at += PIECE) {
      stream.push(bytes.subarray(at, at + PIECE), at + PIECE >= bytes.length);
      if (length > most) return 'tooLarge';
    }
  } catch {
    return 'cut';
  }
  return whole ? { text: fromUtf8(joined(parts, length)) } : 'cut';
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The number in a server's `myid` file. */
export type Sid = number;

/** A client session: 64 bits, as lower-case hex without padding (`0x100003464c50000`). `0x0` is no session. */
export type SessionId = `0x${string}`;

export const NO_SESSION: SessionId = '0x0';

/** Raw bytes: znode data, file content. Never changed once shared. */
export type Bytes = Uint8Array;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function utf8(text: string): Bytes {
  return encoder.encode(text);
}

export function fromUtf8(bytes: Bytes): string {
  return decoder.decode(bytes);
}

/**
 * Builds a 64-bit id from its halves.
 *
 * @param high upper 32 bits, @param low lower 32 bits; both are taken modulo 2^32.
 */
export function sessionId(high: number, low: number): SessionId {
  const h = high >>> 0;
  const l = low >>> 0;
  return h === 0 ? `0x${l.toString(16)}` : `0x${h.toString(16)}${l.toString(16).padStart(8, '0')}`;
}

/** The halves of a 64-bit id, each an unsigned 32-bit number. */
export function sessionHalves(id: SessionId): { readonly high: number; readonly low: number } {
  const digits = id.slice(2);
  return {
    high: digits.length > 8 ? parseInt(digits.slice(0, -8), 16) : 0,
    low: parseInt(digits.slice(-8), 16),
  };
}

/** What `addauth digest user:password` proves. */
import { utf8, type Bytes } from '../base/ids.ts';

/**
 * The id a connection gets: `user:base64(SHA-1("user:password"))`.
 *
 * Source: `DigestAuthenticationProvider.generateDigest`.
 */
export function digestAuthId(userAndPassword: string): string {
  const user = userAndPassword.split(':', 1)[0] ?? '';
  return `${user}:${btoa(String.fromCharCode(...sha1(utf8(userAndPassword))))}`;
}

/** SHA-1 of a short message; the browser's own is asynchronous, and rules are not. */
function sha1(message: Bytes): Bytes {
  const hash = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);
  const blocks = padded(message);
  for (let at = 0; at < blocks.byteLength; at += 64) addBlock(hash, blocks, at);
  const out = new DataView(new ArrayBuffer(20));
  hash.forEach((word, i) => out.setInt32(4 * i, word));
  return new Uint8Array(out.buffer);
}

function padded(message: Bytes): DataView {
  const size = Math.ceil((message.length + 9) / 64) * 64;
  const bytes = new Uint8Array(size);
  bytes.set(message);
  bytes[message.length] = 0x80;
  const view = new DataView(bytes.buffer);
  view.setUint32(size - 4, message.length * 8);
  return view;
}

function addBlock(hash: Int32Array, blocks: DataView, at: number): void {
  const words = new Int32Array(80);
  for (let t = 0; t < 16; t++) words[t] = blocks.getInt32(at + 4 * t);
  for (let t = 16; t < 80; t++) words[t] = rotate(word(words, t - 3) ^ word(words, t - 8) ^ word(words, t - 14) ^ word(words, t - 16), 1);
  let [a, b, c, d, e] = hash as unknown as [number, number, number, number, number];
  for (let t = 0; t < 80; t++) {
    const next = (rotate(a, 5) + mix(t, b, c, d) + e + word(words, t)) | 0;
    [a, b, c, d, e] = [next, a, rotate(b, 30), c, d];
  }
  [a, b, c, d, e].forEach((value, i) => (hash[i] = word(hash, i) + value));
}

/** The round function with its constant. */
function mix(t: number, b: number, c: number, d: number): number {
  if (t < 20) return ((b & c) | (~b & d)) + 0x5a827999;
  if (t < 40) return (b ^ c ^ d) + 0x6ed9eba1;
  if (t < 60) return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
  return (b ^ c ^ d) + 0xca62c1d6;
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function word(words: Int32Array, i: number): number {
  return words[i] as number;
}

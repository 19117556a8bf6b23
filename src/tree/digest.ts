/**
 * The digest of a tree: the sum of one CRC-32 a node. It travels with every txn, so that a server whose tree went astray can notice.
 *
 * Source: `DigestCalculator.calculateDigest` (version 2), `AdHash`. Differs: the sum is a JS number, exact for 2^21 nodes.
 */
import { NO_SESSION, sessionHalves, utf8, type Bytes } from '../base/ids.ts';
import type { Zxid } from '../base/zxid.ts';
import type { StatPersisted } from './types.ts';

/** What each byte does to a CRC. */
const TABLE = new Int32Array(256);
for (let n = 0; n < TABLE.length; n++) {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = (c & 1) === 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  TABLE[n] = c;
}

/** The value of a CRC-32 (zlib polynomial) over `bytes`, continuing from the CRC of what came before; an unsigned 32-bit number. */
export function crc32(bytes: Bytes, before = 0): number {
  let crc = ~before;
  for (let i = 0; i < bytes.length; i++) crc = (TABLE[(crc ^ (bytes[i] as number)) & 0xff] as number) ^ (crc >>> 8);
  return ~crc >>> 0;
}

/**
 * The digest of one node, an unsigned 32-bit number. Nodes below `/zookeeper/` count 0, since quota statistics differ between servers.
 *
 * @param key the node's path; "" for the root.
 */
export function nodeDigest(key: string, data: Bytes | null, stat: StatPersisted): number {
  if (key.startsWith('/zookeeper/')) return 0;
  const afterPath = crcOfPath(key);
  return crc32(statBytes(stat), data === null ? afterPath : crc32(data, afterPath));
}

/** The path's UTF-8 bytes, without making them when all characters are ASCII. */
function crcOfPath(path: string): number {
  let crc = ~0;
  for (let i = 0; i < path.length; i++) {
    const code = path.charCodeAt(i);
    if (code > 0x7f) return crc32(utf8(path));
    crc = (TABLE[(crc ^ code) & 0xff] as number) ^ (crc >>> 8);
  }
  return ~crc >>> 0;
}

/** One buffer for all calls: it is filled and read within one, so no call can see another's. */
const scratch = new Uint8Array(60);
const view = new DataView(scratch.buffer);

function statBytes(stat: StatPersisted): Bytes {
  putZxid(0, stat.czxid);
  putZxid(8, stat.mzxid);
  putZxid(16, stat.pzxid);
  putTime(24, stat.ctime);
  putTime(32, stat.mtime);
  view.setInt32(40, stat.version);
  view.setInt32(44, stat.cversion);
  view.setInt32(48, stat.aversion);
  const { high, low } = stat.ephemeralOwner === NO_SESSION ? NO_OWNER : sessionHalves(stat.ephemeralOwner);
  view.setUint32(52, high);
  view.setUint32(56, low);
  return scratch;
}

const NO_OWNER = { high: 0, low: 0 };

function putZxid(at: number, zxid: Zxid): void {
  view.setUint32(at, zxid.epoch);
  view.setUint32(at + 4, zxid.counter);
}

function putTime(at: number, ms: number): void {
  view.setInt32(at, Math.floor(ms / 0x1_0000_0000));
  view.setUint32(at + 4, ms);
}

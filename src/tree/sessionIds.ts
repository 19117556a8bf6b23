/** Session ids and their passwords. Both are arithmetic: any server can check a password without knowing the session. */
import { sessionHalves, sessionId, type Bytes, type SessionId } from '../base/ids.ts';
import { CONTAINER_OWNER } from './ephemeralType.ts';

/**
 * The first session id of a server that starts: its sid in the upper 8 bits, below it 40 bits of clock, then 16 bits to count with.
 *
 * @param elapsedMs monotonic clock in ms. @param sid only its low 8 bits are kept.
 *
 * Source: `SessionTrackerImpl.initializeNextSessionId`.
 */
export function firstSessionId(elapsedMs: number, sid: number): SessionId {
  const ms = Math.floor(elapsedMs);
  const high = ((sid & 0xff) << 24) | (Math.floor(ms / 0x10000) & 0xffffff);
  const id = sessionId(high, (ms & 0xffff) << 16);
  return id === CONTAINER_OWNER ? nextSessionId(id) : id;
}

/** The id after this one. */
export function nextSessionId(id: SessionId): SessionId {
  const { high, low } = sessionHalves(id);
  return low === 0xffffffff ? sessionId(high + 1, 0) : sessionId(high, low + 1);
}

/**
 * The 16 bytes with which a client proves that a session is its own.
 *
 * Source: `ZooKeeperServer.generatePasswd`, `java.util.Random.nextBytes`.
 */
export function sessionPassword(id: SessionId): Bytes {
  const { high, low } = sessionHalves(id);
  const password = new Uint8Array(16);
  let state = seeded(high & 0xffff, (low ^ SECRET) >>> 0);
  for (let i = 0; i < password.length; i += 4) {
    state = stepped(state);
    const drawn = state.high * 0x100 + (state.low >>> 16);
    for (let k = 0; k < 4; k++) password[i + k] = Math.floor(drawn / 0x100 ** k);
  }
  return password;
}

const SECRET = 0xb3415c00;

/** The 48 bits of a `java.util.Random` in halves of 24, whose products a JS number holds exactly. */
interface JavaRandom {
  readonly high: number;
  readonly low: number;
}

/** 0x5DEECE66D, which scrambles the seed and multiplies the state. */
const MULTIPLIER: JavaRandom = { high: 0x5de, low: 0xece66d };

/** @param high16 bits 32 to 47 of the seed, @param low32 bits 0 to 31. */
function seeded(high16: number, low32: number): JavaRandom {
  return { high: ((high16 << 8) | (low32 >>> 24)) ^ MULTIPLIER.high, low: (low32 & 0xffffff) ^ MULTIPLIER.low };
}

function stepped({ high, low }: JavaRandom): JavaRandom {
  const product = low * MULTIPLIER.low + 0xb;
  const carry = Math.floor(product / 0x1000000);
  return { high: (high * MULTIPLIER.low + low * MULTIPLIER.high + carry) % 0x1000000, low: product % 0x1000000 };
}

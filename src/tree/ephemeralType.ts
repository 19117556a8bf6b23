/**
 * The owner field of a znode says more than who owns it: two ranges of it mark containers and nodes with a time to live.
 *
 * Source: `EphemeralType`. Differs: owners that begin with 0xff000 are always read as TTL nodes, whether or not
 * `zookeeper.extendedTypesEnabled` is set; only sessions of a server with sid 255 could be mistaken for one.
 */
import { NO_SESSION, sessionHalves, sessionId, type SessionId } from '../base/ids.ts';

/** `void`: a persistent node. `normal`: an ephemeral one, owned by a session. */
export type OwnerKind = 'void' | 'normal' | 'container' | 'ttl';

/** The owner of container nodes: `Long.MIN_VALUE`. */
export const CONTAINER_OWNER: SessionId = '0x8000000000000000';

/** The longest time to live, in ms: 40 bits, about 34 years. */
export const MAX_TTL_MS = 0xff_ffff_ffff;

const TTL_OWNER_DIGITS = 18;

/** What kind of node an owner field denotes. */
export function ownerKind(owner: SessionId): OwnerKind {
  if (owner === NO_SESSION) return 'void';
  if (owner === CONTAINER_OWNER) return 'container';
  return owner.length === TTL_OWNER_DIGITS && owner.startsWith('0xff0000') ? 'ttl' : 'normal';
}

/** Whether a time to live can be stored: a whole number of ms from 1 to `MAX_TTL_MS`. */
export function isValidTtl(ttlMs: number): boolean {
  return Number.isInteger(ttlMs) && ttlMs > 0 && ttlMs <= MAX_TTL_MS;
}

/** The owner field of a node that may live `ttlMs` without children or changes. */
export function ttlOwner(ttlMs: number): SessionId {
  return sessionId(0xff000000 + Math.floor(ttlMs / 0x1_0000_0000), ttlMs);
}

/** The time to live in ms that an owner field of kind `ttl` stands for. */
export function ttlOf(owner: SessionId): number {
  const { high, low } = sessionHalves(owner);
  return (high & 0xff) * 0x1_0000_0000 + low;
}

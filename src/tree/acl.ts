/** Who may do what to a node. */
import { sameAcl } from './aclCache.ts';
import { ipMatches, isIpExpression } from './ip.ts';
import type { Acl, AuthId } from './types.ts';

/** The bits of `Acl.perms`. Source: `ZooDefs.Perms`. */
export const PERMS = { READ: 1, WRITE: 2, CREATE: 4, DELETE: 8, ADMIN: 16, ALL: 31 } as const;

/**
 * What an authentication scheme decides. A further scheme (sasl, x509) is one more entry in `SCHEMES`.
 *
 * Source: `AuthenticationProvider`.
 */
interface Scheme {
  /** Whether an id of this scheme proves who the client is, so that `auth:` may stand for it. */
  readonly isAuthenticated: boolean;
  /** Whether an access list may contain this id. */
  readonly isValid: (id: string) => boolean;
  /** Whether a connection with the id `own` is meant by the id `listed` of an access list. */
  readonly matches: (own: string, listed: string) => boolean;
}

const SCHEMES: ReadonlyMap<string, Scheme> = new Map<string, Scheme>([
  ['ip', { isAuthenticated: false, isValid: isIpExpression, matches: ipMatches }],
  ['digest', { isAuthenticated: true, isValid: isDigestId, matches: (own, listed) => own === listed }],
]);

/**
 * Whether a connection may do something.
 *
 * @param perms one bit of `PERMS`, or several of which one suffices.
 *
 * Source: `ZooKeeperServer.checkACL`.
 */
export function checkAcl(list: readonly Acl[], perms: number, authIds: readonly AuthId[]): boolean {
  if (list.length === 0 || authIds.some(({ scheme }) => scheme === 'super')) return true;
  return list.some((acl) => (acl.perms & perms) !== 0 && (isAnyone(acl) || authIds.some((own) => isMeant(own, acl))));
}

/**
 * The access list a node really gets: without repetitions, and `auth:` replaced by the ids of the connection.
 *
 * @returns null when the list is empty or has an entry that is not valid (INVALIDACL).
 *
 * Source: `PrepRequestProcessor.fixupACL`.
 */
export function fixupAcl(list: readonly Acl[], authIds: readonly AuthId[]): readonly Acl[] | null {
  const unique = list.filter((acl, i) => list.findIndex((other) => sameAcl(other, acl)) === i);
  if (unique.length === 0) return null;
  const fixed: Acl[] = [];
  for (const acl of unique) {
    if (acl.scheme === 'auth') {
      const own = authIds.filter(({ scheme }) => SCHEMES.get(scheme)?.isAuthenticated === true);
      if (own.length === 0) return null;
      fixed.push(...own.map(({ scheme, id }) => ({ perms: acl.perms, scheme, id })));
    } else {
      if (!isAnyone(acl) && SCHEMES.get(acl.scheme)?.isValid(acl.id) !== true) return null;
      fixed.push(acl);
    }
  }
  return fixed;
}

/**
 * An access list as shown to those who may not administer the node: password hashes become `x`.
 *
 * Source: `FinalRequestProcessor`, getACL.
 */
export function maskAcl(list: readonly Acl[]): readonly Acl[] {
  return list.map((acl) => (acl.scheme === 'digest' ? { ...acl, id: acl.id.replace(/:.*/g, ':x') } : acl));
}

function isAnyone(acl: Acl): boolean {
  return acl.scheme === 'world' && acl.id === 'anyone';
}

function isMeant(own: AuthId, acl: Acl): boolean {
  return own.scheme === acl.scheme && SCHEMES.get(acl.scheme)?.matches(own.id, acl.id) === true;
}

/** `user:hash`. Java's split drops empty parts at the end, so `user:` is not valid and `:hash` is. */
function isDigestId(id: string): boolean {
  const parts = id.split(':');
  while (parts.at(-1) === '') parts.pop();
  return parts.length === 2;
}

/**
 * Access lists are kept once and named by number; a snapshot stores the lists and, in each node, the number. Keys depend on the history of a
 * server, so two servers with equal trees may number their lists differently.
 *
 * Source: `ReferenceCountedACLCache`.
 */
import type { Acl, DataTree } from './types.ts';

/** The part of a tree that is the cache. */
export type AclCache = Pick<DataTree, 'acls' | 'aclUses' | 'nextAclKey'>;

/** The key of the built-in list that is never in the cache. */
export const OPEN_ACL_KEY = -1;

/** world:anyone with all permissions (`ZooDefs.Ids.OPEN_ACL_UNSAFE`). */
export const OPEN_ACL: readonly Acl[] = [{ perms: 31, scheme: 'world', id: 'anyone' }];

/** world:anyone may read (`ZooDefs.Ids.READ_ACL_UNSAFE`). */
export const READ_ACL: readonly Acl[] = [{ perms: 1, scheme: 'world', id: 'anyone' }];

/**
 * Takes a list into use once more, giving it a new key if the cache does not hold it. Even `OPEN_ACL` gets one when it comes in a txn.
 *
 * Source: `ReferenceCountedACLCache.convertAcls`.
 */
export function takeAcl(cache: AclCache, list: readonly Acl[]): { readonly key: number; readonly cache: AclCache } {
  const known = keyOf(cache, list);
  if (known !== null) return { key: known, cache: addUse(cache, known) };
  const key = cache.nextAclKey;
  return {
    key,
    cache: { acls: new Map(cache.acls).set(key, list), aclUses: new Map(cache.aclUses).set(key, 1), nextAclKey: key + 1 },
  };
}

/**
 * Gives up one use of a key; the last one removes the list from the cache.
 *
 * Source: `ReferenceCountedACLCache.removeUsage`.
 */
export function releaseAcl(cache: AclCache, key: number): AclCache {
  if (!cache.acls.has(key)) return cache;
  const uses = (cache.aclUses.get(key) ?? 0) - 1;
  const aclUses = new Map(cache.aclUses);
  if (uses > 0) return { acls: cache.acls, aclUses: aclUses.set(key, uses), nextAclKey: cache.nextAclKey };
  aclUses.delete(key);
  const acls = new Map(cache.acls);
  acls.delete(key);
  return { acls, aclUses, nextAclKey: cache.nextAclKey };
}

/**
 * The cache of a loaded snapshot: every key counted as often as nodes name it, and lists that no node names dropped.
 *
 * Source: `ReferenceCountedACLCache.deserialize`, `purgeUnused`.
 */
export function cacheOf(lists: ReadonlyMap<number, readonly Acl[]>, keysInUse: Iterable<number>): AclCache {
  const aclUses = new Map<number, number>();
  for (const key of keysInUse) if (lists.has(key)) aclUses.set(key, (aclUses.get(key) ?? 0) + 1);
  let highest = FIRST_KEY;
  for (const key of lists.keys()) highest = Math.max(highest, key);
  return { acls: new Map([...lists].filter(([key]) => aclUses.has(key))), aclUses, nextAclKey: highest + 1 };
}

/** `/zookeeper/config` takes key 1 in every new tree, before anything is loaded into it. */
const FIRST_KEY = 1;

function addUse(cache: AclCache, key: number): AclCache {
  return { acls: cache.acls, aclUses: new Map(cache.aclUses).set(key, (cache.aclUses.get(key) ?? 0) + 1), nextAclKey: cache.nextAclKey };
}

function keyOf(cache: AclCache, list: readonly Acl[]): number | null {
  for (const [key, held] of cache.acls) if (held === list || sameList(held, list)) return key;
  return null;
}

function sameList(a: readonly Acl[], b: readonly Acl[]): boolean {
  return a.length === b.length && a.every((acl, i) => sameAcl(acl, b[i]));
}

/** Whether two entries grant the same to the same id. */
export function sameAcl(a: Acl, b: Acl | undefined): boolean {
  return b !== undefined && a.perms === b.perms && a.scheme === b.scheme && a.id === b.id;
}

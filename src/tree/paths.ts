/** Paths of znodes: taking them apart and telling good ones from bad ones. */

/** The key under which a path is stored in the tree: the root is "", everything else is itself. */
export function nodeKey(path: string): string {
  return path === '/' ? '' : path;
}

/** The key of a path's parent: "" for `/a`, `/a` for `/a/b`. The path must hold a slash. */
export function parentPath(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

/** The last component of a path: `b` for `/a/b`. */
export function childName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The path of a child; `parent` is a key, so the root is "". */
export function childPath(parent: string, name: string): string {
  return `${parent}/${name}`;
}

/**
 * Whether a path can be split into a parent and a name at all; tested before the parent is looked up.
 *
 * Source: `PrepRequestProcessor.validatePathForCreate`, `getParentPathAndValidate`.
 */
export function hasParent(path: string): boolean {
  return path.includes('/') && !path.includes('\0');
}

/**
 * Whether ZooKeeper owns this node, so that no client may delete it.
 *
 * Source: `DataTree.isSpecialPath`.
 */
export function isSpecialPath(path: string): boolean {
  return path === '/' || path === '/zookeeper' || path === '/zookeeper/quota' || path === '/zookeeper/config';
}

/**
 * What is wrong with a path, or null if it is a good one.
 *
 * @returns a reason such as `empty node name specified @3`, where 3 counts UTF-16 units from 0.
 *
 * Source: `PathUtils.validatePath`.
 */
export function validatePath(path: string): string | null {
  if (path.length === 0) return 'Path length must be > 0';
  if (path[0] !== '/') return 'Path must start with / character';
  if (path.length === 1) return null;
  if (path.endsWith('/')) return 'Path must not end with / character';
  for (let i = 1; i < path.length; i++) {
    const code = path.charCodeAt(i);
    if (code === 0) return `null character not allowed @${i}`;
    if (code === SLASH && path.charCodeAt(i - 1) === SLASH) return `empty node name specified @${i}`;
    if (code === DOT && isRelative(path, i)) return `relative paths not allowed @${i}`;
    if (isForbidden(code)) return `invalid character @${i}`;
  }
  return null;
}

const SLASH = 0x2f;
const DOT = 0x2e;

/** Whether the dot at `i` ends a component `.` or `..`. */
function isRelative(path: string, i: number): boolean {
  const endsComponent = i + 1 === path.length || path.charCodeAt(i + 1) === SLASH;
  const start = path.charCodeAt(i - 1) === DOT ? i - 2 : i - 1;
  return endsComponent && path.charCodeAt(start) === SLASH;
}

function isForbidden(code: number): boolean {
  return code <= 0x1f || (code >= 0x7f && code <= 0x9f) || (code >= 0xd800 && code <= 0xf8ff) || code >= 0xfff0;
}

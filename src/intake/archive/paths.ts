/** Paths inside archives: made relative and plain, or refused. */

/** A usable path, nothing to say about it, or why it is refused. */
export type CheckedPath = { readonly path: string } | { readonly skip: true } | { readonly refused: string };

const MOST_PATH = 1024;

/**
 * A path as an archive writes it. Folders, and what operating systems add for themselves (`__MACOSX`, `.DS_Store`), are skipped without a word.
 */
export function checkPath(written: string): CheckedPath {
  if (written.includes('\0')) return { refused: 'its name contains a zero byte' };
  if (written.length > MOST_PATH) return { refused: `its name has ${written.length} characters; at most ${MOST_PATH} are taken` };
  const path = written.replaceAll('\\', '/');
  if (/^[A-Za-z]:/.test(path) || path.startsWith('/')) return { refused: 'its path is absolute' };
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) return { refused: 'its path climbs out of the archive' };
  const name = parts.at(-1);
  if (name === undefined || path.endsWith('/')) return { skip: true };
  if (parts.includes('__MACOSX') || name === '.DS_Store' || name === 'Thumbs.db') return { skip: true };
  return { path: parts.join('/') };
}

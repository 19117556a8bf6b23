/** What an imported case is called: from the names of its files. */

/** Names that are written out. */
const MOST_NAMES = 3;

/**
 * A short name for logs: `zookeeper.log`; `s1, s2, s3` of `s1/server.log` and so on; `incident: 9 × server.log` of a folder.
 *
 * @param paths with `/`; @param more of `count` names that are not written out.
 */
export function titleOf(paths: readonly string[], more: (count: number) => string): string {
  const parts = paths.map((path) => path.split('/'));
  const [first = []] = parts;
  if (parts.length === 1) return first.slice(-2).join('/');
  let common = 0;
  while (common < first.length - 1 && parts.every((part) => part.length > common + 1 && part[common] === first[common])) common++;
  const rest = parts.map((part) => part.slice(common));
  const sameFile = rest.every((part) => part.length > 1 && part.at(-1) === rest[0]?.at(-1));
  const names = [...new Set(rest.map((part) => (sameFile ? part.slice(0, -1) : part).join('/')))];
  const shown = names.slice(0, MOST_NAMES).join(', ') + (names.length > MOST_NAMES ? ` ${more(names.length - MOST_NAMES)}` : '');
  const folder = first[common - 1];
  return folder === undefined ? shown : `${folder}: ${shown}`;
}

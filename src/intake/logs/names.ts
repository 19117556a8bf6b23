/** What the name of a file or host says about whose log it is. */
import type { Sid } from '../../base/ids.ts';

/** Names that people give to members of an ensemble, before the member's number: the longest first where one begins with another. */
const NUMBERED =
  /(?:^|[^a-z])(?:zookeeper|zkserver|server|quorum|ensemble|member|myid|node|host|peer|zoo|zk|sid|s)[-_.]?(\d{1,3})(?![\d])/gi;
/** Any word with a number at its end: `alpha3`, `kafka-zk-a-2`. */
const ANY_NUMBER = /[a-z][-_]?(\d{1,3})(?![\d.a-z])/gi;
/** What follows the name of a log and is no part of a server's: `.log`, `.out.2`, `.log.2024-01-05`, `.gz`. */
const ENDINGS = /(?:\.(?:log|out|txt|json|gz|zip|err|old|bak)|[._-]\d{4}-?\d{2}-?\d{2}(?:[T_-]?\d{2,6})?|\.\d{1,4})+$/i;

/**
 * The number of a server in a path: of the file's name, else of the nearest folder that has one.
 * `server3.log`, `zk-3/zookeeper.log.1`, `s3/server.log` and `zookeeper-3.out` give 3.
 *
 * @returns null when no part of the path has a number, or the nearest one has several that differ.
 */
export function numberInPath(path: string): Sid | null {
  const [file = '', ...folders] = path.split(/[/\\]/).reverse();
  const own = numberInName(file.replace(ENDINGS, ''));
  if (own !== null) return own;
  // Folders have many names with numbers; only those that are called like a member of an ensemble count.
  for (const folder of folders) {
    const found = only(folder.matchAll(NUMBERED));
    if (found !== null) return found;
  }
  return null;
}

/** The number of a server in the name of a host, a service or a pod: `zk_2_1` (second service, first copy), `zk-2`, `node2`, `zk-2.zk.svc`. */
export function numberInHost(host: string): Sid | null {
  return numberInName(host.split('.')[0] ?? '');
}

function numberInName(name: string): Sid | null {
  return only(name.matchAll(NUMBERED)) ?? only(name.matchAll(ANY_NUMBER));
}

/** The number that all matches agree on. */
function only(matches: Iterable<RegExpMatchArray>): Sid | null {
  const numbers = new Set<number>();
  for (const match of matches) numbers.add(Number(match[1]));
  const [first] = numbers;
  return numbers.size === 1 && first !== undefined ? first : null;
}

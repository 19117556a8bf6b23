/** A simulated tree in the words in which a real server's is read over the wire. */
import { formatZxid } from '../../src/base/zxid.ts';
import { aclOf, statOf, walk } from '../../src/tree/tree.ts';
import type { DataTree } from '../../src/tree/types.ts';
import type { WireNode } from './client.ts';

export function expectedNodes(tree: DataTree): readonly WireNode[] {
  const nodes = Array.from(walk(tree), ({ path, node }): WireNode => {
    const stat = statOf(node);
    return {
      path: path === '' ? '/' : path,
      data: node.data === null ? null : Buffer.from(node.data).toString('base64'),
      stat: { ...stat, czxid: formatZxid(stat.czxid), mzxid: formatZxid(stat.mzxid), pzxid: formatZxid(stat.pzxid) },
      acl: (aclOf(tree, node) ?? []).map(({ perms, scheme, id }) => `${perms} ${scheme}:${id}`),
    };
  });
  return nodes.sort((a, b) => (a.path < b.path ? -1 : 1));
}

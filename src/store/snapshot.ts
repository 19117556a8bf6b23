/**
 * Snapshots of a tree: written slice by slice while the tree changes ("fuzzy"), read back as a tree.
 *
 * Source: `DataTree.serializeNode`, `FileSnap`, `FileTxnSnapLog.save`.
 */
import { mapEntries, mapGet, type ChunkedMap } from '../base/chunked.ts';
import type { Bytes, SessionId } from '../base/ids.ts';
import { ZXID_ZERO, type Zxid } from '../base/zxid.ts';
import { treeOf } from '../tree/tree.ts';
import type { Acl, DataTree } from '../tree/types.ts';
import { ADLER_START, adler32 } from './adler.ts';
import { JuteWriter } from './jute.ts';
import {
  parseSnapshotFile,
  writeNode,
  writeSnapshotHead,
  writeSnapshotTail,
  type SnapshotDigest,
  type SnapshotImage,
  type SnapshotSink,
} from './snapshotFile.ts';
import { DIGEST_VERSION } from './txnCodec.ts';

export { snapshotName } from './names.ts';
export { encodeSnapshotFile, looksValid, parseSnapshotFile, type SnapshotImage, type SnapshotNode } from './snapshotFile.ts';

/** Which of the sections that newer versions added are written. */
export interface SnapshotFormat {
  /** `zookeeper.digest.enabled`, 3.6. */
  readonly digest: boolean;
  /** `zookeeper.serializeLastProcessedZxid.enabled`, 3.9. */
  readonly lastProcessedZxid: boolean;
}

const FORMAT_3_8: SnapshotFormat = { digest: true, lastProcessedZxid: false };

/** Children of one node that are still to be visited: those from `at` on. */
interface Frame {
  readonly parent: string;
  readonly children: readonly string[];
  readonly at: number;
}

/** A snapshot under way. */
export interface SnapshotWriter {
  readonly format: SnapshotFormat;
  /** As they were when it began; nodes are taken from the tree of the moment they are visited. */
  readonly sessions: ChunkedMap<number>;
  readonly acls: ReadonlyMap<number, readonly Acl[]>;
  readonly headWritten: boolean;
  /** The way down from the root to what is visited next. */
  readonly frames: readonly Frame[];
  /** Checksum of all bytes so far. */
  readonly sum: number;
}

/** Begins a snapshot: sessions and ACLs are taken now, nodes as they are visited. */
export function beginSnapshot(tree: DataTree, format: SnapshotFormat = FORMAT_3_8): SnapshotWriter {
  return {
    format,
    sessions: tree.sessions,
    acls: tree.acls,
    headWritten: false,
    frames: [{ parent: '', children: [''], at: 0 }],
    sum: ADLER_START,
  };
}

/**
 * Visits the next nodes, at most `most`, in the tree as it is now. A node is copied when it is visited and its children are listed then; children
 * that are gone when their turn comes are skipped, later ones are not seen. The last call writes the seals.
 *
 * @returns the bytes to append to the file, and whether the snapshot is complete.
 */
export function continueSnapshot(
  writer: SnapshotWriter,
  tree: DataTree,
  most: number,
): { readonly writer: SnapshotWriter; readonly bytes: Bytes; readonly done: boolean } {
  const out = new JuteWriter(4096);
  if (!writer.headWritten) writeSnapshotHead(out, [...mapEntries(writer.sessions)] as [SessionId, number][], [...writer.acls]);
  const frames = visitNodes(out, writer.frames, tree, most);
  const done = frames.length === 0;
  const sum = done ? writeSnapshotTail(out, writer.sum, tailOf(tree, writer.format)) : adler32(out.view(), writer.sum);
  return { writer: { ...writer, headWritten: true, frames, sum }, bytes: out.bytes(), done };
}

/** A whole snapshot at once. */
export function serializeSnapshot(tree: DataTree, format: SnapshotFormat = FORMAT_3_8): Bytes {
  return continueSnapshot(beginSnapshot(tree, format), tree, Infinity).bytes;
}

/**
 * Reads a snapshot.
 *
 * @param zxid of the file's name: it, not the file, says up to which txn everything is contained (rule R-43).
 * @param sink receives sessions as they are read, even if the rest fails.
 * @throws StoreError naming the byte offset.
 */
export function parseSnapshot(bytes: Bytes, zxid: Zxid, sink?: SnapshotSink): DataTree {
  return treeOfImage(parseSnapshotFile(bytes, sink), zxid);
}

export function treeOfImage({ sessions, acls, nodes }: SnapshotImage, zxid: Zxid): DataTree {
  return treeOf({ sessions, acls: new Map(acls), nodes }, zxid);
}

/** Pre-order with an explicit stack, so that it can stop anywhere. Returns what is left. */
function visitNodes(out: JuteWriter, start: readonly Frame[], tree: DataTree, most: number): Frame[] {
  const frames = start.slice();
  let left = most;
  for (let top = frames.at(-1); top !== undefined; top = frames.at(-1)) {
    const name = top.children[top.at];
    if (name === undefined) {
      frames.pop();
      continue;
    }
    if (left-- <= 0) return frames;
    frames[frames.length - 1] = { ...top, at: top.at + 1 };
    const path = name === '' ? '' : `${top.parent}/${name}`;
    const node = mapGet(tree.nodes, path);
    if (node === undefined) continue;
    writeNode(out, { path, data: node.data, acl: node.acl, stat: node.stat });
    frames.push({ parent: path, children: Array.from(mapEntries(node.children), ([child]) => child), at: 0 });
  }
  return frames;
}

function tailOf(tree: DataTree, format: SnapshotFormat): Pick<SnapshotImage, 'digest' | 'lastProcessedZxid'> {
  return { digest: format.digest ? digestOf(tree) : null, lastProcessedZxid: format.lastProcessedZxid ? tree.lastProcessedZxid : null };
}

/** The start of an epoch is no txn, so there is no digest that belongs to it. */
function digestOf(tree: DataTree): SnapshotDigest {
  if (tree.lastProcessedZxid.counter === 0) return { zxid: ZXID_ZERO, digestVersion: DIGEST_VERSION, digest: 0 };
  return { zxid: tree.lastProcessedZxid, digestVersion: DIGEST_VERSION, digest: tree.digest };
}

/**
 * The snapshot thread: visits the tree slice by slice while txns go on.
 *
 * Source: `ZooKeeperServer.takeSnapshot`, `FileSnap.serialize`; R-37.
 */
import { continueSnapshot } from '../store/snapshot.ts';
import { readFile } from '../store/disk.ts';
import type { DiskOp } from '../store/types.ts';
import { nodeCount } from '../tree/tree.ts';
import { cancelTimer, decide, setTimer, write, type Draft } from './draft.ts';
import { SLICE_MS, SLICE_NODES } from './logger.ts';
import { snapshotStepper, type SnapshotEvent } from './machines/snapshot.ts';

/** Next slice of the snapshot that is being taken. */
export function onSnapshotTimer(d: Draft): void {
  const task = d.s.snapshotting;
  if (task === null) return;
  const { writer, bytes, done } = continueSnapshot(task.writer, task.tree ?? d.s.tree, SLICE_NODES);
  write(d, [{ op: 'append', file: task.part, bytes }]);
  if (!done) {
    advanceSnapshot(d, 'slice');
    d.s.snapshotting = { ...task, writer };
    setTimer(d, 'snapshot', SLICE_MS);
    return;
  }
  advanceSnapshot(d, 'serialized');
  if (task.part !== task.file)
    write(d, [
      { op: 'writeAtomic', file: task.file, bytes: readFile(d.s.disk, task.part) },
      { op: 'delete', file: task.part },
    ]);
  advanceSnapshot(d, 'synced');
  d.s.snapshotting = null;
  decide(d, { rule: 'snapshot.taken', file: task.file, why: 'snapCount', nodes: nodeCount(d.s.tree) });
}

/** The server is about to take over another tree, from a leader or from the disk: the thread goes on with the one it began with. Source: `ZKDatabase.clear`. */
export function leaveTreeToSnapshot(d: Draft): void {
  if (d.s.snapshotting !== null && d.s.snapshotting.tree === null) d.s.snapshotting = { ...d.s.snapshotting, tree: d.s.tree };
}

/** Files are deleted, or replaced by others; a snapshot that is being written into one of them is given up. */
export function replaceFiles(d: Draft, ops: readonly DiskOp[]): void {
  const { snapshotting } = d.s;
  if (snapshotting !== null && ops.some(({ file }) => file === snapshotting.part || file === snapshotting.file)) {
    advanceSnapshot(d, 'abandoned');
    d.s.snapshotting = null;
    cancelTimer(d, 'snapshot');
  }
  write(d, ops);
}

function advanceSnapshot(d: Draft, event: SnapshotEvent): void {
  d.s.snapshotPhase = snapshotStepper.step(d.s.snapshotPhase, event).phase;
}

/**
 * The snapshot thread: visits the tree slice by slice while txns go on.
 *
 * Source: `ZooKeeperServer.takeSnapshot`, `FileSnap.serialize`; R-37.
 */
import { continueSnapshot } from '../store/snapshot.ts';
import { nodeCount } from '../tree/tree.ts';
import { decide, setTimer, write, type Draft } from './draft.ts';
import { SLICE_MS, SLICE_NODES } from './logger.ts';
import { snapshotStepper, type SnapshotEvent } from './machines/snapshot.ts';

/** Next slice of the snapshot that is being taken. */
export function onSnapshotTimer(d: Draft): void {
  const task = d.s.snapshotting;
  if (task === null) return;
  const { writer, bytes, done } = continueSnapshot(task.writer, task.tree ?? d.s.tree, SLICE_NODES);
  write(d, [{ op: 'append', file: task.file, bytes }]);
  if (!done) {
    advanceSnapshot(d, 'slice');
    d.s.snapshotting = { ...task, writer };
    setTimer(d, 'snapshot', SLICE_MS);
    return;
  }
  advanceSnapshot(d, 'serialized');
  advanceSnapshot(d, 'synced');
  d.s.snapshotting = null;
  decide(d, { rule: 'snapshot.taken', file: task.file, why: 'snapCount', nodes: nodeCount(d.s.tree) });
}

/** The server is about to take over another tree, from a leader or from the disk: the thread goes on with the one it began with. Source: `ZKDatabase.clear`. */
export function leaveTreeToSnapshot(d: Draft): void {
  if (d.s.snapshotting !== null && d.s.snapshotting.tree === null) d.s.snapshotting = { ...d.s.snapshotting, tree: d.s.tree };
}

function advanceSnapshot(d: Draft, event: SnapshotEvent): void {
  d.s.snapshotPhase = snapshotStepper.step(d.s.snapshotPhase, event).phase;
}

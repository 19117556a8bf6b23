/**
 * A snapshot being taken while transactions go on.
 *
 * Source: `SyncRequestProcessor.run` (trigger), `ZooKeeperServer.takeSnapshot`, `FileSnap.serialize`.
 */
import { setup } from 'xstate';
import { stepper } from './stepper.ts';

export type SnapshotEvent = 'begin' | 'slice' | 'serialized' | 'synced' | 'abandoned';

export const snapshotMachine = setup({ types: { events: {} as { type: SnapshotEvent } } }).createMachine({
  id: 'snapshot',
  initial: 'idle',
  states: {
    idle: { description: 'Counts logged transactions until the next snapshot is due.', on: { begin: 'serializing' } },
    serializing: {
      description: 'Visits the tree node by node; transactions are applied meanwhile, so the result is fuzzy.',
      on: { slice: 'serializing', serialized: 'syncing', abandoned: 'idle' },
    },
    syncing: { description: 'Writes checksum and seal, and closes the file.', on: { synced: 'done', abandoned: 'idle' } },
    done: { description: 'The snapshot can be used for recovery.', on: { begin: 'serializing' } },
  },
});

export const snapshotStepper = stepper(snapshotMachine);

/**
 * A server finding its memory on its disk.
 *
 * Source: `QuorumPeer.loadDataBase`, `FileTxnSnapLog.restore`.
 */
import { setup } from 'xstate';
import type { RecoveryStep } from '../../store/types.ts';
import { stepper } from './stepper.ts';

export type RecoveryEvent = 'snapshotSkipped' | 'snapshotLoaded' | 'noSnapshot' | 'logReplayed' | 'tornTail' | 'epochsRead' | 'failed';

export const recoveryMachine = setup({ types: { events: {} as { type: RecoveryEvent } } }).createMachine({
  id: 'recovery',
  initial: 'readingSnapshot',
  states: {
    readingSnapshot: {
      description: 'Tries snapshots from the newest down until one is intact.',
      on: { snapshotSkipped: 'readingSnapshot', snapshotLoaded: 'replayingLog', noSnapshot: 'replayingLog', failed: 'failed' },
    },
    replayingLog: {
      description: 'Applies every logged transaction behind the snapshot, committed or not.',
      on: { logReplayed: 'replayingLog', tornTail: 'truncatingTail', epochsRead: 'ready', failed: 'failed' },
    },
    truncatingTail: {
      description: 'Ignores a last record that was only partly written.',
      on: { logReplayed: 'replayingLog', tornTail: 'truncatingTail', epochsRead: 'ready', failed: 'failed' },
    },
    ready: { description: 'Memory is what the disk says.' },
    failed: { description: 'The disk contradicts itself; the process ends.' },
  },
});

export const recoveryStepper = stepper(recoveryMachine);

/** The event that a recovery step is for the machine. */
export function recoveryEvent(step: RecoveryStep): RecoveryEvent {
  switch (step.step) {
    case 'snapshotSkipped':
    case 'snapshotLoaded':
    case 'noSnapshot':
      return step.step;
    case 'logReplayed':
      return step.end === 'partial' ? 'tornTail' : 'logReplayed';
    case 'epochs':
      return 'epochsRead';
  }
}

/** What the stage needs of a run. */
import type { Run } from '../engine/run.svelte.ts';

export type StageRun = Pick<Run, 'members' | 'view' | 'clock' | 't' | 'n' | 'timeline' | 'hideHeartbeats' | 'live'>;

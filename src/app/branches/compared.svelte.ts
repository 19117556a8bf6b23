/** Which branch was last asked to be compared with the one on screen. */
import type { BranchId } from '../../trace/branches.ts';

export const compared = $state<{ other: BranchId | null }>({ other: null });

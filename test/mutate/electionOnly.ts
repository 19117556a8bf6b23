/** Stands for `roles.ts` where an election is tested alone. */
import type { Draft } from '../../src/zab/draft.ts';
import type { Role, Vote } from '../../src/zab/types.ts';
import { electionOnly } from '../zab/election/support.ts';

const only = electionOnly();

export function electionDecided(d: Draft, vote: Vote, role: Role): void {
  only.electionDecided(d, vote, role);
}

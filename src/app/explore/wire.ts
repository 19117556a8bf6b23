/** What the page and a hunter's worker say to each other. */
import type { FoundRun } from '../../ensemble/explore/plain.ts';
import type { Violation } from '../../ensemble/explore/play.ts';
import type { Job, Report } from '../../ensemble/explore/work.ts';
import type { Signed } from '../../intake/runs/found.ts';

export type ToHunter =
  | { readonly type: 'hunt'; readonly job: Job }
  /** Play a found run once more, as everybody else will. */
  | { readonly type: 'sign'; readonly run: FoundRun; readonly violation: Violation };

export type FromHunter =
  | Report
  | { readonly type: 'signed'; readonly signed: Signed }
  /** It cannot go on; the message is for people. */
  | { readonly type: 'failed'; readonly message: string };

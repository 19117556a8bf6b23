/** What came of a case: roles, votes, elections, synchronizations. */
import { chaptersOf, type Chapter } from './chapters.ts';
import { electionsOf } from './elections.ts';
import type { LogCase, LogSummary, ReadRole } from './model.ts';
import { syncsOf } from './syncs.ts';
import { votesOf } from './votes.ts';

/** Sums a case up. Times are ms after its `zero`; linear in the number of records. */
export function summarize(logCase: LogCase): LogSummary {
  const chapters = chaptersOf(logCase);
  const byTime = (a: { readonly t: number }, b: { readonly t: number }) => a.t - b.t;
  return {
    servers: chapters.map((chapter) => {
      const server = logCase.servers.find(({ sid }) => sid === chapter.sid);
      return {
        sid: chapter.sid,
        version: server?.version ?? null,
        observer: server?.observer ?? false,
        roles: rolesOf(chapter),
        votes: votesOf(chapter),
      };
    }),
    elections: electionsOf(chapters).sort(byTime),
    syncs: syncsOf(chapters).sort(byTime),
  };
}

function rolesOf({ stays, time }: Chapter): ReadRole[] {
  return stays.map(({ role, from }) => ({ t: time(from), role }));
}

import { describe, expect, test } from 'vitest';
import type { TraceEvent } from '../../../src/ensemble/types.ts';
import { LANGUAGES } from '../../../src/trace/narrate/languages.ts';
import { REASONS } from '../../../src/trace/narrate/reasons.ts';
import { Timeline } from '../../../src/trace/timeline.ts';
import { whyRole, whySync, whyVote } from '../../../src/trace/why.ts';
import type { Decision } from '../../../src/zab/types.ts';
import { server, traceOf } from '../events.ts';
import type { Sketch } from '../events.ts';
import { DECISIONS } from './decisions.ts';
import { LANGS, vote, Z } from './said.ts';

describe('why', () => {
  const members = [1, 2].map((sid) => ({ sid, type: 'participant' }) as const);
  const boot = (sid: number): Sketch => ({
    actor: { kind: 'server', sid },
    what: { type: 'boot', sid },
    decisions: [{ rule: 'election.start', round: 1, vote: vote(sid), after: 'boot' }],
  });
  const decides = (sid: number, decision: Decision, changes: TraceEvent['changes'] = null): Sketch =>
    server(sid, { decisions: [decision], changes });
  const timeline = new Timeline(
    members,
    traceOf(
      boot(1),
      decides(
        1,
        { rule: 'vote.order', from: 2, theirs: vote(2), mine: vote(1), outcome: 'adopted', by: 'sid' },
        { vote: vote(2), election: { state: 'collecting', round: 1, votes: [], outOfElection: [], supporters: [1], waitMs: 400 } },
      ),
      decides(
        1,
        { rule: 'vote.final', vote: vote(2), supporters: [1, 2], role: 'FOLLOWING', waitedMs: 200, tookMs: 300 },
        { role: 'FOLLOWING', election: null },
      ),
      boot(2),
      decides(2, { ...(DECISIONS['sync.mode'][0]?.[0] as Decision & { rule: 'sync.mode' }), learner: 1 }),
      decides(1, { rule: 'learner.serving', leader: 2, epoch: 1, zxid: Z, waiting: 0 }),
    ),
  );

  test.each(LANGS)('role, vote and sync in %s', (lang) => {
    expect(whyRole(timeline, 1, -1, LANGUAGES[lang])).toEqual({ sentence: REASONS[lang].why.down(1), positions: [] });
    expect(whyVote(timeline, 1, 0, LANGUAGES[lang]).positions).toEqual([0]);
    expect(whyRole(timeline, 1, 1, LANGUAGES[lang])).toMatchObject({ positions: [0] });
    expect(whyRole(timeline, 1, 1, LANGUAGES[lang]).sentence).toContain('400 ms');
    expect(whyVote(timeline, 1, 5, LANGUAGES[lang])).toMatchObject({ positions: [1] });
    expect(whyRole(timeline, 1, 3, LANGUAGES[lang])).toMatchObject({ positions: [2] });
    expect(whyRole(timeline, 1, 5, LANGUAGES[lang])).toMatchObject({ positions: [2, 5] });
    expect(whySync(timeline, 1, 3, LANGUAGES[lang]).positions).toEqual([]);
    expect(whySync(timeline, 1, 5, LANGUAGES[lang])).toMatchObject({ positions: [4] });
  });
});

/** "Why?": finds the decisions that explain what a server is now, and tells them in order. */
import type { Sid } from '../base/ids.ts';
import type { TraceEvent } from '../ensemble/types.ts';
import type { Decision, RuleId } from '../zab/types.ts';
import { z } from './narrate/text.ts';
import { REASONS } from './narrate/reasons.ts';
import { sentenceOf } from './narrate.ts';
import type { Language } from './narrate/language.ts';
import type { Timeline } from './timeline.ts';
import type { ServerState } from './view.ts';

export interface Because {
  readonly sentence: string;
  /** Positions of the events that decided, oldest first. */
  readonly positions: readonly number[];
}

export interface Found {
  readonly n: number;
  readonly sid: Sid;
  readonly decision: Decision;
}

/** Why server `sid` has its role after event `n`; for one still looking, what it waits for. */
export function whyRole(timeline: Timeline, sid: Sid, n: number, language: Language): Because {
  const { why } = REASONS[language.code];
  const server = timeline.viewAt(n).servers[sid];
  if (server === undefined || server.up === 'crashed' || server.up === 'down') {
    const failed = latest(timeline, sid, n, ['recovery.failed']);
    return failed !== null && server?.up === 'crashed' ? told([failed], language) : { sentence: why.down(sid), positions: [] };
  }
  if (server.up === 'paused') return { sentence: why.paused(sid), positions: [] };
  if (server.role === 'LOOKING') return whyLooking(timeline, server, n, language);
  const elected = latest(timeline, sid, n, ['vote.final', 'vote.established']);
  const after = elected?.n ?? -1;
  const settled = latest(timeline, sid, n, ['leader.established', 'learner.serving']);
  const found = [elected, settled !== null && settled.n > after ? settled : null].filter((decision) => decision !== null);
  return found.length === 0 ? { sentence: why.noDecision(sid), positions: [] } : told(found, language);
}

/** Why server `sid` votes as it does after event `n`. */
export function whyVote(timeline: Timeline, sid: Sid, n: number, language: Language): Because {
  const { why } = REASONS[language.code];
  const server = timeline.viewAt(n).servers[sid];
  if (server === undefined) return { sentence: why.noDecision(sid), positions: [] };
  const started = timeline.index.lastDecision(sid, 'election.start', n);
  const changed = latest(
    timeline,
    sid,
    n,
    ['vote.order', 'vote.established'],
    (decision) =>
      (decision.rule === 'vote.order' && decision.outcome === 'adopted') ||
      (decision.rule === 'vote.established' && decision.outcome === 'joined'),
    started,
  );
  if (changed !== null) return told([changed], language);
  if (started < 0) return { sentence: why.noDecision(sid), positions: [] };
  return { sentence: why.ownVote(sid, z(server.vote.zxid), server.vote.peerEpoch), positions: [started] };
}

/** Why server `sid` was synced the way it was, from both sides: the leader's choice and what the learner did. */
export function whySync(timeline: Timeline, sid: Sid, n: number, language: Language): Because {
  const chosen = [...timeline.index.servers()]
    .map((leader) => latest(timeline, leader, n, ['sync.mode'], (decision) => decision.rule === 'sync.mode' && decision.learner === sid))
    .reduce((newest, found) => (found !== null && (newest === null || found.n > newest.n) ? found : newest), null);
  const done = latest(timeline, sid, n, ['sync.truncated', 'sync.opened']);
  const found = [chosen, done !== null && done.n > (chosen?.n ?? -1) ? done : null].filter((decision) => decision !== null);
  return found.length === 0 ? { sentence: REASONS[language.code].why.noSync(sid), positions: [] } : told(found, language);
}

function whyLooking(timeline: Timeline, server: ServerState, n: number, language: Language): Because {
  const { why } = REASONS[language.code];
  const { sid, election } = server;
  const lost = latest(timeline, sid, n, ['election.start', 'leader.gaveUp', 'learner.gaveUp']);
  const waits =
    election === null
      ? why.noDecision(sid)
      : timeline.index.lastDecision(sid, 'vote.quorum', n) >= 0 && hasQuorum(timeline, sid, n)
        ? why.waitsFinal(sid, server.vote.leader, waitsUntil(timeline, sid, n))
        : why.stillLooking(sid, election.supporters, server.vote.leader, election.waitMs);
  if (lost === null) return { sentence: waits, positions: [] };
  const first = told([lost], language);
  return { sentence: language.join([first.sentence, waits]), positions: first.positions };
}

function hasQuorum(timeline: Timeline, sid: Sid, n: number): boolean {
  const started = timeline.index.lastDecision(sid, 'election.start', n);
  const counted = latest(timeline, sid, n, ['vote.quorum'], () => true, started);
  return counted?.decision.rule === 'vote.quorum' && counted.decision.outcome === 'quorum';
}

/** When the wait for a better vote ends, virtual ms (the server's own timer, at a clock that runs right). */
function waitsUntil(timeline: Timeline, sid: Sid, n: number): number | null {
  const at = timeline.index.lastDecision(sid, 'vote.quorum', n);
  const event = timeline.events[at];
  for (const effect of event?.effects ?? [])
    if (effect.type === 'setTimer' && effect.timer === 'finalizeWait') return (event?.at ?? 0) + effect.afterMs;
  return null;
}

/** The last decision of these rules up to position `n` (and after `since`) that fits. */
export function latest(
  timeline: Timeline,
  sid: Sid,
  n: number,
  rules: readonly RuleId[],
  fits: (decision: Decision) => boolean = () => true,
  since = -1,
): Found | null {
  let newest: Found | null = null;
  for (const rule of rules) {
    for (
      let at = timeline.index.lastDecision(sid, rule, n);
      at >= Math.max(0, since) && at > (newest?.n ?? -1);
      at = timeline.index.lastDecision(sid, rule, at - 1)
    ) {
      const decision = (timeline.events[at] as TraceEvent).decisions.findLast((candidate) => candidate.rule === rule && fits(candidate));
      if (decision === undefined) continue;
      newest = { n: at, sid, decision };
      break;
    }
  }
  return newest;
}

function told(found: readonly Found[], language: Language): Because {
  const sentences = found.map(({ decision, sid }) => sentenceOf(decision, sid, language));
  return { sentence: language.join(sentences), positions: found.map(({ n }) => n) };
}

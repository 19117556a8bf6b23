/**
 * "Why?", asked of an event, a message, a server's role, vote or synchronization, or a client: what decided it (the rule in words, both
 * sides' numbers, where ZooKeeper and its specification have it), what led to it, and what is waited for now.
 */
import type { Sid } from '../../base/ids.ts';
import type { ClientId, Flight, TraceEvent } from '../../ensemble/types.ts';
import type { Decision, RuleId } from '../../zab/types.ts';
import { explain, type Explanation } from '../explain.ts';
import { captionOf, mainDecision, messageSays } from '../narrate.ts';
import type { Language } from '../narrate/language.ts';
import type { Timeline } from '../timeline.ts';
import { latest, whyRole, whySync, whyVote, type Because } from '../why.ts';
import { chainOf, nameOf, type WhyChain } from './chain.ts';
import { lastBand } from './lacks.ts';
import { WHY_TEXTS } from './texts.ts';
import { clientWaitsOf, endOf, waitsOf, type Waits } from './waits.ts';

export type Question =
  /** Why an event happened; of its decisions, the one of this number (by default the one that tells most). */
  | { readonly ask: 'event'; readonly n: number; readonly decision?: number }
  /** Why a message was sent, or what became of it. */
  | { readonly ask: 'message'; readonly flight: number; readonly sentN: number }
  /** Why a server has its role, votes as it does, was synchronized the way it was; or why it does not go on. */
  | { readonly ask: 'role' | 'vote' | 'sync'; readonly sid: Sid }
  /** What a client waits for. */
  | { readonly ask: 'client'; readonly client: ClientId };

export interface Answer {
  readonly sentence: string;
  /** What decided it: rule, numbers, source; null where nothing was decided, or nothing of it is in the trace. */
  readonly decided: Explanation | null;
  readonly chain: WhyChain;
  readonly waits: Waits | null;
  /** What the trace cannot show, because it was read from logs. */
  readonly unseen: readonly string[];
}

/** Answers at position `n`: with what is known there, and nothing of later. */
export function answer(timeline: Timeline, question: Question, n: number, language: Language): Answer {
  switch (question.ask) {
    case 'event':
      return ofEvent(timeline, question.n, question.decision ?? null, language);
    case 'message':
      return ofMessage(timeline, question, language);
    case 'role':
      return ofRole(timeline, question.sid, n, language);
    case 'vote':
      return ofBecause(timeline, whyVote(timeline, question.sid, n, language), RULES.vote, null, language);
    case 'sync':
      return ofBecause(timeline, whySync(timeline, question.sid, n, language), RULES.sync, null, language);
    case 'client':
      return ofClient(timeline, question.client, n, language);
  }
}

/** What answers each question, as `why.ts` looks for it. */
const RULES = {
  role: ['leader.established', 'learner.serving', 'vote.final', 'vote.established'],
  vote: ['vote.order', 'vote.established', 'election.start'],
  sync: ['sync.mode', 'sync.truncated', 'sync.opened'],
} as const satisfies Record<string, readonly RuleId[]>;

const NO_CHAIN: WhyChain = { links: [], skipped: 0, whole: true };

function ofEvent(timeline: Timeline, n: number, which: number | null, language: Language): Answer {
  const event = timeline.events[n];
  if (event === undefined) return made(timeline, { sentence: '', at: null, decided: null, waits: null }, language);
  const decision = which === null ? mainDecision(event) : (event.decisions[which] ?? null);
  const decided = decision === null ? null : explained(event, decision, language);
  const sentence = which === null || decided === null ? captionOf(event, timeline.viewAt(n), language) : decided.sentence;
  return made(timeline, { sentence, at: n, decided, waits: null }, language);
}

function ofMessage(timeline: Timeline, { flight, sentN }: Question & { ask: 'message' }, language: Language): Answer {
  const sent = timeline.events[sentN];
  const found = sent?.sent.find(({ id }) => id === flight);
  if (sent === undefined || found === undefined) return made(timeline, { sentence: '', at: null, decided: null, waits: null }, language);
  const decision = mainDecision(sent);
  return made(
    timeline,
    {
      sentence: messageSaid(timeline, found, sentN, language),
      at: sentN,
      decided: decision === null ? null : explained(sent, decision, language),
      waits: null,
    },
    language,
  );
}

function messageSaid(timeline: Timeline, { from, message }: Flight, n: number, language: Language): string {
  return WHY_TEXTS[language.code].said(nameOf(timeline, from, n, language), messageSays(message, language));
}

function ofRole(timeline: Timeline, sid: Sid, n: number, language: Language): Answer {
  const server = timeline.viewAt(n).servers[sid];
  const waits = waitsOf(timeline, sid, n, language);
  if (server?.up === 'down' || server?.up === 'crashed') return ofEnd(timeline, sid, n, waits, language);
  if (server?.up === 'paused') {
    const { sentence } = whyRole(timeline, sid, n, language);
    return made(timeline, { sentence, at: lastBand(timeline, sid, n, 'PAUSED'), decided: null, waits }, language);
  }
  if (server?.role === 'LOOKING') {
    const lost = latest(timeline, sid, n, ['election.start', 'leader.gaveUp', 'learner.gaveUp']);
    if (lost !== null) return ofEventWith(timeline, lost.n, lost.decision, waits, language);
  }
  return ofBecause(timeline, whyRole(timeline, sid, n, language), RULES.role, waits, language);
}

/** Of a server that is down: what ended it. */
function ofEnd(timeline: Timeline, sid: Sid, n: number, waits: Waits | null, language: Language): Answer {
  const end = endOf(timeline, sid, n);
  const failed = latest(timeline, sid, n, ['recovery.failed']);
  if (failed !== null && end !== null && isLastWord(timeline, sid, failed.n, end))
    return ofEventWith(timeline, failed.n, failed.decision, waits, language);
  if (end === null) return ofBecause(timeline, whyRole(timeline, sid, n, language), RULES.role, waits, language);
  return made(
    timeline,
    { sentence: captionOf(timeline.events[end] as TraceEvent, timeline.viewAt(end), language), at: end, decided: null, waits },
    language,
  );
}

/** Whether a server did nothing after event `n` but end. */
function isLastWord(timeline: Timeline, sid: Sid, n: number, end: number): boolean {
  return timeline.index.eventsOf(sid).findLast((at) => at <= end) === n;
}

function ofClient(timeline: Timeline, client: ClientId, n: number, language: Language): Answer {
  const texts = WHY_TEXTS[language.code];
  const state = timeline.viewAt(n).clients[client];
  const waits = clientWaitsOf(timeline, client, n, language);
  const who = language.client(client, state?.name ?? null);
  const isGone = state === undefined || (state.state !== 'connecting' && state.state !== 'connected');
  const sentence = waits?.sentence ?? (isGone ? texts.clientGone(who) : texts.clientServed(who, state.sid));
  const last = timeline.index.eventsOfClient(client).findLast((at) => at <= n && isTelling(timeline.events[at] as TraceEvent)) ?? null;
  return made(timeline, { sentence, at: last, decided: null, waits }, language);
}

/** Not a ping or its answer. */
function isTelling({ what, outcomes, client }: TraceEvent): boolean {
  if (outcomes.length > 0 || client?.state !== undefined) return true;
  return what.type === 'requested' || what.type === 'disconnected' || what.type === 'connectFailed' || what.type === 'started';
}

/** From the answers of `why.ts`: the last event that decided is where the chain begins. */
function ofBecause(timeline: Timeline, because: Because, rules: readonly RuleId[], waits: Waits | null, language: Language): Answer {
  const at = because.positions.at(-1) ?? null;
  const event = at === null ? undefined : timeline.events[at];
  const decision = event?.decisions.findLast(({ rule }) => rules.includes(rule)) ?? null;
  const decided = event === undefined || decision === null ? null : explained(event, decision, language);
  return made(timeline, { sentence: because.sentence, at, decided, waits }, language);
}

function ofEventWith(timeline: Timeline, n: number, decision: Decision, waits: Waits | null, language: Language): Answer {
  const decided = explained(timeline.events[n] as TraceEvent, decision, language);
  return made(timeline, { sentence: decided?.sentence ?? '', at: n, decided, waits }, language);
}

function explained({ actor }: TraceEvent, decision: Decision, language: Language): Explanation | null {
  return actor.kind === 'server' ? explain(decision, actor.sid, language) : null;
}

interface Parts {
  readonly sentence: string;
  /** Where the chain begins, or null. */
  readonly at: number | null;
  readonly decided: Explanation | null;
  readonly waits: Waits | null;
}

function made(timeline: Timeline, { sentence, at, decided, waits }: Parts, language: Language): Answer {
  const chain = at === null ? NO_CHAIN : beginningWith(decided, chainOf(timeline, at, language));
  const { unseen } = WHY_TEXTS[language.code];
  if (!isReadFromLogs(timeline)) return { sentence, decided, chain, waits, unseen: [] };
  const missing = [
    ...(decided === null && at !== null ? [unseen.decisions] : []),
    ...(chain.whole ? [] : [unseen.causes]),
    ...(waits !== null && waits.until === null && waits.missing.length > 0 ? [unseen.timers] : []),
  ];
  return { sentence, decided, chain, waits, unseen: missing };
}

/** An event may have several decisions: the chain begins with the one that was asked about. */
function beginningWith(decided: Explanation | null, chain: WhyChain): WhyChain {
  const [first, ...rest] = chain.links;
  if (first?.kind !== 'decision' || decided === null) return chain;
  return { ...chain, links: [{ ...first, sentence: decided.sentence }, ...rest] };
}

/** Events that were read from logs say where they stand in them. */
function isReadFromLogs({ events }: Timeline): boolean {
  return events.slice(0, 100).some(({ origin }) => origin !== undefined);
}

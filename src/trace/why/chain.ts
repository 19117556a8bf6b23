/**
 * What led to an event, walked back: a decision, the message that brought it about, the decision behind that message, a timer, at the end a
 * command. Heartbeats and repeats are passed over, so that a chain stays short enough to be read.
 */
import type { Sid } from '../../base/ids.ts';
import type { Peer, TraceEvent } from '../../ensemble/types.ts';
import type { Decision } from '../../zab/types.ts';
import { kindOf } from '../about.ts';
import { lineOf } from '../happenedBefore.ts';
import { captionOf, mainDecision, messageSays, sentenceOf } from '../narrate.ts';
import type { Language } from '../narrate/language.ts';
import { atMost } from '../sorted.ts';
import type { Timeline } from '../timeline.ts';
import type { EnsembleView } from '../view.ts';
import { absence } from './lacks.ts';
import { WHY_TEXTS } from './texts.ts';

export type LinkKind = 'decision' | 'message' | 'timer' | 'disk' | 'connection' | 'process' | 'command' | 'client' | 'step' | 'line';

export interface WhyLink {
  /** Position of the event; of a message, of the event that sent it. */
  readonly n: number;
  readonly kind: LinkKind;
  readonly sentence: string;
  /** Whose doing it was; null for the world and for clients. */
  readonly sid: Sid | null;
  /** Virtual ms. */
  readonly at: number;
}

/** Newest first. */
export interface WhyChain {
  readonly links: readonly WhyLink[];
  /** Steps between the links that were passed over. */
  readonly skipped: number;
  /** Whether it goes back to a command, the first thing there can be. */
  readonly whole: boolean;
}

/** Links of a chain, the first cause not counted. */
export const MOST_LINKS = 24;
/** Causes that are walked back at most. */
const MOST_STEPS = 50_000;

/** A link before it is known whether it is one: most are repeats, and need no words. */
interface Draft extends Omit<WhyLink, 'sentence'> {
  /** What makes another link a repeat of this one. */
  readonly sameAs: string;
  readonly say: () => string;
}

/** The chain of causes behind event `n`, the event itself first. */
export function chainOf(timeline: Timeline, n: number, language: Language): WhyChain {
  const links: WhyLink[] = [];
  const seen = new Set<string>();
  let skipped = 0;
  let root: WhyLink | null = null;
  let at = n;
  /** Whose message led here: of several decisions at once, the one about it counts. */
  let towards: Sid | null = null;
  for (let steps = 0; at >= 0 && steps < MOST_STEPS; steps++) {
    const event = timeline.events[at] as TraceEvent;
    const own = linksOf(timeline, event, language, at === n, towards);
    const isRoot = event.what.type === 'command';
    for (const draft of own) {
      const isNew = isRoot || (links.length < MOST_LINKS && !seen.has(draft.sameAs));
      seen.add(draft.sameAs);
      if (!isNew) {
        skipped++;
        continue;
      }
      const link = worded(draft);
      if (isRoot) root = link;
      // What a client asks for and the message that says so are one thing to tell.
      else if (links.at(-1)?.sentence !== link.sentence) links.push(link);
    }
    if (own.length === 0) skipped++;
    if (isRoot) break;
    const faults = faultsBehind(timeline, event);
    for (const fault of faults.slice(1))
      links.push(...linksOf(timeline, timeline.events[fault] as TraceEvent, language, true, null).map(worded));
    towards = event.what.type === 'receive' && event.actor.kind === 'server' ? event.actor.sid : null;
    at = faults[0] ?? causeOf(timeline, event);
  }
  return { links: root === null ? links : [...links, root], skipped, whole: root !== null };
}

function worded({ n, at, kind, sid, say }: Draft): WhyLink {
  return { n, at, kind, sid, sentence: say() };
}

/** Why somebody was not heard any more: the timer that noticed it was set long before, so the way back goes by what kept them silent. Newest first. */
function faultsBehind(timeline: Timeline, event: TraceEvent): readonly number[] {
  const { actor, n } = event;
  const decision = event.decisions.find(({ rule }) => rule === 'learner.gaveUp' || rule === 'leader.gaveUp');
  if (decision === undefined || actor.kind !== 'server') return [];
  const missed = missedBy(timeline, decision, actor.sid);
  const at = { timeline, view: timeline.viewAt(n), n };
  const found = missed.map((sid) => absence(at, actor.sid, sid)?.n ?? -1).filter((position) => position >= 0 && position < n);
  return [...new Set(found)].sort((a, b) => b - a);
}

function missedBy(timeline: Timeline, decision: Decision, me: Sid): readonly Sid[] {
  if (decision.rule === 'learner.gaveUp') {
    const isSilent = decision.reason === 'readTimeout' || decision.reason === 'cannotConnect';
    return isSilent ? [decision.leader] : [];
  }
  if (decision.rule !== 'leader.gaveUp' || decision.reason === 'stopped') return [];
  return timeline.members.flatMap(({ sid, type }) => (type === 'participant' && sid !== me && !decision.synced.includes(sid) ? [sid] : []));
}

/**
 * Where to go back to: the cause, or, where a trace does not tell it, who sent the message, or what its server did before. Logs do not show
 * causes, so that in a trace made from them the cause of most events is only what came before it on its server.
 */
function causeOf(timeline: Timeline, event: TraceEvent): number {
  const { what, actor, cause, n, origin } = event;
  if (what.type === 'receive' || what.type === 'received') {
    const sender = timeline.index.flights.senderOf(what.flight);
    if (sender >= 0 && sender < n) return sender;
  }
  const isTold = cause >= 0 && cause < n && (origin === undefined || lineOf(timeline.events[cause] as TraceEvent) !== lineOf(event));
  if (isTold || actor.kind !== 'server' || what.type === 'boot') return cause < n ? cause : -1;
  const own = timeline.index.eventsOf(actor.sid);
  for (let i = atMost(own, n - 1) - 1; i >= 0; i--)
    if (!isBeside(timeline, timeline.events[own[i] as number] as TraceEvent, actor.sid)) return own[i] as number;
  return cause;
}

/** What goes on beside the protocol and leads to nothing: heartbeats, and votes of others that a server hears while it has a leader. */
function isBeside(timeline: Timeline, event: TraceEvent, sid: Sid): boolean {
  const kind = kindOf(event);
  if (kind === 'heartbeat') return true;
  if (kind !== 'election' || event.decisions.length > 0) return false;
  return timeline.index.bands(sid).findLast(({ from }) => from <= event.n)?.role !== 'LOOKING';
}

/** What an event has to tell in a chain: what was decided, then what brought it about. May be nothing. */
function linksOf(timeline: Timeline, event: TraceEvent, language: Language, isFirst: boolean, towards: Sid | null): readonly Draft[] {
  const { what, actor } = event;
  const sid = actor.kind === 'server' ? actor.sid : null;
  const about = event.decisions.find((candidate) => 'learner' in candidate && candidate.learner === towards);
  const decision = about ?? mainDecision(event);
  const base = { n: event.n, at: event.at, sid };
  const links: Draft[] = [];
  const say = (): string => captionOf(event, timeline.viewAt(event.n), language);
  if (decision !== null)
    links.push({
      ...base,
      kind: 'decision',
      say: about === undefined || sid === null ? say : () => sentenceOf(about, sid, language),
      sameAs: `${sid} ${decision.rule}`,
    });
  if (what.type === 'receive' || what.type === 'received') {
    if (isFirst && decision === null) links.push({ ...base, kind: 'step', say, sameAs: `${sid} first` });
    const message = messageLink(timeline, event, language);
    if (message !== null) links.push(message);
    return links;
  }
  const kind = kindOfLink(event);
  const quiet = kindOf(event) === 'heartbeat' || what.type === 'accepted' || what.type === 'connectionOpened' || what.type === 'connected';
  const minor = quiet || (what.type === 'timer' && (what.timer === 'logger' || what.timer === 'poll'));
  if (decision !== null && what.type === 'timer' && !minor)
    links.push({ ...base, kind, say: () => timerSays(event, timeline.viewAt(event.n), language), sameAs: `${sid} timer ${what.timer}` });
  else if (decision === null && (isFirst || !minor)) links.push({ ...base, kind, say, sameAs: `${sid} ${actor.kind} ${what.type}` });
  return links;
}

/** A timer that went off, told without what it led to. */
function timerSays(event: TraceEvent, view: EnsembleView, language: Language): string {
  return captionOf({ ...event, decisions: [], effects: [], changes: null, log: [] }, view, language);
}

function messageLink(timeline: Timeline, event: TraceEvent, language: Language): Draft | null {
  const { what } = event;
  if ((what.type !== 'receive' && what.type !== 'received') || kindOf(event) === 'heartbeat') return null;
  const sent = timeline.index.flights.senderOf(what.flight);
  const line = sent < 0 ? null : timeline.index.flights.lineOf(what.flight, sent);
  const from: Peer | null = line?.flight.from ?? (what.type === 'receive' ? what.from : null);
  if (from === null) return null;
  return {
    n: sent < 0 ? event.n : sent,
    at: line?.sentAt ?? event.at,
    sid: from.kind === 'server' ? from.sid : null,
    kind: 'message',
    say: () => WHY_TEXTS[language.code].said(nameOf(timeline, from, event.n, language), messageSays(what.message, language)),
    sameAs: `${from.kind} ${from.kind === 'server' ? from.sid : from.client} ${what.message.kind}`,
  };
}

/** What a server or a client is called at a moment. */
export function nameOf(timeline: Timeline, peer: Peer, n: number, language: Language): string {
  return language.peer(peer, (client) => language.client(client, timeline.viewAt(n).clients[client]?.name ?? null));
}

function kindOfLink({ what, actor }: TraceEvent): LinkKind {
  switch (what.type) {
    case 'command':
      return 'command';
    case 'processStarted':
    case 'processEnded':
    case 'boot':
    case 'stop':
      return 'process';
    case 'timer':
      return actor.kind === 'client' ? 'client' : 'timer';
    case 'fsynced':
    case 'diskError':
      return 'disk';
    case 'logLine':
      return 'line';
    case 'connected':
    case 'connectFailed':
    case 'accepted':
    case 'disconnected':
    case 'connectionOpened':
    case 'connectionClosed':
      return actor.kind === 'client' ? 'client' : 'connection';
    default:
      return actor.kind === 'client' ? 'client' : 'step';
  }
}

/** Two runs beside each other: where they part, and what differs then. Plain data for a view; nothing here knows how it is shown. */
import type { Sid } from '../base/ids.ts';
import type { Flight, Peer, TraceEvent } from '../ensemble/types.ts';
import type { Message } from '../zab/types.ts';
import { plain } from './json.ts';
import type { Timeline } from './timeline.ts';
import type { EnsembleView, ServerState } from './view.ts';

/** The first position at which two traces differ. */
export interface Divergence {
  readonly n: number;
  /** `command`: somebody did something in one of them and not, or something else, in the other. `end`: one is the beginning of the other. */
  readonly what: 'command' | 'event' | 'end';
  /** Null at the end of a trace. */
  readonly a: TraceEvent | null;
  readonly b: TraceEvent | null;
}

/** Fields of a server that are compared. */
export const COMPARED = [
  'up',
  'role',
  'phase',
  'leader',
  'serving',
  'acceptedEpoch',
  'currentEpoch',
  'vote',
  'lastZxid',
  'lastLogged',
  'lastSynced',
  'committedZxid',
  'nodes',
  'digest',
  'sessions',
] as const satisfies readonly (keyof ServerState)[];
export type ComparedField = (typeof COMPARED)[number];

export interface FieldDifference {
  readonly sid: Sid;
  readonly field: ComparedField;
  /** Undefined where the run has no such server. */
  readonly a: ServerState[ComparedField] | undefined;
  readonly b: ServerState[ComparedField] | undefined;
}

/** A message that was sent in one of the runs only. */
export interface LoneMessage {
  readonly flight: Flight;
  /** Position of the event that sent it. */
  readonly sentN: number;
}

/** At most `MOST_MESSAGES` of each are listed; the counts are of all. */
export interface MessageDifferences {
  readonly onlyA: readonly LoneMessage[];
  readonly onlyB: readonly LoneMessage[];
  readonly counts: { readonly onlyA: number; readonly onlyB: number; readonly both: number };
}

export interface Comparison {
  /** Null when the traces are one and the same. */
  readonly divergence: Divergence | null;
  /** What is compared: the moments after these events. */
  readonly nA: number;
  readonly nB: number;
  readonly servers: readonly FieldDifference[];
  /** Sent since the divergence, up to the compared moments. */
  readonly messages: MessageDifferences;
}

export const MOST_MESSAGES = 500;

/**
 * Where two traces part.
 *
 * @param shared so many events are known to be the same.
 */
export function firstDivergence(a: readonly TraceEvent[], b: readonly TraceEvent[], shared = 0): Divergence | null {
  let n = shared;
  while (n < a.length && n < b.length && isSame(a[n], b[n])) n++;
  if (n === a.length && n === b.length) return null;
  const [inA, inB] = [a[n] ?? null, b[n] ?? null];
  const isCommand = [inA, inB].some((event) => event?.what.type === 'command');
  return { n, what: isCommand ? 'command' : inA === null || inB === null ? 'end' : 'event', a: inA, b: inB };
}

/** Two runs at the same virtual time, ms. */
export function compareAtTime(a: Timeline, b: Timeline, at: number, divergence = firstDivergence(a.events, b.events)): Comparison {
  return compareAt(a, b, a.index.positionAt(at), b.index.positionAt(at), divergence);
}

/** Two runs, each after an event of its own; for the same position in both give it twice. */
export function compareAt(a: Timeline, b: Timeline, nA: number, nB: number, divergence = firstDivergence(a.events, b.events)): Comparison {
  const from = divergence?.n ?? Infinity;
  return {
    divergence,
    nA,
    nB,
    servers: serverDifferences(a.viewAt(nA), b.viewAt(nB)),
    messages: messageDifferences(sentBetween(a.events, from, nA), sentBetween(b.events, from, nB)),
  };
}

/** Fields of servers that differ, by sid. */
export function serverDifferences(a: EnsembleView, b: EnsembleView): readonly FieldDifference[] {
  const sids = [...new Set([...Object.keys(a.servers), ...Object.keys(b.servers)].map(Number))].sort((x, y) => x - y);
  return sids.flatMap((sid) => {
    const [one, other] = [a.servers[sid], b.servers[sid]];
    return COMPARED.filter((field) => !isSame(one?.[field], other?.[field])).map((field) => ({
      sid,
      field,
      a: one?.[field],
      b: other?.[field],
    }));
  });
}

/**
 * Messages that were sent in one run only. Two are the same when they say the same from the same to the same, wherever and whenever; of equal ones
 * the first are taken for the same.
 */
export function messageDifferences(a: readonly LoneMessage[], b: readonly LoneMessage[]): MessageDifferences {
  const inA = new Map<string, number>();
  for (const one of a) inA.set(keyOf(one.flight), (inA.get(keyOf(one.flight)) ?? 0) + 1);
  const common = new Map<string, number>();
  const onlyB = b.filter((one) => {
    const key = keyOf(one.flight);
    const left = inA.get(key) ?? 0;
    if (left === 0) return true;
    inA.set(key, left - 1);
    common.set(key, (common.get(key) ?? 0) + 1);
    return false;
  });
  const onlyA = a.filter((one) => {
    const key = keyOf(one.flight);
    const left = common.get(key) ?? 0;
    if (left > 0) common.set(key, left - 1);
    return left === 0;
  });
  return {
    onlyA: onlyA.slice(0, MOST_MESSAGES),
    onlyB: onlyB.slice(0, MOST_MESSAGES),
    counts: { onlyA: onlyA.length, onlyB: onlyB.length, both: a.length - onlyA.length },
  };
}

function sentBetween(events: readonly TraceEvent[], from: number, to: number): readonly LoneMessage[] {
  const sent: LoneMessage[] = [];
  for (let n = from; n <= to && n < events.length; n++) for (const flight of events[n]?.sent ?? []) sent.push({ flight, sentN: n });
  return sent;
}

function keyOf({ channel, from, to, message }: Flight): string {
  return `${nodeOf(from)}>${nodeOf(to)} ${channel} ${textOf(message)}`;
}

function nodeOf(peer: Peer): string {
  return peer.kind === 'server' ? `${peer.sid}` : `c${peer.client}`;
}

const texts = new WeakMap<Message, string>();

/** Messages are immutable, and each is looked at several times. */
function textOf(message: Message): string {
  let text = texts.get(message);
  if (text === undefined) texts.set(message, (text = JSON.stringify(plain(message))));
  return text;
}

/** Whether two values of a trace say the same. Fields that are undefined do not count; a tree counts by its digest and last zxid. */
export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || a instanceof Uint8Array)
    return isListLike(b) && a.length === b.length && Array.prototype.every.call(a, (item: unknown, i: number) => isSame(item, b[i]));
  if (a instanceof Map) return b instanceof Map && isSame([...a], [...b]);
  if ('lastProcessedZxid' in a && 'digest' in a)
    return 'lastProcessedZxid' in b && 'digest' in b && a.digest === b.digest && isSame(a.lastProcessedZxid, b.lastProcessedZxid);
  const fields = new Set([...Object.keys(a), ...Object.keys(b)]);
  for (const field of fields)
    if (!isSame((a as Readonly<Record<string, unknown>>)[field], (b as Readonly<Record<string, unknown>>)[field])) return false;
  return true;
}

function isListLike(value: object): value is ArrayLike<unknown> & object {
  return Array.isArray(value) || value instanceof Uint8Array;
}

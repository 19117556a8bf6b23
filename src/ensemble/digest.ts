/**
 * A fingerprint of a trace, the same in every host: two 32-bit lanes over all that the events contain. Order of fields does not matter;
 * fields that are undefined do not count; a whole tree counts by its own digest.
 */
import type { TraceEvent } from './types.ts';

export type Lanes = readonly [number, number];

export const EMPTY_DIGEST: Lanes = [0x811c9dc5, 0x9747b28c];

/** The digest after one more event. */
export function digestEvent(before: Lanes, event: TraceEvent): Lanes {
  addValue(event);
  return [fold(before[0], laneA), fold(before[1], laneB)];
}

/** The digest of the first `count` events, as 16 hex digits. */
export function digestOf(trace: readonly TraceEvent[], count: number = trace.length): string {
  let lanes = EMPTY_DIGEST;
  for (let n = 0; n < count && n < trace.length; n++) lanes = digestEvent(lanes, trace[n] as TraceEvent);
  return formatDigest(lanes);
}

const MARK_EVERY = 1000;

/** The digest of a trace that grows at its end and may be cut back: only new events are looked at. */
export class RunningDigest {
  /** Lanes after every thousandth event. */
  readonly #marks: Lanes[] = [EMPTY_DIGEST];

  /** Of the whole trace, as 16 hex digits. */
  of(trace: readonly TraceEvent[]): string {
    let lanes = this.#marks.at(-1) ?? EMPTY_DIGEST;
    for (let n = (this.#marks.length - 1) * MARK_EVERY; n < trace.length; n++) {
      lanes = digestEvent(lanes, trace[n] as TraceEvent);
      if ((n + 1) % MARK_EVERY === 0) this.#marks.push(lanes);
    }
    return formatDigest(lanes);
  }

  /** The trace was cut to this length. */
  cutTo(length: number): void {
    this.#marks.length = Math.min(this.#marks.length, Math.floor(length / MARK_EVERY) + 1);
  }
}

/** As 16 hex digits. */
export function formatDigest([a, b]: Lanes): string {
  return hex(a) + hex(b);
}

function hex(lane: number): string {
  return (lane >>> 0).toString(16).padStart(8, '0');
}

// The hash of the value looked at last. Module variables, because a pair a value would double the cost.
let laneA = 0;
let laneB = 0;

const TAG = { null: 1, true: 2, false: 3, string: 5, number: 7, list: 11, object: 13, bytes: 17, map: 19 } as const;

function set(a: number, b: number): void {
  laneA = a | 0;
  laneB = b | 0;
}

function fold(lane: number, value: number): number {
  let h = Math.imul(lane ^ value, 0x85ebca6b);
  h ^= h >>> 13;
  return Math.imul(h, 0xc2b2ae35) ^ (h >>> 16);
}

function addValue(value: unknown): void {
  switch (typeof value) {
    case 'string':
      return addString(value);
    case 'number':
      return addNumber(value);
    case 'boolean':
      return set(value ? TAG.true : TAG.false, TAG.true);
    case 'object':
      return value === null ? set(TAG.null, TAG.null) : addObject(value);
    default:
      throw new Error(`a trace cannot hold a ${typeof value}`);
  }
}

function addObject(value: object): void {
  if (Array.isArray(value)) return addList(value, TAG.list);
  if (value instanceof Uint8Array) return addList(value, TAG.bytes);
  if (value instanceof Map) return addList([...value].flat(), TAG.map);
  if (isTree(value)) return addFields({ tree: value.digest, zxid: value.lastProcessedZxid });
  addFields(value);
}

function isTree(value: object): value is { digest: unknown; lastProcessedZxid: unknown } {
  return 'lastProcessedZxid' in value && 'nodes' in value && 'digest' in value && 'ephemerals' in value;
}

function addString(text: string): void {
  let a = 0x811c9dc5;
  let b = TAG.string;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b, 31) + code;
  }
  set(a, b);
}

const double = new Float64Array(1);
const halves = new Uint32Array(double.buffer);

function addNumber(value: number): void {
  double[0] = value === 0 ? 0 : value;
  set(fold(TAG.number, halves[0] ?? 0), fold(halves[1] ?? 0, fold(TAG.number, halves[0] ?? 0)));
}

function addList(list: readonly unknown[] | Uint8Array, tag: number): void {
  let a = fold(tag, list.length);
  let b = fold(list.length, tag);
  for (const item of list) {
    addValue(item);
    a = fold(a, laneA);
    b = fold(b, laneB);
  }
  set(a, b);
}

/** Adds up over the fields, so their order does not count. */
function addFields(object: object): void {
  let a: number = TAG.object;
  let b: number = TAG.object;
  for (const name in object) {
    const value = (object as Readonly<Record<string, unknown>>)[name];
    if (value === undefined) continue;
    addName(name);
    const nameA = laneA;
    const nameB = laneB;
    addValue(value);
    a = (a + fold(nameA, laneA)) | 0;
    b = (b + fold(nameB, laneB)) | 0;
  }
  set(a, b);
}

const names = new Map<string, Lanes>();

/** Names of fields are few, save those that are data themselves (files, sessions): the memory for them is bounded. */
function addName(name: string): void {
  const known = names.get(name);
  if (known !== undefined) return set(known[0], known[1]);
  addString(name);
  if (names.size < 1000) names.set(name, [laneA, laneB]);
}

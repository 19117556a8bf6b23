/**
 * Immutable containers for the large parts of a state. They are plain data (they survive structuredClone),
 * and a change copies one chunk, so old versions can be kept for rewinding at little cost.
 */
import { hashText } from './random.ts';

const FAN = 32;

/** A map by string key: two levels of 32 buckets, each leaf a flat list of entries. */
export interface ChunkedMap<V> {
  readonly size: number;
  readonly chunks: readonly (readonly (readonly Entry<V>[] | undefined)[] | undefined)[];
}
type Entry<V> = readonly [key: string, value: V];

const EMPTY: ChunkedMap<never> = { size: 0, chunks: [] };

export function emptyMap<V>(): ChunkedMap<V> {
  return EMPTY;
}

export function mapGet<V>(map: ChunkedMap<V>, key: string): V | undefined {
  const hash = hashText(key);
  const leaf = map.chunks[hash & 31]?.[(hash >>> 5) & 31];
  if (leaf !== undefined) for (const entry of leaf) if (entry[0] === key) return entry[1];
  return undefined;
}

export function mapHas<V>(map: ChunkedMap<V>, key: string): boolean {
  return mapGet(map, key) !== undefined;
}

export function mapSet<V>(map: ChunkedMap<V>, key: string, value: V): ChunkedMap<V> {
  const hash = hashText(key);
  const leaf = map.chunks[hash & 31]?.[(hash >>> 5) & 31] ?? [];
  const at = leaf.findIndex((entry) => entry[0] === key);
  const next = leaf.slice();
  next[at < 0 ? leaf.length : at] = [key, value];
  return withLeaf(map, hash, next, at < 0 ? 1 : 0);
}

export function mapDelete<V>(map: ChunkedMap<V>, key: string): ChunkedMap<V> {
  const hash = hashText(key);
  const leaf = map.chunks[hash & 31]?.[(hash >>> 5) & 31] ?? [];
  const next = leaf.filter((entry) => entry[0] !== key);
  return next.length === leaf.length ? map : withLeaf(map, hash, next, -1);
}

/** Entries in an order that depends only on the history of the map, never on the host. */
export function* mapEntries<V>(map: ChunkedMap<V>): Generator<Entry<V>> {
  for (const chunk of map.chunks) for (const leaf of chunk ?? []) if (leaf !== undefined) yield* leaf;
}

function withLeaf<V>(map: ChunkedMap<V>, hash: number, leaf: readonly Entry<V>[], grown: number): ChunkedMap<V> {
  const chunks = map.chunks.length === FAN ? map.chunks.slice() : Array.from({ length: FAN }, (_, i) => map.chunks[i]);
  const chunk = chunks[hash & 31]?.slice() ?? new Array<readonly Entry<V>[] | undefined>(FAN).fill(undefined);
  chunk[(hash >>> 5) & 31] = leaf;
  chunks[hash & 31] = chunk;
  return { size: map.size + grown, chunks };
}

/** A list that grows at the end and may lose items at either end: chunks of 32, the last one copied on append. */
export interface ChunkedList<T> {
  /** Index of the first item still held; items before it were dropped. */
  readonly start: number;
  /** One past the index of the last item. */
  readonly end: number;
  readonly chunks: readonly (readonly T[])[];
}

export function emptyList<T>(): ChunkedList<T> {
  return { start: 0, end: 0, chunks: [] };
}

export function listOf<T>(items: readonly T[]): ChunkedList<T> {
  let list = emptyList<T>();
  for (let i = 0; i < items.length; i += FAN)
    list = { start: 0, end: Math.min(items.length, i + FAN), chunks: [...list.chunks, items.slice(i, i + FAN)] };
  return list;
}

export function listLength<T>(list: ChunkedList<T>): number {
  return list.end - list.start;
}

/** The item at position `i` counted from the first one held, or undefined outside the list. */
export function listAt<T>(list: ChunkedList<T>, i: number): T | undefined {
  if (i < 0 || i >= list.end - list.start) return undefined;
  const at = (list.start % FAN) + i;
  return list.chunks[Math.floor(at / FAN)]?.[at % FAN];
}

export function listLast<T>(list: ChunkedList<T>): T | undefined {
  return listAt(list, listLength(list) - 1);
}

export function listPush<T>(list: ChunkedList<T>, item: T): ChunkedList<T> {
  // concat, because spreading into a longer array leaves room for 16 more items, which old versions would keep for good.
  const last = list.chunks.at(-1);
  if (last === undefined || last.length === FAN) return { start: list.start, end: list.end + 1, chunks: list.chunks.concat([[item]]) };
  const chunks = list.chunks.slice();
  chunks[chunks.length - 1] = last.concat([item]);
  return { start: list.start, end: list.end + 1, chunks };
}

/** Drops items from the front until at most `most` remain. */
export function listKeepLast<T>(list: ChunkedList<T>, most: number): ChunkedList<T> {
  const drop = listLength(list) - most;
  if (drop <= 0) return list;
  const start = list.start + drop;
  const chunksGone = Math.floor(start / FAN) - Math.floor(list.start / FAN);
  return { start, end: list.end, chunks: chunksGone === 0 ? list.chunks : list.chunks.slice(chunksGone) };
}

/** Drops items from the end so that `length` remain. */
export function listTruncate<T>(list: ChunkedList<T>, length: number): ChunkedList<T> {
  if (length >= listLength(list)) return list;
  if (length <= 0) return emptyList();
  const at = (list.start % FAN) + length;
  const chunks = list.chunks.slice(0, Math.ceil(at / FAN));
  const last = chunks.at(-1);
  if (last !== undefined && at % FAN !== 0) chunks[chunks.length - 1] = last.slice(0, at % FAN);
  return { start: list.start, end: list.start + length, chunks };
}

export function* listItems<T>(list: ChunkedList<T>, from = 0): Generator<T> {
  const length = listLength(list);
  for (let i = Math.max(0, from); i < length; i++) yield listAt(list, i) as T;
}

/** First position whose item satisfies the monotone claim (false…false true…true), or the length. */
export function listSearch<T>(list: ChunkedList<T>, claim: (item: T) => boolean): number {
  let low = 0;
  let high = listLength(list);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (claim(listAt(list, middle) as T)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Replaces the item at position `i`; outside the list nothing changes. */
export function listSet<T>(list: ChunkedList<T>, i: number, item: T): ChunkedList<T> {
  if (i < 0 || i >= listLength(list)) return list;
  const at = (list.start % FAN) + i;
  const chunks = list.chunks.slice();
  const chunk = (chunks[Math.floor(at / FAN)] ?? []).slice();
  chunk[at % FAN] = item;
  chunks[Math.floor(at / FAN)] = chunk;
  return { start: list.start, end: list.end, chunks };
}

/** Drops the first item. */
export function listShift<T>(list: ChunkedList<T>): ChunkedList<T> {
  return listKeepLast(list, listLength(list) - 1);
}

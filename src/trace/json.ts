/** A trace as JSON lines: one event a line, keys in a stable order, bytes and trees in a form that a person can read. */
import { fromUtf8, utf8 } from '../base/ids.ts';
import { formatZxid } from '../base/zxid.ts';
import type { TraceEvent } from '../ensemble/types.ts';
import type { DataTree } from '../tree/types.ts';

/** One event as one line, without a line end. Bytes become `{"utf8": …}` or `{"base64": …}`, a tree its summary, a zxid stays `{epoch, counter}`. */
export function eventToJson(event: TraceEvent): string {
  return JSON.stringify(plain(event));
}

/** All events, each line ended by a newline. */
export function traceToJsonLines(events: Iterable<TraceEvent>): string {
  let text = '';
  for (const event of events) text += `${eventToJson(event)}\n`;
  return text;
}

/** Plain JSON data with sorted keys; absent and undefined fields are left out. Non-finite numbers become text. */
export function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return bytes(value);
  if (value instanceof Map) return [...value].map(([key, item]) => [plain(key), plain(item)]);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (isTree(value))
    return {
      nodes: value.nodes.size,
      sessions: value.sessions.size,
      lastProcessedZxid: formatZxid(value.lastProcessedZxid),
      digest: value.digest,
    };
  const sorted: [string, unknown][] = [];
  for (const key of Object.keys(value).sort()) {
    const item = (value as Readonly<Record<string, unknown>>)[key];
    if (item !== undefined) sorted.push([key, plain(item)]);
  }
  return Object.fromEntries(sorted);
}

function bytes(value: Uint8Array): { readonly utf8: string } | { readonly base64: string } {
  const text = fromUtf8(value);
  return sameBytes(utf8(text), value) ? { utf8: text } : { base64: base64(value) };
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function base64(value: Uint8Array): string {
  let binary = '';
  for (const byte of value) binary += String.fromCharCode(byte);
  return btoa(binary);
}

function isTree(value: object): value is DataTree {
  return 'lastProcessedZxid' in value && 'nodes' in value && 'sessions' in value && typeof value.nodes === 'object';
}

/** Values as logs print them. */
import { sessionId, type SessionId, type Sid } from '../../../base/ids.ts';
import { ZXID_ZERO, type Zxid } from '../../../base/zxid.ts';
import type { Role, SyncMode } from '../../../zab/types.ts';
import type { LoggedException, Unreachable } from '../facts.ts';
import { copied } from '../words.ts';

/** A sid; −1 for none and for an observer's `Long.MIN_VALUE`. Null for text that is no number, or one beyond what a number holds exactly. */
export function sidOf(text: string | undefined): Sid | null {
  const value = text === undefined || text === '' ? NaN : Number(text);
  if (value < -9e18) return -1;
  return Number.isSafeInteger(value) ? value : null;
}

/** Hex, with or without `0x`: `100000003`. An observer's `Long.MIN_VALUE` is `0x0`; −1 (an untrusted empty database) stays −1. */
export function hexZxid(text: string | undefined): Zxid | null {
  if (text === undefined) return null;
  const digits = text.startsWith('0x') ? text.slice(2) : text;
  if (digits === '' || digits.length > 16) return null;
  if (digits.length === 16) {
    if (digits === '8000000000000000') return ZXID_ZERO;
    if (digits === 'ffffffffffffffff') return { epoch: -1, counter: 0xffff_ffff };
  }
  const split = digits.length - 8;
  const epoch = split <= 0 ? 0 : parseInt(digits.slice(0, split), 16);
  const counter = parseInt(split <= 0 ? digits : digits.slice(split), 16);
  return Number.isNaN(epoch + counter) ? null : { epoch, counter };
}

/** Hex with `0x`, else the decimal of 3.3 and 3.4.0. */
export function anyZxid(text: string | undefined): Zxid | null {
  if (text === undefined || text.startsWith('0x')) return hexZxid(text);
  if (!/^-?\d{1,19}$/.test(text)) return null;
  return hexZxid(BigInt.asUintN(64, BigInt(text)).toString(16));
}

/** An epoch or a round in hex; −1 for an observer's. Null when it is beyond 2^53. */
export function hexNumber(text: string | undefined): number | null {
  if (text === undefined) return null;
  const digits = text.startsWith('0x') ? text.slice(2) : text;
  if (digits === '8000000000000000' || digits === 'ffffffffffffffff') return -1;
  const value = parseInt(digits, 16);
  return Number.isSafeInteger(value) ? value : null;
}

/** Hex with `0x`, else decimal. */
export function anyNumber(text: string | undefined): number | null {
  return text?.startsWith('0x') === true ? hexNumber(text) : sidOf(text);
}

/** `0x100003464c50000`, with or without `0x`; sessions of servers with sid ≥ 128 are printed unsigned. */
export function sessionOf(text: string | undefined): SessionId | null {
  if (text === undefined) return null;
  const digits = text.startsWith('0x') ? text.slice(2) : text;
  if (digits === '' || digits.length > 16) return null;
  const high = digits.length > 8 ? parseInt(digits.slice(0, -8), 16) : 0;
  const low = parseInt(digits.slice(-8), 16);
  return Number.isNaN(high + low) ? null : sessionId(high, low);
}

export function msOf(text: string | undefined): number | null {
  const value = text === undefined || text === '' ? NaN : Number(text);
  return Number.isFinite(value) ? value : null;
}

const ROLES: ReadonlyMap<string, Role> = new Map<string, Role>([
  ['LOOKING', 'LOOKING'],
  ['FOLLOWING', 'FOLLOWING'],
  ['LEADING', 'LEADING'],
  ['OBSERVING', 'OBSERVING'],
]);

export function roleOf(text: string | undefined): Role | null {
  return text === undefined ? null : (ROLES.get(text) ?? null);
}

const MODES: ReadonlyMap<string, SyncMode> = new Map<string, SyncMode>([
  ['DIFF', 'DIFF'],
  ['TRUNC', 'TRUNC'],
  ['SNAP', 'SNAP'],
]);

export function modeOf(text: string | undefined): SyncMode | null {
  return text === undefined ? null : (MODES.get(text.toUpperCase()) ?? null);
}

/** An address, as printed, a short copy. */
export function addressOf(text: string | undefined): string {
  return copied((text ?? '').trim().slice(0, 200));
}

/** Sids in `[1, 2]`, `[[1, 2],[1, 3]]`, ` 1,2 `: of the first set. */
export function sidsOf(text: string): readonly Sid[] {
  const set = /\[?([-\d, ]*)/.exec(text.replace(/^[\s[]+/, ''))?.[1] ?? '';
  const sids = set
    .split(',')
    .map((part) => sidOf(part.trim()))
    .filter((sid) => sid !== null);
  return [...new Set(sids)].sort((a, b) => a - b);
}

/** Why no connection came about, from the exception, or from text that has the exception's in it. */
export function whyOf(exception: LoggedException | null, text = ''): Unreachable {
  const words = exception === null ? text : [exception, ...exception.causes].map((e) => `${e.type}: ${e.message}`).join('\n') + text;
  if (/UnknownHost|unresolved|UnresolvedAddress|Name or service not known|nodename nor servname/i.test(words)) return 'unresolved';
  if (/SSL|TLS|certificate/i.test(words)) return 'tls';
  if (/refused/i.test(words)) return 'refused';
  if (/NoRouteToHost|No route to host|unreachable|not reachable/i.test(words)) return 'unreachable';
  if (/timed? ?out|Timeout/i.test(words)) return 'timeout';
  if (/reset|Broken pipe|EOFException|Socket closed|aborted/i.test(words)) return 'reset';
  return 'other';
}

/** Small pieces of text that both languages use. Everything here gives plain text: no markup, and nothing invisible. */
import type { Sid } from '../../base/ids.ts';
import { formatZxid } from '../../base/zxid.ts';
import type { Zxid } from '../../base/zxid.ts';
import type { ClientOp } from '../../tree/types.ts';

const MOST = 120;

/** Control characters, line ends, and characters that hide or reorder text, written as `\u{…}`; long texts are shortened in the middle. */
export function plainText(text: string): string {
  const visible = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
  if (visible.length <= MOST) return visible;
  return `${visible.slice(0, MOST / 2)}…${visible.slice(-MOST / 2)}`;
}

export function z(zxid: Zxid): string {
  return formatZxid(zxid);
}

/** Milliseconds, whole unless small. */
export function ms(value: number): string {
  return `${Math.abs(value) < 10 ? Math.round(value * 10) / 10 : Math.round(value)} ms`;
}

/** "1 < 2", "2 = 2", "3 > 2". */
export function compared(a: number, b: number): string {
  return `${a} ${a < b ? '<' : a > b ? '>' : '='} ${b}`;
}

export function comparedZxids(a: Zxid, b: Zxid): string {
  const order = a.epoch - b.epoch || a.counter - b.counter;
  return `${z(a)} ${order < 0 ? '<' : order > 0 ? '>' : '='} ${z(b)}`;
}

/** A vote's candidate; observers vote for nobody. */
export function candidate(leader: Sid, nobody: string): string {
  return leader < 0 ? nobody : String(leader);
}

/** `create /a`: what a client asked for. */
export function opText(op: ClientOp): string {
  if ('path' in op) return `${op.op} ${plainText(op.path)}`;
  if (op.op === 'multi' || op.op === 'multiRead') return `${op.op} (${op.ops.length})`;
  return op.op;
}

/** `create /a`, or `createSession` where there is no path. */
export function txnText(type: string, path: string | null): string {
  return path === null ? plainText(type) : `${plainText(type)} ${plainText(path)}`;
}

/** a, b, … z, aa, ab, …: how clients are called. */
export function letter(client: number): string {
  let rest = Math.max(1, Math.floor(client));
  let text = '';
  while (rest > 0) {
    text = String.fromCharCode(97 + ((rest - 1) % 26)) + text;
    rest = Math.floor((rest - 1) / 26);
  }
  return text;
}

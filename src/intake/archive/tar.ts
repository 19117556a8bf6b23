/**
 * The entries of a tar: ustar, with the long names of GNU and of pax.
 *
 * Source: POSIX.1-2001 pax interchange format; GNU tar manual, "Basic Tar Format".
 */
import { fromUtf8, type Bytes } from '../../base/ids.ts';
import { checkCancelled, type IntakeFile, type Watch } from '../files.ts';

export interface TarEntry {
  readonly name: string;
  readonly dataAt: number;
  readonly size: number;
  /** `file`, or why it is none. */
  readonly kind: 'file' | 'folder' | 'special';
}

export interface TarListing {
  readonly entries: readonly TarEntry[];
  readonly broken: { readonly offset: number; readonly words: string } | null;
  readonly more: boolean;
}

const BLOCK = 512;
const MOST_NAME = 64 * 1024;

export function isTar(head: Bytes): boolean {
  return head.length >= BLOCK && fromUtf8(head.subarray(257, 262)) === 'ustar' && checksumHolds(head);
}

/** @param most entries to list. */
export async function listTar(file: IntakeFile, most: number, watch: Watch): Promise<TarListing> {
  const entries: TarEntry[] = [];
  let named: { readonly name?: string; readonly size?: number } = {};
  let at = 0;
  const ended = (words: string | null): TarListing => ({ entries, broken: words === null ? null : { offset: at, words }, more: false });
  while (at + BLOCK <= file.size) {
    checkCancelled(watch);
    const head = await file.read(at, at + BLOCK);
    if (head.every((byte) => byte === 0)) return ended(null);
    if (!checksumHolds(head)) return ended('a header here has a wrong checksum; what follows is not read');
    const dataAt = at + BLOCK;
    const written = sizeOf(head);
    const flag = String.fromCharCode(head[156] ?? 0);
    if (flag === 'L' || flag === 'x') {
      const text = fromUtf8(await file.read(dataAt, dataAt + Math.min(written, MOST_NAME)));
      named = flag === 'L' ? { ...named, name: text.replace(/\0.*$/s, '') } : { ...named, ...paxOf(text) };
      at = next(dataAt, written);
      continue;
    }
    const size = named.size ?? written;
    if (flag !== 'g' && flag !== 'K') {
      if (entries.length >= most) return { entries, broken: null, more: true };
      entries.push({ name: named.name ?? nameOf(head), dataAt, size: Math.min(size, Math.max(0, file.size - dataAt)), kind: kindOf(flag) });
      named = {};
    }
    at = next(dataAt, size);
    if (dataAt + size > file.size) return ended('the archive ends in the middle of a file');
  }
  return ended(at < file.size ? 'the archive ends in the middle of a header' : 'the archive has no end mark');
}

function next(dataAt: number, size: number): number {
  return dataAt + Math.ceil(size / BLOCK) * BLOCK;
}

function kindOf(flag: string): TarEntry['kind'] {
  if (flag === '0' || flag === '\0' || flag === '7') return 'file';
  return flag === '5' ? 'folder' : 'special';
}

function nameOf(head: Bytes): string {
  const name = textOf(head, 0, 100);
  const prefix = fromUtf8(head.subarray(257, 263)) === 'ustar\0' ? textOf(head, 345, 155) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** Octal text, or, from 8 GiB on, a binary number with the highest bit set. */
function sizeOf(head: Bytes): number {
  if (((head[124] ?? 0) & 0x80) !== 0) return head.subarray(126, 136).reduce((sum, byte) => sum * 256 + byte, 0);
  const value = parseInt(textOf(head, 124, 12).trim(), 8);
  return Number.isNaN(value) ? 0 : value;
}

/** `27 path=some/long/name\n`, one after the other. */
function paxOf(text: string): { name?: string; size?: number } {
  const found: { name?: string; size?: number } = {};
  for (const line of text.split('\n')) {
    const [, key, value] = /^\d+ (path|size)=(.*)$/.exec(line) ?? [];
    if (key === 'path' && value !== undefined) found.name = value;
    if (key === 'size' && value !== undefined && /^\d{1,15}$/.test(value)) found.size = Number(value);
  }
  return found;
}

function textOf(bytes: Bytes, at: number, length: number): string {
  const part = bytes.subarray(at, at + length);
  const end = part.indexOf(0);
  return fromUtf8(end < 0 ? part : part.subarray(0, end));
}

/** Sum of all bytes, with its own field taken for spaces. */
function checksumHolds(head: Bytes): boolean {
  const written = parseInt(textOf(head, 148, 8).trim(), 8);
  let sum = 8 * 32;
  for (let i = 0; i < BLOCK; i++) if (i < 148 || i >= 156) sum += head[i] ?? 0;
  return sum === written;
}

/**
 * The entries of a zip: from its central directory, or, when its end is missing, by walking from one local header to the next.
 *
 * Source: PKWARE APPNOTE 6.3, sections 4.3 and 4.4.
 */
import type { Bytes } from '../../base/ids.ts';
import { checkCancelled, type IntakeFile, type Watch } from '../files.ts';

export interface ZipEntry {
  readonly name: string;
  /** Bytes from the start of the archive. */
  readonly headerAt: number;
  /** −1 until `dataOf` has looked at the local header. */
  readonly dataAt: number;
  readonly packed: number;
  /** Null where only the data tell (a walk over entries with a data descriptor that is missing). */
  readonly expanded: number | null;
  readonly crc: number | null;
  readonly method: number;
  readonly encrypted: boolean;
  /** A symbolic link or a device. */
  readonly special: boolean;
}

export interface ZipListing {
  readonly entries: readonly ZipEntry[];
  /** Where and how the archive is incomplete or wrong. */
  readonly broken: { readonly offset: number; readonly words: string } | null;
  /** Whether there were more entries than asked for. */
  readonly more: boolean;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const DESCRIPTOR = 0x08074b50;
const END_SIZE = 22;
const LOCAL_SIZE = 30;
const CENTRAL_SIZE = 46;
const MOST_COMMENT = 0xffff;
/** Bytes of a central directory that are read: 10,000 entries with long names fit many times over. */
const MOST_DIRECTORY = 64 * 1024 ** 2;
const SCAN = 1 << 20;

export function isZip(head: Bytes): boolean {
  return head.length >= 4 && (u32(head, 0) === LOCAL || u32(head, 0) === END);
}

/** @param most entries to list. */
export async function listZip(file: IntakeFile, most: number, watch: Watch): Promise<ZipListing> {
  const directory = await findDirectory(file);
  if (directory !== null) {
    const listed = await readDirectory(file, directory, most);
    if (listed !== null) return listed;
  }
  return walk(file, most, watch);
}

/**
 * Where the entry's bytes are; the central directory names only its local header.
 *
 * @returns null when there is no local header where there should be one.
 */
export async function dataOf(file: IntakeFile, entry: ZipEntry): Promise<ZipEntry | null> {
  if (entry.dataAt >= 0) return entry;
  const head = await file.read(entry.headerAt, entry.headerAt + LOCAL_SIZE);
  if (head.length < LOCAL_SIZE || u32(head, 0) !== LOCAL) return null;
  return { ...entry, dataAt: entry.headerAt + LOCAL_SIZE + u16(head, 26) + u16(head, 28) };
}

interface Directory {
  readonly at: number;
  readonly size: number;
  readonly count: number;
}

async function findDirectory(file: IntakeFile): Promise<Directory | null> {
  const tailAt = Math.max(0, file.size - END_SIZE - MOST_COMMENT);
  const tail = await file.read(tailAt, file.size);
  for (let at = tail.length - END_SIZE; at >= 0; at--) {
    if (u32(tail, at) !== END || at + END_SIZE + u16(tail, at + 20) > tail.length) continue;
    const small = { at: u32(tail, at + 16), size: u32(tail, at + 12), count: u16(tail, at + 10) };
    if (small.at !== 0xffffffff && small.count !== 0xffff && small.size !== 0xffffffff) return small;
    return at >= 20 && u32(tail, at - 20) === LOCATOR_64 ? directory64(file, u64(tail, at - 12)) : small;
  }
  return null;
}

async function directory64(file: IntakeFile, at: number): Promise<Directory | null> {
  const end = await file.read(at, at + 56);
  if (end.length < 56 || u32(end, 0) !== END_64) return null;
  return { at: u64(end, 48), size: u64(end, 40), count: u64(end, 32) };
}

/** Null when what is there is no directory; the entries are then looked for themselves. */
async function readDirectory(file: IntakeFile, { at, size, count }: Directory, most: number): Promise<ZipListing | null> {
  if (at + size > file.size) return null;
  const bytes = await file.read(at, at + Math.min(size, MOST_DIRECTORY));
  const entries: ZipEntry[] = [];
  let pos = 0;
  while (pos + CENTRAL_SIZE <= bytes.length && u32(bytes, pos) === CENTRAL) {
    if (entries.length >= most) return { entries, broken: null, more: true };
    const name = u16(bytes, pos + 28);
    const extra = u16(bytes, pos + 30);
    const next = pos + CENTRAL_SIZE + name + extra + u16(bytes, pos + 32);
    if (next > bytes.length) break;
    entries.push(centralEntry(bytes, pos, name, extra));
    pos = next;
  }
  if (entries.length === 0 && count > 0) return null;
  const whole = entries.length === count || size > MOST_DIRECTORY;
  const words = `its directory announces ${count} entries and holds ${entries.length}`;
  return { entries, broken: whole ? null : { offset: at + pos, words }, more: size > MOST_DIRECTORY };
}

function centralEntry(bytes: Bytes, pos: number, nameLength: number, extraLength: number): ZipEntry {
  const flags = u16(bytes, pos + 8);
  const nameAt = pos + CENTRAL_SIZE;
  const wide = wideSizes(bytes.subarray(nameAt + nameLength, nameAt + nameLength + extraLength), [
    u32(bytes, pos + 24),
    u32(bytes, pos + 20),
    u32(bytes, pos + 42),
  ]);
  const unixMode = u16(bytes, pos + 4) >>> 8 === 3 ? u16(bytes, pos + 40) & 0xf000 : 0;
  return {
    name: nameText(bytes.subarray(nameAt, nameAt + nameLength)),
    headerAt: wide[2],
    dataAt: -1,
    packed: wide[1],
    expanded: wide[0],
    crc: u32(bytes, pos + 16),
    method: u16(bytes, pos + 10),
    encrypted: (flags & 0x41) !== 0,
    special: unixMode !== 0 && unixMode !== 0x8000 && unixMode !== 0x4000,
  };
}

/** Expanded size, packed size and offset; those that do not fit 32 bits stand in the extra field, in this order. */
function wideSizes(extra: Bytes, values: readonly [number, number, number]): [number, number, number] {
  const out: [number, number, number] = [...values];
  for (let at = 0; at + 4 <= extra.length; at += 4 + u16(extra, at + 2)) {
    if (u16(extra, at) !== 1) continue;
    let from = at + 4;
    for (let i = 0; i < 3; i++) {
      if (out[i] !== 0xffffffff || from + 8 > extra.length) continue;
      out[i] = u64(extra, from);
      from += 8;
    }
  }
  return out;
}

// ---------------------------------------------------------------------------------------------------------------------
// Without a directory.

async function walk(file: IntakeFile, most: number, watch: Watch): Promise<ZipListing> {
  const entries: ZipEntry[] = [];
  let at = 0;
  while (at < file.size) {
    checkCancelled(watch);
    watch.progress?.(file.path, at, file.size);
    const head = await file.read(at, at + LOCAL_SIZE);
    if (head.length < LOCAL_SIZE || u32(head, 0) !== LOCAL) break;
    if (entries.length >= most) return { entries, broken: broken(at), more: true };
    const entry = await localEntry(file, at, head);
    entries.push(entry.entry);
    at = entry.next;
  }
  return { entries, broken: broken(Math.min(at, file.size)), more: false };
}

function broken(offset: number): NonNullable<ZipListing['broken']> {
  return { offset, words: 'its end with the list of entries is missing or wrong, so the entries were looked for one by one' };
}

async function localEntry(file: IntakeFile, at: number, head: Bytes): Promise<{ entry: ZipEntry; next: number }> {
  const flags = u16(head, 6);
  const nameAt = at + LOCAL_SIZE;
  const dataAt = nameAt + u16(head, 26) + u16(head, 28);
  const names = await file.read(nameAt, dataAt);
  const name = nameText(names.subarray(0, u16(head, 26)));
  const sizes = wideSizes(names.subarray(u16(head, 26)), [u32(head, 22), u32(head, 18), 0]);
  const fixed = { name, headerAt: at, dataAt, method: u16(head, 8), encrypted: (flags & 0x41) !== 0, special: false };
  if ((flags & 8) === 0) {
    const packed = Math.min(sizes[1], Math.max(0, file.size - dataAt));
    return { entry: { ...fixed, packed, expanded: sizes[0], crc: u32(head, 14) }, next: dataAt + sizes[1] };
  }
  const found = await findDescriptor(file, dataAt);
  if (found === null) return { entry: { ...fixed, packed: Math.max(0, file.size - dataAt), expanded: null, crc: null }, next: file.size };
  return { entry: { ...fixed, packed: found.packed, expanded: found.expanded, crc: found.crc }, next: found.next };
}

/** The descriptor behind the data: the first one that states exactly as many bytes as stand in front of it. */
async function findDescriptor(
  file: IntakeFile,
  dataAt: number,
): Promise<{ packed: number; expanded: number; crc: number; next: number } | null> {
  for (let from = dataAt; from < file.size; from += SCAN) {
    const bytes = await file.read(from, from + SCAN + 24);
    for (let at = bytes.indexOf(0x50); at >= 0 && at < SCAN; at = bytes.indexOf(0x50, at + 1)) {
      if (at + 16 > bytes.length || u32(bytes, at) !== DESCRIPTOR) continue;
      const packed = from + at - dataAt;
      if (u32(bytes, at + 8) === packed) return { packed, expanded: u32(bytes, at + 12), crc: u32(bytes, at + 4), next: from + at + 16 };
      if (at + 24 <= bytes.length && u64(bytes, at + 8) === packed)
        return { packed, expanded: u64(bytes, at + 16), crc: u32(bytes, at + 4), next: from + at + 24 };
    }
  }
  return null;
}

// ---------------------------------------------------------------------------------------------------------------------

const strict = new TextDecoder('utf-8', { fatal: true });
const latin = new TextDecoder('windows-1252');

/** UTF-8 where it is that, whatever the flag says; else a Western code page: only letters beyond ASCII can be wrong. */
function nameText(bytes: Bytes): string {
  try {
    return strict.decode(bytes);
  } catch {
    return latin.decode(bytes);
  }
}

function u16(bytes: Bytes, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}

function u32(bytes: Bytes, at: number): number {
  return u16(bytes, at) + u16(bytes, at + 2) * 0x10000;
}

function u64(bytes: Bytes, at: number): number {
  return u32(bytes, at) + u32(bytes, at + 4) * 0x1_0000_0000;
}

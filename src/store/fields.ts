/** Bytes as named fields: what stands where in a file, as text. */
import { fromUtf8, type Bytes } from '../base/ids.ts';
import { formatZxid } from '../base/zxid.ts';
import { JuteReader } from './jute.ts';

/** A stretch of a file. `offset` and `length` are bytes from the start of the file. */
export interface DecodedField {
  readonly name: string;
  readonly offset: number;
  readonly length: number;
  readonly text: string;
}

export interface DecodedRecord {
  readonly title: string;
  readonly offset: number;
  readonly length: number;
  readonly fields: readonly DecodedField[];
}

/** Longest text of a field, in characters. */
export const MOST_TEXT = 200;

/** Reads fields one after the other and remembers where each stood. */
export class FieldReader {
  readonly reader: JuteReader;
  #fields: DecodedField[] = [];

  constructor(bytes: Bytes, base = 0) {
    this.reader = new JuteReader(bytes, base);
  }

  read<T>(name: string, value: (reader: JuteReader, field: string) => T, text: (value: T) => string = String): T {
    const offset = this.reader.offset;
    const got = value(this.reader, name);
    this.#fields.push({ name, offset, length: this.reader.offset - offset, text: text(got) });
    return got;
  }

  int(name: string): number {
    return this.read(name, (reader, field) => reader.int(field));
  }

  long(name: string): number {
    return this.read(name, (reader, field) => reader.long(field));
  }

  time(name: string): void {
    this.read(name, (reader, field) => reader.long(field), timeText);
  }

  zxid(name: string): void {
    this.read(name, (reader, field) => reader.zxid(field), formatZxid);
  }

  session(name: string): void {
    this.read(name, (reader, field) => reader.session(field));
  }

  string(name: string): string | null {
    return this.read(
      name,
      (reader, field) => reader.string(field),
      (value) => (value === null ? 'null' : clipped(value)),
    );
  }

  buffer(name: string): void {
    this.read(name, (reader, field) => reader.buffer(field), dataText);
  }

  magic(): number {
    return this.read(
      'magic',
      (reader, field) => reader.int(field),
      (value) => `0x${(value >>> 0).toString(16)}`,
    );
  }

  acl(name: string): void {
    const count = this.int(`${name}.count`);
    for (let i = 0; i < count; i++) {
      this.int(`${name}[${i}].perms`);
      this.string(`${name}[${i}].scheme`);
      this.string(`${name}[${i}].id`);
    }
  }

  /** The fields since the last call, as one record. */
  record(title: string, fallbackOffset: number): DecodedRecord {
    const fields = this.#fields;
    this.#fields = [];
    const offset = fields[0]?.offset ?? fallbackOffset;
    return { title, offset, length: this.reader.offset - offset, fields };
  }
}

function timeText(ms: number): string {
  return `${ms} ms`;
}

/** As text if it is text, else as hex. */
export function dataText(data: Bytes | null): string {
  if (data === null) return 'null';
  const text = fromUtf8(data.subarray(0, MOST_TEXT));
  if (!/[\u0000-\u0008\u000e-\u001f\ufffd]/.test(text)) return data.length > MOST_TEXT ? `${text}…` : text;
  const hex = Array.from(data.subarray(0, MOST_TEXT / 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return data.length > MOST_TEXT / 4 ? `${hex} …` : hex;
}

function clipped(text: string): string {
  return text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}…` : text;
}

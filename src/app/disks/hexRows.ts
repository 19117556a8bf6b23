/** Bytes as lines of hex, each line in pieces that belong to one field: what is highlighted together. */
import type { Bytes } from '../../base/ids.ts';
import type { DecodedField } from '../../store/decode.ts';

export interface HexPiece {
  /** Place of the field among the record's; −1 where there is none. */
  readonly field: number;
  /** Bytes from the start of the record. */
  readonly from: number;
  /** `0a 1b`. */
  readonly hex: string;
  /** The same bytes as ASCII; a dot for what cannot be printed. */
  readonly text: string;
}

export interface HexRow {
  /** Byte of the file. */
  readonly offset: number;
  readonly pieces: readonly HexPiece[];
}

/** The field that a byte belongs to. @param at byte of the file. */
export function fieldAt(fields: readonly DecodedField[], at: number): number {
  return fields.findIndex(({ offset, length }) => at >= offset && at < offset + length);
}

/** @param base byte of the file where `bytes` begin. @param width bytes in a line. */
export function hexRows(bytes: Bytes, base: number, fields: readonly DecodedField[], width: number): readonly HexRow[] {
  const rows: HexRow[] = [];
  for (let at = 0; at < bytes.length; at += width) {
    const pieces: HexPiece[] = [];
    const end = Math.min(bytes.length, at + width);
    for (let from = at; from < end;) {
      const field = fieldAt(fields, base + from);
      let to = from + 1;
      while (to < end && fieldAt(fields, base + to) === field) to++;
      pieces.push(pieceOf(bytes.subarray(from, to), field, from));
      from = to;
    }
    rows.push({ offset: base + at, pieces });
  }
  return rows;
}

function pieceOf(bytes: Bytes, field: number, from: number): HexPiece {
  const hex = Array.from(bytes, byteHex).join(' ');
  const text = Array.from(bytes, (byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : '·')).join('');
  return { field, from, hex, text };
}

/** Two digits. */
export function byteHex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

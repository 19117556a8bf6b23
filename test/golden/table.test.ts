import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HELD_OUT, openRecording, recordingNames } from './archive.ts';
import { replay, SEEDS } from './golden.ts';
import { inDocument, markdownTable, type Row } from './table.ts';

const document = readFileSync(join(import.meta.dirname, '../../docs/fidelity.md'), 'utf8');

describe('the table of recordings in docs/fidelity.md', () => {
  it('is what replaying gives; if not: npm run golden -- --write', { timeout: 120_000 }, async () => {
    const rows: Row[] = [];
    for (const folder of [undefined, HELD_OUT])
      for (const name of recordingNames(folder))
        rows.push({ name, replayed: await replay(name, openRecording(name, folder), { seeds: SEEDS }) });
    expect(inDocument(document, markdownTable(rows))).toBe(document);
  });

  it('goes between its marks, and nowhere else', () => {
    const placed = inDocument('a\n<!-- golden: begin -->\nold\n<!-- golden: end -->\nz', '| new |');
    expect(placed).toBe('a\n<!-- golden: begin -->\n\n| new |\n\n<!-- golden: end -->\nz');
    expect(inDocument(placed, '| new |')).toBe(placed);
    expect(() => inDocument('no place', '| new |')).toThrow(/no place/);
  });
});

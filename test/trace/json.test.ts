import { describe, expect, test } from 'vitest';
import { eventToJson, traceToJsonLines } from '../../src/trace/json.ts';
import { eventOf, server } from './events.ts';

describe('JSON lines', () => {
  test('keys are sorted, bytes readable', () => {
    const event = eventOf(
      3,
      server(1, {
        effects: [
          {
            type: 'disk',
            ops: [
              { op: 'append', file: 'f', bytes: new TextEncoder().encode('hé') },
              { op: 'append', file: 'f', bytes: Uint8Array.of(255, 0) },
            ],
          },
        ],
      }),
    );
    const line = eventToJson(event);
    expect(line).toContain('{"bytes":{"utf8":"hé"},"file":"f","op":"append"}');
    expect(line).toContain('{"base64":"/wA="}');
    expect(line.startsWith('{"actor":{"kind":"server","sid":1},"at":3,')).toBe(true);
    expect(line).not.toContain('\n');
    expect(traceToJsonLines([event, event]).split('\n')).toEqual([line, line, '']);
  });
});

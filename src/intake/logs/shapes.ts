/** Messages that nothing here knows, by their shape: values out, so that a person sees what kinds there were. */
import type { ReadLog } from './facts.ts';

const MAX_SHAPES = 200;
/** Counted before the most frequent are taken. */
const MAX_COUNTED = 2000;
const MAX_LENGTH = 120;

export class Shapes {
  private readonly counted = new Map<string, { count: number; readonly line: number }>();

  add(message: string, line: number): void {
    const shape = shapeOf(message);
    const known = this.counted.get(shape);
    if (known !== undefined) known.count++;
    else if (this.counted.size < MAX_COUNTED) this.counted.set(shape, { count: 1, line });
  }

  list(): ReadLog['unknown'] {
    return [...this.counted]
      .map(([shape, { count, line }]) => ({ shape, count, line }))
      .sort((a, b) => b.count - a.count || a.line - b.line)
      .slice(0, MAX_SHAPES);
  }
}

/** Numbers and hex become `#`. */
export function shapeOf(message: string): string {
  return message
    .slice(0, MAX_LENGTH * 2)
    .replace(/0x[0-9a-f]+|\b[0-9a-f]{8,}\b|\d+/gi, '#')
    .slice(0, MAX_LENGTH)
    .trim();
}

/** What a bench measured, and how it is printed. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The promise, as text (`>= 100000`); shown in the table only. */
  readonly promise: string;
}

/** The value below which `share` of the values lie; `share` from 0 to 1. NaN for no values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** `{ name: { value, unit } }`, values rounded to four digits. */
export function asJson(figures: readonly Figure[]): string {
  return JSON.stringify(Object.fromEntries(figures.map(({ name, value, unit }) => [name, { value: rounded(value), unit }])), null, 2);
}

export function asTable(figures: readonly Figure[]): string {
  const rows = figures.map(
    ({ name, value, unit, promise }) => [name, `${rounded(value).toLocaleString('en-US')} ${unit}`, promise] as const,
  );
  const width = (column: 0 | 1): number => Math.max(0, ...rows.map((row) => row[column].length));
  return rows.map(([name, value, promise]) => `${name.padEnd(width(0))}  ${value.padStart(width(1))}  ${promise}`).join('\n');
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

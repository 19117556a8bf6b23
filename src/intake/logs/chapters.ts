/** A case by server: the records of one server in their order, with the times that a summary tells. */
import type { Sid } from '../../base/ids.ts';
import type { LogCase, PlacedRecord } from './model.ts';
import { addressBook, staysOf, type Told } from './stays.ts';

/** One server's part of a case. */
export interface Chapter extends Told {
  readonly records: readonly PlacedRecord[];
  /** Ms after `LogCase.zero` of a record: by its own timestamp, where that is not out of order. */
  readonly time: (index: number) => number;
}

/** Lines of several threads may be a little out of order: `t` never goes back, the timestamp may. */
const OUT_OF_ORDER_MS = 1000;

export function chaptersOf({ records, clocks, servers, zero }: LogCase): Chapter[] {
  const parts = new Map<Sid, PlacedRecord[]>(servers.map(({ sid }) => [sid, []]));
  for (const record of records) parts.get(record.sid)?.push(record);
  const series = [...parts].map(([sid, own]) => ({ sid, records: own, at: Float64Array.from(own, ({ t }) => t) }));
  const book = addressBook(series);
  return series.map((one) => {
    const offset = clocks.get(one.sid)?.offsetMs ?? 0;
    const time = (index: number) => {
      const record = one.records[index];
      if (record === undefined) return 0;
      const exact = record.at === null ? record.t : record.at - offset;
      return (Math.abs(exact - record.t) <= OUT_OF_ORDER_MS ? exact : record.t) - zero;
    };
    return { ...one, stays: staysOf(one, book), time };
  });
}

/** From read logs to an understood case. */
import { causesOf } from './causes.ts';
import { clocksOf } from './clocks.ts';
import type { ReadLog } from './facts.ts';
import { identify, type Named } from './identify.ts';
import { merge } from './merge.ts';
import type { Answers, LogCase, LogServer } from './model.ts';
import { addressBook, staysOf, type Told } from './stays.ts';
import { streamOf, type Stream } from './streams.ts';

/**
 * Makes one case of logs: finds out whose they are, sets the clocks, and puts all records in one order.
 *
 * @param answers what the person said of logs that nothing else tells; see `LogCase.unknown` for what to ask.
 * Linear in the number of records, apart from a sort of the pairs of two servers whose clocks contradict each other.
 */
export function understand(logs: readonly ReadLog[], answers: Answers): LogCase {
  const { named, unknown } = identify(logs, answers);
  const joined = named.map((server) => ({ server, ...streamOf(server.sid, server.sources) }));
  const streams = joined.map(({ stream }) => stream);
  const book = addressBook(streams);
  const told = streams.map((stream): Told => ({ ...stream, stays: staysOf(stream, book) }));
  const causes = causesOf(told);
  const clocks = clocksOf(told, causes);
  const records = merge(streams, clocks, causes);
  return {
    logs,
    servers: joined.map(({ server, stream }) => serverOf(server, stream, streams)),
    unknown,
    clocks,
    duplicates: joined.flatMap(({ duplicates }) => duplicates),
    clockSteps: joined.flatMap(({ steps }) => steps),
    records,
    zero: records[0]?.t ?? 0,
  };
}

function serverOf({ sid, knownBy }: Named, stream: Stream, all: readonly Stream[]): LogServer {
  const { logs, hosts, addresses, records } = stream;
  let version: string | null = null;
  let observer = false;
  for (const { fact } of records) {
    if (fact.kind === 'version') version = fact.version;
    else if (fact.kind === 'role') observer = fact.role === 'OBSERVING' || (observer && fact.role === 'LOOKING');
  }
  const voted = records.some(({ fact }) => fact.kind === 'role' && (fact.role === 'FOLLOWING' || fact.role === 'LEADING'));
  if (!observer && !voted) observer = isConfiguredObserver(sid, all);
  return { sid, logs, knownBy, version, observer, hosts, addresses };
}

function isConfiguredObserver(sid: number, all: readonly Stream[]): boolean {
  return all.some(({ records }) => records.some(({ fact }) => fact.kind === 'member' && fact.sid === sid && fact.observer));
}

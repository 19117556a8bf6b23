/** Logs in ZooKeeper's own layout printed again in every other layout, behind every transport prefix, and as people paste them. */
import type { Sid } from '../../../src/base/ids.ts';

/** A log line taken apart, with the lines that belong to it: stack traces. */
export interface Printed {
  readonly sid: Sid;
  /** Ms since 1970. */
  readonly at: number;
  readonly myid: string;
  readonly level: string;
  readonly thread: string;
  readonly logger: string;
  readonly place: string;
  readonly message: string;
  readonly more: readonly string[];
}

const C1 = /^(\d{4}-\d\d-\d\d) ([\d:]{8}),(\d{3}) \[myid:(\d*)\] - ([A-Z]+) +\[(.*):([\w$]+)@(\d+)\] - (.*)$/;

/** Takes a log apart; what stands before its first entry is left out, and so are marks of cuts. */
export function entriesOf(sid: Sid, text: string): Printed[] {
  const entries: (Printed & { more: string[] })[] = [];
  for (const line of text.split('\n')) {
    const found = C1.exec(line);
    if (found === null) {
      if (line !== '' && !line.startsWith('#####')) entries.at(-1)?.more.push(line);
      continue;
    }
    const [, day = '', time = '', ms = '', myid = '', level = '', thread = '', logger = '', place = '', message = ''] = found;
    entries.push({ sid, at: Date.parse(`${day}T${time}.${ms}Z`), myid, level, thread, logger, place, message, more: [] });
  }
  return entries;
}

/** Prints an entry; the lines of its stack trace are printed after it, unless the layout has a place for them. */
export type Layout = (entry: Printed, started: number) => string;

const utc = (at: number, between = ' ', fraction = ','): string =>
  new Date(at).toISOString().slice(0, 23).replace('T', between).replace('.', fraction);
const PACKAGES: Readonly<Record<string, string>> = { QuorumPeerMain: 'server.quorum', ZooKeeperServer: 'server', NIOServerCnxn: 'server' };
const full = (logger: string): string => `org.apache.zookeeper.${PACKAGES[logger] ?? 'server.quorum'}.${logger}`;
const lines = (line: string, more: readonly string[]): string => [line, ...more].join('\n');

/** C1…C11 of the reference. */
export const LAYOUTS: Readonly<Record<string, Layout>> = {
  C1: (e) => lines(`${utc(e.at)} [myid:${e.myid}] - ${e.level.padEnd(5)} [${e.thread}:${e.logger}@${e.place}] - ${e.message}`, e.more),
  C2: (e) => lines(`${utc(e.at)} [myid:${e.myid}] - ${e.level} [${e.thread}:${e.logger}@${e.place}] - ${e.message}`, e.more),
  C3: (e) => lines(`${utc(e.at)} - ${e.level.padEnd(5)} [${e.thread}:${e.logger}@${e.place}] - ${e.message}`, e.more),
  C4: (e) => lines(`${utc(e.at)} [myid:] - ${e.level.padEnd(5)} [${e.thread}:o.a.z.s.q.${e.logger}@${e.place}] - ${e.message}`, e.more),
  C5: (e) => lines(`${utc(e.at)} ${e.level} ${e.message} (${full(e.logger)}) [${e.thread}]`, e.more),
  C6: (e) => lines(`[${utc(e.at)}] ${e.level} ${e.message} (${full(e.logger)})`, e.more),
  C7: (e) => {
    const [year = '', month = '', day = ''] = utc(e.at).slice(2, 10).split('-');
    return lines(`${month}/${day}/${year} ${utc(e.at).slice(11)} [${e.thread}] ${e.level} [${full(e.logger)}] - ${e.message}`, e.more);
  },
  C8: (e) =>
    JSON.stringify({
      instant: { epochSecond: Math.floor(e.at / 1000), nanoOfSecond: (e.at % 1000) * 1_000_000 },
      thread: e.thread,
      level: e.level,
      loggerName: full(e.logger),
      message: e.message,
      ...(e.more.length > 0 ? { stack_trace: e.more.join('\n') } : {}),
    }),
  /** With the keys of the Elastic Common Schema, objects in objects. */
  C8ecs: (e) =>
    JSON.stringify({
      '@timestamp': `${utc(e.at, 'T', '.')}Z`,
      log: { level: e.level, logger: full(e.logger) },
      process: { thread: { name: e.thread } },
      message: lines(e.message, e.more),
    }),
  C9: (e, started) =>
    lines(`${utc(e.at).slice(0, 19)}  [ :${e.logger}:${e.thread}:${e.at - started} ] - [ ${e.level} ]   ${e.message}  `, e.more),
  C10: (e) =>
    lines(
      [(e.at / 1000).toFixed(6), `node${e.sid}`, '411/32', '-', `.${full(e.logger)}`, e.level.toLowerCase(), e.message].join('\t'),
      e.more,
    ),
  C11: (e) => lines(`${utc(e.at)} ${e.level} ${full(e.logger)}: ${e.message}`, e.more),
};

/** P1…P6, before each line, those of stack traces too. */
export const PREFIXES: Readonly<Record<string, (e: Printed) => string>> = {
  none: () => '',
  P1: (e) => `zk_${e.sid}_1   | `,
  P1b: (e) => `zk-${e.sid}  | `,
  P2: (e) => `${utc(e.at, 'T', '.')}678901Z `,
  P1P2: (e) => `zk${e.sid} | ${utc(e.at, 'T', '.')}678901Z `,
  P3: (e) => `${utc(e.at + 7_200_000, 'T', '.')}678901+02:00 stdout F `,
  P4: (e) => {
    const [year = '', month = '', day = ''] = utc(e.at + 7_200_000)
      .slice(0, 10)
      .split('-');
    const name = 'JanFebMarAprMayJunJulAugSepOctNovDec'.slice(3 * (Number(month) - 1), 3 * Number(month));
    return `${name} ${day}, ${year} @ ${utc(e.at + 7_200_000, ' ', '.').slice(11)}\tzk-${e.sid}\t`;
  },
  P5: (e) => `${utc(e.at, '_', '.')}67 `,
  P6: (e) => `Nov ${utc(e.at).slice(8, 10)} ${utc(e.at).slice(11, 19)} node${e.sid} zookeeper[123]: `,
};

/** Entries as text. The process's start is taken from its first line, as `C9` counts from there. */
export function printed(entries: readonly Printed[], layoutOf: (i: number) => Layout, prefix: (e: Printed) => string): string {
  const started = new Map<Sid, number>();
  return entries
    .map((entry, i) => {
      if (!started.has(entry.sid) || entry.message.startsWith('Reading configuration from')) started.set(entry.sid, entry.at - 48_000);
      const text = layoutOf(i)(entry, started.get(entry.sid) ?? 0);
      const before = prefix(entry);
      return `${text
        .split('\n')
        .map((line) => before + line)
        .join('\n')}\n`;
    })
    .join('');
}

/** What happens to a text on its way into a paste. */
export const PASTES: Readonly<Record<string, (text: string) => string>> = {
  asPrinted: (text) => text,
  windows: (text) => text.replaceAll('\n', '\r\n'),
  quoted: (text) => text.replace(/^/gm, '> '),
  blankBetween: (text) => text.replaceAll('\n', '\n\n'),
  bars: (text) => text.replaceAll('\n', ' | |\n'),
  outdented: (text) => text.replace(/^\s+/gm, ''),
  shell: (text) => `user@host:~$ docker logs zk1\n+ echo starting\n${text}user@host:~$ \n`,
};

/** Lines cut at so many columns, as a terminal does that is copied from. */
export function wrapped(text: string, columns: number): string {
  return text
    .split('\n')
    .map((line) => line.match(new RegExp(`.{1,${columns}}`, 'gs'))?.join('\n') ?? '')
    .join('\n');
}

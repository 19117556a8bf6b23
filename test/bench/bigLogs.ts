/** Server logs of any size: recordings of real ensembles one after the other, each later than the one before. The same for the same size. */
import { join } from 'node:path';
import { fromUtf8, utf8, type Bytes, type Sid } from '../../src/base/ids.ts';
import { openRecording } from '../golden/archive.ts';
import { logBytes, logNames, shifted } from '../intake/logs/goldenLogs.ts';

/** Five servers each. */
const RECORDINGS = ['04-kill-leader-5', '22b-quorum-lost-5', '08-leader-in-minority', '09-split-2-2-1'];
/** From the beginning of one recording to that of the next, ms. */
const STEP_MS = 600_000;

/** `debug`: as recorded. `info`: without DEBUG, and with what clients make a server print, twice as many lines as its own. */
export type BigForm = 'debug' | 'info';

/** One server's log in the pieces it is made of. */
export interface BigLog {
  readonly sid: Sid;
  readonly parts: readonly Bytes[];
}

/** @param root the project's folder; @param bytes of all logs together, about. */
export function bigLogs(root: string, bytes: number, form: BigForm): readonly BigLog[] {
  const recordings = RECORDINGS.map((name) => {
    const recording = openRecording(name, join(root, 'test/golden'));
    return [...logNames(recording)].map(([sid, path]) => {
      const text = fromUtf8(logBytes(recording, path, form === 'debug' ? 'full' : 'info'));
      return { sid, text: form === 'debug' ? text : withClients(text) };
    });
  });
  const logs = new Map<Sid, Bytes[]>();
  for (let pass = 0, size = 0; size < bytes; pass++) {
    for (const { sid, text } of recordings[pass % recordings.length] ?? []) {
      const part = utf8(shifted(text, pass * STEP_MS));
      size += part.length;
      const parts = logs.get(sid);
      if (parts === undefined) logs.set(sid, [part]);
      else parts.push(part);
    }
  }
  return [...logs].map(([sid, parts]) => ({ sid, parts }));
}

/** Between the lines of the log, a client that connects and a four-letter word. */
function withClients(text: string): string {
  return text
    .split('\n')
    .flatMap((line, i) => {
      if (!/^\d{4}-/.test(line)) return [line];
      const client = `/10.0.0.${i % 200}:${40_000 + (i % 20_000)}`;
      const head = `${line.slice(0, 23)} [myid:] - INFO  `;
      return [
        line,
        `${head}[NIOWorkerThread-${i % 8}:NIOServerCnxn@517] - Processing srvr command from ${client}`,
        `${head}[NIOServerCxnFactory.AcceptThread:/0.0.0.0:2181:NIOServerCnxnFactory@234] - Accepted socket connection from ${client}`,
      ];
    })
    .join('\n');
}

export function sizeOf(logs: readonly BigLog[]): number {
  return logs.reduce((sum, { parts }) => sum + parts.reduce((bytes, part) => bytes + part.length, 0), 0);
}

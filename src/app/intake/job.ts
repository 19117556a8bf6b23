/**
 * An import, step by step: what the files are, their lines, whose they are, what went wrong, the trace. Runs in a worker and posts what it has; knows
 * no browser, so that tests run it as it is.
 */
import type { TraceEvent } from '../../ensemble/types.ts';
import { openAll } from '../../intake/archive.ts';
import { classify, type Classified, type DataDirectory } from '../../intake/classify.ts';
import { wordsOf, type IntakeFile } from '../../intake/files.ts';
import { inspect } from '../../intake/datadir/inspect.ts';
import { toDisk } from '../../intake/datadir/toDisk.ts';
import type { ReadLog } from '../../intake/logs/facts.ts';
import { understand } from '../../intake/logs/case.ts';
import { diagnose } from '../../intake/logs/diagnose/diagnose.ts';
import type { Answers, LogCase } from '../../intake/logs/model.ts';
import { LogReader } from '../../intake/logs/reader.ts';
import { summarize } from '../../intake/logs/summary.ts';
import { buildTraceSteps, frameOf } from '../../intake/logs/trace.ts';
import type { Sid } from '../../base/ids.ts';
import type { Disk } from '../../store/types.ts';
import { findLines, linesOf, type KeptLog } from './lines.ts';
import { OriginTables } from './origins.ts';
import type { AskedLog, Doing, FromWorker, ImportedLog, LeftOut, Sorted, ToWorker } from './wire.ts';

export type Post = (message: FromWorker, transfer?: ArrayBuffer[]) => void;

/** Bytes that are read at once. */
const CHUNK = 1 << 20;
/** Events in one message: the page takes it in between two frames. */
const PIECE = 250;
/** Messages on their way to the page. */
const AHEAD = 8;
/** Shapes of unknown lines that are shown. */
const SHAPES = 50;

export class ImportJob {
  private readonly post: Post;
  private logs: readonly ReadLog[] = [];
  private kept: readonly KeptLog[] = [];
  private files: readonly IntakeFile[] = [];
  private sorted: Sorted = { logs: [], directories: [], scenarios: [], runs: [], leftOut: [] };
  private directories: readonly DataDirectory[] = [];
  private onTheirWay = 0;
  private wake: (() => void) | null = null;
  private finding = 0;
  private shown = '';

  constructor(post: Post) {
    this.post = post;
  }

  /** Answers a message, other than `open`. Never rejects: what fails is told. */
  async handle(message: Exclude<ToWorker, { readonly type: 'open' }>): Promise<void> {
    if (message.type === 'taken') {
      this.onTheirWay--;
      this.wake?.();
    } else if (message.type === 'answer') {
      await this.orFailed(() => this.understand(message.answers, new Set(message.leftOut), false));
    } else if (message.type === 'stopFind') {
      this.finding = 0;
    } else {
      try {
        await this.reply(message);
      } catch (error) {
        this.post({ type: 'refused', id: message.id, message: wordsOf(error) });
      }
    }
  }

  /** Reads what was given, and goes on as far as it can without asking. Never rejects. */
  open(given: readonly IntakeFile[]): Promise<void> {
    return this.orFailed(async () => {
      this.tell('opening', '', null);
      const progress = (what: string, done: number, total: number): void => this.tell('opening', what, total > 0 ? done / total : null);
      const { files, problems } = await openAll(given, { progress });
      this.files = files;
      const found = await classify(files, { progress });
      // What was pasted or chosen alone is read as a log whatever it looks like.
      const alone = found.others.filter(({ why }) => why === 'text' && files.length === 1).map(({ file }) => file);
      const logs = [...found.logs, ...alone];
      this.directories = found.directories;
      this.sorted = sortedOf(found, logs, problems);
      if (logs.length === 0) {
        this.post({ type: 'sorted', sorted: this.sorted });
        return;
      }
      await this.read(logs);
      await this.understand({}, new Set(), true);
    });
  }

  private async orFailed(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.post({ type: 'failed', message: wordsOf(error) });
    }
  }

  // -------------------------------------------------------------------------------------------------------------------

  private async read(files: readonly IntakeFile[]): Promise<void> {
    const total = files.reduce((sum, { size }) => sum + size, 0);
    const logs: ReadLog[] = [];
    const kept: KeptLog[] = [];
    const unread: LeftOut[] = [];
    let before = 0;
    for (const file of files) {
      const reader = new LogReader(logs.length, file.path);
      try {
        for (let from = 0; from < file.size; from += CHUNK) {
          this.tell('reading', file.path, (before + from) / total);
          reader.push(await file.read(from, Math.min(file.size, from + CHUNK)));
        }
      } catch (error) {
        // What was read before is used.
        unread.push({ path: file.path, sentence: `It could not be read to its end: ${wordsOf(error)}.` });
      }
      const log = reader.end();
      logs.push(log);
      kept.push({ file, bytes: log.bytes, encoding: log.encoding, lines: log.lines, starts: log.starts });
      before += file.size;
    }
    this.logs = logs;
    this.kept = kept;
    this.sorted = { ...this.sorted, leftOut: [...this.sorted.leftOut, ...unread] };
  }

  private async understand(answers: Answers, leftOut: ReadonlySet<string>, ask: boolean): Promise<void> {
    this.tell('ordering', '', null);
    const logCase = understand(
      this.logs.map((log) => without(log, leftOut)),
      answers,
    );
    if (ask && logCase.unknown.length > 0) {
      this.post(questionOf(logCase));
      return;
    }
    if (logCase.records.length === 0) {
      const sentence = 'No line of it is one that a ZooKeeper server writes.';
      const wrong = this.logs.map(({ name }) => ({ path: name, sentence }));
      this.post({ type: 'sorted', sorted: { ...this.sorted, logs: [], leftOut: [...wrong, ...this.sorted.leftOut] } });
      return;
    }
    const summary = summarize(logCase);
    this.tell('diagnosing', '', null);
    const findings = diagnose(logCase, summary);
    const disks = await this.disks();
    this.post({
      type: 'read',
      overview: {
        frame: frameOf(logCase),
        elections: summary.elections,
        findings,
        logs: this.logs.map(factsOf),
        servers: logCase.servers,
        clocks: [...logCase.clocks],
        disks,
        sorted: this.sorted,
      },
    });
    await this.build(logCase);
    // Their events are made; the lines stay in their files.
    this.logs = [];
  }

  /** Data directories that came with the logs: an ensemble that runs on begins with them. Those that cannot be used are told. */
  private async disks(): Promise<ReadonlyMap<Sid, Disk>> {
    const disks = new Map<Sid, Disk>();
    const leftOut: LeftOut[] = [];
    for (const directory of this.directories) {
      const path = directory.path === '' ? '.' : directory.path;
      if (directory.sid === null || disks.has(directory.sid)) continue;
      this.tell('opening', path, null);
      try {
        const made = await toDisk(await inspect(directory));
        if ('refused' in made) leftOut.push({ path, sentence: made.refused });
        else disks.set(directory.sid, made.disk);
      } catch (error) {
        leftOut.push({ path, sentence: `It could not be read: ${wordsOf(error)}.` });
      }
    }
    this.sorted = { ...this.sorted, leftOut: [...this.sorted.leftOut, ...leftOut] };
    return disks;
  }

  private async build(logCase: LogCase): Promise<void> {
    const origins = new OriginTables(this.logs.length);
    // About one event a line that says something, and some that follow from others.
    const expected = logCase.records.length * 1.3;
    let made = 0;
    for (const chunk of buildTraceSteps(logCase)) {
      for (let i = 0; i < chunk.length; i += PIECE) await this.send(chunk.slice(i, i + PIECE));
      for (const event of chunk) origins.add(event);
      made += chunk.length;
      this.tell('building', '', Math.min(0.99, made / expected));
    }
    const tables = origins.tables();
    this.post(
      { type: 'built', origins: tables },
      tables.flatMap((table) => [table.byLine.buffer, table.eventOfByLine.buffer, table.byEvent.buffer, table.lineOfByEvent.buffer]),
    );
  }

  private async send(events: readonly TraceEvent[]): Promise<void> {
    this.onTheirWay++;
    this.post({ type: 'events', events });
    if (this.onTheirWay < AHEAD) return;
    await new Promise<void>((resolve) => (this.wake = resolve));
    this.wake = null;
  }

  private tell(doing: Doing, what: string, share: number | null): void {
    const rounded = share === null ? null : Math.floor(share * 100) / 100;
    const shown = `${doing} ${what} ${rounded}`;
    if (shown === this.shown) return;
    this.shown = shown;
    this.post({ type: 'progress', doing, what, share: rounded });
  }

  // -------------------------------------------------------------------------------------------------------------------

  private async reply(message: Extract<ToWorker, { readonly id: number }>): Promise<void> {
    const { id } = message;
    if (message.type === 'file') {
      const file = this.files.find(({ path }) => path === message.path);
      if (file === undefined) throw new Error(`there is no file ${message.path}`);
      this.post({ type: 'file', id, bytes: (await file.read(0, file.size)).slice() });
      return;
    }
    const log = this.kept[message.log];
    if (log === undefined) throw new Error(`there is no log ${message.log}`);
    if (message.type === 'lines') {
      this.post({ type: 'lines', id, texts: await linesOf(log, message.from, message.to) });
      return;
    }
    this.finding = id;
    const more = await findLines(log, message.text, {
      found: (lines, share) => this.post({ type: 'found', id, lines, share }),
      stopped: () => this.finding !== id,
    });
    this.post({ type: 'foundAll', id, more });
  }
}

function sortedOf(found: Classified, logs: readonly IntakeFile[], problems: readonly LeftOut[]): Sorted {
  const pathOf = ({ path }: { readonly path: string }): string => path;
  return {
    logs: logs.map(pathOf),
    directories: found.directories.map(pathOf),
    scenarios: found.scenarios.map(pathOf),
    runs: found.runs.map(pathOf),
    leftOut: [
      ...problems.map(({ path, sentence }) => ({ path, sentence })),
      ...found.others.filter(({ file }) => !logs.includes(file)).map(({ file, sentence }) => ({ path: file.path, sentence })),
    ],
  };
}

/** Without the records and where lines start: both stay in the worker. */
function factsOf({ log, name, bytes, encoding, lines, layouts, unknown, counts, notes }: ReadLog): ImportedLog {
  return { log, name, bytes, encoding, lines, layouts, unknown: unknown.slice(0, SHAPES), counts, notes };
}

/** A log without the lines that the person does not want. */
function without(log: ReadLog, leftOut: ReadonlySet<string>): ReadLog {
  if (leftOut.size === 0) return log;
  if (leftOut.has(`${log.log}`)) return { ...log, records: [] };
  return { ...log, records: log.records.filter(({ host }) => host === null || !leftOut.has(`${log.log}/${host}`)) };
}

function questionOf({ logs, unknown, servers }: LogCase): FromWorker {
  const asked = unknown.map(({ log, host, suggestions }): AskedLog => {
    const records = logs[log]?.records ?? [];
    return {
      key: host === null ? `${log}` : `${log}/${host}`,
      log,
      host,
      suggestions,
      name: logs[log]?.name ?? '',
      records: host === null ? records.length : records.filter((record) => record.host === host).length,
    };
  });
  const members = new Set<Sid>();
  for (const { records } of logs) for (const { fact } of records) if (fact.kind === 'member') members.add(fact.sid);
  return {
    type: 'ask',
    unknown: asked,
    taken: servers.filter(({ knownBy }) => knownBy !== 'guess').map(({ sid }) => sid),
    members: [...members].sort((a, b) => a - b),
  };
}

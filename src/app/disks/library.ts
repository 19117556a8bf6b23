/** Data directories that are open: everything the view asks of them. Runs in a worker; needs nothing of it. */
import type { Sid } from '../../base/ids.ts';
import type { Zxid } from '../../base/zxid.ts';
import { openAll } from '../../intake/archive.ts';
import { classify } from '../../intake/classify.ts';
import { compare, recordsOf, type Evidence } from '../../intake/datadir/compare.ts';
import { inspect } from '../../intake/datadir/inspect.ts';
import { rehearse } from '../../intake/datadir/rehearse.ts';
import { recoverySteps } from '../../intake/datadir/steps.ts';
import type { DirectoryReport, FileReport, StartForecast } from '../../intake/datadir/types.ts';
import type { IntakeFile, Watch } from '../../intake/files.ts';
import { Pages } from './pages.ts';
import type {
  CompareAsk,
  ComparisonView,
  DirectorySummary,
  FileSummary,
  Item,
  Moment,
  Opened,
  RehearsalView,
  RehearseAsk,
  Row,
  StartSummary,
} from './wire.ts';

interface Shelf {
  readonly report: DirectoryReport;
  readonly named: boolean;
}

export class Library {
  #shelves: readonly Shelf[] = [];
  readonly #pages = new Pages();

  /** Opens archives, finds the directories, reads them. Rejects only with IntakeCancelled; then what was open stays. */
  async open(files: readonly IntakeFile[], watch: Watch = {}): Promise<Opened> {
    const opened = await openAll(files, watch);
    const { directories } = await classify(opened.files, watch);
    const reports: DirectoryReport[] = [];
    for (const directory of directories) reports.push(await inspect(directory, watch));
    this.#shelves = reports.map((report) => ({ report, named: false }));
    const used = directories.reduce((sum, directory) => sum + directory.files.length, 0);
    return {
      directories: this.#shelves.map(summaryOf),
      problems: opened.problems,
      others: Math.max(0, opened.files.length - used),
    };
  }

  assign(directory: number, sid: Sid): DirectorySummary {
    const shelf: Shelf = { report: { ...this.#report(directory), sid }, named: true };
    this.#shelves = this.#shelves.with(directory, shelf);
    return summaryOf(shelf);
  }

  count(directory: number, file: number, watch: Watch = {}): Promise<number> {
    return this.#pages.count(this.#report(directory), this.#file(directory, file), watch);
  }

  /** Rows `from` up to, not including, `to`. */
  rows(directory: number, file: number, from: number, to: number, watch: Watch = {}): Promise<readonly Row[]> {
    return this.#pages.rows(this.#report(directory), this.#file(directory, file), from, to, watch);
  }

  /** Null where there is no such row. */
  item(directory: number, file: number, index: number, watch: Watch = {}): Promise<Item | null> {
    return this.#pages.item(this.#report(directory), this.#file(directory, file), index, watch);
  }

  async recovery(directory: number, watch: Watch = {}): Promise<readonly Moment[] | null> {
    const report = this.#report(directory);
    const moments = await recoverySteps(report, watch);
    if (moments === null) return null;
    return Promise.all(moments.map(async (moment): Promise<Moment> => ({ ...moment, path: await this.#pages.pathOf(report, moment) })));
  }

  async compare({ electors, boot }: CompareAsk, watch: Watch = {}): Promise<ComparisonView> {
    const options = { boot, ...(electors === undefined ? {} : { electors }) };
    const { servers, ...rest } = await compare(
      this.#shelves.map(({ report }) => report),
      options,
      watch,
    );
    return { ...rest, sids: servers.map(({ sid }) => sid) };
  }

  /** The first records of every server from one zxid to another. */
  async span(from: Zxid, to: Zxid, most: number): Promise<readonly Evidence[]> {
    const found = this.#shelves.map(({ report }) => {
      const { sid } = report;
      return sid === null ? Promise.resolve([]) : recordsOf({ sid, report }, { from, to }, most);
    });
    return (await Promise.all(found)).flat();
  }

  /** Rejects with an Error whose message says what does not fit. */
  async rehearse({ seats, members, first, cfg, title }: RehearseAsk, watch: Watch = {}): Promise<RehearsalView> {
    const taken = seats.map(({ sid, directory }) => ({ sid, directory: directory === null ? null : this.#report(directory) }));
    const { given, disks, notes } = await rehearse(taken, { members, first, cfg, title }, watch);
    return { given, disks, notes };
  }

  #report(directory: number): DirectoryReport {
    const shelf = this.#shelves[directory];
    if (shelf === undefined) throw new RangeError(`there is no directory ${directory} among ${this.#shelves.length}`);
    return shelf.report;
  }

  #file(directory: number, file: number): FileReport {
    const found = this.#report(directory).files[file];
    if (found === undefined) throw new RangeError(`there is no file ${file} in directory ${directory}`);
    return found;
  }
}

function summaryOf({ report, named }: Shelf): DirectorySummary {
  const { path, sid, sidFrom, files, damage, gaps, start, config, bytes } = report;
  return {
    path,
    sid,
    sidFrom: named ? 'person' : sidFrom,
    files: files.map(fileSummary),
    damage,
    gaps,
    start: startSummary(start),
    config,
    bytes,
  };
}

function fileSummary(file: FileReport): FileSummary {
  const { name, kind, size } = file;
  const none = { count: null, sessions: null, first: null, last: null, end: null, value: null };
  if (file.kind === 'log') {
    const { index, first, last, end, writtenTo } = file;
    return { ...none, name, kind, size, writtenTo, count: index.count, first, last, end };
  }
  if (file.kind === 'snapshot') {
    const { content, zxid } = file;
    return { ...none, name, kind, size, writtenTo: size, count: content?.nodes ?? null, sessions: content?.sessions ?? null, last: zxid };
  }
  return { ...none, name, kind: file.kind, size, writtenTo: size, value: file.value };
}

function startSummary(start: StartForecast): StartSummary {
  if (start.starts === null) return start;
  if (!start.starts) return { starts: false, failure: start.failure };
  const { lastZxid, acceptedEpoch, currentEpoch, nodes, sessions, snapshotZxid, digestMismatches } = start;
  return { starts: true, lastZxid, acceptedEpoch, currentEpoch, nodes, sessions: sessions.length, snapshotZxid, digestMismatches };
}

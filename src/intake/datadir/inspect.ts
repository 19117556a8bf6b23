/**
 * A data directory, read: every file listed, every checksum verified, damage located, and what a start will make of it.
 */
import { fromUtf8 } from '../../base/ids.ts';
import { compareZxid, formatZxid, zxid } from '../../base/zxid.ts';
import { describeFile, describeRecord, type DecodedFile, type DecodedRecord } from '../../store/decode.ts';
import { StoreError } from '../../store/errors.ts';
import { zxidOfName } from '../../store/names.ts';
import { looksValid, parseSnapshotFile } from '../../store/snapshotFile.ts';
import { PROFILE_CURRENT, type Profile } from '../../zab/profile.ts';
import type { DataDirectory } from '../classify.ts';
import { baseName, checkCancelled, IntakeCancelled, wordsOf, type IntakeFile, type Watch } from '../files.ts';
import { effectOf, forecastOf, type FoundDamage } from './forecast.ts';
import { indexLog, LogIndex, type IndexedLog } from './logIndex.ts';
import { DISK_BYTES, readWhole, toDisk } from './toDisk.ts';
import type { DirectoryReport, FileReport, LogGap, LogReport, SmallReport, SnapshotReport, StartForecast, ZooConfig } from './types.ts';
import { parseZooCfg } from './zooCfg.ts';

export interface InspectOptions {
  /** Whose rules a start follows; mainline unless told. */
  readonly profile?: Profile;
  /** Bytes that may be read into memory to try a start. */
  readonly diskBytes?: number;
}

/** Of settings and epoch files no more than this is read. */
const MOST_SMALL = 64 * 1024;
const MOST_GAPS = 1000;

/**
 * Reads a directory. Logs of any size are read in pieces and only indexed; snapshots are read one at a time.
 *
 * Whatever is wrong with it is in the report. Rejects only with IntakeCancelled.
 */
export async function inspect(directory: DataDirectory, watch: Watch = {}, options: InspectOptions = {}): Promise<DirectoryReport> {
  const profile = options.profile ?? PROFILE_CURRENT;
  const reading = new Reading(watch, options.diskBytes ?? DISK_BYTES);
  const reports: FileReport[] = [];
  const names = new Set<string>();
  for (const file of directory.files) {
    checkCancelled(watch);
    const name = baseName(file.path);
    if (names.has(name)) continue;
    names.add(name);
    reports.push(await reading.file(name, file));
  }
  const logs = reports.filter((one) => one.kind === 'log').sort((a, b) => byName(a.name, b.name, 'log'));
  const snapshots = reports.filter((one) => one.kind === 'snapshot').sort((a, b) => byName(a.name, b.name, 'snapshot'));
  const small = reports.filter((one) => one.kind !== 'log' && one.kind !== 'snapshot').sort((a, b) => (a.name < b.name ? -1 : 1));
  const files = [...small, ...logs, ...snapshots];
  const found = { path: directory.path, files, logs, snapshots };
  const start = await tryStart(found, profile, watch, options.diskBytes ?? DISK_BYTES);
  const damage = [...reading.damage, ...contradictions(start, reading.damage)];
  return {
    ...found,
    sid: directory.sid,
    sidFrom: directory.sidFrom,
    profile,
    acceptedEpoch: valueOf(small, 'acceptedEpoch'),
    currentEpoch: valueOf(small, 'currentEpoch'),
    config: reading.config,
    gaps: gapsOf(logs, start),
    damage: damage.map((one) => ({ ...one, effect: effectOf(one, start) })),
    start,
    bytes: files.reduce((sum, { size }) => sum + size, 0),
  };
}

/**
 * One record of a log, taken apart into fields.
 *
 * @returns undefined outside the log. Rejects when the file changed since it was listed.
 */
export async function recordAt(log: LogReport, index: number): Promise<DecodedRecord | undefined> {
  const record = log.index.at(index);
  if (record === undefined) return undefined;
  const bytes = await log.file.read(record.offset, record.offset + record.length);
  return describeRecord(bytes, record.offset, `${record.type} ${formatZxid(record.zxid)}`);
}

/** Any file but a log, taken apart: at most `limit` records from the `from`-th on. */
export async function describe(report: SnapshotReport | SmallReport, from: number, limit: number, watch: Watch = {}): Promise<DecodedFile> {
  const bytes = await readWhole(report.file, Math.min(report.size, report.kind === 'snapshot' ? DISK_BYTES : MOST_SMALL), watch);
  return describeFile(report.name, bytes, { from, limit });
}

class Reading {
  readonly damage: FoundDamage[] = [];
  config: ZooConfig | null = null;
  readonly #watch: Watch;
  readonly #most: number;

  constructor(watch: Watch, most: number) {
    this.#watch = watch;
    this.#most = most;
  }

  async file(name: string, file: IntakeFile): Promise<FileReport> {
    try {
      if (zxidOfName(name, 'log') !== null) return this.#log(name, file, await indexLog(file, this.#watch));
      const taken = zxidOfName(name, 'snapshot');
      if (taken !== null) return await this.#snapshot(name, file, taken);
      return await this.#small(name, file);
    } catch (error) {
      if (error instanceof IntakeCancelled) throw error;
      this.damage.push({ file: name, offset: null, kind: 'unreadable', fact: { says: 'unreadable', why: wordsOf(error) } });
      return unreadable(name, file);
    }
  }

  #log(name: string, file: IntakeFile, read: IndexedLog): LogReport {
    const { index, end, endOffset, failure, writtenTo, behind } = read;
    if (failure !== null) {
      const kind = end === 'crc' ? 'checksum' : end === 'shortHeader' ? 'header' : end === 'badMagic' ? 'magic' : 'record';
      const fact = { says: 'serverLog', message: failure.message, behind } as const;
      this.damage.push({ file: name, offset: failure.offset ?? endOffset, kind, fact });
    } else if (end === 'partial') {
      this.damage.push({ file: name, offset: endOffset, kind: 'torn', fact: { says: 'notWhole', bytes: writtenTo - endOffset } });
    } else if (writtenTo > endOffset) {
      this.damage.push({ file: name, offset: endOffset, kind: 'behindPadding', fact: { says: 'bytesBehind', upTo: writtenTo } });
    }
    const first = index.count === 0 ? null : index.zxidAt(0);
    const last = index.count === 0 ? null : index.zxidAt(index.count - 1);
    const size = file.size;
    return { kind: 'log', name, file, size, index, first, last, end, endOffset, writtenTo, padding: size - writtenTo };
  }

  async #snapshot(name: string, file: IntakeFile, taken: SnapshotReport['zxid']): Promise<SnapshotReport> {
    const report = { kind: 'snapshot', name, file, size: file.size, zxid: taken } as const;
    const tail = await file.read(Math.max(0, file.size - 16), file.size);
    if (!looksValid(tail)) {
      this.damage.push({
        file: name,
        offset: file.size,
        kind: 'snapshotUnfinished',
        fact: { says: 'noSeal' },
      });
      return { ...report, content: null, valid: false };
    }
    if (file.size > this.#most) return { ...report, content: null, valid: true };
    try {
      const { nodes, sessions, acls, digest, lastProcessedZxid } = parseSnapshotFile(await readWhole(file, file.size, this.#watch));
      const digestZxid = digest?.zxid ?? null;
      const content = { nodes: nodes.length, sessions: sessions.length, acls: acls.length, digestZxid, lastProcessedZxid };
      return { ...report, content, valid: true };
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      const { message, offset = null } = error.failure;
      this.damage.push({ file: name, offset, kind: 'snapshot', fact: { says: 'serverLog', message, behind: null } });
      return { ...report, content: null, valid: false };
    }
  }

  async #small(name: string, file: IntakeFile): Promise<SmallReport> {
    const bytes = await file.read(0, Math.min(file.size, MOST_SMALL));
    const text = fromUtf8(bytes);
    if (/\.cfg(\.|$)/i.test(name)) {
      this.config ??= parseZooCfg(text);
      return { kind: 'config', name, file, size: file.size, value: null };
    }
    const epoch = /^(current|accepted)Epoch/.test(name);
    const number = /^[+-]?\d{1,16}(?=\r?\n|\r|$)/.exec(name === 'myid' ? text.trim() : text)?.[0];
    if ((epoch || name === 'myid') && number === undefined)
      this.damage.push({
        file: name,
        offset: 0,
        kind: 'epoch',
        fact: { says: 'noNumber', empty: text === '' },
      });
    const kind = epoch ? 'epoch' : name === 'myid' ? 'myid' : 'other';
    return { kind, name, file, size: file.size, value: number === undefined || kind === 'other' ? null : Number(number) };
  }
}

/** A file whose bytes cannot be had is listed with its size. */
function unreadable(name: string, file: IntakeFile): FileReport {
  const size = file.size;
  if (zxidOfName(name, 'log') !== null) {
    const index = new LogIndex();
    return { kind: 'log', name, file, size, index, first: null, last: null, end: 'unreadable', endOffset: 0, writtenTo: size, padding: 0 };
  }
  const taken = zxidOfName(name, 'snapshot');
  if (taken !== null) return { kind: 'snapshot', name, file, size, zxid: taken, content: null, valid: false };
  return { kind: 'other', name, file, size, value: null };
}

async function tryStart(
  found: Pick<DirectoryReport, 'path' | 'files' | 'logs' | 'snapshots'>,
  profile: Profile,
  watch: Watch,
  most: number,
): Promise<StartForecast> {
  try {
    const made = await toDisk(found, watch, most);
    return 'refused' in made ? { starts: null, reason: 'tooLarge', why: made.refused } : forecastOf(made.disk, profile, found.snapshots);
  } catch (error) {
    if (error instanceof IntakeCancelled) throw error;
    return { starts: null, reason: 'unreadable', why: `A start could not be tried: ${wordsOf(error)}.` };
  }
}

/** What keeps a server from starting although no file is damaged in itself, and epoch files that a start has to write anew. */
function contradictions(start: StartForecast, known: readonly FoundDamage[]): FoundDamage[] {
  if (start.starts === null) return [];
  if (!start.starts) {
    const { message, file = null, offset = null } = start.failure;
    if (known.some((one) => file !== null && one.file === file)) return [];
    return [{ file, offset, kind: file === null ? 'missing' : 'epoch', fact: { says: 'serverLog', message, behind: null } }];
  }
  const rebuilt = start.steps.flatMap((step) => (step.step === 'epochs' ? step.rebuilt : []));
  const fresh = start.steps.some(({ step }) => step === 'noSnapshot');
  return fresh
    ? []
    : rebuilt.map((file) => ({
        file,
        offset: null,
        kind: 'missing',
        fact: { says: 'rebuilt' },
      }));
}

/** Between records of one epoch, across files, and in front of the first one of a later epoch. */
function gapsOf(logs: readonly LogReport[], start: StartForecast): readonly LogGap[] {
  const gaps: LogGap[] = [];
  const snapshot = start.starts === true ? start.snapshotZxid : null;
  let last: LogReport['last'] = null;
  for (const { name, index } of logs) {
    for (const { zxid: next, offset } of index.range(0)) {
      const after = last === null ? null : next.epoch === last.epoch ? last : zxid(next.epoch, 0);
      if (after !== null && next.counter > after.counter + 1 && gaps.length < MOST_GAPS) {
        const covered = snapshot !== null && compareZxid(zxid(next.epoch, next.counter - 1), snapshot) <= 0;
        gaps.push({ file: name, offset, after, next, covered });
      }
      last = next;
    }
  }
  return gaps;
}

function valueOf(small: readonly SmallReport[], name: string): number | null {
  return small.find((file) => file.name === name)?.value ?? null;
}

function byName(a: string, b: string, prefix: 'log' | 'snapshot'): number {
  const [za, zb] = [zxidOfName(a, prefix), zxidOfName(b, prefix)];
  return za === null || zb === null ? 0 : compareZxid(za, zb) || (a < b ? -1 : 1);
}

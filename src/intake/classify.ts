/**
 * What the files are: server logs, data directories, scenarios, saved runs, or something else; told by what is in them, their names only help.
 */
import { fromUtf8, type Bytes, type Sid } from '../base/ids.ts';
import { LOG_MAGIC } from '../store/logFile.ts';
import { zxidOfName } from '../store/names.ts';
import { SNAPSHOT_MAGIC } from '../store/snapshotFile.ts';
import { baseName, checkCancelled, folderOf, wordsOf, type IntakeFile, type Watch } from './files.ts';

/** The files of one server's data directory, of its `dataLogDir` too where that was recognised. */
export interface DataDirectory {
  /** Folder that holds the files; empty at the top. */
  readonly path: string;
  /** The files of `version-2`, and `myid` and `zoo.cfg` from beside or above it. */
  readonly files: readonly IntakeFile[];
  /** Null when neither a `myid` nor the path tells: the person is asked. */
  readonly sid: Sid | null;
  readonly sidFrom: 'myid' | 'path' | null;
}

export type WhyOther = 'empty' | 'binary' | 'text' | 'json' | 'unreadable' | 'config';

export interface Classified {
  readonly logs: readonly IntakeFile[];
  readonly directories: readonly DataDirectory[];
  readonly scenarios: readonly IntakeFile[];
  readonly runs: readonly IntakeFile[];
  readonly others: readonly { readonly file: IntakeFile; readonly why: WhyOther; readonly sentence: string }[];
}

type Kind = 'log' | 'data' | 'setting' | 'scenario' | 'run' | WhyOther;

const HEAD = 4096;
/** Characters of JSON that are parsed to tell a scenario from other JSON (`LIMITS.text` of a scenario). */
const MOST_JSON = 2_000_000;
const DATA_NAME = /^(currentEpoch|acceptedEpoch)(\.tmp)?$|^initialize$/;
const SETTING_NAME = /^(myid|zoo[\w.-]*\.cfg(\.dynamic\.[0-9a-f]+)?)$/i;
const LOG_NAME = /\.(log|out)(\.\d+|\.\d{4}-\d{2}-\d{2}\S*)?$|zookeeper[\w.-]*\.txt$/i;
/** A line that a logger wrote: a level near its start behind a time, a ZooKeeper class, or a server id in brackets. */
const LOG_LINE =
  /\[myid[:=]|org\.apache\.zookeeper|QuorumPeer|FastLeaderElection|\d{2}:\d{2}:\d{2}\S*.{0,80}\b(TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL)\b/;

const SENTENCES: Readonly<Record<WhyOther, string>> = {
  empty: 'It is empty.',
  binary: 'It is neither text nor a file of a ZooKeeper data directory.',
  text: 'It is text, but no line at its beginning looks like a server log.',
  json: 'It is JSON, but neither a scenario nor a saved run.',
  unreadable: 'It could not be read',
  config: 'It is a setting without a data directory beside or below it.',
};

/** Reads the beginning of every file. Rejects only with IntakeCancelled. */
export async function classify(files: readonly IntakeFile[], watch: Watch = {}): Promise<Classified> {
  const found: Record<'log' | 'data' | 'setting' | 'scenario' | 'run', IntakeFile[]> = {
    log: [],
    data: [],
    setting: [],
    scenario: [],
    run: [],
  };
  const others: Classified['others'][number][] = [];
  for (const [i, file] of files.entries()) {
    checkCancelled(watch);
    watch.progress?.(file.path, i, files.length);
    let kind: Kind;
    let words = '';
    try {
      kind = await kindOf(file);
    } catch (error) {
      kind = 'unreadable';
      words = `: ${wordsOf(error)}.`;
    }
    if (kind in found) found[kind as keyof typeof found].push(file);
    else others.push({ file, why: kind as WhyOther, sentence: SENTENCES[kind as WhyOther] + words });
  }
  const { directories, unused } = await group(found.data, found.setting);
  for (const file of unused) others.push({ file, why: 'config', sentence: SENTENCES.config });
  return { logs: found.log, directories, scenarios: found.scenario, runs: found.run, others };
}

async function kindOf(file: IntakeFile): Promise<Kind> {
  const name = baseName(file.path);
  if (DATA_NAME.test(name)) return 'data';
  if (SETTING_NAME.test(name)) return 'setting';
  const head = await file.read(0, HEAD);
  const magic = head.length < 4 ? 0 : new DataView(head.buffer, head.byteOffset, 4).getInt32(0);
  // An empty or damaged file of the right name belongs to its directory all the same: what is wrong with it is worth knowing.
  if (zxidOfName(name, 'snapshot') !== null && !isText(head)) return 'data';
  if (zxidOfName(name, 'log') !== null && (magic === LOG_MAGIC || !isText(head))) return 'data';
  if (magic === LOG_MAGIC || magic === SNAPSHOT_MAGIC) return 'binary';
  if (file.size === 0) return 'empty';
  if (!isText(head)) return 'binary';
  const text = textOf(head);
  if (/^\s*\{/.test(text) && !LOG_LINE.test(text)) return jsonKind(file, text);
  return LOG_LINE.test(text) || LOG_NAME.test(name) ? 'log' : 'text';
}

/** A saved run begins with the mark of this program; a scenario is told by its keys. */
async function jsonKind(file: IntakeFile, head: string): Promise<Kind> {
  if (/^\s*\{\s*"zablab"\s*:/.test(head)) return 'run';
  if (file.size > MOST_JSON) return 'json';
  try {
    const value: unknown = JSON.parse(fromUtf8(await file.read(0, file.size)));
    if (typeof value !== 'object' || value === null) return 'json';
    if ('steps' in value || 'servers' in value || 'members' in value) return 'scenario';
    return 'zablab' in value ? 'run' : 'json';
  } catch {
    // One object a line, as structured loggers write.
    return LOG_NAME.test(baseName(file.path)) || /"(message|msg|log)"\s*:/.test(head) ? 'log' : 'json';
  }
}

/** UTF-16 counts as text, whose bytes are half zeros. */
function isText(head: Bytes): boolean {
  if (head.length === 0) return false;
  if (wideText(head) !== null) return true;
  const control = head.reduce((sum, byte) => sum + (byte < 9 || (byte > 13 && byte < 27) ? 1 : 0), 0);
  return control <= head.length / 100;
}

function textOf(head: Bytes): string {
  return new TextDecoder(wideText(head) ?? 'utf-8').decode(head);
}

function wideText(head: Bytes): 'utf-16le' | 'utf-16be' | null {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  const looks = (at: 0 | 1): boolean =>
    head.length >= 16 && head.subarray(0, 64).every((byte, i) => (i % 2 === at ? byte === 0 : byte >= 9 && byte < 127));
  return looks(1) ? 'utf-16le' : looks(0) ? 'utf-16be' : null;
}

// ---------------------------------------------------------------------------------------------------------------------
// Directories.

async function group(
  data: readonly IntakeFile[],
  settings: readonly IntakeFile[],
): Promise<{ directories: DataDirectory[]; unused: IntakeFile[] }> {
  const folders = new Map<string, IntakeFile[]>();
  for (const file of data) {
    const folder = folderOf(file.path);
    folders.set(folder, [...(folders.get(folder) ?? []), file]);
  }
  mergeLogFolders(folders);
  const used = new Set<IntakeFile>();
  const directories: DataDirectory[] = [];
  for (const [path, files] of [...folders].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const mine = settingsOf(path, settings, [...folders.keys()]);
    for (const file of mine) used.add(file);
    const sid = await sidOf(path, mine);
    directories.push({ path, files: [...files, ...mine], ...sid });
  }
  return { directories, unused: settings.filter((file) => !used.has(file)) };
}

/** A folder of logs alone goes with the one of snapshots alone under the same server's folder: `dataDir` and `dataLogDir`. */
function mergeLogFolders(folders: Map<string, IntakeFile[]>): void {
  const has = (files: readonly IntakeFile[], prefix: 'log' | 'snapshot'): boolean =>
    files.some(({ path }) => zxidOfName(baseName(path), prefix) !== null);
  for (const [path, files] of [...folders]) {
    if (has(files, 'snapshot') || !has(files, 'log') || files.some(({ path: file }) => DATA_NAME.test(baseName(file)))) continue;
    const server = serverFolder(path);
    const partners = [...folders].filter(([other, its]) => other !== path && serverFolder(other) === server && !has(its, 'log'));
    const [partner] = partners;
    if (partners.length !== 1 || partner === undefined || !has(partner[1], 'snapshot')) continue;
    folders.set(partner[0], [...partner[1], ...files]);
    folders.delete(path);
  }
}

/** `zk1` of `zk1/datalog/version-2` and of `zk1/data/version-2`. */
function serverFolder(path: string): string {
  return folderOf(baseName(path) === 'version-2' ? folderOf(path) : path);
}

/** `myid` and `zoo.cfg` beside the files, one folder up, or two; the nearest of each name, and none that is nearer to another directory. */
function settingsOf(path: string, settings: readonly IntakeFile[], folders: readonly string[]): readonly IntakeFile[] {
  const above = [path, folderOf(path), folderOf(folderOf(path))].filter((folder, i, all) => all.indexOf(folder) === i);
  const mine = new Map<string, IntakeFile>();
  for (const folder of above) {
    const shared =
      folder !== path && folders.some((other) => other !== path && serverFolder(other) !== serverFolder(path) && isBelow(other, folder));
    for (const file of settings) {
      const name = baseName(file.path).toLowerCase();
      if (folderOf(file.path) !== folder || mine.has(name) || (shared && name === 'myid')) continue;
      mine.set(name, file);
    }
  }
  return [...mine.values()];
}

function isBelow(path: string, folder: string): boolean {
  return folder === '' || path.startsWith(`${folder}/`);
}

async function sidOf(path: string, settings: readonly IntakeFile[]): Promise<Pick<DataDirectory, 'sid' | 'sidFrom'>> {
  const myid = settings.find((file) => baseName(file.path) === 'myid');
  if (myid !== undefined) {
    const text = fromUtf8(await myid.read(0, 100).catch(() => new Uint8Array())).trim();
    if (/^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= 255) return { sid: Number(text), sidFrom: 'myid' };
  }
  const sid = sidOfPath(path);
  return { sid, sidFrom: sid === null ? null : 'path' };
}

/**
 * The sid that a path suggests, from its last folder up: `s2`, `zk-2`, `server.2`, `node2`, `myid2`. The pods of a stateful set count from 0 (`zookeeper-0` is
 * server 1, as their start scripts have it).
 */
export function sidOfPath(path: string): Sid | null {
  for (const part of path.split('/').reverse()) {
    if (part === 'version-2') continue;
    const pod = /(?:^|-)(?:zookeeper|zk)-(\d{1,2})$/i.exec(part);
    const plain = /(?:^|[-_.])(?:s|zk|server|srv|node|host|peer|myid|zookeeper|old-s)[-_.]?(\d{1,3})$/i.exec(part);
    const number = pod !== null ? Number(pod[1]) + (/zookeeper/i.test(part) ? 1 : 0) : plain === null ? null : Number(plain[1]);
    if (number !== null && number >= 1 && number <= 255) return number;
  }
  return null;
}

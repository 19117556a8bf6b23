/** An ensemble booted from data directories: the rehearsal of a restore, and the one true answer to who leads and who is sent what. */
import type { Sid } from '../../base/ids.ts';
import type { Zxid } from '../../base/zxid.ts';
import { InlineHost } from '../../ensemble/host/inline.ts';
import type { Core } from '../../ensemble/host/host.ts';
import { runScenario } from '../../ensemble/runScenario.ts';
import { parseScenario, ScenarioError, type Scenario } from '../../ensemble/scenario.ts';
import type { TraceEvent } from '../../ensemble/types.ts';
import type { Disk } from '../../store/types.ts';
import { PROFILE_CURRENT, type Profile } from '../../zab/profile.ts';
import { step } from '../../zab/server.ts';
import type { SyncMode } from '../../zab/types.ts';
import type { Watch } from '../files.ts';
import { DISK_BYTES, toDisk } from './toDisk.ts';
import type { ConfigMember, DirectoryReport } from './types.ts';

/** A place in the ensemble, and the directory its server starts from; null starts empty. */
export interface Seat {
  readonly sid: Sid;
  readonly directory: DirectoryReport | null;
}

export interface RehearsalOptions {
  /** Of the ensemble; the seats alone unless told. Members without a seat stay down. */
  readonly members?: readonly ConfigMember[];
  /** Who is started first; all seats unless told. The others are started once those have a leader. */
  readonly first?: readonly Sid[];
  /** Settings by their names in `zoo.cfg`; they win over those of the directories. */
  readonly cfg?: Readonly<Record<string, string | number | boolean>>;
  readonly profile?: Profile;
  readonly title?: string;
  /** Bytes that all disks together may take; each at most as many as `toDisk` takes. */
  readonly diskBytes?: number;
}

/** What is not as it was in the real ensemble. */
export type RehearsalNote =
  | { readonly key: 'olderFiles'; readonly sid: Sid; readonly files: number; readonly sentence: string }
  | { readonly key: 'setting'; readonly name: string; readonly value: string; readonly sentence: string };

export interface Rehearsal {
  readonly scenario: Scenario;
  /** The same as JSON data, for links and files; disks are not in it. */
  readonly given: Readonly<Record<string, unknown>>;
  /** What servers have on their disks at the start: `EnsembleHooks.disks`. */
  readonly disks: ReadonlyMap<Sid, Disk>;
  readonly notes: readonly RehearsalNote[];
}

/** What can be told of an ensemble that was booted. */
export interface RehearsalResult {
  /** The last leader that was established; null when there was none. */
  readonly leader: Sid | null;
  readonly epoch: number | null;
  /** In the order they were decided. */
  readonly syncs: readonly RehearsedSync[];
  /** Servers that ended, and why. */
  readonly ended: readonly { readonly sid: Sid; readonly message: string }[];
  /** Servers that run and serve at the end, and what they have. */
  readonly serving: readonly { readonly sid: Sid; readonly zxid: Zxid; readonly digest: number }[];
}

export interface RehearsedSync {
  readonly leader: Sid;
  readonly learner: Sid;
  readonly mode: SyncMode;
  readonly peerLastZxid: Zxid;
  readonly zxidSent: Zxid;
  /** Txns sent after it. */
  readonly queued: number;
  readonly because: string;
}

/** Settings of a `zoo.cfg` that the simulation has. */
const SETTINGS = [
  'tickTime',
  'initLimit',
  'syncLimit',
  'snapCount',
  'snapshotSizeFactor',
  'preAllocSize',
  'digest.enabled',
  'extendedTypesEnabled',
];
/** A run that comes to nothing is given up after this many virtual ms. */
const LIMIT_MS = 120_000;
const LIMIT_EVENTS = 500_000;

/**
 * What to boot: a scenario that starts the seats and waits for a leader, and their disks.
 *
 * Rejects with IntakeCancelled, with an Error whose message says which directory does not fit, and with ScenarioError when there are more servers, or other
 * sids, than the simulator takes.
 */
export async function rehearse(seats: readonly Seat[], options: RehearsalOptions = {}, watch: Watch = {}): Promise<Rehearsal> {
  const notes: RehearsalNote[] = [];
  const disks = new Map<Sid, Disk>();
  let left = options.diskBytes ?? DISK_BYTES;
  for (const { sid, directory } of seats) {
    if (directory === null) continue;
    const made = await toDisk(directory, watch, left);
    if ('refused' in made) throw new Error(made.refused);
    for (const { length } of Object.values(made.disk.files)) left -= length;
    const files = made.leftOut.length;
    if (files > 0)
      notes.push({ key: 'olderFiles', sid, files, sentence: `Server ${sid} starts without ${files} older files, which no start reads.` });
    disks.set(sid, made.disk);
  }
  const members = options.members ?? seats.map(({ sid }) => ({ sid, observer: false }));
  const first = (options.first ?? seats.map(({ sid }) => sid)).filter((sid) => seats.some((seat) => seat.sid === sid));
  const later = seats.map(({ sid }) => sid).filter((sid) => !first.includes(sid));
  const scenario = {
    name: 'rehearsal',
    title: options.title ?? 'Rehearsal of a restore',
    profile: (options.profile ?? PROFILE_CURRENT).name,
    members,
    steps: [
      { start: first },
      { wait: 'leader', timeout: 60 },
      ...(later.length === 0 ? [] : [{ start: later }]),
      { wait: 'quorum', timeout: 30 },
    ],
  };
  const given = { ...scenario, cfg: settingsOf(seats, options, scenario, notes) };
  return { scenario: parseScenario(given, 'rehearsal'), given, disks, notes };
}

/** Runs a rehearsal to where all servers serve, or it is clear that they will not. */
export async function runRehearsal({ scenario, disks }: Rehearsal): Promise<RehearsalResult> {
  const host = new InlineHost(step as Core);
  try {
    const run = await runScenario(scenario, host, { disks, limitMs: LIMIT_MS, limitEvents: LIMIT_EVENTS });
    const { ensemble } = run;
    const serving = ensemble.sids.flatMap((sid) => {
      const view = ensemble.view(sid);
      return view?.serving === true && ensemble.isUp(sid) ? [{ sid, zxid: view.lastZxid, digest: view.digest }] : [];
    });
    return { ...toldBy(ensemble.trace), serving };
  } finally {
    host.dispose();
  }
}

function toldBy(trace: readonly TraceEvent[]): Omit<RehearsalResult, 'serving'> {
  let leader: Sid | null = null;
  let epoch: number | null = null;
  const syncs: RehearsedSync[] = [];
  const ended: { sid: Sid; message: string }[] = [];
  for (const { actor, decisions } of trace) {
    if (actor.kind !== 'server') continue;
    for (const decision of decisions) {
      if (decision.rule === 'leader.established') ({ leader, epoch } = { leader: actor.sid, epoch: decision.epoch });
      else if (decision.rule === 'sync.mode') {
        const { learner, mode, peerLastZxid, zxidSent, queued, because } = decision;
        syncs.push({ leader: actor.sid, learner, mode, peerLastZxid, zxidSent, queued, because });
      } else if (decision.rule === 'recovery.failed') ended.push({ sid: actor.sid, message: decision.message });
    }
  }
  return { leader, epoch, syncs, ended };
}

/** Settings of the first directory that has some; one that the simulation refuses is left out. */
function settingsOf(
  seats: readonly Seat[],
  options: RehearsalOptions,
  scenario: Readonly<Record<string, unknown>>,
  notes: RehearsalNote[],
): Readonly<Record<string, string | number | boolean>> {
  const written =
    seats.find(({ directory }) => directory?.config !== null && directory?.config !== undefined)?.directory?.config?.settings ?? {};
  const cfg: Record<string, string | number | boolean> = {};
  for (const key of SETTINGS) {
    const value = written[key];
    if (value === undefined) continue;
    if (isAccepted({ ...scenario, steps: [], cfg: { [key]: value } })) cfg[key] = value;
    else notes.push(unusable(key, value.slice(0, 40)));
  }
  return { ...cfg, ...options.cfg };
}

function unusable(name: string, value: string): RehearsalNote {
  return { key: 'setting', name, value, sentence: `${name}=${value} in zoo.cfg is not a value that can be used here; the usual one is.` };
}

function isAccepted(scenario: unknown): boolean {
  try {
    parseScenario(scenario, 'rehearsal');
    return true;
  } catch (error) {
    if (error instanceof ScenarioError) return false;
    throw error;
  }
}

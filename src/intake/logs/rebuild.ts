/**
 * From an imported trace to an ensemble that runs on from the playhead: data directories, links and processes as they were at that
 * moment, as far as logs (and data directories, where there are some) tell, and a list of all that had to be assumed. Servers start
 * anew, in an order in which the same leader is elected again; whether that worked is tried out before the scenario is handed over.
 */
import type { Sid } from '../../base/ids.ts';
import { compareZxid, formatZxid, type Zxid } from '../../base/zxid.ts';
import { Ensemble } from '../../ensemble/conductor.ts';
import { InlineHost } from '../../ensemble/host/inline.ts';
import { optionsOf, parseScenario, type Scenario } from '../../ensemble/scenario.ts';
import { isFinished, scriptOf } from '../../ensemble/script.ts';
import { LIMITS } from '../../ensemble/steps.ts';
import { recover } from '../../store/recovery.ts';
import type { Disk } from '../../store/types.ts';
import type { Timeline } from '../../trace/timeline.ts';
import { isQuorum, isVoter } from '../../zab/quorum.ts';
import { step } from '../../zab/server.ts';
import type { EnsembleConfig } from '../../zab/types.ts';
import { before, lastTxnOf, makeDisk, type EpochStarts } from './rebuild/history.ts';
import { cfgOf } from './rebuild/settings.ts';
import { stateAt, type WantedServer, type WantedState } from './rebuild/state.ts';
import type { Assumption } from './rebuild/texts.ts';

export type { Assumption } from './rebuild/texts.ts';

/** Virtual ms and events after which a state that does not come again is given up. */
const LIMIT_MS = 120_000;
const LIMIT_EVENTS = 100_000;
/** Seconds to wait for servers to serve, in the scenario. */
const WAIT_S = 30;

export interface Rebuilt {
  readonly scenario: Scenario;
  /** The same as JSON data, for links and files; disks are not in it. */
  readonly given: unknown;
  /** What servers have on their disks at the start: `EnsembleHooks.disks`. */
  readonly disks: ReadonlyMap<Sid, Disk>;
  /** Virtual ms at which the state of the playhead has come again (or was given up): run to here, then go on from there. */
  readonly settledAt: number;
  readonly assumed: readonly Assumption[];
}

/** The ensemble cannot be simulated; the message says why. */
export class RebuildError extends Error {
  override readonly name = 'RebuildError';
}

/** What a server brings to an election. */
interface Candidate {
  readonly sid: Sid;
  readonly epoch: number;
  readonly last: Zxid;
}

/**
 * Makes the ensemble of position `n` again.
 *
 * @param config of the trace (`ReadTrace.config`).
 * @param given data directories that were imported, used as they are.
 * @throws RebuildError when there are more servers, or other sids, than the simulator takes.
 */
export function rebuild(timeline: Timeline, config: EnsembleConfig, n: number, given: ReadonlyMap<Sid, Disk> = new Map()): Rebuilt {
  checkMembers(config);
  const assumed: Assumption[] = [];
  const wanted = withQuorum(stateAt(timeline, n), config, assumed);
  const first = wanted.leader === null ? [] : firstVoters(wanted, config, given);
  const disks = disksOf(wanted, config, given, first, assumed);
  const data = scenarioOf(wanted, config, first, assumed);
  const scenario = parseScenario(data, 'rebuilt', config.profile);
  for (const [a, b] of wanted.cuts) assumed.push({ key: 'cut', values: { a, b } });
  if (wanted.leader === null && assumed.every(({ key }) => key !== 'leaderAlone')) assumed.push({ key: 'noLeader', values: {} });
  assumed.push({ key: 'sessions', values: {} });
  const settledAt = tryOut(scenario, disks, wanted, assumed);
  return { scenario, given: data, disks, settledAt, assumed };
}

function checkMembers({ members }: EnsembleConfig): void {
  if (members.length === 0) throw new RebuildError('The logs name no server, so there is nothing to run.');
  if (members.length > LIMITS.servers)
    throw new RebuildError(`The logs name ${members.length} servers; the simulator runs at most ${LIMITS.servers}.`);
  const odd = members.find(({ sid }) => sid < 1 || sid > 255);
  if (odd !== undefined) throw new RebuildError(`Server ${odd.sid} cannot be simulated: sids are 1 to 255.`);
  if (members.every(({ type }) => type === 'observer')) throw new RebuildError('The logs name observers only; nobody could lead.');
}

// ---------------------------------------------------------------------------------------------------------------------
// The leader again.

/** A leader that has lost its quorum and does not know it yet cannot be elected again. */
function withQuorum(wanted: WantedState, config: EnsembleConfig, assumed: Assumption[]): WantedState {
  const { leader, servers } = wanted;
  if (leader === null) return wanted;
  const behind = servers.filter(({ sid, follows }) => follows || sid === leader).map(({ sid }) => sid);
  if (isQuorum(config, behind)) return wanted;
  assumed.push({ key: 'leaderAlone', values: { leader } });
  return { ...wanted, leader: null, servers: servers.map((server) => ({ ...server, follows: false, synced: false })) };
}

/** Those that start first, the leader included: a quorum in which it wins, if there is one without changing anything. */
function firstVoters({ servers, leader, starts }: WantedState, config: EnsembleConfig, given: ReadonlyMap<Sid, Disk>): readonly Sid[] {
  const voters = servers.filter(({ sid, follows }) => (follows || sid === leader) && isVoter(config, sid));
  const candidates = new Map(voters.map((server) => [server.sid, candidateOf(server, given.get(server.sid), starts, config)]));
  const candidate = ({ sid }: WantedServer): Candidate => candidates.get(sid) as Candidate;
  const own = voters.find(({ sid }) => sid === leader);
  if (own === undefined) return [];
  // Weaker ones first; the others only as far as they are needed.
  const sorted = voters.filter(({ sid }) => sid !== leader).sort((a, b) => order(candidate(a), candidate(b)));
  const group: Sid[] = [own.sid];
  for (const server of sorted) {
    if (isQuorum(config, group) && order(candidate(server), candidate(own)) > 0) break;
    group.push(server.sid);
  }
  return group;
}

/** Source: `FastLeaderElection.totalOrderPredicate`. */
function order(a: Candidate, b: Candidate): number {
  return a.epoch - b.epoch || compareZxid(a.last, b.last) || a.sid - b.sid;
}

/** As its disk will make it vote; without one, as the logs say. */
function candidateOf(
  { sid, last, currentEpoch }: WantedServer,
  disk: Disk | undefined,
  starts: EpochStarts,
  config: EnsembleConfig,
): Candidate {
  const outcome = disk === undefined ? null : recovered(disk, config);
  if (outcome?.ok !== true) return { sid, epoch: currentEpoch, last: lastTxnOf(last, starts) };
  const epochs = outcome.recovered.steps.find((one) => one.step === 'epochs');
  return { sid, epoch: epochs?.step === 'epochs' ? epochs.currentEpoch : 0, last: outcome.recovered.tree.lastProcessedZxid };
}

function recovered(disk: Disk, config: EnsembleConfig): ReturnType<typeof recover> {
  return recover(disk, {
    commitLogCount: config.commitLogCount,
    trustEmptySnapshot: false,
    autocreate: true,
    configData: null,
    now: config.wallClockAtZero,
    deleteEmptyNewestLog: config.profile.emptyNewestLog === 'deleted',
  });
}

// ---------------------------------------------------------------------------------------------------------------------
// Disks.

function disksOf(
  wanted: WantedState,
  config: EnsembleConfig,
  given: ReadonlyMap<Sid, Disk>,
  first: readonly Sid[],
  assumed: Assumption[],
): ReadonlyMap<Sid, Disk> {
  const disks = new Map<Sid, Disk>();
  const made: Sid[] = [];
  const behind: Sid[] = [];
  const older: Sid[] = [];
  const leader = wanted.servers.find(({ sid }) => sid === wanted.leader);
  const epoch = leader?.currentEpoch ?? 0;
  for (const server of wanted.servers) {
    const disk = given.get(server.sid);
    if (disk !== undefined) {
      disks.set(server.sid, disk);
      compareDisk(server, disk, wanted, config, assumed);
      continue;
    }
    made.push(server.sid);
    let { last, currentEpoch } = server;
    // It votes in the first group and would win: it is given a little less, and gets it back from the leader.
    const tooGood =
      leader !== undefined && server.synced && server.sid > leader.sid && first.includes(server.sid) && !given.has(leader.sid);
    if (tooGood && lastTxnOf(last, wanted.starts).epoch < epoch) {
      currentEpoch = epoch - 1;
      older.push(server.sid);
    } else if (tooGood) {
      last = before(last, wanted.starts);
      behind.push(server.sid);
    }
    disks.set(server.sid, makeDisk({ ...server, last, currentEpoch }, wanted.starts, config.wallClockAtZero));
  }
  if (made.length > 0) assumed.push({ key: 'filler', values: { servers: made } });
  const unseen = wanted.unseen.filter((sid) => !given.has(sid));
  if (unseen.length > 0) assumed.push({ key: 'noLog', values: { servers: unseen } });
  if (leader !== undefined && behind.length > 0) assumed.push({ key: 'behind', values: { servers: behind, leader: leader.sid } });
  if (leader !== undefined && older.length > 0)
    assumed.push({ key: 'olderEpoch', values: { servers: older, leader: leader.sid, epoch: epoch - 1 } });
  return disks;
}

/** An imported directory is what a server had when it was copied, not at the playhead. */
function compareDisk(server: WantedServer, disk: Disk, { starts }: WantedState, config: EnsembleConfig, assumed: Assumption[]): void {
  const outcome = recovered(disk, config);
  if (!outcome.ok) {
    assumed.push({ key: 'diskBroken', values: { server: server.sid, message: outcome.failure.message } });
    return;
  }
  const { lastProcessedZxid } = outcome.recovered.tree;
  const logs = lastTxnOf(server.last, starts);
  if (compareZxid(lastProcessedZxid, logs) !== 0)
    assumed.push({ key: 'diskDiffers', values: { server: server.sid, disk: formatZxid(lastProcessedZxid), logs: formatZxid(logs) } });
}

// ---------------------------------------------------------------------------------------------------------------------
// The scenario.

function scenarioOf({ servers, leader, cuts }: WantedState, config: EnsembleConfig, first: readonly Sid[], assumed: Assumption[]): unknown {
  const up = servers.filter((server) => server.up);
  const late = up.filter(({ sid }) => !first.includes(sid)).map(({ sid }) => sid);
  const together = up.filter(({ sid, follows }) => follows || sid === leader).map(({ sid }) => sid);
  const steps: unknown[] = cuts.map((cut) => ({ cut }));
  if (first.length > 0) steps.push({ start: first }, { wait: 'serving', s: first, timeout: WAIT_S });
  if (late.length > 0) steps.push({ start: late });
  if (together.length > first.length) steps.push({ wait: 'serving', s: together, timeout: WAIT_S });
  return {
    name: 'rebuilt',
    texts: { en: { title: 'Rebuilt from logs' }, zh: { title: '由日志重建' } },
    seed: 1,
    profile: config.profile.name,
    members: config.members.map(({ sid, type }) => ({ sid, observer: type === 'observer' })),
    cfg: cfgOf(config, assumed),
    steps,
  };
}

/** Runs the scenario until its steps are done, and compares. */
function tryOut(scenario: Scenario, disks: ReadonlyMap<Sid, Disk>, wanted: WantedState, assumed: Assumption[]): number {
  const script = scriptOf(scenario);
  let latest = script.initial;
  const next: typeof script.next = (state, world) => {
    const done = script.next(state, world);
    latest = done.state;
    return done;
  };
  const ensemble = new Ensemble(optionsOf(scenario), new InlineHost(step as ConstructorParameters<typeof InlineHost>[0]), {
    driver: { initial: script.initial, next },
    disks,
  });
  ensemble.run({ untilMs: LIMIT_MS, events: LIMIT_EVENTS, until: () => isFinished(scenario, latest) });
  const { leader } = wanted;
  const now = wanted.servers.map(({ sid }) => ensemble.view(sid)).filter((view) => view !== null);
  const leads = now.find(({ role, serving }) => role === 'LEADING' && serving);
  if (leader !== null) {
    const missing = wanted.servers.filter(
      ({ sid, follows }) => follows && !now.some((view) => view.sid === sid && view.serving && view.leader === leader),
    );
    if (leads !== undefined && leads.sid !== leader) assumed.push({ key: 'otherLeader', values: { leader, now: leads.sid } });
    else if (missing.length > 0 || leads === undefined)
      assumed.push({ key: 'notReached', values: { leader, servers: missing.length > 0 ? missing.map(({ sid }) => sid) : [leader] } });
  }
  const logs = Math.max(...wanted.servers.map(({ currentEpoch }) => currentEpoch));
  if (leads !== undefined && leads.currentEpoch !== logs) assumed.push({ key: 'newEpoch', values: { now: leads.currentEpoch, logs } });
  const settledAt = ensemble.now;
  ensemble.dispose();
  return settledAt;
}

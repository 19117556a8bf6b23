/**
 * Where real timing chose one of several outcomes. Each function derives from what was done (never from a recording's name) that an outcome may
 * differ, and says why. What is not listed here must be reproduced exactly.
 */
import type { Facts, SyncFact } from '../../src/ensemble/facts.ts';
import type { Scenario } from '../../src/ensemble/scenario.ts';
import { namedSids, type Step } from '../../src/ensemble/steps.ts';

export interface Allowances {
  /** A fault fell into a burst that was not waited for: how far it had come is chance. */
  readonly burstCut: string | null;
  /** Logs roll and snapshots are taken after a random number of txns. */
  readonly randomRolls: string | null;
  /** Servers whose log may miss txns that were in flight while they stood still. */
  readonly logHoles: ReadonlyMap<string, string>;
}

const PROCESS_FAULTS = new Set<Step['action']>(['kill', 'crash', 'powerLoss', 'stop', 'restart']);

export function allowancesOf(scenario: Scenario, expected: Facts): Allowances {
  return { burstCut: burstCut(scenario), randomRolls: randomRolls(scenario, expected), logHoles: logHoles(scenario) };
}

/** From a `bg` burst until the next `join`, a process fault meets the burst at a point that no two runs share. */
function burstCut(scenario: Scenario): string | null {
  let running = false;
  for (const step of scenario.steps) {
    if (step.action === 'op' && step.op === 'burst' && (step.bg === true || step.bg === 1)) running = true;
    else if (step.action === 'join') running = false;
    else if (running && PROCESS_FAULTS.has(step.action))
      return `a ${step.action} in the middle of a burst: how far the burst had come is chance`;
  }
  return null;
}

/** Source: `SyncRequestProcessor.resetSnapshotStats`: the threshold is snapCount / 2 plus a random part of it. */
function randomRolls({ config }: Scenario, expected: Facts): string | null {
  const most = Math.max(0, ...Object.values(expected.servers).map(({ txns }) => txns.length));
  return most > config.snapCount / 2
    ? `snapCount ${config.snapCount}: a log rolls after a random number of txns, at least half of it`
    : null;
}

/**
 * Proposals that reach a server standing still wait in its socket. If it stands still for longer than syncLimit, its leader drops it, and whether
 * its logger or its new synchronization is first decides if they are in its log (ZOOKEEPER-4712; only where the logger is not drained first).
 */
function logHoles(scenario: Scenario): ReadonlyMap<string, string> {
  const holes = new Map<string, string>();
  if (scenario.profile.shutdownOrder !== 'fastForwardFirst') return holes;
  let stalled: { sid: string; step: number }[] = [];
  scenario.steps.forEach((step, i) => {
    if (step.action === 'pause') stalled.push(...namedSids(step.pause).map((sid) => ({ sid: String(sid), step: i })));
    if (step.action !== 'cont' && step.action !== 'resume') return;
    for (const { sid, step: from } of stalled) {
      const writes = scenario.steps.slice(from, i).some((between) => between.action === 'op' && between.op === 'burst');
      if (writes)
        holes.set(
          sid,
          `server ${sid} stood still while proposals arrived: whether its logger writes them before it is synchronized again is chance`,
        );
    }
    stalled = [];
  });
  return holes;
}

const isEmptyEpoch = (zxid: string): boolean => zxid.length > 10 && zxid.endsWith('00000000');

/**
 * A learner sync without what depends on whether the leader was already established when the learner came: then its last zxid is that of the empty
 * new epoch (`Leader.lead` → `setZxid`), and its committedLog counts as a source though nothing of it is sent.
 */
export function normalSync(
  sync: SyncFact,
): Omit<SyncFact, 'source' | 'lastProcessedZxid'> & { readonly source: string | null; readonly lastProcessedZxid: string } {
  const nothingSent = sync.peerLastZxid === sync.zxidSent;
  return {
    ...sync,
    lastProcessedZxid: isEmptyEpoch(sync.lastProcessedZxid) ? sync.maxCommittedLog : sync.lastProcessedZxid,
    source: nothingSent ? null : sync.source,
  };
}

/** DIFF or SNAP for an empty learner of a leader that has no txn at all. Null when this is not such a sync. */
export function freshBootSync(sync: SyncFact): string | null {
  const empty = (zxid: string) => zxid === '0x0' || isEmptyEpoch(zxid);
  const fresh = empty(sync.peerLastZxid) && empty(sync.minCommittedLog) && empty(sync.maxCommittedLog) && empty(sync.lastProcessedZxid);
  return fresh && sync.mode !== 'TRUNC' ? 'a fresh boot: SNAP if it connects after the leader moved to its new epoch, else DIFF' : null;
}

/** Snapshots named after an empty epoch exist only where a fresh boot sent SNAP. */
export function isEmptyEpochSnapshot(file: string): boolean {
  return file.startsWith('snapshot.') && isEmptyEpoch(`0x${file.slice('snapshot.'.length)}`);
}

/**
 * Why another run of the same scenario may rightly end otherwise, or null: then every run must reproduce every fact.
 *
 * @param run what was done, and when leaders were established, in virtual ms.
 */
export function raceOf(
  scenario: Scenario,
  allowances: Allowances,
  run: {
    readonly actions: readonly { readonly at: number; readonly action: string; readonly sids: readonly number[] }[];
    readonly elections: readonly { readonly at: number }[];
  },
): string | null {
  const [hole] = allowances.logHoles.values();
  const election = run.elections
    .map(({ at }) => electionRace(run.actions.filter((action) => action.at <= at)))
    .find((reason) => reason !== null);
  return allowances.burstCut ?? hole ?? buffered(scenario) ?? election ?? null;
}

/** The step that came before an election and made its leader a matter of chance, or null. */
function electionRace(actions: readonly { readonly action: string; readonly sids: readonly number[] }[]): string | null {
  const last = actions.at(-1);
  if (last === undefined) return null;
  if (last.action === 'startTogether' && last.sids.length > 1)
    return 'servers started together: the best vote among those heard in time wins';
  if (last.action === 'heal') return 'links healed: the best vote among those heard in time wins';
  return null;
}

/**
 * A write that is not waited for goes to a server whose links are cut, then the process (not the host) is killed and the links heal: its kernel still
 * delivers the proposal. Whether followers log it before or after they read their log again is chance; it survives, or stays in their logs only.
 */
function buffered(scenario: Scenario): string | null {
  let stage = 0;
  for (const { action, ...step } of scenario.steps) {
    if (stage === 0 && ['cut', 'cut1', 'isolate', 'partition'].includes(action)) stage = 1;
    else if (stage === 1 && action === 'op' && 'bg' in step && step.bg !== undefined && step.bg !== false && step.bg !== 0) stage = 2;
    else if (stage === 2 && action === 'kill') stage = 3;
    else if (stage === 3 && action === 'heal')
      return 'the kernel of a killed process still delivers its proposals: the write survives, or stays in logs only';
    else if (stage < 3 && action === 'heal') stage = 0;
  }
  return null;
}

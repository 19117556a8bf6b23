/**
 * Taking up and laying down a role. Everything that ends a leadership or a following comes through here, so the order in which
 * processors stop, memory is fast-forwarded and the next election begins is written once.
 *
 * Source: `QuorumPeer.run`, `Leader.shutdown`, `Learner.shutdown`, `ZooKeeperServer.shutdown`.
 */
import { drawInt } from '../base/random.ts';
import { closeAllClients } from './clients.ts';
import { finishMulti } from './commit.ts';
import { cancelTimer, decide, listen, setTimer, type Draft } from './draft.ts';
import { startElection } from './election/lookForLeader.ts';
import { reloadFromDisk, fastForwardMemory } from './database.ts';
import { closeHandlers, startLeading } from './leader/lead.ts';
import { syncedSids } from './leader/liveness.ts';
import { followLeader } from './learner/follow.ts';
import { pausesAtNewLeader } from './learner/sync.ts';
import { drainLogger, orphanLogger } from './logger.ts';
import { serverMachine, type ServerEvent } from './machines/server.ts';
import { stepper, type Transition } from './machines/stepper.ts';
import type { Profile } from './switches.ts';
import type { ElectedRole, LeaderGiveUp, LearnerGiveUp, Role, SyncMode, TimerName, Vote, ZabState } from './types.ts';

export const serverStepper = stepper(serverMachine);

const ZAB_STATES: Readonly<Record<string, ZabState>> = {
  discovery: 'DISCOVERY',
  synchronization: 'SYNCHRONIZATION',
  broadcast: 'BROADCAST',
};
const ROLES: Readonly<Record<string, Role>> = { following: 'FOLLOWING', leading: 'LEADING', observing: 'OBSERVING' };

/** Sends an event to the `server` machine and moves to the phase it says. The caller carries out the actions. */
export function advance(d: Draft, event: ServerEvent): Transition {
  const taken = serverStepper.step(d.s.phase, event);
  if (taken.phase !== d.s.phase) {
    const [head = '', tail = ''] = taken.phase.split('.');
    d.s.phase = taken.phase;
    d.s.role = ROLES[head] ?? 'LOOKING';
    d.s.zabState = ZAB_STATES[tail] ?? 'ELECTION';
  }
  return taken;
}

/** The election is over: take up the role it gave. Source: `QuorumPeer.run`, the switch on the peer state. */
export function electionDecided(d: Draft, vote: Vote, role: ElectedRole): void {
  d.s.vote = vote;
  switch (role) {
    case 'LEADING':
      advance(d, 'electedLeader');
      startLeading(d);
      return;
    case 'FOLLOWING':
      advance(d, 'electedFollower');
      followLeader(d, vote.leader);
      return;
    case 'OBSERVING':
      advance(d, 'electedObserver');
      followLeader(d, vote.leader);
      return;
  }
}

const LEARNER_TIMERS: readonly TimerName[] = ['connectRetry', 'connectBudget', 'read'];
const LEADER_TIMERS: readonly TimerName[] = ['epochLimit', 'epochAckLimit', 'newLeaderLimit', 'tick', 'sessions', 'containers'];

/**
 * A learner is without a leader, for whatever reason: it closes what it had open, catches its memory up with its log, and votes again.
 *
 * Source: `Learner.shutdown`, `LearnerZooKeeperServer.shutdown`, `ZKDatabase.fastForwardDataBase`.
 */
export function loseLeader(d: Draft, reason: LearnerGiveUp, detail?: string): void {
  const learning = d.s.learning;
  if (learning === null) return;
  decide(d, { rule: 'learner.gaveUp', reason, leader: learning.leader, ...(detail === undefined ? {} : { detail }) });
  for (const timer of LEARNER_TIMERS) cancelTimer(d, timer);
  if (pausesAtNewLeader(d.s.config.profile)) cancelTimer(d, 'newLeader');
  if (learning.conn !== null) d.effects.push({ type: 'close', conn: learning.conn });
  finishMulti(d);
  stopServing(d);
  const halfway = learning.snapshotNeeded && isGivenUp(learning.mode, d.s.config.profile.interruptedSync);
  const wasRunning = d.s.zabState === 'BROADCAST';
  d.s.learning = null;
  const catchUp = (): void => {
    // What was received but never confirmed is in memory only.
    if (halfway) reloadFromDisk(d, 'sameLog');
    // A server that was not running yet is not shut down, so nothing catches its memory up (`ZooKeeperServer.canShutdown`).
    else if (wasRunning) fastForwardMemory(d);
  };
  // An observer's logger has nothing to acknowledge, so it survives the loss and writes on.
  if (d.s.config.profile.shutdownOrder === 'drainFirst' || d.s.role === 'OBSERVING') {
    drainLogger(d);
    catchUp();
  } else orphanLogger(d, catchUp);
  const observer = d.s.role === 'OBSERVING';
  advance(d, 'leaderLost');
  if (observer) {
    const [delay, random] = drawInt(d.s.random, OBSERVER_ELECTION_DELAY_MS);
    d.s.random = random;
    setTimer(d, 'observerDelay', delay);
  } else if (d.s.phase === 'looking') startElection(d, 'lostLeader');
}

/** Whether what a sync brought is given up when it ends early: after SNAP since ZOOKEEPER-3642 is mended, after TRUNC if ZOOKEEPER-5094 were too. */
function isGivenUp(mode: SyncMode | null, interruptedSync: Profile['interruptedSync']): boolean {
  switch (interruptedSync) {
    case 'kept':
      return false;
    case 'snapGivenUp':
      return mode === 'SNAP';
    case 'givenUp':
      return mode === 'SNAP' || mode === 'TRUNC';
  }
}

/** `zookeeper.observer.election.DelayMs`. */
const OBSERVER_ELECTION_DELAY_MS = 200;

/** The observer's pause is over. Source: `QuorumPeer.run`, case OBSERVING. */
export function onObserverDelay(d: Draft): void {
  startElection(d, 'lostLeader');
}

/** A leader steps down. It does not tell its followers: they see their connections close. Source: `Leader.shutdown`. */
export function giveUpLeading(d: Draft, reason: LeaderGiveUp): void {
  const leading = d.s.leading;
  if (leading === null) return;
  decide(d, { rule: 'leader.gaveUp', reason, synced: syncedSids(leading, d.s.sid) });
  for (const timer of LEADER_TIMERS) cancelTimer(d, timer);
  listen(d, 'quorum', false);
  finishMulti(d);
  stopServing(d);
  closeHandlers(d);
  d.s.leading = null;
  drainLogger(d);
  if (leading.established) fastForwardMemory(d);
  advance(d, 'gaveUp');
  if (d.s.phase === 'looking') startElection(d, 'gaveUpLeading');
}

/** Closes all client connections; their sessions live on in the tree. Source: `ServerCnxnFactory.closeAll`. */
function stopServing(d: Draft): void {
  d.s.serving = false;
  closeAllClients(d);
}

/** The process ends by itself. */
export function exit(d: Draft, code: number, message: string): void {
  advance(d, 'died');
  d.effects.push({ type: 'exit', code, message });
}

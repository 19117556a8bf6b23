/**
 * One server: a pure function of what reaches it. The only door of this room.
 *
 * Source: `QuorumPeer`, with all its threads; where two of them race in Java, the order of inputs decides here.
 */
import { emptyList } from '../base/chunked.ts';
import { randomStream } from '../base/random.ts';
import { ZXID_ZERO } from '../base/zxid.ts';
import { newTree } from '../tree/tree.ts';
import { readEpochFile } from '../store/epochFiles.ts';
import { newLogWriter } from '../store/txnLog.ts';
import { finishMulti } from './commit.ts';
import { copyServer } from './copies.ts';
import { onClientAccepted, onClientDisconnected, onClientMessage } from './clients.ts';
import { purge, recoverAtBoot } from './database.ts';
import { close, edit, listen, setTimer, type Draft, type Mutable } from './draft.ts';
import {
  electionPeer,
  onCnxTimer,
  onElectionAccepted,
  onElectionConnected,
  onElectionConnectFailed,
  onElectionDisconnected,
  startCnx,
} from './election/cnxManager.ts';
import { onFinalizeTimer, onNotification, onPollTimer, startElection } from './election/lookForLeader.ts';
import { NEW_ELECTION_LAYER } from './election/state.ts';
import { dropHandler, noteHeard, onHandlerTimer, onLearnerAccepted } from './leader/handlers.ts';
import { onEpochAckLimit, onEpochLimit, onNewLeaderLimit } from './leader/lead.ts';
import { onTick } from './leader/liveness.ts';
import { onContainersTimer, onSessionsTimer } from './leader/sessions.ts';
import { introduceSelf, onConnectBudget, onConnectRetry, onLeaderConnectFailed, onReadTimer } from './learner/follow.ts';
import { onNewLeaderTimer } from './learner/sync.ts';
import { failLogger, idleLogger, onFsynced, flush, rollSnapshotAt } from './logger.ts';
import { recoveryStepper } from './machines/recovery.ts';
import { snapshotStepper } from './machines/snapshot.ts';
import { advance, exit, giveUpLeading, loseLeader, onObserverDelay, serverStepper } from './roles.ts';
import { carryOut, type PacketAction } from './rules.ts';
import { onSnapshotTimer } from './snapshotting.ts';
import type { Server } from './state.ts';
import type { ClientMessage, ElectionMessage, Input, Message, QuorumPacket, StepOutput, TimerName } from './types.ts';
import { changesOf } from './view.ts';

export type { Server } from './state.ts';

export interface Stepped {
  readonly server: Server;
  readonly output: StepOutput;
}

/**
 * Takes a server one input further. Same server, same input, same time: same result, on every host.
 *
 * @param before null only for `boot`, which forgets whatever was before.
 * @param now the server's own clock, ms.
 * @throws Error when something other than `boot` reaches a server that does not exist, or a promise of this code is broken.
 */
export function step(before: Server | null, input: Input, now: number): Stepped {
  const known = input.type === 'boot' ? null : before;
  if (known === null && input.type !== 'boot') throw new Error(`a server that was never booted got ${input.type}`);
  const s: Mutable<Server> = input.type === 'boot' ? blank(input) : copyServer(known as Server);
  const d: Draft = { before: known, s, effects: [], decisions: [], log: [], now };
  handle(d, input);
  return { server: s, output: { effects: d.effects, decisions: d.decisions, changes: changesOf(known, s), log: d.log } };
}

function blank({ sid, config, disk, seed }: Extract<Input, { type: 'boot' }>): Mutable<Server> {
  const nobody = { leader: sid, zxid: ZXID_ZERO, electionEpoch: 0, peerEpoch: 0 };
  return {
    sid,
    config,
    phase: serverStepper.initial,
    role: 'LOOKING',
    zabState: 'ELECTION',
    random: randomStream(seed, `server ${sid}`),
    nextToken: 1,
    disk,
    log: newLogWriter(),
    acceptedEpoch: 0,
    currentEpoch: 0,
    tree: newTree(null),
    committedLog: emptyList(),
    lastLogged: ZXID_ZERO,
    lastSynced: ZXID_ZERO,
    committedZxid: ZXID_ZERO,
    digestMismatches: 0,
    halfMulti: null,
    wantsSnapshot: false,
    recoveryPhase: recoveryStepper.initial,
    vote: nobody,
    cnx: NEW_ELECTION_LAYER,
    logger: idleLogger(0),
    snapshotting: null,
    snapshotPhase: snapshotStepper.initial,
    serving: false,
    clients: {},
    connOfSession: {},
    nextSession: '0x0',
    learning: null,
    leading: null,
  };
}

function handle(d: Draft, input: Input): void {
  switch (input.type) {
    case 'boot':
      return boot(d);
    case 'receive':
      return receive(d, input.conn, input.message);
    case 'timer':
      return onTimer(d, input.timer);
    case 'fsynced':
      return onFsynced(d, input.token);
    case 'connected':
      return input.channel === 'election' ? onElectionConnected(d, input.conn, input.peer) : leaderConnected(d, input.conn, input.peer);
    case 'connectFailed':
      return input.channel === 'election' ? onElectionConnectFailed(d, input.peer) : onLeaderConnectFailed(d, input.peer, input.reason);
    case 'accepted':
      return accepted(d, input);
    case 'disconnected':
      return disconnected(d, input.conn);
    case 'diskError':
      return diskFailed(d, input);
    case 'stop':
      return exit(d, 143, 'SIGTERM');
  }
}

/** Source: `QuorumPeerMain.runFromConfig`, `QuorumPeer.start`. */
function boot(d: Draft): void {
  advance(d, 'boot');
  d.s.logger = idleLogger(rollSnapshotAt(d));
  recoverAtBoot(d);
  if (d.s.phase !== 'looking') return;
  listen(d, 'client', true);
  startCnx(d);
  armPurge(d);
  startElection(d, 'boot');
}

const HOUR_MS = 3_600_000;

function armPurge(d: Draft): void {
  const hours = d.s.config.autopurge?.intervalHours ?? 0;
  if (hours > 0) setTimer(d, 'purge', hours * HOUR_MS);
}

function onPurgeTimer(d: Draft): void {
  if (d.s.config.autopurge !== null) purge(d, d.s.config.autopurge.retain);
  armPurge(d);
}

function receive(d: Draft, conn: number, message: Message): void {
  const voter = electionPeer(d, conn);
  if (voter !== undefined) onNotification(d, voter, message as ElectionMessage);
  else if (d.s.clients[conn] !== undefined) onClientMessage(d, conn, message as ClientMessage);
  else if (d.s.learning?.conn === conn) {
    edit(d, 'learning').lastHeard = d.now;
    onPacket(d, conn, message as QuorumPacket);
  } else if (d.s.leading?.handlers[conn] !== undefined) {
    noteHeard(d, conn, message as QuorumPacket);
    onPacket(d, conn, message as QuorumPacket);
  }
}

/** Every packet goes through the machine first: what it does not allow in this phase does not happen. */
function onPacket(d: Draft, conn: number, packet: QuorumPacket): void {
  for (const action of advance(d, packet.kind).actions) carryOut(d, action as PacketAction, conn, packet);
}

/** An attempt may end when its leader is not the one this server looks for any more. */
function leaderConnected(d: Draft, conn: number, peer: number): void {
  if (peer === d.s.learning?.leader && advance(d, 'CONNECTED').actions.includes('introduceSelf')) introduceSelf(d, conn);
  else close(d, conn);
}

function accepted(d: Draft, { channel, conn, peer }: Extract<Input, { type: 'accepted' }>): void {
  switch (channel) {
    case 'election':
      return onElectionAccepted(d, conn, peer);
    case 'quorum':
      return onLearnerAccepted(d, conn, peer);
    case 'client':
      return onClientAccepted(d, conn, peer);
  }
}

function disconnected(d: Draft, conn: number): void {
  if (electionPeer(d, conn) !== undefined) onElectionDisconnected(d, conn);
  else if (d.s.clients[conn] !== undefined) onClientDisconnected(d, conn);
  else if (d.s.learning?.conn === conn) loseLeader(d, 'connectionLost');
  else dropHandler(d, conn, 'disconnected');
}

/**
 * The disk takes no more. A snapshot that cannot be written ends the process; a log that cannot be written ends the role (ZOOKEEPER-2247), and what
 * was queued for it is lost.
 *
 * Source: `ZooKeeperServer.takeSnapshot`, `ZooKeeperCriticalThread.handleException`.
 */
function diskFailed(d: Draft, { message, file, disk }: Extract<Input, { type: 'diskError' }>): void {
  if (disk !== undefined) d.s.disk = disk;
  // An epoch whose writing failed, or did not come about because something before it failed, was never set (`QuorumPeer.setCurrentEpoch`).
  for (const epoch of ['acceptedEpoch', 'currentEpoch'] as const) d.s[epoch] = readEpochFile(d.s.disk, epoch) ?? d.s[epoch];
  const { snapshotting } = d.s;
  const lostSnapshot = snapshotting !== null && d.s.disk.files[snapshotting.part] === undefined;
  if (lostSnapshot || file?.startsWith('snapshot.') === true) return exit(d, SNAPSHOT_FAILED, message);
  failLogger(d);
  if (d.s.leading !== null) giveUpLeading(d, 'internalError');
  else if (d.s.learning !== null) loseLeader(d, 'diskFailure', message);
  else exit(d, SNAPSHOT_FAILED, message);
}

/** `ExitCode.TXNLOG_ERROR_TAKING_SNAPSHOT`. */
const SNAPSHOT_FAILED = 10;

function onTimer(d: Draft, timer: TimerName): void {
  switch (timer) {
    case 'poll':
      return onPollTimer(d);
    case 'finalizeWait':
      return onFinalizeTimer(d);
    case 'connectRetry':
      return onConnectRetry(d);
    case 'connectBudget':
      return onConnectBudget(d);
    case 'read':
      return onReadTimer(d);
    case 'epochLimit':
      return onEpochLimit(d);
    case 'epochAckLimit':
      return onEpochAckLimit(d);
    case 'newLeaderLimit':
      return onNewLeaderLimit(d);
    case 'tick':
      return onTick(d);
    case 'sessions':
      return onSessionsTimer(d);
    case 'containers':
      return onContainersTimer(d);
    case 'observerDelay':
      return onObserverDelay(d);
    case 'logger':
      return flush(d);
    case 'newLeader':
      return onNewLeaderTimer(d);
    case 'multi':
      return finishMulti(d);
    case 'snapshot':
      return onSnapshotTimer(d);
    case 'purge':
      return onPurgeTimer(d);
    default:
      return timer.startsWith('handler:') ? onHandlerTimer(d, Number(timer.slice(8))) : onCnxTimer(d, Number(timer.slice(4)));
  }
}

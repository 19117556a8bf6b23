/**
 * Leading: the epoch, learners as they are synchronized, the quorum of supporters.
 *
 * Source: `Leader.lead`, `LearnerHandler.run` and `syncFollower`, `ZKDatabase.getProposalsFromTxnLog`.
 */
import type { Sid } from '../../base/ids.ts';
import { formatZxid, zxidHex, ZXID_ZERO } from '../../base/zxid.ts';
import type { TraceEvent } from '../../ensemble/types.ts';
import { fileSize } from '../../store/disk.ts';
import { datedFiles } from '../../store/names.ts';
import { logSizeFrom } from '../../store/txnLog.ts';
import type { ConnId, Decision } from '../../zab/types.ts';
import {
  debug,
  electionMs,
  handlerThread,
  info,
  isObserver,
  once,
  quorumAddress,
  say,
  sidSet,
  type DecisionLines,
  type Pen,
} from './pen.ts';
import { commitProcessor, createdServer, requestThrottler } from './server.ts';
import { threads } from './line.ts';

const STATIC = [
  ['LearnerMaster@47', 'zookeeper.leader.maxConcurrentSnapSyncs = 10'],
  ['LearnerMaster@50', 'zookeeper.leader.maxConcurrentDiffSyncs = 100'],
  ['Leader@87', 'TCP NoDelay set to: true'],
  ['Leader@108', 'zookeeper.leader.ackLoggingFrequency = 1000'],
  ['Leader@1369', 'zookeeper.leader.maxTimeToWaitForEpoch = -1ms'],
] as const;

/** Elected itself. */
export function takeUpLeading(pen: Pen): void {
  info(pen, pen.peer, 'QuorumPeer@1549', 'LEADING');
  once(pen, pen.peer, STATIC);
  createdServer(pen);
  info(pen, pen.peer, 'Leader@588', `LEADING - LEADER ELECTION TOOK - ${electionMs(pen)} MS`);
  info(pen, pen.peer, 'QuorumPeer@917', 'Peer state changed: leading - discovery');
}

function memberText(pen: Pen, sid: Sid): string {
  const { address, quorumPort, electionPort } = pen.options;
  return `${address(sid)}:${quorumPort}:${electionPort}:${isObserver(pen, sid) ? 'observer' : 'participant'}`;
}

/** Somebody connected to the quorum port. */
export function learnerConnected(pen: Pen): void {
  const thread = `LearnerCnxAcceptorHandler-${quorumAddress(pen, pen.sid)}`;
  once(pen, thread, [['LearnerHandler@75', 'zookeeper.leader.closeSocketAsync = false']]);
}

/** FOLLOWERINFO or OBSERVERINFO. */
export function learnerIntroduced(pen: Pen, learner: Sid, conn: ConnId): void {
  info(pen, handlerThread(pen, learner, conn), 'LearnerHandler@510', `Follower sid: ${learner} : info : ${memberText(pen, learner)}`);
}

export const epochPropose: DecisionLines<'epoch.propose'> = (pen, { outcome }) => {
  if (outcome !== 'decided') return;
  const members = pen.members.map(({ sid }) => `server.${sid}=${memberText(pen, sid)}`).sort();
  const config = [...members, 'version=0'].join('\n');
  debug(pen, pen.peer, 'Leader@643', `set lastSeenQuorumVerifier to currentQuorumVerifier (${config})`);
  info(pen, pen.peer, 'QuorumPeer@1892', "Dynamic reconfig is disabled, we don't store the last seen config.");
};

export const epochAck: DecisionLines<'epoch.ack'> = (pen, { outcome }) => {
  if (outcome !== 'quorum') return;
  pen.later.push({ level: 'INFO', thread: pen.peer, at: 'QuorumPeer@917', text: 'Peer state changed: leading - synchronization' });
};

// ---------------------------------------------------------------------------------------------------------------------
// Synchronization.

type Mode = Extract<Decision, { rule: 'sync.mode' }>;

export const syncMode: DecisionLines<'sync.mode'> = (pen, decision, { what }) => {
  const { learner, mode, peerLastZxid, lastProcessedZxid } = decision;
  const thread = handlerThread(pen, learner, what.type === 'receive' && 'conn' in what ? what.conn : null);
  const { snapshotSizeFactor } = pen.config;
  const enabled = snapshotSizeFactor >= 0;
  if (enabled) info(pen, thread, 'ZKDatabase@345', `On disk txn sync enabled with snapshotSizeFactor ${snapshotSizeFactor}`);
  else info(pen, thread, 'ZKDatabase@347', 'On disk txn sync disabled');
  const max = pen.committedLogEmpty ? ZXID_ZERO : decision.maxCommittedLog;
  const min = pen.committedLogEmpty ? ZXID_ZERO : decision.minCommittedLog;
  const log = `maxCommittedLog=${formatZxid(max)} minCommittedLog=${formatZxid(min)}`;
  const zxids = `lastProcessedZxid=${formatZxid(lastProcessedZxid)} peerLastZxid=${formatZxid(peerLastZxid)}`;
  info(pen, thread, 'LearnerHandler@805', `Synchronizing with Learner sid: ${learner} ${log} ${zxids}`);
  for (const line of SYNC_LINES[decision.because](decision, pen)) say(pen, line[0], thread, line[1], line[2]);
  debug(pen, thread, 'LearnerHandler@923', `Start forwarding ${formatZxid(decision.forwardFrom)} for peer sid: ${learner}`);
  if (mode === 'SNAP') snapshotLines(pen, decision, thread);
  debug(pen, thread, 'LearnerHandler@595', `Sending NEWLEADER message to ${learner}`);
};

type Line = readonly [level: 'INFO' | 'WARN' | 'ERROR' | 'DEBUG', at: string, text: string];

const usingLog = ({ learner }: Mode): Line => ['INFO', 'LearnerHandler@869', `Using committedLog for peer sid: ${learner}`];
const usingBoth = ({ learner }: Mode): Line => ['INFO', 'LearnerHandler@882', `Use txnlog and committedLog for peer sid: ${learner}`];
const sendingDiff = ({ learner, zxidSent }: Mode): Line => [
  'INFO',
  'LearnerHandler@977',
  `Sending DIFF zxid=${formatZxid(zxidSent)}  for peer sid: ${learner}`,
];

function source(decision: Mode): readonly Line[] {
  if (decision.source === null) return [];
  return [decision.source === 'committedLog' ? usingLog(decision) : usingBoth(decision)];
}

const unhandled = (decision: Mode, pen: Pen): readonly Line[] => {
  if (decision.source !== null) return source(decision);
  const log = `maxCommittedLog=${formatZxid(decision.maxCommittedLog)} minCommittedLog=${formatZxid(decision.minCommittedLog)}`;
  const zxids = `lastProcessedZxid=${formatZxid(decision.lastProcessedZxid)} peerLastZxid=${formatZxid(decision.peerLastZxid)}`;
  const enabled = `txnLogSyncEnabled=${pen.config.snapshotSizeFactor >= 0}`;
  return [['WARN', 'LearnerHandler@908', `Unhandled scenario for peer sid: ${decision.learner} ${log} ${zxids} ${enabled}`]];
};

/** What is said for each line of the decision list of `LearnerHandler.syncFollower`. */
const SYNC_LINES: Readonly<Record<Mode['because'], (decision: Mode, pen: Pen) => readonly Line[]>> = {
  forced: () => [['WARN', 'LearnerHandler@847', 'Forcing snapshot sync - should not see this in production']],
  same: ({ learner, zxidSent }) => [['INFO', 'LearnerHandler@850', `Sending DIFF zxid=${formatZxid(zxidSent)} for peer sid: ${learner}`]],
  ahead: ({ learner, zxidSent }, pen) =>
    pen.options.debug
      ? [['DEBUG', 'LearnerHandler@859', `Sending TRUNC to follower zxidToSend=${formatZxid(zxidSent)} for peer sid:${learner}`]]
      : [],
  inCommittedLog: (decision) => [usingLog(decision), sendingDiff(decision)],
  inTxnLog: (decision) => [usingBoth(decision), sendingDiff(decision)],
  diverged: (decision) => {
    const text = `Sending TRUNC zxid=${formatZxid(decision.zxidSent)}  for peer sid: ${decision.learner}`;
    return [...source(decision), ['INFO', 'LearnerHandler@1005', text]];
  },
  divergedEpoch: (decision) => {
    const text = `Cannot send TRUNC to peer sid: ${decision.learner} peer zxid is from different epoch`;
    return [...source(decision), ['WARN', 'LearnerHandler@1001', text]];
  },
  txnLogUnusable: unusable,
  txnLogGap: (decision) => {
    const gap = `between end of txnlog: ${formatZxid(decision.peerLastZxid)} and start of committedLog: ${formatZxid(decision.minCommittedLog)}`;
    return [usingBoth(decision), ['INFO', 'LearnerHandler@886', `Detected gap ${gap}`]];
  },
  txnLogDisabled: unhandled,
  unhandled,
};

/** The log does not reach back that far, or is too large to be read. */
function unusable({ peerLastZxid }: Mode, pen: Pen): readonly Line[] {
  const oldest = datedFiles(pen.disk, 'log')[0];
  // Without any log there is nothing to say.
  if (oldest === undefined) return [];
  const newest = datedFiles(pen.disk, 'snapshot').at(-1);
  const limit = newest === undefined ? 0 : Math.floor(fileSize(pen.disk, newest.name) * pen.config.snapshotSizeFactor);
  const size = isBefore(peerLastZxid, oldest.zxid) ? 0 : logSizeFrom(pen.disk, peerLastZxid);
  if (size > limit) return [['INFO', 'ZKDatabase@397', `Txnlog size: ${size} exceeds sizeLimit: ${limit}`]];
  return [['WARN', 'ZKDatabase@387', `Unable to find proposals from txnlog for zxid: ${formatZxid(peerLastZxid)}`]];
}

function isBefore(
  a: { readonly epoch: number; readonly counter: number },
  b: { readonly epoch: number; readonly counter: number },
): boolean {
  return a.epoch !== b.epoch ? a.epoch < b.epoch : a.counter < b.counter;
}

function snapshotLines(pen: Pen, { learner, peerLastZxid, lastProcessedZxid, zxidSent, because }: Mode, thread: string): void {
  if (because === 'divergedEpoch' || because === 'diverged')
    say(pen, 'ERROR', thread, 'LearnerHandler@932', `Unhandled scenario for peer sid: ${learner} fall back to use snapshot`);
  const zxids = `zxid of leader is ${formatZxid(lastProcessedZxid)}, send zxid of db as ${formatZxid(zxidSent)}`;
  const exempt = isObserver(pen, learner) ? 'not exempt' : 'exempt';
  const throttle = `1 concurrent snapshot sync, snapshot sync was ${exempt} from throttle`;
  info(pen, thread, 'LearnerHandler@572', `Sending snapshot last zxid of peer is ${formatZxid(peerLastZxid)}, ${zxids}, ${throttle}`);
}

export const newLeaderAck: DecisionLines<'newLeader.ack'> = (pen, { from }, { what }) => {
  if (from === pen.sid) return;
  const thread = handlerThread(pen, from, what.type === 'receive' && 'conn' in what ? what.conn : null);
  debug(pen, thread, 'LearnerHandler@625', `Received NEWLEADER-ACK message from ${from}`);
};

/** A quorum has acknowledged NEWLEADER. Source: `Leader.startZkServer`, `LeaderZooKeeperServer.setupRequestProcessors`. */
export const leaderEstablished: DecisionLines<'leader.established'> = (pen, { supporters, zxid }) => {
  pen.said.push(...pen.later.splice(0));
  const start = `starting up and setting last processed zxid: 0x${zxidHex(zxid)}`;
  info(pen, pen.peer, 'Leader@1519', `Have quorum of supporters, sids: [${sidSet(supporters)}]; ${start}`);
  const reconfig = 'Dynamic reconfig feature is disabled, skip designatedLeader calculation and reconfig processing.';
  info(pen, pen.peer, 'Leader@1541', reconfig);
  commitProcessor(pen);
  const forward = 'zookeeper.forward_learner_requests_to_commit_processor_disabled = false';
  info(pen, pen.peer, 'ProposalRequestProcessor@57', forward);
  const prep = `PrepRequestProcessor (sid:${pen.sid}) started, reconfigEnabled=false`;
  info(pen, threads.prep(pen.sid), 'PrepRequestProcessor@138', prep);
  const { containerNeverUsedMs } = pen.config.profile;
  const container = `Using checkIntervalMs=60000 maxPerMinute=10000 maxNeverUsedIntervalMs=${containerNeverUsedMs}`;
  info(pen, pen.peer, 'ContainerManager@84', container);
  requestThrottler(pen);
  info(pen, pen.peer, 'QuorumPeer@917', 'Peer state changed: leading - broadcast');
};

/** Learners that are told to serve. */
export function upToDateLines(pen: Pen, event: TraceEvent): void {
  for (const { message, to, conn } of event.sent) {
    if (message.kind === 'UPTODATE' && to.kind === 'server')
      debug(pen, handlerThread(pen, to.sid, conn), 'LearnerHandler@651', `Sending UPTODATE message to ${to.sid}`);
  }
}

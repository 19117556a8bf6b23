/**
 * A simulated trace as the `server.log` of one of its servers: what ZooKeeper 3.8.0 would have printed at each step, in its own layout and
 * wording, with its classes, threads and line numbers. Kinds of messages are compared with real logs by `npm run golden -- --logs`.
 *
 * One table for what servers decide, one switch for what reaches them. Nothing is printed that the trace does not tell.
 */
import type { Sid } from '../../base/ids.ts';
import type { TraceEvent } from '../../ensemble/types.ts';
import { applyDiskOp, applyDiskOps, emptyDisk } from '../../store/disk.ts';
import type { EnsembleConfig, Member, Message, RuleId } from '../../zab/types.ts';
import { acceptedLines, brokenLines, cannotOpen, connectionOrder } from './connections.ts';
import { diskErrorLines, digestMismatch, exitLines, fsyncedLines, newLogLines, recoveryLines, snapshotDue, snapshotTaken } from './disk.ts';
import {
  electionBackoff,
  electionStart,
  notificationLines,
  swallowedOwnVotes,
  voteEstablished,
  voteFinal,
  voteOrder,
  voteQuorum,
  voteRejected,
  voteRound,
} from './election.ts';
import {
  epochAck,
  epochPropose,
  leaderEstablished,
  learnerConnected,
  learnerIntroduced,
  newLeaderAck,
  syncMode,
  upToDateLines,
} from './leader.ts';
import {
  commitLines,
  commitUnexpected,
  connectedLines,
  connectFailedLines,
  epochAccept,
  learnerServing,
  newLeaderArrived,
  newLeaderReceived,
  proposalLines,
  syncOpened,
  syncTruncated,
} from './learner.ts';
import { formatMessage } from './line.ts';
import { newPen, restart, type DecisionLines, type LogOptions, type Pen } from './pen.ts';
import { fastForward, handlerClosed, leaderGaveUp, learnerGaveUp, observerDelay } from './shutdown.ts';
import { configurationLines } from './start.ts';
import {
  clientRefused,
  clientRequestLines,
  proposalAck,
  rememberTxns,
  requestValidated,
  revalidationLines,
  sessionCreated,
  sessionExpired,
} from './txns.ts';

export type { LogOptions } from './pen.ts';

const silent = () => undefined;

/** What is printed for each decision. Recovery is written as a whole, see `recoveryLines`. */
const DECISIONS: { readonly [R in RuleId]: DecisionLines<R> } = {
  'election.start': electionStart,
  'vote.order': voteOrder,
  'vote.round': voteRound,
  'vote.rejected': voteRejected,
  'vote.quorum': voteQuorum,
  'vote.final': voteFinal,
  'vote.established': voteEstablished,
  'election.backoff': electionBackoff,
  'connection.order': connectionOrder,
  'epoch.propose': epochPropose,
  'epoch.accept': epochAccept,
  'epoch.ack': epochAck,
  'sync.mode': syncMode,
  'sync.opened': syncOpened,
  'sync.truncated': syncTruncated,
  'newLeader.received': newLeaderReceived,
  'newLeader.ack': newLeaderAck,
  'leader.established': leaderEstablished,
  'learner.serving': learnerServing,
  'request.validated': requestValidated,
  'proposal.ack': proposalAck,
  'commit.unexpected': commitUnexpected,
  'leader.alive': silent,
  'learner.tooSlow': silent,
  'leader.gaveUp': leaderGaveUp,
  'learner.gaveUp': learnerGaveUp,
  'handler.closed': handlerClosed,
  'session.created': sessionCreated,
  'session.expired': sessionExpired,
  'session.revalidated': silent,
  'client.refused': clientRefused,
  'recovery.step': silent,
  'recovery.done': silent,
  'recovery.failed': silent,
  fastForward,
  'snapshot.due': snapshotDue,
  'snapshot.taken': snapshotTaken,
  purge: silent,
  'digest.mismatch': digestMismatch,
};

/**
 * The log of server `sid`, line by line, without line feeds; a line may hold a stack trace of several.
 *
 * @param events a trace from its beginning: what a server remembers of its past decides what it prints.
 * @param config of the ensemble: its settings are printed at every start, `wallClockAtZero` gives the times.
 */
export function* logLinesOf(
  events: Iterable<TraceEvent>,
  members: readonly Member[],
  config: EnsembleConfig,
  sid: Sid,
  options: LogOptions = {},
): Generator<string> {
  const pen = newPen(members, config, sid, options);
  for (const event of events) {
    if (event.disk?.sid === sid) pen.disk = event.disk.ops.reduce(applyDiskOp, event.disk.reset ? emptyDisk() : pen.disk);
    if (event.actor.kind !== 'server' || event.actor.sid !== sid) continue;
    writeEvent(pen, event);
    for (const message of pen.said) yield formatMessage(message, sid, config.wallClockAtZero + event.at);
    remember(pen, event);
  }
}

/** The whole log as a file: every line ends with a line feed. */
export function serverLog(
  events: Iterable<TraceEvent>,
  members: readonly Member[],
  config: EnsembleConfig,
  sid: Sid,
  options: LogOptions = {},
): string {
  let text = '';
  for (const line of logLinesOf(events, members, config, sid, options)) text += `${line}\n`;
  return text;
}

function writeEvent(pen: Pen, event: TraceEvent): void {
  if (event.what.type === 'boot') restart(pen);
  pen.now = event.at;
  pen.said = [];
  pen.later = [];
  rememberTxns(pen, event);
  inputLines(pen, event);
  for (const decision of event.decisions) {
    const write = DECISIONS[decision.rule] as DecisionLines<typeof decision.rule>;
    write(pen, decision, event);
  }
  swallowedOwnVotes(pen);
  upToDateLines(pen, event);
  revalidationLines(pen, event);
  for (const effect of event.effects) {
    if (effect.type === 'disk') newLogLines(pen, effect.ops);
    else if (effect.type === 'setTimer' && effect.timer === 'observerDelay') observerDelay(pen, effect.afterMs);
  }
  pen.said.push(...pen.later);
  for (const effect of event.effects) if (effect.type === 'exit') exitLines(pen, effect.code);
}

/** What reached the server. */
function inputLines(pen: Pen, event: TraceEvent): void {
  const { what } = event;
  switch (what.type) {
    case 'boot':
      configurationLines(pen, event);
      return recoveryLines(pen, event);
    case 'connected':
      if (!('conn' in what)) return;
      pen.conns.set(what.conn, { channel: what.channel, peer: what.peer });
      return what.channel === 'quorum' ? connectedLines(pen, what.peer) : undefined;
    case 'connectFailed':
      if (!('channel' in what)) return;
      return what.channel === 'quorum' ? connectFailedLines(pen, what.peer, what.reason, event) : cannotOpen(pen, what.peer, what.reason);
    case 'accepted':
      pen.conns.set(what.conn, { channel: what.channel, peer: what.peer });
      if (what.channel === 'election') acceptedLines(pen, what.conn, what.peer);
      else if (what.channel === 'quorum') {
        pen.handlers.set(what.peer, what.conn);
        if (pen.before.leading !== null) learnerConnected(pen);
      }
      return;
    case 'receive':
      return messageLines(pen, what.conn, what.message, event);
    case 'disconnected': {
      if (!('conn' in what)) return;
      const conn = pen.conns.get(what.conn);
      if (conn?.channel === 'election' && pen.links.get(conn.peer) === what.conn) brokenLines(pen, conn.peer, what.reason);
      return;
    }
    case 'timer':
      if (what.timer.startsWith('cnx:')) cannotOpen(pen, Number(what.timer.slice(4)), 'timeout');
      else if (what.timer === 'connectBudget' && pen.learner !== null) connectFailedLines(pen, pen.learner.leader, 'timeout', event);
      return;
    case 'fsynced':
      return fsyncedLines(pen, what.token);
    case 'diskError':
      return diskErrorLines(pen, what.message, what.file);
    default:
  }
}

function messageLines(pen: Pen, conn: number, message: Message, event: TraceEvent): void {
  const from = pen.conns.get(conn);
  switch (message.kind) {
    case 'NOTIFICATION':
      if (from !== undefined) notificationLines(pen, from.peer, message, event);
      return;
    case 'FOLLOWERINFO':
    case 'OBSERVERINFO':
      return learnerIntroduced(pen, message.sid, conn);
    case 'PROPOSAL':
    case 'INFORM':
      proposalLines(pen, message.kind, message.zxid);
      return message.kind === 'INFORM' ? commitLines(pen, message.zxid) : undefined;
    case 'COMMIT':
      return commitLines(pen, message.zxid);
    case 'NEWLEADER':
      return newLeaderArrived(pen);
    case 'Request':
      return clientRequestLines(pen, conn, message.xid, message.op);
    default:
  }
}

/** After an event: the view, the disk, what is under way to it. */
function remember(pen: Pen, event: TraceEvent): void {
  if (event.changes !== null) pen.before = { ...pen.before, ...event.changes };
  for (const effect of event.effects) {
    if (effect.type === 'disk') {
      pen.disk = applyDiskOps(pen.disk, effect.ops);
      for (const { file } of effect.ops) pen.written.set(file, event.at);
    } else if (effect.type === 'fsync') pen.fsyncs.set(effect.token, { at: event.at, file: effect.files.at(-1) ?? '' });
    else if (effect.type === 'close') pen.conns.delete(effect.conn);
  }
  if (event.what.type === 'disconnected' && 'conn' in event.what) pen.conns.delete(event.what.conn);
}

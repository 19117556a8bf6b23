/** Guarantees that do not hold, in English. */
import type { NamedTxn, Told } from '../../ensemble/breach.ts';
import { plainText, z } from '../narrate/text.ts';
import type { FindingTexts } from './texts.ts';

const t = ({ zxid, type, path, session }: NamedTxn): string =>
  `${z(zxid)} (${plainText(type)} ${path === null ? session : plainText(path)})`;
const told = ({ client, op, zxid }: Told): string => `Client ${client} is told that ${plainText(op)} succeeded at ${z(zxid)}`;
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

export const findingsEn: FindingTexts = {
  says: {
    'one leader per epoch': 'At most one server is ever established as leader of an epoch.',
    'consecutive proposals': 'The zxids proposed in an epoch count from 1 without a gap.',
    'only what was proposed': 'A server takes in only what the leader of the epoch has proposed.',
    agreement: 'Committed txns are the same, in the same order, on every server.',
    'no acknowledged write is lost': 'A write that a client was told succeeded is never lost while the disks of a quorum survive.',
    'reply means committed': 'A client hears that a write succeeded only after it was committed.',
    'applied is a prefix of committed': 'A serving server has applied the committed txns up to some point, all of them and nothing else.',
    'epochs are ordered': 'currentEpoch is never newer than acceptedEpoch, nor the last logged txn newer than either.',
    'promises are kept': 'A server never goes back to an epoch older than one it has accepted.',
    'a leader has all committed txns': 'The history of a new leader contains every txn committed in earlier epochs.',
    'a client never goes back': 'The zxids a client sees in one session never decrease.',
    'equal trees': 'Servers that have applied up to the same zxid have the same tree.',
    'what was cut stays cut': 'What a leader has told a server to truncate does not come back from its disk.',
    'committed is never cut': 'A server is never told to truncate what is committed.',
    'committed is durable': 'What is committed is on the disks of a quorum before anybody hears of it.',
    'an epoch stands on its history': 'A server makes an epoch its own only when the history that the epoch began with is on its disk.',
    'sync gives the committed txns':
      'A leader brings a learner up to date with the committed txns, one after the other, from one on that the learner has.',
    'a history ascends': 'The txns of a history have ascending zxids.',
    'proposals follow one another': 'Within an epoch a server takes in txns without a gap.',
    'messages come in their phase': 'A message comes only while its receiver is in the role and the phase for it.',
    'commits match proposals': 'A COMMIT is for the oldest proposal that waits for one.',
    'acks match': 'An acknowledgement is for what its leader waits to have acknowledged.',
    'values have their shape': 'Epochs, zxids, roles and phases are such as there are.',
    'a session has one owner': 'A session belongs to one client, whose requests take effect in the order in which they were made.',
    'a closed session stays closed': 'Nothing is done for a session, and no ephemeral is its own, once it is closed.',
    'a leader emerges': 'When a quorum is up and connected and nobody disturbs it, it has a leader before long.',
    'requests are answered': 'What a leader has proposed is committed before long, while a quorum is with it.',
    'learners get to serve': 'A server that is up and connected to a leader serves clients before long.',
    'epochs settle': 'When nobody disturbs the ensemble, epochs stop increasing.',
    'silent sessions end': 'A session that nobody touches is closed after its timeout.',
    'no server ends by itself': 'A server whose disk is well does not end by itself.',
  },
  breaches: {
    leaderLacks: (b) =>
      `Server ${b.sid} leads epoch ${b.epoch} without ${t(b.txn)}, which was committed.${
        b.told === null ? '' : ` Client ${b.told.client} was told that ${plainText(b.told.op)} succeeded at ${z(b.told.zxid)}.`
      }`,
    commitsOther: (b) => `Leader ${b.leader} commits ${t(b.txn)} where ${t(b.committed)} was committed before.`,
    cutsCommitted: (b) =>
      `Leader ${b.leader} tells server ${b.sid} to go back to ${z(b.to)}, and so to cut ${t(b.txn)}, which was committed.`,
    appliedOther: (b) => `Server ${b.sid} has applied ${t(b.txn)} where ${t(b.committed)} was committed.`,
    servesWithout: (b) => `Server ${b.sid} serves clients at ${z(b.zxid)} without ${t(b.txn)}, which was committed.`,
    showsUncommitted: (b) => `Server ${b.sid} serves clients at ${z(b.zxid)} and shows ${t(b.txn)}, which was never committed.`,
    treesDiffer: (b) =>
      `Servers ${b.sids[0]} and ${b.sids[1]} have both applied up to ${z(b.zxid)}, but their trees differ (digests ${b.digests[0]} and ${b.digests[1]}).`,
    toldUncommitted: (b) => `${told(b.told)}, but only ${z(b.committed)} is committed.`,
    toldOther: (b) => `${told(b.told)}, but what was committed there is ${b.committed === null ? 'nothing' : t(b.committed)}.`,
    clientWentBack: (b) => `Client ${b.client} had seen ${z(b.seen)} and is now answered as of ${z(b.zxid)}.`,
    notDurable: (b) =>
      `Leader ${b.leader} takes ${b.taken === 'txn' ? 'a txn' : 'its history'} for committed on the word of server ${b.sid}, whose disk ends at ${z(b.ends)}.`,
    epochUnfounded: (b) =>
      `Server ${b.sid} is in epoch ${b.epoch}, which began with a history up to ${z(b.initial)}, but its disk ends at ${z(b.ends)}.`,
    cutCameBack: (b) => `Server ${b.sid} was told to go back to ${z(b.to)}, and has read its ${b.from} up to ${z(b.last)} again.`,
    epochWonTwice: (b) => `Server ${b.sid} has a quorum for epoch ${b.epoch}, which server ${b.other} had before.`,
    bothLead: (b) => `Servers ${b.sids[0]} and ${b.sids[1]} both lead epoch ${b.epoch}.`,
    bothAccepted: (b) => `Servers ${b.sids[0]} and ${b.sids[1]} both lead, and have both accepted epoch ${b.epoch}.`,
    epochWentBack: (b) => `Server ${b.sid} had accepted epoch ${b.accepted} and goes back to ${b.epoch}.`,
    epochNotAccepted: (b) => `Server ${b.sid} is in epoch ${b.epoch} but has accepted only ${b.accepted}.`,
    loggedBeyondEpoch: (b) => `Server ${b.sid} has logged ${z(b.zxid)}, but its current epoch is ${b.epoch}.`,
    promiseBroken: (b) => `Server ${b.sid} had accepted epoch ${b.accepted} and now counts for epoch ${b.epoch}.`,
    neverProposed: (b) => `Server ${b.sid} takes in ${t(b.txn)}, which no leader has proposed.`,
    otherProposed: (b) => `Server ${b.sid} takes in ${t(b.txn)} where ${t(b.proposed)} was proposed.`,
    proposalGap: (b) => `Leader ${b.leader} of epoch ${b.leads} proposes ${z(b.zxid)} after counter ${b.counter} of epoch ${b.epoch}.`,
    outOfPhase: (b) => `Server ${b.sid} gets ${b.message} while it is ${b.role} in ${b.zabState}.`,
    packetRefused: (b) => `Server ${b.sid} gives up its leader: ${b.packet === null ? 'a packet' : plainText(b.packet)} out of place.`,
    commitRefused: (b) => `Server ${b.sid} gives up its leader: COMMIT of ${z(b.zxid)} with no proposal queued.`,
    commitUnexpected: (b) =>
      `Server ${b.sid} is told to commit ${z(b.zxid)}, but its oldest proposal is ${b.head === null ? 'none' : z(b.head)}.`,
    commitOutOfOrder: (b) =>
      `Leader ${b.leader} commits ${z(b.zxid)} after ${b.after === null ? 'the beginning of its epoch' : z(b.after)}.`,
    newLeaderAck: (b) =>
      `Leader ${b.leader} of epoch ${b.epoch} waits for server ${b.from} to acknowledge NEWLEADER, and gets an acknowledgement of ${z(b.zxid)}.`,
    unknownAck: (b) => `Server ${b.from} acknowledges ${z(b.zxid)} to leader ${b.leader}, which has not proposed it.`,
    historyDescends: (b) => `Server ${b.sid} takes ${t(b.txn)} into its history behind ${z(b.last)}.`,
    historyGap: (b) => `Server ${b.sid} takes ${t(b.txn)} into its history behind ${z(b.last)}: what is between is missing.`,
    badEpoch: (b) => `Server ${b.sid} is in a state that cannot be: ${b.field} is ${b.epoch}.`,
    badZxid: (b) =>
      `Server ${b.sid} is in a state that cannot be: its last ${b.field === 'lastZxid' ? '' : 'logged '}zxid is ${b.zxid.epoch}:${b.zxid.counter}.`,
    badPhase: (b) => `Server ${b.sid} is in a state that cannot be: it is ${b.role} in ${b.zabState}.`,
    syncFromElsewhere: (b) =>
      `Leader ${b.leader} sends ${b.mode} from ${z(b.from)} on to server ${b.learner}, but that was never committed.`,
    syncSkips: (b) => `Leader ${b.leader} sends ${z(b.zxid)} to server ${b.learner} where ${t(b.next)} comes next.`,
    closedSessionActs: (b) => `${t(b.txn)} is committed for session ${b.txn.session}, which was closed at ${z(b.closed)}.`,
    requestsReordered: (b) => `${t(b.txn)}, request ${b.cxid} of session ${b.txn.session}, is committed behind its request ${b.last}.`,
    closedSessionOwns: (b) =>
      `Client ${b.client} is shown an ephemeral of session ${b.session} as of ${z(b.zxid)}, although the session was closed at ${z(b.closed)}.`,
    sessionShared: (b) => `Client ${b.client} is given session ${b.session}, which client ${b.other} has.`,
    serverEnded: (b) =>
      `Server ${b.sid} has ended with exit code ${b.exitCode ?? '?'}: ${b.message === null ? 'no message' : plainText(b.message)}.`,
    epochUnsettled: (b) => `Server ${b.sid} begins epoch ${b.epoch}, ${seconds(b.calmMs)} after anything happened to the ensemble.`,
    noLeader: (b) => `A quorum is up and connected, and nothing has happened to it for ${seconds(b.calmMs)}, but it has no leader.`,
    doesNotServe: (b) => `Server ${b.sid} is up and connected to leader ${b.leader} for ${seconds(b.calmMs)}, but does not serve.`,
    notAnswered: (b) => `Leader ${b.leader} has proposed ${z(b.zxid)} ${seconds(b.waitedMs)} ago, and has not committed it.`,
    sessionRemains: (b) => `The client of session ${b.session} is gone, and the session still there.`,
    simulatorFailed: (b) => b.message,
  },
  deeds: {
    wiped: (d) => `the disk of server ${d.sid} was wiped`,
    diskFull: (d) => `the disk of server ${d.sid} was full`,
    powerLost: (d) => `server ${d.sid} lost power while forceSync=no lets it acknowledge before its disk has the data`,
    restored: (d) => `the disk of server ${d.sid} was replaced by the backup "${plainText(d.name)}"`,
    fileDamaged: (d) => `a byte of ${plainText(d.file)} of server ${d.sid} was damaged`,
    fileCut: (d) => `${plainText(d.file)} of server ${d.sid} was cut`,
    fileDeleted: (d) => `${plainText(d.file)} of server ${d.sid} was deleted`,
    fileReplaced: (d) => `${plainText(d.file)} of server ${d.sid} was replaced`,
  },
  known: (issues) => `Known in this version: ${issues.join(', ')}.`,
  promised: (deeds) => `ZooKeeper promises the contrary, but not after this: ${deeds.join(', and ')}.`,
  broken: (guarantee, text) => `A guarantee is broken, “${guarantee}”: ${text}`,
  void: (_guarantee, text) => `A guarantee no longer holds, by your own action: ${text}`,
  space: ' ',
};

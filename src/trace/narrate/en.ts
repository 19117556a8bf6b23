/** Everything a trace can say, in English. */
import { decisionsEn, leaderGaveUpEn, learnerGaveUpEn, roleEn, sidsEn } from './enDecisions.ts';
import { candidate, letter, ms, opText, plainText, txnText, z } from './text.ts';
import type { Language } from './language.ts';

const server = (sid: number): string => `Server ${sid}`;
/** By its name if it has one, as on the stage. */
const client = (id: number, name: string | null): string => `Client ${name === null || name === '' ? letter(id) : plainText(name)}`;

export const en: Language = {
  code: 'en',
  decisions: decisionsEn,
  messages: {
    NOTIFICATION: (m) =>
      `votes for ${candidate(m.vote.leader, 'nobody')} (epoch ${m.vote.peerEpoch}, zxid ${z(m.vote.zxid)}, round ${m.vote.electionEpoch}) and says it is ${m.state}`,
    FOLLOWERINFO: (m) => `wants to follow; it has accepted epoch ${m.acceptedEpoch}`,
    OBSERVERINFO: (m) => `wants to observe; it has accepted epoch ${m.acceptedEpoch}`,
    LEADERINFO: (m) => `proposes epoch ${m.epoch}`,
    ACKEPOCH: (m) =>
      m.currentEpoch < 0
        ? `has accepted this epoch before; its last zxid is ${z(m.lastZxid)}`
        : `accepts the epoch; its history ends in epoch ${m.currentEpoch} at ${z(m.lastZxid)}`,
    DIFF: (m) => `will send what is missing up to ${z(m.zxid)}`,
    TRUNC: (m) => `says: cut your log back to ${z(m.zxid)}`,
    SNAP: (m) => `sends its whole tree as of ${z(m.zxid)}`,
    PROPOSAL: (m) => `proposes ${z(m.zxid)}: ${txnText(m.txn.body.type, 'path' in m.txn.body ? m.txn.body.path : null)}`,
    INFORM: (m) => `says that ${z(m.zxid)} is committed: ${txnText(m.txn.body.type, 'path' in m.txn.body ? m.txn.body.path : null)}`,
    COMMIT: (m) => `says: commit ${z(m.zxid)}`,
    NEWLEADER: (m) => `asks to be confirmed as leader from ${z(m.zxid)}`,
    ACK: (m) => `acknowledges ${z(m.zxid)}`,
    UPTODATE: () => 'says: you are up to date, serve clients',
    REQUEST: (m) => `forwards ${opText(m.op)} of session ${m.session}`,
    PING: (m) => `is alive; last zxid ${z(m.zxid)}`,
    REVALIDATE: (m) =>
      m.valid === undefined
        ? `asks whether session ${m.session} is still alive`
        : `says that session ${m.session} is ${m.valid ? 'alive' : 'expired'}`,
    SYNC: () => 'answers a sync: everything before it has been sent',
    ConnectRequest: (m) =>
      m.session === '0x0'
        ? `asks for a session with a timeout of ${ms(m.timeoutMs)}`
        : `wants to go on with session ${m.session}; it has seen ${z(m.lastZxidSeen)}`,
    Request: (m) => `asks for ${opText(m.op)}`,
    ClientPing: () => 'keeps its session alive',
    ConnectResponse: (m) =>
      m.timeoutMs === 0 ? 'says that the session is gone' : `grants session ${m.session} with a timeout of ${ms(m.timeoutMs)}`,
    Reply: (m) => `answers request ${m.xid} with ${m.err} as of ${z(m.zxid)}`,
    PingReply: (m) => `answers the ping; it is at ${z(m.zxid)}`,
  },
  titles: {
    NOTIFICATION: 'Vote',
    FOLLOWERINFO: 'Follower info',
    OBSERVERINFO: 'Observer info',
    LEADERINFO: 'Leader info',
    ACKEPOCH: 'Epoch acknowledged',
    DIFF: 'Sync by difference',
    TRUNC: 'Sync by truncation',
    SNAP: 'Sync by snapshot',
    PROPOSAL: 'Proposal',
    INFORM: 'Inform (observer commit)',
    COMMIT: 'Commit',
    NEWLEADER: 'New leader',
    ACK: 'Acknowledgement',
    UPTODATE: 'Up to date',
    REQUEST: 'Forwarded request',
    PING: 'Ping',
    REVALIDATE: 'Session check',
    SYNC: 'Sync answer',
    ConnectRequest: 'Session request',
    Request: 'Client request',
    ClientPing: 'Client ping',
    ConnectResponse: 'Session answer',
    Reply: 'Reply',
    PingReply: 'Ping answer',
  },
  timers: {
    poll: 'it has waited long enough for a vote',
    finalizeWait: 'no better vote came in time',
    connectRetry: 'it tries to connect to its leader again',
    connectBudget: 'its time to reach the leader is up',
    read: 'it has heard nothing from its leader',
    epochLimit: 'the time to agree on an epoch is up',
    epochAckLimit: 'the time to acknowledge the epoch is up',
    newLeaderLimit: 'the time to confirm the new leader is up',
    tick: 'half a tick has passed: it pings and counts who is alive',
    sessions: 'it looks for expired sessions',
    containers: 'it looks for empty containers',
    observerDelay: 'its pause before a new election is over',
    logger: 'it writes to its log what has arrived, and asks the disk to make it durable',
    snapshot: 'it writes the next part of a snapshot',
    purge: 'it looks for old files to delete',
    handler: 'a learner has been silent for too long',
    cnx: 'an election connection could not be opened in time',
  },
  commands: {
    start: (c) => `Server ${c.sid} is started.`,
    restart: (c) => `Server ${c.sid} is started again.`,
    kill: (c) => `Server ${c.sid} is killed: its memory is gone, what it wrote stays.`,
    crash: (c) => `The host of server ${c.sid} goes silent: the others only notice by timeouts.`,
    powerLoss: (c) => `Server ${c.sid} loses power: only what was fsynced stays.`,
    stop: (c) => `Server ${c.sid} is asked to stop.`,
    pause: (c) => `Server ${c.sid} is paused.`,
    resume: (c) => `Server ${c.sid} goes on.`,
    wipe: (c) => `The data directory of server ${c.sid} is emptied.`,
    cut: (c) => `The link from ${c.from} to ${c.to} is cut${c.oneWay === true ? ', in this direction only' : ''}.`,
    heal: (c) =>
      c.from === undefined || c.to === undefined ? 'All links are mended.' : `The link between ${c.from} and ${c.to} is mended.`,
    partition: (c) => `The network splits into ${c.groups.map((group) => `{${group.join(', ')}}`).join(' and ')}.`,
    slow: (c) =>
      `The link ${c.oneWay === true ? 'from' : 'between'} ${c.from} ${c.oneWay === true ? 'to' : 'and'} ${c.to} becomes ${ms(c.delayMs)} slower.`,
    hurry: (c) => `The oldest packet on its way from ${c.from} to ${c.to} (${c.channel}) arrives now.`,
    hurryDisk: (c) => `The fsync under way on server ${c.sid} ends now.`,
    reset: (c) => `The connections between ${c.from} and ${c.to} are reset.`,
    skew: (c) => `The clock of server ${c.sid} now runs at ${c.rate} times the right speed.`,
    slowDisk: (c) => `An fsync on server ${c.sid} now takes ${ms(c.fsyncMs)}.`,
    diskFull: (c) => `The disk of server ${c.sid} is ${c.full ? 'full' : 'no longer full'}.`,
    flipByte: (c) => `Byte ${c.offset} of ${plainText(c.file)} on server ${c.sid} is damaged.`,
    cutFile: (c) =>
      `${plainText(c.file)} on server ${c.sid} is cut to ${c.length} bytes${c.zeroed === true ? ' and filled up with zeros' : ''}.`,
    deleteFile: (c) => `${plainText(c.file)} on server ${c.sid} is deleted.`,
    writeFile: (c) => `${plainText(c.file)} on server ${c.sid} is replaced.`,
    backup: (c) => `The data directory of server ${c.sid} is copied as "${plainText(c.name)}".`,
    restore: (c) =>
      `Server ${c.sid} gets the data directory "${plainText(c.name)}"${c.from === undefined ? '' : ` of server ${c.from}`} back.`,
    connect: (c, who) => `${who(c.client)} appears.`,
    request: (c, who) => `${who(c.client)} is to do this: ${opText(c.request)}.`,
    close: (c, who) => `${who(c.client)} closes its session.`,
    abandon: (c, who) => `${who(c.client)} vanishes without a word.`,
  },
  world: {
    processStarted: (e) => `Server ${e.sid} starts.`,
    processEnded: (e) =>
      ({
        kill: `Server ${e.sid} is dead: killed.`,
        crash: `Server ${e.sid} is gone: its host crashed.`,
        powerLoss: `Server ${e.sid} is gone: its power failed.`,
        exit: `Server ${e.sid} has ended${e.exitCode === null ? '' : ` with exit code ${e.exitCode}`}${e.message === null ? '' : `: ${plainText(e.message)}`}.`,
      })[e.how],
    connectionOpened: (e, who) => `${en.peer(e.from, who)} and ${en.peer(e.to, who)} are connected (${e.channel}).`,
    connectionClosed: (e) =>
      `Connection ${e.conn} is closed${e.lost.length > 0 ? `; ${e.lost.length} ${e.lost.length === 1 ? 'message is' : 'messages are'} lost` : ''}.`,
    note: (e) => plainText(e.text),
    violation: () => 'A guarantee is broken.',
    guaranteeVoid: () => 'A guarantee no longer holds, by your own action.',
  },
  events: {
    boot: (sid) => `Server ${sid} boots from its disk.`,
    inferred: (sid) => `Server ${sid} must have done this by now, though no line says so.`,
    logLine: (sid, text) => `Server ${sid} logs: ${text}`,
    connected: (sid, channel, peer) => `Server ${sid} is connected to ${peer} (${channel}).`,
    connectFailed: (sid, channel, peer, reason) =>
      `Server ${sid} could not connect to ${peer} (${channel}): ${reason === 'refused' ? 'refused' : 'no answer'}.`,
    accepted: (sid, channel, peer) => `Server ${sid} accepts a connection from ${peer} (${channel}).`,
    receive: (to, from, says) => `${to} hears from ${from.charAt(0).toLowerCase()}${from.slice(1)}, which ${says}.`,
    disconnected: (sid, reason) => `Server ${sid} loses a connection (${reason}).`,
    timer: (sid, timer) => `Server ${sid}: ${timer}.`,
    fsynced: (sid, upTo) => `Server ${sid}'s disk has made its writes durable, up to ${upTo}.`,
    diskError: (sid, message) => `Server ${sid}'s disk fails: ${plainText(message)}.`,
    stop: (sid) => `Server ${sid} is asked to stop.`,
    exit: (sid, code, message) => `Server ${sid} ends itself with exit code ${code}: ${plainText(message)}.`,
    roleChange: (sid, role, leader, epoch) => {
      if (role === 'LEADING') return `Server ${sid} becomes the leader; its current epoch is ${epoch}.`;
      if (role === 'LOOKING') return `Server ${sid} is looking for a leader; its current epoch is ${epoch}.`;
      return `Server ${sid} becomes ${roleEn[role]}${leader === null ? '' : ` of server ${leader}`}; its current epoch is ${epoch}.`;
    },
    logged: (sid, zxid, type, path) => `Server ${sid} appends ${zxid} to its log: ${txnText(type, path)}.`,
    applied: (sid, zxid) => `Server ${sid} has applied everything up to ${zxid}.`,
    clientStarted: (who, servers, timeoutMs) =>
      `${who} looks for a server among ${sidsEn(servers)}; it wants a session timeout of ${ms(timeoutMs)}.`,
    clientConnected: (who, sid) => `${who} is connected to server ${sid}.`,
    clientConnectFailed: (who, sid) => `${who} could not connect to server ${sid}.`,
    clientDisconnected: (who, sid) => `${who} has lost server ${sid}; its session lives on until its timeout.`,
    clientRequested: (who, op) => `${who} asks for ${op}.`,
    clientTimer: (who, timer) => `${who} acts on its timer "${plainText(timer)}".`,
    clientClosed: (who) => `${who} is closed.`,
    clientState: (who, state, session) => `${who} is now ${state} (session ${session}).`,
    outcome: (who, outcome, op) => {
      if (outcome.outcome === 'acked') return `${who}: ${op} is done${outcome.zxid === null ? '' : ` as of ${z(outcome.zxid)}`}.`;
      if (outcome.outcome === 'rejected')
        return `${who}: ${op} is rejected with ${outcome.err}${outcome.zxid === null ? '' : ` as of ${z(outcome.zxid)}`}.`;
      return `${who} cannot know whether ${op} was done (${outcome.err}).`;
    },
  },
  server,
  unnamedServer: 'Its server',
  client,
  peer: (peer, who) => (peer.kind === 'server' ? server(peer.sid) : who(peer.client)),
  role: roleEn,
  mode: { DIFF: 'DIFF: only what is missing', TRUNC: 'TRUNC: cut back, then what is missing', SNAP: 'SNAP: the whole tree' },
  leaderGaveUp: leaderGaveUpEn,
  learnerGaveUp: learnerGaveUpEn,
  sids: sidsEn,
  join: (sentences) => sentences.join(' '),
};

/** What English says about epochs, limits, files, processes, versions, and the logs themselves. */
import type { FindingRule, Wording, Words } from '../words.ts';
import { and, limit, saying, Servers, servers, span, times, when } from './phrases.ts';

const WAITED: Readonly<Record<string, string>> = {
  epoch: 'a quorum to connect and name its epochs',
  epochAck: 'a quorum to accept the new epoch',
  newLeaderAck: 'a quorum to be synchronized (to acknowledge NEWLEADER)',
};

/** What became of a server with a bad file. */
const outcome = (w: Words): string =>
  w.n('fatal') === 1 ? '; the server does not start' : w.n('snapshot') === 1 ? '; it falls back to an older snapshot and the txn logs' : '';

export const serversEn = {
  'epoch.refused': {
    sentence: (w) =>
      `Server ${w.n('server')} refused a leader${when(w)} whose epoch ${w.n('leaderEpoch')} is less than ${w.n('myEpoch')}, the epoch it has accepted before.`,
    advice: () =>
      'Do not delete its epoch files to force it: first find out whether the others lost data (restored or wiped disks), and which server has the newest history.',
  },
  'epoch.ahead': {
    sentence: (w) => `Leader ${w.n('leader')} refused a follower that is ahead of it${when(w)}${saying(w.s('text'))}.`,
    advice: () =>
      'See which server is ahead: it holds transactions that this leader does not have; a majority may have been restored or wiped.',
  },
  'epoch.reused': {
    sentence: (w) =>
      `Epoch ${w.n('epoch')} was used ${times(w.count)}, by the leaders ${and(w.list('leaders'))}: zxids of this epoch may name different transactions on different servers.`,
    advice: () => 'Stop writing, compare the data directories of all servers, choose one history, and let the others start empty.',
  },
  'epoch.diverged': {
    sentence: (w) =>
      `Server ${w.n('learner')} (at ${w.s('had')}) was brought in line with leader ${w.n('leader')} by ${w.s('mode')}${w.s('told') === '' ? '' : ` to ${w.s('told')}`} at ${w.s('time')}, under epoch ${w.n('epoch')}, which was used before: only zxids are compared, so their trees may differ unnoticed.`,
    advice: (w) =>
      `Compare the data of servers ${w.n('learner')} and ${w.n('leader')}; wipe the one that is wrong so that it gets a snapshot.`,
    unsure: () => 'The logs do not hold the transactions themselves.',
  },
  'epoch.forgotten': {
    sentence: (w) =>
      `Server ${w.n('leader')} was elected at ${w.s('time')} with a history of epoch ${w.n('peerEpoch')}, although a quorum under server ${w.n('earlierLeader')} had established epoch ${w.n('earlier')} before: a majority (${and(w.list('supporters'))}) has lost what it had acknowledged.`,
    advice: () =>
      'Find out which servers were restored from a backup or wiped, and keep the data of the one with the newest history: it may hold acknowledged writes that are gone elsewhere.',
  },
  'epoch.files': {
    sentence: (w) => `Server ${w.n('server')} does not start because its epoch files contradict its history${saying(w.s('text'))}.`,
    advice: () =>
      'If the other servers have a quorum, empty this server’s version-2 directory and let it get everything from the leader; do not edit the files by hand.',
  },
  'epoch.fileMissing': {
    sentence: (w) =>
      `${and(w.list('files'))} ${w.list('files').length === 1 ? 'was' : 'were'} missing on server ${w.n('server')} at ${w.s('time')} although it has a history; rebuilt as epoch ${w.n('epoch')}.`,
    advice: () =>
      'Find out what deleted them (an incomplete backup or copy?): a server that forgets an accepted epoch can support two leaders of one epoch.',
  },
  'history.cut': {
    sentence: (w) =>
      `Leader ${w.n('leader')} told server ${w.n('learner')} at ${w.s('time')} to cut its log from ${w.s('had')} back to ${w.s('told')}: those transactions are not part of the ensemble's history.`,
    advice: () =>
      'Nothing to do if they were never acknowledged (a leader that died in the middle of a write); otherwise look for restored or wiped servers.',
  },
  'history.replaced': {
    sentence: (w) =>
      `Server ${w.n('learner')} ended at ${w.s('had')}, which is not in the history of leader ${w.n('leader')}; it got a whole snapshot${w.s('told') === '' ? '' : ` of ${w.s('told')}`} at ${w.s('time')} in place of its own state.`,
    advice: () => 'Nothing to do if the transactions were never acknowledged; its old txn log file still holds them.',
  },
  'history.jump': {
    sentence: (w) => `Server ${w.n('server')} received ${w.s('got')} where ${w.s('expected')} was the next${when(w)}.`,
    advice: (w) =>
      `Compare the txn log of server ${w.n('server')} with the others; restart it with an empty data directory if transactions are missing.`,
    unsure: () => 'Some versions also print this after a synchronization in which nothing is missing.',
  },
  'sync.snapshot': {
    sentence: (w) =>
      `Server ${w.n('learner')} (at ${w.s('had')}) was too far behind leader ${w.n('leader')} for a DIFF and got the whole snapshot${when(w)}.`,
    advice: () =>
      'Nothing to do unless snapshots are large: then give initLimit room for the transfer, and let the leader keep more transactions (commitLogCount, snapshotSizeFactor).',
  },
  'initLimit.leader': {
    sentence: (w) =>
      `Leader ${w.n('leader')} waited ${limit('initLimit', w.n('limitMs'))} for ${WAITED[w.s('what')] ?? 'its followers'} and gave up${when(w)}.`,
    advice: () =>
      'See what the followers did in that time: could not connect to the quorum port, or needed longer for the transfer; then raise initLimit.',
  },
  'initLimit.learner': {
    sentence: (w) =>
      `${Servers(w.list('learners'))} waited for ${w.n('leader') < 0 ? 'the leader' : `leader ${w.n('leader')}`} while being synchronized, and ${limit('initLimit', w.n('limitMs'))} passed${when(w)}.`,
    advice: () => 'See whether the leader was up and how large its snapshot is; raise initLimit if the transfer needs longer.',
  },
  'syncLimit.learner': {
    sentence: (w) =>
      `${Servers(w.list('learners'))} heard nothing from ${w.n('leader') < 0 ? 'the leader' : `leader ${w.n('leader')}`} for ${limit('syncLimit', w.n('limitMs'))} and left it${when(w)}.`,
    advice: () => 'Look for a leader that stood still (GC, slow disk, suspended VM, crashed host) or a cut network at that time.',
  },
  'syncLimit.leader': {
    sentence: (w) =>
      `Leader ${w.n('leader')} heard nothing from ${and([...(w.list('learners').length === 0 ? [] : [servers(w.list('learners'))]), ...w.list('addresses').map((address) => `the learner at ${address}`)])} for ${limit('syncLimit', w.n('limitMs'))} and closed the connection${when(w)}.`,
    advice: () => 'Look at that learner at that time: a pause, a slow disk, a crash, or a cut network.',
  },
  'quorum.lost': {
    sentence: (w) =>
      `Leader ${w.n('leader')} gave up${when(w)} because only ${w.list('synced').length} of ${w.n('voters')} voters ${w.list('synced').length === 1 ? 'was' : 'were'} in sync (${servers(w.list('synced'))}); ${w.n('majority')} are needed.`,
    advice: () => 'See what happened to the followers up to two syncLimits before: stopped, cut off, or too slow.',
  },
  'quorum.gone': {
    sentence: (w) =>
      `After the leadership of server ${w.n('leader')} ended at ${w.s('time')} there is no leader until the end of the logs; ${servers(w.list('waiting'))} wait${w.list('waiting').length === 1 ? 's' : ''}, and ${w.n('majority')} of ${w.n('voters')} voters are needed.`,
    advice: () => 'Bring back enough servers for a majority; none of those that wait serves clients.',
    unsure: () => 'No member list is printed, so the number of voters is a guess.',
  },
  'quorum.notHeard': {
    sentence: (w) =>
      `Server ${w.n('server')} looked for a leader for ${span(w.n('forMs'))} from ${w.s('time')} on and heard only ${servers(w.list('heard'))} of ${w.n('voters')} voters; ${w.n('majority')} are needed. Not heard: ${and(w.list('missing'))}.`,
    advice: (w) => `See whether ${servers(w.list('missing'))} ran at that time and could be reached from server ${w.n('server')}.`,
    unsure: () => 'No member list is printed, so the number of voters is a guess.',
  },
  'quorum.leaderNotHeard': {
    sentence: (w) =>
      `Server ${w.n('server')} knew from ${servers(w.list('tellers'))} that server ${w.n('leader')} leads, but did not hear server ${w.n('leader')} itself for ${span(w.n('forMs'))} from ${w.s('time')} on, and does not follow without that.`,
    advice: (w) => `Check the connection from server ${w.n('leader')} to server ${w.n('server')}, at the election port.`,
  },
  'votes.split': {
    sentence: (w) =>
      `Server ${w.n('server')} looked for a leader for ${span(w.n('forMs'))} from ${w.s('time')} on although it heard ${servers(w.list('heard'))} of ${w.n('voters')} voters; the votes it saw were for ${and(w.list('leaders'))}.`,
    advice: () =>
      'See whether the votes differ (epoch, zxid, round) or the leader they name did not answer; epoch conflicts and restarts in a loop keep votes apart.',
    unsure: () => 'Votes are compared with all their fields, and not all are printed.',
  },
  flapping: {
    sentence: (w) =>
      `${w.count} leaderships within ${span(w.n('withinMs'))} from ${w.s('time')} on (leaders ${and(w.list('leaders'))}); ${w.n('lost')} of them ended.`,
    advice: () =>
      'Read why each ended: the same reason again and again (slow disk, pauses, network) is what to repair; each change stops all writes.',
  },
  restless: {
    sentence: (w) =>
      `Server ${w.n('server')} went back to LOOKING ${times(w.count)} within ${span(w.n('withinMs'))} from ${w.s('time')} on.`,
    advice: (w) => `Read what server ${w.n('server')} says just before each LOOKING: the exception there is the reason.`,
  },
  'election.backoff': {
    sentence: (w) =>
      `Server ${w.n('server')} found its leader late (${span(w.n('forMs'))} after ${w.s('time')}): with nobody answering, its wait between votes had grown to ${span(w.n('grownMs'))}.`,
    advice: () => 'Nothing to do if a quorum was missing anyhow; zookeeper.fastleader.maxNotificationInterval bounds the wait.',
  },
  'fsync.slow': {
    sentence: (w) =>
      `${w.count} fsync${w.count === 1 ? '' : 's'} of server ${w.n('server')} ${w.count === 1 ? 'was' : 'were'} slow, the worst took ${span(w.n('worstMs'))}${w.n('limitMs') > 0 ? ` (${Math.round((100 * w.n('worstMs')) / w.n('limitMs'))} % of syncLimit)` : ''}, between ${w.s('time')} and ${w.s('until')}.`,
    advice: () => 'Put dataLogDir on a disk of its own, and see what else writes to it at that time.',
  },
  stall: {
    sentence: (w) =>
      `Server ${w.n('server')} stood still for about ${span(w.n('gapMs'))} from ${w.s('time')} on: its log is silent, ${servers(w.list('waiting'))} waited for it in vain, and then it goes on without a restart.`,
    advice: () => 'Look at its GC log, at swapping, and at suspensions of the process or its VM at that time.',
    unsure: () => 'A network that was cut while the server had nothing to print looks similar.',
  },
  'file.crc': {
    sentence: (w) =>
      `A file of server ${w.n('server')} is damaged: a checksum is wrong${saying(w.s('text'))}${w.s('file') === '' ? '' : ` in ${w.s('file')}`}${outcome(w)}.`,
    advice: () =>
      'If the others have a quorum, save this server’s data directory, empty version-2 and let it get everything from the leader; check the disk.',
  },
  'file.cut': {
    sentence: (w) =>
      `A file of server ${w.n('server')} is cut or no valid file${saying(w.s('text'))}${w.s('file') === '' ? '' : `: ${w.s('file')}`}${outcome(w)}.`,
    advice: () =>
      'If the others have a quorum, save this server’s data directory, empty version-2 and let it get everything from the leader; see whether the disk was full.',
  },
  'file.partial': {
    sentence: (w) => `The last record of a txn log of server ${w.n('server')} is incomplete${when(w)}; ZooKeeper drops it and goes on.`,
    advice: () => 'Nothing to do after a crash or power loss: the record was never acknowledged by this server.',
  },
  'file.noSnapshot': {
    sentence: (w) => `Server ${w.n('server')} has txn logs but no valid snapshot${saying(w.s('text'))}${outcome(w)}.`,
    advice: () =>
      'If the others have a quorum, empty its version-2 directory and let it get everything from the leader; snapshot.trust.empty is only for upgrades from 3.4.',
  },
  'file.unreadable': {
    sentence: (w) =>
      `Server ${w.n('server')} could not read its data${saying(w.s('text'))}${w.s('file') === '' ? '' : ` in ${w.s('file')}`}${outcome(w)}.`,
    advice: () => 'Check the disk, the owner and the rights of its data directories.',
  },
  'disk.full': {
    sentence: (w) => `The disk of server ${w.n('server')} was full${when(w)}${saying(w.s('text'))}.`,
    advice: () => 'Make room (autopurge, old logs), then check that its newest txn log and snapshot are whole before it restarts.',
  },
  'disk.error': {
    sentence: (w) => `Server ${w.n('server')} had an error of the disk${when(w)}${saying(w.s('text'))}.`,
    advice: () => 'Check the disk and the file system; a server that cannot write its log has to be replaced.',
  },
  exit: {
    sentence: (w) =>
      `The process of server ${w.n('server')} ended by itself${when(w)}${w.list('codes').length === 0 ? '' : ` with exit code ${and(w.list('codes'))}`}${saying(w.s('text'))}.`,
    advice: () => 'Repair what the message says before it is started again: it would end the same way.',
  },
  memory: {
    sentence: (w) => `Server ${w.n('server')} ran out of memory${when(w)}${saying(w.s('text'))}.`,
    advice: () => 'Raise its heap or reduce data and watches; restart it, for after this nothing about it is certain.',
  },
  thread: {
    sentence: (w) => `A thread of server ${w.n('server')} that it cannot do without died${when(w)}${saying(w.s('text'))}.`,
    advice: () => 'Restart the server if it does not serve any more; the exception tells what broke.',
    unsure: () =>
      'The server took another role afterwards and has new threads for it, so this may have been only the end of the role before.',
  },
  'port.inUse': {
    sentence: (w) => `Server ${w.n('server')} could not listen at ${w.s('address')}: the port is in use${when(w)}.`,
    advice: (w) => `Find the process that holds ${w.s('address')}, often an older one of the same server.`,
  },
  'port.cannotBind': {
    sentence: (w) => `Server ${w.n('server')} could not listen at ${w.s('address')}${when(w)}${saying(w.s('text'))}.`,
    advice: () =>
      'Check that the address belongs to this host; behind NAT or in containers set quorumListenOnAllIPs or the address 0.0.0.0 for itself.',
  },
  config: {
    sentence: (w) => `Server ${w.n('server')} does not accept its configuration${saying(w.s('text'))}.`,
    advice: () => 'Correct the line that the message names.',
  },
  'config.warning': {
    sentence: (w) => `Server ${w.n('server')} warns of its configuration${saying(w.s('text'))}.`,
    advice: () => 'Use an odd number of voters, three or more, and give each server the type that the member list says.',
  },
  digest: {
    sentence: (w) =>
      `The tree of server ${w.n('server')} is not what the leader computed${when(w)}: digests do not match, so its data differ from those of the ensemble.`,
    advice: (w) => `Take server ${w.n('server')} out, compare its data with the others’, and let it start empty.`,
  },
  'version.mix': {
    sentence: (w) => `The servers run different versions: ${and(w.list('versions'))}.`,
    advice: () => 'Fine during a rolling upgrade; finish it.',
  },
  'version.logHole': {
    sentence: (w) =>
      `Server ${w.n('learner')} lost leader ${w.n('leader')} and came back by DIFF (from ${w.s('had')}) without a restart at ${w.s('time')}: before 3.9.3 transactions it had received and not yet logged may be missing from its log (ZOOKEEPER-4712).`,
    advice: (w) => `Watch digest_mismatches_count of server ${w.n('learner')}, compare its txn log with the others’, and upgrade.`,
    unsure: () => 'Whether anything is missing does not show before its next restart.',
  },
  'clock.offset': {
    sentence: (w) =>
      `The clock of server ${w.n('server')} is ${span(w.n('offsetMs'))} ${w.n('offsetMs') > 0 ? 'ahead of' : 'behind'} the others (± ${span(w.n('uncertainMs'))}, from ${w.n('pairs')} pairs of cause and effect); times here are corrected.`,
    advice: () => 'Check NTP on that host.',
    unsure: () => 'Few lines tie this clock to the others.',
  },
  'clock.zone': {
    sentence: (w) =>
      `The times of server ${w.n('server')} differ by ${span(w.n('offsetMs'))}, most likely another time zone; they are corrected here.`,
    advice: () => 'Let all servers log in UTC.',
    unsure: () => 'A clock that is wrong by that much looks the same.',
  },
  'clock.untied': {
    sentence: (w) =>
      `Nothing ties the ${w.list('untied').length === 1 ? 'clock' : 'clocks'} of ${servers(w.list('untied'))} to the others.`,
    advice: () => 'Read their order against the others with care.',
    unsure: () => 'Their times are taken as printed.',
  },
  'clock.step': {
    sentence: (w) =>
      `The times in the log of server ${w.n('server')} jump back ${times(w.count)}, by up to ${span(w.n('largestMs'))}; what follows is moved on.`,
    advice: () => 'Let NTP slew the clock instead of setting it; times of this server are less sure from there on.',
  },
  'clock.impossible': {
    sentence: (w) =>
      `Lines of server ${w.n('effect')} stand before the lines of server ${w.n('cause')} that caused them, ${times(w.count)}, by up to ${span(w.n('worstMs'))}.`,
    advice: () => 'Read times of these two servers with care.',
    unsure: () => 'A clock was set or drifts, or lines of one log belong to another server.',
  },
  'log.note': {
    sentence: (w) => `${w.s('log')}, line ${w.n('line')}: ${w.s('text')}.`,
    advice: () => 'Use the whole log if you have it.',
  },
  'log.middle': {
    sentence: (w) =>
      `The log of server ${w.n('server')} starts in the middle of its life, at ${w.s('time')}: its state before is not known.`,
    advice: () => 'Add the earlier part (rotated files) if you have it.',
  },
  'log.noDebug': {
    sentence: () => 'These logs hold no DEBUG lines: sent votes and the comparison of votes are inferred from what others received.',
    advice: () => 'Set org.apache.zookeeper.server.quorum to DEBUG to see them.',
  },
  'log.noElection': {
    sentence: (w) => `There is no election in ${w.s('log')} (${w.n('lines')} lines); it holds ${and(w.list('holds'))}.`,
    advice: () => 'Look for the file that covers the last start or the last change of the leader.',
  },
  'log.foreign': {
    sentence: (w) => `${w.s('log')} does not look like the log of a ZooKeeper server: nothing in its ${w.n('lines')} lines was recognised.`,
    advice: () => 'Use the server’s own log (zookeeper.log, zookeeper.out, journalctl or docker logs of the server).',
  },
  'log.client': {
    sentence: (w) => `${w.s('log')} looks like the log of a ZooKeeper client, not of a server.`,
    advice: () => 'Use the logs of the servers: a client does not see elections.',
    unsure: () => 'Only some of its lines are known.',
  },
  'log.unknownServer': {
    sentence: (w) =>
      `Nothing tells which server wrote ${w.s('log')}${w.s('host') === '' ? '' : ` (${w.s('host')})`}${w.list('suggestions').length === 0 ? '' : `; it may be ${and(w.list('suggestions')).replace(/ and /g, ' or ')}`}.`,
    advice: () => 'Say which server it is.',
  },
} satisfies Partial<Record<FindingRule, Wording>>;

/** What English says about leaders, votes, connections, ids and members. */
import type { FindingRule, Wording, Words } from '../words.ts';
import { and, epoch, saying, Servers, servers, span, times, when } from './phrases.ts';

const NO_ACTION = (): string => 'Nothing to do: this is how it came about.';

const BY: Readonly<Record<string, string>> = {
  epoch: 'its epoch is higher, and epochs are compared first',
  zxid: 'epochs are equal and its zxid is higher',
  sid: 'epoch and zxid are equal and its server id is higher',
};

const vote = (w: Words, prefix: '' | 'other'): string =>
  prefix === ''
    ? `(epoch ${epoch(w.n('epoch'))}, zxid ${w.s('zxid')}, id ${w.n('sid')})`
    : `(epoch ${epoch(w.n('otherEpoch'))}, zxid ${w.s('otherZxid')}, id ${w.n('otherSid')})`;

const noted = (w: Words): string => (w.n('later') === 1 ? ` Later server ${w.n('to')} was there.` : '');

const channel =
  (what: string) =>
  (w: Words): string =>
    `${Servers(w.list('from'))} could not open the election connection to server ${w.n('to')} at ${w.s('address')}: ${what},${when(w)}.${noted(w)}`;

const laterSo =
  (advice: (w: Words) => string) =>
  (w: Words): string =>
    w.n('later') === 1 ? 'Nothing to do if that server was down or being restarted then.' : advice(w);

export const ensembleEn = {
  'leader.established': {
    sentence: (w) => {
      const of = w.n('voters') > 0 ? ` of ${w.n('voters')} voters` : '';
      const end =
        w.n('lastedMs') < 0
          ? ' It leads until the end of the logs.'
          : ` Its leadership ended after ${span(w.n('lastedMs'))}, at ${w.s('until')}${saying(w.s('reason'))}.${w.s('reason') === '' ? ' No reason is printed, as when a process is killed.' : ''}`;
      return `Server ${w.n('leader')} became leader at ${w.s('time')} with epoch ${epoch(w.n('epoch'))}; ${servers(w.list('supporters'))}${of} acknowledged it. The election took ${span(w.n('tookMs'))}.${end}`;
    },
    advice: NO_ACTION,
  },
  'leader.notEstablished': {
    sentence: (w) =>
      `Server ${w.n('leader')} was elected at ${w.s('time')} but never had a quorum behind it${w.n('lastedMs') < 0 ? '' : `; it gave up after ${span(w.n('lastedMs'))}`}${saying(w.s('reason'))}.`,
    advice: () =>
      'Look at what its supporters did right after the election: they could not connect to its quorum port, or were not synchronized within initLimit.',
    unsure: () => 'The logs do not show how it ended, so it may have come to it later.',
  },
  'leader.replaced': {
    sentence: (w) =>
      `A new configuration took effect${when(w)}: leader ${w.n('leader')} is not its leader and hands over to server ${w.n('to')}.`,
    advice: () => 'Nothing to do: a reconfig that removes or demotes the leader makes the ensemble change its leader without an election.',
  },
  'leader.none': {
    sentence: (w) => `There is no leader in these logs: ${servers(w.list('looking'))} looked for one and found none.`,
    advice: () => 'Look at the findings about connections and silent servers: a majority of the voters has to hear each other.',
  },
  'looking.atEnd': {
    sentence: (w) =>
      `Server ${w.n('server')} is still LOOKING when its log ends; it has found no leader for ${span(w.n('forMs'))}, since ${w.s('time')}.`,
    advice: () => 'See which servers it heard in that time, and whether a majority of the voters is up and reachable.',
  },
  'why.vote': {
    sentence: (w) =>
      `Server ${w.n('sid')} won at ${w.s('time')} because its vote ${vote(w, '')} beats the next best, ${vote(w, 'other')}: ${BY[w.s('by')] ?? 'it is higher'}. Others in the running: ${and(w.list('others'))}.`,
    advice: NO_ACTION,
    unsure: () => 'Epochs are not printed in these logs, and they are compared first.',
  },
  'why.alone': {
    sentence: (w) => `Server ${w.n('sid')} won at ${w.s('time')} with the vote ${vote(w, '')}; no other candidate shows in these logs.`,
    advice: () => 'Add the logs of the other servers to see what they voted.',
    unsure: () => 'Votes of other candidates may have been printed only in logs that are not here.',
  },
  'why.notHeard': {
    sentence: (w) =>
      `Server ${w.n('otherSid')} was LOOKING too and had the higher vote ${vote(w, 'other')}, but server ${w.n('sid')} ${vote(w, '')} was elected at ${w.s('time')}: the better vote was not heard before a quorum had decided.${w.s('by') === 'sid' ? '' : ` What only server ${w.n('otherSid')} had is dropped when it joins.`}`,
    advice: (w) =>
      w.s('by') === 'sid'
        ? 'Nothing to do: both had the same history.'
        : `Find out why server ${w.n('otherSid')} was not heard in time; if its extra transactions matter, save its data directory before it joins.`,
    unsure: () => 'Epochs are not printed in these logs, and they are compared first.',
  },
  'why.joined': {
    sentence: (w) =>
      `Server ${w.n('joiner')} joined the established leader ${w.n('leader')} (epoch ${epoch(w.n('epoch'))}) at ${w.s('time')}, ${span(w.n('tookMs'))} after it began to look; votes are not compared when a quorum already follows a leader.`,
    advice: NO_ACTION,
  },
  'reach.refused': {
    sentence: channel('connection refused (the host answers, nothing listens at that port)'),
    advice: laterSo(
      (w) =>
        `Check that the process of server ${w.n('to')} runs and listens at ${w.s('address')}; if it does, the port in the member list is wrong.`,
    ),
  },
  'reach.timeout': {
    sentence: channel('timed out (nothing answers)'),
    advice: laterSo((w) => `Check firewall and network between these hosts and ${w.s('address')}, and whether that host is up.`),
  },
  'reach.unresolved': {
    sentence: channel('the name could not be resolved'),
    advice: laterSo(
      (w) =>
        `Check the name in ${w.s('address')} and DNS on these hosts; 3.4 resolves a name only once, so restart the server after repairing DNS.`,
    ),
  },
  'reach.unreachable': {
    sentence: channel('no route to the host'),
    advice: laterSo((w) => `Check routes and whether the host of ${w.s('address')} is up.`),
  },
  'reach.reset': {
    sentence: channel('the connection was reset'),
    advice: laterSo(
      (w) => `Look at the log of server ${w.n('to')} at that time: it closed these connections itself, or something between does.`,
    ),
  },
  'reach.tls': {
    sentence: channel('the TLS handshake failed'),
    advice: laterSo(() => 'Check that sslQuorum is set alike on all servers and that each trusts the others’ certificates.'),
  },
  'reach.other': {
    sentence: (w) => channel(w.s('text') === '' ? 'the reason is not printed' : w.s('text'))(w),
    advice: laterSo((w) => `Look at the log of server ${w.n('to')} at that time.`),
  },
  'reach.name': {
    sentence: (w) =>
      `${Servers(w.list('from'))} could not resolve the name ${w.s('host')}${when(w)}.${w.n('later') === 1 ? ' Later it could.' : ''}`,
    advice: (w) => `Check ${w.s('host')} in DNS or /etc/hosts on these servers.`,
  },
  'reach.leader': {
    sentence: (w) =>
      `Server ${w.n('from')} could not connect to its leader's quorum port${w.s('address') === '' ? '' : ` ${w.s('address')}`}${saying(w.s('text') === '' ? w.s('why') : w.s('text'))}${when(w)}.${w.n('later') === 1 ? ' Then it could.' : ''}`,
    advice: (w) =>
      w.n('later') === 1
        ? 'Nothing to do if it is seldom: a learner may decide some milliseconds before its leader opens the port.'
        : 'Check that the quorum port (often 2888) is open between these hosts, not only the election port, and that the leader’s address in the member list is right.',
  },
  'reach.oneWay': {
    sentence: (w) =>
      `Server ${w.n('speaker')} heard server ${w.n('deaf')}${when(w)}, but server ${w.n('deaf')} heard nothing from server ${w.n('speaker')} in that time.`,
    advice: (w) =>
      `Check the network from server ${w.n('speaker')} to server ${w.n('deaf')}: packets seem to get lost in that direction only.`,
    unsure: () => 'A connection that was closed on one side without notice looks the same.',
  },
  'silent.member': {
    sentence: (w) =>
      `Server ${w.n('server')} was never heard: nobody received a vote from it, and its log is not here.${w.list('whys').length === 0 ? '' : ` Connections to it failed (${and(w.list('whys'))}).`}`,
    advice: (w) => `See whether server ${w.n('server')} runs, and add its log.`,
    unsure: () => 'No member list is printed in these logs; the number may come from a mistake.',
  },
  'silent.server': {
    sentence: (w) =>
      `Server ${w.n('server')} never took part in an election in these logs: it shows no vote and nobody heard one from it.${w.n('exited') === 1 ? ' Its process ended before that.' : ''}`,
    advice: (w) => `Read the end of the log of server ${w.n('server')} (last line known here at ${w.s('time')}).`,
  },
  'port.auth': {
    sentence: (w) =>
      `Server ${w.n('server')} refused connections at its election port${when(w)} because authentication failed${saying(w.s('text'))}.`,
    advice: () =>
      'Check the SASL settings of quorum.auth and the credentials on both sides; they have to be switched on everywhere at once.',
  },
  'port.tls': {
    sentence: (w) =>
      `TLS failed at the election port of server ${w.n('server')}${when(w)}${saying(w.s('text'))}: one side speaks TLS and the other does not, or a certificate is not trusted.`,
    advice: () => 'Set sslQuorum alike on all servers (portUnification during a migration) and check certificates and host names.',
  },
  'port.garbage': {
    sentence: (w) =>
      `Something that is not a ZooKeeper server talks to the election port of server ${w.n('server')}${when(w)}${saying(w.s('text'))}.`,
    advice: () =>
      'Look for port scanners, health checks or clients at that port, and for a member list in which client, quorum and election ports are mixed up.',
  },
  'port.other': {
    sentence: (w) => `Server ${w.n('server')} dropped connections at its election port${when(w)}${saying(w.s('text'))}.`,
    advice: () => 'Find out who connects; the sender’s log at that time tells more.',
  },
  'sid.same': {
    sentence: (w) =>
      `Another process uses the id of server ${w.n('server')}: it got messages in its own name that it did not send${when(w)}.`,
    advice: () => 'Compare the myid files of all hosts: each number may be used once.',
  },
  'sid.twoVotes': {
    sentence: (w) =>
      `Server ${w.n('hearer')} heard votes of server ${w.n('server')} for itself that go back and forth between ${and(w.list('votes'))}: two processes may use this id.`,
    advice: () => 'Compare the myid files of all hosts: each number may be used once.',
    unsure: () => 'A server that is restarted again and again with changing data looks the same.',
  },
  'sid.twoAddresses': {
    sentence: (w) =>
      `Server id ${w.n('server')} joined from ${w.list('addresses').length} different addresses: ${and(w.list('addresses'))}.`,
    advice: () => 'Compare the myid files on these hosts: each number may be used once.',
    unsure: () => 'A host that changed its address, or has several, looks the same.',
  },
  'sid.twoLogs': {
    sentence: (w) =>
      `The logs ${and(w.list('logs'))} say they are of server ${w.n('server')}, but they are of different processes that ran at the same time${w.list('places').length === 0 ? '' : ` (the other one: ${and(w.list('places'))})`}; only the first is used.`,
    advice: () => 'If they are of two hosts, compare their myid files: each number may be used once.',
    unsure: () => 'They may also be logs of two ensembles, or one log twice with different times.',
  },
  'sid.notMember': {
    sentence: (w) => `Server ${w.n('server')} is not in its own member list.`,
    advice: () => 'Compare its myid file with the server.N lines of its configuration.',
  },
  'sid.unknown': {
    sentence: (w) =>
      `Server ${w.n('server')} refused messages of a server id that its member list does not have${when(w)}${saying(w.s('text'))}.`,
    advice: () => 'Compare the member lists of the servers, and the myid of the one that connects.',
  },
  'members.differ': {
    sentence: (w) =>
      `Servers ${w.n('one')} and ${w.n('other')} have different member lists: they disagree about ${servers(w.list('differs'))}.`,
    advice: () => 'Give all servers the same server.N lines (or the same dynamic configuration) and restart those that were wrong.',
  },
  'members.versions': {
    sentence: (w) =>
      `${Servers(w.list('stale'))} last announced an older configuration than version 0x${w.s('newest')}, which others have.`,
    advice: () => 'See whether these servers took part in the last reconfiguration, and compare their zoo.cfg.dynamic files.',
    unsure: () => 'They may have caught up after the last message that shows it.',
  },
  'members.weights': {
    sentence: (w) => `The servers do not agree about ${w.s('name')}: what one counts as a quorum is none for another.`,
    advice: () => 'Give all servers the same group and weight lines.',
  },
  'vote.stranger': {
    sentence: (w) =>
      `${Servers(w.list('voters'))} voted for server ${w.n('leader')}, which is in no member list of these logs, ${times(w.count)}.`,
    advice: (w) => `Find out whether ${w.n('leader')} is an old member or a wrong myid.`,
  },
  storm: {
    sentence: (w) =>
      `Server ${w.n('server')} lost its election connection to server ${w.n('peer')} again and again: ${times(w.count)} between ${w.s('time')} and ${w.s('until')}.`,
    advice: (w) => `Check that id ${w.n('peer')} is used by one host only, and that nothing between the hosts closes idle connections.`,
    unsure: () => 'Two servers with one id, a restart loop, and a device that cuts connections all look like this.',
  },
} satisfies Partial<Record<FindingRule, Wording>>;

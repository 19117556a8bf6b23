/** Election: FastLeaderElection, and what QuorumPeer says of its role. Source: LOG calls of both classes, 3.3.0 to mainline. */
import type { Zxid } from '../../../base/zxid.ts';
import type { LogFact, LoggedVote } from '../facts.ts';
import { noise, pattern, rule, type Reading, type Rule } from './rules.ts';
import { anyNumber, anyZxid, hexNumber, hexZxid, msOf, roleOf, sidOf } from './values.ts';

const N = '(-?\\d{1,19})';
const Z = '((?:0x[0-9a-f]{1,16})|-?\\d{1,19})';
const W = '([A-Z]+)';

/** 3.6+: labels first. */
const LABELLED = new RegExp(
  `^Notification: my state:${W}; n\\.sid:${N}, n\\.state:${W}, n\\.leader:${N}, n\\.round:0x([0-9a-f]+), n\\.peerEpoch:0x([0-9a-f]+), n\\.zxid:0x([0-9a-f]+)` +
    `(?:, message format version:0x[0-9a-f]+)?(?:, n\\.config version:0x([0-9a-f]+))?`,
);
/** 3.4, 3.5, and later 3.3: labels behind. 3.3 has no peer epoch; from 3.4.6 on a format version stands before; 3.5 glues the configuration's version on. */
const BEHIND = new RegExp(
  `^Notification: (?:[0-9a-f]+ \\(message format version\\), )?${N} \\(n\\.leader\\), ${Z} \\(n\\.zxid\\), ${Z} \\(n\\.round\\), ${W} \\(n\\.state\\), ${N} \\(n\\.sid\\),` +
    `(?: ${Z} \\(n\\.peer[Ee][Pp]och\\),?)? ${W} \\(my state\\)(?:([0-9a-f]+) \\(n\\.config version\\))?`,
);
/** 3.3.0: no labels: leader, zxid, round, own sid, own state, their state, their sid. */
const BARE = new RegExp(`^Notification: ${N}, ${N}, ${N}, ${N}, ${W}, ${W}, ${N}\\s*$`);

function vote(leader: number | null, zxid: Zxid | null, round: number | null, peerEpoch: number | null): LoggedVote | null {
  return leader === null || zxid === null ? null : { leader, zxid, round, peerEpoch };
}

function notification(message: string): Reading {
  let g = LABELLED.exec(message);
  if (g !== null) {
    const of = vote(sidOf(g[4]), hexZxid(g[7]), hexNumber(g[5]), hexNumber(g[6]));
    return heard(sidOf(g[2]), g[3], of, g[1], hexNumber(g[8]));
  }
  g = BEHIND.exec(message);
  if (g !== null) {
    const of = vote(sidOf(g[1]), anyZxid(g[2]), anyNumber(g[3]), anyNumber(g[6]));
    return heard(sidOf(g[5]), g[4], of, g[7], hexNumber(g[8]));
  }
  g = BARE.exec(message);
  return g === null ? null : heard(sidOf(g[7]), g[6], vote(sidOf(g[1]), anyZxid(g[2]), sidOf(g[3]), null), g[5], null);
}

function heard(
  from: number | null,
  theirs: string | undefined,
  of: LoggedVote | null,
  mine: string | undefined,
  configVersion: number | null,
): LogFact | null {
  const state = roleOf(theirs);
  if (from === null || state === null || of === null) return null;
  return { kind: 'notification', from, state, vote: of, myState: roleOf(mine), configVersion };
}

/** The order of the labels changed in 3.9. */
function sending(message: string): Reading {
  const g =
    /^Sending Notification: (-?\d+) \(n\.leader\), (\S+) \(n\.zxid\), (\S+) \(n\.(round|peerEpoch)\), (\S+) \((n\.round|recipient)\), (\d+) \((recipient|myid)\)/.exec(
      message,
    );
  if (g === null) return null;
  const late = g[4] === 'peerEpoch';
  const round = anyNumber(late ? g[5] : g[3]);
  const peerEpoch = anyNumber(late ? g[3] : /, (\S+) \(n\.peerEpoch\)/.exec(message)?.[1]);
  const to = sidOf(late ? g[7] : g[5]);
  const myid = sidOf(late ? /, (\d+) \(myid\)/.exec(message)?.[1] : g[7]);
  const of = vote(sidOf(g[1]), anyZxid(g[2]), round, peerEpoch);
  return of === null || to === null || myid === null ? null : { kind: 'sending', myid, to, vote: of };
}

/** The message is the role and nothing else. */
function role(message: string): Reading {
  const state = roleOf(message);
  return state === null ? null : { kind: 'role', role: state };
}

/** `LEADING - LEADER ELECTION TOOK - 212 MS`; before 3.5.5 without the unit. */
function took(message: string): Reading {
  const g = /^([A-Z]+) - LEADER ELECTION TOOK - (-?\d+)/.exec(message);
  const state = roleOf(g?.[1]);
  const ms = msOf(g?.[2]);
  return state === null || ms === null ? role(message) : { kind: 'electionTook', role: state, ms };
}

export const ELECTION: readonly Rule[] = [
  rule('Notification: ', notification),
  pattern('Notification time out:', /^Notification time out: ?(\d*)/, (g) => ({ kind: 'notificationTimeout', ms: msOf(g[1]) })),
  pattern(
    'Notification ',
    /^Notification (?:election )?epoch is smaller than logicalclock\. n\.(?:electionE|e)poch = (\S+?), (?:logicalclock=|Logical clock) ?(\S+)/,
    (g) => {
      const theirs = anyNumber(g[1]);
      const mine = anyNumber(g[2]);
      return theirs === null || mine === null ? null : { kind: 'olderRound', theirs, mine };
    },
  ),
  rule('Sending Notification: ', sending),
  pattern(
    'Sending new notification. ',
    /^Sending new notification\. My id = ?(\d+),? [rR]ecipient ?= ?(\d+) zxid ?=(\S+) leader=(-?\d+)/,
    (g) => {
      const [myid, to, zxid, leader] = [sidOf(g[1]), sidOf(g[2]), anyZxid(g[3]), sidOf(g[4])];
      return myid === null || to === null || zxid === null || leader === null ? null : { kind: 'answering', myid, to, leader, zxid };
    },
  ),
  pattern(
    'Updating proposal: ',
    /^Updating proposal: (-?\d+) \(newleader\), (\S+) \(newzxid\), (-?\d+) \(oldleader\), (\S+) \(oldzxid\)/,
    (g) => {
      const [leader, zxid, oldLeader, oldZxid] = [sidOf(g[1]), anyZxid(g[2]), sidOf(g[3]), anyZxid(g[4])];
      if (leader === null || zxid === null || oldLeader === null || oldZxid === null) return null;
      return { kind: 'proposal', leader, zxid, oldLeader, oldZxid };
    },
  ),
  pattern('id: ', /^id: (-?\d+), proposed id: (-?\d+), zxid: ([^\s,]+), proposed zxid: ([^\s,]+)/, (g) => {
    const [leader, myLeader, zxid, myZxid] = [sidOf(g[1]), sidOf(g[2]), anyZxid(g[3]), anyZxid(g[4])];
    if (leader === null || myLeader === null || zxid === null || myZxid === null) return null;
    return { kind: 'comparing', leader, zxid, myLeader, myZxid };
  }),
  pattern(
    'Adding vote: ',
    /^Adding vote: [Ff]rom ?= ?(\d+), [Pp]roposed leader ?= ?(-?\d+), [Pp](?:ro|or)posed zxid ?= ?([^\s,]+), [Pp]roposed (?:election )?epoch ?= ?([^\s,]+)/,
    (g) => {
      const from = sidOf(g[1]);
      const of = vote(sidOf(g[2]), anyZxid(g[3]), anyNumber(g[4]), null);
      return from === null || of === null ? null : { kind: 'addingVote', from, vote: of };
    },
  ),
  pattern('New election. ', /^New election\. My id = +(\d+), [pP]roposed zxid ?= ?(\S+)/, (g) => {
    const [myid, zxid] = [sidOf(g[1]), anyZxid(g[2])];
    return myid === null || zxid === null ? null : { kind: 'newElection', myid, zxid };
  }),
  pattern(
    'About to leave FLE instance: ',
    /^About to leave FLE instance: [lL]eader ?= ?(-?\d+), [zZ]xid ?= ?([^\s,]+), [mM]y id ?= ?(\d+), [mM]y state ?= ?([A-Z]+)/,
    (g) => {
      const [leader, zxid, myid, state] = [sidOf(g[1]), anyZxid(g[2]), sidOf(g[3]), roleOf(g[4])];
      if (leader === null || zxid === null || myid === null || state === null) return null;
      return { kind: 'leavingElection', myid, leader, zxid, role: state };
    },
  ),
  rule('LOOKING', role),
  rule('FOLLOWING', took),
  rule('LEADING', took),
  rule('OBSERVING', took),
  // Source: QuorumPeer.restartLeaderElection, QuorumPeer.processReconfig.
  rule('Restarting Leader Election', () => ({ kind: 'electionRestarted' })),
  pattern('Suggested leader: ', /^Suggested leader: (\d+|null)/, (g) => ({ kind: 'suggestedLeader', leader: sidOf(g[1]) })),
  rule('PeerState set to ', (message) => (message === 'PeerState set to LOOKING' ? { kind: 'setLooking' } : 'noise')),
  pattern('Peer state changed: ', /^Peer state changed: ([a-z]+(?: - [a-z]+){0,4})/, (g) => ({
    kind: 'phase',
    words: (g[1] ?? '').split(' - ').map((word) => PHASE_WORDS.get(word) ?? (' ' + word).slice(1)),
  })),
  ...noise(
    'Receive new notification message.',
    'Notification from observer',
    'Initializing leader election protocol',
    "I'm a participant",
    "I'm an observer",
    'I am a participant',
    'I am an observer',
    'Number of connection processing threads',
    'Oracle indicates',
    'Backward compatibility mode',
    'Shutting down connection manager',
    'Shutting down messenger',
    'FLE is down',
    'WorkerSender is down',
    'WorkerReceiver is down',
    'WorkerSender[myid=',
    'WorkerReceiver[myid=',
    'Updating proposal',
    'restarting leader election',
    'Starting quorum peer',
    'Invoking processReconfig',
    'Skip processReconfig',
    'Sending new notification. ',
    'Ignoring notification',
  ),
];

const PHASE_WORDS = new Map(
  ['looking', 'leading', 'following', 'observing', 'election', 'discovery', 'synchronization', 'broadcast', 'diff', 'trunc', 'snap'].map(
    (word) => [word, word],
  ),
);

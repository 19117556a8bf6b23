/** For each invariant a rule, and what happens when that rule is broken. */
import { listShift, mapGet, mapSet } from '../../../src/base/chunked.ts';
import { zxid, type Zxid } from '../../../src/base/zxid.ts';
import type { InvariantName } from '../../../src/ensemble/invariantList.ts';
import { track } from '../../../src/tree/sessions.ts';
import type { Effect, Message } from '../../../src/zab/types.ts';
import { also, becoming, doing, heard, having, hearing, sending, type Break, type Setting, type Story } from './broken.ts';
import * as story from './stories.ts';

export interface Row {
  readonly breaks: InvariantName;
  /** The broken rule, in words. */
  readonly rule: string;
  /** A variant of the profile, or servers of another make. */
  readonly by: string | (() => Break);
  readonly story: Story;
  readonly setting?: Setting;
  /** The event at which it is found, and what is said. */
  readonly at: RegExp;
  readonly says: RegExp;
}

const FOLLOWER = 1;

const shifted = ({ epoch, counter }: Zxid, by: number): Zxid => zxid(epoch, counter + by);
const isEpochFile = (effect: Effect, name: string): boolean =>
  effect.type === 'disk' && effect.ops.some((op) => 'file' in op && op.file === name);
const twice = (message: Message): readonly Message[] => [message, message];

/** Every server thinks that those it can talk to are all there are. */
const ownHalf = hearing((input) => {
  if (input.type !== 'boot') return input;
  const half = input.config.members.filter(({ sid }) => sid <= 2 === input.sid <= 2);
  return { ...input, config: { ...input.config, members: half } };
});

/** The first message of a kind that reaches a server in BROADCAST is as if it had not. */
function deafTo(kind: Message['kind'], sid: number): Break {
  let times = 0;
  return hearing((input, server) =>
    server?.sid === sid && server.zabState === 'BROADCAST' && heard(input, kind) !== null && times++ === 0 ? null : input,
  );
}

export const ROWS: readonly Row[] = [
  {
    breaks: 'one leader per epoch',
    rule: 'each half of four servers takes itself for the whole',
    by: () => ownHalf,
    story: story.split,
    setting: { sids: [1, 2, 3, 4] },
    at: /^server [24] receive ACKEPOCH/,
    says: /Server [24] has a quorum for epoch 1, which server [24] had before/,
  },
  {
    breaks: 'consecutive proposals',
    rule: 'a leader leaves out a number',
    by: () =>
      becoming((after, _before, { decisions }) =>
        after.leading !== null && decisions.some(({ rule }) => rule === 'request.validated')
          ? { ...after, leading: { ...after.leading, lastProposed: shifted(after.leading.lastProposed, 1) } }
          : after,
      ),
    story: story.writesBy(2),
    at: /^server 3 receive REQUEST/,
    says: /Leader 3 of epoch 1 proposes 0x100000003 after counter 1/,
  },
  {
    breaks: 'only what was proposed',
    rule: 'a follower writes down another path than it was sent',
    by: () =>
      hearing((input, server) => {
        const proposal = server?.sid === FOLLOWER ? heard(input, 'PROPOSAL') : null;
        if (proposal?.txn.body.type !== 'create' || input.type !== 'receive') return input;
        return { ...input, message: { ...proposal, txn: { ...proposal.txn, body: { ...proposal.txn.body, path: '/other' } } } };
      }),
    story: story.writesBy(2),
    at: /^server 1 receive PROPOSAL/,
    says: /Server 1 takes in 0x100000002 \(create \/other\) where 0x100000002 \(create \/a\) was proposed/,
  },
  {
    breaks: 'agreement',
    rule: 'each half of four servers takes itself for the whole, and commits',
    by: () => ownHalf,
    story: story.split,
    setting: { sids: [1, 2, 3, 4], after: ['one leader per epoch', 'consecutive proposals', 'commits match proposals'] },
    at: /^server [13] receive COMMIT/,
    says: /Server [13] has applied 0x100000001 \(createSession 0x1\w+\) where 0x100000001 \(createSession 0x3\w+\) was committed/,
  },
  {
    breaks: 'no acknowledged write is lost',
    rule: 'memory is flushed now and then, instead of a txn log',
    by: 'flush-now-and-then',
    story: story.allKilled,
    at: /^server 3 receive ACK/,
    says: /Server 3 leads epoch 2 without 0x100000001 .* Client 1 was told that create \/a succeeded at 0x100000002/,
  },
  {
    breaks: 'reply means committed',
    rule: 'a leader answers as soon as it has proposed',
    by: () => (rules) => (before, input, now) => {
      const { server, output } = rules(before, input, now);
      const request = heard(input, 'Request');
      if (input.type !== 'receive' || request?.op.op !== 'create' || server.leading === null) return { server, output };
      const reply: Message = {
        kind: 'Reply',
        xid: request.xid,
        zxid: server.leading.lastProposed,
        err: 'OK',
        result: { kind: 'path', path: request.op.path },
      };
      return { server, output: { ...output, effects: [...output.effects, { type: 'send', conn: input.conn, message: reply }] } };
    },
    story: story.writesBy(3),
    at: /^client 1 received Reply/,
    says: /Client 1 is told that create \/a succeeded at 0x100000002, but only 0x100000001 is committed/,
  },
  {
    breaks: 'applied is a prefix of committed',
    rule: 'a follower applies a proposal without waiting for its COMMIT',
    by: () =>
      also((input, server) => {
        const proposal = server.sid === FOLLOWER && server.zabState === 'BROADCAST' ? heard(input, 'PROPOSAL') : null;
        return proposal === null || input.type !== 'receive' ? null : { ...input, message: { kind: 'COMMIT', zxid: proposal.zxid } };
      }),
    story: story.writesBy(2),
    at: /^server 1 receive PROPOSAL/,
    says: /Server 1 serves clients at 0x100000001 and shows 0x100000001 .*, which was never committed/,
  },
  {
    breaks: 'epochs are ordered',
    rule: 'a follower does not remember that it has accepted an epoch',
    by: () =>
      becoming((after, before) =>
        before !== null && after.role === 'FOLLOWING' && after.acceptedEpoch > before.acceptedEpoch
          ? { ...after, acceptedEpoch: before.acceptedEpoch }
          : after,
      ),
    story: story.quiet,
    at: /^server [12] receive NEWLEADER/,
    says: /Server [12] is in epoch 1 but has accepted only 0/,
  },
  {
    breaks: 'promises are kept',
    rule: 'epochs are not written to the disk',
    by: () => doing((effect) => (isEpochFile(effect, 'acceptedEpoch') || isEpochFile(effect, 'currentEpoch') ? [] : [effect])),
    story: story.allKilledIdle,
    at: /^server \d boot/,
    says: /Server \d had accepted epoch 1 and goes back to 0/,
  },
  {
    breaks: 'a leader has all committed txns',
    rule: 'memory is flushed now and then, instead of a txn log, and nobody was told',
    by: 'flush-now-and-then',
    story: story.committedUnheard,
    at: /^server 3 receive ACK/,
    says: /Server 3 leads epoch 2 without 0x100000001 \(createSession/,
  },
  {
    breaks: 'a client never goes back',
    rule: 'a server answers as of an older zxid than before',
    by: () => {
      let replies = 0;
      return sending((message) => [
        message.kind === 'Reply' && ++replies === 3 ? { ...message, zxid: shifted(message.zxid, -2) } : message,
      ]);
    },
    story: story.writesBy(2),
    at: /^client 1 received Reply/,
    says: /Client 1 had seen 0x100000003 and is now answered as of 0x100000002/,
  },
  {
    breaks: 'equal trees',
    rule: 'a follower stores other data than it was sent',
    by: () =>
      hearing((input, server) => {
        const proposal = server?.sid === FOLLOWER ? heard(input, 'PROPOSAL') : null;
        if (proposal?.txn.body.type !== 'create' || input.type !== 'receive') return input;
        return { ...input, message: { ...proposal, txn: { ...proposal.txn, body: { ...proposal.txn.body, data: new Uint8Array([9]) } } } };
      }),
    story: story.writesBy(2),
    at: /^server [12] receive COMMIT/,
    says: /Servers \d and \d have both applied up to 0x100000002, but their trees differ/,
  },
  {
    breaks: 'what was cut stays cut',
    rule: 'TRUNC to a zxid that the log does not hold leaves the txn behind it',
    by: 'BUG-R52',
    story: story.loneTxnBehindSnapshot,
    at: /^server 3 receive TRUNC/,
    says: /Server 3 was told to go back to 0x100000003, and has read its log up to 0x200000001 again/,
  },
  {
    breaks: 'committed is never cut',
    rule: 'a leader tells a learner to go back one txn too far',
    by: () => sending((message) => [message.kind === 'TRUNC' ? { ...message, zxid: shifted(message.zxid, -1) } : message]),
    story: story.loneTxn,
    at: /^server 2 receive ACKEPOCH/,
    says: /Leader 2 tells server 3 to go back to 0x100000001, and so to cut 0x100000002 \(create \/a\), which was committed/,
  },
  {
    breaks: 'committed is durable',
    rule: 'a follower acknowledges before its disk has the txn',
    by: () => (rules) => (before, input, now) => {
      const { server, output } = rules(before, input, now);
      const proposal = server.role === 'FOLLOWING' && server.zabState === 'BROADCAST' ? heard(input, 'PROPOSAL') : null;
      if (proposal === null || input.type !== 'receive') return { server, output };
      const ack: Effect = { type: 'send', conn: input.conn, message: { kind: 'ACK', zxid: proposal.zxid } };
      return { server, output: { ...output, effects: [...output.effects, ack] } };
    },
    story: (world) => {
      world.up();
      world.give({ type: 'slowDisk', sid: 1, fsyncMs: 30 }, { type: 'slowDisk', sid: 2, fsyncMs: 30 });
      world.client(1, 2);
      world.run(500);
    },
    at: /^server 3 (receive ACK|fsynced)/,
    says: /Leader 3 takes a txn for committed on the word of server [12], whose disk ends at 0x0/,
  },
  {
    breaks: 'an epoch stands on its history',
    rule: 'the epoch is on the disk before the history it stands for',
    by: 'ZOOKEEPER-4643',
    story: story.newEpochForLaggard,
    at: /^server 1 receive NEWLEADER/,
    says: /Server 1 is in epoch 2, which began with a history up to 0x100000004, but its disk ends at 0x100000001/,
  },
  {
    breaks: 'sync gives the committed txns',
    rule: 'a leader leaves out a txn of a sync',
    by: () => {
      let left = 1;
      return doing((effect, _server, input) => {
        const isSync = heard(input, 'ACKEPOCH') !== null && effect.type === 'send' && effect.message.kind === 'PROPOSAL';
        return isSync && effect.message.zxid.counter === 2 && left-- > 0 ? [] : [effect];
      });
    },
    story: story.lateJoiner,
    at: /^server 3 receive ACKEPOCH/,
    says: /Leader 3 sends 0x100000003 to server 1 where 0x100000002 \(create \/a\) comes next/,
  },
  {
    breaks: 'a history ascends',
    rule: 'a follower takes in a proposal under the zxid of another',
    by: () =>
      hearing((input, server) => {
        const proposal = server?.sid === FOLLOWER ? heard(input, 'PROPOSAL') : null;
        if (proposal?.zxid.counter !== 3 || input.type !== 'receive') return input;
        const older = shifted(proposal.zxid, -2);
        return { ...input, message: { ...proposal, zxid: older, txn: { ...proposal.txn, zxid: older } } };
      }),
    story: story.writesBy(2),
    at: /^server 1 receive PROPOSAL/,
    says: /Server 1 takes 0x100000001 \(create \/b\) into its history behind 0x100000002/,
  },
  {
    breaks: 'proposals follow one another',
    rule: 'a follower loses a proposal',
    by: () => deafTo('PROPOSAL', FOLLOWER),
    story: story.writesBy(2),
    at: /^server 1 receive PROPOSAL/,
    says: /Server 1 takes 0x100000002 \(create \/a\) into its history behind 0x0: what is between is missing/,
  },
  {
    breaks: 'messages come in their phase',
    rule: 'a leader says UPTODATE twice',
    by: () => sending((message) => (message.kind === 'UPTODATE' ? twice(message) : [message])),
    story: story.quiet,
    at: /^server [12] receive UPTODATE/,
    says: /Server [12] gets UPTODATE while it is FOLLOWING in BROADCAST/,
  },
  {
    breaks: 'commits match proposals',
    rule: 'a follower loses a COMMIT',
    by: () => deafTo('COMMIT', FOLLOWER),
    story: story.writesBy(2),
    at: /^server 1 receive COMMIT/,
    says: /Server 1 is told to commit 0x100000002, but its oldest proposal is 0x100000001/,
  },
  {
    breaks: 'commits match proposals',
    rule: 'a leader forgets a proposal, and commits the next',
    by: () => {
      let left = 1;
      return becoming((after, _before, { decisions }) =>
        after.leading !== null &&
        decisions.some((decision) => decision.rule === 'request.validated' && decision.path === '/b') &&
        left-- > 0
          ? { ...after, leading: { ...after.leading, outstanding: listShift(after.leading.outstanding) } }
          : after,
      );
    },
    story: story.writesBy(2),
    setting: { after: ['acks match'] },
    at: /^server 3 (receive ACK|fsynced)/,
    says: /Leader 3 commits 0x100000004 after 0x100000002/,
  },
  {
    breaks: 'acks match',
    rule: 'a follower acknowledges a later txn than it was sent',
    by: () =>
      sending((message, server) => [
        server.sid === FOLLOWER && message.kind === 'ACK' && message.zxid.counter > 0
          ? { ...message, zxid: shifted(message.zxid, 5) }
          : message,
      ]),
    story: story.writesBy(2),
    at: /^server 3 receive ACK/,
    says: /Server 1 acknowledges 0x100000006 to leader 3, which has not proposed it/,
  },
  {
    breaks: 'values have their shape',
    rule: 'a server that looks for a leader does not leave its phase',
    by: () => becoming((after, before) => (before !== null && after.role === 'LOOKING' ? { ...after, zabState: before.zabState } : after)),
    story: (world) => {
      world.up();
      world.down(3);
      world.run(2_000);
    },
    at: /^server [12] disconnected/,
    says: /Server [12] is in a state that cannot be: it is LOOKING in BROADCAST/,
  },
  {
    breaks: 'a session has one owner',
    rule: 'servers number sessions alike',
    by: () => becoming((after, before) => (after.serving && before?.serving === false ? { ...after, nextSession: '0x77' } : after)),
    story: story.twoClients,
    at: /^client 2 received ConnectResponse/,
    says: /Client 2 is given session 0x77, which client 1 has/,
  },
  {
    breaks: 'a session has one owner',
    rule: 'a leader takes requests of a session from whomever they come',
    by: () =>
      having((server, input) => {
        const request = heard(input, 'REQUEST');
        if (request === null || server.leading === null) return server;
        const { sessions } = server.leading.tracker;
        const mine = mapGet(sessions, request.session);
        if (mine === undefined) return server;
        const tracker = { ...server.leading.tracker, sessions: mapSet(sessions, request.session, { ...mine, owner: null }) };
        return { ...server, leading: { ...server.leading, tracker } };
      }),
    story: story.overtakenRequest,
    setting: { config: { syncLimitTicks: 60 } },
    at: /^server 3 (receive ACK|fsynced)/,
    says: /\(create \/late\), request 1 of session 0x\w+, is committed behind its request 2/,
  },
  {
    breaks: 'a closed session stays closed',
    rule: 'a leader takes a request without asking whether its session lives',
    by: () =>
      having((server, input, now) => {
        const request = heard(input, 'REQUEST');
        if (request === null || server.leading === null) return server;
        return { ...server, leading: { ...server.leading, tracker: track(server.leading.tracker, request.session, 60_000, now) } };
      }),
    story: story.lateRequest,
    setting: { config: { syncLimitTicks: 60 } },
    at: /^server 3 (receive ACK|fsynced)/,
    says: /\(create \/late\) is committed for session 0x\w+, which was closed at 0x\w+/,
  },
  {
    breaks: 'a closed session stays closed',
    rule: 'the end of a session deletes nothing',
    by: () =>
      becoming((after, before) =>
        before !== null && after.tree.sessions.size < before.tree.sessions.size
          ? { ...after, tree: { ...after.tree, nodes: before.tree.nodes, acls: before.tree.acls } }
          : after,
      ),
    story: story.closedSession,
    at: /^client 2 received Reply/,
    says: /Client 2 is shown an ephemeral of session 0x\w+ as of 0x\w+, although the session was closed at 0x\w+/,
  },
  {
    breaks: 'a leader emerges',
    rule: 'nobody hears of votes',
    by: () => hearing((input) => (heard(input, 'NOTIFICATION') === null ? input : null)),
    story: story.quiet,
    at: /./,
    says: /A quorum is up and connected, and nothing has happened to it for [\d.]+ s, but it has no leader/,
  },
  {
    breaks: 'requests are answered',
    rule: 'a proposal is committed only when all have acknowledged it',
    by: 'commit-needs-all',
    story: story.oneDown,
    at: /./,
    says: /Leader 3 has proposed 0x100000002 [\d.]+ s ago, and has not committed it/,
  },
  {
    breaks: 'learners get to serve',
    rule: 'a leader never says UPTODATE to one',
    by: () =>
      doing((effect, server) =>
        effect.type === 'send' && effect.message.kind === 'UPTODATE' && server.leading?.handlers[effect.conn]?.sid === 1 ? [] : [effect],
      ),
    story: story.quiet,
    at: /./,
    says: /Server 1 is up and connected to leader 3 for [\d.]+ s, but does not serve/,
  },
  {
    breaks: 'epochs settle',
    rule: 'followers take no ping for a sign of life after a while',
    by: () => (rules) => (server, input, now) =>
      now > 10_000 && heard(input, 'PING') !== null && server !== null
        ? { server, output: { effects: [], decisions: [], changes: {}, log: [] } }
        : rules(server, input, now),
    story: story.quiet,
    at: /^server \d receive ACKEPOCH/,
    says: /Server \d begins epoch 2, [\d.]+ s after anything happened to the ensemble/,
  },
  {
    breaks: 'silent sessions end',
    rule: 'a leader never looks whether sessions have expired',
    by: () => hearing((input) => (input.type === 'timer' && input.timer === 'sessions' ? null : input)),
    story: story.silentClient,
    at: /./,
    says: /The client of session 0x\w+ is gone, and the session still there/,
  },
  {
    breaks: 'no server ends by itself',
    rule: 'a follower loses a COMMIT, and ends at the next',
    by: () => deafTo('COMMIT', FOLLOWER),
    story: story.writesBy(2),
    setting: { after: ['commits match proposals'] },
    at: /^world processEnded/,
    says: /Server 1 has ended with exit code 12: Committing zxid 1:2 but next pending txn is 1:1/,
  },
];

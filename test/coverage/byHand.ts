/**
 * Conversations with one server in which the others say what no server or client with these rules says, or say it at a moment that no run meets: packets
 * out of order, lost on the way or sent twice, sessions asked for by two connections, requests that no client library lets through.
 */
import { utf8 } from '../../src/base/ids.ts';
import { zxid, ZXID_ZERO } from '../../src/base/zxid.ts';
import { snapshotName } from '../../src/store/names.ts';
import { OPEN_ACL } from '../../src/tree/aclCache.ts';
import { newTree } from '../../src/tree/tree.ts';
import type { ClientOp } from '../../src/tree/types.ts';
import type { QuorumPacket } from '../../src/zab/types.ts';
import { AT, EPOCHS, node, ROOT, snapshot } from './files.ts';
import { commit, EPOCH, Hand, packet } from './hand.ts';

const create = (path: string): ClientOp => ({ op: 'create', path, data: utf8('1'), acl: OPEN_ACL, mode: 'persistent' });
const get = (path: string): ClientOp => ({ op: 'getData', path });

/** Sessions 0x1 and 0x2, and nodes that only a leader may delete, or may not. */
const SESSIONS = {
  ...EPOCHS,
  [snapshotName(AT)]: snapshot(
    [
      ...ROOT,
      node('/a', { ephemeralOwner: '0x1' }),
      node('/box', { ephemeralOwner: '0x8000000000000000', cversion: 1 }),
      node('/lost', {}, 7),
      node('/lost/box', { ephemeralOwner: '0x8000000000000000', cversion: 1 }),
    ],
    [[1, OPEN_ACL]],
    [
      ['0x1', 10_000],
      ['0x2', 10_000],
    ],
  ),
};

const LEADERINFO: QuorumPacket = { kind: 'LEADERINFO', epoch: EPOCH };
const DIFF: QuorumPacket = { kind: 'DIFF', zxid: ZXID_ZERO };
const SNAP: QuorumPacket = { kind: 'SNAP', zxid: ZXID_ZERO, tree: newTree(null) };
const NEWLEADER: QuorumPacket = { kind: 'NEWLEADER', zxid: zxid(EPOCH, 0) };
const UPTODATE: QuorumPacket = { kind: 'UPTODATE' };

export const CONVERSATIONS: Readonly<Record<string, () => Hand>> = {
  'a learner acknowledges NEWLEADER, goes, comes back and does so again': () => {
    const hand = new Hand({ sid: 5, voters: 5 }).elected();
    const [first, second] = [hand.learner(1), hand.learner(2)];
    hand.tell(first, { kind: 'FOLLOWERINFO', sid: 1, acceptedEpoch: 0 }).tell(second, { kind: 'FOLLOWERINFO', sid: 2, acceptedEpoch: 0 });
    for (const conn of [first, second]) hand.tell(conn, { kind: 'ACKEPOCH', lastZxid: ZXID_ZERO, currentEpoch: 0 });
    hand.ack(second, 0).give({ type: 'disconnected', conn: second, reason: 'closed' });
    return hand.ack(hand.joined(2), 0);
  },
  'acknowledgements out of order, twice, of nothing and of nobody': () => {
    const hand = new Hand({ sid: 3, observers: [4] });
    const [follower = 0, observer = 0] = hand.leads(1, 4);
    const client = hand.client();
    hand.fsync().ack(follower, 1).request(client, create('/a'), create('/b')).fsync();
    hand.ack(follower, 3).ack(follower, 3).ack(follower, 99).ack(follower, 1, 9).ack(observer, 2);
    return hand.ack(follower, 2).ack(follower, 3).ack(follower, 99);
  },
  'an acknowledgement on the connection of before': () => {
    const hand = new Hand({ sid: 3, profile: 'sound' });
    const [before = 0] = hand.leads(1);
    const client = hand.client();
    hand.ack(before, 1).request(client, create('/a'), create('/b')).ack(before, 2);
    hand.joined(1, 'FOLLOWERINFO', zxid(1, 0));
    return hand.ack(before, 3);
  },
  'a learner that says everything twice, and too early': () => {
    const hand = new Hand({ sid: 3 }).elected();
    const conn = hand.learner(1);
    const ack: QuorumPacket = { kind: 'ACKEPOCH', lastZxid: ZXID_ZERO, currentEpoch: 0 };
    const info: QuorumPacket = { kind: 'FOLLOWERINFO', sid: 1, acceptedEpoch: 0 };
    return hand.tell(conn, { kind: 'ACK', zxid: ZXID_ZERO }, ack, info, info, ack, ack);
  },
  'requests of sessions that nobody has claimed yet': () => {
    const hand = new Hand({ sid: 3, files: SESSIONS });
    const [learner = 0] = hand.leads(1);
    hand.ask(learner, '0x1', create('/x')).ask(learner, '0x2', { op: 'sync', path: '/' });
    return hand.ask(learner, '0x2', { op: 'check', path: '/x', version: 0 });
  },
  'containers deleted by a client': () => {
    const hand = new Hand({ sid: 3, files: SESSIONS });
    const [learner = 0] = hand.leads(1);
    for (const path of ['/zookeeper', '/none', '/lost', '/zookeeper/none', '/a', '/box', '/lost/box'])
      hand.ask(learner, '0x1', { op: 'deleteContainer', path } as unknown as ClientOp);
    hand.ask(learner, '0x1', create('/box2')).ask(learner, '0x1', create('/box2/x'));
    return hand.ask(learner, '0x1', { op: 'deleteContainer', path: '/box2' } as unknown as ClientOp);
  },
  'clients of a leader': () => {
    const hand = new Hand({ sid: 3 });
    const [learner = 0] = hand.leads(1);
    const early = hand.client(null);
    hand.request(early, get('/'));
    const first = hand.client();
    hand.fsync().ack(learner, 1);
    const session = hand.sessionOf(first);
    hand.client(session, new Uint8Array(16));
    const second = hand.client(session);
    const third = hand.client(session);
    hand.request(second, get('/')).request(third, { op: 'closeSession' } as unknown as ClientOp, get('/'));
    return hand.fsync().ack(learner, 2);
  },
  'a session that has moved, as its leader sees it': () => {
    const hand = new Hand({ sid: 3 });
    const [learner = 0] = hand.leads(1);
    const conns = [hand.client(), hand.client(), hand.client()];
    hand.fsync().ack(learner, 1).ack(learner, 2).ack(learner, 3);
    for (const conn of conns) hand.tell(learner, { kind: 'REVALIDATE', session: hand.sessionOf(conn) });
    const [one = 0, two = 0, three = 0] = conns;
    hand.request(one, get('/'));
    hand.request(two, create('/a'), get('/'), get('/'), create('/b'));
    hand.request(three, { op: 'multi', ops: [create('/a'), create('/b')] });
    return hand.fsync().ack(learner, 4).ack(learner, 5).ack(learner, 6);
  },
  'a leader that is ahead of itself': () => {
    const hand = new Hand({ sid: 1 }).meet().vote(2, 'LOOKING', 77).vote(2, 'OBSERVING', 2);
    hand.give({ type: 'accepted', channel: 'election', conn: 900, peer: 1 });
    hand.learner(2);
    return hand.give({ type: 'diskError', message: 'no space left on device' });
  },
  'nobody reads what this server has to say': () => {
    const hand = new Hand({ sid: 2, observers: [0] });
    return hand.give({ type: 'accepted', channel: 'election', conn: 900, peer: 0 }).timer('poll');
  },
  'a vote for a stranger where servers have weights': () => {
    const members = [1, 2, 3].map((sid) => ({ sid, type: 'participant' as const, group: 1 }));
    return new Hand({ sid: 1, config: { members } }).meet().vote(3, 'LOOKING', 3).vote(2, 'LOOKING', 3).vote(2, 'LOOKING', 77);
  },
  'a late voter asks an observer that has lost its leader': () => {
    const hand = new Hand({ sid: 4, observers: [4] });
    hand.give({ type: 'disconnected', conn: hand.follows(3), reason: 'closed' });
    return hand.vote(2, 'LOOKING', 2, 0);
  },
  'timers that come when nobody waits for them any more': () => {
    const hand = new Hand({ sid: 1 }).meet().vote(3, 'LOOKING', 3).vote(2, 'LOOKING', 3).timer('poll', 'finalizeWait', 'poll', 'finalizeWait');
    const leader = hand.follows(3);
    hand.timer('connectRetry', 'connectBudget', 'tick', 'sessions', 'containers', 'handler:1', 'snapshot', 'multi', 'logger', 'purge', 'cnx:2');
    return hand.give({ type: 'disconnected', conn: leader, reason: 'closed' }).timer('read', 'newLeader', 'connectRetry', 'connectBudget');
  },
  'txns that are larger than the space made for them': () => {
    const hand = new Hand({ sid: 3, config: { preAllocSizeKb: 1 } });
    const [learner = 0] = hand.leads(1);
    const client = hand.client();
    hand.fsync().ack(learner, 1);
    const large: ClientOp = { op: 'setData', path: '/zookeeper/quota', data: new Uint8Array(9_000).fill(1), version: -1 };
    return hand.request(client, large, large).fsync();
  },
  'a leader that takes back what a snapshot is being made of': () => {
    const hand = new Hand({ sid: 1, profile: 'sound', config: { snapCount: 2 } });
    const leader = hand.follows(3);
    hand.tell(leader, LEADERINFO, DIFF, NEWLEADER, UPTODATE);
    for (const counter of [1, 2, 3]) hand.tell(leader, packet('PROPOSAL', counter), commit(counter)).fsync();
    hand.give({ type: 'disconnected', conn: leader, reason: 'closed' });
    return hand.tell(hand.follows(3), LEADERINFO, { kind: 'TRUNC', zxid: zxid(EPOCH, 1) }, NEWLEADER, UPTODATE);
  },
  'packets before the epoch, and a connection too many': () => {
    const hand = new Hand({ sid: 1 });
    const leader = hand.follows(3);
    return hand.give({ type: 'connected', channel: 'quorum', conn: 900, peer: 3 }).tell(leader, packet('PROPOSAL', 1));
  },
  'a leader that commits while it sends its snapshot': () => {
    const hand = new Hand({ sid: 1 });
    const leader = hand.follows(3);
    hand.tell(leader, LEADERINFO, SNAP, packet('PROPOSAL', 1), packet('PROPOSAL', 2), commit(2), commit(1), NEWLEADER, commit(2), UPTODATE);
    return hand.fsync();
  },
  'the same for an observer': () => {
    const hand = new Hand({ sid: 4, observers: [4], profile: '3.8.0' });
    const leader = hand.follows(3);
    return hand.tell(leader, LEADERINFO, SNAP, packet('INFORM', 1), NEWLEADER, UPTODATE, packet('INFORM', 2));
  },
  'an observer that hears of a commit and not of the one before': () => {
    const hand = new Hand({ sid: 4, observers: [4] });
    const leader = hand.follows(3);
    return hand.tell(leader, LEADERINFO, DIFF, packet('PROPOSAL', 1), packet('PROPOSAL', 2), commit(2), NEWLEADER, UPTODATE);
  },
  'commits that fit no proposal': () => {
    const hand = new Hand({ sid: 1, profile: '3.9.3' });
    const leader = hand.follows(3);
    hand.tell(leader, LEADERINFO, DIFF, packet('PROPOSAL', 1), commit(2), commit(1), commit(1), NEWLEADER, UPTODATE, { kind: 'SYNC' });
    return hand.tell(leader, commit(1), packet('PROPOSAL', 2), packet('PROPOSAL', 3), commit(3));
  },
  'a proposal that was lost': () => {
    const hand = new Hand({ sid: 1 });
    const leader = hand.follows(3);
    return hand.tell(leader, LEADERINFO, DIFF, packet('PROPOSAL', 1), packet('PROPOSAL', 3));
  },
  'an INFORM that was lost': () => {
    const hand = new Hand({ sid: 4, observers: [4] });
    const leader = hand.follows(3);
    return hand.tell(leader, LEADERINFO, DIFF, packet('INFORM', 1), packet('INFORM', 3));
  },
  'a session that is asked for while it is being created': () => {
    const hand = new Hand({ sid: 1 });
    const leader = hand.follows(3);
    hand.tell(leader, LEADERINFO, DIFF, NEWLEADER, UPTODATE);
    const session = hand.sessionOf(hand.client());
    hand.client(session);
    return hand.tell(leader, packet('PROPOSAL', 1, { type: 'createSession', timeoutMs: 10_000 }, session), commit(1));
  },
};

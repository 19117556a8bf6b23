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
    hand.joined(1);
    const first = hand.joined(2);
    hand.ack(first, 0).give({ type: 'disconnected', conn: first, reason: 'closed' });
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
    for (const conn of conns) hand.tell(learner, { kind: 'REVALIDATE', session: hand.sessionOf(conn), timeoutMs: 10_000 });
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
    const hand = new Hand({ sid: 2, voters: 4, observers: [1] });
    return hand.give({ type: 'accepted', channel: 'election', conn: 900, peer: 1 }).timer('poll');
  },
  'packets before the epoch': () => {
    const hand = new Hand({ sid: 1 });
    return hand.tell(hand.follows(3), packet('PROPOSAL', 1));
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

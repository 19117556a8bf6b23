/** What a server shows of itself: all of it at first, then what changed, and nothing else. */
import { describe, expect, it } from 'vitest';
import { emptyList, listAt, listOf } from '../../src/base/chunked.ts';
import { zxid } from '../../src/base/zxid.ts';
import type { Server } from '../../src/zab/server.ts';
import type { Leading, Learning, Proposal } from '../../src/zab/state.ts';
import type { ServerView } from '../../src/zab/types.ts';
import { changesOf } from '../../src/zab/view.ts';
import { Cores } from './cores.ts';

const whole = (server: Server): ServerView => changesOf(null, server) as ServerView;
const has = <T>(part: T | null | undefined): T => part ?? expect.fail('this server has no such part now');

/** 1 runs alone. */
const looking = (): Server => new Cores(3).boot(1).run(500).server(1);

/** 3 leads, 1 has a client, which writes ten times; no disk answers. */
function writing(): Cores {
  const cores = new Cores(3).boot(1, 2, 3).run(2000);
  const conn = cores.connectClient(1);
  cores.run(50);
  cores.fsyncMs.set(1, Infinity).set(2, Infinity).set(3, Infinity);
  for (let i = 1; i <= 10; i++) cores.create(conn, i, `/${i}`);
  return cores.run(20);
}

describe('all of', () => {
  it('a server that looks for a leader', () => {
    const vote = { leader: 1, zxid: zxid(0, 0), electionEpoch: 1, peerEpoch: 0 };
    const server = looking();
    expect(whole(server)).toEqual({
      sid: 1,
      phase: 'looking',
      role: 'LOOKING',
      zabState: 'ELECTION',
      acceptedEpoch: 0,
      currentEpoch: 0,
      vote,
      lastZxid: zxid(0, 0),
      lastLogged: zxid(0, 0),
      lastSynced: zxid(0, 0),
      committedZxid: zxid(0, 0),
      serving: false,
      leader: null,
      election: {
        state: 'collecting',
        round: 1,
        votes: [{ sid: 1, state: 'LOOKING', vote }],
        outOfElection: [],
        supporters: [1],
        waitMs: 400,
      },
      leading: null,
      learning: null,
      snapshot: { state: 'idle', file: null },
      recovery: 'ready',
      nodes: 5,
      digest: server.tree.digest,
      digestMismatches: 0,
      sessions: 0,
      clients: [],
      syncQueue: [0, 0],
    });
  });

  it('a server that comes back and hears from one that has a leader', () => {
    const cores = writing().kill(2).run(10).boot(2).run(3);
    const { vote, election, leader } = whole(cores.server(2));
    const elected = { leader: 3, zxid: zxid(0, 0), electionEpoch: 1, peerEpoch: 1 };
    expect(leader).toBeNull();
    expect(vote).toEqual({ leader: 2, zxid: zxid(1, 11), electionEpoch: 1, peerEpoch: 1 });
    expect(election?.votes.map(({ sid, state }) => `${sid} ${state}`)).toEqual(['1 FOLLOWING', '2 LOOKING', '3 LOOKING']);
    expect(election?.outOfElection).toEqual([{ sid: 1, state: 'FOLLOWING', vote: elected }]);
  });

  it('a follower', () => {
    const cores = writing();
    expect(whole(cores.server(1))).toMatchObject({
      phase: 'following.broadcast',
      vote: { leader: 3 },
      lastZxid: zxid(1, 1),
      lastLogged: zxid(1, 11),
      lastSynced: zxid(1, 1),
      committedZxid: zxid(1, 1),
      serving: true,
      leader: 3,
      election: null,
      leading: null,
      learning: { mode: 'DIFF', pending: 10 },
      sessions: 1,
      syncQueue: [0, 10],
    });
    expect(whole(cores.server(1)).clients).toEqual([{ conn: expect.any(Number) as number, client: 1, session: cores.session() }]);
  });

  it('a learner in synchronization: what it has not logged is pending as well', () => {
    const server = writing().server(1);
    const item = has(listAt(has(server.learning).pendingTxns, 0));
    const learning = { ...has(server.learning), notLogged: [item, item] };
    expect(whole({ ...server, learning }).learning).toEqual({ mode: 'DIFF', pending: 12 });
  });

  it('a leader: of its proposals the eight oldest', () => {
    const { leader, leading } = whole(writing().server(3));
    expect(leader).toBe(3);
    const learner = { observer: false, stage: 'serving', mode: 'DIFF', deadlineTick: 7 };
    expect(leading).toEqual({
      epoch: 1,
      tick: 3,
      epochHeard: [3, 2],
      epochAcked: [3, 2],
      newLeaderAcked: [3, 2],
      learners: [
        { sid: 2, ...learner },
        { sid: 1, ...learner },
      ],
      outstanding: [1, 2, 3, 4, 5, 6, 7, 8].map((i) => ({
        zxid: zxid(1, i + 1),
        op: 'create',
        path: `/${i}`,
        acks: [],
        phase: 'proposed',
      })),
      outstandingCount: 10,
    });
  });

  it('a leader that does not know its epoch yet', () => {
    const server = writing().server(3);
    const leading = { ...has(server.leading), epochDecided: false, outstanding: emptyList<Proposal>() };
    expect(whole({ ...server, leading }).leading).toMatchObject({ epoch: null, outstanding: [], outstandingCount: 0 });
  });
});

/** What is shown when this much of a server changes in a step. */
const shown = (server: Server, change: Partial<Server>): Partial<ServerView> => changesOf(server, { ...server, ...change });

describe('a step that changes', () => {
  it('nothing that is shown shows nothing', () => {
    for (const server of [looking(), ...[1, 2, 3].map((sid) => writing().server(sid))]) {
      expect(shown(server, {})).toEqual({});
      expect(shown(server, { nextToken: 99, connOfSession: {}, logger: { ...server.logger, token: 9 } })).toEqual({});
      expect(shown(server, { tree: { ...server.tree }, cnx: { ...server.cnx, byConn: {} }, clients: { ...server.clients } })).toEqual({});
    }
  });

  const later = zxid(9, 9);
  it.each<[string, Partial<Server>, Partial<ServerView>]>([
    ['the server', { sid: 7 }, { sid: 7 }],
    ['its accepted epoch', { acceptedEpoch: 7 }, { acceptedEpoch: 7 }],
    ['its current epoch', { currentEpoch: 7 }, { currentEpoch: 7 }],
    ['what is logged', { lastLogged: later }, { lastLogged: later }],
    ['what is durable', { lastSynced: later }, { lastSynced: later }],
    ['what is committed', { committedZxid: later }, { committedZxid: later }],
    ['whether it serves', { serving: false }, { serving: false }],
    ['the snapshot’s phase', { snapshotPhase: 'done' }, { snapshot: { state: 'done', file: null } }],
    ['how recovery went', { recoveryPhase: 'failed' }, { recovery: 'failed' }],
    ['digests', { digestMismatches: 2 }, { digestMismatches: 2 }],
  ])('%s', (_what, change, expected) => {
    expect(shown(writing().server(1), change)).toEqual(expected);
  });

  it('its phase shows role and Zab state with it', () => {
    const change = { phase: 'leading.discovery', role: 'LEADING', zabState: 'DISCOVERY' } as const;
    expect(shown(looking(), change)).toEqual(change);
  });

  it('its tree shows what is new there', () => {
    const cores = writing();
    const server = cores.server(1);
    const { tree } = server;
    const { nodes } = has(cores.server(3).leading).ahead;
    expect(shown(server, { tree: { ...tree, lastProcessedZxid: later } })).toEqual({ lastZxid: later });
    expect(shown(server, { tree: { ...tree, digest: 1 } })).toEqual({ digest: 1 });
    expect(shown(server, { tree: { ...tree, nodes } })).toEqual({ nodes: 15 });
    expect(shown(server, { tree: { ...tree, sessions: looking().tree.sessions } })).toEqual({ sessions: 0 });
  });

  it('which snapshot it writes shows its file', () => {
    const server = writing().server(1);
    const snapshotting = { file: 'snapshot.0', part: 'snapshot.0', tree: null } as unknown as Server['snapshotting'];
    expect(shown(server, { snapshotting })).toEqual({ snapshot: { state: 'idle', file: 'snapshot.0' } });
  });

  it('how many txns wait for the log, or for their fsync', () => {
    const server = writing().server(1);
    const { logger } = server;
    const [first, ...others] = logger.flushing;
    expect(shown(server, { logger: { ...logger, flushing: others } })).toEqual({ syncQueue: [0, 9] });
    expect(shown(server, { logger: { ...logger, queue: [has(first)] } })).toEqual({ syncQueue: [1, 10] });
    expect(shown(server, { logger: { ...logger, queue: [...logger.queue], flushing: [...logger.flushing] } })).toEqual({});
  });

  it('its clients: one that comes, goes, or gets its session; not one that has a request', () => {
    const server = writing().server(1);
    const [mine] = Object.values(server.clients).map(has);
    const client = has(mine);
    const row = { conn: client.conn, client: 1, session: client.session };
    expect(shown(server, { clients: {} })).toEqual({ clients: [] });
    expect(shown(server, { clients: { [client.conn]: { ...client, session: '0x7' } } })).toEqual({ clients: [{ ...row, session: '0x7' }] });
    expect(shown(server, { clients: { [client.conn]: { ...client, pending: [] } } })).toEqual({});
    const second = { ...client, conn: 999, client: 2 };
    expect(shown(server, { clients: { [client.conn]: client, 999: second } })).toEqual({
      clients: [row, { ...row, conn: 999, client: 2 }],
    });
    expect(shown(server, { clients: { 999: second } })).toEqual({ clients: [{ ...row, conn: 999, client: 2 }] });
  });
});

describe('a step of an election', () => {
  const server = looking();
  const election = has(server.cnx.election);

  it('that changes a count, a wait or the round shows the election', () => {
    const { election: before } = whole(server);
    expect(shown(server, { cnx: { ...server.cnx, election: { ...election, waitMs: 800 } } })).toEqual({
      election: { ...before, waitMs: 800 },
    });
    expect(shown(server, { cnx: { ...server.cnx, round: 5 } })).toEqual({ election: { ...before, round: 5 } });
  });

  it('that changes whom it proposes shows the vote, too', () => {
    const proposal = { ...election.proposal, leader: 3 };
    const changes = shown(server, { cnx: { ...server.cnx, election: { ...election, proposal } } });
    expect(Object.keys(changes)).toEqual(['vote', 'election']);
    expect(changes.vote).toBe(proposal);
  });

  it('that ends it shows the vote it ends with', () => {
    const vote = { ...election.proposal, leader: 2 };
    expect(shown(server, { vote, cnx: { ...server.cnx, election: null } })).toEqual({ vote, election: null });
    expect(shown(server, { vote: election.proposal, cnx: { ...server.cnx, election: null } })).toEqual({ election: null });
  });

  it('is none without an election: neither a new round nor a vote that is only remembered', () => {
    const idle = { ...server, cnx: { ...server.cnx, election: null } };
    expect(shown(idle, { cnx: { ...idle.cnx, round: 6 } })).toEqual({});
    expect(shown(server, { vote: { ...server.vote, leader: 3 } })).toEqual({});
    expect(shown(idle, { vote: election.proposal })).toEqual({ vote: election.proposal });
  });
});

describe('a step of a learner', () => {
  const server = writing().server(1);
  const learning = has(server.learning);
  const becomes = (change: Partial<Learning>): Partial<ServerView> => shown(server, { learning: { ...learning, ...change } });

  it('shows how it is synchronized, how much is pending and whom it follows', () => {
    expect(becomes({ mode: 'SNAP' })).toEqual({ learning: { mode: 'SNAP', pending: 10 } });
    expect(becomes({ pendingTxns: emptyList() })).toEqual({ learning: { mode: 'DIFF', pending: 0 } });
    expect(becomes({ leader: 2 })).toEqual({ leader: 2 });
    expect(becomes({ touched: {}, lastHeard: 1, attempts: 9 })).toEqual({});
  });

  it('that gets or loses its leader shows that', () => {
    expect(shown(server, { learning: null })).toEqual({ leader: null, learning: null });
    expect(changesOf({ ...server, learning: null }, server)).toEqual({ leader: 3, learning: { mode: 'DIFF', pending: 10 } });
  });
});

describe('a step of a leader', () => {
  const server = writing().server(3);
  const leading = has(server.leading);
  const view = has(whole(server).leading);
  const becomes = (change: Partial<Leading>): Partial<ServerView> => shown(server, { leading: { ...leading, ...change } });

  it.each<[string, Partial<Leading>, Partial<ServerView['leading']>]>([
    ['its tick', { tick: 8 }, { tick: 8 }],
    ['its epoch', { epoch: 8 }, { epoch: 8 }],
    ['whether the epoch is decided', { epochDecided: false }, { epoch: null }],
    ['whose epochs it heard', { epochHeard: [3] }, { epochHeard: [3] }],
    ['who accepted its epoch', { epochAcked: [3] }, { epochAcked: [3] }],
    ['who acknowledged NEWLEADER', { newLeaderAcked: [3] }, { newLeaderAcked: [3] }],
    ['its learners', { learners: [] }, { learners: [] }],
    ['its proposals', { outstanding: emptyList() }, { outstanding: [], outstandingCount: 0 }],
  ])('shows %s', (_what, change, expected) => {
    expect(becomes(change)).toEqual({ leading: { ...view, ...expected } });
  });

  it('that changes only what it alone looks at shows nothing', () => {
    expect(becomes({ since: 1, skipCheck: !leading.skipCheck, pendingSyncs: [], lastCommitted: zxid(1, 3) })).toEqual({});
  });

  it('shows a proposal that has not changed as the same row: a trace keeps it once', () => {
    const next = becomes({ tick: 8 }).leading?.outstanding;
    expect(next?.map((row, i) => row === view.outstanding[i])).toEqual(Array(8).fill(true));
    const acked = { ...has(listAt(leading.outstanding, 0)), acks: [1] };
    expect(becomes({ outstanding: listOf([acked]) }).leading?.outstanding).toEqual([{ ...view.outstanding[0], acks: [1] }]);
  });

  it('that begins or ends to lead shows that', () => {
    expect(shown(server, { leading: null })).toEqual({ leader: null, leading: null });
    expect(changesOf({ ...server, leading: null }, server)).toEqual({ leader: 3, leading: view });
  });
});

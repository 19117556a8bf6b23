/**
 * A hand-made trace: five servers elect a leader, a client writes, the leader is killed, another is elected. For tests of the app that
 * need no ensemble.
 */
import { type Sid } from '../../src/base/ids.ts';
import { zxid, ZXID_ZERO, type Zxid } from '../../src/base/zxid.ts';
import type { Actor, Command, Flight, Peer, TraceEvent } from '../../src/ensemble/types.ts';
import type { Channel, Decision, LogChange, Message, Vote } from '../../src/zab/types.ts';
import { eventOf } from '../trace/events.ts';

const server = (sid: Sid): Peer => ({ kind: 'server', sid });
const client: Peer = { kind: 'client', client: 1 };

export class TraceMaker {
  readonly events: TraceEvent[] = [];
  at = 0;
  private flights = 0;

  add(actor: Actor, what: TraceEvent['what'], more: Partial<TraceEvent> = {}): TraceEvent {
    const event = eventOf(this.events.length, { at: this.at, actor, what, ...more });
    this.events.push(event);
    return event;
  }

  flight(from: Peer, to: Peer, message: Message, channel: Channel = 'election'): Flight {
    const of = (peer: Peer): number => (peer.kind === 'server' ? peer.sid : 50 + peer.client);
    return { id: ++this.flights, conn: of(from) * 100 + of(to), channel, from, to, message, eta: this.at + 1 };
  }

  receive(flight: Flight, more: Partial<TraceEvent> = {}): void {
    this.at += 0.05;
    if (flight.to.kind === 'server')
      this.add(
        { kind: 'server', sid: flight.to.sid },
        { type: 'receive', conn: flight.conn, flight: flight.id, from: flight.from, message: flight.message },
        more,
      );
    else this.add({ kind: 'client', client: flight.to.client }, { type: 'received', flight: flight.id, message: flight.message }, more);
  }

  command(command: Command, more: Partial<TraceEvent> = {}): void {
    this.add({ kind: 'world' }, { type: 'command', command }, more);
  }
}

const vote = (leader: Sid, z: Zxid, round: number, peerEpoch: number): Vote => ({ leader, zxid: z, electionEpoch: round, peerEpoch });

function elect(maker: TraceMaker, up: readonly Sid[], round: number, last: Zxid, epoch: number): void {
  const winner = Math.max(...up);
  let flights: Flight[] = [];
  const notify = (sid: Sid, leader: Sid): Flight[] =>
    up
      .filter((to) => to !== sid)
      .map((to) =>
        maker.flight(server(sid), server(to), {
          kind: 'NOTIFICATION',
          state: 'LOOKING',
          vote: vote(leader, last, round, epoch - 1),
          version: 2,
        }),
      );
  for (const sid of up) {
    const sent = notify(sid, sid);
    flights.push(...sent);
    const decision: Decision = {
      rule: 'election.start',
      round,
      vote: vote(sid, last, round, epoch - 1),
      after: round === 1 ? 'boot' : 'lostLeader',
    };
    maker.add(
      { kind: 'server', sid },
      { type: 'timer', timer: 'poll' },
      {
        sent,
        decisions: [decision],
        changes: {
          sid,
          role: 'LOOKING',
          phase: 'looking',
          zabState: 'ELECTION',
          vote: decision.vote,
          leader: null,
          leading: null,
          election: { state: 'collecting', round, votes: [], outOfElection: [], supporters: [sid], waitMs: 200 },
        },
      },
    );
    maker.at += 0.1;
  }
  const adopted = new Map(up.map((sid) => [sid, sid]));
  while (flights.length > 0) {
    maker.at += 1;
    const arriving = flights;
    flights = [];
    for (const flight of arriving) {
      if (flight.from.kind !== 'server' || flight.to.kind !== 'server' || flight.message.kind !== 'NOTIFICATION') continue;
      const me = flight.to.sid;
      const mine = vote(adopted.get(me) ?? me, last, round, epoch - 1);
      const better = flight.message.vote.leader > mine.leader;
      if (better) adopted.set(me, flight.message.vote.leader);
      const sent = better ? notify(me, flight.message.vote.leader) : [];
      flights.push(...sent);
      const now = better ? flight.message.vote : mine;
      const rows = up.map((sid) => ({ sid, state: 'LOOKING' as const, vote: vote(adopted.get(sid) ?? sid, last, round, epoch - 1) }));
      maker.receive(flight, {
        sent,
        decisions: [
          {
            rule: 'vote.order',
            from: flight.from.sid,
            theirs: flight.message.vote,
            mine,
            outcome: better ? 'adopted' : 'kept',
            by: better || flight.message.vote.leader < mine.leader ? 'sid' : 'same',
          },
        ],
        changes: {
          vote: now,
          election: {
            state: 'collecting',
            round,
            votes: rows,
            outOfElection: [],
            supporters: up.filter((sid) => adopted.get(sid) === now.leader),
            waitMs: 200,
          },
        },
      });
    }
  }
  maker.at += 200;
  for (const sid of up) {
    const role = sid === winner ? 'LEADING' : 'FOLLOWING';
    maker.add(
      { kind: 'server', sid },
      { type: 'timer', timer: 'finalizeWait' },
      {
        decisions: [{ rule: 'vote.final', vote: vote(winner, last, round, epoch - 1), supporters: up, role, waitedMs: 200, tookMs: 230 }],
        changes: {
          role,
          phase: role === 'LEADING' ? 'leading.discovery' : 'following.discovery',
          zabState: 'DISCOVERY',
          leader: winner,
          election: null,
        },
      },
    );
  }
  maker.at += 3;
  const followers = up.filter((sid) => sid !== winner);
  const round1 = followers.map((sid) =>
    maker.flight(server(sid), server(winner), { kind: 'FOLLOWERINFO', sid, acceptedEpoch: epoch - 1 }, 'quorum'),
  );
  followers.forEach((sid, i) =>
    maker.add({ kind: 'server', sid }, { type: 'connected', channel: 'quorum', conn: i, peer: winner }, { sent: [round1[i] as Flight] }),
  );
  round1.forEach((flight, i) => {
    const sid = followers[i] as Sid;
    const reply = maker.flight(server(winner), server(sid), { kind: 'DIFF', zxid: last }, 'quorum');
    const nl = maker.flight(server(winner), server(sid), { kind: 'NEWLEADER', zxid: zxid(epoch, 0) }, 'quorum');
    maker.at += 1;
    maker.receive(flight, {
      sent: [reply, nl],
      decisions: [
        {
          rule: 'sync.mode',
          learner: sid,
          mode: 'DIFF',
          peerLastZxid: last,
          minCommittedLog: last,
          maxCommittedLog: last,
          lastProcessedZxid: last,
          zxidSent: last,
          queued: 0,
          source: null,
          because: 'same',
          forwardFrom: last,
        },
      ],
      changes: { phase: 'leading.synchronization', zabState: 'SYNCHRONIZATION', acceptedEpoch: epoch, currentEpoch: epoch },
    });
    maker.at += 1;
    maker.receive(reply, { changes: { phase: 'following.synchronization', acceptedEpoch: epoch, learning: { mode: 'DIFF', pending: 0 } } });
    const ack = maker.flight(server(sid), server(winner), { kind: 'ACK', zxid: zxid(epoch, 0) }, 'quorum');
    maker.receive(nl, { sent: [ack], changes: { currentEpoch: epoch } });
    maker.at += 1;
    maker.receive(
      ack,
      i === 1
        ? {
            decisions: [{ rule: 'leader.established', epoch, supporters: up, zxid: zxid(epoch, 0) }],
            changes: { phase: 'leading.broadcast', zabState: 'BROADCAST', serving: true },
          }
        : {},
    );
    const utd = maker.flight(server(winner), server(sid), { kind: 'UPTODATE' }, 'quorum');
    maker.add({ kind: 'server', sid: winner }, { type: 'timer', timer: 'tick' }, { sent: [utd] });
    maker.at += 1;
    maker.receive(utd, { changes: { phase: 'following.broadcast', zabState: 'BROADCAST', serving: true } });
  });
}

function write(maker: TraceMaker, up: readonly Sid[], leader: Sid, z: Zxid, path: string): void {
  const append: LogChange = { change: 'append', cell: { zxid: z, type: 'create', path, session: '0x1', cxid: z.counter } };
  const followers = up.filter((sid) => sid !== leader);
  const proposals = followers.map((sid) =>
    maker.flight(
      server(leader),
      server(sid),
      {
        kind: 'PROPOSAL',
        zxid: z,
        txn: {
          session: '0x1',
          cxid: 1,
          zxid: z,
          time: 0,
          body: { type: 'create', path, data: null, acl: [], ephemeral: false, parentCVersion: 1 },
          digest: null,
        },
        bytes: new Uint8Array(80),
      },
      'quorum',
    ),
  );
  const request = maker.flight(
    client,
    server(leader),
    { kind: 'Request', xid: z.counter, op: { op: 'create', path, data: null, acl: [], mode: 'persistent' } },
    'client',
  );
  maker.at += 40;
  maker.add(
    { kind: 'client', client: 1 },
    { type: 'requested', xid: z.counter, op: { op: 'create', path, data: null, acl: [], mode: 'persistent' } },
    { sent: [request], client: { waiting: 1 } },
  );
  maker.at += 1;
  maker.receive(request, {
    sent: proposals,
    log: [append],
    decisions: [{ rule: 'request.validated', zxid: z, op: 'create', path, err: 'OK', session: '0x1' }],
    changes: { lastLogged: z },
  });
  const acks: Flight[] = [];
  for (const flight of proposals) {
    maker.at += 1;
    const sid = flight.to.kind === 'server' ? flight.to.sid : 0;
    maker.receive(flight, { log: [append], changes: { lastLogged: z } });
    const ack = maker.flight(server(sid), server(leader), { kind: 'ACK', zxid: z }, 'quorum');
    acks.push(ack);
    maker.add({ kind: 'server', sid }, { type: 'fsynced', token: 1 }, { sent: [ack], changes: { lastSynced: z } });
  }
  acks.forEach((ack, i) => {
    maker.at += 1;
    const have = [leader, ...followers.slice(0, i + 1)];
    const commits = i === 1 ? followers.map((sid) => maker.flight(server(leader), server(sid), { kind: 'COMMIT', zxid: z }, 'quorum')) : [];
    maker.receive(ack, {
      sent: commits,
      decisions: [
        {
          rule: 'proposal.ack',
          zxid: z,
          from: ack.from.kind === 'server' ? ack.from.sid : 0,
          acks: have,
          voters: 5,
          outcome: i < 1 ? 'notYet' : i === 1 ? 'committed' : 'alreadyCommitted',
        },
      ],
      changes: i === 1 ? { lastSynced: z, committedZxid: z, lastZxid: z } : {},
    });
    for (const commit of commits) {
      maker.at += 1;
      maker.receive(commit, { changes: { committedZxid: z, lastZxid: z } });
    }
  });
}

/** The whole story. */
export function fixtureTrace(count = 5): readonly TraceEvent[] {
  const maker = new TraceMaker();
  const sids = Array.from({ length: count }, (_, i) => i + 1);
  for (const sid of sids) {
    maker.add({ kind: 'world' }, { type: 'processStarted', sid });
    maker.add(
      { kind: 'server', sid },
      { type: 'boot', sid },
      {
        effects: [
          {
            type: 'disk',
            ops: [
              { op: 'writeAtomic', file: 'currentEpoch', bytes: new Uint8Array([48]) },
              { op: 'writeAtomic', file: 'acceptedEpoch', bytes: new Uint8Array([48]) },
            ],
          },
        ],
      },
    );
  }
  maker.at = 100;
  elect(maker, sids, 1, ZXID_ZERO, 1);
  maker.command({ type: 'connect', client: 1 });
  maker.add(
    { kind: 'client', client: 1 },
    { type: 'connected', sid: 2 },
    { client: { client: 1, name: null, state: 'connected', sid: 2, session: '0x1', timeoutMs: 6000, lastZxid: ZXID_ZERO, waiting: 0 } },
  );
  for (let i = 1; i <= 4; i++) write(maker, sids, count, zxid(1, i), `/n${i}`);
  maker.command({ type: 'cut', from: 1, to: 2 });
  maker.command({ type: 'cut', from: 1, to: 3, oneWay: true });
  maker.command({ type: 'kill', sid: count });
  maker.add({ kind: 'world' }, { type: 'processEnded', sid: count, how: 'kill', exitCode: null, message: null, lost: [] });
  maker.at += 5;
  elect(maker, sids.slice(0, -1), 2, zxid(1, 4), 2);
  for (let i = 1; i <= 3; i++) write(maker, sids.slice(0, -1), count - 1, zxid(2, i), `/m${i}`);
  for (let i = 0; i < 20; i++) {
    maker.at += 500;
    maker.add({ kind: 'server', sid: count - 1 }, { type: 'timer', timer: 'tick' }, {});
  }
  return maker.events;
}

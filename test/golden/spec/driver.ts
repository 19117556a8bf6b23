/**
 * Three servers, driven by hand: which message is taken off which wire, which timer fires, who connects, is all said by the caller. Only the disk works
 * by itself: what a server writes is logged and durable within the same action, as in the specification.
 */
import type { Sid } from '../../../src/base/ids.ts';
import type { Disk } from '../../../src/zab/types.ts';
import { configOf } from '../../../src/ensemble/options.ts';
import { emptyDisk } from '../../../src/store/disk.ts';
import { PROFILE_3_8_0, type Profile } from '../../../src/zab/profile.ts';
import type { LoggedTxn } from '../../../src/zab/state.ts';
import { step, type Server, type Stepped } from '../../../src/zab/server.ts';
import type { ConnId, Decision, Effect, ElectionMessage, EnsembleConfig, Input, QuorumPacket, TimerName } from '../../../src/zab/types.ts';
import type { DifferenceRule } from './differences.ts';

/** The specification is of 3.7, whose learners do at NEWLEADER what 3.8.0's do. No txn log sync, which it does not have; no snapshots on the way. */
export function specConfig(sids: readonly Sid[], profile: Profile = PROFILE_3_8_0): EnsembleConfig {
  return { ...configOf(sids), profile, snapshotSizeFactor: -1, preAllocSizeKb: 0 };
}

/** A vote that its server has taken off the wire and not looked at, or the signal that nothing came. */
export type Waiting = { readonly from: Sid; readonly message: ElectionMessage } | 'NONE';

export interface Underway {
  readonly conn: ConnId;
  readonly packet: QuorumPacket;
  /** The ACK of UPTODATE, which the specification does not have. */
  readonly aside: boolean;
}

/** A server with what its surroundings keep for it. */
export interface Node {
  readonly sid: Sid;
  server: Server;
  online: boolean;
  readonly timers: Set<TimerName>;
  recvQueue: Waiting[];
  readonly cut: Set<Sid>;
  /** Whom it asked for a connection on the quorum port. */
  calling: Sid | null;
}

interface Conn {
  readonly channel: 'election' | 'quorum' | 'client';
  readonly ends: readonly [Sid, Sid];
}

export type Link = `${Sid}>${Sid}`;

/** What to do with what a step wants to say. */
export interface Sinks {
  /** Whether a vote goes on the wire; it does unless told. */
  readonly vote?: (to: Sid, message: ElectionMessage) => boolean;
  /** Whether quorum packets go on the wire; they do unless told. */
  readonly packets?: boolean;
}

/** An action of the specification that ours does not allow at this point. */
export class NotEnabled extends Error {}

export class Driver {
  readonly config: EnsembleConfig;
  readonly nodes = new Map<Sid, Node>();
  readonly votes = new Map<Link, ElectionMessage[]>();
  readonly packets = new Map<Link, Underway[]>();
  /** ACKEPOCHs that have arrived and whose senders have not been synchronized yet. */
  readonly ackEpochs = new Map<Link, Underway>();
  /** Which request made which session, the only thing that requests do here. */
  readonly requestOf = new Map<string, { readonly value: number; readonly zxid: readonly [number, number] }>();
  /** The txns that requests became, by request. */
  readonly txnOf: LoggedTxn[] = [];
  /** How often each known difference came up. */
  readonly differences = new Map<DifferenceRule, number>();
  readonly decisions: { readonly sid: Sid; readonly decision: Decision }[] = [];
  private readonly conns = new Map<ConnId, Conn>();
  private nextConn = 1;
  private now = 0;

  constructor(config: EnsembleConfig) {
    this.config = config;
    const sids = config.members.map(({ sid }) => sid);
    for (const sid of sids) {
      this.nodes.set(sid, {
        sid,
        server: this.boot(sid, emptyDisk()),
        online: true,
        timers: new Set(['poll']),
        recvQueue: [],
        cut: new Set(),
        calling: null,
      });
    }
    for (const a of sids) for (const b of sids) if (a < b) this.linkElection(a, b);
    this.difference('tellsAtOnce', sids.length);
  }

  /** A new process on this disk. */
  boot(sid: Sid, disk: Disk): Server {
    this.now++;
    const { server, output } = step(null, { type: 'boot', sid, config: this.config, disk, seed: 1 }, this.now);
    const exit = output.effects.find((effect) => effect.type === 'exit');
    if (exit !== undefined) throw new NotEnabled(`server ${sid} does not start: ${exit.message}`);
    return server;
  }

  node(sid: Sid): Node {
    const node = this.nodes.get(sid);
    if (node === undefined) throw new Error(`there is no server ${sid}`);
    return node;
  }

  difference(rule: DifferenceRule, times = 1): void {
    this.differences.set(rule, (this.differences.get(rule) ?? 0) + times);
  }

  /** Time passes between actions, so that nothing is made twice with the same clock. */
  tick(): void {
    this.now++;
    this.decisions.length = 0;
  }

  /** What a step would give, without taking it. */
  ask(sid: Sid, input: Input): Stepped {
    return step(this.node(sid).server, input, this.now);
  }

  /** Takes a step and carries out what it asks for. */
  apply(sid: Sid, input: Input, sinks: Sinks = {}): Stepped {
    const stepped = this.ask(sid, input);
    this.node(sid).server = stepped.server;
    for (const decision of stepped.output.decisions) this.decisions.push({ sid, decision });
    const isUptodate = input.type === 'receive' && input.message.kind === 'UPTODATE';
    for (const effect of stepped.output.effects) this.carryOut(sid, effect, sinks, isUptodate);
    // The logger wakes up once all the rest is done.
    if (this.node(sid).timers.has('logger')) this.fire(sid, 'logger', sinks);
    return stepped;
  }

  private carryOut(sid: Sid, effect: Effect, sinks: Sinks, isUptodate: boolean): void {
    const node = this.node(sid);
    switch (effect.type) {
      case 'send':
        return this.send(sid, effect, sinks, isUptodate);
      case 'connect':
        if (effect.channel === 'quorum') node.calling = effect.to;
        return;
      case 'close':
        return this.hangUp(sid, effect.conn, sinks);
      case 'setTimer':
        node.timers.add(effect.timer);
        return;
      case 'cancelTimer':
        node.timers.delete(effect.timer);
        return;
      case 'fsync':
        this.apply(sid, { type: 'fsynced', token: effect.token }, sinks);
        return;
      case 'exit':
        throw new NotEnabled(`server ${sid} ended with code ${effect.code}: ${effect.message}`);
      case 'listen':
      case 'disk':
        return;
    }
  }

  private send(sid: Sid, { conn, message }: Extract<Effect, { type: 'send' }>, sinks: Sinks, isUptodate: boolean): void {
    const known = this.conns.get(conn);
    if (known === undefined || known.channel === 'client') return;
    const to = known.ends[0] === sid ? known.ends[1] : known.ends[0];
    if (known.channel === 'election') {
      const vote = message as ElectionMessage;
      if (sinks.vote?.(to, vote) !== false) push(this.votes, `${sid}>${to}`, vote);
      return;
    }
    const packet = message as QuorumPacket;
    const underway = { conn, packet, aside: isUptodate && packet.kind === 'ACK' && packet.zxid.counter === 0 };
    const link: Link = `${sid}>${to}`;
    if (sinks.packets !== false) push(this.packets, link, underway);
  }

  /** One end has closed: what is under way is lost, and the other end learns of it at once. */
  private hangUp(sid: Sid, conn: ConnId, sinks: Sinks): void {
    const known = this.conns.get(conn);
    if (known === undefined) return;
    this.conns.delete(conn);
    if (known.channel !== 'quorum') return;
    const [a, b] = known.ends;
    this.clear(a, b);
    this.apply(a === sid ? b : a, { type: 'disconnected', conn, reason: 'closed' }, sinks);
  }

  putVote(from: Sid, to: Sid, message: ElectionMessage): void {
    push(this.votes, `${from}>${to}`, message);
  }

  /** Empties the protocol links between two servers, both ways. */
  clear(a: Sid, b: Sid): void {
    for (const link of [`${a}>${b}`, `${b}>${a}`] as const) {
      this.packets.delete(link);
      this.ackEpochs.delete(link);
    }
  }

  fire(sid: Sid, timer: TimerName, sinks: Sinks = {}): void {
    if (!this.node(sid).timers.delete(timer)) throw new NotEnabled(`server ${sid} has no timer ${timer} running`);
    this.apply(sid, { type: 'timer', timer }, sinks);
  }

  /** Connects a follower that asked for it to its leader. */
  connectLearner(leader: Sid, follower: Sid): void {
    const node = this.node(follower);
    if (node.calling !== leader) throw new NotEnabled(`server ${follower} does not call server ${leader}`);
    node.calling = null;
    const conn = this.open('quorum', follower, leader);
    this.apply(leader, { type: 'accepted', channel: 'quorum', conn, peer: follower });
    this.apply(follower, { type: 'connected', channel: 'quorum', conn, peer: leader });
  }

  /** A client at this server asks for a session, which is the request of this action. */
  request(sid: Sid): void {
    const conn = this.open('client', sid, sid);
    this.apply(sid, { type: 'accepted', channel: 'client', conn, peer: conn });
    const password = new Uint8Array(16);
    const message = {
      kind: 'ConnectRequest',
      lastZxidSeen: { epoch: 0, counter: 0 },
      timeoutMs: 10_000,
      session: '0x0',
      password,
    } as const;
    this.apply(sid, { type: 'receive', conn, message });
  }

  /** The connection between a learner and this server, either way round. */
  quorumConn(a: Sid, b: Sid): ConnId | undefined {
    for (const [conn, { channel, ends }] of this.conns) if (channel === 'quorum' && ends.includes(a) && ends.includes(b)) return conn;
    return undefined;
  }

  electionConn(a: Sid, b: Sid): ConnId {
    for (const [conn, { channel, ends }] of this.conns) if (channel === 'election' && ends.includes(a) && ends.includes(b)) return conn;
    throw new Error(`servers ${a} and ${b} have no election connection`);
  }

  private open(channel: Conn['channel'], from: Sid, to: Sid): ConnId {
    const conn = this.nextConn++;
    this.conns.set(conn, { channel, ends: [from, to] });
    return conn;
  }

  /** The larger sid calls. Nothing that is said on the way counts (`tellsAtOnce`). */
  private linkElection(smaller: Sid, larger: Sid): void {
    const unheard: Sinks = { vote: () => false };
    this.apply(smaller, { type: 'connectFailed', channel: 'election', peer: larger, reason: 'refused' }, unheard);
    const conn = this.open('election', larger, smaller);
    this.apply(larger, { type: 'connected', channel: 'election', conn, peer: smaller }, unheard);
    this.apply(smaller, { type: 'accepted', channel: 'election', conn, peer: larger }, unheard);
  }

  /** Breaks the connection of a learner and its leader, as the network does: both ends learn of it. */
  breakLearner(leader: Sid, follower: Sid, sinks: Sinks = {}): void {
    const conn = this.quorumConn(leader, follower);
    if (conn === undefined) return;
    this.conns.delete(conn);
    this.clear(leader, follower);
    this.apply(leader, { type: 'disconnected', conn, reason: 'reset' }, sinks);
    this.apply(follower, { type: 'disconnected', conn, reason: 'reset' }, sinks);
  }

  /** Forgets all protocol connections of a server whose process is gone; says who was at the other ends. */
  dropConns(sid: Sid): readonly { readonly peer: Sid; readonly conn: ConnId }[] {
    const dropped: { peer: Sid; conn: ConnId }[] = [];
    for (const [conn, { channel, ends }] of [...this.conns]) {
      if (!ends.includes(sid) || channel === 'election') continue;
      this.conns.delete(conn);
      if (channel === 'client') continue;
      const peer = ends[0] === sid ? ends[1] : ends[0];
      this.clear(sid, peer);
      dropped.push({ peer, conn });
    }
    return dropped;
  }
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/**
 * One server, and everybody else by hand: what the other servers, the clients and the disk say to it is written down by the caller, who may say what no
 * real one would. There is no network and no clock; every input comes a millisecond after the one before.
 */
import { NO_SESSION, type SessionId, type Sid } from '../../src/base/ids.ts';
import { zxid, ZXID_ZERO, type Zxid } from '../../src/base/zxid.ts';
import { DEFAULT_CONFIG } from '../../src/ensemble/options.ts';
import { diskOf } from '../../src/store/disk.ts';
import { encodeTxn } from '../../src/store/txnCodec.ts';
import { sessionPassword } from '../../src/tree/sessions.ts';
import type { ClientOp, TxnBody } from '../../src/tree/types.ts';
import { PROFILES, withVariants } from '../../src/zab/profile.ts';
import { step, type Server } from '../../src/zab/server.ts';
import type { EnsembleConfig, Input, Member, QuorumPacket, Role, TimerName } from '../../src/zab/types.ts';
import type { Files } from './files.ts';

export interface HandOptions {
  readonly sid: Sid;
  readonly voters?: number;
  /** Their sids are none of 1 to `voters`. */
  readonly observers?: readonly Sid[];
  readonly profile?: string;
  readonly variants?: readonly string[];
  readonly config?: Partial<EnsembleConfig>;
  readonly files?: Files;
}

/** The epoch that those who are led by hand agree on. */
export const EPOCH = 2;

export class Hand {
  inputs = 0;
  readonly #sid: Sid;
  readonly #others: readonly Sid[];
  readonly #election = new Map<Sid, number>();
  #server: Server | null = null;
  #conns = 0;
  #tokens: number[] = [];
  #xid = 0;

  constructor({ sid, voters = 3, observers = [], profile = 'current', variants = [], config = {}, files = {} }: HandOptions) {
    const members: Member[] = Array.from({ length: voters }, (_, i) => ({ sid: i + 1, type: 'participant' as const }));
    for (const observer of observers) members.push({ sid: observer, type: 'observer' });
    const made = withVariants(PROFILES[profile] ?? DEFAULT_CONFIG.profile, variants);
    if (!('profile' in made)) throw new Error(`no such variants: ${variants.join(', ')}`);
    this.#sid = sid;
    this.#others = members.filter((member) => member.sid !== sid && member.type === 'participant').map((member) => member.sid);
    const whole = { ...DEFAULT_CONFIG, members, profile: made.profile, ...config };
    this.give({ type: 'boot', sid, config: whole, disk: diskOf(files), seed: 1 });
  }

  get server(): Server {
    if (this.#server === null) throw new Error('the server was not booted');
    return this.#server;
  }

  give(input: Input): this {
    const { server, output } = step(this.#server, input, ++this.inputs);
    this.#server = server;
    for (const effect of output.effects) if (effect.type === 'fsync') this.#tokens.push(effect.token);
    return this;
  }

  timer(...timers: readonly TimerName[]): this {
    for (const timer of timers) this.give({ type: 'timer', timer });
    return this;
  }

  /** The logger wakes up, and the disk has done all that it was asked for. */
  fsync(): this {
    this.timer('logger');
    for (let token = this.#tokens.shift(); token !== undefined; token = this.#tokens.shift()) this.give({ type: 'fsynced', token });
    return this;
  }

  // -------------------------------------------------------------------------------------------------------------------
  // Elections.

  #meet(): void {
    for (const peer of this.#others) {
      const conn = ++this.#conns;
      this.#election.set(peer, conn);
      if (peer > this.#sid) this.give({ type: 'accepted', channel: 'election', conn, peer });
      else this.give({ type: 'connected', channel: 'election', conn, peer });
    }
  }

  /** A vote for a leader with the history of this server. */
  vote(from: Sid, state: Role, leader: Sid, electionEpoch = this.server.cnx.round): this {
    const vote = { leader, zxid: this.server.tree.lastProcessedZxid, electionEpoch, peerEpoch: this.server.currentEpoch };
    return this.give({
      type: 'receive',
      conn: this.#election.get(from) ?? 0,
      message: { kind: 'NOTIFICATION', state, vote, version: 2 },
    });
  }

  /** Everybody else is connected and looks for a leader. */
  meet(): this {
    this.#meet();
    return this;
  }

  /** Everybody votes for this server. */
  elected(): this {
    this.#meet();
    for (const peer of this.#others) this.vote(peer, 'LOOKING', this.#sid);
    return this.timer('finalizeWait');
  }

  /** Everybody follows that leader, and so does this server. @returns the connection to it, over which nothing was said yet. */
  follows(leader: Sid): number {
    this.#meet();
    for (const peer of this.#others) this.vote(peer, peer === leader ? 'LEADING' : 'FOLLOWING', leader);
    const conn = ++this.#conns;
    this.give({ type: 'connected', channel: 'quorum', conn, peer: leader });
    return conn;
  }

  // -------------------------------------------------------------------------------------------------------------------
  // Quorum packets.

  /** Somebody connects to the quorum port. */
  learner(peer: Sid): number {
    const conn = ++this.#conns;
    this.give({ type: 'accepted', channel: 'quorum', conn, peer });
    return conn;
  }

  tell(conn: number, ...packets: readonly QuorumPacket[]): this {
    for (const message of packets) this.give({ type: 'receive', conn, message });
    return this;
  }

  /** A learner that does as it should, until it is synchronized; it stands at `last`. */
  joined(peer: Sid, kind: 'FOLLOWERINFO' | 'OBSERVERINFO' = 'FOLLOWERINFO', last: Zxid = ZXID_ZERO): number {
    const conn = this.learner(peer);
    this.tell(conn, { kind, sid: peer, acceptedEpoch: 0 }, { kind: 'ACKEPOCH', lastZxid: last, currentEpoch: 0 });
    return conn;
  }

  /** Elected and established, with one voter and the other learners synchronized. @returns their connections. */
  leads(...learners: readonly Sid[]): readonly number[] {
    this.elected();
    const last = this.server.tree.lastProcessedZxid;
    const conns = learners.map((peer) => this.joined(peer, this.#others.includes(peer) ? 'FOLLOWERINFO' : 'OBSERVERINFO', last));
    for (const conn of conns) this.tell(conn, { kind: 'ACK', zxid: zxid(this.server.acceptedEpoch, 0) });
    if (this.server.leading?.established !== true) throw new Error(`no quorum for server ${this.#sid}`);
    return conns;
  }

  ack(conn: number, counter: number, epoch = this.server.acceptedEpoch): this {
    return this.tell(conn, { kind: 'ACK', zxid: zxid(epoch, counter) });
  }

  /** What a learner's client asks the leader for. */
  ask(conn: number, session: SessionId, op: ClientOp): this {
    return this.tell(conn, { kind: 'REQUEST', session, cxid: ++this.#xid, op });
  }

  // -------------------------------------------------------------------------------------------------------------------
  // Clients.

  /** Somebody connects to the client port, and asks for a session unless told not to. */
  client(session: SessionId | null = NO_SESSION, password = sessionPassword(session ?? NO_SESSION)): number {
    const conn = ++this.#conns;
    this.give({ type: 'accepted', channel: 'client', conn, peer: conn });
    if (session === null) return conn;
    const message = { kind: 'ConnectRequest', lastZxidSeen: ZXID_ZERO, timeoutMs: 10_000, session, password } as const;
    this.give({ type: 'receive', conn, message });
    return conn;
  }

  request(conn: number, ...ops: readonly ClientOp[]): this {
    for (const op of ops) this.give({ type: 'receive', conn, message: { kind: 'Request', xid: ++this.#xid, op } });
    return this;
  }

  sessionOf(conn: number): SessionId {
    return this.server.clients[conn]?.session ?? NO_SESSION;
  }
}

/** A txn as a leader would send it. */
export function packet(
  kind: 'PROPOSAL' | 'INFORM',
  counter: number,
  body: TxnBody = { type: 'createSession', timeoutMs: 1_000 },
  session: SessionId = '0x1',
): QuorumPacket {
  const at = zxid(EPOCH, counter);
  const txn = { session, cxid: 0, zxid: at, time: 0, body, digest: null };
  return { kind, zxid: at, txn, bytes: encodeTxn(txn) };
}

export function commit(counter: number): QuorumPacket {
  return { kind: 'COMMIT', zxid: zxid(EPOCH, counter) };
}

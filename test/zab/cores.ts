/**
 * The smallest world in which server cores can talk: every message takes 1 ms, every fsync 1 ms, nothing is random, nothing is lost
 * unless a test says so. For tests of the rules in `zab/`; faults of real networks are the business of `ensemble/`.
 */
import { NO_SESSION, utf8, type Bytes, type SessionId, type Sid } from '../../src/base/ids.ts';
import { ZXID_ZERO, formatZxid, type Zxid } from '../../src/base/zxid.ts';
import { applyDiskOps, copyDisk, emptyDisk } from '../../src/store/disk.ts';
import type { Disk } from '../../src/store/types.ts';
import { sessionPassword } from '../../src/tree/sessions.ts';
import type { ClientOp } from '../../src/tree/types.ts';
import { DEFAULT_CONFIG } from '../../src/ensemble/options.ts';
import { step, type Server } from '../../src/zab/server.ts';
import type { Decision, Effect, EnsembleConfig, Input, Message, MessageKind, ServerMessage } from '../../src/zab/types.ts';

export const OPEN = [{ perms: 31, scheme: 'world', id: 'anyone' }] as const;

export function config(servers: number, more: Partial<EnsembleConfig> = {}): EnsembleConfig {
  const members = Array.from({ length: servers }, (_, i) => ({ sid: i + 1, type: 'participant' as const }));
  return { ...DEFAULT_CONFIG, members, preAllocSizeKb: 16, wallClockAtZero: 1_790_000_000_000, ...more };
}

interface Conn {
  readonly a: Sid;
  readonly b: Sid;
  readonly channel: 'election' | 'quorum' | 'client';
}
type Sent = { readonly from: Sid; readonly to: Sid; readonly message: Message };

/** sid 0 stands for the one client. */
const CLIENT = 0;

export class Cores {
  readonly config: EnsembleConfig;
  readonly servers = new Map<Sid, Server>();
  readonly disks = new Map<Sid, Disk>();
  readonly sent: Sent[] = [];
  readonly decisions: { readonly sid: Sid; readonly at: number; readonly decision: Decision }[] = [];
  readonly exits: { readonly sid: Sid; readonly code: number }[] = [];
  readonly heard: ServerMessage[] = [];
  /** The same, with the connection and the time. */
  readonly answers: { readonly conn: number; readonly at: number; readonly message: ServerMessage }[] = [];
  /** Every fsync that a logger asked for. */
  readonly fsyncs: Sid[] = [];
  /** Every attempt to connect to a quorum port. */
  readonly attempts: { readonly from: Sid; readonly to: Sid; readonly at: number }[] = [];
  /** Every write and send of every server, in order: `append log.100000007`, `ACK`. */
  readonly doings: { readonly sid: Sid; readonly doing: string }[] = [];
  now = 0;
  /** Return false to lose a message. */
  passes: (from: Sid, to: Sid, message: Message) => boolean = () => true;
  /** What becomes of an attempt to connect to an open port. */
  reaches: (from: Sid, to: Sid, channel: 'election' | 'quorum') => 'open' | 'refused' | 'silence' = () => 'open';
  /** How long an fsync of the logger takes, ms; `Infinity` never ends. */
  readonly fsyncMs = new Map<Sid, number>();
  private readonly conns = new Map<number, Conn>();
  private readonly listening = new Set<string>();
  private readonly timers = new Map<string, number>();
  private queue: { readonly at: number; readonly seq: number; readonly run: () => void }[] = [];
  private seq = 0;

  constructor(servers: number, more: Partial<EnsembleConfig> = {}) {
    this.config = config(servers, more);
    for (const { sid } of this.config.members) this.disks.set(sid, emptyDisk());
  }

  boot(...sids: readonly Sid[]): this {
    for (const sid of sids)
      this.give(sid, { type: 'boot', sid, config: this.config, disk: copyDisk(this.disks.get(sid) as Disk), seed: 1 });
    return this;
  }

  /** Ends a process: its connections close at once. */
  kill(...sids: readonly Sid[]): this {
    for (const sid of sids) {
      this.servers.delete(sid);
      for (const key of [...this.timers.keys()]) if (key.startsWith(`${sid}/`)) this.timers.delete(key);
      for (const key of [...this.listening]) if (key.startsWith(`${sid}/`)) this.listening.delete(key);
      for (const [id, conn] of [...this.conns]) if (conn.a === sid || conn.b === sid) this.hangUp(sid, id, conn);
    }
    return this;
  }

  server(sid: Sid): Server {
    const server = this.servers.get(sid);
    if (server === undefined) throw new Error(`server ${sid} is down`);
    return server;
  }

  phases(): string {
    return this.config.members.map(({ sid }) => `${sid} ${this.servers.get(sid)?.phase ?? 'down'}`).join(', ');
  }

  zxid(sid: Sid): string {
    return formatZxid(this.server(sid).tree.lastProcessedZxid);
  }

  /** When this server decided something by this rule, ms, with the decision; the first time. */
  first<R extends Decision['rule']>(rule: R, sid?: Sid): { readonly at: number; readonly decision: Extract<Decision, { rule: R }> } {
    for (const { sid: by, at, decision } of this.decisions) {
      if (decision.rule === rule && (sid === undefined || sid === by)) return { at, decision: decision as Extract<Decision, { rule: R }> };
    }
    throw new Error(`nobody decided by ${rule}`);
  }

  decided<R extends Decision['rule']>(rule: R): Extract<Decision, { rule: R }>[] {
    return this.decisions
      .map(({ decision }) => decision)
      .filter((decision): decision is Extract<Decision, { rule: R }> => decision.rule === rule);
  }

  sentKinds(from: Sid, to: Sid, ...hidden: readonly MessageKind[]): string[] {
    return this.sent.filter((s) => s.from === from && s.to === to && !hidden.includes(s.message.kind)).map(({ message }) => message.kind);
  }

  /** Lets virtual time pass. */
  run(ms: number): this {
    const until = this.now + ms;
    for (;;) {
      this.queue.sort((x, y) => x.at - y.at || x.seq - y.seq);
      const next = this.queue[0];
      if (next === undefined || next.at > until) break;
      this.queue.shift();
      this.now = next.at;
      next.run();
    }
    this.now = until;
    return this;
  }

  /** Connects the client to a server; a session is asked for at once, or an old one asked back. */
  connectClient(
    sid: Sid,
    timeoutMs = 8000,
    old: { readonly session?: SessionId; readonly password?: Bytes; readonly lastZxidSeen?: Zxid } = {},
  ): number {
    const id = this.open(CLIENT, sid, 'client');
    this.later(() => this.give(sid, { type: 'accepted', channel: 'client', conn: id, peer: 1 }));
    const { session = NO_SESSION, lastZxidSeen = ZXID_ZERO } = old;
    const password = old.password ?? (session === NO_SESSION ? new Uint8Array(16) : sessionPassword(session));
    this.deliver(id, CLIENT, sid, { kind: 'ConnectRequest', lastZxidSeen, timeoutMs, session, password });
    return id;
  }

  ping(conn: number): this {
    const sid = this.conns.get(conn)?.b;
    if (sid !== undefined) this.deliver(conn, CLIENT, sid, { kind: 'ClientPing' });
    return this;
  }

  /** What the client heard on one connection: `Reply 3 OK`, `ConnectResponse`. */
  answersOn(conn: number): string[] {
    return this.answers
      .filter((answer) => answer.conn === conn)
      .map(({ message }) => (message.kind === 'Reply' ? `Reply ${message.xid} ${message.err}` : message.kind));
  }

  isOpen(conn: number): boolean {
    return this.conns.has(conn);
  }

  /** Somebody who is no core connects to a leader's quorum port and says what a test wants it to say. */
  join(as: Sid, leader: Sid): number {
    const id = this.open(as, leader, 'quorum');
    this.give(leader, { type: 'accepted', channel: 'quorum', conn: id, peer: as });
    return id;
  }

  /** Lets a connection's first end say something to its second. */
  tell(conn: number, message: Message): this {
    const to = this.conns.get(conn)?.b;
    if (to !== undefined) this.deliver(conn, CLIENT, to, message);
    return this.run(2);
  }

  /** Gives a server an input that no part of this world gives. */
  inject(sid: Sid, input: Input): this {
    this.give(sid, input);
    return this;
  }

  request(conn: number, xid: number, op: ClientOp): this {
    const sid = this.conns.get(conn)?.b;
    if (sid !== undefined) this.deliver(conn, CLIENT, sid, { kind: 'Request', xid, op });
    return this;
  }

  create(conn: number, xid: number, path: string, data = ''): this {
    return this.request(conn, xid, { op: 'create', path, data: utf8(data), acl: OPEN, mode: 'persistent' });
  }

  session(): SessionId {
    const response = this.heard.find((message) => message.kind === 'ConnectResponse');
    return response?.session ?? NO_SESSION;
  }

  private give(sid: Sid, input: Input): void {
    const before = this.servers.get(sid) ?? null;
    if (before === null && input.type !== 'boot') return;
    const { server, output } = step(before, input, this.now);
    this.servers.set(sid, server);
    for (const decision of output.decisions) this.decisions.push({ sid, at: this.now, decision });
    for (const effect of output.effects) this.perform(sid, effect);
  }

  private perform(sid: Sid, effect: Effect): void {
    switch (effect.type) {
      case 'send':
        return this.transmit(sid, effect.conn, effect.message);
      case 'connect':
        return this.connect(sid, effect.to, effect.channel);
      case 'close': {
        const conn = this.conns.get(effect.conn);
        if (conn !== undefined) this.hangUp(sid, effect.conn, conn);
        return;
      }
      case 'listen':
        if (effect.open) this.listening.add(`${sid}/${effect.channel}`);
        else this.listening.delete(`${sid}/${effect.channel}`);
        return;
      case 'setTimer':
        return this.setTimer(sid, effect.timer, effect.afterMs);
      case 'cancelTimer':
        this.timers.delete(`${sid}/${effect.timer}`);
        return;
      case 'disk':
        for (const { op, file } of effect.ops) this.doings.push({ sid, doing: `${op} ${file}` });
        this.disks.set(sid, applyDiskOps(this.disks.get(sid) as Disk, effect.ops));
        return;
      case 'fsync':
        this.fsyncs.push(sid);
        if (this.fsyncMs.get(sid) === Infinity) return;
        return this.later(() => {
          this.disks.set(
            sid,
            applyDiskOps(
              this.disks.get(sid) as Disk,
              effect.files.map((file) => ({ op: 'fsync', file })),
            ),
          );
          this.give(sid, { type: 'fsynced', token: effect.token });
        }, this.fsyncMs.get(sid));
      case 'exit':
        this.exits.push({ sid, code: effect.code });
        this.kill(sid);
    }
  }

  private transmit(from: Sid, id: number, message: Message): void {
    const conn = this.conns.get(id);
    if (conn === undefined) return;
    const to = conn.a === from ? conn.b : conn.a;
    this.sent.push({ from, to, message });
    this.doings.push({ sid: from, doing: message.kind });
    if (this.passes(from, to, message)) this.deliver(id, from, to, message);
  }

  private deliver(id: number, _from: Sid, to: Sid, message: Message): void {
    this.later(() => {
      if (!this.conns.has(id)) return;
      if (to === CLIENT) {
        this.heard.push(message as ServerMessage);
        this.answers.push({ conn: id, at: this.now, message: message as ServerMessage });
      } else this.give(to, { type: 'receive', conn: id, message });
    });
  }

  private connect(from: Sid, to: Sid, channel: 'election' | 'quorum'): void {
    if (channel === 'quorum') this.attempts.push({ from, to, at: this.now });
    const outcome = this.reaches(from, to, channel);
    if (outcome === 'silence') return;
    this.later(() => {
      if (outcome === 'refused' || !this.listening.has(`${to}/${channel}`) || !this.servers.has(to))
        return this.give(from, { type: 'connectFailed', channel, peer: to, reason: 'refused' });
      const id = this.open(from, to, channel);
      this.give(to, { type: 'accepted', channel, conn: id, peer: from });
      this.give(from, { type: 'connected', channel, conn: id, peer: to });
    });
  }

  private open(a: Sid, b: Sid, channel: Conn['channel']): number {
    const id = ++this.seq;
    this.conns.set(id, { a, b, channel });
    return id;
  }

  private hangUp(who: Sid, id: number, conn: Conn): void {
    const other = conn.a === who ? conn.b : conn.a;
    this.later(() => {
      this.conns.delete(id);
      if (other !== CLIENT) this.give(other, { type: 'disconnected', conn: id, reason: 'closed' });
    });
  }

  private setTimer(sid: Sid, timer: Extract<Input, { type: 'timer' }>['timer'], afterMs: number): void {
    const key = `${sid}/${timer}`;
    const mine = ++this.seq;
    this.timers.set(key, mine);
    this.later(() => {
      if (this.timers.get(key) !== mine) return;
      this.timers.delete(key);
      this.give(sid, { type: 'timer', timer });
    }, afterMs);
  }

  private later(run: () => void, afterMs = 1): void {
    this.queue.push({ at: this.now + afterMs, seq: ++this.seq, run });
  }
}

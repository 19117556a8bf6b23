/** Makes events: numbers them and their flights, opens and closes connections, and remembers what is on its way. */
import type { Sid } from '../../../base/ids.ts';
import type { Actor, Flight, Origin, TraceEvent } from '../../../ensemble/types.ts';
import type { Channel, Decision, Effect, LogChange, Message } from '../../../zab/types.ts';
import type { LogCase, PlacedRecord } from '../model.ts';
import type { Roster } from './config.ts';
import { forget, NONE, unknownServer, type Changes, type Known, type OnItsWay } from './known.ts';

/** A message to be sent by the event that is being made. */
export interface Outgoing {
  readonly channel: 'election' | 'quorum';
  readonly to: Sid;
  readonly message: Message;
  /** The record in which it is received as a vote; −1 for the leader's protocol. */
  readonly record: number;
  readonly inferred: boolean;
}

/** What an event of a server says, apart from where and when. */
export interface Act {
  readonly what: TraceEvent['what'];
  readonly cause?: number;
  readonly changes?: Changes | null;
  readonly decisions?: readonly Decision[];
  readonly effects?: readonly Effect[];
  readonly log?: readonly LogChange[];
  readonly sent?: readonly Outgoing[];
  /** What has to be inferred right behind it. */
  readonly then?: () => void;
}

interface Line {
  readonly conn: number;
  readonly channel: Channel;
  open: boolean;
  /** Flights of the leader's protocol that have not landed. */
  readonly flying: Set<number>;
}

const WORLD: Actor = { kind: 'world' };
const NOTHING: Changes | null = null;

export class EventWriter {
  /** Events since they were last taken. */
  events: TraceEvent[] = [];
  /** Records of votes that are on their way: flight and position of the sending, by record. */
  readonly flightOf: Int32Array;
  readonly sentAt: Int32Array;
  /** Open places in events: an impossible order names an event that comes later. */
  readonly waiting = new Map<number, Origin[]>();
  readonly servers = new Map<Sid, Known>();
  /** The record that is being told. */
  record!: PlacedRecord;
  index = 0;
  #n = 0;
  #flights = 0;
  #conns = 0;
  #at = 0;
  readonly #lines = new Map<string, Line>();
  readonly #case: LogCase;
  readonly #uncertain = new Map<Sid, number>();

  constructor(logs: LogCase, roster: Roster) {
    this.#case = logs;
    this.flightOf = new Int32Array(logs.records.length).fill(-1);
    this.sentAt = new Int32Array(logs.records.length).fill(-1);
    const { config, logged, outspoken } = roster;
    for (const { sid } of config.members) this.servers.set(sid, unknownServer(sid, logged.has(sid), !outspoken.has(sid)));
    for (const [sid, { uncertainMs }] of logs.clocks) this.#uncertain.set(sid, uncertainMs);
  }

  /** Turns to a record. */
  turnTo(index: number, record: PlacedRecord): void {
    this.index = index;
    this.record = record;
    this.#at = Math.max(this.#at, record.t - this.#case.zero);
  }

  /** Virtual ms of the events that are being made. */
  get at(): number {
    return this.#at;
  }

  /** A server by its sid; made known if it was not. */
  server(sid: Sid): Known {
    let known = this.servers.get(sid);
    if (known === undefined) this.servers.set(sid, (known = unknownServer(sid, false, true)));
    return known;
  }

  /** The event of the record itself. */
  tell(s: Known, act: Act): number {
    const origin = this.#toldOrigin();
    const n = this.#told(this.#server(s, act, origin));
    act.then?.();
    return n;
  }

  /** The event of the record itself, as one of the world. */
  tellWorld(make: () => void): void {
    const n = this.#n;
    make();
    this.#told(n);
  }

  /** An event that no line shows. */
  infer(s: Known, act: Act): number {
    this.start(s, true);
    return this.#server(s, act, this.#origin(true, s.sid));
  }

  /** A world event; `inferred` if the present record does not say so itself. */
  world(what: TraceEvent['what'], cause: number, inferred: boolean): number {
    return this.#write(WORLD, what, cause, NONE, NONE, NONE, NOTHING, NONE, this.#origin(inferred));
  }

  /** Makes sure that the process runs. */
  start(s: Known, inferred: boolean): void {
    if (s.up) return;
    s.up = true;
    s.ended = false;
    s.phase = 'looking';
    const cause = this.world({ type: 'processStarted', sid: s.sid }, -1, inferred);
    const changes: Changes = { phase: 'looking', role: 'LOOKING', zabState: 'ELECTION' };
    s.last = cause;
    this.#server(s, { what: { type: 'boot', sid: s.sid }, changes }, this.#origin(inferred, s.sid));
  }

  /** Ends the process, and with it its connections. */
  end(s: Known, how: 'kill' | 'exit', exitCode: number | null, message: string | null, inferred: boolean): void {
    if (!s.up) return;
    const ended = this.world({ type: 'processEnded', sid: s.sid, how, exitCode, message, lost: NONE }, s.last, inferred);
    for (const [key, line] of this.#lines) if (line.open && key.includes(`,${s.sid},`)) this.#shut(line, ended);
    forget(s);
  }

  /** The connection between two servers, opened if need be. A quorum connection belongs to learner and leader. */
  conn(channel: 'election' | 'quorum', a: Sid, b: Sid): number {
    const line = this.#line(channel, a, b);
    if (line?.open === true) return line.conn;
    // The larger sid opens election connections; learners connect to leaders.
    const [from, to] = channel === 'election' && a < b ? [b, a] : [a, b];
    const conn = ++this.#conns;
    this.#lines.set(keyOf(channel, a, b), { conn, channel, open: true, flying: new Set() });
    const cause = this.server(from).last;
    this.world({ type: 'connectionOpened', conn, channel, from: this.server(from).peer, to: this.server(to).peer }, cause, true);
    return conn;
  }

  /** Closes the connection between two servers if it is open; its number, or −1 if there was never one. */
  disconnect(channel: 'election' | 'quorum', a: Sid, b: Sid): number {
    const line = this.#line(channel, a, b);
    if (line === undefined) return -1;
    if (line.open) this.#shut(line, this.server(a).last);
    return line.conn;
  }

  /** Whether a connection between the two stands. */
  connected(channel: 'election' | 'quorum', a: Sid, b: Sid): boolean {
    return this.#line(channel, a, b)?.open === true;
  }

  /** Takes a message of the leader's protocol out of the inbox, or null. */
  take(s: Known, from: Sid, kind: string): OnItsWay | null {
    const key = `${from}/${kind}`;
    const found = s.inbox.get(key) ?? null;
    if (found !== null) {
      s.inbox.delete(key);
      this.#line('quorum', s.sid, from)?.flying.delete(found.flight);
    }
    return found;
  }

  /** Whether nothing in the events made so far will still be changed. */
  get settled(): boolean {
    return this.waiting.size === 0;
  }

  #server(s: Known, act: Act, origin: Origin): number {
    const sent = act.sent === undefined || act.sent.length === 0 ? NONE : this.#send(s, act.sent);
    const n = this.#write(
      s.actor,
      act.what,
      act.cause ?? s.last,
      sent,
      act.effects ?? NONE,
      act.decisions ?? NONE,
      act.changes ?? null,
      act.log ?? NONE,
      origin,
    );
    s.last = n;
    return n;
  }

  /** Gives flights their numbers, which rise with the events that send them. */
  #send(s: Known, outgoing: readonly Outgoing[]): Flight[] {
    const conns = outgoing.map(({ channel, to }) => this.conn(channel, s.sid, to));
    return outgoing.map(({ channel, to, message, record, inferred }, i): Flight => {
      const id = ++this.#flights;
      const conn = conns[i] as number;
      const receiver = this.server(to);
      if (record >= 0) {
        this.flightOf[record] = id;
        this.sentAt[record] = this.#n;
      } else {
        const before = receiver.inbox.get(`${s.sid}/${message.kind}`);
        receiver.inbox.set(`${s.sid}/${message.kind}`, { flight: id, n: this.#n, conn, message });
        const flying = this.#line('quorum', s.sid, to)?.flying;
        flying?.add(id);
        if (before !== undefined) flying?.add(before.flight);
      }
      const flight = { id, conn, channel, from: s.peer, to: receiver.peer, message, eta: null };
      return inferred ? { ...flight, inferred } : flight;
    });
  }

  #write(
    actor: Actor,
    what: TraceEvent['what'],
    cause: number,
    sent: readonly Flight[],
    effects: readonly Effect[],
    decisions: readonly Decision[],
    changes: Changes | null,
    log: readonly LogChange[],
    origin: Origin,
  ): number {
    const n = this.#n++;
    this.events.push({
      n,
      at: this.#at,
      actor,
      cause,
      what,
      sent,
      effects,
      decisions,
      changes,
      client: null,
      log,
      outcomes: NONE,
      disk: null,
      origin,
    });
    return n;
  }

  /** The origin of the record's own event; one that came too early names the other, once that is there. */
  #toldOrigin(): Origin {
    const origin = this.#origin(false);
    const { impossible } = this.record;
    if (impossible === null || impossible <= this.index) return origin;
    const open = this.waiting.get(impossible);
    if (open === undefined) this.waiting.set(impossible, [origin]);
    else open.push(origin);
    return origin;
  }

  #told(n: number): number {
    const open = this.waiting.get(this.index);
    if (open !== undefined) {
      for (const origin of open) (origin as { impossible?: number }).impossible = n;
      this.waiting.delete(this.index);
    }
    return n;
  }

  #origin(inferred: boolean, sid: Sid = this.record.sid): Origin {
    const { log, line } = this.record;
    const uncertainMs = this.#uncertain.get(sid) ?? 0;
    return inferred ? { log, line: 0, uncertainMs, inferred: true } : { log, line, uncertainMs };
  }

  #line(channel: Channel, a: Sid, b: Sid): Line | undefined {
    return this.#lines.get(keyOf(channel, a, b));
  }

  #shut(line: Line, cause: number): void {
    line.open = false;
    this.world({ type: 'connectionClosed', conn: line.conn, lost: line.flying.size === 0 ? NONE : [...line.flying] }, cause, true);
    line.flying.clear();
  }
}

function keyOf(channel: Channel, a: Sid, b: Sid): string {
  return a < b ? `${channel},${a},${b},` : `${channel},${b},${a},`;
}

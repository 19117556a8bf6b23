/**
 * A network of election layers and nothing else: virtual time, connections that keep order, closed ports that refuse, hosts that
 * fall silent. The file that imports this must mock `roles.ts`, see `electionOnly` in `support.ts`.
 */
import type { Draft } from '../../../src/zab/draft.ts';
import {
  electionPeer,
  onCnxTimer,
  onElectionAccepted,
  onElectionConnected,
  onElectionConnectFailed,
  onElectionDisconnected,
  startCnx,
} from '../../../src/zab/election/cnxManager.ts';
import { onFinalizeTimer, onNotification, onPollTimer, startElection } from '../../../src/zab/election/lookForLeader.ts';
import type { Server } from '../../../src/zab/state.ts';
import type { ConnId, Decision, Effect, ElectionMessage, EnsembleConfig, RuleId, TimerName } from '../../../src/zab/types.ts';
import { draftOf, newServer, type Candidate } from './support.ts';

interface Pending {
  readonly at: number;
  readonly run: () => void;
}

interface Connection {
  readonly ends: readonly [initiator: number, acceptor: number];
  /** Sides that still hold it. */
  readonly open: Set<number>;
  /** When the last thing sent by each side arrives: what is sent later arrives later. */
  readonly arrival: Map<number, number>;
}

export interface Said {
  readonly at: number;
  readonly from: number;
  readonly to: number;
  readonly message: ElectionMessage;
}

export class Network {
  now = 0;
  readonly servers = new Map<number, Server>();
  readonly decisions: { readonly at: number; readonly sid: number; readonly decision: Decision }[] = [];
  readonly said: Said[] = [];
  readonly config: EnsembleConfig;
  private readonly delay: (from: number, to: number) => number;
  private pending: Pending[] = [];
  private readonly timers = new Map<string, Pending>();
  private readonly connections = new Map<ConnId, Connection>();
  private readonly silent = new Set<number>();
  private nextConn: ConnId = 1;

  constructor(config: EnsembleConfig, delay: (from: number, to: number) => number = () => 1) {
    this.config = config;
    this.delay = delay;
  }

  boot(sid: number, candidate: Candidate = {}): void {
    this.silent.delete(sid);
    this.servers.set(sid, newServer(sid, this.config, candidate));
    this.step(sid, (d) => {
      startCnx(d);
      startElection(d, 'boot');
    });
  }

  /** The role has ended: the server looks for a leader again. */
  loseLeader(sid: number): void {
    this.step(sid, (d) => {
      d.s.role = 'LOOKING';
      startElection(d, 'lostLeader');
    });
  }

  /** The process ends; its connections are closed. */
  kill(sid: number): void {
    this.end(sid);
    for (const [conn, { open }] of this.connections) if (open.has(sid)) this.close(sid, conn);
  }

  /** The host falls silent: nobody notices. */
  crash(sid: number): void {
    this.end(sid);
    this.silent.add(sid);
    for (const { open } of this.connections.values()) open.delete(sid);
  }

  run(forMs: number): void {
    const until = this.now + forMs;
    for (;;) {
      const next = this.pending.reduce<Pending | null>((first, each) => (first === null || each.at < first.at ? each : first), null);
      if (next === null || next.at > until) break;
      this.pending = this.pending.filter((each) => each !== next);
      this.now = next.at;
      next.run();
    }
    this.now = until;
  }

  roles(): Readonly<Record<number, string>> {
    return Object.fromEntries(
      [...this.servers].map(([sid, { role, vote }]) => [sid, role === 'LOOKING' ? role : `${role} ${vote.leader}`]),
    );
  }

  decided<R extends RuleId>(sid: number, rule: R): readonly Extract<Decision, { rule: R }>[] {
    return this.decisions
      .filter((each) => each.sid === sid)
      .map((each) => each.decision)
      .filter((decision): decision is Extract<Decision, { rule: R }> => decision.rule === rule);
  }

  step(sid: number, action: (d: Draft) => void): void {
    const server = this.servers.get(sid);
    if (server === undefined) return;
    const d = draftOf(server, this.now);
    action(d);
    this.servers.set(sid, d.s);
    for (const decision of d.decisions) this.decisions.push({ at: this.now, sid, decision });
    for (const effect of d.effects) this.carryOut(sid, effect);
  }

  private end(sid: number): void {
    this.servers.delete(sid);
    for (const key of this.timers.keys()) if (key.startsWith(`${sid} `)) this.cancel(key);
  }

  private after(ms: number, run: () => void): Pending {
    const pending = { at: this.now + ms, run };
    this.pending.push(pending);
    return pending;
  }

  private cancel(key: string): void {
    const timer = this.timers.get(key);
    this.pending = this.pending.filter((each) => each !== timer);
    this.timers.delete(key);
  }

  private carryOut(sid: number, effect: Effect): void {
    switch (effect.type) {
      case 'setTimer': {
        const key = `${sid} ${effect.timer}`;
        this.cancel(key);
        this.timers.set(
          key,
          this.after(effect.afterMs, () => this.step(sid, (d) => onTimer(d, effect.timer))),
        );
        return;
      }
      case 'cancelTimer':
        return this.cancel(`${sid} ${effect.timer}`);
      case 'connect':
        return this.connect(sid, effect.to);
      case 'close':
        return this.close(sid, effect.conn);
      case 'send':
        if (effect.message.kind === 'NOTIFICATION') this.send(sid, effect.conn, effect.message);
        return;
      case 'listen':
        return;
      default:
        throw new Error(`An election layer must not ask for ${effect.type}.`);
    }
  }

  private connect(from: number, to: number): void {
    const there = this.delay(from, to);
    this.after(there, () => {
      if (this.silent.has(to) || !this.servers.has(from)) return;
      const back = this.delay(to, from);
      if (!this.servers.has(to)) {
        this.after(back, () => this.step(from, (d) => onElectionConnectFailed(d, to)));
        return;
      }
      const conn = this.nextConn++;
      this.connections.set(conn, { ends: [from, to], open: new Set([from, to]), arrival: new Map() });
      this.after(back, () => {
        this.deliver(from, conn, () => this.step(to, (d) => onElectionAccepted(d, conn, from)));
        this.step(from, (d) => onElectionConnected(d, conn, to));
      });
    });
  }

  private send(from: number, conn: ConnId, message: ElectionMessage): void {
    const to = this.otherEnd(from, conn);
    this.said.push({ at: this.now, from, to, message });
    this.deliver(from, conn, () =>
      this.step(to, (d) => {
        const peer = electionPeer(d, conn);
        if (peer !== undefined) onNotification(d, peer, message);
      }),
    );
  }

  private close(sid: number, conn: ConnId): void {
    const connection = this.connections.get(conn);
    if (connection === undefined || !connection.open.delete(sid)) return;
    const other = this.otherEnd(sid, conn);
    this.deliver(sid, conn, () => {
      connection.open.delete(other);
      this.step(other, (d) => onElectionDisconnected(d, conn));
    });
  }

  /** In the order in which one side sent; nothing arrives where the connection is closed. */
  private deliver(from: number, conn: ConnId, run: () => void): void {
    const connection = this.connections.get(conn);
    if (connection === undefined) return;
    const to = this.otherEnd(from, conn);
    const at = Math.max(this.now + this.delay(from, to), connection.arrival.get(from) ?? 0);
    connection.arrival.set(from, at);
    this.after(at - this.now, () => {
      if (connection.open.has(to)) run();
    });
  }

  private otherEnd(sid: number, conn: ConnId): number {
    const [initiator, acceptor] = this.connections.get(conn)?.ends ?? [sid, sid];
    return sid === initiator ? acceptor : initiator;
  }
}

function onTimer(d: Draft, timer: TimerName): void {
  if (timer === 'poll') onPollTimer(d);
  else if (timer === 'finalizeWait') onFinalizeTimer(d);
  else onCnxTimer(d, Number(timer.slice('cnx:'.length)));
}

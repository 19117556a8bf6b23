/** A server by itself in an election. The file that imports this must mock `roles.ts`, see `electionOnly`. */
import type { Draft } from '../../../src/zab/draft.ts';
import { onNotification, startElection } from '../../../src/zab/election/lookForLeader.ts';
import type { Server } from '../../../src/zab/state.ts';
import type { EnsembleConfig, Role, Vote } from '../../../src/zab/types.ts';
import { draftOf, effectsOf, newServer, says, type Candidate } from './support.ts';

/** A connection to every other server, numbered 100 + sid, so that what is sent can be seen. */
function connectedTo(server: Server): Server {
  const others = server.config.members.map((member) => member.sid).filter((sid) => sid !== server.sid);
  const peer = (sid: number): Server['cnx']['peers'][number] => ({
    conn: 100 + sid,
    outbox: null,
    queueExists: true,
    lastSent: null,
    connecting: false,
  });
  return {
    ...server,
    cnx: {
      ...server.cnx,
      peers: Object.fromEntries(others.map((sid) => [sid, peer(sid)])),
      byConn: Object.fromEntries(others.map((sid) => [100 + sid, sid])),
    },
  };
}

/** One server, driven by hand: what it is told, and what it does then. Every call is one step. */
export class Alone {
  server: Server;
  last: Draft;
  constructor(sid: number, config: EnsembleConfig, candidate: Candidate = {}) {
    this.server = connectedTo(newServer(sid, config, candidate));
    this.last = draftOf(this.server);
  }
  step(action: (d: Draft) => void, now = 0): Draft {
    this.last = draftOf(this.server, now);
    action(this.last);
    this.server = this.last.s;
    return this.last;
  }
  start(): this {
    this.step((d) => startElection(d, 'boot'));
    return this;
  }
  hears(from: number, state: Role, what: Vote, version = 2): Draft {
    return this.step((d) => onNotification(d, from, says(state, what, version)));
  }
  get sent(): readonly { readonly to: number; readonly state: Role; readonly vote: Vote }[] {
    return effectsOf(this.last.effects, 'send').flatMap(({ conn, message }) =>
      message.kind === 'NOTIFICATION' ? [{ to: conn - 100, state: message.state, vote: message.vote }] : [],
    );
  }
  get timers(): readonly (readonly [string, number])[] {
    return effectsOf(this.last.effects, 'setTimer').map(({ timer, afterMs }) => [timer, afterMs]);
  }
  get phase(): string | undefined {
    return this.server.cnx.election?.phase;
  }
  get proposal(): Vote | undefined {
    return this.server.cnx.election?.proposal;
  }
  get round(): number {
    return this.server.cnx.round;
  }
  get votes(): Readonly<Record<number, number>> {
    return Object.fromEntries(Object.values(this.server.cnx.election?.recvset ?? {}).map((row) => [row.sid, row.vote.leader]));
  }
}

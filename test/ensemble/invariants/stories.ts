/** What happens to the servers in the tests of the invariants. Server 3 leads first, since it has the highest sid and all begin alike. */
import type { Sid } from '../../../src/base/ids.ts';
import type { Ensemble } from '../../../src/ensemble/conductor.ts';
import type { TraceEvent } from '../../../src/ensemble/types.ts';
import type { Decision } from '../../../src/zab/types.ts';
import { create, WORLD_ACL } from '../real.ts';
import type { Story, World } from './broken.ts';

/** Three servers, and a client of one of them that writes three times. */
export const writesBy =
  (sid: number): Story =>
  (world) => {
    world.up();
    world.client(1, sid);
    world.writes(1, '/a', '/b', '/c');
    world.run(500);
  };

/** After a write all servers are killed, and started again. */
export const allKilled: Story = (world) => {
  world.up();
  world.client(1, 2);
  world.writes(1, '/a');
  world.down(1, 2, 3);
  world.up();
  world.run(500);
};

export const allKilledIdle: Story = (world) => {
  world.up();
  world.down(1, 2, 3);
  world.up();
  world.run(500);
};

/** A server sleeps while the others write, and joins their leader later. */
export const lateJoiner: Story = (world) => {
  writesWithout1(world);
  world.up(1);
  world.run(500);
};

/** A server sleeps while the others write; then all begin anew, in a new epoch that has more to it than that server's disk. */
export const newEpochForLaggard: Story = (world) => {
  writesWithout1(world);
  world.down(2, 3);
  world.up();
  world.run(500);
};

function writesWithout1(world: World): void {
  world.up();
  world.client(1, 2);
  world.down(1);
  world.writes(1, '/a', '/b', '/c');
}

/** A leader logs a txn that nobody else gets, and dies; the others go on without it, and later it comes back. */
export const loneTxn: Story = (world) => {
  world.up();
  world.client(1, 2);
  world.writes(1, '/a');
  loneTxnOf3(world);
};

/** Server 3 gets all it has as a snapshot, leads with it, and logs a txn that nobody else gets. The others tell it to go back to that snapshot. */
export const loneTxnBehindSnapshot: Story = (world) => {
  world.up(1, 2);
  world.client(1, 1);
  world.writes(1, '/a', '/b');
  world.up(3);
  world.down(1, 2, 3);
  world.up(2, 3);
  loneTxnOf3(world);
};

function loneTxnOf3(world: World): void {
  world.give({ type: 'cut', from: 3, to: 1 }, { type: 'cut', from: 3, to: 2 });
  world.give({ type: 'connect', client: 2, servers: [3] });
  world.until(
    'server 3 logs a session',
    isAt(3, ({ log }) => log.length > 0),
  );
  world.run(20);
  // Its host is silent from now on: what it had sent is lost as well.
  world.give({ type: 'crash', sid: 3 });
  if (!world.ensemble.isUp(1)) world.give({ type: 'start', sid: 1 });
  world.until('server 2 leads', (ensemble) => ensemble.view(2)?.role === 'LEADING' && ensemble.view(1)?.leader === 2);
  world.serving(1, 2);
  world.give({ type: 'heal' });
  world.up(3);
  world.run(500);
}

/** Whether the newest event is one of a server's, and such. */
function isAt(sid: Sid, isSuch: (event: TraceEvent) => boolean): (ensemble: Ensemble) => boolean {
  return ({ trace }) => {
    const last = trace.at(-1);
    return last?.actor.kind === 'server' && last.actor.sid === sid && isSuch(last);
  };
}

/** All are killed when a txn has just been committed, and the client, at another server than the leader, has not heard. */
export const committedUnheard: Story = (world) => {
  world.up();
  world.client(1, 2);
  world.ask(1, create('/a'));
  const commits = (decision: Decision): boolean => decision.rule === 'proposal.ack' && decision.outcome === 'committed';
  world.until(
    'a commit',
    isAt(3, ({ decisions }) => decisions.some(commits)),
  );
  world.down(1, 2, 3);
  world.up();
  world.run(500);
};

/** Four servers; two and two can talk. Both halves are asked to write. */
export const split: Story = (world) => {
  world.give({
    type: 'partition',
    groups: [
      [1, 2],
      [3, 4],
    ],
  });
  world.give(...[1, 2, 3, 4].map((sid) => ({ type: 'start', sid }) as const));
  world.run(2_000);
  world.give({ type: 'connect', client: 1, servers: [1] }, { type: 'connect', client: 2, servers: [3] });
  world.run(2_000);
};

/** Nothing happens for long. */
export const quiet: Story = (world) => {
  world.give({ type: 'start', sid: 1 }, { type: 'start', sid: 2 }, { type: 'start', sid: 3 });
  world.run(20_000);
};

/** One of three is down, and there is a write; then nothing happens for long. */
export const oneDown: Story = (world) => {
  world.up();
  world.client(1, 2);
  world.down(1);
  world.run(1_000);
  world.ask(1, create('/a'));
  world.run(20_000);
};

/** A client goes without a word. */
export const silentClient: Story = (world) => {
  world.up();
  world.client(1, 2);
  world.give({ type: 'abandon', client: 1 });
  world.run(12_000);
};

export const twoClients: Story = (world) => {
  world.up();
  world.client(1, 1);
  world.client(2, 2);
  world.run(500);
};

/** A request is on its slow way to the leader while its session expires. */
export const lateRequest: Story = (world) => {
  world.up();
  world.give({ type: 'connect', client: 1, servers: [1], timeoutMs: 200 });
  world.run(200);
  world.give({ type: 'slow', from: 1, to: 3, delayMs: 1_000, oneWay: true });
  world.ask(1, create('/late'));
  world.run(20);
  world.give({ type: 'abandon', client: 1 });
  world.run(4_000);
};

/** A request is on its slow way to the leader while its client goes to another server, and writes there. */
export const overtakenRequest: Story = (world) => {
  world.up();
  world.client(1, 1, 2);
  world.give({ type: 'slow', from: 1, to: 3, delayMs: 3_000, oneWay: true });
  world.ask(1, create('/late'));
  world.run(20);
  world.down(1);
  world.until('the client is at server 2', (ensemble) => ensemble.client(1)?.state === 'connected' && ensemble.client(1)?.sid === 2);
  world.writes(1, '/next');
  world.run(4_000);
};

/** A client leaves an ephemeral when it closes its session; another looks for it. */
export const closedSession: Story = (world) => {
  world.up();
  world.client(1, 2);
  world.client(2, 1);
  world.ask(1, { op: 'create', path: '/mine', data: new Uint8Array(), acl: WORLD_ACL, mode: 'ephemeral' });
  world.run(100);
  world.give({ type: 'close', client: 1 });
  world.run(200);
  world.ask(2, { op: 'exists', path: '/mine', watch: false });
  world.run(200);
};

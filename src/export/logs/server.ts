/**
 * A ZooKeeperServer of any role: what it says when it is made, when its processors start, and when they stop.
 *
 * Source: `ZooKeeperServer`, `QuorumZooKeeperServer` and its three kinds, `RequestThrottler`, the request processors.
 */
import { threads } from './line.ts';
import { info, once, type Pen } from './pen.ts';

/** Source: `ZooKeeperServer`, constructor. */
export function createdServer(pen: Pen): void {
  const { tickTimeMs } = pen.config;
  const times = `tickTime ${tickTimeMs} ms minSessionTimeout ${tickTimeMs * 2} ms maxSessionTimeout ${tickTimeMs * 20} ms`;
  const dir = `${pen.options.dataDir}/version-2`;
  info(pen, pen.peer, 'ZooKeeperServer@1297', `minSessionTimeout set to ${tickTimeMs * 2} ms`);
  info(pen, pen.peer, 'ZooKeeperServer@1306', `maxSessionTimeout set to ${tickTimeMs * 20} ms`);
  info(pen, pen.peer, 'ZooKeeperServer@1533', 'The max bytes for all large requests are set to 104857600');
  info(pen, pen.peer, 'ZooKeeperServer@1547', 'The large request threshold is set to -1');
  info(pen, pen.peer, 'ZooKeeperServer@365', `Created server with ${times} clientPortListenBacklog -1 datadir ${dir} snapdir ${dir}`);
}

export function commitProcessor(pen: Pen): void {
  info(pen, pen.peer, 'CommitProcessor@491', 'Configuring CommitProcessor with readBatchSize -1 commitBatchSize 1');
  info(pen, pen.peer, 'CommitProcessor@452', 'Configuring CommitProcessor with 2 worker threads.');
}

export function requestThrottler(pen: Pen): void {
  once(pen, pen.peer, [['RequestThrottler@75', 'zookeeper.request_throttler.shutdownTimeout = 10000 ms']]);
}

function throttlerShutdown(pen: Pen): void {
  info(pen, pen.peer, 'ZooKeeperServer@839', 'shutting down');
  info(pen, pen.peer, 'RequestThrottler@258', 'Shutting down');
  info(pen, 'RequestThrottler', 'RequestThrottler@219', 'Draining request throttler queue');
  info(pen, 'RequestThrottler', 'RequestThrottler@195', 'RequestThrottler shutdown. Dropped 0 requests');
}

export function learnerServerShutdown(pen: Pen, observer: boolean): void {
  throttlerShutdown(pen);
  const processor = observer ? 'ObserverRequestProcessor' : 'FollowerRequestProcessor';
  info(pen, pen.peer, observer ? `${processor}@161` : `${processor}@172`, 'Shutting down');
  info(pen, `${processor}:${pen.sid}`, observer ? `${processor}@129` : `${processor}@128`, `${processor} exited loop!`);
  info(pen, pen.peer, 'CommitProcessor@632', 'Shutting down');
  info(pen, threads.commit(pen.sid), 'CommitProcessor@420', 'CommitProcessor exited loop!');
  info(pen, pen.peer, 'FinalRequestProcessor@684', 'shutdown of request processor complete');
}

export function leaderServerShutdown(pen: Pen): void {
  throttlerShutdown(pen);
  info(pen, pen.peer, 'SessionTrackerImpl@253', 'Shutting down');
  info(pen, pen.peer, 'LeaderRequestProcessor@79', 'Shutting down');
  info(pen, pen.peer, 'PrepRequestProcessor@1072', 'Shutting down');
  info(pen, pen.peer, 'ProposalRequestProcessor@95', 'Shutting down');
  info(pen, pen.peer, 'CommitProcessor@632', 'Shutting down');
  info(pen, threads.commit(pen.sid), 'CommitProcessor@420', 'CommitProcessor exited loop!');
  info(pen, threads.prep(pen.sid), 'PrepRequestProcessor@162', 'PrepRequestProcessor exited loop!');
  info(pen, pen.peer, 'Leader$ToBeAppliedRequestProcessor@1127', 'Shutting down');
  info(pen, pen.peer, 'FinalRequestProcessor@684', 'shutdown of request processor complete');
  info(pen, pen.peer, 'SyncRequestProcessor@255', 'Shutting down');
  info(pen, threads.sync(pen.sid), 'SyncRequestProcessor@224', 'SyncRequestProcessor exited!');
  pen.later.push({ level: 'INFO', thread: 'SessionTracker', at: 'SessionTrackerImpl@176', text: 'SessionTrackerImpl exited loop!' });
}

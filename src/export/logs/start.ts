/**
 * What a process prints before it looks for a leader: its configuration, what it finds on its disk, its listeners.
 *
 * Source: `QuorumPeerMain.main`, `QuorumPeerConfig.parse`, `QuorumPeerMain.runFromConfig`, `QuorumPeer.start`.
 */
import type { TraceEvent } from '../../ensemble/types.ts';
import { purgeLines } from './disk.ts';
import { debug, electionAddress, info, once, say, type Pen } from './pen.ts';
import { threads } from './line.ts';

type Lines = readonly (readonly [at: string, text: string])[];

const MAIN = threads.main;

/** From the first line to the reading of the disk. */
export function configurationLines(pen: Pen, event: TraceEvent): void {
  nameless(pen);
  const { autopurge, members } = pen.config;
  const retain = autopurge?.retain ?? 3;
  main(pen, [
    ['DatadirCleanupManager@78', `autopurge.snapRetainCount set to ${retain}`],
    ['DatadirCleanupManager@79', `autopurge.purgeInterval set to ${autopurge?.intervalHours ?? 0}`],
  ]);
  if (autopurge === null) main(pen, [['DatadirCleanupManager@101', 'Purge task is not scheduled.']]);
  main(pen, [['QuorumPeerMain@152', `Starting quorum peer, myid=${pen.sid}`]]);
  if (autopurge !== null) purgeLines(pen, event);
  connectionFactory(pen);
  main(pen, limits(pen));
  database(pen);
  main(pen, [
    ['QuorumPeer@2088', 'Using insecure (non-TLS) quorum communication'],
    ['QuorumPeer@2094', 'Port unification disabled'],
    ['QuorumPeer@181', 'multiAddress.enabled set to false'],
    ['QuorumPeer@206', 'multiAddress.reachabilityCheckEnabled set to true'],
    ['QuorumPeer@193', 'multiAddress.reachabilityCheckTimeoutMs set to 1000'],
    ['QuorumPeer@2549', 'QuorumPeer communication is not secured! (SASL auth disabled)'],
    ['QuorumPeer@2574', `quorum.cnxn.threads.size set to ${Math.max(20, members.length)}`],
  ]);
  once(pen, MAIN, [['SnapStream@61', 'zookeeper.snapshot.compression.method = CHECKED']]);
}

/** The disk is read; the election port opens and the peer's thread starts. */
export function listenerLines(pen: Pen): void {
  const { config, sid } = pen;
  main(pen, [
    ['QuorumPeer@2591', `Using ${config.tickTimeMs * config.syncLimitTicks}ms as the quorum cnxn socket timeout`],
    ['QuorumCnxManager$Listener@924', 'Election port bind maximum retries is 3'],
    ['FastLeaderElection@90', 'zookeeper.fastleader.minNotificationInterval = 200 ms'],
    ['FastLeaderElection@92', `zookeeper.fastleader.maxNotificationInterval = ${config.maxNotificationIntervalMs} ms`],
  ]);
  debug(pen, 'QuorumPeerListener', 'QuorumCnxManager$Listener@946', `Listener thread started, myId: ${sid}`);
  debug(pen, pen.peer, 'QuorumPeer@1415', 'Starting quorum peer');
  const address = electionAddress(pen, sid);
  const text = `${sid} is accepting connections now, my election bind port: ${address}`;
  info(pen, `ListenerHandler-${address}`, 'QuorumCnxManager$Listener$ListenerHandler@1071', text);
}

function main(pen: Pen, lines: Lines): void {
  for (const [at, text] of lines) info(pen, MAIN, at, text);
}

/** Until the file `myid` is read. */
function nameless(pen: Pen): void {
  const lines: Lines = [
    ['QuorumPeerConfig@177', 'Reading configuration from: zoo.cfg'],
    ['QuorumPeerConfig@440', `clientPortAddress is 0.0.0.0:${pen.options.clientPort}`],
    ['QuorumPeerConfig@444', 'secureClientPort is not set'],
    ['QuorumPeerConfig@460', 'observerMasterPort is not set'],
    ['QuorumPeerConfig@477', 'metricsProvider.className is org.apache.zookeeper.metrics.impl.DefaultMetricsProvider'],
  ];
  for (const [at, text] of lines) pen.said.push({ level: 'INFO', thread: MAIN, at, text, nameless: true });
}

function connectionFactory(pen: Pen): void {
  const factory = 'Using org.apache.zookeeper.server.NIOServerCnxnFactory as server connection factory';
  main(pen, [['ServerCnxnFactory@169', factory]]);
  say(pen, 'WARN', MAIN, 'ServerCnxnFactory@309', 'maxCnxns is not configured, using default value 0.');
  main(pen, [
    [
      'NIOServerCnxnFactory@652',
      'Configuring NIO connection handler with 10s sessionless connection timeout, 1 selector thread(s), 4 worker threads, and 64 kB direct buffers.',
    ],
    ['NIOServerCnxnFactory@660', `binding to port 0.0.0.0/0.0.0.0:${pen.options.clientPort}`],
  ]);
}

function limits({ config }: Pen): Lines {
  return [
    ['QuorumPeer@798', 'zookeeper.quorumCnxnTimeoutMs=-1'],
    ['FileTxnSnapLog@124', 'zookeeper.snapshot.trust.empty : false'],
    ['QuorumPeer@1764', 'Local sessions disabled'],
    ['QuorumPeer@1775', 'Local session upgrading disabled'],
    ['QuorumPeer@1742', `tickTime set to ${config.tickTimeMs}`],
    ['QuorumPeer@1786', `minSessionTimeout set to ${config.tickTimeMs * 2}`],
    ['QuorumPeer@1797', `maxSessionTimeout set to ${config.tickTimeMs * 20}`],
    ['QuorumPeer@1822', `initLimit set to ${config.initLimitTicks}`],
    ['QuorumPeer@2009', `syncLimit set to ${config.syncLimitTicks}`],
    ['QuorumPeer@2024', 'connectToLearnerMasterLimit set to 0'],
    ['ZooKeeperServer@140', 'zookeeper.enableEagerACLCheck = false'],
    ['ZooKeeperServer@153', `zookeeper.digest.enabled = ${config.digestEnabled}`],
    ['ZooKeeperServer@157', 'zookeeper.closeSessionTxn.enabled = true'],
    ['ZooKeeperServer@1496', 'zookeeper.flushDelay = 0 ms'],
    ['ZooKeeperServer@1505', 'zookeeper.maxWriteQueuePollTime = 0 ms'],
    ['ZooKeeperServer@1514', `zookeeper.maxBatchSize=${config.maxBatchSize}`],
    ['ZooKeeperServer@264', 'zookeeper.intBufferStartingSizeBytes = 1024'],
  ];
}

/** Source: `ZKDatabase`, whose constructor refuses a commitLogCount below 500. */
function database(pen: Pen): void {
  const { snapshotSizeFactor, commitLogCount } = pen.config;
  const factor = Number.isInteger(snapshotSizeFactor) ? `${snapshotSizeFactor}.0` : String(snapshotSizeFactor);
  main(pen, [['ZKDatabase@132', `zookeeper.snapshotSizeFactor = ${factor}`]]);
  if (commitLogCount < 500) {
    const text =
      'The configured commitLogCount zookeeper.commitLogCount is less than the recommended 500, going to use the recommended one';
    say(pen, 'WARN', MAIN, 'ZKDatabase@140', text);
  }
  main(pen, [['ZKDatabase@152', `zookeeper.commitLogCount=${Math.max(500, commitLogCount)}`]]);
}

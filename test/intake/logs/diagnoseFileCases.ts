/** Cases about files, processes, versions, and the logs themselves. */
import { heard } from './build.ts';
import { BOOT, type DiagnosisCase, followerOf3, leaderOf3, looking, synchronizing } from './diagnoseLines.ts';

const FSYNC = (ms: number): string =>
  `12:00:05.000 WARN [SyncThread:1:FileTxnLog@1] fsync-ing the write ahead log in SyncThread:1 took ${ms}ms which will adversely effect operation latency. File size is 67108880 bytes. See the ZooKeeper troubleshooting guide`;
const NOT_LOADED = '12:00:00.100 ERROR [main:QuorumPeer@1] Unable to load database on disk';
const EXITED = '12:00:00.100 ERROR [main:QuorumPeerMain@1] Unexpected exception, exiting abnormally';

export const FILE_CASES: readonly DiagnosisCase[] = [
  {
    rule: 'file.crc',
    logs: { 1: [NOT_LOADED, 'java.io.IOException: CRC check failed'] },
    servers: [1],
    says: ['A file of server 1 is damaged: a checksum is wrong ("IOException: CRC check failed"); the server does not start'],
    quiet: { 1: [NOT_LOADED, 'java.io.EOFException'] },
  },
  {
    rule: 'file.cut',
    logs: { 1: [NOT_LOADED, 'java.io.EOFException'] },
    servers: [1],
    says: ['A file of server 1 is cut or no valid file ("EOFException"); the server does not start'],
    quiet: { 1: [NOT_LOADED, 'java.io.IOException: CRC check failed'] },
  },
  {
    rule: 'file.partial',
    logs: { 1: ['12:00:00.100 ERROR [main:Util@1] Last transaction was partial.', ...BOOT.slice(1)] },
    servers: [1],
    note: true,
    says: ['The last record of a txn log of server 1 is incomplete at 12:00:00.100'],
    quiet: { 1: BOOT },
  },
  {
    rule: 'file.noSnapshot',
    logs: { 1: [NOT_LOADED, 'java.io.IOException: No snapshot found, but there are log entries. Something is broken!'] },
    servers: [1],
    says: ['Server 1 has txn logs but no valid snapshot'],
    quiet: { 1: BOOT },
  },
  {
    rule: 'file.unreadable',
    logs: { 1: [NOT_LOADED, 'java.io.FileNotFoundException: /data/version-2/log.5 (Permission denied)'] },
    servers: [1],
    says: ['Server 1 could not read its data', 'Permission denied', 'the server does not start'],
    quiet: { 1: BOOT },
  },
  {
    rule: 'disk.full',
    logs: {
      1: looking(
        '12:00:05.000 ERROR [main:QuorumPeer@1] Failed to write new file /data/version-2/currentEpoch',
        'java.io.IOException: No space left on device',
      ),
    },
    servers: [1],
    says: ['The disk of server 1 was full at 12:00:05.000 ("IOException: No space left on device")'],
    quiet: {
      1: looking(
        '12:00:05.000 ERROR [main:QuorumPeer@1] Failed to write new file /data/version-2/currentEpoch',
        'java.io.IOException: Input/output error',
      ),
    },
  },
  {
    rule: 'disk.error',
    logs: {
      1: looking(
        '12:00:05.000 ERROR [main:QuorumPeer@1] Failed to write new file /data/version-2/currentEpoch',
        'java.io.IOException: Input/output error',
      ),
    },
    servers: [1],
    says: ['Server 1 had an error of the disk at 12:00:05.000 ("IOException: Input/output error")'],
    quiet: { 1: BOOT },
  },
  {
    rule: 'exit',
    logs: {
      1: [
        EXITED,
        'java.lang.RuntimeException: Unable to run quorum server ',
        'Caused by: java.io.IOException: CRC check failed',
        '12:00:00.101 ERROR [main:ServiceUtils@1] Exiting JVM with code 1',
      ],
    },
    servers: [1],
    says: ['The process of server 1 ended by itself', 'with exit code 1 ("IOException: CRC check failed")'],
    quiet: { 1: looking('12:00:09.000 [main:QuorumPeerMain@1] Exiting normally') },
  },
  {
    rule: 'memory',
    logs: {
      1: followerOf3(
        1,
        '12:00:05.000 ERROR [SyncThread:1:ZooKeeperCriticalThread@1] Severe unrecoverable error, from thread : SyncThread:1',
        'java.lang.OutOfMemoryError: Java heap space',
      ),
    },
    servers: [1],
    says: ['Server 1 ran out of memory at 12:00:05.000 ("OutOfMemoryError: Java heap space")'],
    quiet: { 1: followerOf3(1) },
  },
  {
    rule: 'thread',
    logs: {
      1: followerOf3(
        1,
        '12:00:05.000 ERROR [SyncThread:1:ZooKeeperCriticalThread@1] Severe unrecoverable error, from thread : SyncThread:1',
        'java.io.IOException: odd',
      ),
    },
    servers: [1],
    says: ['A thread of server 1 that it cannot do without died at 12:00:05.000 ("IOException: odd")'],
    quiet: {
      1: followerOf3(
        1,
        '12:00:05.000 ERROR [SyncThread:1:ZooKeeperCriticalThread@1] Severe unrecoverable error, from thread : SyncThread:1',
        'java.lang.OutOfMemoryError: Java heap space',
      ),
    },
  },
  {
    rule: 'port.inUse',
    logs: {
      1: looking(
        '12:00:05.000 ERROR [ListenerHandler-zk1/10.0.0.1:3888:QuorumCnxManager$Listener@1] Exception while listening to address zk1/10.0.0.1:3888',
        'java.net.BindException: Address already in use',
      ),
    },
    servers: [1],
    says: ['Server 1 could not listen at zk1/10.0.0.1:3888: the port is in use at 12:00:05.000'],
    quiet: { 1: BOOT },
  },
  {
    rule: 'port.cannotBind',
    logs: {
      1: looking(
        '12:00:05.000 ERROR [ListenerHandler-zk1/10.0.0.1:3888:QuorumCnxManager$Listener@1] Exception while listening to address zk1/10.0.0.1:3888',
        'java.net.BindException: Cannot assign requested address',
      ),
    },
    servers: [1],
    says: ['Server 1 could not listen at zk1/10.0.0.1:3888', 'Cannot assign requested address'],
    quiet: { 1: BOOT },
  },
  {
    rule: 'config',
    logs: {
      1: [
        '12:00:00.100 ERROR [main:QuorumPeerMain@1] Invalid config, exiting abnormally',
        'org.apache.zookeeper.server.quorum.QuorumPeerConfig$ConfigException: initLimit is not set',
      ],
    },
    servers: [1],
    says: ['Server 1 does not accept its configuration ("initLimit is not set")'],
    quiet: { 1: ['12:00:00.100 WARN [main:QuorumPeerConfig@1] Non-optimal configuration, consider an odd number of servers.', ...BOOT] },
  },
  {
    rule: 'config.warning',
    logs: { 1: ['12:00:00.100 WARN [main:QuorumPeerConfig@1] Non-optimal configuration, consider an odd number of servers.', ...BOOT] },
    servers: [1],
    note: true,
    says: ['Server 1 warns of its configuration ("Non-optimal configuration, consider an odd number of servers.")'],
    quiet: { 1: BOOT },
  },
  {
    rule: 'digest',
    logs: { 1: followerOf3(1, '12:00:05.000 ERROR [CommitProcessor:1:DataTree@1] First digest mismatch on txn: 1,2,4294967301,5,1') },
    servers: [1],
    says: ['The tree of server 1 is not what the leader computed at 12:00:05.000'],
    quiet: { 1: followerOf3(1) },
  },
  {
    rule: 'version.mix',
    logs: {
      1: ['12:00:00.050 [main:Environment@1] Server environment:zookeeper.version=3.6.3--6401e4ad, built on 04/08/2021', ...BOOT],
      2: [
        '12:00:00.050 [main:Environment@1] Server environment:zookeeper.version=3.8.0-5a02a05e, built on 2022-02-25',
        '12:00:00.200 LOOKING',
      ],
    },
    servers: [1, 2],
    note: true,
    says: ['The servers run different versions: 1: 3.6.3 and 2: 3.8.0'],
    quiet: {
      1: ['12:00:00.050 [main:Environment@1] Server environment:zookeeper.version=3.8.0-1, built on 04/08/2021', ...BOOT],
      2: [
        '12:00:00.050 [main:Environment@1] Server environment:zookeeper.version=3.8.0-5a02a05e, built on 2022-02-25',
        '12:00:00.200 LOOKING',
      ],
    },
  },
  {
    rule: 'version.logHole',
    logs: {
      3: leaderOf3(
        synchronizing('12:00:30.000', '0x200000009', '0x200000019'),
        '12:00:30.001 [LearnerHandler-/10.0.0.1:4000:LearnerHandler@1] Sending DIFF zxid=0x200000019 for peer sid: 1',
      ),
      1: followerOf3(
        1,
        '12:00:29.000 LOOKING',
        '12:00:29.500 FOLLOWING',
        '12:00:31.000 [QuorumPeer:QuorumPeer@917] Peer state changed: following - broadcast',
      ),
    },
    servers: [1],
    unsure: true,
    note: true,
    says: ['Server 1 lost leader 3 and came back by DIFF (from 0x200000009) without a restart at 12:00:30'],
    // A restart reads the log again.
    quiet: {
      3: leaderOf3(
        synchronizing('12:00:30.000', '0x200000009', '0x200000019'),
        '12:00:30.001 [LearnerHandler-/10.0.0.1:4000:LearnerHandler@1] Sending DIFF zxid=0x200000019 for peer sid: 1',
      ),
      1: followerOf3(
        1,
        '12:00:28.000 [main:QuorumPeerMain@1] Starting quorum peer, myid=1',
        '12:00:29.000 LOOKING',
        '12:00:29.500 FOLLOWING',
      ),
    },
  },
  {
    rule: 'log.middle',
    logs: { 1: ['12:00:00.300 FOLLOWING'] },
    servers: [1],
    note: true,
    says: ['The log of server 1 starts in the middle of its life, at 12:00:00.300'],
    quiet: { 1: BOOT },
  },
  {
    rule: 'log.noDebug',
    logs: { 1: looking(heard('12:00:00.300', 'LOOKING', 1, 'LOOKING', 1, '0x0')) },
    servers: [],
    note: true,
    says: ['These logs hold no DEBUG lines'],
    quiet: {
      1: looking(
        heard('12:00:00.300', 'LOOKING', 1, 'LOOKING', 1, '0x0'),
        '12:00:00.310 DEBUG [QuorumPeer:FastLeaderElection@1] Sending Notification: 1 (n.leader), 0x0 (n.zxid), 0x1 (n.round), 2 (recipient), 1 (myid), 0x0 (n.peerEpoch) ',
      ),
    },
  },
  {
    rule: 'log.noElection',
    logs: { 1: [FSYNC(1200), FSYNC(1300)] },
    servers: [1],
    note: true,
    says: ['There is no election in zk1.log (2 lines); it holds slowFsync 2'],
    quiet: { 1: looking() },
  },
  {
    rule: 'log.foreign',
    logs: { 1: BOOT },
    others: { 'app.log': 'Hello\nthis is nothing\n' },
    servers: [],
    says: ['app.log does not look like the log of a ZooKeeper server: nothing in its 2 lines was recognised'],
    quiet: { 1: BOOT },
  },
  {
    rule: 'log.client',
    logs: { 1: BOOT },
    others: {
      'client.log':
        '2026-01-05 12:00:00,000 - INFO  [main-SendThread(zk1:2181):ClientCnxn$SendThread@1] - Opening socket connection to server zk1/10.0.0.1:2181\n',
    },
    servers: [],
    unsure: true,
    says: ['client.log looks like the log of a ZooKeeper client'],
    quiet: { 1: BOOT },
    quietOthers: { 'app.log': 'Hello\n' },
  },
  {
    rule: 'log.unknownServer',
    logs: { 1: BOOT },
    others: { 'some.txt': '2026-01-05 12:00:00,000 - INFO  [QuorumPeer:/0.0.0.0:2181:QuorumPeer@640] - LOOKING\n' },
    servers: [],
    says: ['Nothing tells which server wrote some.txt'],
    quiet: { 1: BOOT },
  },
];

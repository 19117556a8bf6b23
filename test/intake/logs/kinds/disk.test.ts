import { table, z } from './saying.ts';

// FileTxnSnapLog, FileSnap, SnapStream, Util, FileTxnLog, ZKDatabase, DataTree.reportDigestMismatch, PurgeTxnLog; QuorumPeer.loadDataBase
table('disk', [
  [
    '3.4.5',
    'QuorumPeer',
    'currentEpoch not found! Creating with a reasonable default of 3. This should only happen when you are upgrading your installation',
    { kind: 'epochFileMissing', file: 'currentEpoch', epoch: 3 },
  ],
  [
    '3.3',
    'FileSnap',
    'Reading snapshot /data/version-2/snapshot.100000004',
    { kind: 'readingSnapshot', file: '/data/version-2/snapshot.100000004' },
  ],
  [
    '3.6',
    'ZKDatabase',
    'Snapshot loaded in 5 ms, highest zxid is 0x100000004, digest is 1371985504',
    { kind: 'snapshotLoaded', zxid: z(1, 4) },
  ],
  ['3.6', 'FileTxnSnapLog', '17 txns loaded in 3 ms', { kind: 'txnsLoaded', txns: 17 }],
  ['3.3', 'FileTxnSnapLog', 'Snapshotting: 100000004', { kind: 'snapshotting', zxid: z(1, 4), file: 'snapshot.100000004' }],
  [
    '3.4.5',
    'FileTxnSnapLog',
    'Snapshotting: 0x100000004 to /data/version-2/snapshot.100000004',
    { kind: 'snapshotting', zxid: z(1, 4), file: '/data/version-2/snapshot.100000004' },
  ],
  ['3.3', 'FileTxnLog', 'Creating new log file: log.100000005', { kind: 'newLogFile', file: 'log.100000005' }],
  [
    '3.4',
    'FileTxnLog',
    'fsync-ing the write ahead log in SyncThread:1 took 2345ms which will adversely effect operation latency. See the ZooKeeper troubleshooting guide',
    { kind: 'slowFsync', ms: 2345, bytes: null },
  ],
  [
    '3.6',
    'FileTxnLog',
    'fsync-ing the write ahead log in SyncThread:1 took 2345ms which will adversely effect operation latency.File size is 67108880 bytes. See the ZooKeeper troubleshooting guide',
    { kind: 'slowFsync', ms: 2345, bytes: 67_108_880 },
  ],
  [
    '3.6',
    'SnapStream',
    'Invalid snapshot snapshot.10000000d. len = 900, byte = 3',
    { kind: 'badFile', file: 'snapshot.10000000d', message: 'Invalid snapshot snapshot.10000000d. len = 900, byte = 3', exception: null },
  ],
  [
    '3.4',
    'FileSnap',
    'problem reading snap file /data/version-2/snapshot.10000000d',
    {
      kind: 'badFile',
      file: '/data/version-2/snapshot.10000000d',
      message: 'problem reading snap file /data/version-2/snapshot.10000000d',
      exception: null,
    },
  ],
  ['3.6', 'RateLogger', 'Message:Digests are not matching. Value is Zxid. Value:4294967309', { kind: 'digestMismatch', zxid: z(1, 13) }],
  [
    'mainline',
    'RateLogger',
    '[12 times] Message: Digests are not matching. Value is Zxid. Last value:4294967309',
    { kind: 'digestMismatch', zxid: z(1, 13) },
  ],
  [
    '3.5.5',
    'FileTxnSnapLog',
    '4294967309(highestZxid) > 4294967301(next log) for type 1',
    { kind: 'diskError', message: '4294967309(highestZxid) > 4294967301(next log) for type 1', exception: null },
  ],
  ['3.4', 'PurgeTxnLog', 'Removing file: Nov 4, 2018, 1:02:03 PM\t/data/version-2/log.1', { kind: 'purge', file: '/data/version-2/log.1' }],
]);

import { describe, expect, it } from 'vitest';
import { facts, table } from './saying.ts';

// QuorumPeerMain, QuorumPeerConfig, QuorumPeer's setters, Environment.logEnv, ServiceUtils, ZooKeeperCriticalThread
table('process', [
  ['3.4', 'QuorumPeerMain', 'Starting quorum peer', { kind: 'starting', myid: null }],
  ['3.6.3', 'QuorumPeerMain', 'Starting quorum peer, myid=7', { kind: 'starting', myid: 7 }],
  [
    '3.8',
    'Environment',
    'Server environment:zookeeper.version=3.8.0-5a02a05eddb59aee6ac762f7ea82e92a68eb9c0f, built on 2022-02-25 08:49 UTC',
    { kind: 'version', version: '3.8.0' },
  ],
  ['3.3', 'QuorumPeer', 'tickTime set to 2000', { kind: 'setting', name: 'tickTime', value: '2000' }],
  ['3.8', 'ZooKeeperServer', 'minSessionTimeout set to 4000 ms', { kind: 'setting', name: 'minSessionTimeout', value: '4000' }],
  ['3.8', 'ZKDatabase', 'zookeeper.snapshotSizeFactor = 0.33', { kind: 'setting', name: 'zookeeper.snapshotSizeFactor', value: '0.33' }],
  [
    '3.8',
    'FileTxnSnapLog',
    'zookeeper.snapshot.trust.empty : false',
    { kind: 'setting', name: 'zookeeper.snapshot.trust.empty', value: 'false' },
  ],
  ['3.6', 'JvmPauseMonitor', 'Detected pause in JVM or host machine (eg GC): pause of approximately 5123ms', { kind: 'pause', ms: 5123 }],
  ['3.4', 'QuorumPeerMain', 'Exiting normally', { kind: 'exiting', code: 0, message: 'Exiting normally', exception: null }],
  ['3.6', 'ServiceUtils', 'Exiting JVM with code 1', { kind: 'exiting', code: 1, message: 'Exiting JVM with code 1', exception: null }],
  [
    '3.5',
    'ZooKeeperCriticalThread',
    'Severe unrecoverable error, from thread : SyncThread:1',
    { kind: 'threadDied', message: 'Severe unrecoverable error, from thread : SyncThread:1', exception: null },
  ],
]);

describe('process, over several lines', () => {
  it('an invalid configuration', () => {
    const trace = [
      'org.apache.zookeeper.server.quorum.QuorumPeerConfig$ConfigException: Error processing /conf/zoo.cfg',
      '\tat x.QuorumPeerConfig.parse(QuorumPeerConfig.java:1)',
      'Caused by: java.lang.IllegalArgumentException: myid file is missing',
    ];
    expect(facts('QuorumPeerMain', 'Invalid config, exiting abnormally', trace, 'main')).toMatchObject([
      { kind: 'configError', message: 'Error processing /conf/zoo.cfg: myid file is missing' },
      { kind: 'exiting', exception: { type: 'ConfigException' } },
    ]);
  });

  it('out of memory', () => {
    const trace = ['java.lang.OutOfMemoryError: Java heap space'];
    expect(facts('ZooKeeperCriticalThread', 'Severe unrecoverable error, from thread : CommitProcessor:1', trace)).toMatchObject([
      { kind: 'outOfMemory' },
    ]);
  });
});

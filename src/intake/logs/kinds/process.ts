/** The process: start, configuration, end. Source: LOG calls of QuorumPeerMain, QuorumPeerConfig, QuorumPeer, ZooKeeperServer, 3.3.0 to mainline. */
import { copied } from '../words.ts';
import type { LogFact } from '../facts.ts';
import { noise, pattern, rule, type Entry, type Reading, type Rule } from './rules.ts';
import { addressOf, msOf, sidOf } from './values.ts';

function setting(name: string | undefined, value: string | undefined): LogFact {
  return { kind: 'setting', name: copied((name ?? '').slice(0, 120)), value: addressOf(value) };
}

/** `tickTime set to 500` and the like, for these names only. */
const SETTING = /^([\w.]{1,120}) (?:is )?set to:? ?(\S+)(?: ?ms)?/;

/** `zookeeper.snapshotSizeFactor = 0.33`, `zookeeper.commitLogCount=500`, `zookeeper.snapshot.trust.empty : false`. */
const PROPERTY = /^(zookeeper\.[\w.]{1,120}) ?[=:] ?(\S+)/;

/** The process ends: what broke the configuration is said by the exception. */
function exiting(message: string, entry: Entry): Reading {
  const exit: LogFact = { kind: 'exiting', code: null, message: addressOf(message), exception: entry.exception };
  if (!message.startsWith('Invalid')) return exit;
  const causes = entry.exception === null ? [] : [entry.exception, ...entry.exception.causes];
  return [{ kind: 'configError', message: addressOf(causes.map((cause) => cause.message).join(': ')) || addressOf(message) }, exit];
}

function configError(message: string): Reading {
  return { kind: 'configError', message: addressOf(message) };
}

function threadDied(message: string, entry: Entry): Reading {
  const types = entry.exception === null ? [] : [entry.exception, ...entry.exception.causes].map((e) => e.type);
  return {
    kind: types.includes('OutOfMemoryError') ? 'outOfMemory' : 'threadDied',
    message: addressOf(message),
    exception: entry.exception,
  };
}

/** Created server with tickTime 500 ms minSessionTimeout 1000 ms maxSessionTimeout 10000 ms … datadir …: the server opens its database. */
function created(message: string): Reading {
  const facts: LogFact[] = [];
  for (const name of ['tickTime', 'minSessionTimeout', 'maxSessionTimeout', 'datadir']) {
    const value = new RegExp(` ${name} (\\S+)`).exec(message)?.[1];
    if (value !== undefined) facts.push(setting(name, value));
  }
  return facts.length === 0 ? null : facts;
}

/** A line of a listed configuration: `server.3=zk3:2888:3888:participant;2181`, `tickTime=2000`. Null for anything else. */
export function configLine(text: string): LogFact | null {
  const server = /^server\.(\d{1,15}) ?= ?(\S{1,200})/.exec(text);
  const sid = sidOf(server?.[1]);
  if (server !== null && sid !== null)
    return { kind: 'member', sid, address: addressOf((server[2] ?? '').replace(/\)?$/, '')), observer: /observer/.test(server[2] ?? '') };
  const line =
    /^(tickTime|initLimit|syncLimit|dataDir|dataLogDir|clientPort|snapCount|minSessionTimeout|maxSessionTimeout|electionAlg|(?:group|weight)\.\d{1,15}) ?= ?(\S{1,200})$/.exec(
      text,
    );
  return line === null ? null : setting(line[1], line[2]);
}

export const PROCESS: readonly Rule[] = [
  pattern('Starting quorum peer, myid=', /^Starting quorum peer, myid=(\d+)/, (g) => ({ kind: 'starting', myid: sidOf(g[1]) })),
  rule('Starting quorum peer', (_message, entry) => (entry.logger === 'QuorumPeer' ? 'noise' : { kind: 'starting', myid: null })),
  pattern('Server environment:zookeeper.version=', /^Server environment:zookeeper\.version=([^\s,-]+)/, (g) => ({
    kind: 'version',
    version: addressOf(g[1]),
  })),
  pattern('Server environment:', /^Server environment:/, () => 'noise'),
  ...['tickTime', 'initLimit', 'syncLimit', 'minSessionTimeout', 'maxSessionTimeout', 'connectToLearnerMasterLimit'].map((name) =>
    pattern(`${name} set to`, SETTING, (g) => setting(g[1], g[2])),
  ),
  ...[
    'quorum.cnxn.threads.size',
    'multiAddress.enabled',
    'multiAddress.reachabilityCheckEnabled',
    'autopurge.snapRetainCount',
    'autopurge.purgeInterval',
    'quorum.auth.enableSasl',
  ].map((name) => pattern(`${name} set to`, SETTING, (g) => setting(g[1], g[2]))),
  // First word `zookeeper.…`: the index of rules cuts words at `=` too.
  pattern('zookeeper.', PROPERTY, (g) => setting(g[1], g[2])),
  pattern('clientPortAddress is ', /^clientPortAddress is (\S+)/, (g) => setting('clientPortAddress', g[1])),
  pattern('secureClientPortAddress is ', /^secureClientPortAddress is (\S+)/, (g) => setting('secureClientPortAddress', g[1])),
  pattern('binding to port ', /^binding to port (\S+)/, (g) => setting('clientPort', g[1])),
  rule('Created server with tickTime', created),
  pattern('Using ', /^Using (\d+)ms as the quorum cnxn socket timeout/, (g) => setting('quorumCnxnTimeoutMs', g[1])),
  rule('Unexpected exception, exiting abnormally', exiting),
  rule('Invalid config, exiting abnormally', exiting),
  rule('Invalid arguments, exiting abnormally', exiting),
  rule('Unable to access datadir, exiting abnormally', exiting),
  rule('Unable to start AdminServer, exiting abnormally', exiting),
  rule('Severe unrecoverable error, exiting', exiting),
  rule('Exiting normally', (message, entry) => ({ kind: 'exiting', code: 0, message: addressOf(message), exception: entry.exception })),
  pattern('Exiting JVM with code ', /^Exiting JVM with code (\d+)/, (g, entry) => ({
    kind: 'exiting',
    code: msOf(g[1]),
    message: addressOf(g[0]),
    exception: entry.exception,
  })),
  pattern('Severe unrecoverable error, from thread', /^Severe unrecoverable error, from thread .*/, (g, entry) => threadDied(g[0], entry)),
  pattern('Thread ', /^Thread .* (?:died|exits, error code \d+)/, (g, entry) => threadDied(g[0], entry)),
  rule('QuorumPeer main thread exited', threadDied),
  // ZooKeeperThread's handler of whatever nobody caught.
  rule('Exception occured from thread', threadDied),
  rule('Exception occurred from thread', threadDied),
  rule('Exception in thread ', threadDied),
  rule('Unexpected exception causing ', threadDied),
  rule('java.lang.OutOfMemoryError', (message, entry) => ({
    kind: 'outOfMemory',
    message: addressOf(message),
    exception: entry.exception,
  })),
  pattern('Detected pause in JVM', /^Detected pause in JVM.* pause of approximately (\d+)ms/, (g) => {
    const ms = msOf(g[1]);
    return ms === null ? null : { kind: 'pause', ms };
  }),
  pattern('My id ', /^My id \d+ not in the peer list.*/, (g) => configError(g[0])),
  rule('Peer type from servers list', configError),
  rule('Non-optimal configuration', configError),
  rule('Non-optimial configuration', configError),
  rule('No server failure will be tolerated', configError),
  rule('Invalid configuration', configError),
  rule('Error creating SSL context and options', (message, entry) => {
    const cause = entry.exception?.causes.at(-1) ?? entry.exception;
    return configError(cause === null || cause === undefined ? message : `${message}: ${cause.type}: ${cause.message}`);
  }),
  rule('Either no config or no quorum defined', configError),
  pattern('', /^\S{1,200} does not have the form (?:host:port|server_config).*/, (g) => configError(g[0])),
  // Of names with a value before the words.
  pattern(
    '',
    /^\S{1,200} is relative\. Prepend |^\d+ setQuorumVerifier called with |^\d+ Received version: |^\S{1,80} set to \S+$/,
    () => 'noise',
  ),
  // The banner.
  pattern('', /^[ _|/\\-]{3,}(?:$|[_|/\\(. -])/, () => 'noise'),
  ...noise(
    'Reading configuration from',
    'clientPort',
    'secureClientPort is not set',
    'observerMasterPort',
    'metricsProvider.className',
    'Using ',
    'maxCnxns is not configured',
    'maxCnxns',
    'Configuring ',
    'Local session',
    'multiAddress.',
    'QuorumPeer communication is not secured',
    'The max bytes for all large requests',
    'The large request threshold',
    'Reconfig feature is disabled',
    'Defaulting to majority quorums',
    'syncEnabled',
    'Stopping',
    'Clobbering already-set',
    'quorum.',
    'Failed to register with JMX',
    'Failed to unregister with JMX',
    'Log4j',
    'log4j',
    'Logging initialized',
    'Started',
    'bound to port',
    'Set ',
    'Starting JVM Pause Monitor',
    'Added JvmPauseMonitor',
    'throttledOpWaitTime',
    'NextQuorumVerifier',
    'Quorum Peer interrupted',
    'Unable to register log4j',
    'Error while stopping metrics',
    'jetty-',
    'LearnerSender exited',
    'Updated learner master list',
    'Attempting to start ReadOnly',
    'Interrupted while attempting to start ReadOnly',
    'Becoming ',
    'SnapCount should be 2 or more',
    'handshakeThrottlingEnabled',
    'getData response cache size',
    'getChildren response cache size',
    'Response cache size',
    'ServerMetrics initialized',
    'ACL digest algorithm is',
    'Setting -D jdk.tls',
    'ZooKeeper audit is',
    'Weighed connection throttling',
    'The weights for different session types',
    'Failed to register MBean',
    'Failed to unregister MBean',
    'Unregister MBean',
    'Error during unregister',
    'Invalid name "',
    'Problem starting AdminServer',
    'Problem stopping AdminServer',
    'Unable to start JettyAdminServer',
    'Unable to load jetty',
    'Re-registering command',
    'Exception writing command response',
    'Host name for quorum server',
    'Problems while registering log4j',
    'Not able to ',
    'watcherCleanThreshold=',
    'The maxInProcessingDeadWatchers',
    'WatcherCleaner thread',
    'Takes ',
    'ZK Config ',
    'QuorumPeer responder thread exited',
    'Starting server',
    'Server interrupted',
    'Could not register connection',
    'Incremental reconfig',
    'Non-incremental reconfig',
    'skipACL is set',
    'Error writing next dynamic config file',
    'setLastSeenQuorumVerifier called with',
    'shutdown scheduledExecutor',
    'Start the RequestPath collector',
    'FileChangeWatcher',
    'No buffered timestamps',
    'Blocking request submission',
    'Before restore database',
    'Restored to a new database',
    'After restore database',
    'Restore taken in',
    'could not find learner master',
    'cannot validate request, observer masters',
    'requested next learner master',
    'Requesting disconnect and reconnect to new learner master',
    'finished syncing observer from retained commit queue',
    'Ignoring accept exception',
    'Started AdminServer',
    'Successfully loaded private key',
    'Successfully loaded certificate authority',
    // QuorumHierarchical at work.
    'Group weight: ',
    'Group info: ',
    'Majority group counter: ',
    'Negative set size: ',
    'Positive set size: ',
  ),
];

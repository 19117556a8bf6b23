/** Transactions, sessions, clients. Source: LOG calls of Leader, CommitProcessor, the session trackers, ZooKeeperServer, NIOServerCnxn, 3.3.0 to mainline. */
import { noise, pattern, rule, type Entry, type Reading, type Rule } from './rules.ts';
import { hexZxid, msOf, sessionOf } from './values.ts';

const TYPES = new Map<string, string>();

/** The names of the few request types, one string each. */
function typeOf(text: string): string {
  const known = TYPES.get(text);
  if (known !== undefined) return known;
  const own = (' ' + text).slice(1, 41);
  if (TYPES.size < 200) TYPES.set(own, own);
  return own;
}

function request(kind: 'proposing' | 'committing'): (g: RegExpExecArray) => Reading {
  return (g) => {
    const [session, zxid, cxid] = [sessionOf(g[1]), hexZxid(g[4]), parseInt(g[3] ?? '', 16)];
    if (session === null || zxid === null || Number.isNaN(cxid)) return null;
    return { kind, zxid, type: typeOf(g[2] ?? ''), session, cxid };
  };
}

const REQUEST = 'sessionid:0x([0-9a-f]{1,16}) type:(\\S{1,40}) cxid:0x([0-9a-f]{1,16}) zxid:0x([0-9a-f]{1,16})';

function session(kind: 'sessionCommitted' | 'sessionClosing' | 'sessionExpired'): (g: RegExpExecArray) => Reading {
  return (g) => {
    const id = sessionOf(g[1]);
    return id === null ? null : { kind, session: id };
  };
}

/** A client was turned away: until 3.5 the reason is in the message, later in the exception. */
function closed(message: string, entry: Entry): Reading {
  return message.includes('ZooKeeperServer not running') || entry.exception?.message.includes('ZooKeeperServer not running') === true
    ? { kind: 'notServing' }
    : 'noise';
}

export const SESSIONS: readonly Rule[] = [
  pattern('Proposing:: ', new RegExp(`^Proposing:: ${REQUEST}`), request('proposing')),
  pattern('Committing request:: ', new RegExp(`^Committing request:: ${REQUEST}`), request('committing')),
  pattern('Committing global session ', /^Committing global session (0x[0-9a-f]+)/, session('sessionCommitted')),
  pattern('Adding global session ', /^Adding global session (0x[0-9a-f]+)/, session('sessionCommitted')),
  pattern('Established session ', /^Established session (0x[0-9a-f]+)/, session('sessionCommitted')),
  pattern('Submitting ', /^Submitting \S+ closeSession request for session (0x[0-9a-f]+)/, session('sessionClosing')),
  pattern('Processed session termination', /^Processed session termination for sessionid: (0x[0-9a-f]+)/, session('sessionClosing')),
  pattern('Expiring session ', /^Expiring session (0x[0-9a-f]+), timeout of (\d+)ms exceeded/, (g) =>
    msOf(g[2]) === null ? null : session('sessionExpired')(g),
  ),
  pattern('forcibly expiring session ', /^forcibly expiring session (0x[0-9a-f]+)/, session('sessionExpired')),
  pattern('Closing connection to ', /^Closing connection to \S+ because the server is not ready/, () => ({ kind: 'notServing' })),
  rule('Zookeeper server is not running, close the connection', () => ({ kind: 'notServing' })),
  rule('Close of session ', closed),
  rule('Closing session ', closed),
  rule('Exception causing close of session', closed),
  rule('Exception while processing request', closed),
  pattern('shutting down', /^shutting down\s*$/, () => ({ kind: 'serving', serving: false })),
  pattern('Read-only server started', /^/, () => ({ kind: 'serving', serving: false })),
  ...noise(
    'Processing request:: ',
    'Processing ',
    'CommitProcessor exited',
    'Stat command output',
    'Accepted socket connection',
    'Closed socket connection',
    'Client attempting to',
    'Session establishment request',
    'Unable to read additional data',
    'caught end of stream',
    'Connection request from old client',
    'Refusing session request',
    'Invalid session',
    'Command ',
    'Session closing',
    'Tracking global session',
    'Adding ',
    'Checking session',
    'Removing session',
    'Draining request throttler',
    'RequestThrottler shutdown',
    'FollowerRequestProcessor exited',
    'ObserverRequestProcessor exited',
    'PrepRequestProcessor',
    'SyncRequestProcessor exited',
    'SessionTrackerImpl exited',
    'shutdown of request processor complete',
    'Initialized ',
    'ZooKeeper server is not running, so not proceeding',
    'ZKShutdownHandler is not registered',
    'Got user-level KeeperException',
    'Ignoring exception',
    'Ignoring unexpected exception during',
    'Deleting ephemeral node',
    'Too many connections',
    'Upgrading session',
    'interrupted',
    'Authentication',
    'authenticated',
    'auth success',
    'Dropping request',
    'The list of known',
    'NIOServerCnxn factory exited',
    'ConnnectionExpirerThread',
    'accept thread exit',
    'selector thread exit',
    'CancelledKeyException',
    'ReadOnlyRequestProcessor exited',
    'Error sending data synchronously',
    'Error serializing response',
    'Error closing',
    'Error cancelling',
    'Dumping request buffer',
    'Failed to process',
    'FIXMSG',
    'Session 0x',
    'adding SASL authorization',
    'got auth packet',
    'Closing client connection',
    'Incorrect password',
    'Exception while establishing session',
    'Exception caught',
    'exception during session close',
    'ignored exception during selector close',
    'Attempting to delete candidate container',
    'Zxid outstanding',
    'Got IO exception during shutdown',
    'Got request processor exception',
    'The list of enabled',
    'Prep>>>',
    '>>>>',
    'Quota exceeded',
    'Missing ',
    'Unsuccessful handshake',
    'already shutdown',
    'configure ',
    'SSL handler added',
    'Shed ',
    'unknown type',
    'trying to do i/o on a null socket',
    'running stat',
    'Command',
    'ExecutorService rejected execution',
    'Unable to closeSession',
    'Unable to process request',
    'Ignoring NoNodeException',
    'Ignoring unexpected runtime exception',
    'Ignoring interrupted exception',
    'Ignoring IOException while selecting',
    'Selector closing',
    'Invalid path ',
    'Dropping packet at server',
    'Received packet at server of unknown type',
    'No authentication provider for scheme',
    'Client failed to SASL authenticate',
    'Maintaining client connection despite SASL',
    'Error checking containers',
    'Could not delete container',
    'ConnectionExpirerThread interrupted',
    'Error creating upgrade request',
    'Incoming connection has no data',
    'Failed to close connection for session',
    '*****>>>>> Got',
  ),
];

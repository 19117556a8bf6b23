/** Connections for elections: QuorumCnxManager, addresses of QuorumPeer.QuorumServer, port unification. Source: their LOG calls, 3.3.0 to mainline. */
import type { LogFact } from '../facts.ts';
import { noise, pattern, rule, type Entry, type Reading, type Rule } from './rules.ts';
import { addressOf, sidOf, whyOf } from './values.ts';

/** 3.3 to 3.5.5 print the dropped side as (peer, me); later ones name both. */
function order(message: string): Reading {
  const outcome = message.startsWith('Have smaller') ? 'dropped' : 'kept';
  const named = /\(myId:(\d+) --> sid:(-?\d+)\)/.exec(message);
  const bare = /\((-?\d+), (\d+)\)/.exec(message);
  const peer = sidOf(named?.[2] ?? bare?.[1]);
  return peer === null ? null : { kind: 'connectionOrder', myid: sidOf(named?.[1] ?? bare?.[2]), peer, outcome };
}

function cannotOpen(g: RegExpExecArray, entry: Entry): Reading {
  const to = sidOf(g[1]);
  if (to === null) return null;
  const exception = entry.exception;
  return { kind: 'cannotOpen', to, address: addressOf(g[2]), why: whyOf(exception, exception === null ? g[2] : ''), exception };
}

/** A message at the election port that is none. What it was shows in the exception of later versions, in the message of earlier ones. */
function bad(message: string, entry: Entry): LogFact {
  const words = `${message} ${entry.exception === null ? '' : `${entry.exception.type}: ${entry.exception.message}`}`;
  const why = /SSL|TLS|ssl/.test(words)
    ? 'tls'
    : /own ID|[Ii]nvalid server id|non-cluster member|non-quorum member/.test(words)
      ? 'unknownSid'
      : /port number|[Ff]ormed address/.test(words)
        ? 'port'
        : /protocol version|buffer length|packet|Read only|parsing/.test(words)
          ? 'protocol'
          : 'other';
  return { kind: 'badConnection', why, message: addressOf(words) };
}

export const CONNECTIONS: readonly Rule[] = [
  pattern('Cannot open ', /^Cannot open (?:secure )?channel to (\d+) at election address (.*)/, cannotOpen),
  pattern('None of the addresses ', /^None of the addresses \((.*)\) are reachable for sid (\d+)/, (g, entry) => {
    const to = sidOf(g[2]);
    return to === null ? null : { kind: 'cannotOpen', to, address: addressOf(g[1]), why: 'unreachable', exception: entry.exception };
  }),
  rule('Have smaller server identifier', order),
  rule('Have larger server identifier', order),
  pattern('Failed to resolve address: ', /^Failed to resolve address: ?(\S*)/, (g) => ({ kind: 'unresolved', host: addressOf(g[1]) })),
  pattern('Resolved hostname: ', /^Resolved hostname: (\S+) to address: /, (g) => ({ kind: 'resolved', host: addressOf(g[1]) })),
  pattern('Resolved address for ', /^Resolved address for (\S+): /, (g) => ({ kind: 'resolved', host: addressOf(g[1]) })),
  pattern('Received connection request', /^Received connection request(?: from)? (\S+)/, (g) => ({
    kind: 'connectionRequest',
    address: addressOf(g[1]),
  })),
  pattern('Connection request ', /^Connection request (\/\S+)/, (g) => ({ kind: 'connectionRequest', address: addressOf(g[1]) })),
  pattern('Connection broken for id ', /^Connection broken for id (-?\d+)(?:, my id = (\d+))?/, (g, entry) => {
    const peer = sidOf(g[1]);
    return peer === null ? null : { kind: 'connectionBroken', peer, myid: sidOf(g[2]), exception: entry.exception };
  }),
  pattern('Exception when using channel: ', /^Exception when using channel: for id (-?\d+) my id = (\d+)/, (g, entry) => {
    const peer = sidOf(g[1]);
    return peer === null ? null : { kind: 'connectionBroken', peer, myid: sidOf(g[2]), exception: entry.exception };
  }),
  pattern('Send worker leaving thread', /^Send worker leaving thread +id (-?\d+)/, (g) => {
    const peer = sidOf(g[1]);
    return peer === null ? null : { kind: 'workerLeaving', peer };
  }),
  // 3.4: the peer is in the thread's name.
  rule('Send worker leaving thread', (_message, entry) => {
    const peer = sidOf(/^SendWorker:(-?\d+)/.exec(entry.thread)?.[1]);
    return peer === null ? 'noise' : { kind: 'workerLeaving', peer };
  }),
  pattern('My election bind port: ', /^My election bind port: (\S+)/, (g) => ({
    kind: 'electionPort',
    sid: null,
    address: addressOf(g[1]),
  })),
  pattern('#', /^(\d+) is accepting connections now, my election bind port: (\S+)/, (g) => ({
    kind: 'electionPort',
    sid: sidOf(g[1]),
    address: addressOf(g[2]),
  })),
  rule('We got a connection request from a server with our own ID', bad),
  rule('Initial message parsing error', bad),
  rule('Exception reading or writing challenge', bad),
  rule('Ignoring exception reading or writing challenge', bad),
  rule('Got urecognized protocol version', bad),
  rule('Got unrecognized protocol version', bad),
  rule('Unreasonable buffer length', bad),
  rule('Read only ', bad),
  rule('Invalid server id', bad),
  rule('Got a short response', bad),
  rule('Skipping the processing of a partial / malformed response', bad),
  rule('Received packet with invalid packet', bad),
  pattern('Ignoring notification ', /^Ignoring notification (?:for|from) .*(?:member|sid).*$/, (g, entry) => bad(g[0], entry)),
  rule('Exception handling connection, addr: ', bad),
  rule('Exception while connecting, id: ', bad),
  rule('Socket mode detection timed out', bad),
  rule('Server failed to authenticate quorum learner', bad),
  rule('Unsupported or unrecognized SSL message', bad),
  rule('Exception while listening', (message, entry) => {
    const address = /^Exception while listening to address (\S+)/.exec(message)?.[1];
    return { kind: 'cannotBind', address: addressOf(address ?? ''), exception: entry.exception };
  }),
  pattern("As I'm leaving the listener thread", /election any longer: ?(\S*?)\.?(?: |$)/, (g, entry) => ({
    kind: 'cannotBind',
    address: addressOf(g[1]),
    exception: entry.exception,
  })),
  pattern('Leaving listener thread for address ', /^Leaving listener thread for address (\S+) after/, (g, entry) => ({
    kind: 'cannotBind',
    address: addressOf(g[1]),
    exception: entry.exception,
  })),
  ...noise(
    'Interrupting SendWorker',
    'Interrupted while waiting for message on queue',
    'SendWorker thread started',
    'RecvWorker thread towards',
    'RecvWorker.finish called',
    'Address of remote peer',
    'Calling SendWorker.finish',
    'Calling finish',
    'Removing entry from senderWorkerMap',
    'Opening channel to server',
    'There is a connection already for server',
    'Connected to server',
    'Connection request',
    'startConnection (',
    'Sync handling of connection request',
    'Async handling of connection request',
    'Initial message parsed by',
    'Create new connection to server',
    'Queue size:',
    'Attempting to send lastMessage',
    'Listener thread started',
    'Leaving listener',
    'Halting listener',
    'Halting sender',
    'Halt called',
    'Closing listener',
    'Trying to close listener',
    'Trying to remove from an empty',
    'Setting arbitrary identifier to observer',
    'Election port bind maximum retries is',
    'Creating TLS-',
    'SSL handshake complete',
    'Accepted TLS connection',
    'Accepted plaintext connection',
    'Using insecure (non-TLS)',
    'Using TLS encrypted quorum',
    'Port unification',
    'Failed to send last message',
    'Not initializing connection executor',
    'The socket is listening for the election accepted and it timed out',
    'destination address ',
    'validate if destination address',
    'validation of destination address',
    'Exception when shutting down listener',
    'No queue of incoming messages',
    'Got interrupted before joining the listener',
    'Exception details:',
    'Error closing server socket',
    'Error while accessing socket for',
    'Error when closing socket or trying to reopen',
    'BufferUnderflowException',
    'Exception while closing',
    'Exception while submitting quorum connection request',
    'Exception while trying to close channel',
    'Exception when loopbacking',
    'Interrupted ',
    'No queue for server',
    'Unable to access socket output stream',
    'Unable to insert ',
    'Unexpected error',
    'Failed to restore old socket timeout',
  ),
  pattern('Server ', /^Server \d+ (?:knows \d+ already|is soft-halting sender)/, () => 'noise'),
];

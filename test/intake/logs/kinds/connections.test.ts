import { describe, expect, it } from 'vitest';
import { facts, table } from './saying.ts';

// QuorumCnxManager: receiveConnection, initiateConnection, connectOne, Listener, SendWorker, RecvWorker; QuorumServer.recreateSocketAddresses
table('connections', [
  [
    '3.4.6',
    'QuorumCnxManager',
    'Have smaller server identifier, so dropping the connection: (3, 1)',
    { kind: 'connectionOrder', myid: 1, peer: 3, outcome: 'dropped' },
  ],
  [
    '3.5.8',
    'QuorumCnxManager',
    'Have smaller server identifier, so dropping the connection: (myId:1 --> sid:3)',
    { kind: 'connectionOrder', myid: 1, peer: 3, outcome: 'dropped' },
  ],
  [
    '3.8',
    'QuorumCnxManager',
    'Have larger server identifier, so keeping the connection: (myId:3 --> sid:1)',
    { kind: 'connectionOrder', myid: 3, peer: 1, outcome: 'kept' },
  ],
  [
    '3.4',
    'QuorumCnxManager$Listener',
    'Received connection request /10.0.0.2:40112',
    { kind: 'connectionRequest', address: '/10.0.0.2:40112' },
  ],
  [
    '3.8',
    'QuorumCnxManager',
    'Received connection request from /10.0.0.2:40112',
    { kind: 'connectionRequest', address: '/10.0.0.2:40112' },
  ],
  ['3.4', 'QuorumCnxManager', 'My election bind port: /0.0.0.0:3888', { kind: 'electionPort', sid: null, address: '/0.0.0.0:3888' }],
  ['3.3', 'QuorumCnxManager', 'My election bind port: 3888', { kind: 'electionPort', sid: null, address: '3888' }],
  [
    '3.8',
    'QuorumCnxManager',
    '2 is accepting connections now, my election bind port: zk2/10.0.0.2:3888',
    { kind: 'electionPort', sid: 2, address: 'zk2/10.0.0.2:3888' },
  ],
  ['3.6', 'QuorumCnxManager', 'Send worker leaving thread id 3 my id = 1', { kind: 'workerLeaving', peer: 3 }],
  ['3.5', 'QuorumCnxManager', 'Send worker leaving thread  id 3 my id = 1', { kind: 'workerLeaving', peer: 3 }],
  ['3.4.14', 'QuorumPeer$QuorumServer', 'Failed to resolve address: zk9.example', { kind: 'unresolved', host: 'zk9.example' }],
  ['3.4.14', 'QuorumPeer$QuorumServer', 'Resolved hostname: zk2 to address: zk2/10.0.0.2', { kind: 'resolved', host: 'zk2' }],
  [
    '3.4',
    'QuorumCnxManager',
    'Cannot open channel to 2 at election address zk2/<unresolved>:3888',
    { kind: 'cannotOpen', to: 2, address: 'zk2/<unresolved>:3888', why: 'unresolved', exception: null },
  ],
  [
    '3.6.0',
    'QuorumCnxManager',
    'None of the addresses (zk2/10.0.0.2:3888) are reachable for sid 2',
    { kind: 'cannotOpen', to: 2, address: 'zk2/10.0.0.2:3888', why: 'unreachable', exception: null },
  ],
  [
    '3.4',
    'QuorumCnxManager',
    'Connection broken for id 3, my id = 1, error = ',
    { kind: 'connectionBroken', peer: 3, myid: 1, exception: null },
  ],
  [
    '3.5.8',
    'QuorumCnxManager',
    'We got a connection request from a server with our own ID. This should be either a configuration error, or a bug.',
    {
      kind: 'badConnection',
      why: 'unknownSid',
      message: 'We got a connection request from a server with our own ID. This should be either a configuration error, or a bug.',
    },
  ],
  [
    '3.6',
    'QuorumCnxManager',
    "As I'm leaving the listener thread, I won't be able to participate in leader election any longer: 0.0.0.0:3888",
    { kind: 'cannotBind', address: '0.0.0.0:3888', exception: null },
  ],
]);

describe('why a connection failed', () => {
  it.each([
    ['java.net.ConnectException: Connection refused (Connection refused)', 'refused'],
    ['java.net.SocketTimeoutException: connect timed out', 'timeout'],
    ['java.net.UnknownHostException: zk3', 'unresolved'],
    ['java.nio.channels.UnresolvedAddressException', 'unresolved'],
    ['java.net.NoRouteToHostException: No route to host (Host unreachable)', 'unreachable'],
    ['javax.net.ssl.SSLHandshakeException: Remote host closed connection during handshake', 'tls'],
    ['java.net.SocketException: Connection reset', 'reset'],
    ['java.io.IOException: x', 'other'],
  ])('%s', (exception, why) => {
    const trace = [exception, '\tat java.net.Socket.connect(Socket.java:1)'];
    expect(facts('QuorumCnxManager', 'Cannot open channel to 3 at election address zk3/10.0.0.3:3888', trace)).toMatchObject([
      { kind: 'cannotOpen', to: 3, why, exception: { type: exception.split(':')[0]!.split('.').pop() } },
    ]);
    expect(facts('Learner', 'Unexpected exception, tries=1, connecting to zk3/10.0.0.3:2888', trace)).toMatchObject([
      { kind: 'cannotReachLeader', tries: 1, address: 'zk3/10.0.0.3:2888', why },
    ]);
  });

  it('a message at the election port that is none', () => {
    const of = (exception: string): unknown =>
      (facts('QuorumCnxManager', 'Initial message parsing error!', [exception])[0] as { readonly why?: string }).why;
    const named = (text: string): string =>
      `org.apache.zookeeper.server.quorum.QuorumCnxManager$InitialMessage$InitialMessageException: ${text}`;
    expect(of(named('Got unrecognized protocol version 369295872'))).toBe('protocol');
    expect(of(named('Bad port number: x'))).toBe('port');
    expect(of(named('Badly formed address: zk1'))).toBe('port');
    expect(of('javax.net.ssl.SSLException: Unsupported or unrecognized SSL message')).toBe('tls');
  });
});

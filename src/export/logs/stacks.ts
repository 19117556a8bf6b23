/** Exceptions below messages: the class, its message and the first frames, as Java 17 prints them (the recordings keep three frames). */

const READ_INT = '\tat java.base/java.io.DataInputStream.readInt(DataInputStream.java:386)';

const PACKET_EOF = [
  READ_INT,
  '\tat org.apache.jute.BinaryInputArchive.readInt(BinaryInputArchive.java:96)',
  '\tat org.apache.zookeeper.server.quorum.QuorumPacket.deserialize(QuorumPacket.java:86)',
];

const SOCKET_READ = [
  '\tat java.base/sun.nio.ch.NioSocketImpl.implRead(NioSocketImpl.java:328)',
  '\tat java.base/sun.nio.ch.NioSocketImpl.read(NioSocketImpl.java:355)',
  '\tat java.base/sun.nio.ch.NioSocketImpl$1.read(NioSocketImpl.java:808)',
];

const TIMED_READ = [
  '\tat java.base/sun.nio.ch.NioSocketImpl.timedRead(NioSocketImpl.java:288)',
  '\tat java.base/sun.nio.ch.NioSocketImpl.implRead(NioSocketImpl.java:314)',
  '\tat java.base/sun.nio.ch.NioSocketImpl.read(NioSocketImpl.java:355)',
];

const CONNECT = [
  '\tat java.base/sun.nio.ch.Net.pollConnect(Native Method)',
  '\tat java.base/sun.nio.ch.Net.pollConnectNow(Net.java:672)',
  '\tat java.base/sun.nio.ch.NioSocketImpl.timedFinishConnect(NioSocketImpl.java:547)',
];

const TIMED_CONNECT = [
  '\tat java.base/sun.nio.ch.NioSocketImpl.timedFinishConnect(NioSocketImpl.java:546)',
  '\tat java.base/sun.nio.ch.NioSocketImpl.connect(NioSocketImpl.java:597)',
  '\tat java.base/java.net.SocksSocketImpl.connect(SocksSocketImpl.java:327)',
];

/** A connection that ended: the peer closed it, or it was reset. */
export function packetEnd(reason: 'closed' | 'reset'): readonly string[] {
  return reason === 'reset' ? ['java.net.SocketException: Connection reset', ...SOCKET_READ] : ['java.io.EOFException', ...PACKET_EOF];
}

/** The same in a thread that reads votes. */
export function voteEnd(reason: 'closed' | 'reset'): readonly string[] {
  if (reason === 'reset') return ['java.net.SocketException: Connection reset', ...SOCKET_READ];
  const frame = '\tat org.apache.zookeeper.server.quorum.QuorumCnxManager$RecvWorker.run(QuorumCnxManager.java:1390)';
  return ['java.io.EOFException', READ_INT, frame];
}

/** A socket that this process closed while a thread was reading it. */
export const SOCKET_CLOSED: readonly string[] = [
  'java.net.SocketException: Socket closed',
  '\tat java.base/sun.nio.ch.NioSocketImpl.endRead(NioSocketImpl.java:253)',
  '\tat java.base/sun.nio.ch.NioSocketImpl.implRead(NioSocketImpl.java:332)',
  '\tat java.base/sun.nio.ch.NioSocketImpl.read(NioSocketImpl.java:355)',
];

/** The same in a thread that writes to it. */
export const WRITE_CLOSED: readonly string[] = [
  'java.net.SocketException: Socket closed',
  '\tat java.base/sun.nio.ch.NioSocketImpl.ensureOpenAndConnected(NioSocketImpl.java:165)',
  '\tat java.base/sun.nio.ch.NioSocketImpl.beginWrite(NioSocketImpl.java:371)',
  '\tat java.base/sun.nio.ch.NioSocketImpl.implWrite(NioSocketImpl.java:416)',
];

export const ACCEPT_CLOSED: readonly string[] = [
  'java.net.SocketException: Socket closed',
  '\tat java.base/sun.nio.ch.NioSocketImpl.endAccept(NioSocketImpl.java:694)',
  '\tat java.base/sun.nio.ch.NioSocketImpl.accept(NioSocketImpl.java:767)',
  '\tat java.base/java.net.ServerSocket.implAccept(ServerSocket.java:675)',
];

export const READ_TIMED_OUT: readonly string[] = ['java.net.SocketTimeoutException: Read timed out', ...TIMED_READ];

export function connectFailure(reason: 'refused' | 'timeout'): readonly string[] {
  return reason === 'refused'
    ? ['java.net.ConnectException: Connection refused', ...CONNECT]
    : ['java.net.SocketTimeoutException: Connect timed out', ...TIMED_CONNECT];
}

/** The thread that sends votes was waiting when the other one found the connection broken. */
export const SEND_QUEUE_INTERRUPTED: readonly string[] = [
  'java.lang.InterruptedException',
  '\tat java.base/java.util.concurrent.locks.AbstractQueuedSynchronizer$ConditionObject.awaitNanos(AbstractQueuedSynchronizer.java:1686)',
  '\tat org.apache.zookeeper.util.CircularBlockingQueue.poll(CircularBlockingQueue.java:105)',
  '\tat org.apache.zookeeper.server.quorum.QuorumCnxManager.pollSendQueue(QuorumCnxManager.java:1453)',
];

export function failedConnect(address: string, observer: boolean): readonly string[] {
  const role = observer ? 'Observer.observeLeader(Observer.java:111)' : 'Follower.followLeader(Follower.java:89)';
  return [
    `java.io.IOException: Failed connect to ${address}`,
    '\tat org.apache.zookeeper.server.quorum.Learner.connectToLeader(Learner.java:348)',
    `\tat org.apache.zookeeper.server.quorum.${role}`,
    `\tat org.apache.zookeeper.server.quorum.QuorumPeer.run(QuorumPeer.java:${observer ? 1520 : 1539})`,
  ];
}

export function epochRefused(message: string, observer: boolean): readonly string[] {
  const role = observer ? 'Observer.observeLeader(Observer.java:113)' : 'Follower.followLeader(Follower.java:91)';
  return [
    `java.io.IOException: ${message}`,
    '\tat org.apache.zookeeper.server.quorum.Learner.registerWithLeader(Learner.java:522)',
    `\tat org.apache.zookeeper.server.quorum.${role}`,
    `\tat org.apache.zookeeper.server.quorum.QuorumPeer.run(QuorumPeer.java:${observer ? 1520 : 1539})`,
  ];
}

/** An exception with one frame, where the recordings show none to follow. */
export function thrown(type: string, message: string, frame: string): readonly string[] {
  return [message === '' ? type : `${type}: ${message}`, `\tat ${frame}`];
}

/** The server cannot start: what failed, and the exception that ends the process because of it. */
export function cannotRun(message: string): { readonly failed: readonly string[]; readonly exiting: readonly string[] } {
  const eof = message.startsWith('EOFException') || message.includes('shorter than its header');
  const cause = eof ? 'java.io.EOFException' : `java.io.IOException: ${message}`;
  return {
    failed: [
      cause,
      '\tat org.apache.zookeeper.server.ZKDatabase.loadDataBase(ZKDatabase.java:285)',
      '\tat org.apache.zookeeper.server.quorum.QuorumPeer.loadDataBase(QuorumPeer.java:1146)',
      '\tat org.apache.zookeeper.server.quorum.QuorumPeer.start(QuorumPeer.java:1132)',
    ],
    exiting: [
      'java.lang.RuntimeException: Unable to run quorum server ',
      '\tat org.apache.zookeeper.server.quorum.QuorumPeer.loadDataBase(QuorumPeer.java:1201)',
      '\tat org.apache.zookeeper.server.quorum.QuorumPeer.start(QuorumPeer.java:1132)',
      '\tat org.apache.zookeeper.server.quorum.QuorumPeerMain.runFromConfig(QuorumPeerMain.java:229)',
      `Caused by: ${cause}`,
      '\t... 4 more',
    ],
  };
}

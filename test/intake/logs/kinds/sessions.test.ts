import { table, z } from './saying.ts';

// Leader.propose, CommitProcessor.commit, *SessionTracker, QuorumZooKeeperServer, NIOServerCnxn
table('transactions, sessions', [
  [
    '3.8',
    'Leader',
    'Proposing:: sessionid:0x1000034a5b60000 type:create cxid:0x1f zxid:0x100000004 txntype:1 reqpath:n/a',
    { kind: 'proposing', zxid: z(1, 4), type: 'create', session: '0x1000034a5b60000', cxid: 31 },
  ],
  [
    '3.8, of a server with a high sid',
    'CommitProcessor',
    'Committing request:: sessionid:0xff00034a5b60001 type:closeSession cxid:0x2 zxid:0x100000005 txntype:-11 reqpath:n/a',
    { kind: 'committing', zxid: z(1, 5), type: 'closeSession', session: '0xff00034a5b60001', cxid: 2 },
  ],
  [
    '3.6',
    'LearnerSessionTracker',
    'Committing global session 0x1000034a5b60000',
    { kind: 'sessionCommitted', session: '0x1000034a5b60000' },
  ],
  [
    '3.4',
    'ZooKeeperServer',
    'Established session 0x1000034a5b60000 with negotiated timeout 6000 for client /10.0.0.9:1',
    { kind: 'sessionCommitted', session: '0x1000034a5b60000' },
  ],
  [
    '3.6',
    'QuorumZooKeeperServer',
    'Submitting global closeSession request for session 0x1000034a5b60000',
    { kind: 'sessionClosing', session: '0x1000034a5b60000' },
  ],
  [
    '3.4',
    'ZooKeeperServer',
    'Expiring session 0x1000034a5b60000, timeout of 4000ms exceeded',
    { kind: 'sessionExpired', session: '0x1000034a5b60000' },
  ],
  [
    '3.4',
    'NIOServerCnxn',
    'Exception causing close of session 0x0 due to java.io.IOException: ZooKeeperServer not running',
    { kind: 'notServing' },
  ],
  ['3.8', 'ZooKeeperServer', 'forcibly expiring session 0x1000034a5b60000', { kind: 'sessionExpired', session: '0x1000034a5b60000' }],
  ['3.8', 'NettyServerCnxn', 'Closing connection to /10.0.0.9:1 because the server is not ready', { kind: 'notServing' }],
  ['3.6', 'ZooKeeperServer', 'shutting down', { kind: 'serving', serving: false }],
]);

/** Disks: FileTxnSnapLog, FileSnap, SnapStream, FileTxnLog, ZKDatabase, the epoch files of QuorumPeer. Source: their LOG calls, 3.3.0 to mainline. */
import { noise, pattern, rule, type Entry, type Reading, type Rule } from './rules.ts';
import { addressOf, anyZxid, hexZxid, msOf } from './values.ts';

function badFile(message: string, entry: Entry): Reading {
  const file = /(?:snapshot|snap file|file|log) (\S*(?:snapshot|log)\.[0-9a-f]+)/i.exec(message)?.[1];
  return { kind: 'badFile', file: file === undefined ? null : addressOf(file), message: addressOf(message), exception: entry.exception };
}

function diskError(message: string, entry: Entry): Reading {
  return { kind: 'diskError', message: addressOf(message), exception: entry.exception };
}

function epochMissing(message: string): Reading {
  const g = /^(currentEpoch|acceptedEpoch) not found! Creating with a reasonable default(?: of (\d+))?/.exec(message);
  if (g === null) return null;
  return { kind: 'epochFileMissing', file: g[1] === 'currentEpoch' ? 'currentEpoch' : 'acceptedEpoch', epoch: msOf(g[2]) ?? 0 };
}

export const DISK: readonly Rule[] = [
  rule('currentEpoch not found!', epochMissing),
  rule('acceptedEpoch not found!', epochMissing),
  pattern('Reading snapshot ', /^Reading snapshot (\S+)/, (g) => ({ kind: 'readingSnapshot', file: addressOf(g[1]) })),
  pattern('Snapshot loaded in ', /^Snapshot loaded in \d+ ms, highest zxid is (\S+?),/, (g) => {
    const zxid = hexZxid(g[1]);
    return zxid === null ? null : { kind: 'snapshotLoaded', zxid };
  }),
  pattern('#', /^(\d+) txns loaded in \d+ ms/, (g) => ({ kind: 'txnsLoaded', txns: msOf(g[1]) ?? 0 })),
  pattern('Snapshotting: ', /^Snapshotting: ((?:0x)?[0-9a-f]{1,16})(?: to (\S+))?/, (g) => {
    const zxid = hexZxid(g[1]);
    return zxid === null ? null : { kind: 'snapshotting', zxid, file: g[2] === undefined ? `snapshot.${g[1]}` : addressOf(g[2]) };
  }),
  pattern('Creating new log file: ', /^Creating new log file: (\S+)/, (g) => ({ kind: 'newLogFile', file: addressOf(g[1]) })),
  rule('Unable to load database', (message, entry) => ({ kind: 'loadFailed', message: addressOf(message), exception: entry.exception })),
  pattern('Invalid snapshot ', /^Invalid snapshot (\S+?)\.? (?:len|too short).*/, (g, entry) => ({
    kind: 'badFile',
    file: addressOf(g[1]),
    message: addressOf(g[0]),
    exception: entry.exception,
  })),
  rule('invalid snapshot ', badFile),
  rule('problem reading snap file ', badFile),
  rule('Last transaction was partial', badFile),
  rule('Read incorrect number of bytes from', badFile),
  rule('Unable to open file ', badFile),
  rule('Delete empty tail log file', badFile),
  rule('CRC check failed', badFile),
  pattern('Message:Digests are not matching', /^Message:Digests are not matching\. Value is Zxid\.(?: Value:(\d+))?/, (g) => ({
    kind: 'digestMismatch',
    zxid: anyZxid(g[1]),
  })),
  pattern('Message: Digests are not matching', /^Message: Digests are not matching\. Value is Zxid\.(?: Value:(\d+))?/, (g) => ({
    kind: 'digestMismatch',
    zxid: anyZxid(g[1]),
  })),
  // RateLogger, when it has held back some.
  pattern('[', /^\[\d{1,9} times\] Message: ?Digests are not matching\. Value is Zxid\.(?: Last value:(\d+))?/, (g) => ({
    kind: 'digestMismatch',
    zxid: anyZxid(g[1]),
  })),
  pattern('#', /^\d+\(high?estZxid\) > \d+\(next log\) for type.*/, (g, entry) => diskError(g[0], entry)),
  // Header: session, cxid, zxid, time, type; all decimal.
  pattern('First digest mismatch on txn', /^First digest mismatch on txn: -?\d+,-?\d+,(\d+),/, (g) => ({
    kind: 'digestMismatch',
    zxid: anyZxid(g[1]),
  })),
  pattern(
    'fsync-ing the write ahead log',
    /^fsync-ing the write ahead log in .{1,200}? took (\d{1,15})ms(?:.{0,120}File size is (\d{1,15}) bytes)?/,
    (g) => ({
      kind: 'slowFsync',
      ms: msOf(g[1]) ?? 0,
      bytes: msOf(g[2]),
    }),
  ),
  pattern('Removing file: ', /^Removing file: (.*)$/, (g) => ({
    kind: 'purge',
    file: addressOf((g[1] ?? '').slice((g[1] ?? '').lastIndexOf('\t') + 1)),
  })),
  rule('Purge task started', () => ({ kind: 'purge', file: null })),
  rule('Error occur', diskError),
  rule('Unable to truncate', diskError),
  rule('Error closing logs', diskError),
  rule('Unable to read txnlog from disk', diskError),
  rule('Failed to write new file', diskError),
  rule('Error updating DB', diskError),
  rule('Unable to find proposals from txnlog', () => 'noise'),
  ...noise(
    'Snapshot taken in',
    'Too busy to snap',
    'The digest value is empty',
    'The digest in the snapshot',
    'Digest version changed',
    'The zxid of snapshot digest',
    'On disk txn sync',
    'Txnlog size:',
    'The configured commitLogCount',
    'The configured ',
    'Purge task',
    'Created new input',
    'EOF exc',
    'Opening datadir',
    'Initialize file found',
    'Highest txn zxid',
    'Unexpected empty data tree',
    'No snapshot found',
    'Ignoring processTxn failure',
    'Current zxid ',
    'Negative size limit',
    'Ignoring exception during close',
    'Invalid autopurge',
    'Message',
    'Digests are matching',
    'currentEpoch.tmp found',
    'updatingEpoch found',
    'Error closing file iterator',
    'Adjusting parent cversion',
    'Got EOF',
    'configuration znode missing',
    'Log size limit reached',
  ),
];

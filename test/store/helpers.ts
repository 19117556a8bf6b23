/** Small builders for the store's tests. */
import { NO_SESSION, utf8, type Bytes } from '../../src/base/ids.ts';
import { zxid, type Zxid } from '../../src/base/zxid.ts';
import { mapEntries } from '../../src/base/chunked.ts';
import { applyDiskOps, emptyDisk } from '../../src/store/disk.ts';
import { appendTxn, commitLog, newLogWriter, type LogWriter } from '../../src/store/txnLog.ts';
import { encodeTxn } from '../../src/store/txnCodec.ts';
import { recover, type RecoveryOptions } from '../../src/store/recovery.ts';
import type { Disk, Recovered } from '../../src/store/types.ts';
import type { Acl, DataTree, Txn, TxnBody } from '../../src/tree/types.ts';

export const OPEN_ACL: readonly Acl[] = [{ perms: 31, scheme: 'world', id: 'anyone' }];

export const OPTIONS: RecoveryOptions = {
  commitLogCount: 500,
  trustEmptySnapshot: false,
  autocreate: true,
  configData: null,
  now: 0,
  deleteEmptyNewestLog: false,
};

/** z(3) is 0x100000003. */
export function z(counter: number, epoch = 1): Zxid {
  return zxid(epoch, counter);
}

export function txn(at: Zxid, body: TxnBody): Txn {
  return { session: NO_SESSION, cxid: at.counter, zxid: at, time: 1_795_215_260_000 + at.counter, body, digest: null };
}

export function create(at: Zxid, path: string, data = ''): Txn {
  return txn(at, { type: 'create', path, data: utf8(data), acl: OPEN_ACL, ephemeral: false, parentCVersion: at.counter });
}

/** Logs txns one by one, each with its fsync, as a server under light load does. */
export function logged(
  disk: Disk,
  txns: readonly Txn[],
  log: LogWriter = newLogWriter(),
  preAllocSizeKb = 16,
): { disk: Disk; log: LogWriter } {
  let written = { disk, log };
  for (const one of txns) {
    const appended = appendTxn(written.disk, written.log, encodeTxn(one), one.zxid, { preAllocSizeKb });
    const committed = commitLog(appended.log);
    written = { disk: applyDiskOps(applyDiskOps(written.disk, appended.ops), committed.ops), log: committed.log };
  }
  return written;
}

/** A server that has started once and then logged these txns, `perFile` in each file. */
export function serverDisk(txns: readonly Txn[], perFile = Infinity): Disk {
  let disk = started(emptyDisk());
  for (let i = 0; i < txns.length; i += perFile) ({ disk } = logged(disk, txns.slice(i, i + perFile)));
  return withEpoch(disk, txns.at(-1)?.zxid.epoch ?? 0);
}

export function withEpoch(disk: Disk, epoch: number): Disk {
  const bytes = utf8(String(epoch));
  return applyDiskOps(disk, [
    { op: 'writeAtomic', file: 'acceptedEpoch', bytes },
    { op: 'writeAtomic', file: 'currentEpoch', bytes },
  ]);
}

/** The disk after a start that must succeed. */
export function started(disk: Disk, options: Partial<RecoveryOptions> = {}): Disk {
  return applyDiskOps(disk, recovered(disk, options).ops);
}

export function recovered(disk: Disk, options: Partial<RecoveryOptions> = {}): Recovered {
  const outcome = recover(disk, { ...OPTIONS, ...options });
  if (!outcome.ok) throw new Error(`recovery failed: ${outcome.failure.message}`);
  return outcome.recovered;
}

/** The words the server dies with, or null if it starts. */
export function failureOf(disk: Disk, options: Partial<RecoveryOptions> = {}): string | null {
  const outcome = recover(disk, { ...OPTIONS, ...options });
  return outcome.ok ? null : outcome.failure.message;
}

/** Everything that matters about a tree, in an order of its own. */
export function plain(tree: DataTree): unknown {
  return {
    lastProcessedZxid: tree.lastProcessedZxid,
    digest: tree.digest,
    sessions: [...mapEntries(tree.sessions)].sort(),
    ephemerals: [...mapEntries(tree.ephemerals)].map(([owner, paths]) => [owner, [...paths].sort()]).sort(),
    nodes: [...mapEntries(tree.nodes)]
      .map(([path, node]) => ({
        path,
        data: node.data === null ? null : [...node.data],
        acl: tree.acls.get(node.acl) ?? node.acl,
        stat: node.stat,
        children: [...mapEntries(node.children)].map(([name]) => name).sort(),
      }))
      .sort((a, b) => (a.path < b.path ? -1 : 1)),
  };
}

/** Paths of the user's nodes. */
export function paths(tree: DataTree): string[] {
  return [...mapEntries(tree.nodes)]
    .map(([path]) => path)
    .filter((path) => path !== '' && !path.startsWith('/zookeeper'))
    .sort();
}

export function hex(text: string): Bytes {
  return new Uint8Array(Buffer.from(text.replace(/\s/g, ''), 'hex'));
}

export function toHex(bytes: Bytes): string {
  return Buffer.from(bytes).toString('hex');
}

/**
 * Variants: historic defects of ZooKeeper, defects that are still open, and wrong protocols that tutorials describe. Each changes rules of a profile
 * (`variants.ts`); on top of `sound`, where all else is right, it breaks what it names. Apart from the rules, so that who only runs a variant need not
 * load what is said of it.
 */

export interface VariantInfo {
  /** What it does, in a short sentence. */
  readonly title: { readonly en: string; readonly zh: string };
  readonly kind: 'historic' | 'open' | 'wrong';
  /** Names of the invariants that it breaks (`ensemble/invariantList.ts`), the most telling first. */
  readonly breaks: readonly string[];
  /** Issues of the tracker, releases that had it, or who says so. */
  readonly source: string;
}

export const VARIANT_LIST: Readonly<Record<string, VariantInfo>> = {
  'ZOOKEEPER-335': {
    title: {
      en: 'Epochs are not remembered: only the last txn tells them.',
      zh: '不记住纪元：只能从最后一个事务推断。',
    },
    kind: 'historic',
    breaks: ['promises are kept', 'one leader per epoch', 'agreement'],
    source: 'ZOOKEEPER-335, 1081, 1082; until 3.3',
  },
  'ZOOKEEPER-1154': {
    title: {
      en: 'A learner with a txn of its own gets DIFF, and keeps the txn.',
      zh: '学习者自己多出的事务没被发现：收到 DIFF，多出的事务留下。',
    },
    kind: 'historic',
    breaks: ['sync gives the committed txns', 'applied is a prefix of committed', 'equal trees'],
    source: 'ZOOKEEPER-1154; until 3.3.3',
  },
  'ZOOKEEPER-1549': {
    title: {
      en: 'A snapshot newer than the point of a TRUNC is loaded again after it.',
      zh: 'TRUNC 之后又载入了比截断点更新的快照。',
    },
    kind: 'open',
    breaks: ['what was cut stays cut', 'equal trees'],
    source: 'ZOOKEEPER-1549, 4837; all releases',
  },
  'BUG-R52': {
    title: {
      en: 'TRUNC to a zxid that the log does not hold leaves the txn behind it.',
      zh: 'TRUNC 的 zxid 不在日志里时，其后的那个事务留了下来。',
    },
    kind: 'open',
    breaks: ['what was cut stays cut', 'equal trees'],
    source: 'FileTxnLog.truncate; all releases',
  },
  'ZOOKEEPER-2355': {
    title: {
      en: 'DIFF moves the last zxid before its txns arrive.',
      zh: '收到 DIFF 就前移最后的 zxid，而事务还没到。',
    },
    kind: 'historic',
    breaks: ['applied is a prefix of committed', 'an epoch stands on its history', 'committed is durable'],
    source: 'ZOOKEEPER-2355; 3.4.0–3.4.10, until 3.5.3',
  },
  'ZOOKEEPER-2832': {
    title: {
      en: 'SNAP instead of TRUNC, and the old log stays beside the snapshot.',
      zh: '用 SNAP 代替 TRUNC，而旧日志仍留在快照旁边。',
    },
    kind: 'historic',
    breaks: ['applied is a prefix of committed', 'equal trees', 'agreement'],
    source: 'ZOOKEEPER-2832; 3.4.9',
  },
  'ZOOKEEPER-2845': {
    title: {
      en: 'Memory stays behind the log when a role ends.',
      zh: '角色结束时，内存落后于日志。',
    },
    kind: 'historic',
    breaks: ['a history ascends', 'applied is a prefix of committed', 'equal trees'],
    source: 'ZOOKEEPER-2845; 3.4.10, 3.4.11, 3.5.3',
  },
  'ZOOKEEPER-3104': {
    title: {
      en: 'NEWLEADER overtakes the txns that were queued before it.',
      zh: 'NEWLEADER 抢在它前面排队的事务之前到达。',
    },
    kind: 'historic',
    breaks: ['an epoch stands on its history', 'committed is durable'],
    source: 'ZOOKEEPER-3104, 3589; until 3.5.4',
  },
  'ZOOKEEPER-3127': {
    title: {
      en: 'A snapshot can hold half a multi, under the zxid of the whole.',
      zh: '快照里可能只有半个 multi，却带着整个 multi 的 zxid。',
    },
    kind: 'historic',
    breaks: ['equal trees'],
    source: 'ZOOKEEPER-3127; until 3.5.4',
  },
  'ZOOKEEPER-3642': {
    title: {
      en: 'A snapshot received but never stored stays in memory when the leader is lost.',
      zh: '收到但没存盘的快照，在失去领导者后仍留在内存。',
    },
    kind: 'historic',
    breaks: ['committed is durable', 'applied is a prefix of committed', 'an epoch stands on its history'],
    source: 'ZOOKEEPER-3642; until 3.5.9, 3.6.0–3.6.2',
  },
  'ZOOKEEPER-3911': {
    title: {
      en: 'NEWLEADER is acknowledged before the txns of the sync are logged.',
      zh: '同步来的事务还没写日志，就确认了 NEWLEADER。',
    },
    kind: 'historic',
    breaks: ['committed is durable', 'an epoch stands on its history', 'no acknowledged write is lost'],
    source: 'ZOOKEEPER-3911; until 3.6.2',
  },
  'ZOOKEEPER-4394': {
    title: {
      en: 'A COMMIT between NEWLEADER and UPTODATE finds no proposal, and the learner gives up.',
      zh: 'NEWLEADER 与 UPTODATE 之间的 COMMIT 找不到提案，学习者放弃。',
    },
    kind: 'historic',
    breaks: ['commits match proposals', 'learners get to serve'],
    source: 'ZOOKEEPER-4394; 3.6.3–3.9.2, 3.8.6',
  },
  'ZOOKEEPER-4643': {
    title: {
      en: 'The epoch is on the disk before the history it stands for.',
      zh: '纪元先于它所代表的历史写入磁盘。',
    },
    kind: 'historic',
    breaks: ['an epoch stands on its history', 'no acknowledged write is lost', 'a leader has all committed txns'],
    source: 'ZOOKEEPER-4643; 3.4 to 3.8.4, 3.9.0, 3.9.1',
  },
  'ZOOKEEPER-4646': {
    title: {
      en: 'NEWLEADER is acknowledged before the txns of the sync are flushed.',
      zh: '同步来的事务还没刷盘，就确认了 NEWLEADER。',
    },
    kind: 'historic',
    breaks: ['committed is durable', 'an epoch stands on its history', 'no acknowledged write is lost'],
    source: 'ZOOKEEPER-4646; 3.5.10, 3.6.3–3.8.4, 3.9.0, 3.9.1',
  },
  'ZOOKEEPER-4685': {
    title: {
      en: 'An acknowledgement of a proposal is taken for that of NEWLEADER.',
      zh: '提案的确认被当成了 NEWLEADER 的确认。',
    },
    kind: 'historic',
    breaks: ['acks match'],
    source: 'ZOOKEEPER-4685; 3.6.3–3.8.4, 3.9.0, 3.9.1',
  },
  'ZOOKEEPER-4712': {
    title: {
      en: 'Memory catches up with the log before the logger has written its last txns.',
      zh: '内存追赶日志时，日志线程还有事务没写完。',
    },
    kind: 'historic',
    breaks: ['a history ascends', 'applied is a prefix of committed', 'equal trees'],
    source: 'ZOOKEEPER-4712, 4541; 3.4.10 to 3.9.2, 3.8.6',
  },
  'ZOOKEEPER-4882': {
    title: {
      en: 'After a disk error memory stays ahead of the log.',
      zh: '磁盘出错后，内存仍领先于日志。',
    },
    kind: 'open',
    breaks: ['applied is a prefix of committed', 'a history ascends', 'committed is durable'],
    source: 'ZOOKEEPER-4882; all releases',
  },
  'ZOOKEEPER-4925': {
    title: {
      en: 'Txns applied during sync are missing from committedLog, and from what is sent out of it.',
      zh: '同步时应用的事务没进 committedLog，之后发给别人时就缺了它们。',
    },
    kind: 'historic',
    breaks: ['sync gives the committed txns', 'applied is a prefix of committed'],
    source: 'ZOOKEEPER-4925; 3.9.3',
  },
  'dirty-fuzzy-snapshot': {
    title: {
      en: 'A snapshot under way when a role ends takes in txns that are cut later.',
      zh: '角色结束时还在写的快照，写进了之后会被截断的事务。',
    },
    kind: 'open',
    breaks: ['equal trees'],
    source: 'ZKDatabase.fastForwardDataBase beside ZooKeeperServer.takeSnapshot; all releases',
  },
  'recovered-not-durable': {
    title: {
      en: 'What a start reads from the page cache counts as durable, and a power loss takes it.',
      zh: '启动时从页缓存读到的日志被当作已落盘，断电就丢了。',
    },
    kind: 'open',
    breaks: ['applied is a prefix of committed', 'no acknowledged write is lost', 'a leader has all committed txns', 'promises are kept'],
    source: 'FileTxnLog.FileTxnIterator, FileTxnLog.commit; all releases',
  },
  'snapshot-in-place': {
    title: {
      en: 'A snapshot is written over the one of the same name, which may be all there is.',
      zh: '快照直接覆盖同名的旧快照，而旧快照可能是仅有的一份。',
    },
    kind: 'open',
    breaks: ['a leader has all committed txns', 'no acknowledged write is lost', 'applied is a prefix of committed'],
    source: 'FileTxnSnapLog.save, SnapStream.getOutputStream; all releases',
  },
  'ack-of-the-cut': {
    title: {
      en: 'An acknowledgement still counts when a sync has cut what it was for.',
      zh: '同步已截断某个提案，对它的旧确认却仍然算数。',
    },
    kind: 'open',
    breaks: ['committed is durable', 'no acknowledged write is lost'],
    source: 'Leader.processAck, LearnerHandler.syncFollower; all releases',
  },
  'ZOOKEEPER-5094': {
    title: {
      en: 'A TRUNC that was interrupted leaves memory ahead of the disk.',
      zh: '被打断的 TRUNC 让内存领先于磁盘。',
    },
    kind: 'open',
    breaks: ['committed is durable', 'applied is a prefix of committed', 'an epoch stands on its history'],
    source: 'ZOOKEEPER-5094; all releases',
  },
  'commit-needs-all': {
    title: {
      en: 'A proposal is committed only when all followers have acknowledged it.',
      zh: '所有跟随者都确认后才提交提案。',
    },
    kind: 'wrong',
    breaks: ['requests are answered'],
    source: 'Tutorials; against Leader.tryToCommit',
  },
  'leader-by-hash': {
    title: {
      en: 'The leader is chosen by a consistent hash of the sid.',
      zh: '用 sid 的一致性哈希选领导者。',
    },
    kind: 'wrong',
    breaks: ['a leader emerges', 'epochs settle'],
    source: 'Tutorials; against FastLeaderElection.totalOrderPredicate',
  },
  'leader-by-sid': {
    title: {
      en: 'The leader is the server with the highest sid, whatever its log.',
      zh: '不看日志，sid 最大的就是领导者。',
    },
    kind: 'wrong',
    breaks: ['a leader emerges', 'epochs settle'],
    source: 'Tutorials; against FastLeaderElection.totalOrderPredicate',
  },
  'no-trunc': {
    title: {
      en: 'A learner with too many txns is never told to cut them.',
      zh: '从不要求多出事务的学习者截断。',
    },
    kind: 'wrong',
    breaks: ['applied is a prefix of committed', 'sync gives the committed txns', 'equal trees'],
    source: 'Tutorials; against LearnerHandler.syncFollower',
  },
  'flush-now-and-then': {
    title: {
      en: 'There is no txn log: memory is written to the disk now and then.',
      zh: '没有事务日志：内存只是时不时写入磁盘。',
    },
    kind: 'wrong',
    breaks: ['no acknowledged write is lost', 'committed is durable', 'a leader has all committed txns'],
    source: 'Tutorials; against SyncRequestProcessor',
  },
};

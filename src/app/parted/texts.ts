/** Texts about servers that parted; loaded with what shows them, not with the page. */
import type { Sid } from '../../base/ids.ts';
import { formatZxid } from '../../base/zxid.ts';
import type { DiskChange } from '../../trace/parted/cause.ts';
import type { Parting } from '../../trace/parted/parting.ts';
import type { Language } from '../i18n/i18n.svelte.ts';

const and = (sids: readonly Sid[]): string =>
  sids.length < 2 ? sids.join('') : `${sids.slice(0, -1).join(', ')} and ${String(sids.at(-1))}`;
const z = ({ at }: Parting): string => (at === null ? '' : formatZxid(at));

const en = {
  same: (sids: readonly Sid[], isNow: boolean) =>
    `Servers ${and(sids)} ${sids.length === 2 ? 'both' : 'all'} ${isNow ? 'report' : 'reported'}`,
  differ: ', and their trees differ.',
  histories: (sids: readonly Sid[]) => `The logs of servers ${and(sids)} hold different txns under the same zxid.`,
  open: 'Where the histories parted',
  title: 'Same zxid, different trees',
  which: 'Which two servers',
  pair: (a: Sid, b: Sid) => `${a} and ${b}`,
  server: (sid: Sid) => `Server ${sid}`,
  goTo: (n: number) => `go to event ${n}`,
  lacks: (sid: Sid) => `not in server ${sid}`,
  lead(told: Parting): string {
    const report = told.reported === null ? '' : `Both reported ${formatZxid(told.reported)} with different trees. `;
    switch (told.kind) {
      case 'otherTxn':
        return `${report}Their histories parted at ${z(told)}: each has another txn under that zxid.`;
      case 'onlyA':
      case 'onlyB': {
        const [has, lacks] = told.kind === 'onlyA' ? [told.a, told.b] : [told.b, told.a];
        return `${report}Their histories parted at ${z(told)}: server ${has} has that txn, server ${lacks} does not.`;
      }
      case 'unknown':
        return `${report}What made them part is from before the txns that this trace tells.`;
    }
  },
  sideBySide: 'Both histories, by zxid',
  here: 'Here they parted',
  earlier: (count: number) => `${count} earlier txns are the same`,
  later: (count: number) => `${count} more`,
  treeTitle: 'What differs in the trees now',
  only: (sid: Sid) => `only on ${sid}`,
  other: 'on both, made or written by another txn',
  morePaths: (count: number) => `and ${count} more`,
  noTree: 'This trace does not hold what is on their disks.',
  sameTree: 'Their disks hold the same nodes.',
  unnoticed:
    'ZooKeeper does not notice: a returning server is compared by its last zxid alone. Only zk_digest_mismatches_count (mntr) grows while txns are applied.',
  steps: {
    first: (leader: Sid, epoch: number) =>
      `Server ${leader} was established as leader of epoch ${epoch}. Its txns got zxids of that epoch, from 1.`,
    disks: (changes: readonly DiskChange[]) =>
      `${changes.map(({ sid, how }) => `The disk of server ${sid} was ${how}`).join('. ')}. With it went its acceptedEpoch: it no longer knew of that epoch.`,
    second: (leader: Sid, epoch: number) =>
      `Server ${leader} found a quorum that did not know of epoch ${epoch}, so it chose the same number again and counted from 1 again (Leader.getEpochToPropose).`,
    truncated:
      'The zxids look alike, so a returning server is sent DIFF or TRUNC to a zxid that both have, with other contents (LearnerHandler.syncFollower).',
    taken: (sid: Sid, zxid: string) => `Server ${sid} received the proposal of ${zxid} and put it in its logger’s queue.`,
    died: (sid: Sid, queued: number) =>
      `Server ${sid} lost its leader with ${queued} txns in that queue. The logger thread finished the batch it was at, wanted to acknowledge on a socket that was gone, hit a null pointer and died (SendAckRequestProcessor.flush, ZOOKEEPER-4712): the rest of its queue never reached the log. Memory had applied them.`,
    resync:
      'It was synchronized again from the last zxid of its memory, so nothing filled the hole in its log (Learner.registerWithLeader).',
    readHole: 'It started anew and read its log: what was only in memory is gone.',
    late: (sid: Sid) =>
      `Server ${sid} lost its leader and caught its memory up with its log, for the election, a moment before its logger thread wrote that txn (ZKDatabase.fastForwardDataBase). It voted and was synchronized without it; no server had it in memory.`,
    readLate: 'It started anew and read its log: the txn that nobody committed is in its tree.',
    unknown: 'The trace does not tell why.',
  },
};

type PartedTexts = typeof en;

const zh: PartedTexts = {
  same: (sids, isNow) => `服务器 ${sids.join('、')} 都报告${isNow ? '' : '过'}`,
  differ: '，但它们的树不同。',
  histories: (sids) => `服务器 ${sids.join('、')} 的日志中，同一个 zxid 下是不同的事务。`,
  open: '历史在哪里分开',
  title: 'zxid 相同，树不同',
  which: '哪两台服务器',
  pair: (a, b) => `${a} 与 ${b}`,
  server: (sid) => `服务器 ${sid}`,
  goTo: (n) => `转到事件 ${n}`,
  lacks: (sid) => `服务器 ${sid} 没有`,
  lead(told) {
    const report = told.reported === null ? '' : `两台都报告过 ${formatZxid(told.reported)}，树却不同。`;
    switch (told.kind) {
      case 'otherTxn':
        return `${report}它们的历史在 ${z(told)} 分开：同一个 zxid 下各有一个不同的事务。`;
      case 'onlyA':
      case 'onlyB': {
        const [has, lacks] = told.kind === 'onlyA' ? [told.a, told.b] : [told.b, told.a];
        return `${report}它们的历史在 ${z(told)} 分开：服务器 ${has} 有这个事务，服务器 ${lacks} 没有。`;
      }
      case 'unknown':
        return `${report}分开的原因早于这份记录所含的事务。`;
    }
  },
  sideBySide: '两份历史，按 zxid 对齐',
  here: '在这里分开',
  earlier: (count) => `更早的 ${count} 个事务相同`,
  later: (count) => `还有 ${count} 个`,
  treeTitle: '现在树中有何不同',
  only: (sid) => `只在服务器 ${sid}`,
  other: '两台都有，但由不同的事务创建或写入',
  morePaths: (count) => `还有 ${count} 个`,
  noTree: '这份记录不含它们磁盘上的内容。',
  sameTree: '它们的磁盘上有相同的节点。',
  unnoticed: 'ZooKeeper 不会察觉：重新加入的服务器只按最后的 zxid 比较。只有应用事务时 zk_digest_mismatches_count（mntr）会增长。',
  steps: {
    first: (leader, epoch) => `服务器 ${leader} 确立为 epoch ${epoch} 的 leader，它的事务在该 epoch 中从 1 开始编号。`,
    disks: (changes) =>
      `${changes.map(({ sid, how }) => `服务器 ${sid} 的磁盘被${how === 'wiped' ? '清空' : '换成备份'}`).join('；')}。acceptedEpoch 随之消失，它不再知道那个 epoch。`,
    second: (leader, epoch) =>
      `服务器 ${leader} 得到一个不知道 epoch ${epoch} 的多数，于是再次选用同一个编号，并再次从 1 计数（Leader.getEpochToPropose）。`,
    truncated:
      'zxid 看上去一样，所以重新加入的服务器会收到 DIFF，或被 TRUNC 到一个双方都有、内容却不同的 zxid（LearnerHandler.syncFollower）。',
    taken: (sid, zxid) => `服务器 ${sid} 收到 ${zxid} 的提案，放入日志线程的队列。`,
    died: (sid, queued) =>
      `服务器 ${sid} 失去 leader 时队列里有 ${queued} 个事务。日志线程写完手头的一批，要在已经不存在的套接字上确认，遇到空指针而死（SendAckRequestProcessor.flush，ZOOKEEPER-4712）：队列中余下的事务没有写进日志，而内存已经应用了它们。`,
    resync: '它从内存中最后的 zxid 开始重新同步，所以日志中的空洞没有被补上（Learner.registerWithLeader）。',
    readHole: '它重新启动并读取日志：只在内存中的事务没有了。',
    late: (sid) =>
      `服务器 ${sid} 失去 leader，为选举让内存追上日志，片刻之后日志线程才写入那个事务（ZKDatabase.fastForwardDataBase）。它不带着这个事务投票和同步；没有一台服务器的内存里有它。`,
    readLate: '它重新启动并读取日志：没有人提交过的事务出现在它的树里。',
    unknown: '记录没有说明原因。',
  },
};

export const PARTED_TEXTS: Readonly<Record<Language, PartedTexts>> = { en, zh };

export interface StepText {
  readonly text: string;
  /** The event that it is about, or −1. */
  readonly n: number;
}

/** How it came to this, in order. */
export function stepsOf(told: Parting, { steps }: PartedTexts): readonly StepText[] {
  const { cause } = told;
  switch (cause.cause) {
    case 'epochReused':
      return [
        { text: steps.first(cause.first.leader, cause.epoch), n: cause.first.n },
        ...(cause.disks.length === 0 ? [] : [{ text: steps.disks(cause.disks), n: cause.disks[0]?.n ?? -1 }]),
        { text: steps.second(cause.second.leader, cause.epoch), n: cause.second.n },
        { text: steps.truncated, n: told.since ?? -1 },
      ];
    case 'loggerDied':
      return [
        { text: steps.taken(cause.sid, z(told)), n: cause.takenN },
        { text: steps.died(cause.sid, cause.queued), n: cause.lostN },
        ...(cause.syncN < 0 ? [] : [{ text: steps.resync, n: cause.syncN }]),
        { text: steps.readHole, n: cause.readN },
      ];
    case 'loggedTooLate':
      return [
        { text: steps.taken(cause.sid, z(told)), n: cause.takenN },
        { text: steps.late(cause.sid), n: cause.lostN },
        { text: steps.readLate, n: cause.readN },
      ];
    case 'unknown':
      return [{ text: steps.unknown, n: -1 }];
  }
}

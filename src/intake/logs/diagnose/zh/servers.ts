/** What Chinese says about epochs, limits, files, processes, versions, and the logs themselves. */
import type { FindingRule, Wording, Words } from '../words.ts';
import { and, limit, saying, servers, span, when } from './phrases.ts';

const WAITED: Readonly<Record<string, string>> = {
  epoch: '多数派连接并报告 epoch',
  epochAck: '多数派接受新的 epoch',
  newLeaderAck: '多数派完成同步（确认 NEWLEADER）',
};

/** What became of a server with a bad file. */
const outcome = (w: Words): string =>
  w.n('fatal') === 1 ? '；服务器无法启动' : w.n('snapshot') === 1 ? '；它退回到更早的快照和事务日志' : '';

export const serversZh = {
  'epoch.refused': {
    sentence: (w) =>
      `服务器 ${w.n('server')} 拒绝了 leader${when(w)}：对方的 epoch ${w.n('leaderEpoch')} 小于它已接受的 epoch ${w.n('myEpoch')}。`,
    advice: () => '不要用删除 epoch 文件的办法强行绕过：先查明其他服务器是否丢了数据（磁盘被恢复或清空），以及哪台的历史最新。',
  },
  'epoch.ahead': {
    sentence: (w) => `leader ${w.n('leader')} 拒绝了比自己更新的 follower${when(w)}${saying(w.s('text'))}。`,
    advice: () => '看是哪台服务器更新：它有这个 leader 没有的事务；多数派可能被恢复或清空过。',
  },
  'epoch.reused': {
    sentence: (w) =>
      `epoch ${w.n('epoch')} 被使用了 ${w.count} 次，leader 依次为 ${and(w.list('leaders'))}：这个 epoch 的同一个 zxid 在不同服务器上可能是不同的事务。`,
    advice: () => '停止写入，比较所有服务器的数据目录，选定一份历史，让其他服务器从空目录启动。',
  },
  'epoch.diverged': {
    sentence: (w) =>
      `服务器 ${w.n('learner')}（位于 ${w.s('had')}）于 ${w.s('time')} 由 leader ${w.n('leader')} 以 ${w.s('mode')} 对齐${w.s('told') === '' ? '' : `到 ${w.s('told')}`}，而 epoch ${w.n('epoch')} 此前已被用过：这里只比较 zxid，所以两者的数据可能不同而无人察觉。`,
    advice: (w) => `比较服务器 ${w.n('learner')} 和 ${w.n('leader')} 的数据；清空有误的一台，让它取得快照。`,
    unsure: () => '日志里没有事务本身。',
  },
  'epoch.forgotten': {
    sentence: (w) =>
      `服务器 ${w.n('leader')} 于 ${w.s('time')} 以 epoch ${w.n('peerEpoch')} 的历史当选，而此前服务器 ${w.n('earlierLeader')} 领导的多数派已确立 epoch ${w.n('earlier')}：多数派（${and(w.list('supporters'))}）丢失了已确认的内容。`,
    advice: () => '查明哪些服务器从备份恢复或被清空，并保留历史最新的那台的数据：其中可能有别处已不存在的已确认写入。',
  },
  'epoch.files': {
    sentence: (w) => `服务器 ${w.n('server')} 无法启动，因为它的 epoch 文件与历史矛盾${saying(w.s('text'))}。`,
    advice: () => '如果其他服务器构成多数派，清空这台的 version-2 目录，让它从 leader 取得全部数据；不要手工修改这些文件。',
  },
  'epoch.fileMissing': {
    sentence: (w) => `服务器 ${w.n('server')} 有历史，但 ${w.s('time')} 时缺少 ${and(w.list('files'))}；已重建为 epoch ${w.n('epoch')}。`,
    advice: () => '查明文件为何被删（不完整的备份或复制？）：忘记已接受 epoch 的服务器可能在同一个 epoch 支持两个 leader。',
  },
  'history.cut': {
    sentence: (w) =>
      `leader ${w.n('leader')} 于 ${w.s('time')} 要求服务器 ${w.n('learner')} 把日志从 ${w.s('had')} 截回 ${w.s('told')}：被截去的事务不属于整个集群的历史。`,
    advice: () => '如果它们从未被确认（leader 在写入途中崩溃）则无需处理；否则查找被恢复或清空的服务器。',
  },
  'history.replaced': {
    sentence: (w) =>
      `服务器 ${w.n('learner')} 止于 ${w.s('had')}，它不在 leader ${w.n('leader')} 的历史中；于 ${w.s('time')} 得到完整快照${w.s('told') === '' ? '' : `（${w.s('told')}）`}以取代自己的状态。`,
    advice: () => '如果那些事务从未被确认则无需处理；它旧的事务日志文件里仍有这些事务。',
  },
  'history.jump': {
    sentence: (w) => `服务器 ${w.n('server')} 收到 ${w.s('got')}，而下一个本应是 ${w.s('expected')}${when(w)}。`,
    advice: (w) => `比较服务器 ${w.n('server')} 与其他服务器的事务日志；如果缺少事务，让它以空数据目录重启。`,
    unsure: () => '有些版本在同步之后也会打印这一行，而实际上并不缺少什么。',
  },
  'sync.snapshot': {
    sentence: (w) =>
      `服务器 ${w.n('learner')}（位于 ${w.s('had')}）落后 leader ${w.n('leader')} 太多，无法用 DIFF，因而得到完整快照${when(w)}。`,
    advice: () =>
      '除非快照很大，否则无需处理；若很大，给 initLimit 留出传输时间，并让 leader 保留更多事务（commitLogCount、snapshotSizeFactor）。',
  },
  'initLimit.leader': {
    sentence: (w) =>
      `leader ${w.n('leader')} 等待${WAITED[w.s('what')] ?? ' follower'}，超过 ${limit('initLimit', w.n('limitMs'))} 后放弃${when(w)}。`,
    advice: () => '看 follower 在这段时间做了什么：连不上 quorum 端口，或传输需要更久；若是后者，调大 initLimit。',
  },
  'initLimit.learner': {
    sentence: (w) =>
      `${servers(w.list('learners'))} 在同步期间等待 leader${w.n('leader') < 0 ? '' : ` ${w.n('leader')}`}，超过了 ${limit('initLimit', w.n('limitMs'))}${when(w)}。`,
    advice: () => '看 leader 当时是否在运行、快照有多大；如果传输需要更久，调大 initLimit。',
  },
  'syncLimit.learner': {
    sentence: (w) =>
      `${servers(w.list('learners'))} 超过 ${limit('syncLimit', w.n('limitMs'))} 没有听到 leader${w.n('leader') < 0 ? '' : ` ${w.n('leader')}`} 的消息，于是离开了它${when(w)}。`,
    advice: () => '查找当时停顿的 leader（GC、慢磁盘、虚拟机挂起、主机崩溃）或被切断的网络。',
  },
  'syncLimit.leader': {
    sentence: (w) =>
      `leader ${w.n('leader')} 超过 ${limit('syncLimit', w.n('limitMs'))} 没有听到${and([...(w.list('learners').length === 0 ? [] : [servers(w.list('learners'))]), ...w.list('addresses').map((address) => `位于 ${address} 的 learner`)])} 的消息，关闭了连接${when(w)}。`,
    advice: () => '查看那台 learner 当时的情况：停顿、慢磁盘、崩溃或网络被切断。',
  },
  'quorum.lost': {
    sentence: (w) =>
      `leader ${w.n('leader')} 因 follower 太少而放弃${when(w)}：${w.n('voters')} 个投票成员中只有 ${w.list('synced').length} 个保持同步（${servers(w.list('synced'))}），需要 ${w.n('majority')} 个。`,
    advice: () => '看此前两个 syncLimit 之内 follower 发生了什么：停止、被切断，还是太慢。',
  },
  'quorum.gone': {
    sentence: (w) =>
      `服务器 ${w.n('leader')} 的领导于 ${w.s('time')} 结束后，直到日志结束都没有 leader；${servers(w.list('waiting'))} 在等待，而 ${w.n('voters')} 个投票成员中需要 ${w.n('majority')} 个。`,
    advice: () => '恢复足够的服务器以构成多数派；正在等待的服务器都不为客户端服务。',
    unsure: () => '日志没有打印成员列表，投票成员数是推测。',
  },
  'quorum.notHeard': {
    sentence: (w) =>
      `服务器 ${w.n('server')} 从 ${w.s('time')} 起寻找 leader ${span(w.n('forMs'))}，${w.n('voters')} 个投票成员中只听到${servers(w.list('heard'))}；需要 ${w.n('majority')} 个。没有听到：${and(w.list('missing'))}。`,
    advice: (w) => `看${servers(w.list('missing'))} 当时是否在运行，以及从服务器 ${w.n('server')} 能否连到。`,
    unsure: () => '日志没有打印成员列表，投票成员数是推测。',
  },
  'quorum.leaderNotHeard': {
    sentence: (w) =>
      `服务器 ${w.n('server')} 从${servers(w.list('tellers'))} 得知服务器 ${w.n('leader')} 是 leader，但从 ${w.s('time')} 起 ${span(w.n('forMs'))}没有听到服务器 ${w.n('leader')} 自己的消息，因此不能跟随。`,
    advice: (w) => `检查从服务器 ${w.n('leader')} 到服务器 ${w.n('server')} 的选举端口连接。`,
  },
  'votes.split': {
    sentence: (w) =>
      `服务器 ${w.n('server')} 从 ${w.s('time')} 起寻找 leader ${span(w.n('forMs'))}，尽管它听到了 ${w.n('voters')} 个投票成员中的${servers(w.list('heard'))}；它看到的选票投给了 ${and(w.list('leaders'))}。`,
    advice: () => '看选票是否不同（epoch、zxid、轮次），或它们所投的 leader 没有应答；epoch 冲突和循环重启会使选票无法一致。',
    unsure: () => '选票的所有字段都参与比较，而日志没有全部打印。',
  },
  flapping: {
    sentence: (w) =>
      `从 ${w.s('time')} 起 ${span(w.n('withinMs'))}内有 ${w.count} 次当选（leader 依次为 ${and(w.list('leaders'))}），其中 ${w.n('lost')} 次已结束。`,
    advice: () => '逐一查看结束的原因：反复出现的同一原因（慢磁盘、停顿、网络）就是要修复的；每次更换都会使所有写入停顿。',
  },
  restless: {
    sentence: (w) => `服务器 ${w.n('server')} 从 ${w.s('time')} 起 ${span(w.n('withinMs'))}内 ${w.count} 次回到 LOOKING。`,
    advice: (w) => `看服务器 ${w.n('server')} 在每次 LOOKING 之前说了什么：那里的异常就是原因。`,
  },
  'election.backoff': {
    sentence: (w) =>
      `服务器 ${w.n('server')} 很晚才找到 leader（${w.s('time')} 之后 ${span(w.n('forMs'))}）：由于无人应答，它两次发送选票之间的等待已增至 ${span(w.n('grownMs'))}。`,
    advice: () => '如果当时本就缺少多数派则无需处理；zookeeper.fastleader.maxNotificationInterval 限制这个等待。',
  },
  'fsync.slow': {
    sentence: (w) =>
      `服务器 ${w.n('server')} 有 ${w.count} 次 fsync 很慢，最慢 ${span(w.n('worstMs'))}${w.n('limitMs') > 0 ? `（syncLimit 的 ${Math.round((100 * w.n('worstMs')) / w.n('limitMs'))}%）` : ''}，${w.s('time')} 至 ${w.s('until')}。`,
    advice: () => '把 dataLogDir 放到独立的磁盘上，并查看当时还有什么在写它。',
  },
  stall: {
    sentence: (w) =>
      `服务器 ${w.n('server')} 从 ${w.s('time')} 起停顿了约 ${span(w.n('gapMs'))}：它的日志沉默，${servers(w.list('waiting'))} 白白等待，之后它未经重启又继续运行。`,
    advice: () => '查看它的 GC 日志、换页，以及当时进程或虚拟机是否被挂起。',
    unsure: () => '如果服务器正好无可打印而网络被切断，看起来也类似。',
  },
  'file.crc': {
    sentence: (w) =>
      `服务器 ${w.n('server')} 的文件损坏：校验和错误${saying(w.s('text'))}${w.s('file') === '' ? '' : `，文件 ${w.s('file')}`}${outcome(w)}。`,
    advice: () => '如果其他服务器构成多数派，先保存这台的数据目录，再清空 version-2，让它从 leader 取得全部数据；并检查磁盘。',
  },
  'file.cut': {
    sentence: (w) =>
      `服务器 ${w.n('server')} 的文件被截断或不是有效文件${saying(w.s('text'))}${w.s('file') === '' ? '' : `：${w.s('file')}`}${outcome(w)}。`,
    advice: () => '如果其他服务器构成多数派，先保存这台的数据目录，再清空 version-2，让它从 leader 取得全部数据；并看磁盘是否曾经写满。',
  },
  'file.partial': {
    sentence: (w) => `服务器 ${w.n('server')} 的事务日志最后一条记录不完整${when(w)}；ZooKeeper 丢弃它并继续。`,
    advice: () => '崩溃或断电之后无需处理：这台服务器从未确认过这条记录。',
  },
  'file.noSnapshot': {
    sentence: (w) => `服务器 ${w.n('server')} 有事务日志，但没有有效的快照${saying(w.s('text'))}${outcome(w)}。`,
    advice: () => '如果其他服务器构成多数派，清空它的 version-2 目录，让它从 leader 取得全部数据；snapshot.trust.empty 只用于从 3.4 升级。',
  },
  'file.unreadable': {
    sentence: (w) =>
      `服务器 ${w.n('server')} 无法读取自己的数据${saying(w.s('text'))}${w.s('file') === '' ? '' : `，文件 ${w.s('file')}`}${outcome(w)}。`,
    advice: () => '检查磁盘，以及数据目录的所有者和权限。',
  },
  'disk.full': {
    sentence: (w) => `服务器 ${w.n('server')} 的磁盘已满${when(w)}${saying(w.s('text'))}。`,
    advice: () => '腾出空间（autopurge、旧日志），重启前检查最新的事务日志和快照是否完整。',
  },
  'disk.error': {
    sentence: (w) => `服务器 ${w.n('server')} 遇到磁盘错误${when(w)}${saying(w.s('text'))}。`,
    advice: () => '检查磁盘和文件系统；写不了日志的服务器必须更换。',
  },
  exit: {
    sentence: (w) =>
      `服务器 ${w.n('server')} 的进程自行结束${when(w)}${w.list('codes').length === 0 ? '' : `，退出码 ${and(w.list('codes'))}`}${saying(w.s('text'))}。`,
    advice: () => '先解决消息所说的问题再启动：否则会以同样的方式结束。',
  },
  memory: {
    sentence: (w) => `服务器 ${w.n('server')} 内存耗尽${when(w)}${saying(w.s('text'))}。`,
    advice: () => '增大堆或减少数据和 watch；并重启它，因为此后它的任何状态都不可靠。',
  },
  thread: {
    sentence: (w) => `服务器 ${w.n('server')} 的一个不可缺少的线程已终止${when(w)}${saying(w.s('text'))}。`,
    advice: () => '如果这台服务器不再提供服务就重启它；异常说明了坏在哪里。',
    unsure: () => '这台服务器之后又进入了别的角色，并有新的线程，所以这可能只是前一个角色的结束。',
  },
  'port.inUse': {
    sentence: (w) => `服务器 ${w.n('server')} 无法监听 ${w.s('address')}：端口已被占用${when(w)}。`,
    advice: (w) => `找出占用 ${w.s('address')} 的进程，常常是同一服务器的旧进程。`,
  },
  'port.cannotBind': {
    sentence: (w) => `服务器 ${w.n('server')} 无法监听 ${w.s('address')}${when(w)}${saying(w.s('text'))}。`,
    advice: () => '检查该地址是否属于这台主机；在 NAT 之后或容器中，设置 quorumListenOnAllIPs，或把自己的地址写成 0.0.0.0。',
  },
  config: {
    sentence: (w) => `服务器 ${w.n('server')} 不接受自己的配置${saying(w.s('text'))}。`,
    advice: () => '改正消息所指的那一行。',
  },
  'config.warning': {
    sentence: (w) => `服务器 ${w.n('server')} 对配置提出警告${saying(w.s('text'))}。`,
    advice: () => '使用奇数个（三个或更多）投票成员，并让每台服务器的类型与成员列表一致。',
  },
  digest: {
    sentence: (w) => `服务器 ${w.n('server')} 的数据树与 leader 计算的不符${when(w)}：digest 不匹配，它的数据与集群不同。`,
    advice: (w) => `让服务器 ${w.n('server')} 退出，与其他服务器比较数据，再让它从空目录启动。`,
  },
  'version.mix': {
    sentence: (w) => `各服务器的版本不同：${and(w.list('versions'))}。`,
    advice: () => '滚动升级期间属正常；请完成升级。',
  },
  'version.logHole': {
    sentence: (w) =>
      `服务器 ${w.n('learner')} 失去 leader ${w.n('leader')} 后，未经重启于 ${w.s('time')} 以 DIFF 归队（从 ${w.s('had')} 起）：3.9.3 之前，它收到但还没写入日志的事务可能从日志中缺失（ZOOKEEPER-4712）。`,
    advice: (w) => `关注服务器 ${w.n('learner')} 的 digest_mismatches_count，把它的事务日志与其他服务器比较，并升级。`,
    unsure: () => '是否真有缺失，要到它下次重启才会显现。',
  },
  'clock.offset': {
    sentence: (w) =>
      `服务器 ${w.n('server')} 的时钟比其他服务器${w.n('offsetMs') > 0 ? '快' : '慢'} ${span(w.n('offsetMs'))}（± ${span(w.n('uncertainMs'))}，依据 ${w.n('pairs')} 对因果）；这里的时间已校正。`,
    advice: () => '检查该主机的 NTP。',
    unsure: () => '把这个时钟与其他时钟联系起来的行很少。',
  },
  'clock.zone': {
    sentence: (w) => `服务器 ${w.n('server')} 的时间相差 ${span(w.n('offsetMs'))}，很可能是时区不同；这里已校正。`,
    advice: () => '让所有服务器用 UTC 写日志。',
    unsure: () => '恰好错这么多的时钟看起来也是这样。',
  },
  'clock.untied': {
    sentence: (w) => `没有任何依据把${servers(w.list('untied'))} 的时钟与其他服务器的联系起来。`,
    advice: () => '它们与其他服务器之间的先后要谨慎看待。',
    unsure: () => '它们的时间按打印的原样使用。',
  },
  'clock.step': {
    sentence: (w) => `服务器 ${w.n('server')} 的日志时间倒退了 ${w.count} 次，最多 ${span(w.n('largestMs'))}；其后的内容已顺延。`,
    advice: () => '让 NTP 逐渐调整时钟而不是直接设置；从那里起，这台服务器的时间不太可靠。',
  },
  'clock.impossible': {
    sentence: (w) =>
      `服务器 ${w.n('effect')} 的行有 ${w.count} 次排在引起它们的服务器 ${w.n('cause')} 的行之前，最多 ${span(w.n('worstMs'))}。`,
    advice: () => '这两台服务器的时间要谨慎看待。',
    unsure: () => '时钟被调整或有漂移，或者某份日志中的行属于别的服务器。',
  },
  'log.note': {
    sentence: (w) => `${w.s('log')} 第 ${w.n('line')} 行：${w.s('text')}。`,
    advice: () => '如果有完整的日志，请使用它。',
  },
  'log.middle': {
    sentence: (w) => `服务器 ${w.n('server')} 的日志从运行途中开始（${w.s('time')}）：之前的状态未知。`,
    advice: () => '如果有更早的部分（轮转的文件），请加入。',
  },
  'log.noDebug': {
    sentence: () => '这些日志没有 DEBUG 行：发出的选票和选票的比较是从其他服务器收到的内容推断的。',
    advice: () => '把 org.apache.zookeeper.server.quorum 设为 DEBUG 即可看到它们。',
  },
  'log.noElection': {
    sentence: (w) => `${w.s('log')}（${w.n('lines')} 行）中没有选举；其中有 ${and(w.list('holds'))}。`,
    advice: () => '请找包含最近一次启动或更换 leader 的文件。',
  },
  'log.foreign': {
    sentence: (w) => `${w.s('log')} 不像 ZooKeeper 服务器的日志：${w.n('lines')} 行中没有认出任何内容。`,
    advice: () => '请使用服务器自己的日志（zookeeper.log、zookeeper.out、服务器的 journalctl 或 docker logs）。',
  },
  'log.client': {
    sentence: (w) => `${w.s('log')} 像是 ZooKeeper 客户端的日志，而不是服务器的。`,
    advice: () => '请使用服务器的日志：客户端看不到选举。',
    unsure: () => '只认得其中一部分行。',
  },
  'log.unknownServer': {
    sentence: (w) =>
      `无法判断 ${w.s('log')}${w.s('host') === '' ? '' : `（${w.s('host')}）`}是哪台服务器写的${w.list('suggestions').length === 0 ? '' : `；可能是 ${w.list('suggestions').join(' 或 ')}`}。`,
    advice: () => '请指明是哪台服务器。',
  },
} satisfies Partial<Record<FindingRule, Wording>>;

/** What Chinese says about leaders, votes, connections, ids and members. */
import type { FindingRule, Wording, Words } from '../words.ts';
import { and, epoch, saying, servers, span, when } from './phrases.ts';

const NO_ACTION = (): string => '无需处理：这只是说明经过。';

const BY: Readonly<Record<string, string>> = {
  epoch: '它的 epoch 更高，而 epoch 最先比较',
  zxid: 'epoch 相同，它的 zxid 更高',
  sid: 'epoch 与 zxid 都相同，它的服务器编号更大',
};

const vote = (w: Words, prefix: '' | 'other'): string =>
  prefix === ''
    ? `（epoch ${epoch(w.n('epoch'))}，zxid ${w.s('zxid')}，编号 ${w.n('sid')}）`
    : `（epoch ${epoch(w.n('otherEpoch'))}，zxid ${w.s('otherZxid')}，编号 ${w.n('otherSid')}）`;

const channel =
  (what: string) =>
  (w: Words): string =>
    `${servers(w.list('from'))} 无法连接服务器 ${w.n('to')} 的选举端口 ${w.s('address')}：${what}${when(w)}。${w.n('later') === 1 ? `之后服务器 ${w.n('to')} 出现了。` : ''}`;

const laterSo =
  (advice: (w: Words) => string) =>
  (w: Words): string =>
    w.n('later') === 1 ? '如果那台服务器当时停机或正在重启，则无需处理。' : advice(w);

export const ensembleZh = {
  'leader.established': {
    sentence: (w) => {
      const of = w.n('voters') > 0 ? `（共 ${w.n('voters')} 个投票成员）` : '';
      const end =
        w.n('lastedMs') < 0
          ? '直到日志结束它一直是 leader。'
          : `${span(w.n('lastedMs'))}后于 ${w.s('until')} 结束${saying(w.s('reason'))}。${w.s('reason') === '' ? '没有打印原因，进程被杀死时就是这样。' : ''}`;
      return `服务器 ${w.n('leader')} 于 ${w.s('time')} 成为 leader，epoch 为 ${epoch(w.n('epoch'))}；${servers(w.list('supporters'))}${of}确认了它。选举用时 ${span(w.n('tookMs'))}。${end}`;
    },
    advice: NO_ACTION,
  },
  'leader.notEstablished': {
    sentence: (w) =>
      `服务器 ${w.n('leader')} 于 ${w.s('time')} 当选，但始终没有得到多数派的支持${w.n('lastedMs') < 0 ? '' : `；${span(w.n('lastedMs'))}后放弃`}${saying(w.s('reason'))}。`,
    advice: () => '查看支持者在当选之后做了什么：连不上它的 quorum 端口，或没有在 initLimit 内完成同步。',
    unsure: () => '日志没有显示结局，它之后可能成功了。',
  },
  'leader.replaced': {
    sentence: (w) => `新配置生效${when(w)}：leader ${w.n('leader')} 不再是 leader，由服务器 ${w.n('to')} 接任。`,
    advice: () => '无需处理：reconfig 移除或降级 leader 时，集群不经选举就更换 leader。',
  },
  'leader.none': {
    sentence: (w) => `这些日志里没有 leader：${servers(w.list('looking'))} 在寻找，但没有找到。`,
    advice: () => '查看关于连接和沉默服务器的发现：多数投票成员必须能互相听到。',
  },
  'looking.atEnd': {
    sentence: (w) => `服务器 ${w.n('server')} 的日志结束时仍是 LOOKING：从 ${w.s('time')} 起 ${span(w.n('forMs'))}没有找到 leader。`,
    advice: () => '看它在这段时间听到了哪些服务器，以及多数投票成员是否在运行且可达。',
  },
  'why.vote': {
    sentence: (w) =>
      `服务器 ${w.n('sid')} 于 ${w.s('time')} 胜出，因为它的选票${vote(w, '')}胜过次优的选票${vote(w, 'other')}：${BY[w.s('by')] ?? '它更高'}。其他参选者：${and(w.list('others'))}。`,
    advice: NO_ACTION,
    unsure: () => '这些日志没有打印 epoch，而它最先被比较。',
  },
  'why.alone': {
    sentence: (w) => `服务器 ${w.n('sid')} 于 ${w.s('time')} 以选票${vote(w, '')}胜出；这些日志中没有其他候选者。`,
    advice: () => '加入其他服务器的日志，即可看到它们投了什么。',
    unsure: () => '其他候选者的选票可能只出现在没有提供的日志里。',
  },
  'why.notHeard': {
    sentence: (w) =>
      `服务器 ${w.n('otherSid')} 当时也是 LOOKING，且选票更高${vote(w, 'other')}，但 ${w.s('time')} 当选的是服务器 ${w.n('sid')}${vote(w, '')}：在多数派作出决定之前没有听到那张更好的选票。${w.s('by') === 'sid' ? '' : `只有服务器 ${w.n('otherSid')} 拥有的内容会在它加入时被丢弃。`}`,
    advice: (w) =>
      w.s('by') === 'sid'
        ? '无需处理：两者的历史相同。'
        : `查明为何没有及时听到服务器 ${w.n('otherSid')}；如果它多出的事务重要，请在它加入之前保存其数据目录。`,
    unsure: () => '这些日志没有打印 epoch，而它最先被比较。',
  },
  'why.joined': {
    sentence: (w) =>
      `服务器 ${w.n('joiner')} 于 ${w.s('time')} 加入已确立的 leader ${w.n('leader')}（epoch ${epoch(w.n('epoch'))}），距开始寻找 ${span(w.n('tookMs'))}；多数派已跟随某个 leader 时不再比较选票。`,
    advice: NO_ACTION,
  },
  'reach.refused': {
    sentence: channel('连接被拒绝（主机有应答，但该端口无人监听）'),
    advice: laterSo((w) => `检查服务器 ${w.n('to')} 的进程是否在运行并监听 ${w.s('address')}；如果是，则成员列表中的端口有误。`),
  },
  'reach.timeout': {
    sentence: channel('超时（没有任何应答）'),
    advice: laterSo((w) => `检查这些主机与 ${w.s('address')} 之间的防火墙和网络，以及那台主机是否在运行。`),
  },
  'reach.unresolved': {
    sentence: channel('主机名无法解析'),
    advice: laterSo((w) => `检查 ${w.s('address')} 中的名字和这些主机上的 DNS；3.4 只解析一次，修好 DNS 后需重启服务器。`),
  },
  'reach.unreachable': {
    sentence: channel('没有到该主机的路由'),
    advice: laterSo((w) => `检查路由，以及 ${w.s('address')} 的主机是否在运行。`),
  },
  'reach.reset': {
    sentence: channel('连接被重置'),
    advice: laterSo((w) => `查看服务器 ${w.n('to')} 当时的日志：是它自己关闭了连接，还是中间设备所为。`),
  },
  'reach.tls': {
    sentence: channel('TLS 握手失败'),
    advice: laterSo(() => '检查所有服务器的 sslQuorum 是否一致，以及是否互相信任证书。'),
  },
  'reach.other': {
    sentence: (w) => channel(w.s('text') === '' ? '原因没有打印' : w.s('text'))(w),
    advice: laterSo((w) => `查看服务器 ${w.n('to')} 当时的日志。`),
  },
  'reach.name': {
    sentence: (w) => `${servers(w.list('from'))} 无法解析名字 ${w.s('host')}${when(w)}。${w.n('later') === 1 ? '之后成功了。' : ''}`,
    advice: (w) => `在这些服务器上检查 ${w.s('host')} 的 DNS 或 /etc/hosts。`,
  },
  'reach.leader': {
    sentence: (w) =>
      `服务器 ${w.n('from')} 无法连接 leader 的 quorum 端口${w.s('address') === '' ? '' : ` ${w.s('address')}`}${saying(w.s('text') === '' ? w.s('why') : w.s('text'))}${when(w)}。${w.n('later') === 1 ? '随后连上了。' : ''}`,
    advice: (w) =>
      w.n('later') === 1
        ? '如果很少出现则无需处理：learner 可能比 leader 打开端口早几毫秒作出决定。'
        : '检查这些主机之间的 quorum 端口（通常是 2888）是否开放（不仅是选举端口），以及成员列表中 leader 的地址是否正确。',
  },
  'reach.oneWay': {
    sentence: (w) =>
      `服务器 ${w.n('speaker')} 听到了服务器 ${w.n('deaf')}${when(w)}，但服务器 ${w.n('deaf')} 在那段时间没有听到服务器 ${w.n('speaker')} 的任何消息。`,
    advice: (w) => `检查从服务器 ${w.n('speaker')} 到服务器 ${w.n('deaf')} 的网络：似乎只有这个方向丢包。`,
    unsure: () => '一端悄悄关闭的连接看起来也是这样。',
  },
  'silent.member': {
    sentence: (w) =>
      `从未听到服务器 ${w.n('server')}：没有谁收到过它的选票，这里也没有它的日志。${w.list('whys').length === 0 ? '' : `到它的连接失败（${and(w.list('whys'))}）。`}`,
    advice: (w) => `看服务器 ${w.n('server')} 是否在运行，并加入它的日志。`,
    unsure: () => '这些日志没有打印成员列表，这个编号可能来自错误。',
  },
  'silent.server': {
    sentence: (w) =>
      `服务器 ${w.n('server')} 在这些日志中从未参加选举：它没有打印选票，也没有谁听到它的选票。${w.n('exited') === 1 ? '它的进程在此之前就结束了。' : ''}`,
    advice: (w) => `阅读服务器 ${w.n('server')} 日志的结尾（这里认得的最后一行在 ${w.s('time')}）。`,
  },
  'port.auth': {
    sentence: (w) => `服务器 ${w.n('server')} 因认证失败在选举端口拒绝了连接${when(w)}${saying(w.s('text'))}。`,
    advice: () => '检查两端 quorum.auth 的 SASL 设置和凭据；必须在所有服务器上一致启用。',
  },
  'port.tls': {
    sentence: (w) =>
      `服务器 ${w.n('server')} 的选举端口 TLS 失败${when(w)}${saying(w.s('text'))}：一端用 TLS 而另一端不用，或证书不被信任。`,
    advice: () => '让所有服务器的 sslQuorum 一致（迁移期间用 portUnification），并检查证书和主机名。',
  },
  'port.garbage': {
    sentence: (w) => `有不是 ZooKeeper 服务器的程序在与服务器 ${w.n('server')} 的选举端口通信${when(w)}${saying(w.s('text'))}。`,
    advice: () => '查找访问该端口的端口扫描、健康检查或客户端，以及是否在成员列表中混淆了客户端、quorum 和选举端口。',
  },
  'port.other': {
    sentence: (w) => `服务器 ${w.n('server')} 在选举端口断开了连接${when(w)}${saying(w.s('text'))}。`,
    advice: () => '查明连接来自谁；对方当时的日志会说明更多。',
  },
  'sid.same': {
    sentence: (w) => `另有进程使用了服务器 ${w.n('server')} 的编号：它收到了以自己名义发出、却不是自己发出的消息${when(w)}。`,
    advice: () => '比较所有主机的 myid 文件：每个编号只能用一次。',
  },
  'sid.twoVotes': {
    sentence: (w) =>
      `服务器 ${w.n('hearer')} 听到服务器 ${w.n('server')} 投给自己的选票在 ${and(w.list('votes'))} 之间来回变化：可能有两个进程使用这个编号。`,
    advice: () => '比较所有主机的 myid 文件：每个编号只能用一次。',
    unsure: () => '带着不断变化的数据反复重启的服务器看起来也是这样。',
  },
  'sid.twoAddresses': {
    sentence: (w) => `编号 ${w.n('server')} 从 ${w.list('addresses').length} 个不同的地址加入：${and(w.list('addresses'))}。`,
    advice: () => '比较这些主机的 myid 文件：每个编号只能用一次。',
    unsure: () => '换了地址或有多个地址的主机看起来也是这样。',
  },
  'sid.twoLogs': {
    sentence: (w) =>
      `日志 ${and(w.list('logs'))} 都自称属于服务器 ${w.n('server')}，但它们来自同时运行的不同进程${w.list('places').length === 0 ? '' : `（另一个：${and(w.list('places'))}）`}；这里只使用第一份。`,
    advice: () => '如果它们来自两台主机，请比较 myid 文件：每个编号只能用一次。',
    unsure: () => '它们也可能是两个集群的日志，或同一份日志以不同的时间出现两次。',
  },
  'sid.notMember': {
    sentence: (w) => `服务器 ${w.n('server')} 不在它自己的成员列表中。`,
    advice: () => '比较它的 myid 文件与配置中的 server.N 行。',
  },
  'sid.unknown': {
    sentence: (w) => `服务器 ${w.n('server')} 拒绝了成员列表中没有的编号的消息${when(w)}${saying(w.s('text'))}。`,
    advice: () => '比较各服务器的成员列表，以及连接方的 myid。',
  },
  'members.differ': {
    sentence: (w) => `服务器 ${w.n('one')} 与 ${w.n('other')} 的成员列表不同：对${servers(w.list('differs'))} 的说法不一致。`,
    advice: () => '让所有服务器使用相同的 server.N 行（或相同的动态配置），并重启有误的服务器。',
  },
  'members.versions': {
    sentence: (w) => `${servers(w.list('stale'))} 最后通告的配置比其他服务器的版本 0x${w.s('newest')} 旧。`,
    advice: () => '看这些服务器是否参加了最近一次重新配置，并比较它们的 zoo.cfg.dynamic 文件。',
    unsure: () => '在最后一条相关消息之后，它们可能已经更新。',
  },
  'members.weights': {
    sentence: (w) => `各服务器对 ${w.s('name')} 的设置不一致：对一台来说是多数派的，对另一台却不是。`,
    advice: () => '让所有服务器的 group 和 weight 行一致。',
  },
  'vote.stranger': {
    sentence: (w) => `${servers(w.list('voters'))} 投票给服务器 ${w.n('leader')} 共 ${w.count} 次，而这些日志的成员列表中没有它。`,
    advice: (w) => `查明 ${w.n('leader')} 是旧成员还是错误的 myid。`,
  },
  storm: {
    sentence: (w) =>
      `服务器 ${w.n('server')} 与服务器 ${w.n('peer')} 的选举连接反复断开：${w.s('time')} 至 ${w.s('until')} 共 ${w.count} 次。`,
    advice: (w) => `检查编号 ${w.n('peer')} 是否只有一台主机使用，以及主机之间是否有设备关闭空闲连接。`,
    unsure: () => '两台服务器用同一编号、反复重启、切断连接的设备看起来都是这样。',
  },
} satisfies Partial<Record<FindingRule, Wording>>;

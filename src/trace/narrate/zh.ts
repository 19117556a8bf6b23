/** 轨迹里的一切，用中文说。Everything a trace can say, in Simplified Chinese. */
import { candidate, letter, ms, opText, plainText, txnText, z } from './text.ts';
import { decisionsZh, leaderGaveUpZh, learnerGaveUpZh, roleZh, sidsZh } from './zhDecisions.ts';
import type { Language } from './language.ts';

const server = (sid: number): string => `服务器 ${sid}`;
/** By its name if it has one, as on the stage. */
const client = (id: number, name: string | null): string => `客户端 ${name === null || name === '' ? letter(id) : plainText(name)}`;

export const zh: Language = {
  code: 'zh',
  decisions: decisionsZh,
  messages: {
    NOTIFICATION: (m) =>
      `投票给 ${candidate(m.vote.leader, '无人')}（epoch ${m.vote.peerEpoch}，zxid ${z(m.vote.zxid)}，第 ${m.vote.electionEpoch} 轮），自称 ${m.state}`,
    FOLLOWERINFO: (m) => `想要跟随，已接受的 epoch 是 ${m.acceptedEpoch}`,
    OBSERVERINFO: (m) => `想要旁观，已接受的 epoch 是 ${m.acceptedEpoch}`,
    LEADERINFO: (m) => `提议 epoch ${m.epoch}`,
    ACKEPOCH: (m) =>
      m.currentEpoch < 0
        ? `早已接受过这个 epoch，最后的 zxid 是 ${z(m.lastZxid)}`
        : `接受这个 epoch，自己的历史止于 epoch ${m.currentEpoch} 的 ${z(m.lastZxid)}`,
    DIFF: (m) => `将补发到 ${z(m.zxid)} 为止缺少的事务`,
    TRUNC: (m) => `要求把日志截回 ${z(m.zxid)}`,
    SNAP: (m) => `发来 ${z(m.zxid)} 时的整棵树`,
    PROPOSAL: (m) => `提议 ${z(m.zxid)}：${txnText(m.txn.body.type, 'path' in m.txn.body ? m.txn.body.path : null)}`,
    INFORM: (m) => `通知 ${z(m.zxid)} 已提交：${txnText(m.txn.body.type, 'path' in m.txn.body ? m.txn.body.path : null)}`,
    COMMIT: (m) => `要求提交 ${z(m.zxid)}`,
    NEWLEADER: (m) => `请求确认它从 ${z(m.zxid)} 起为领导者`,
    ACK: (m) => `确认 ${z(m.zxid)}`,
    UPTODATE: () => '宣布同步完成，可以服务客户端',
    REQUEST: (m) => `转发会话 ${m.session} 的 ${opText(m.op)}`,
    PING: (m) => `表示自己还活着，最后的 zxid 是 ${z(m.zxid)}`,
    REVALIDATE: (m) =>
      m.valid === undefined ? `询问会话 ${m.session} 是否仍有效` : `答复会话 ${m.session} ${m.valid ? '仍有效' : '已过期'}`,
    SYNC: () => '答复 sync：此前的一切都已发出',
    ConnectRequest: (m) =>
      m.session === '0x0' ? `请求超时时间为 ${ms(m.timeoutMs)} 的会话` : `想继续会话 ${m.session}，见过的 zxid 是 ${z(m.lastZxidSeen)}`,
    Request: (m) => `请求 ${opText(m.op)}`,
    ClientPing: () => '为会话保活',
    ConnectResponse: (m) => (m.timeoutMs === 0 ? '答复会话已不存在' : `授予会话 ${m.session}，超时时间 ${ms(m.timeoutMs)}`),
    Reply: (m) => `以 ${m.err} 答复请求 ${m.xid}，位于 ${z(m.zxid)}`,
    PingReply: (m) => `答复 ping，位于 ${z(m.zxid)}`,
  },
  titles: {
    NOTIFICATION: '选票',
    FOLLOWERINFO: '跟随者信息',
    OBSERVERINFO: '观察者信息',
    LEADERINFO: '领导者信息',
    ACKEPOCH: '确认 epoch',
    DIFF: '差异同步',
    TRUNC: '截断同步',
    SNAP: '快照同步',
    PROPOSAL: '提案',
    INFORM: '通知（给观察者的提交）',
    COMMIT: '提交',
    NEWLEADER: '新领导者',
    ACK: '确认',
    UPTODATE: '同步完成',
    REQUEST: '转发的请求',
    PING: '心跳',
    REVALIDATE: '会话校验',
    SYNC: 'sync 答复',
    ConnectRequest: '会话请求',
    Request: '客户端请求',
    ClientPing: '客户端心跳',
    ConnectResponse: '会话答复',
    Reply: '答复',
    PingReply: '心跳答复',
  },
  timers: {
    poll: '等待选票的时间到了',
    finalizeWait: '没有等到更好的票',
    connectRetry: '再次尝试连接领导者',
    connectBudget: '连接领导者的时间用完了',
    read: '一直没有收到领导者的消息',
    epochLimit: '商定 epoch 的时间用完了',
    epochAckLimit: '确认 epoch 的时间用完了',
    newLeaderLimit: '确认新领导者的时间用完了',
    tick: '半个 tick 过去了：发送心跳，清点谁还活着',
    sessions: '检查过期的会话',
    containers: '检查空的容器节点',
    observerDelay: '重新选举前的停顿结束了',
    logger: '把收到的事务写入日志，并要求磁盘落盘',
    snapshot: '继续写快照',
    purge: '检查可以删除的旧文件',
    handler: '某个学习者沉默得太久',
    cnx: '选举连接没能及时建立',
  },
  commands: {
    start: (c) => `启动服务器 ${c.sid}。`,
    restart: (c) => `重新启动服务器 ${c.sid}。`,
    kill: (c) => `服务器 ${c.sid} 被杀死：内存没了，写过的还在。`,
    crash: (c) => `服务器 ${c.sid} 的主机突然沉默：其他服务器只能靠超时发现。`,
    powerLoss: (c) => `服务器 ${c.sid} 断电：只有 fsync 过的还在。`,
    stop: (c) => `要求服务器 ${c.sid} 停止。`,
    pause: (c) => `服务器 ${c.sid} 被暂停。`,
    resume: (c) => `服务器 ${c.sid} 继续运行。`,
    wipe: (c) => `清空服务器 ${c.sid} 的数据目录。`,
    cut: (c) => `切断 ${c.from} 到 ${c.to} 的链路${c.oneWay === true ? '，仅此方向' : ''}。`,
    heal: (c) => (c.from === undefined || c.to === undefined ? '修复所有链路。' : `修复 ${c.from} 与 ${c.to} 之间的链路。`),
    partition: (c) => `网络分裂为 ${c.groups.map((group) => `{${group.join('、')}}`).join(' 和 ')}。`,
    slow: (c) => `${c.from} ${c.oneWay === true ? '到' : '与'} ${c.to} ${c.oneWay === true ? '' : '之间'}的链路变慢 ${ms(c.delayMs)}。`,
    hurry: (c) =>
      `${c.from} 发往 ${c.to} 的最早一个数据包（${{ election: '选举', quorum: '仲裁', client: '客户端' }[c.channel]}连接）现在到达。`,
    hurryDisk: (c) => `服务器 ${c.sid} 正在进行的 fsync 现在完成。`,
    reset: (c) => `重置 ${c.from} 与 ${c.to} 之间的连接。`,
    skew: (c) => `服务器 ${c.sid} 的时钟现在以 ${c.rate} 倍速运行。`,
    slowDisk: (c) => `服务器 ${c.sid} 的一次 fsync 现在要 ${ms(c.fsyncMs)}。`,
    diskFull: (c) => `服务器 ${c.sid} 的磁盘${c.full ? '满了' : '又有空间了'}。`,
    flipByte: (c) => `损坏服务器 ${c.sid} 上 ${plainText(c.file)} 的第 ${c.offset} 字节。`,
    cutFile: (c) => `把服务器 ${c.sid} 上的 ${plainText(c.file)} 截到 ${c.length} 字节${c.zeroed === true ? '，再用零补齐' : ''}。`,
    deleteFile: (c) => `删除服务器 ${c.sid} 上的 ${plainText(c.file)}。`,
    writeFile: (c) => `替换服务器 ${c.sid} 上的 ${plainText(c.file)}。`,
    backup: (c) => `把服务器 ${c.sid} 的数据目录备份为“${plainText(c.name)}”。`,
    restore: (c) => `用${c.from === undefined ? '' : `服务器 ${c.from} 的`}备份“${plainText(c.name)}”恢复服务器 ${c.sid} 的数据目录。`,
    connect: (c, who) => `${who(c.client)} 出现了。`,
    request: (c, who) => `让${who(c.client)} 执行 ${opText(c.request)}。`,
    close: (c, who) => `${who(c.client)} 关闭会话。`,
    abandon: (c, who) => `${who(c.client)} 不辞而别。`,
  },
  world: {
    processStarted: (e) => `服务器 ${e.sid} 的进程启动了。`,
    processEnded: (e) =>
      ({
        kill: `服务器 ${e.sid} 被杀死了。`,
        crash: `服务器 ${e.sid} 的主机崩溃了。`,
        powerLoss: `服务器 ${e.sid} 断电了。`,
        exit: `服务器 ${e.sid} 的进程结束了${e.exitCode === null ? '' : `，退出码 ${e.exitCode}`}${e.message === null ? '' : `：${plainText(e.message)}`}。`,
      })[e.how],
    connectionOpened: (e, who) => `${zh.peer(e.from, who)} 与 ${zh.peer(e.to, who)} 建立了连接（${e.channel}）。`,
    connectionClosed: (e) => `连接 ${e.conn} 关闭了${e.lost.length > 0 ? `，丢失 ${e.lost.length} 条消息` : ''}。`,
    note: (e) => plainText(e.text),
    violation: () => '一条保证被破坏了。',
    guaranteeVoid: () => '由于你自己的操作，一条保证不再成立。',
  },
  events: {
    boot: (sid) => `服务器 ${sid} 从磁盘启动。`,
    inferred: (sid) => `服务器 ${sid} 至此必定已这样做，虽然日志中没有这一行。`,
    logLine: (sid, text) => `服务器 ${sid} 的日志：${text}`,
    connected: (sid, channel, peer) => `服务器 ${sid} 连上了${peer}（${channel}）。`,
    connectFailed: (sid, channel, peer, reason) =>
      `服务器 ${sid} 连不上${peer}（${channel}）：${reason === 'refused' ? '被拒绝' : '没有回应'}。`,
    accepted: (sid, channel, peer) => `服务器 ${sid} 接受了${peer} 的连接（${channel}）。`,
    receive: (to, from, says) => `${to} 收到${from} 的消息：${says}。`,
    disconnected: (sid, reason) => `服务器 ${sid} 的一条连接断开了（${reason}）。`,
    timer: (sid, timer) => `服务器 ${sid}：${timer}。`,
    fsynced: (sid, upTo) => `服务器 ${sid} 的磁盘已把写入持久化，到 ${upTo} 为止。`,
    diskError: (sid, message) => `服务器 ${sid} 的磁盘出错：${plainText(message)}。`,
    stop: (sid) => `服务器 ${sid} 被要求停止。`,
    exit: (sid, code, message) => `服务器 ${sid} 自行结束，退出码 ${code}：${plainText(message)}。`,
    roleChange: (sid, role, leader, epoch) => {
      if (role === 'LEADING') return `服务器 ${sid} 成为领导者，当前 epoch 是 ${epoch}。`;
      if (role === 'LOOKING') return `服务器 ${sid} 开始寻找领导者，当前 epoch 是 ${epoch}。`;
      return `服务器 ${sid} 成为${leader === null ? '' : `服务器 ${leader} 的`}${roleZh[role]}，当前 epoch 是 ${epoch}。`;
    },
    logged: (sid, zxid, type, path) => `服务器 ${sid} 把 ${zxid} 追加到日志：${txnText(type, path)}。`,
    applied: (sid, zxid) => `服务器 ${sid} 已应用到 ${zxid}。`,
    clientStarted: (who, servers, timeoutMs) => `${who} 在 ${sidsZh(servers)} 中寻找服务器，期望的会话超时时间是 ${ms(timeoutMs)}。`,
    clientConnected: (who, sid) => `${who} 连上了服务器 ${sid}。`,
    clientConnectFailed: (who, sid) => `${who} 连不上服务器 ${sid}。`,
    clientDisconnected: (who, sid) => `${who} 与服务器 ${sid} 断开了；会话在超时之前仍然有效。`,
    clientRequested: (who, op) => `${who} 请求 ${op}。`,
    clientTimer: (who, timer) => `${who} 的定时器“${plainText(timer)}”到了。`,
    clientClosed: (who) => `${who} 已关闭。`,
    clientState: (who, state, session) =>
      `${who}（会话 ${session}）现在${{ connecting: '正在连接', connected: '已连接', expired: '已过期', closed: '已关闭', abandoned: '已离开' }[state]}。`,
    outcome: (who, outcome, op) => {
      if (outcome.outcome === 'acked') return `${who}：${op} 完成${outcome.zxid === null ? '' : `，位于 ${z(outcome.zxid)}`}。`;
      if (outcome.outcome === 'rejected')
        return `${who}：${op} 被拒绝，错误是 ${outcome.err}${outcome.zxid === null ? '' : `，位于 ${z(outcome.zxid)}`}。`;
      return `${who} 无从知道 ${op} 是否完成（${outcome.err}）。`;
    },
  },
  server,
  unnamedServer: '所连服务器',
  client,
  peer: (peer, who) => (peer.kind === 'server' ? server(peer.sid) : who(peer.client)),
  role: roleZh,
  mode: { DIFF: 'DIFF：只补缺少的', TRUNC: 'TRUNC：先截回，再补缺少的', SNAP: 'SNAP：整棵树' },
  leaderGaveUp: leaderGaveUpZh,
  learnerGaveUp: learnerGaveUpZh,
  sids: sidsZh,
  join: (sentences) => sentences.join(''),
};

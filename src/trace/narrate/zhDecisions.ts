/** 每个决定一句中文，写明双方的数字。Every decision in one sentence of Simplified Chinese, with both sides' numbers. */
import { candidate, compared, comparedZxids, ms, plainText, txnText, z } from './text.ts';
import type { Language } from './language.ts';
import type { Sid } from '../../base/ids.ts';
import type { RecoveryStep } from '../../store/types.ts';
import type { LeaderGiveUp, LearnerGiveUp, Role } from '../../zab/types.ts';
import type { DecisionOf } from './language.ts';

export const roleZh: Readonly<Record<Role, string>> = {
  LOOKING: '正在寻找领导者',
  FOLLOWING: '跟随者',
  LEADING: '领导者',
  OBSERVING: '观察者',
};

/** "1", "1 和 2", "1、2 和 3", "无". */
export function sidsZh(sids: readonly Sid[]): string {
  if (sids.length === 0) return '无';
  return sids.length === 1 ? String(sids[0]) : `${sids.slice(0, -1).join('、')} 和 ${sids.at(-1) ?? ''}`;
}

export const leaderGaveUpZh: Readonly<Record<LeaderGiveUp, string>> = {
  epochTimeout: '在 initLimit 内没有过半数的服务器来商定 epoch',
  epochAckTimeout: '在 initLimit 内没有过半数的服务器确认新 epoch',
  newLeaderTimeout: '在 initLimit 内没有过半数的服务器确认 NEWLEADER',
  quorumLost: '已经收不到过半数服务器的消息',
  internalError: '它的一个线程出错了',
  zxidRollover: 'zxid 的计数器已用完，需要新的 epoch',
  stopped: '它被停止了',
};

export const learnerGaveUpZh: Readonly<Record<LearnerGiveUp, string>> = {
  leaderUnknown: '它不认识这台服务器',
  cannotConnect: '连接不上',
  connectionLost: '连接断开了',
  readTimeout: '在时限内没有收到任何消息',
  epochTooOld: '领导者的 epoch 比它已接受的更旧',
  unexpectedPacket: '收到了不该出现的包',
  truncFailed: '无法截断自己的日志',
  nonContinuous: '收到的提案不连续',
  commitMismatch: 'COMMIT 与最早的待提交提案不符',
  diskFailure: '磁盘出错',
  stopped: '它被停止了',
};

const commitUnexpectedZh: Readonly<Record<DecisionOf<'commit.unexpected'>['outcome'], string>> = {
  ignored: '忽略这个 COMMIT',
  gaveUp: '放弃领导者',
  exit: '进程以退出码 12 结束',
};

function voteOrder(d: DecisionOf<'vote.order'>, me: Sid): string {
  const theirs = candidate(d.theirs.leader, '无人');
  const mine = candidate(d.mine.leader, '无人');
  const head =
    d.outcome === 'adopted'
      ? `服务器 ${me} 跟 ${d.from} 一样改投 ${theirs}，不再投 ${mine}`
      : `服务器 ${me} 仍投 ${mine}，不采纳 ${d.from} 投给 ${theirs} 的票`;
  const [a, b] = d.outcome === 'adopted' ? [d.theirs, d.mine] : [d.mine, d.theirs];
  const epoch = `epoch ${compared(a.peerEpoch, b.peerEpoch)}`;
  const zxid = `zxid ${comparedZxids(a.zxid, b.zxid)}`;
  switch (d.by) {
    case 'peerEpoch':
      return `${head}：${epoch}。`;
    case 'zxid':
      return `${head}：${epoch}，且 ${zxid}。`;
    case 'sid':
      return `${head}：${epoch}，${zxid}，且 sid ${compared(a.leader, b.leader)}。`;
    case 'same':
      return `${head}：两张票相同（${epoch}，${zxid}，sid ${compared(a.leader, b.leader)}）。`;
    case 'weight':
      return `${head}：服务器 ${theirs} 的权重是 0，无论 epoch（${compared(d.theirs.peerEpoch, d.mine.peerEpoch)}）和 zxid（${comparedZxids(d.theirs.zxid, d.mine.zxid)}）如何都不能当选。`;
  }
}

function syncMode(d: DecisionOf<'sync.mode'>, me: Sid): string {
  const peer = `它最后的 zxid ${z(d.peerLastZxid)}`;
  const range = `committedLog ${z(d.minCommittedLog)}…${z(d.maxCommittedLog)}`;
  const why: Record<typeof d.because, string> = {
    forced: `配置要求一律发送快照（${peer}，领导者的是 ${z(d.lastProcessedZxid)}）`,
    same: `${peer} 与领导者的 ${z(d.lastProcessedZxid)} 相同，什么都不缺`,
    ahead: `${peer} 超过了 committedLog 中最新的 ${z(d.maxCommittedLog)}，多出的事务从未提交`,
    inCommittedLog: `${peer} 落在 ${range} 之内`,
    diverged: `${peer} 落在 ${range} 的范围内，却不是其中的事务，所以要退回到 ${z(d.zxidSent)}`,
    divergedEpoch: `${peer} 所属的 epoch 与 ${range} 中在它之前的事务不同`,
    inTxnLog: `${peer} 比 ${range} 更旧，但磁盘上的事务日志还能追溯到那里`,
    txnLogUnusable: `${peer} 比 ${range} 更旧，而磁盘上的事务日志补不上差距`,
    txnLogGap: `${peer} 比 ${range} 更旧，而事务日志与 committedLog 之间有缺口`,
    txnLogDisabled: `${peer} 比 ${range} 更旧，而从事务日志同步的功能已关闭`,
    unhandled: `没有其他规则适用于 ${peer} 与 ${range}`,
  };
  const sends = d.mode === 'SNAP' ? `SNAP（整棵树，zxid ${z(d.zxidSent)}）` : `${d.mode} ${z(d.zxidSent)}`;
  return `领导者 ${me} 用 ${sends} 和 ${d.queued} 条排队的事务同步服务器 ${d.learner}：${why[d.because]}。`;
}

export function recoveryZh(me: Sid, step: RecoveryStep): string {
  switch (step.step) {
    case 'snapshotSkipped':
      return `服务器 ${me} 跳过 ${plainText(step.file)}：${plainText(step.reason)}。`;
    case 'snapshotLoaded':
      return `服务器 ${me} 载入 ${plainText(step.file)}：${step.nodes} 个 znode，${step.sessions} 个会话，zxid ${z(step.zxid)}。`;
    case 'noSnapshot':
      return `服务器 ${me} 的磁盘上没有快照。`;
    case 'logReplayed': {
      const end = { eof: '文件末尾', zeroPadding: '预分配的零字节处', partial: '一条没有写完的记录处' }[step.end];
      const range = step.first === null || step.last === null ? '' : `（${z(step.first)} 到 ${z(step.last)}）`;
      return `服务器 ${me} 重放 ${plainText(step.file)} 中的 ${step.count} 条事务${range}，止于${end}。`;
    }
    case 'epochs':
      return `服务器 ${me} 读到 acceptedEpoch ${step.acceptedEpoch}、currentEpoch ${step.currentEpoch}${step.rebuilt.length > 0 ? `，其中 ${step.rebuilt.join('、')} 由最后的 zxid 重建` : ''}。`;
  }
}

export const decisionsZh: Language['decisions'] = {
  'election.start': (d, me) => {
    const after = { boot: '刚刚启动', lostLeader: '失去了领导者', gaveUpLeading: '放弃了领导' }[d.after];
    return `服务器 ${me} ${after}，开始第 ${d.round} 轮选举，投票给 ${candidate(d.vote.leader, '无人')}（epoch ${d.vote.peerEpoch}，zxid ${z(d.vote.zxid)}）。`;
  },
  'vote.order': voteOrder,
  'vote.round': (d, me) =>
    d.outcome === 'caughtUp'
      ? `服务器 ${me} 从第 ${d.myRound} 轮跟上服务器 ${d.from} 的第 ${d.theirRound} 轮，旧轮次的票全部作废。`
      : `服务器 ${me} 忽略服务器 ${d.from} 的票：它属于第 ${d.theirRound} 轮，早于第 ${d.myRound} 轮。`,
  'vote.rejected': (d, me) => {
    const why = {
      senderNotVoter: `服务器 ${d.from} 没有投票权`,
      leaderNotVoter: `服务器 ${candidate(d.leader, '无人')} 不能当领导者`,
      emptyDatabase: '没有数据库的服务器不投票，也不被计票',
    }[d.reason];
    return `服务器 ${me} 丢弃服务器 ${d.from} 投给 ${candidate(d.leader, '无人')} 的票：${why}。`;
  },
  'vote.quorum': (d, me) =>
    d.outcome === 'quorum'
      ? `服务器 ${me} 看到 ${candidate(d.vote.leader, '无人')} 已获得法定多数：${sidsZh(d.supporters)}，即 ${d.voters} 个投票者中的 ${d.supporters.length} 个。再等片刻，看有没有更好的票。`
      : `服务器 ${me} 看到支持 ${candidate(d.vote.leader, '无人')} 的还不够法定多数：${sidsZh(d.supporters)}，即 ${d.voters} 个投票者中的 ${d.supporters.length} 个。`,
  'vote.final': (d, me) =>
    `服务器 ${me} 用 ${ms(d.tookMs)} 结束选举：${sidsZh(d.supporters)} 投给 ${candidate(d.vote.leader, '无人')}，此后 ${ms(d.waitedMs)} 内没有更好的票。它的角色：${roleZh[d.role]}。`,
  'vote.established': (d, me) =>
    d.outcome === 'joined'
      ? `服务器 ${me} 加入已有的领导者：${sidsZh(d.supporters)} 都跟随 ${d.leader}，构成法定多数${d.leaderConfirmed ? `，${d.leader} 自己也这样说` : ''}。它的角色：${roleZh[d.role]}。`
      : `服务器 ${me} 从 ${d.from} 得知 ${d.leader} 是领导者，但还不能加入：这样说的有 ${sidsZh(d.supporters)}，${d.leaderConfirmed ? '不够法定多数' : `而 ${d.leader} 自己还没有确认`}。`,
  'election.backoff': (d, me) =>
    `服务器 ${me} 有 ${ms(d.waitedMs)} 没有收到选票，${d.action === 'resend' ? '重发自己的票' : '重新连接其他服务器'}，下次等待 ${ms(d.nextMs)}。`,
  'connection.order': (d, me) => {
    const pair = `sid ${compared(d.initiator, d.initiator === me ? d.peer : me)}`;
    return d.outcome === 'kept'
      ? `服务器 ${me} 和 ${d.peer} 保留由 ${d.initiator} 发起的选举连接：${pair}。`
      : `服务器 ${me} 断开与 ${d.peer} 之间由 ${d.initiator} 发起的选举连接，因为必须由 sid 较大的一方发起（${pair}）${d.outcome === 'dropped' ? '' : `，并由自己去连接 ${d.peer}`}。`;
  },
  'epoch.propose': (d, me) => {
    const heard = `收到 ${sidsZh(d.heard)} 的消息`;
    if (d.outcome === 'notYet')
      return `服务器 ${d.from} 接受过的 epoch 是 ${d.theirAcceptedEpoch}，服务器 ${me} 拟提议 epoch ${d.epoch}；目前${heard}，还不够法定多数。`;
    if (d.outcome === 'decided')
      return `服务器 ${me} 提议 epoch ${d.epoch}，比各方接受过的最大值多 1：已${heard}，构成法定多数（最后回应的 ${d.from} 接受过 ${d.theirAcceptedEpoch}）。`;
    return `服务器 ${me} 告诉 ${d.from}（接受过 epoch ${d.theirAcceptedEpoch}）：epoch 已定为 ${d.epoch}。`;
  },
  'epoch.accept': (d, me) => {
    if (d.outcome === 'accepted')
      return `服务器 ${me} 接受领导者 ${d.leader} 的 epoch ${d.epoch}：${compared(d.epoch, d.acceptedEpoch)}。此后不再接受更旧的 epoch。`;
    if (d.outcome === 'alreadyAccepted')
      return `服务器 ${me} 早已接受过 epoch ${d.epoch}（${compared(d.epoch, d.acceptedEpoch)}）：领导者 ${d.leader} 可以同步它，但不能把它计入多数。`;
    return `服务器 ${me} 拒绝领导者 ${d.leader} 的 epoch ${d.epoch}：${compared(d.epoch, d.acceptedEpoch)}，后者是它已接受的。`;
  },
  'epoch.ack': (d, me) => {
    const history = `epoch ${compared(d.theirEpoch, d.myEpoch)}，zxid ${comparedZxids(d.theirZxid, d.myZxid)}`;
    switch (d.outcome) {
      case 'counted':
        return `领导者 ${me} 计入 ${d.from} 的 ACKEPOCH：它的历史不比自己新（${history}）。现在已确认的有 ${sidsZh(d.acked)}。`;
      case 'quorum':
        return `领导者 ${me} 的 epoch 得到法定多数确认：${sidsZh(d.acked)}。${d.from} 的历史不比自己新（${history}）。`;
      case 'notCounted':
        return `领导者 ${me} 不计入 ${d.from}：它早已接受过这个 epoch，或没有投票权（epoch ${d.theirEpoch}，zxid ${z(d.theirZxid)}）。`;
      case 'ahead':
        return `领导者 ${me} 必须拒绝 ${d.from}：它的历史比自己新（${history}）。`;
      case 'late':
        return `领导者 ${me} 在 ${d.from} 确认 epoch 之前就已有法定多数（${history}）。`;
    }
  },
  'sync.mode': syncMode,
  'sync.opened': (d, me) => `服务器 ${me}（位于 ${z(d.myZxid)}）由领导者 ${d.leader} 用 ${d.mode} ${z(d.zxid)} 同步。`,
  'sync.truncated': (d, me) =>
    d.outcome === 'done'
      ? `服务器 ${me} 把日志从 ${z(d.from)} 截断回 ${z(d.to)}：据领导者所知，后面的事务从未提交。`
      : `服务器 ${me} 无法把日志从 ${z(d.from)} 截断回 ${z(d.to)}${d.message === undefined ? '' : `：${plainText(d.message)}`}。`,
  'newLeader.received': (d, me) =>
    `服务器 ${me} 收到 epoch ${d.epoch} 的 NEWLEADER：${d.snapshot ? '写一份快照，' : ''}${d.logged} 条提案写入日志，${d.left} 条继续等待。`,
  'newLeader.ack': (d, me) => {
    switch (d.outcome) {
      case 'counted':
        return `领导者 ${me} 计入 ${d.from} 对 NEWLEADER ${z(d.zxid)}（epoch ${d.epoch}）的 ACK：${sidsZh(d.acked)}，还不够法定多数。`;
      case 'quorum':
        return `领导者 ${me} 的 NEWLEADER（epoch ${d.epoch}）得到法定多数：${sidsZh(d.acked)} 都持有它的历史（${d.from} 确认了 ${z(d.zxid)}）。`;
      case 'wrongEpoch':
        return `领导者 ${me} 不计入 ${d.from} 的 ACK ${z(d.zxid)}：它不是 epoch ${d.epoch} 的起点。`;
      case 'late':
        return `领导者 ${me} 在 ${d.from} 确认 epoch ${d.epoch} 的 NEWLEADER ${z(d.zxid)} 之前就已确立。`;
      case 'observer':
        return `领导者 ${me} 在 epoch ${d.epoch} 不计入观察者 ${d.from} 的 ACK ${z(d.zxid)}。`;
    }
  },
  'leader.established': (d, me) =>
    `服务器 ${me} 与 ${sidsZh(d.supporters)} 一起从 ${z(d.zxid)} 开始领导 epoch ${d.epoch}：它的全部历史就此提交。`,
  'learner.serving': (d, me) =>
    `服务器 ${me} 在 epoch ${d.epoch} 与领导者 ${d.leader} 同步到 ${z(d.zxid)}，开始服务客户端${d.waiting > 0 ? `；还有 ${d.waiting} 条提案等待 COMMIT` : ''}。`,
  'request.validated': (d, me) =>
    d.err === 'OK'
      ? `领导者 ${me} 把会话 ${d.session} 的 ${txnText(d.op, d.path)} 变成事务 ${z(d.zxid)}。`
      : `领导者 ${me} 给会话 ${d.session} 的 ${txnText(d.op, d.path)} 分配 zxid ${z(d.zxid)}，尽管它以 ${d.err} 失败：失败也要写入日志。`,
  'proposal.ack': (d, me) => {
    const count = `${sidsZh(d.acks)}，即 ${d.voters} 个投票者中的 ${d.acks.length} 个`;
    switch (d.outcome) {
      case 'committed':
        return `领导者 ${me} 提交 ${z(d.zxid)}：算上 ${d.from}，已有法定多数把它写入磁盘（${count}）。`;
      case 'notYet':
        return `领导者 ${me} 计入 ${d.from} 对 ${z(d.zxid)} 的 ACK：${count}，还不够法定多数。`;
      case 'waitsForEarlier':
        return `领导者 ${me} 收到 ${d.from} 的 ACK 后，${z(d.zxid)} 已有法定多数（${count}），但要先提交它前面的提案。`;
      case 'alreadyCommitted':
        return `${d.from} 对 ${z(d.zxid)} 的 ACK 到达时，领导者 ${me} 已经提交了它，什么都不变。`;
      case 'unknown':
        return `领导者 ${me} 没有提案 ${z(d.zxid)} 可供 ${d.from} 确认。`;
      case 'observer':
        return `领导者 ${me} 不计入 ${d.from} 对 ${z(d.zxid)} 的 ACK，因为它没有投票权（${count}）。`;
    }
  },
  'commit.unexpected': (d, me) =>
    `服务器 ${me} 被要求提交 ${z(d.zxid)}，而它最早的待提交提案是 ${d.head === null ? '无' : z(d.head)}：${commitUnexpectedZh[d.outcome]}。`,
  'leader.alive': (d, me) =>
    d.outcome === 'quorum'
      ? `领导者 ${me} 在时限内收到法定多数的消息：${sidsZh(d.synced)}。`
      : `领导者 ${me} 在时限内只收到 ${sidsZh(d.synced)} 的消息，不够法定多数。`,
  'learner.tooSlow': (d, me) =>
    `领导者 ${me} 断开服务器 ${d.learner}：它对 ${z(d.zxid)} 的 ACK 已经拖了 ${ms(d.waitedMs)}，时限是 ${ms(d.limitMs)}。`,
  'leader.gaveUp': (d, me) => `领导者 ${me} 放弃领导：${leaderGaveUpZh[d.reason]}（与它保持联系的：${sidsZh(d.synced)}）。`,
  'learner.gaveUp': (d, me) =>
    `服务器 ${me} 离开领导者 ${d.leader}：${learnerGaveUpZh[d.reason]}${d.detail === undefined ? '' : `（${plainText(d.detail)}）`}。`,
  'handler.closed': (d, me) => {
    const why = {
      disconnected: '连接断开了',
      readTimeout: '在时限内没有收到它的消息',
      transactionTimeout: '它迟迟没有确认提案',
      ahead: '它的历史比领导者新',
      protocol: '它发来了不该出现的包',
      leaderStopped: '这台服务器不再是领导者',
    }[d.reason];
    return `领导者 ${me} 不再管理服务器 ${d.learner}：${why}。`;
  },
  'session.created': (d, me) => `服务器 ${me} 给会话 ${d.session} 的超时时间是 ${ms(d.timeoutMs)}；请求的是 ${ms(d.requestedMs)}。`,
  'session.expired': (d, me) => `领导者 ${me} 让会话 ${d.session} 过期：超过它的超时时间 ${ms(d.timeoutMs)} 没有任何消息。`,
  'session.revalidated': (d, me) =>
    d.outcome === 'valid'
      ? `服务器 ${me} 确认会话 ${d.session} 仍然有效：客户端可以继续使用。`
      : `服务器 ${me} 发现会话 ${d.session} 已经过期。`,
  'client.refused': (d, me) => {
    const why = {
      aheadOfServer: `它见过的 zxid 比这台服务器新（${comparedZxids(d.clientZxid, d.serverZxid)}），接受它会让它看到时间倒流`,
      notServing: `它没有领导者，现在不提供服务（客户端位于 ${z(d.clientZxid)}，服务器位于 ${z(d.serverZxid)}）`,
      wrongPassword: `密码不对（客户端位于 ${z(d.clientZxid)}，服务器位于 ${z(d.serverZxid)}）`,
    }[d.reason];
    return `服务器 ${me} 拒绝${d.session === '0x0' ? '一个客户端' : `会话 ${d.session} 的客户端`}：${why}。`;
  },
  'recovery.step': (d, me) => recoveryZh(me, d.what),
  'recovery.done': (d, me) => `服务器 ${me} 读完了磁盘：${d.nodes} 个 znode，${d.sessions} 个会话，位于 ${z(d.zxid)}。`,
  'recovery.failed': (d, me) =>
    `服务器 ${me} 无法从磁盘启动，以退出码 ${d.exitCode} 结束：${plainText(d.message)}${d.file === undefined ? '' : `（${plainText(d.file)}${d.offset === undefined ? '' : `，第 ${d.offset} 字节`}）`}。`,
  fastForward: (d, me) =>
    `服务器 ${me} 把日志中的 ${d.txns} 条事务应用到内存，从 ${z(d.from)} 到 ${z(d.to)}，不论是否已提交：它的票必须如实反映日志。`,
  'snapshot.due': (d, me) =>
    d.outcome === 'started'
      ? `服务器 ${me} 开始写快照：距上次已有 ${d.txns} 条事务，阈值是 ${d.threshold}。`
      : `服务器 ${me} 该写快照了（${d.txns} 条事务，阈值 ${d.threshold}），但上一份还没写完。`,
  'snapshot.taken': (d, me) => {
    const why = { snapCount: '事务已积累到阈值', leading: '它开始领导', synchronized: '它刚完成同步', empty: '它的磁盘是空的' }[d.why];
    return `服务器 ${me} 写好了 ${plainText(d.file)}，含 ${d.nodes} 个 znode，因为${why}。`;
  },
  purge: (d, me) => `服务器 ${me} 删除 ${d.deleted.length} 个旧文件：${d.deleted.map(plainText).join('、')}。`,
  'digest.mismatch': (d, me) =>
    `服务器 ${me} 的树在 ${z(d.zxid)} 与领导者不同：摘要是 ${d.actual}，应为 ${d.expected}。ZooKeeper 只计数，不停止。`,
};

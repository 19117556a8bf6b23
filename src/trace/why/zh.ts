/** “为什么？”的回答，简体中文。Answers to "why?", in Simplified Chinese. */
import { sidsZh } from '../narrate/zhDecisions.ts';
import { candidate } from '../narrate/text.ts';
import type { WhyTexts } from './texts.ts';

const counted = (have: readonly number[], voters: number, needed: number | null): string =>
  `${voters} 台中已有 ${have.length} 台（${sidsZh(have)}）${needed === null ? '' : `，需要 ${needed} 台`}`;

const STAGES: Readonly<Record<string, string>> = {
  connected: '已连接，还没有报告自己的 epoch',
  epochProposed: '已收到新 epoch，还没有回答',
  epochAcked: '已确认 epoch，即将同步',
  synchronizing: '正在同步',
  newLeaderAcked: '已确认 NEWLEADER',
  serving: '已有或即将收到这个提案，还没有确认',
};

export const whyZh: WhyTexts = {
  needs(need, me) {
    switch (need.need) {
      case 'votes':
        return `服务器 ${me} 在第 ${need.round} 轮等待投给 ${candidate(need.leader, '无人')} 的票：${counted(need.have, need.voters, need.needed)}。`;
      case 'betterVote':
        return `服务器 ${me} 看到 ${candidate(need.leader, '无人')} 已有法定多数（${sidsZh(need.have)}），只是再等一等有没有更好的票。`;
      case 'disk':
        return `服务器 ${me} 正在读自己的磁盘。`;
      case 'newElection':
        return `服务器 ${me} 即将开始选举。`;
      case 'epochs':
        return `领导者 ${me} 等待 FOLLOWERINFO，好选出一个对法定多数来说都是新的 epoch：${counted(need.have, need.voters, need.needed)}。`;
      case 'epochAcks':
        return `领导者 ${me} 等待对 epoch ${need.epoch} 的 ACKEPOCH：${counted(need.have, need.voters, need.needed)}。`;
      case 'newLeaderAcks':
        return `领导者 ${me} 在 epoch ${need.epoch} 等待对 NEWLEADER 的确认：${counted(need.have, need.voters, need.needed)}。`;
      case 'acks':
        return `领导者 ${me} 还不能提交 ${need.zxid}（${need.op}）：已写入磁盘的，${counted(need.have, need.voters, need.needed)}${need.more > 0 ? `；后面还有 ${need.more} 个在排队` : ''}。`;
      case 'connection':
        return `服务器 ${me} 正在连接它想跟随的服务器 ${need.leader}。`;
      case 'epoch':
        return `服务器 ${me} 已连接领导者 ${need.leader}，等待新 epoch（LEADERINFO）或要同步的内容。`;
      case 'sync':
        return `服务器 ${me} 正由领导者 ${need.leader} 同步，等待 NEWLEADER。`;
      case 'upToDate':
        return `服务器 ${me} 等待领导者 ${need.leader} 的 UPTODATE：在法定多数拥有领导者的历史之前，谁都不为客户端服务。`;
      case 'commit':
        return `服务器 ${me} 有 ${need.pending} 个提案在等领导者 ${need.leader} 的 COMMIT。`;
      case 'session':
        return `${need.client} 还没有会话：${need.sid === null ? '它稍等片刻再试下一台服务器' : `它在等服务器 ${need.sid}`}。`;
      case 'reply':
        return `${need.client} 在等${need.sid === null ? '' : `服务器 ${need.sid} `}对 ${need.op} 的回答${need.waiting > 1 ? `，另外还有 ${need.waiting - 1} 个请求` : ''}${need.sid === null ? '，但它现在没有服务器' : ''}。`;
      case 'resume':
        return `服务器 ${need.sid} 被暂停，恢复之前什么也不做。`;
      case 'start':
        return `服务器 ${need.sid} 没有运行，等待启动。`;
    }
  },
  lacks(lack, sid) {
    switch (lack.why) {
      case 'neverStarted':
        return `服务器 ${sid} 从未启动。`;
      case 'down':
        return `服务器 ${sid} 没有运行。`;
      case 'paused':
        return `服务器 ${sid} 被暂停了。`;
      case 'recovering':
        return `服务器 ${sid} 还在读磁盘。`;
      case 'notConnected':
        return `与服务器 ${sid} 之间没有连接。`;
      case 'unheard':
        return `还没有收到服务器 ${sid} 的任何消息。`;
      case 'onItsWay':
        return `服务器 ${sid} 已经发出，消息在路上。`;
      case 'syncing':
        return `服务器 ${sid} 的磁盘正在落盘。`;
      case 'waitsToo':
        return `服务器 ${sid} 意见一致，但它自己也在等。`;
      case 'cut':
        return lack.from && lack.to
          ? `服务器 ${lack.at} 与 ${sid} 之间的链路断了。`
          : lack.from
            ? `从服务器 ${sid} 到 ${lack.at} 的链路断了：它发的消息到不了。`
            : `从服务器 ${lack.at} 到 ${sid} 的链路断了：它收不到那边的消息。`;
      case 'otherVote':
        return `服务器 ${sid} 投给 ${candidate(lack.leader, '无人')}。`;
      case 'otherRound':
        return `服务器 ${sid} 在第 ${lack.round} 轮，不在第 ${lack.mine} 轮。`;
      case 'looking':
        return `服务器 ${sid} 正在寻找领导者，投给 ${candidate(lack.leader, '无人')}。`;
      case 'follows':
        return `服务器 ${sid} 跟随服务器 ${lack.leader}。`;
      case 'leads':
        return `服务器 ${sid} 自己在领导，epoch ${lack.epoch}。`;
      case 'stage':
        return `服务器 ${sid} ${STAGES[lack.stage] ?? lack.stage}。`;
      case 'notServing':
        return `服务器 ${sid} 现在不为客户端服务。`;
    }
  },
  then(timer) {
    switch (timer) {
      case 'poll':
        return '到时它会再发一次自己的票';
      case 'finalizeWait':
        return '到时投票就定下来';
      case 'observerDelay':
        return '到时它开始寻找领导者';
      case 'connectBudget':
        return '到时它放弃，重新寻找领导者（initLimit）';
      case 'epochLimit':
      case 'epochAckLimit':
      case 'newLeaderLimit':
        return '到时它放弃领导（initLimit）';
      case 'read':
        return '到时它放弃自己的领导者';
      default:
        return '到时等待结束';
    }
  },
  because: (sid) => `而服务器 ${sid}：`,
  said: (who, says) => `${who} ${says}。`,
  serves: (sid) => `服务器 ${sid} 不在等待：它正在为客户端服务。`,
  clientServed: (client, sid) => `${client} 不在等待${sid === null ? '' : `：它连接着服务器 ${sid}`}。`,
  clientGone: (client) => `${client} 已经不在，不等待什么。`,
  unseen: {
    decisions: '这是从日志里读出来的：日志没有写出这个决定本身。',
    causes: '这是从日志里读出来的：更早的原因不在日志里。',
    timers: '这是从日志里读出来的：日志没有写出它等到什么时候。',
  },
};

/** Names of the invariants in the language of the page; in English they are their own names. Loaded when one is shown, not with the page. */
import type { InvariantName } from '../ensemble/invariantList.ts';

/** With the name under which a hunt reports that Zablab itself failed. */
const ZH: Readonly<Record<InvariantName | 'the simulator does not fail', string>> = {
  'one leader per epoch': '每个 epoch 至多一个领导者',
  'consecutive proposals': '同一 epoch 的 zxid 从 1 开始连续',
  'only what was proposed': '服务器只接收领导者提出过的事务',
  agreement: '已提交事务的顺序和内容处处一致',
  'no acknowledged write is lost': '已确认的写不会丢失',
  'reply means committed': '成功的答复意味着已提交',
  'applied is a prefix of committed': '已应用的是已提交的前缀',
  'epochs are ordered': 'currentEpoch 不大于 acceptedEpoch',
  'promises are kept': '承诺过的 epoch 不会倒退',
  'a leader has all committed txns': '领导者持有此前所有已提交的事务',
  'a client never goes back': '客户端看到的 zxid 不会倒退',
  'equal trees': '相同 zxid 的树相同',
  'what was cut stays cut': '截掉的事务不会再回来',
  'committed is never cut': '已提交的事务不会被截断',
  'committed is durable': '已提交的事务已在多数服务器的磁盘上',
  'an epoch stands on its history': '进入一个 epoch 之前，它的历史已落盘',
  'sync gives the committed txns': '同步发送的正是已提交的事务',
  'a history ascends': '历史里的 zxid 递增',
  'proposals follow one another': '同一 epoch 的提案没有间隙',
  'messages come in their phase': '消息只在它的阶段到来',
  'commits match proposals': 'COMMIT 对应等待最久的提案',
  'acks match': '确认对应所等待的内容',
  'values have their shape': '状态的取值合法',
  'a session has one owner': '一个会话只属于一个客户端，请求按次序生效',
  'a closed session stays closed': '关闭的会话不会再有事务',
  'a leader emerges': '多数服务器连通时会选出领导者',
  'requests are answered': '有多数服务器时提案会提交',
  'learners get to serve': '连上领导者的服务器会开始服务',
  'epochs settle': '无人打扰时 epoch 不再增加',
  'silent sessions end': '没有动静的会话会超时关闭',
  'no server ends by itself': '磁盘完好的服务器不会自己退出',
  'the simulator does not fail': '模拟器自身不会出错',
};

/** The name of an invariant, for a person. One that is not known here, as from a run of another version, keeps its own. */
export function guaranteeName(name: string, language: 'en' | 'zh'): string {
  return language === 'zh' && Object.hasOwn(ZH, name) ? ZH[name as keyof typeof ZH] : name;
}

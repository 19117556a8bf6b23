/** What a rebuilt ensemble rests on that no log and no disk says, in words. Loaded with the feature, not with the page. */

/** Values of an assumption by name. */
export type AssumedValues = Readonly<Record<string, string | number | readonly number[]>>;

/** Something taken for granted. The sentence is made from `key` and `values` in the reader's language. */
export interface Assumption {
  readonly key: AssumptionKey;
  readonly values: AssumedValues;
}

type Say = (values: AssumedValues) => string;

const en = {
  filler: (v) =>
    `What was written is not in any log: the history of ${subject(v).toLowerCase()} is made of filler writes to /rebuilt, with the zxids that the logs tell.`,
  noLog: (v) => `There is no log of ${subject(v).toLowerCase()}: what is known is taken from what others heard.`,
  behind: (v) =>
    `${subject(v)} ${are(v)} started with one txn less than server ${num(v, 'leader')}, so that the latter is elected again; the txn comes back at once.`,
  olderEpoch: (v) =>
    `${subject(v)} ${are(v)} started with currentEpoch ${num(v, 'epoch')}, so that server ${num(v, 'leader')} is elected again; the new epoch comes at once.`,
  newEpoch: (v) =>
    `All servers are started anew, so a new epoch begins: ${num(v, 'now')}, where the logs are at ${num(v, 'logs')} at this moment.`,
  diskDiffers: (v) =>
    `The data directory of server ${num(v, 'server')} ends at ${num(v, 'disk')}, the logs put it at ${num(v, 'logs')} at this moment: the directory is used as it is.`,
  diskBroken: (v) => `Server ${num(v, 'server')} cannot start from its data directory: ${num(v, 'message')}.`,
  sessions: () => 'Clients and sessions are not rebuilt: there are none at the start.',
  cut: (v) => `Servers ${num(v, 'a')} and ${num(v, 'b')} could not reach each other shortly before: the link between them is cut.`,
  leaderAlone: (v) =>
    `Server ${num(v, 'leader')} still led at this moment, but no quorum followed it any more. Such a leader cannot be elected again: the servers that run are started together.`,
  noLeader: () => 'No server leads at this moment: those that run are started together, and may elect one if they can.',
  otherLeader: (v) =>
    `Server ${num(v, 'leader')} led at this moment, but from what is known ${num(v, 'now')} is elected when the ensemble starts again.`,
  notReached: (v) =>
    `The state of this moment could not be reached again, where server ${num(v, 'leader')} led: ${subject(v).toLowerCase()} ${are(v)} not back.`,
  clamped: (v) => `The setting ${num(v, 'name')} = ${num(v, 'value')} is out of the simulator's range; ${num(v, 'used')} is used.`,
} as const satisfies Readonly<Record<string, Say>>;

export type AssumptionKey = keyof typeof en;

const zh: Readonly<Record<AssumptionKey, Say>> = {
  filler: (v) => `日志不记录写入的内容：${list(v)} 的历史由对 /rebuilt 的填充写入构成，zxid 与日志一致。`,
  noLog: (v) => `没有 ${list(v)} 的日志：其状态取自其他服务器所听到的内容。`,
  behind: (v) => `${list(v)} 启动时比服务器 ${num(v, 'leader')} 少一条事务，以便后者再次当选；它们随即会补上这条事务。`,
  olderEpoch: (v) =>
    `${list(v)} 启动时的 currentEpoch 为 ${num(v, 'epoch')}，以便服务器 ${num(v, 'leader')} 再次当选；它们随即会得到新的纪元。`,
  newEpoch: (v) => `所有服务器都重新启动，因此开始新的纪元：${num(v, 'now')}；日志此刻处于纪元 ${num(v, 'logs')}。`,
  diskDiffers: (v) =>
    `服务器 ${num(v, 'server')} 的数据目录止于 ${num(v, 'disk')}，而日志表明此刻它位于 ${num(v, 'logs')}：数据目录按原样使用。`,
  diskBroken: (v) => `服务器 ${num(v, 'server')} 无法从其数据目录启动：${num(v, 'message')}。`,
  sessions: () => '客户端和会话不会重建：开始时没有任何会话。',
  cut: (v) => `服务器 ${num(v, 'a')} 与 ${num(v, 'b')} 此前不久无法互相连通：它们之间的链路被切断。`,
  leaderAlone: (v) =>
    `此刻服务器 ${num(v, 'leader')} 仍在领导，但已没有法定人数跟随它。这样的领导者无法再次当选：正在运行的服务器一起启动。`,
  noLeader: () => '此刻没有服务器担任领导者：正在运行的服务器一起启动，若条件允许会选出领导者。',
  otherLeader: (v) => `此刻由服务器 ${num(v, 'leader')} 领导，但就已知内容而言，重新启动后当选的是 ${num(v, 'now')}。`,
  notReached: (v) => `无法重新达到服务器 ${num(v, 'leader')} 领导的此刻状态：${list(v)} 未能恢复。`,
  clamped: (v) => `设置 ${num(v, 'name')} = ${num(v, 'value')} 超出模拟器的范围；改用 ${num(v, 'used')}。`,
};

/** One sentence in the reader's language. */
export function assumptionText({ key, values }: Assumption, language: 'en' | 'zh'): string {
  return (language === 'zh' ? zh : en)[key](values);
}

function num(values: AssumedValues, name: string): string {
  return String(values[name] ?? '?');
}

function sids(values: AssumedValues): readonly number[] {
  const { servers: named } = values;
  return typeof named === 'object' ? named : [];
}

/** At the beginning of a sentence: `Server 3`, `Servers 1 and 3`. */
function subject(values: AssumedValues): string {
  const named = sids(values);
  if (named.length === 1) return `Server ${String(named[0])}`;
  return `Servers ${named.slice(0, -1).join(', ')} and ${String(named.at(-1))}`;
}

function are(values: AssumedValues): string {
  return sids(values).length === 1 ? 'is' : 'are';
}

function list(values: AssumedValues): string {
  return `服务器 ${sids(values).join('、')}`;
}

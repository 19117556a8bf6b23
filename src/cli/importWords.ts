/** Words of the overview that `zablab import` prints. */
import type { Sid } from '../base/ids.ts';
import type { Finding, ReadRole } from '../intake/logs/model.ts';

export interface OverviewWords {
  readonly nothing: string;
  readonly span: (logs: number, from: string, to: string) => string;
  readonly servers: string;
  readonly server: (sid: Sid, version: string | null, observer: boolean, logs: readonly string[], guessed: boolean) => string;
  readonly clock: (offsetMs: number, uncertainMs: number) => string;
  readonly more: (roles: number) => string;
  readonly unsure: string;
  readonly whose: (log: string, host: string | null, suggestions: readonly Sid[]) => string;
  readonly elections: string;
  readonly elected: (at: string, leader: Sid, epoch: number | null, supporters: string, tookMs: number) => string;
  readonly attempt: (at: string, leader: Sid, tookMs: number) => string;
  readonly ended: (at: string, reason: string | null) => string;
  readonly syncs: string;
  readonly sync: (
    at: string,
    leader: Sid,
    learner: Sid,
    mode: string,
    from: string | null,
    zxid: string | null,
    done: boolean | null,
  ) => string;
  readonly findings: string;
  readonly noFindings: string;
  readonly lines: (log: string, line: number, more: number) => string;
  readonly leftOut: string;
}

const plus = (ms: number) => `${ms >= 0 ? '+' : '−'}${Math.abs(ms)}`;

const en: OverviewWords = {
  nothing: 'No line of a ZooKeeper server was found.',
  span: (logs, from, to) => `${logs} ${logs === 1 ? 'log' : 'logs'}, ${from} to ${to} (UTC)`,
  servers: 'Servers (with their roles)',
  server: (sid, version, observer, logs, guessed) =>
    `${sid}${observer ? ' (observer)' : ''}${guessed ? ' (a guess)' : ''}: ${logs.join(', ')}${version === null ? '' : `, ZooKeeper ${version}`}`,
  clock: (offset, uncertain) =>
    `, clock ${plus(offset)} ms ${uncertain === Infinity ? '(nothing bounds how much)' : `(± ${uncertain} ms)`}`,
  more: (roles) => `and ${roles} more changes`,
  unsure: 'Whose logs these are, nothing tells for certain (say it with --sid NAME=SID)',
  whose: (log, host, suggestions) =>
    `${log}${host === null ? '' : `, host ${host}`}: ${suggestions.length === 0 ? 'no idea' : `server ${suggestions.join(' or ')}`}`,
  elections: 'Elections',
  elected: (at, leader, epoch, supporters, took) =>
    `${at}  ${leader} leads${epoch === null ? '' : `, epoch ${epoch}`}, supported by ${supporters}; elected in ${took} ms`,
  attempt: (at, leader, took) => `${at}  ${leader} tried to lead and was not established; elected in ${took} ms`,
  ended: (at, reason) => `; ended ${at}${reason === null || reason === '' ? '' : `: ${reason}`}`,
  syncs: 'Synchronizations',
  sync: (at, leader, learner, mode, from, zxid, done) =>
    `${at}  ${leader} → ${learner}  ${mode}${from === null ? '' : ` from ${from}`}${zxid === null ? '' : ` to ${zxid}`}${done === false ? ', not completed' : ''}`,
  findings: 'Findings',
  noFindings: 'Nothing was found that is wrong.',
  lines: (log, line, more) => `${log}, line ${line}${more > 0 ? ` and ${more} more` : ''}`,
  leftOut: 'Left out',
};

const zh: OverviewWords = {
  nothing: '没有找到 ZooKeeper 服务器的日志行。',
  span: (logs, from, to) => `${logs} 份日志，${from} 至 ${to}（UTC）`,
  servers: '服务器（及其角色）',
  server: (sid, version, observer, logs, guessed) =>
    `${sid}${observer ? '（observer）' : ''}${guessed ? '（推测）' : ''}：${logs.join('、')}${version === null ? '' : `，ZooKeeper ${version}`}`,
  clock: (offset, uncertain) => `，时钟 ${plus(offset)} ms${uncertain === Infinity ? '（范围无从确定）' : `（± ${uncertain} ms）`}`,
  more: (roles) => `另有 ${roles} 次变化`,
  unsure: '以下日志属于哪台服务器无法确定（用 --sid 名称=SID 指明）',
  whose: (log, host, suggestions) =>
    `${log}${host === null ? '' : `，主机 ${host}`}：${suggestions.length === 0 ? '无从推测' : `服务器 ${suggestions.join(' 或 ')}`}`,
  elections: '选举',
  elected: (at, leader, epoch, supporters, took) =>
    `${at}  ${leader} 成为 leader${epoch === null ? '' : `，epoch ${epoch}`}，支持者 ${supporters}；选举用时 ${took} ms`,
  attempt: (at, leader, took) => `${at}  ${leader} 当选但未能确立；选举用时 ${took} ms`,
  ended: (at, reason) => `；结束于 ${at}${reason === null || reason === '' ? '' : `：${reason}`}`,
  syncs: '同步',
  sync: (at, leader, learner, mode, from, zxid, done) =>
    `${at}  ${leader} → ${learner}  ${mode}${from === null ? '' : ` 从 ${from}`}${zxid === null ? '' : ` 到 ${zxid}`}${done === false ? '，未完成' : ''}`,
  findings: '诊断',
  noFindings: '没有发现问题。',
  lines: (log, line, more) => `${log} 第 ${line} 行${more > 0 ? `，另有 ${more} 处` : ''}`,
  leftOut: '未读取',
};

export const OVERVIEW: Readonly<Record<'en' | 'zh', OverviewWords>> = { en, zh };

export function sidsText(sids: readonly Sid[]): string {
  return sids.join(', ');
}

/** Roles stay in ZooKeeper's own words. */
export function roleName(role: ReadRole['role']): string {
  return role;
}

/** A mark before a finding: what is wrong, and what is only worth knowing. */
export function reasonOf({ severity }: Finding): string {
  return severity === 'problem' ? '!' : '-';
}

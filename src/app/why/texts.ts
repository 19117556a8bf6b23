/** Texts of "why?"; loaded with the answer, not with the page. */
import type { Language } from '../i18n/i18n.svelte.ts';
import type { LinkKind } from '../../trace/why/chain.ts';

const en = {
  rule: 'The rule',
  compared: 'What was compared',
  theirs: 'from outside',
  mine: 'its own',
  sources: 'Where it is written',
  java: 'ZooKeeper',
  action: 'TLA+ spec',
  reference: 'Rule',
  waits: 'Now',
  left: (text: string) => `${text} left`,
  since: 'show since when',
  led: 'What led to it',
  back: 'newest first',
  skipped: (count: number) => `${count} ${count === 1 ? 'step is' : 'steps are'} left out: heartbeats, connections, repeats.`,
  seek: (n: number) => `go to event ${n}`,
  kinds: {
    decision: 'decision',
    message: 'message',
    timer: 'timer',
    disk: 'disk',
    connection: 'connection',
    process: 'process',
    command: 'command',
    client: 'client',
    step: 'step',
    line: 'log line',
  } satisfies Record<LinkKind, string>,
};

export type AnswerTexts = typeof en;

const zh: AnswerTexts = {
  rule: '规则',
  compared: '比较的数字',
  theirs: '对方的',
  mine: '自己的',
  sources: '出处',
  java: 'ZooKeeper',
  action: 'TLA+',
  reference: '规则',
  waits: '现在',
  left: (text) => `还剩 ${text}`,
  since: '看从何时起',
  led: '前因',
  back: '由近及远',
  skipped: (count) => `略去 ${count} 步：心跳、连接和重复。`,
  seek: (n) => `跳到事件 ${n}`,
  kinds: {
    decision: '决定',
    message: '消息',
    timer: '定时器',
    disk: '磁盘',
    connection: '连接',
    process: '进程',
    command: '命令',
    client: '客户端',
    step: '步骤',
    line: '日志行',
  },
};

export const ANSWER_TEXTS: Readonly<Record<Language, AnswerTexts>> = { en, zh };

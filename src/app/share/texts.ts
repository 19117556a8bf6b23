/** Texts of links, files and remembered runs; loaded with them, not with the page. */
import type { RunProblem } from '../../intake/runs/errors.ts';
import type { Language } from '../i18n/i18n.svelte.ts';

const commandsEn = (count: number): string => (count === 1 ? 'one command' : `${count} commands`);

const en = {
  title: 'Share and save',
  link: 'Link',
  linkHolds: (commands: number, n: number) =>
    `Opens this run with ${commandsEn(commands)}, at event ${n + 1}, in any browser. Nothing is uploaded: all of it is in the link.`,
  otherBranches: (count: number) =>
    count === 1
      ? 'The other branch is not in it; a file holds both.'
      : `The ${count} other branches are not in it; a file holds all of them.`,
  copy: 'Copy link',
  copied: 'Copied',
  characters: (count: number) => `${count} characters`,
  making: 'Making the link…',
  file: 'File',
  fileHolds: 'Scenario, seed, data directories, all branches, and where you are.',
  withTrace: (events: number) => `With the whole trace (${events} events), for other programs`,
  compressed: 'Compressed (.gz)',
  save: 'Save the run',
  other: 'Other forms',
  otherHolds: 'Film, picture, transcript, sequence diagram, trace, server logs, data directories.',
  export: 'Export…',
  open: 'Open a run…',
  recorded: 'This run was read from logs: there are no commands to play it again. Keep the logs, or run on from here and share that.',
  offer: 'Continue where you were?',
  offerWhat: (name: string, commands: number) => `${name}, ${commandsEn(commands)}`,
  goOn: 'Continue',
  notNow: 'Not now',
  differs: (n: number) => `This release plays this run differently: up to event ${n + 1}, the trace is not the one that was shared.`,
  changed: 'The scenario is not the same in this release as when the link was made.',
  dismiss: 'Dismiss',
  opening: 'Playing the run again…',
  cancel: 'Cancel',
  recent: 'Recent runs',
  noRecent: 'Runs in which you have done something are remembered here, in this browser only.',
  forget: 'Forget',
  forgetRun: (name: string) => `Forget ${name}`,
  recentWhat: (commands: number, events: number) => `${commandsEn(commands)}, ${events} events`,
  theLink: 'the link',
  problems: {
    newer: (what: string) =>
      `This was made by a newer version of Zablab${what === '' ? '' : ` (${what})`}. Load the page again to get that version.`,
    cut: () => 'Its end is missing, or letters in it have changed. Copy the whole of it and try again.',
    damaged: () => 'This is no run that Zablab has saved or shared, or bytes in it are wrong.',
    tooLarge: () => 'It is larger than what is read.',
    unknownScenario: (what: string) => `The scenario “${what}” is not known here.`,
    wrong: (what: string) => (what === '' ? 'One of its fields has a wrong value.' : `One of its fields is wrong: expected ${what}.`),
    differs: (what: string) => `This release plays it so differently that its commands make no sense any more. ${what}`,
  } satisfies Readonly<Record<RunProblem, (what: string) => string>>,
  runOn: 'Run on from here',
  recordedAct: 'This happened elsewhere and cannot be changed.',
  noDisksInLink: 'A link cannot hold the data directories that this run began with. Save it as a file.',
  tooLongForLink: 'This run is too long for a link. Save it as a file.',
};

export type ShareTexts = typeof en;

const zh: ShareTexts = {
  title: '分享与保存',
  link: '链接',
  linkHolds: (commands, n) =>
    `在任何浏览器里打开这次运行：包含 ${commands} 条命令，停在第 ${n + 1} 个事件。不上传任何内容，一切都在链接里。`,
  otherBranches: (count) => `另外 ${count} 个分支不在链接里；文件可以保存全部分支。`,
  copy: '复制链接',
  copied: '已复制',
  characters: (count) => `${count} 个字符`,
  making: '正在生成链接…',
  file: '文件',
  fileHolds: '场景、种子、数据目录、所有分支，以及当前位置。',
  withTrace: (events) => `包含完整轨迹（${events} 个事件），供其他程序使用`,
  compressed: '压缩（.gz）',
  save: '保存这次运行',
  other: '其他形式',
  otherHolds: '动画、图片、文字记录、时序图、轨迹、服务器日志、数据目录。',
  export: '导出…',
  open: '打开一次运行…',
  recorded: '这次运行是从日志读出来的，没有命令可以重放。请保留日志；或者从这里继续运行，再分享后面的部分。',
  offer: '接着上次继续？',
  offerWhat: (name, commands) => `${name}，${commands} 条命令`,
  goOn: '继续',
  notNow: '暂不',
  differs: (n) => `这个版本重放的结果不同：到第 ${n + 1} 个事件为止，轨迹与分享时不一样。`,
  changed: '链接里的场景在这个版本中已经改动过。',
  dismiss: '关闭',
  opening: '正在重放这次运行…',
  cancel: '取消',
  recent: '最近的运行',
  noRecent: '你动手操作过的运行会记在这里，只保存在这个浏览器中。',
  forget: '删除记录',
  forgetRun: (name) => `删除记录：${name}`,
  recentWhat: (commands, events) => `${commands} 条命令，${events} 个事件`,
  theLink: '链接',
  problems: {
    newer: (what) => `它由更新版本的 Zablab${what === '' ? '' : `（${what}）`}生成。请重新加载页面以更新到该版本。`,
    cut: () => '末尾缺失，或者其中的字符被改动。请完整复制后再试。',
    damaged: () => '这不是 Zablab 保存或分享的运行，或者其中有字节损坏。',
    tooLarge: () => '内容过大，超出可读取的范围。',
    unknownScenario: (what) => `这里没有名为“${what}”的场景。`,
    wrong: (what) => (what === '' ? '有一个字段的值不对。' : `有一个字段不对，应为：${what}。`),
    differs: (what) => `这个版本重放的结果不同，其中的命令已无法执行。${what}`,
  },
  runOn: '从这里继续运行',
  recordedAct: '这是在别处发生的，无法更改。',
  noDisksInLink: '链接装不下这次运行开始时的数据目录。请保存为文件。',
  tooLongForLink: '这次运行太长，装不进链接。请保存为文件。',
};

export const SHARE_TEXTS: Readonly<Record<Language, ShareTexts>> = { en, zh };

/** Texts of the export dialog; loaded with it. */
import type { Language } from '../i18n/i18n.svelte.ts';

const en = {
  title: 'Export',
  part: 'Which part',
  whole: 'The whole run',
  toPlayhead: 'Up to the playhead',
  around: 'The last two seconds before the playhead',
  events: (count: number) => `${count} events`,
  empty: 'Nothing has happened yet: there is nothing to export.',
  make: 'Save',
  making: (share: number) => `Making it … ${Math.round(share * 100)} %`,
  cancel: 'Cancel',
  saved: (name: string, kb: number) => `Saved ${name} (${kb} kB).`,
  failed: (message: string) => `It could not be made: ${message}`,
  groups: { see: 'To show', read: 'To read', tools: 'For other tools', disk: 'For ZooKeeper' },
  formats: {
    film: ['Film (GIF)', 'The stage as it moves, for slides and chats.'],
    video: ['Film (video)', 'The same, sharper and smaller; not every browser can record it.'],
    timelineSvg: ['Timeline (SVG)', 'The space-time diagram, to be scaled and edited.'],
    timelinePng: ['Timeline (PNG)', 'The same as a picture.'],
    transcript: ['Transcript (Markdown)', 'What happened, in sentences, with every decision.'],
    mermaid: ['Sequence diagram (Mermaid)', 'Up to 400 messages, for documents that draw Mermaid.'],
    jsonl: ['Trace (JSON lines)', 'Every event with all there is to know, one a line.'],
    shiviz: ['ShiViz log', 'With vector clocks; opens in ShiViz with its default expression.'],
    tla: ['States (TLA+)', 'The variables of ZooKeeper’s specification, as TLC prints a behaviour.'],
    logs: ['Server logs', 'Every server’s log in ZooKeeper 3.8’s own layout and words.'],
    disks: ['Data directories', 'Every server’s directory as it is on its disk; ZooKeeper opens them.'],
  },
};

export type ExportTexts = typeof en;

const zh: ExportTexts = {
  title: '导出',
  part: '哪一部分',
  whole: '整个运行',
  toPlayhead: '到播放头为止',
  around: '播放头之前的两秒',
  events: (count) => `${count} 个事件`,
  empty: '还没有发生任何事情：没有可以导出的内容。',
  make: '保存',
  making: (share) => `正在生成 … ${Math.round(share * 100)} %`,
  cancel: '取消',
  saved: (name, kb) => `已保存 ${name}（${kb} kB）。`,
  failed: (message) => `无法生成：${message}`,
  groups: { see: '用来展示', read: '用来阅读', tools: '给其他工具', disk: '给 ZooKeeper' },
  formats: {
    film: ['动画（GIF）', '舞台上的过程，适合幻灯片和聊天。'],
    video: ['动画（视频）', '同样的内容，更清晰也更小；不是每个浏览器都能录制。'],
    timelineSvg: ['时间线（SVG）', '时空图，可以缩放和编辑。'],
    timelinePng: ['时间线（PNG）', '同样的内容，作为图片。'],
    transcript: ['文字记录（Markdown）', '用句子讲述发生的事情和每一个决定。'],
    mermaid: ['时序图（Mermaid）', '最多 400 条消息，适合能绘制 Mermaid 的文档。'],
    jsonl: ['轨迹（JSON 行）', '每个事件的全部信息，每行一个。'],
    shiviz: ['ShiViz 日志', '带向量时钟；用 ShiViz 的默认表达式就能打开。'],
    tla: ['状态序列（TLA+）', 'ZooKeeper 规范中的变量，按 TLC 打印行为的格式。'],
    logs: ['服务器日志', '每台服务器的日志，采用 ZooKeeper 3.8 自己的格式和措辞。'],
    disks: ['数据目录', '每台服务器磁盘上的目录原样；ZooKeeper 可以打开。'],
  },
};

export const TEXTS: Readonly<Record<Language, ExportTexts>> = { en, zh };

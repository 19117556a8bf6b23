/** What happened, as a transcript in Markdown: a section for each leadership, a line for everything that tells something. */
import type { TraceEvent } from '../ensemble/types.ts';
import { captionOf, sentenceOf, type Lang, type Language } from '../trace/narrate.ts';
import { isQuiet } from '../trace/quiet.ts';
import type { EnsembleView } from '../trace/view.ts';
import { told, type RunRecord } from './record.ts';

const TEXTS = {
  en: {
    head: (servers: readonly number[], from: string, to: string) => `Servers ${servers.join(', ')}. From ${from} to ${to}.`,
    before: 'Without a leader',
    epoch: (epoch: number, leader: number) => `Epoch ${epoch}: server ${leader} leads`,
    nothing: 'Nothing happened.',
  },
  zh: {
    head: (servers: readonly number[], from: string, to: string) => `服务器 ${servers.join('、')}。从 ${from} 到 ${to}。`,
    before: '没有领导者',
    epoch: (epoch: number, leader: number) => `纪元 ${epoch}：服务器 ${leader} 领导`,
    nothing: '什么也没有发生。',
  },
} as const satisfies Record<Lang, unknown>;

/** The transcript. Text from outside (paths, names, log lines) is escaped: it shows as it is. */
export function toMarkdown(record: RunRecord, language: Language): string {
  const t = TEXTS[language.code];
  const body: string[] = [];
  let first = 0;
  let last = 0;
  for (const { event, view } of told(record)) {
    if (body.length === 0) first = event.at;
    last = event.at;
    const heading = headingOf(event, t.epoch) ?? (body.length === 0 ? t.before : null);
    if (heading !== null) body.push('', `## ${escaped(heading)}`, '');
    body.push(...linesOf(event, view, language));
  }
  const servers = record.members.map(({ sid }) => sid);
  const head = [`# ${escaped(record.name)}`, '', escaped(t.head(servers, time(first), time(last)))];
  return [...head, ...(body.length === 0 ? ['', t.nothing] : body), ''].join('\n');
}

function headingOf(event: TraceEvent, epoch: (epoch: number, leader: number) => string): string | null {
  if (event.actor.kind !== 'server') return null;
  for (const decision of event.decisions) if (decision.rule === 'leader.established') return epoch(decision.epoch, event.actor.sid);
  return null;
}

/** Every decision of a step in the order in which it was taken; of other events their one sentence. */
function linesOf(event: TraceEvent, view: EnsembleView, language: Language): readonly string[] {
  const { actor, what, decisions } = event;
  if (isQuiet(event) || what.type === 'connectionOpened' || what.type === 'connectionClosed') return [];
  const sentences =
    actor.kind === 'server' && decisions.length > 0
      ? decisions.map((decision) => sentenceOf(decision, actor.sid, language))
      : [captionOf(event, view, language)];
  return sentences.map((sentence, i) => (i === 0 ? `- **${time(event.at)}** ${escaped(sentence)}` : `  - ${escaped(sentence)}`));
}

function time(ms: number): string {
  return `${ms.toFixed(1)} ms`;
}

/** Text as text: everything that Markdown or HTML would take for markup is escaped. */
function escaped(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|~&!]/g, '\\$&').replace(/^(\d+)([.)])/, '$1\\$2');
}

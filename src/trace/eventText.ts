/** All that an event says, as one text to search in: its caption, decisions, messages, commands, log lines. */
import type { TraceEvent } from '../ensemble/types.ts';
import type { TextOf } from './claim/holds.ts';
import { captionOf, messageSays, sentenceOf } from './narrate.ts';
import type { Language } from './narrate/language.ts';
import { formatZxid } from '../base/zxid.ts';
import type { Message } from '../zab/types.ts';
import type { Timeline } from './timeline.ts';
import type { EnsembleView } from './view.ts';

/**
 * Text of events in one language. Parts are on lines of their own, so that a search does not find what spans two of them. Only the caption
 * of a client's doing asks for a view (names of clients); of everything else the caption follows from the event.
 */
export function textIn(language: Language): TextOf {
  return (event, timeline) => {
    const parts = [captionOf(event, viewFor(event, timeline), language)];
    for (const decision of event.decisions) {
      parts.push(decision.rule);
      if (event.actor.kind === 'server') parts.push(sentenceOf(decision, event.actor.sid, language));
    }
    const { what } = event;
    if (what.type === 'receive' || what.type === 'received') parts.push(said(what.message, language));
    else if (what.type === 'logLine') parts.push(what.text);
    else if (what.type === 'processEnded' && what.message !== null) parts.push(what.message);
    for (const { message } of event.sent) parts.push(said(message, language));
    return parts.join('\n');
  };
}

function said(message: Message, language: Language): string {
  const zxid = 'zxid' in message ? ` ${formatZxid(message.zxid)}` : '';
  return `${message.kind}${zxid} ${messageSays(message, language)}`;
}

/** The newest view that lies near: names of clients and the epoch of a server's role change come from it. */
function viewFor(event: TraceEvent, timeline: Timeline): EnsembleView {
  const { actor, what, changes } = event;
  const named =
    actor.kind === 'client' ||
    changes?.role !== undefined ||
    what.type === 'fsynced' ||
    (what.type === 'accepted' && what.channel === 'client') ||
    (what.type === 'receive' && what.from.kind === 'client') ||
    (what.type === 'command' && 'client' in what.command) ||
    (what.type === 'connectionOpened' && what.channel === 'client');
  return named ? timeline.viewAt(event.n) : timeline.start;
}

/**
 * A trace in the form that ShiViz reads with the expression in `SHIVIZ_EXPRESSION`: a line with what happened, and below it the host and its
 * vector clock. Hosts are the servers, the clients, and the person who commands; what the world does by itself is on no host.
 */
import { captionOf, type Language } from '../trace/narrate.ts';
import { letter } from '../trace/narrate/text.ts';
import { vectorClocks, type Line } from '../trace/happenedBefore.ts';
import { told, type RunRecord } from './record.ts';

/** To be typed into ShiViz' field for the log's expression, where it is not the default. */
export const SHIVIZ_EXPRESSION = '(?<event>.*)\\n(?<host>\\S*) (?<clock>{.*})';

/** All events up to `to`: ShiViz wants every host's clock to begin at 1, so a part of a trace always begins at its beginning. */
export function toShiViz(record: RunRecord, language: Language): string {
  const { to = Infinity } = record;
  const texts = told({ ...record, from: 0 });
  let text = '';
  for (const { event, line, clock } of vectorClocks(record.events)) {
    if (event.n > to) break;
    const now = texts.next();
    if (line === null || now.done === true) continue;
    const { view } = now.value;
    const entries = [...clock].map(([other, time]) => `"${hostOf(other)}":${time}`);
    text += `${event.at.toFixed(1)} ms ${oneLine(captionOf(event, view, language))}\n${hostOf(line)} {${entries.join(', ')}}\n`;
  }
  return text;
}

function hostOf(line: Line): string {
  if (line === 'person') return 'person';
  const number = Number(line.slice(1));
  return line.startsWith('s') ? `server-${number}` : `client-${letter(number)}`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}

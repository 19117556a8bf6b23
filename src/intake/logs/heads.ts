/** What stands before (or behind) a message, read once for each of its forms: level, server, thread and logger. */
import type { Sid } from '../../base/ids.ts';
import type { LogRecord } from './facts.ts';
import { inRange, levelOf, sidOfThread, simpleName } from './words.ts';

/** What stands before a message, or behind it. */
export interface Head {
  readonly layout: string;
  readonly level: LogRecord['level'];
  /** `[myid:N]`, or the thread's. */
  readonly sid: Sid | null;
  readonly thread: string;
  /** Simple name of the outermost class: `FastLeaderElection`; empty where the line has none. */
  readonly logger: string;
}

/** C1…C4 from ` [myid:2] - INFO  [thread:Class@1] -`. */
export function classicHead(key: string): Head | null {
  const found = /^ (\[myid:(\d{0,15})\] )?- ([A-Z]{4,7})( {0,4})\[(.*)\] -$/s.exec(key);
  if (found === null) return null;
  const level = levelOf(found[3] ?? '');
  if (level === null) return null;
  const place = found[5] ?? '';
  const at = place.lastIndexOf('@');
  const colon = at < 0 ? -1 : place.lastIndexOf(':', at);
  const thread = colon < 0 ? place : place.slice(0, colon);
  const logger = colon < 0 ? '' : place.slice(colon + 1, at);
  const collapsed = (level === 'INFO' || level === 'WARN') && found[4] === ' ';
  const layout = found[1] === undefined ? 'C3' : /^(?:[a-z]\w*\.)+[A-Z]/.test(logger) ? 'C4' : collapsed ? 'C2' : 'C1';
  const myid = found[2] === undefined || found[2] === '' ? null : Number(found[2]);
  return { layout, level, sid: inRange(myid) ?? sidOfThread(thread), thread, logger: simpleName(logger) };
}

/** C5, C6 from `C5INFO (logger) [thread]`: the name of a class, unlike `(n.peerEpoch)` at the end of a message. */
export function trailingHead(key: string): Head | null {
  const found = /^(C[56])([A-Z]+) \(((?:\w{1,100}\.){0,12}[A-Z][\w$]{0,100})\)(?: \[(.*)\])?$/s.exec(key);
  const level = found === null ? null : levelOf(found[2] ?? '');
  if (found === null || level === null) return null;
  const thread = found[4] ?? '';
  return { layout: found[1] ?? '', level, sid: sidOfThread(thread), thread, logger: simpleName(found[3] ?? '') };
}

/** C11 from `C11INFO org.apache.zookeeper.Class`. */
export function clouderaHead(key: string): Head | null {
  const found = /^C11([A-Z]+) ((?:\w+\.)+[\w$]+)$/.exec(key);
  const level = found === null ? null : levelOf(found[1] ?? '');
  if (found === null || level === null) return null;
  return { layout: 'C11', level, sid: null, thread: '', logger: simpleName(found[2] ?? '') };
}

/** C7 from `[thread] ERROR [logger]`. */
export function slashesHead(key: string): Head | null {
  const close = key.lastIndexOf(' [');
  const found = /^\[(.*)\] +([A-Z]+) +$/s.exec(key.slice(0, close + 1));
  const level = found === null ? null : levelOf(found[2] ?? '');
  if (found === null || level === null) return null;
  const thread = found[1] ?? '';
  return { layout: 'C7', level, sid: sidOfThread(thread), thread, logger: simpleName(key.slice(close + 2, -1)) };
}

/** C9 from `C9INFO:Class:thread`. */
export function cppHead(key: string): Head | null {
  const found = /^C9([A-Z]+) ?:([\w$]+):(.*)$/s.exec(key);
  const level = found === null ? null : levelOf(found[1] ?? '');
  if (found === null || level === null) return null;
  return { layout: 'C9', level, sid: sidOfThread(found[3] ?? ''), thread: found[3] ?? '', logger: found[2] ?? '' };
}

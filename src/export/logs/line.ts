/** The layout of a server's log: ZooKeeper 3.8.0 as Debian packages it, `[myid:N] - LEVEL [thread:Class@line] - message`, times in UTC. */
import type { Sid } from '../../base/ids.ts';
import { logTime } from '../../base/utc.ts';

export type Level = 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';

/** One message of a log, before it has a time. */
export interface LogMessage {
  readonly level: Level;
  readonly thread: string;
  /** Class, nested ones with `$`, and line in the source of 3.8.0: `QuorumPeer@1455`. Tells kinds of messages apart. */
  readonly at: string;
  /** May have line feeds, as in the real log. */
  readonly text: string;
  /** Lines below the message: an exception, its first frames, its causes. */
  readonly stack?: readonly string[];
  /** Printed before the configuration was read: the server does not know who it is. */
  readonly nameless?: true;
}

/**
 * A message as lines of the log, without a line feed at the end.
 *
 * @param wallMs ms since 1970.
 */
export function formatMessage(message: LogMessage, sid: Sid, wallMs: number): string {
  const { level, thread, at, text, stack, nameless } = message;
  const line = `${logTime(wallMs)} [myid:${nameless === true ? '' : sid}] - ${level.padEnd(5)} [${thread}:${at}] - ${text}`;
  return stack === undefined ? line : [line, ...stack].join('\n');
}

/** Names of the threads of server `sid`. Source: the constructors of the classes that run in them. */
export const threads = {
  main: 'main',
  peer: (sid: Sid, clientPort: number) => `QuorumPeer[myid=${sid}](plain=[0:0:0:0:0:0:0:0]:${clientPort})(secure=disabled)`,
  workerReceiver: (sid: Sid) => `WorkerReceiver[myid=${sid}]`,
  workerSender: (sid: Sid) => `WorkerSender[myid=${sid}]`,
  connection: (sid: Sid, n: number) => `QuorumConnectionThread-[myid=${sid}]-${n}`,
  prep: (sid: Sid) => `ProcessThread(sid:${sid} cport:-1):`,
  sync: (sid: Sid) => `SyncThread:${sid}`,
  commit: (sid: Sid) => `CommitProcessor:${sid}`,
  snapshot: 'Snapshot Thread',
} as const;

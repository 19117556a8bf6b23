/** Small logs in ZooKeeper's own words, read and understood by the real importer, for tests of what is made of them. */
import { utf8, type Sid } from '../../../src/base/ids.ts';
import { understand } from '../../../src/intake/logs/case.ts';
import { diagnose } from '../../../src/intake/logs/diagnose/diagnose.ts';
import type { Finding, LogCase } from '../../../src/intake/logs/model.ts';
import { readLog } from '../../../src/intake/logs/reader.ts';
import { summarize } from '../../../src/intake/logs/summary.ts';

/** `12:00:01.500 LOOKING`, with a thread or a level before the text where it matters: `12:00:01.500 WARN [thread:Class@1] text`. */
export type Line = string;

const LINE = /^(\d\d:\d\d:\d\d)\.(\d{3}) (?:(INFO|WARN|ERROR|DEBUG) )?(?:\[(\S+)\] )?(.*)$/;

/** Lines of one server in the layout of ZooKeeper 3.8; those that do not begin with a time are printed as they are (stack traces). */
export function logText(sid: Sid, lines: readonly Line[]): string {
  return lines
    .map((line) => {
      const parts = LINE.exec(line);
      if (parts === null) return `${line}\n`;
      const [
        ,
        time = '',
        fraction = '',
        level = 'INFO',
        thread = `QuorumPeer[myid=${sid}](plain=0.0.0.0:2181)(secure=disabled):QuorumPeer@1`,
        text = '',
      ] = parts;
      return `2026-01-05 ${time},${fraction} [myid:${sid}] - ${level.padEnd(5)} [${thread}] - ${text}\n`;
    })
    .join('');
}

/** Reads the logs of servers by sid, and of nobody by name. */
export function caseOf(servers: Readonly<Record<Sid, readonly Line[]>>, others: Readonly<Record<string, string>> = {}): LogCase {
  const texts = [
    ...Object.entries(servers).map(([sid, lines]) => [`zk${sid}.log`, logText(Number(sid), lines)] as const),
    ...Object.entries(others),
  ];
  return understand(
    texts.map(([name, text], i) => readLog(i, name, utf8(text))),
    {},
  );
}

export function findingsOf(logCase: LogCase): readonly Finding[] {
  return diagnose(logCase, summarize(logCase));
}

/** The notification line of a vote, as 3.6 and later print it. */
export function heard(at: string, my: string, from: Sid, state: string, leader: Sid, zxid: string, round = 1, epoch = 0, config = 0): Line {
  return `${at} [WorkerReceiver:FastLeaderElection$Messenger$WorkerReceiver@391] Notification: my state:${my}; n.sid:${from}, n.state:${state}, n.leader:${leader}, n.round:0x${round.toString(16)}, n.peerEpoch:0x${epoch.toString(16)}, n.zxid:${zxid}, message format version:0x2, n.config version:0x${config.toString(16)}`;
}

/** The names of all findings, and what a language has to say about each. */
import { plainText } from '../../../trace/narrate/text.ts';
import type { Finding } from '../model.ts';

export type FindingRule =
  // who led
  | 'leader.established'
  | 'leader.notEstablished'
  | 'leader.replaced'
  | 'leader.none'
  | 'looking.atEnd'
  // why
  | 'why.vote'
  | 'why.alone'
  | 'why.notHeard'
  | 'why.joined'
  // who was not there
  | 'reach.refused'
  | 'reach.timeout'
  | 'reach.unresolved'
  | 'reach.unreachable'
  | 'reach.reset'
  | 'reach.tls'
  | 'reach.other'
  | 'reach.name'
  | 'reach.leader'
  | 'reach.oneWay'
  | 'silent.member'
  | 'silent.server'
  | 'port.auth'
  | 'port.tls'
  | 'port.garbage'
  | 'port.other'
  // ids and members
  | 'sid.same'
  | 'sid.twoVotes'
  | 'sid.twoAddresses'
  | 'sid.twoLogs'
  | 'sid.notMember'
  | 'sid.unknown'
  | 'members.differ'
  | 'members.versions'
  | 'members.weights'
  | 'vote.stranger'
  | 'storm'
  // epochs and histories
  | 'epoch.refused'
  | 'epoch.ahead'
  | 'epoch.reused'
  | 'epoch.diverged'
  | 'epoch.forgotten'
  | 'epoch.files'
  | 'epoch.fileMissing'
  | 'history.cut'
  | 'history.replaced'
  | 'history.jump'
  | 'sync.snapshot'
  // limits
  | 'initLimit.leader'
  | 'initLimit.learner'
  | 'syncLimit.learner'
  | 'syncLimit.leader'
  | 'quorum.lost'
  | 'quorum.gone'
  | 'quorum.notHeard'
  | 'quorum.leaderNotHeard'
  | 'votes.split'
  | 'flapping'
  | 'restless'
  | 'election.backoff'
  | 'fsync.slow'
  | 'stall'
  // files and processes
  | 'file.crc'
  | 'file.cut'
  | 'file.partial'
  | 'file.noSnapshot'
  | 'file.unreadable'
  | 'disk.full'
  | 'disk.error'
  | 'exit'
  | 'memory'
  | 'thread'
  | 'port.inUse'
  | 'port.cannotBind'
  | 'config'
  | 'config.warning'
  | 'digest'
  // versions
  | 'version.mix'
  | 'version.logHole'
  // the logs themselves
  | 'clock.offset'
  | 'clock.zone'
  | 'clock.untied'
  | 'clock.step'
  | 'clock.impossible'
  | 'log.note'
  | 'log.middle'
  | 'log.noDebug'
  | 'log.noElection'
  | 'log.foreign'
  | 'log.client'
  | 'log.unknownServer';

/** The values of a finding, ready to be put into a sentence: texts of logs are made plain. */
export interface Words {
  readonly n: (name: string) => number;
  readonly s: (name: string) => string;
  readonly list: (name: string) => readonly string[];
  /** How often it was seen. */
  readonly count: number;
}

/** What a language says about one kind of finding. */
export interface Wording {
  readonly sentence: (words: Words) => string;
  /** What to do, one sentence. */
  readonly advice: (words: Words) => string;
  /** Why it may be otherwise; said when the finding is not certain. */
  readonly unsure?: (words: Words) => string;
}

export interface FindingLanguage {
  readonly rules: Readonly<Record<FindingRule, Wording>>;
  /** Said of a finding that is not certain when its rule has no words of its own. */
  readonly unsure: string;
  /** What stands between two sentences. */
  readonly gap: string;
}

export function wordsOf(finding: Finding): Words {
  const { values } = finding;
  const n = (name: string): number => {
    const value = values[name];
    return typeof value === 'number' ? value : 0;
  };
  const s = (name: string): string => {
    const value = values[name];
    return value === undefined || typeof value === 'object' ? '' : plainText(String(value)).trim();
  };
  const list = (name: string): readonly string[] => {
    const value = values[name];
    return typeof value === 'object' ? value.map((item) => plainText(String(item))) : [];
  };
  return { n, s, list, count: n('count') };
}

/** What `zablab import` prints of a case: as JSON for programs, and as an overview for people. */
import type { Sid } from '../base/ids.ts';
import { isoTime, logTime } from '../base/utc.ts';
import { formatZxid, type Zxid } from '../base/zxid.ts';
import { diagnose } from '../intake/logs/diagnose/diagnose.ts';
import { adviceOfFinding, sentenceOfFinding } from '../intake/logs/diagnose/sentence.ts';
import type { Finding, LogCase, LogSummary, ReadElection, ReadRole } from '../intake/logs/model.ts';
import { OVERVIEW, reasonOf, roleName, sidsText, type OverviewWords } from './importWords.ts';

export type ReportLanguage = 'en' | 'zh';

/** A file that was named and is no server log, or a part of an archive that could not be read. */
export interface LeftOut {
  readonly path: string;
  readonly sentence: string;
}

/** All that is known of a case. */
export interface Report {
  readonly logCase: LogCase;
  readonly summary: LogSummary;
  readonly findings: readonly Finding[];
  readonly leftOut: readonly LeftOut[];
}

export function reportOf(logCase: LogCase, summary: LogSummary, leftOut: readonly LeftOut[]): Report {
  return { logCase, summary, findings: diagnose(logCase, summary), leftOut };
}

/** The object that `--json` prints; `docs/import.md` explains every field. */
export function jsonOf({ logCase, summary, findings, leftOut }: Report, language: ReportLanguage): unknown {
  const { logs, servers, clocks } = logCase;
  const name = (log: number) => logs.find((one) => one.log === log)?.name ?? String(log);
  return {
    zero: isoTime(logCase.zero),
    servers: summary.servers.map(({ sid, version, observer, roles, votes }) => {
      const server = servers.find((one) => one.sid === sid);
      return {
        sid,
        version,
        observer,
        knownBy: server?.knownBy ?? null,
        logs: (server?.logs ?? []).map(name),
        roles,
        votes: votes.map((vote) => ({ ...vote, zxid: formatZxid(vote.zxid) })),
      };
    }),
    elections: summary.elections.map((election) => ({ ...election, vote: { ...election.vote, zxid: textOf(election.vote.zxid) } })),
    syncs: summary.syncs.map((sync) => ({ ...sync, zxid: textOf(sync.zxid), peerLastZxid: textOf(sync.peerLastZxid) })),
    findings: findings.map((finding) => ({
      rule: finding.rule,
      sentence: sentenceOfFinding(finding, language),
      advice: adviceOfFinding(finding, language),
      certainty: finding.certainty,
      severity: finding.severity,
      servers: finding.servers,
      t: finding.t,
      values: finding.values,
      lines: finding.lines.map(({ log, line }) => ({ log: name(log), line })),
    })),
    unparsed: Object.fromEntries(logs.map((log) => [log.name, { ...log.counts, lines: log.lines, shapes: log.unknown, notes: log.notes }])),
    clockOffsets: Object.fromEntries(
      [...clocks].map(([sid, clock]) => [sid, { ...clock, uncertainMs: clock.uncertainMs === Infinity ? null : clock.uncertainMs }]),
    ),
    logs: logs.map(({ name: path, bytes, lines, encoding, layouts, records }) => ({
      name: path,
      bytes,
      lines,
      encoding,
      layouts,
      records: records.length,
    })),
    unknownServers: logCase.unknown.map(({ log, host, suggestions }) => ({ log: name(log), host, suggestions })),
    duplicates: logCase.duplicates.map(({ sid, logs: own, hosts, addresses, because, records }) => ({
      sid,
      logs: own.map(name),
      hosts,
      addresses,
      because,
      records: records.length,
    })),
    clockSteps: logCase.clockSteps.map(({ sid, log, line, ms }) => ({ sid, log: name(log), line, ms })),
    impossible: logCase.records.flatMap(({ log, line, impossible }) => {
      const before = impossible === null ? undefined : logCase.records[impossible];
      return before === undefined ? [] : [{ log: name(log), line, before: { log: name(before.log), line: before.line } }];
    }),
    leftOut,
  };
}

function textOf(zxid: Zxid | null): string | null {
  return zxid === null ? null : formatZxid(zxid);
}

/** Roles of a server that are listed; one that flaps has more. */
const MOST_ROLES = 12;

/** For people: servers, elections, synchronizations, findings; lines end with a newline. */
export function overviewOf(report: Report, language: ReportLanguage): string {
  const words = OVERVIEW[language];
  const { logCase, summary } = report;
  const at = (t: number) => logTime(logCase.zero + t);
  const lines: string[] = [];
  const section = (title: string, body: readonly string[]) => {
    if (body.length > 0) lines.push(title, ...body.map((line) => `  ${line}`), '');
  };
  const first = logCase.records[0];
  if (first === undefined) lines.push(words.nothing, '');
  else lines.push(words.span(logCase.logs.length, at(0), at((logCase.records.at(-1)?.t ?? logCase.zero) - logCase.zero)), '');
  section(
    words.servers,
    summary.servers.flatMap(({ sid, version, observer, roles }) => serverLines(report, words, sid, version, observer, roles, at)),
  );
  section(
    words.unsure,
    logCase.unknown.map(({ log, host, suggestions }) =>
      words.whose(
        nameOf(logCase, log),
        host,
        suggestions.map(({ sid }) => sid),
      ),
    ),
  );
  section(
    words.elections,
    summary.elections.map((election) => electionLine(words, election, at)),
  );
  section(
    words.syncs,
    summary.syncs.map(({ leader, learner, mode, zxid, peerLastZxid, completed, t }) =>
      words.sync(at(t), leader, learner, mode, textOf(peerLastZxid), textOf(zxid), completed),
    ),
  );
  section(words.findings, findingLines(report, language));
  section(
    words.leftOut,
    report.leftOut.map(({ path, sentence }) => `${path}: ${sentence}`),
  );
  return `${lines.join('\n').trimEnd()}\n`;
}

function serverLines(
  { logCase }: Report,
  words: OverviewWords,
  sid: Sid,
  version: string | null,
  observer: boolean,
  roles: readonly ReadRole[],
  at: (t: number) => string,
): string[] {
  const server = logCase.servers.find((one) => one.sid === sid);
  const clock = logCase.clocks.get(sid);
  const names = (server?.logs ?? []).map((log) => nameOf(logCase, log));
  const own = clock === undefined || clock.offsetMs === 0 ? '' : words.clock(clock.offsetMs, clock.uncertainMs);
  const listed = roles.slice(0, MOST_ROLES).map(({ t, role }) => `  ${at(t)}  ${roleName(role)}`);
  const more = roles.length > MOST_ROLES ? [`  ${words.more(roles.length - MOST_ROLES)}`] : [];
  return [words.server(sid, version, observer, names, server?.knownBy === 'guess') + own, ...listed, ...more];
}

function electionLine(words: OverviewWords, election: ReadElection, at: (t: number) => string): string {
  const { leader, epoch, established, supporters, tookMs, t, ended } = election;
  const end = ended === null ? '' : words.ended(at(ended.t), ended.reason);
  return (established ? words.elected(at(t), leader, epoch, sidsText(supporters), tookMs) : words.attempt(at(t), leader, tookMs)) + end;
}

/** Findings with their lines, as `--diagnose` prints them. */
export function findingLines({ logCase, findings }: Report, language: ReportLanguage): string[] {
  const words = OVERVIEW[language];
  if (findings.length === 0) return [words.noFindings];
  return findings.flatMap((finding) => {
    const advice = adviceOfFinding(finding, language);
    const [first] = finding.lines;
    const where = first === undefined ? [] : [`    ${words.lines(nameOf(logCase, first.log), first.line, finding.lines.length - 1)}`];
    return [`${reasonOf(finding)} ${sentenceOfFinding(finding, language)}`, ...(advice === '' ? [] : [`    ${advice}`]), ...where];
  });
}

function nameOf({ logs }: LogCase, log: number): string {
  return logs.find((one) => one.log === log)?.name ?? String(log);
}

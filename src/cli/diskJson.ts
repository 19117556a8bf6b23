/** What `zablab disk --json` prints. Zxids are hex text; the shape is described in docs/disk.md. */
import { formatZxid, type Zxid } from '../base/zxid.ts';
import type { Comparison, JudgedSpan } from '../intake/datadir/compare.ts';
import { damageText } from '../intake/datadir/damageTexts.ts';
import type { DirectoryReport, FileReport } from '../intake/datadir/types.ts';

export function directoryJson(report: DirectoryReport): unknown {
  const { path, sid, sidFrom, profile, bytes, acceptedEpoch, currentEpoch, config, damage, gaps, files } = report;
  return {
    path,
    sid,
    sidFrom,
    profile: profile.name,
    bytes,
    acceptedEpoch,
    currentEpoch,
    members: config?.members ?? null,
    start: startJson(report),
    files: files.map(fileJson),
    damage: damage.map(({ file, offset, kind, fact, effect }) => ({ file, offset, kind, what: damageText(fact), effect })),
    gaps: gaps.map(({ file, offset, after, next, covered }) => ({
      file,
      offset,
      after: formatZxid(after),
      next: formatZxid(next),
      covered,
    })),
  };
}

function startJson({ start }: DirectoryReport): unknown {
  if (start.starts === null) return { starts: null, why: start.why };
  if (!start.starts) return { starts: false, ...start.failure };
  const { lastZxid, acceptedEpoch, currentEpoch, nodes, sessions, snapshotZxid, digestMismatches, tree } = start;
  return {
    starts: true,
    lastZxid: formatZxid(lastZxid),
    acceptedEpoch,
    currentEpoch,
    nodes,
    sessions: sessions.length,
    snapshotZxid: zxidText(snapshotZxid),
    digest: tree.digest,
    digestMismatches: digestMismatches === null ? null : { count: digestMismatches.count, first: formatZxid(digestMismatches.first) },
  };
}

function fileJson(file: FileReport): unknown {
  const { kind, name, size } = file;
  if (file.kind === 'log') {
    const { index, first, last, end, endOffset, padding } = file;
    return { kind, name, size, records: index.count, first: zxidText(first), last: zxidText(last), end, endOffset, padding };
  }
  if (file.kind === 'snapshot') {
    const { zxid, valid, content } = file;
    return { kind, name, size, zxid: formatZxid(zxid), valid, nodes: content?.nodes ?? null, sessions: content?.sessions ?? null };
  }
  return { kind, name, size, value: file.value };
}

export function comparisonJson(comparison: Comparison): unknown {
  const { servers, leftOut, members, histories, evidence, trees, election, rehearsal, noRehearsal, lost } = comparison;
  return {
    servers: servers.map(({ sid, report }) => ({ sid, path: report.path })),
    leftOut,
    members,
    commonTo: zxidText(histories.commonTo),
    spans: histories.spans.map(spanJson),
    moreSpans: histories.more,
    evidence: evidence.map(({ span, places }) => ({ span: spanJson(span), places: places.map(zxidsAsText) })),
    trees: trees.map((tree) => ({ ...tree, zxid: formatZxid(tree.zxid) })),
    election,
    rehearsal:
      rehearsal === null ? null : { ...rehearsal, syncs: rehearsal.syncs.map(zxidsAsText), serving: rehearsal.serving.map(zxidsAsText) },
    noRehearsal,
    lost: lost.map(({ span, on, evidence: its }) => ({ span: spanJson(span), on, evidence: its.map(zxidsAsText) })),
  };
}

function spanJson({ from, to, ...rest }: JudgedSpan): unknown {
  return { from: formatZxid(from), to: formatZxid(to), ...rest };
}

/** The same object with every zxid in it as text. */
function zxidsAsText(value: object): unknown {
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, isZxid(one) ? formatZxid(one) : (one as unknown)]));
}

function isZxid(value: unknown): value is Zxid {
  return typeof value === 'object' && value !== null && 'epoch' in value && 'counter' in value;
}

function zxidText(zxid: Zxid | null): string | null {
  return zxid === null ? null : formatZxid(zxid);
}

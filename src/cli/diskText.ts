/** What `zablab disk` prints for people. */
import type { Sid } from '../base/ids.ts';
import { formatZxid } from '../base/zxid.ts';
import { spanText, type Comparison, type SpanKind } from '../intake/datadir/compare.ts';
import { damageText, EFFECTS } from '../intake/datadir/damageTexts.ts';
import type { RehearsalResult } from '../intake/datadir/rehearse.ts';
import type { NodeDifference, TreeGroups } from '../intake/datadir/trees.ts';
import type { Damage, DirectoryReport, FileReport } from '../intake/datadir/types.ts';
import type { DecodedRecord } from '../store/decode.ts';

const KINDS: Readonly<Record<SpanKind, string>> = {
  common: 'the same everywhere',
  ahead: 'some are further',
  dead: 'logged, never committed',
  hole: 'MISSING on some',
  diverged: 'NOT THE SAME TXNS',
};

/** Different nodes that are printed. */
const MOST_NODES = 12;

const STANDINGS = { has: 'has', other: 'OTHER', snapshot: 'snapshot', behind: 'behind', missing: 'MISSING', absent: 'without' } as const;

export function directoryText(report: DirectoryReport): string {
  const { path, sid, sidFrom, files, bytes, damage, gaps } = report;
  const server = sid === null ? 'of which server is not known' : `server ${sid}${sidFrom === null ? '' : `, says its ${sidFrom}`}`;
  return lines([
    `${path === '' ? '.' : path}  (${server}; ${files.length} files, ${bytes} bytes)`,
    ...table(files.map((file) => [file.name, String(file.size), fileText(file)])),
    ...damage.map((one) => `  damage: ${damageLine(one)}`),
    ...gaps
      .filter(({ covered }) => !covered)
      .map(({ file, offset, after, next }) => `  gap: ${file} goes from ${formatZxid(after)} to ${formatZxid(next)} at byte ${offset}`),
    `  ${startText(report)}`,
  ]);
}

function fileText(file: FileReport): string {
  if (file.kind === 'log') {
    const { index, first, last, end, padding } = file;
    const span =
      first === null || last === null ? 'no records' : `${counted(index.count, 'record')}, ${formatZxid(first)} to ${formatZxid(last)}`;
    return `${span}; ${end === 'eof' ? 'ends whole' : end === 'zeroPadding' ? `then ${padding} bytes of zeros` : `ends: ${end}`}`;
  }
  if (file.kind === 'snapshot') {
    const { valid, content } = file;
    if (content === null) return valid ? 'too large to be read; its end looks whole' : 'cannot be used';
    return `${counted(content.nodes, 'node')}, ${counted(content.sessions, 'session')}, whole`;
  }
  return file.value === null ? file.kind : String(file.value);
}

function damageLine({ file, offset, fact, effect }: Damage): string {
  const place = [file ?? '', offset === null ? '' : `at byte ${offset}`].filter((part) => part !== '').join(' ');
  return `${place === '' ? '' : `${place}: `}${damageText(fact)} ${EFFECTS[effect]}`;
}

function startText({ start }: DirectoryReport): string {
  if (start.starts === null) return `start: not tried. ${start.why}`;
  if (!start.starts) return `start: fails with exit code ${start.failure.exitCode}: ${start.failure.message}`;
  const { lastZxid, acceptedEpoch, currentEpoch, nodes, sessions, digestMismatches } = start;
  const wrong =
    digestMismatches === null
      ? ''
      : `\n  digests: ${digestMismatches.count} txns from ${formatZxid(digestMismatches.first)} on lead to another tree here than where they were proposed`;
  return `start: last zxid ${formatZxid(lastZxid)}, accepted epoch ${acceptedEpoch}, current epoch ${currentEpoch}, ${nodes} nodes, ${counted(sessions.length, 'session')}${wrong}`;
}

export function comparisonText(comparison: Comparison): string {
  const { servers, leftOut, histories, evidence, trees, lost } = comparison;
  const sids = servers.map(({ sid }) => sid);
  const { commonTo, spans, more } = histories;
  return lines([
    'Histories',
    ...leftOut.map(({ path, sentence }) => `  ${path} is left out: ${sentence}`),
    commonTo === null ? '  no common beginning' : `  the same on all up to ${formatZxid(commonTo)}`,
    ...table([
      ['txns', '', ...sids.map((sid) => `server ${sid}`)],
      ...spans.map((span) => [spanText(span), KINDS[span.kind], ...sids.map((sid) => standingText(span.standing[sid]))]),
    ]),
    ...(more ? ['  … and more'] : []),
    ...evidence.flatMap(({ span, places }) => [
      `  ${formatZxid(span.from)} (${KINDS[span.kind]}):`,
      ...places.map(
        ({ sid, file, offset, type, txnPath }) =>
          `    server ${sid}: ${type}${txnPath === null ? '' : ` ${txnPath}`} (${file}, byte ${offset})`,
      ),
    ]),
    ...trees.flatMap(({ zxid, groups, differences, more: moreNodes }) => [
      `  all at ${formatZxid(zxid)}, with different trees: ${groups.map(({ sids: its, nodes }) => `${named(its)} (${counted(nodes, 'node')})`).join(' against ')}`,
      ...differences.slice(0, MOST_NODES).map(({ path, what }) => `    ${path} (${differenceText(what, groups)})`),
      ...(moreNodes || differences.length > MOST_NODES ? ['    … and more'] : []),
    ]),
    '',
    ...electionText(comparison),
    ...rehearsalText(comparison),
    ...lost.map(({ span, on, evidence: its }) => {
      const what = its.map(({ txnPath, type }) => txnPath ?? type).slice(0, 5);
      return `  lost: ${spanText(span)}, now on ${named(on)}${span.onQuorum ? ', a quorum: it was committed' : ''}: ${what.join(', ')}${span.count > what.length ? ', …' : ''}`;
    }),
  ]);
}

function standingText(standing: keyof typeof STANDINGS | undefined): string {
  return standing === undefined ? '' : STANDINGS[standing];
}

function electionText({ election }: Comparison): string[] {
  const { electors, voters, winner, because, epoch } = election;
  if (winner === null) return ['Election', `  ${electors.length} of ${voters.length} voters can start: no quorum, no leader`];
  const reasons = because.map(({ loser, by }) => `against ${loser} by ${by}`).join(', ');
  return ['Election', `  server ${winner} would lead epoch ${epoch}${reasons === '' ? '' : ` (${reasons})`}`];
}

function rehearsalText({ rehearsal, noRehearsal }: Comparison): string[] {
  if (noRehearsal !== null) return [`  not booted: ${noRehearsal.sentence}`];
  if (rehearsal === null) return [];
  const { leader, epoch, syncs, ended, serving } = rehearsal;
  return [
    '',
    'Booted',
    leader === null ? '  no leader came to be' : `  server ${leader} leads epoch ${epoch ?? ''}`,
    ...ended.map(({ sid, message }) => `  server ${sid} ended: ${message}`),
    ...syncs.map(
      ({ leader: from, learner, mode, peerLastZxid, zxidSent, queued }) =>
        `  ${from} sends ${learner} ${mode} ${formatZxid(zxidSent)}${queued > 0 ? ` and ${queued} txns` : ''} (it had ${formatZxid(peerLastZxid)})`,
    ),
    ...unlike(serving),
    `  in the end ${serving.length === 0 ? 'nobody serves' : `${named(serving.map(({ sid }) => sid))} ${serving.length === 1 ? 'serves' : 'serve'}`}`,
  ];
}

/** No synchronization notices trees that differ at the same zxid. */
function unlike(serving: RehearsalResult['serving']): string[] {
  const digests = [...new Set(serving.map(({ digest }) => digest))];
  if (digests.length < 2) return [];
  const groups = digests.map((digest) => named(serving.filter((one) => one.digest === digest).map(({ sid }) => sid)));
  return [`  and they serve DIFFERENT TREES: ${groups.join(' against ')}`];
}

/** A record with its fields: byte, bytes, name, meaning. */
export async function recordText(file: FileReport, record: DecodedRecord): Promise<string> {
  const bytes = await file.file.read(record.offset, record.offset + record.length);
  const rows = record.fields.map(({ name, offset, length, text }) => {
    const from = offset - record.offset;
    const hex = Array.from(bytes.subarray(from, from + Math.min(length, 8)), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    return [String(offset), `${hex}${length > 8 ? ' …' : ''}`, name, oneLine(text)];
  });
  return lines([`byte ${record.offset}: ${record.title}`, ...table(rows)]);
}

function differenceText(what: NodeDifference['what'], groups: TreeGroups['groups']): string {
  const side = what === 'onlyFirst' ? groups[0] : what === 'onlySecond' ? groups[1] : undefined;
  return side === undefined ? `other ${what}` : `only on ${side.sids.join(', ')}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function named(sids: readonly Sid[]): string {
  return `${sids.length === 1 ? 'server' : 'servers'} ${sids.join(', ')}`;
}

/** Names and data come from outside: nothing of them moves the cursor. */
function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '\u00b7');
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map(
    (row) => `  ${row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('  ')}`,
  );
}

function lines(all: readonly string[]): string {
  return `${all.map((line) => line.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, '\u00b7')).join('\n')}\n`;
}

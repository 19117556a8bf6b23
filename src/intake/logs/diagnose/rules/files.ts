/** Damaged files, full disks, memory, ports, and processes that ended by themselves. */
import type { LoggedException } from '../../facts.ts';
import type { PlacedRecord } from '../../model.ts';
import { groupBy } from '../context.ts';
import type { Context } from '../context.ts';
import { allTexts, draft, exceptionText } from '../finding.ts';
import type { Draft } from '../finding.ts';
import type { FindingRule } from '../words.ts';
import { WRONG_EPOCH } from './epochs.ts';
import { NOT_LISTED } from './members.ts';

interface Trouble {
  readonly record: PlacedRecord;
  readonly text: string;
  readonly file: string;
  /** Whether the server could not start because of it. */
  readonly fatal: boolean;
}

const FULL = /no space left|disk quota exceeded|not enough space/i;
/** `main` of ZooKeeper: what each exit code stands for (`ExitCode`). */
const BY_PERSON = new Set([0]);

/** Txn logs and snapshots that could not be read, by what is wrong with them. */
export function damagedFiles(c: Context): readonly Draft[] {
  const troubles: readonly Trouble[] = [
    ...c.of('badFile').map((record) => ({ record, text: textOf(record.fact), file: record.fact.file ?? '', fatal: false })),
    ...c.of('loadFailed').map((record) => ({ record, text: textOf(record.fact), file: '', fatal: true })),
  ].filter(({ text }) => !WRONG_EPOCH.test(text));
  return [...groupBy(troubles, ({ record, text }) => `${record.sid} ${damage(text)}`).values()].flatMap((own) => {
    const [first] = own;
    if (first === undefined) return [];
    const fatal = own.some((trouble) => trouble.fatal);
    const telling = own.find((trouble) => trouble.fatal) ?? first;
    return [
      draft(c, damage(first.text), {
        servers: [first.record.sid],
        records: own.map(({ record }) => record),
        note: !fatal && damage(first.text) === 'file.partial',
        values: {
          server: first.record.sid,
          text: short(telling.record.fact),
          file: own.find(({ file }) => file !== '')?.file ?? '',
          fatal: fatal ? 1 : 0,
          snapshot: own.some(({ file, text }) => /snapshot/.test(`${file} ${text}`)) ? 1 : 0,
        },
      }),
    ];
  });
}

function damage(text: string): FindingRule {
  if (FULL.test(text)) return 'disk.full';
  if (/crc/i.test(text)) return 'file.crc';
  if (/no snapshot found/i.test(text)) return 'file.noSnapshot';
  if (/transaction was partial/i.test(text)) return 'file.partial';
  if (/EOFException|unreasonable length|too short|truncated|magic number|invalid snapshot/i.test(text)) return 'file.cut';
  return 'file.unreadable';
}

/** Processes that ended by themselves. */
export function exits(c: Context): readonly Draft[] {
  const records = c.of('exiting').filter(({ fact }) => fact.code === null || !BY_PERSON.has(fact.code));
  return [...groupBy(records, (record) => record.sid)].map(([sid, own]) => {
    const codes = [...new Set(own.flatMap(({ fact }) => (fact.code === null ? [] : [fact.code])))];
    const reason = own.map(({ fact }) => innermost(fact.exception)).find((text) => text !== '') ?? own[0]?.fact.message ?? '';
    return draft(c, 'exit', {
      servers: [sid],
      records: own,
      count: Math.max(1, own.filter(({ fact }) => fact.code !== null).length),
      values: { server: sid, codes: codes.slice(0, 5), text: reason },
    });
  });
}

/** No space, or another error of the disk while running. */
export function diskErrors(c: Context): readonly Draft[] {
  // A learner whose disk is full leaves its leader; a snapshot or txn log that cannot be written ends the process.
  const full = [...c.of('learnerException'), ...c.of('exiting')].flatMap((record) => {
    const text = [record.fact.exception, ...(record.fact.exception?.causes ?? [])].map(exceptionText).find((one) => FULL.test(one));
    return text === undefined ? [] : [{ record, text }];
  });
  const errors = [...c.of('diskError').map((record) => ({ record, text: short(record.fact) })), ...full];
  return [...groupBy(errors, ({ record, text }) => `${record.sid} ${FULL.test(text)}`)].flatMap(([key, own]) => {
    const [first] = own;
    if (first === undefined) return [];
    return [
      draft(c, key.endsWith('true') ? 'disk.full' : 'disk.error', {
        servers: [first.record.sid],
        records: own.map(({ record }) => record).sort((a, b) => a.t - b.t),
        values: { server: first.record.sid, text: first.text, file: '', fatal: 0 },
      }),
    ];
  });
}

/** Out of memory, and threads that a server cannot do without. */
export function brokenProcess(c: Context): readonly Draft[] {
  const died = c.of('threadDied').filter(({ fact }) => !/OutOfMemory/.test(textOf(fact)));
  const memory = [...c.of('outOfMemory'), ...c.of('threadDied').filter(({ fact }) => /OutOfMemory/.test(textOf(fact)))];
  return [...broken(c, 'memory', memory), ...broken(c, 'thread', died)];
}

function broken(c: Context, rule: FindingRule, records: readonly (PlacedRecord & { readonly fact: Described })[]): readonly Draft[] {
  return [...groupBy(records, (record) => record.sid)].map(([sid, own]) => {
    const last = own.at(-1)?.t ?? 0;
    const wentOn = c.staysOf(sid).some((stay) => stay.role !== 'STARTING' && stay.role !== 'LOOKING' && stay.from > last);
    return draft(c, rule, {
      servers: [sid],
      records: own,
      // Threads belong to a role; with the next one come new ones.
      unsure: rule === 'thread' && wentOn,
      values: { server: sid, text: own[0] === undefined ? '' : short(own[0].fact) },
    });
  });
}

/** Ports that could not be opened. */
export function ports(c: Context): readonly Draft[] {
  return [...groupBy(c.of('cannotBind'), (record) => `${record.sid} ${record.fact.address}`).values()].flatMap((own) => {
    const [first] = own;
    if (first === undefined) return [];
    const text = allTexts(first.fact.exception);
    const inUse = /already in use|bindexception(?!.*cannot assign)/i.test(text) && !/cannot assign/i.test(text);
    return [
      draft(c, inUse ? 'port.inUse' : 'port.cannotBind', {
        servers: [first.sid],
        records: own,
        fold: first.fact.address,
        values: { server: first.sid, address: first.fact.address, text },
      }),
    ];
  });
}

/** Said of a configuration that ZooKeeper takes, but would not have chosen. */
const WARNING = /^(non-opti|no server failure|peer type)/i;

/** A configuration that ZooKeeper refuses, or warns of. */
export function configErrors(c: Context): readonly Draft[] {
  const records = c.of('configError').filter(({ fact }) => !NOT_LISTED.test(fact.message));
  return [...groupBy(records, (record) => `${record.sid} ${record.fact.message}`).values()].flatMap((own) => {
    const [first] = own;
    if (first === undefined) return [];
    const { message } = first.fact;
    const warning = WARNING.test(message);
    return [
      draft(c, warning ? 'config.warning' : 'config', {
        servers: [first.sid],
        records: own,
        note: warning,
        fold: message,
        values: { server: first.sid, text: message },
      }),
    ];
  });
}

/** A replica whose tree is not what the leader's transaction said. */
export function digests(c: Context): readonly Draft[] {
  return [...groupBy(c.of('digestMismatch'), (record) => record.sid)].map(([sid, own]) =>
    draft(c, 'digest', { servers: [sid], records: own, values: { server: sid } }),
  );
}

interface Described {
  readonly message: string;
  readonly exception: LoggedException | null;
}

function textOf(fact: Described): string {
  return `${fact.message} ${allTexts(fact.exception)}`;
}

/** The exception, or the line when there is none. */
function short(fact: PlacedRecord['fact']): string {
  if (!('exception' in fact)) return '';
  const inner = innermost(fact.exception);
  return inner === '' && 'message' in fact ? fact.message : inner;
}

/** The cause of all causes. */
function innermost(exception: LoggedException | null): string {
  if (exception === null) return '';
  const cause = exception.causes.at(-1) ?? exception;
  return cause.message === '' ? cause.type : `${cause.type}: ${cause.message}`;
}

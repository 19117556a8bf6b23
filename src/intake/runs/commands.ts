/** Commands as JSON: in full for files, and by position for links. Bytes are text where they are text, else `{"base64": …}`. */
import { fromUtf8, utf8 } from '../../base/ids.ts';
import { parseCommand } from '../../ensemble/commandSchema.ts';
import type { ReplayedCommand } from '../../ensemble/hooks.ts';
import { ScenarioError } from '../../ensemble/scenarioError.ts';
import type { Command, CommandType } from '../../ensemble/types.ts';
import { OPEN_ACL } from '../../tree/aclCache.ts';
import { fromBase64, toBase64 } from './base64.ts';
import { RunError } from './errors.ts';

/** A command as JSON data, without what `parseCommand` adds by itself. */
export function plainCommand(command: Command): Readonly<Record<string, unknown>> {
  return 'request' in command ? { ...command, request: plainRequest(command.request) } : { ...command };
}

function plainRequest(request: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(request)
      .filter(([field, value]) => !isDefault(field, value))
      .map(([field, value]) => [field, field === 'ops' ? (value as object[]).map(plainRequest) : plainData(value)]),
  );
}

function isDefault(field: string, value: unknown): boolean {
  switch (field) {
    case 'acl':
      return JSON.stringify(value) === JSON.stringify(OPEN_ACL);
    case 'mode':
      return value === 'persistent';
    case 'version':
      return value === -1;
    case 'data':
      return value === null;
    default:
      return value === undefined;
  }
}

function plainData(value: unknown): unknown {
  if (!(value instanceof Uint8Array)) return value;
  const text = fromUtf8(value);
  const back = utf8(text);
  return back.length === value.length && back.every((byte, i) => byte === value[i]) ? text : { base64: toBase64(value) };
}

/**
 * Reads a command that `plainCommand` wrote, or anybody else.
 *
 * @throws RunError naming the field.
 */
export function readCommand(value: unknown, source: string, path: string, sids: readonly number[]): Command {
  try {
    return parseCommand(withBytes(value, source, path), source, path, sids);
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    throw new RunError('wrong', source, error.message.replace(`${source}: `, ''), error.path);
  }
}

function withBytes(value: unknown, source: string, path: string): unknown {
  if (typeof value !== 'object' || value === null || !('request' in value)) return value;
  return { ...value, request: requestWithBytes(value.request, source, `${path}.request`) };
}

function requestWithBytes(request: unknown, source: string, path: string): unknown {
  if (typeof request !== 'object' || request === null) return request;
  const data = 'data' in request ? request.data : undefined;
  const ops = 'ops' in request && Array.isArray(request.ops) ? request.ops : null;
  return {
    ...request,
    ...(typeof data === 'object' && data !== null && 'base64' in data && { data: bytesOf(data.base64, source, `${path}.data`) }),
    ...(ops !== null && { ops: ops.map((op, i) => requestWithBytes(op, source, `${path}.ops[${i}]`)) }),
  };
}

function bytesOf(value: unknown, source: string, path: string): Uint8Array {
  const bytes = typeof value === 'string' ? fromBase64(value) : null;
  if (bytes === null) throw new RunError('wrong', source, `${path}: expected base64`, path, 'base64');
  return bytes;
}

// ---------------------------------------------------------------------------------------------------------------------
// By position.

/**
 * The fields of each command, in the order in which links hold their values. A link holds a command's place in this list, so it only grows: new
 * commands at its end, new fields at the end of theirs.
 */
const FORMS = [
  ['start', 'sid'],
  ['restart', 'sid'],
  ['kill', 'sid'],
  ['crash', 'sid'],
  ['powerLoss', 'sid'],
  ['stop', 'sid'],
  ['pause', 'sid'],
  ['resume', 'sid'],
  ['wipe', 'sid'],
  ['cut', 'from', 'to', 'oneWay'],
  ['heal', 'from', 'to', 'oneWay'],
  ['partition', 'groups'],
  ['slow', 'from', 'to', 'delayMs', 'oneWay'],
  ['reset', 'from', 'to'],
  ['skew', 'sid', 'rate'],
  ['slowDisk', 'sid', 'fsyncMs'],
  ['diskFull', 'sid', 'full'],
  ['flipByte', 'sid', 'file', 'offset'],
  ['cutFile', 'sid', 'file', 'length', 'zeroed'],
  ['deleteFile', 'sid', 'file'],
  ['writeFile', 'sid', 'file', 'content'],
  ['backup', 'sid', 'name'],
  ['restore', 'sid', 'name', 'from'],
  ['connect', 'client', 'servers', 'timeoutMs', 'name'],
  ['request', 'client', 'request'],
  ['close', 'client'],
  ['abandon', 'client'],
  ['hurry', 'from', 'to', 'channel'],
  ['hurryDisk', 'sid'],
] as const satisfies readonly (readonly [CommandType, ...string[]])[];

/** Fails to compile when a command has no form. */
const FORM_OF: Readonly<Record<CommandType, number>> = Object.fromEntries(FORMS.map(([type], i) => [type, i])) as Record<
  (typeof FORMS)[number][0],
  number
>;

/**
 * Commands as lists: steps since the one before, the form, then the values of its fields; `null` for an absent one. A clock that had waited adds
 * its time as `{"at": ms}` at the end.
 */
export function packCommands(commands: readonly ReplayedCommand[]): readonly unknown[] {
  let before = 0;
  return commands.map(({ step, at, waited, command }) => {
    const form = FORM_OF[command.type];
    const plain = plainCommand(command);
    const values = (FORMS[form] as readonly string[]).slice(1).map((field) => plain[field] ?? null);
    while (values.at(-1) === null) values.pop();
    const packed = [step - before, form, ...values, ...(waited === true ? [{ at }] : [])];
    before = step;
    return packed;
  });
}

/**
 * Reads what `packCommands` wrote.
 *
 * @param sids the servers of the ensemble.
 * @throws RunError naming the command.
 */
export function unpackCommands(packed: readonly (readonly unknown[])[], source: string, sids: readonly number[]): ReplayedCommand[] {
  let step = 0;
  return packed.map((list, i) => {
    const path = `commands[${i}]`;
    const [delta, number, ...values] = list;
    if (typeof delta !== 'number' || !Number.isInteger(delta) || delta < 0)
      throw new RunError('wrong', source, `${path}: expected the number of steps since the command before`, path);
    const form: readonly string[] | undefined = typeof number === 'number' ? FORMS[number] : undefined;
    if (form === undefined) throw new RunError('newer', source, `${path} is of a kind that is not known here (${String(number)})`, path);
    step += delta;
    const last = values.at(-1);
    const waited =
      values.length > 0 && typeof last === 'object' && last !== null && 'at' in last && typeof last.at === 'number' ? last.at : null;
    if (waited !== null) values.pop();
    const fields = Object.fromEntries(
      form.slice(1).flatMap((field, k) => (values[k] === null || values[k] === undefined ? [] : [[field, values[k]]])),
    );
    const command = readCommand({ type: form[0], ...fields }, source, path, sids);
    return waited === null ? { step, at: 0, command } : { step, at: waited, waited: true, command };
  });
}

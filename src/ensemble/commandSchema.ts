/** Checks commands that come from outside: scenarios, links, the page API. */
import * as v from 'valibot';
import { utf8 } from '../base/ids.ts';
import { OPEN_ACL } from '../tree/aclCache.ts';
import { ScenarioError } from './scenarioError.ts';
import { LIMITS, msSchema, sidSchema, wrongOf } from './steps.ts';
import type { Command } from './types.ts';

const file = v.pipe(v.string('a file name'), v.regex(/^[\w.-]{1,200}$/, 'a file name, such as log.100000001'));
const name = v.pipe(v.string('a name'), v.minLength(1, 'a name'), v.maxLength(LIMITS.name, 'a shorter name'));
const size = v.pipe(v.number('a whole number'), v.integer('a whole number'), v.minValue(0, 'a whole number from 0'));
const client = v.pipe(
  v.number('the number of a client, from 1'),
  v.integer('the number of a client, from 1'),
  v.minValue(1, 'the number of a client, from 1'),
  v.maxValue(LIMITS.clients, `the number of a client, at most ${LIMITS.clients}`),
);
const path = v.pipe(v.string('a path'), v.maxLength(LIMITS.path, `at most ${LIMITS.path} characters`));
const version = v.pipe(v.number('a version'), v.integer('a version'));
const optional = { flag: v.optional(v.boolean('true or false')), sid: v.optional(sidSchema) };

const acl = v.array(v.object({ perms: size, scheme: v.string('a scheme'), id: v.string('an id') }), 'an access list');
/** Data is text here, or bytes as they are. */
const data = v.nullable(
  v.union([v.pipe(v.string(), v.maxLength(LIMITS.data), v.transform(utf8)), v.instance(Uint8Array)], 'text or bytes'),
);
const createMode = v.picklist(
  ['persistent', 'persistentSequential', 'ephemeral', 'ephemeralSequential', 'container', 'ttl', 'ttlSequential'],
  'a create mode',
);

const plainOps = [
  v.object({
    op: v.picklist(['create', 'create2']),
    path,
    data: v.optional(data, null),
    acl: v.optional(acl, [...OPEN_ACL]),
    mode: v.optional(createMode, 'persistent'),
    ttlMs: v.optional(size),
  }),
  v.object({ op: v.picklist(['delete', 'check']), path, version: v.optional(version, -1) }),
  v.object({ op: v.literal('setData'), path, data: v.optional(data, null), version: v.optional(version, -1) }),
  v.object({ op: v.literal('setACL'), path, acl, version: v.optional(version, -1) }),
  v.object({ op: v.picklist(['getData', 'exists', 'getChildren', 'getChildren2']), path, watch: v.optional(v.boolean('true or false')) }),
  v.object({ op: v.picklist(['getACL', 'sync', 'getEphemerals', 'getAllChildrenNumber']), path }),
] as const;
const plainOp = v.variant('op', [...plainOps], 'an operation, such as {"op": "create", "path": "/a"}');
const list = v.pipe(v.array(plainOp, 'a list of operations'), v.maxLength(LIMITS.multi, `at most ${LIMITS.multi} operations`));
const requestSchema = v.variant(
  'op',
  [...plainOps, v.object({ op: v.picklist(['multi', 'multiRead']), ops: list })],
  'an operation, such as {"op": "create", "path": "/a"}',
);

const commandSchema = v.variant(
  'type',
  [
    v.object({ type: v.picklist(['start', 'restart', 'kill', 'crash', 'powerLoss', 'stop', 'pause', 'resume', 'wipe']), sid: sidSchema }),
    v.object({ type: v.literal('cut'), from: sidSchema, to: sidSchema, oneWay: optional.flag }),
    v.object({ type: v.literal('heal'), from: optional.sid, to: optional.sid, oneWay: optional.flag }),
    v.object({
      type: v.literal('partition'),
      groups: v.pipe(
        v.array(v.array(sidSchema, 'a list of sids'), 'a list of groups'),
        v.maxLength(LIMITS.servers, 'at most one group per server'),
      ),
    }),
    v.object({ type: v.literal('slow'), from: sidSchema, to: sidSchema, delayMs: msSchema, oneWay: optional.flag }),
    v.object({
      type: v.literal('hurry'),
      from: sidSchema,
      to: sidSchema,
      channel: v.picklist(['election', 'quorum', 'client'], 'election, quorum or client'),
    }),
    v.object({ type: v.literal('hurryDisk'), sid: sidSchema }),
    v.object({ type: v.literal('reset'), from: sidSchema, to: sidSchema }),
    v.object({
      type: v.literal('skew'),
      sid: sidSchema,
      rate: v.pipe(v.number('a rate'), v.minValue(0.01, 'at least 0.01'), v.maxValue(100, 'at most 100')),
    }),
    v.object({ type: v.literal('slowDisk'), sid: sidSchema, fsyncMs: msSchema }),
    v.object({ type: v.literal('diskFull'), sid: sidSchema, full: v.boolean('true or false') }),
    v.object({ type: v.literal('flipByte'), sid: sidSchema, file, offset: size }),
    v.object({ type: v.literal('cutFile'), sid: sidSchema, file, length: size, zeroed: optional.flag }),
    v.object({ type: v.literal('deleteFile'), sid: sidSchema, file }),
    v.object({
      type: v.literal('writeFile'),
      sid: sidSchema,
      file,
      content: v.pipe(v.string('base64'), v.maxLength(LIMITS.text, 'less content'), v.base64('base64')),
    }),
    v.object({ type: v.literal('backup'), sid: sidSchema, name }),
    v.object({ type: v.literal('restore'), sid: sidSchema, name, from: optional.sid }),
    v.object({
      type: v.literal('connect'),
      client,
      servers: v.optional(
        v.pipe(v.array(sidSchema, 'a list of sids'), v.minLength(1, 'at least one server'), v.maxLength(LIMITS.servers, 'fewer servers')),
      ),
      timeoutMs: v.optional(msSchema),
      name: v.optional(name),
    }),
    v.object({ type: v.literal('request'), client, request: requestSchema }),
    v.object({ type: v.picklist(['close', 'abandon']), client }),
  ],
  'a command, such as {"type": "kill", "sid": 3}',
);

/**
 * Checks one command.
 *
 * @param source names the origin in errors; @param path where in it the command is.
 * @param sids the servers there are: others are refused.
 * @throws ScenarioError naming the field.
 */
export function parseCommand(value: unknown, source: string, path = '', sids: readonly number[] | null = null): Command {
  const checked = v.safeParse(commandSchema, value);
  if (!checked.success) {
    const wrong = wrongOf(checked.issues);
    throw new ScenarioError(source, (path + wrong.path).replace(/^\./, ''), wrong.expected);
  }
  const command = withoutUndefined(checked.output) as unknown as Command;
  if (sids !== null)
    for (const sid of sidsOf(command))
      if (!sids.includes(sid)) throw new ScenarioError(source, path, `there is no server ${sid}; the servers are ${sids.join(', ')}`);
  return command;
}

function sidsOf(command: Command): readonly number[] {
  const sids: number[] = [];
  for (const key of ['sid', 'from', 'to'] as const) if (key in command) sids.push((command as unknown as Record<typeof key, number>)[key]);
  if (command.type === 'partition') sids.push(...command.groups.flat());
  if (command.type === 'connect') sids.push(...(command.servers ?? []));
  return sids.filter((sid) => typeof sid === 'number');
}

function withoutUndefined(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined));
}

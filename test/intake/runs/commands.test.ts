/** Every command survives being written down, in full and by position. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCommand } from '../../../src/ensemble/commandSchema.ts';
import type { ReplayedCommand } from '../../../src/ensemble/hooks.ts';
import type { Command } from '../../../src/ensemble/types.ts';
import { packCommands, plainCommand, readCommand, unpackCommands } from '../../../src/intake/runs/commands.ts';
import { RunError } from '../../../src/intake/runs/errors.ts';
import { isSame } from '../../../src/trace/compare.ts';

const SIDS = [1, 2, 3, 4, 5];
const sid = fc.constantFrom(...SIDS);
const flag = fc.option(fc.boolean(), { nil: undefined });
const file = fc.constantFrom('log.100000001', 'snapshot.0', 'currentEpoch');
const client = fc.integer({ min: 1, max: 200 });
const ms = fc.double({ min: 0, max: 5000, noNaN: true });
const name = fc.string({ minLength: 1, maxLength: 20 });
const path = fc.constantFrom('/a', '/a/b', '/ü', '/中文');
const data = fc.oneof(fc.constant(null), fc.string(), fc.uint8Array({ maxLength: 20 }));
const acl = fc.constantFrom(undefined, [{ perms: 1, scheme: 'digest', id: 'a:b' }], [{ perms: 31, scheme: 'world', id: 'anyone' }]);
const version = fc.constantFrom(undefined, -1, 0, 7);
const plainOp = fc.oneof(
  fc.record({
    op: fc.constantFrom('create', 'create2'),
    path,
    data,
    acl,
    mode: fc.constantFrom(undefined, 'ephemeral', 'ttl'),
    ttlMs: fc.constantFrom(undefined, 5),
  }),
  fc.record({ op: fc.constantFrom('delete', 'check'), path, version }),
  fc.record({ op: fc.constant('setData'), path, data, version }),
  fc.record({ op: fc.constantFrom('getData', 'exists', 'getChildren', 'getChildren2'), path, watch: flag }),
  fc.record({ op: fc.constantFrom('getACL', 'sync', 'getEphemerals', 'getAllChildrenNumber'), path }),
);
const request = fc.oneof(plainOp, fc.record({ op: fc.constantFrom('multi', 'multiRead'), ops: fc.array(plainOp, { maxLength: 4 }) }));
const given = fc.oneof(
  fc.record({ type: fc.constantFrom('start', 'restart', 'kill', 'crash', 'powerLoss', 'stop', 'pause', 'resume', 'wipe'), sid }),
  fc.record({ type: fc.constant('cut'), from: sid, to: sid, oneWay: flag }),
  fc.record({ type: fc.constant('heal'), from: fc.option(sid, { nil: undefined }), to: fc.option(sid, { nil: undefined }), oneWay: flag }),
  fc.record({ type: fc.constant('partition'), groups: fc.array(fc.array(sid), { maxLength: 3 }) }),
  fc.record({ type: fc.constant('slow'), from: sid, to: sid, delayMs: ms }),
  fc.record({ type: fc.constant('reset'), from: sid, to: sid }),
  fc.record({ type: fc.constant('skew'), sid, rate: fc.double({ min: 0.01, max: 100, noNaN: true }) }),
  fc.record({ type: fc.constant('slowDisk'), sid, fsyncMs: ms }),
  fc.record({ type: fc.constant('diskFull'), sid, full: fc.boolean() }),
  fc.record({ type: fc.constant('flipByte'), sid, file, offset: fc.nat() }),
  fc.record({ type: fc.constant('cutFile'), sid, file, length: fc.nat(), zeroed: flag }),
  fc.record({ type: fc.constant('deleteFile'), sid, file }),
  fc.record({ type: fc.constant('writeFile'), sid, file, content: fc.constantFrom('', 'AAEC') }),
  fc.record({ type: fc.constant('backup'), sid, name }),
  fc.record({ type: fc.constant('restore'), sid, name, from: fc.option(sid, { nil: undefined }) }),
  fc.record({
    type: fc.constant('connect'),
    client,
    servers: fc.option(fc.array(sid, { minLength: 1, maxLength: 5 }), { nil: undefined }),
    timeoutMs: fc.option(ms, { nil: undefined }),
    name: fc.option(name, { nil: undefined }),
  }),
  fc.record({ type: fc.constant('request'), client, request }),
  fc.record({ type: fc.constantFrom('close', 'abandon'), client }),
);
const command: fc.Arbitrary<Command> = given.map((value) => parseCommand(value, 'test'));
/** Through text, as links and files go. */
const through = (value: unknown): never => JSON.parse(JSON.stringify(value)) as never;

test('in full', () => {
  fc.assert(fc.property(command, (one) => isSame(readCommand(through(plainCommand(one)), 'test', 'c', SIDS), one)));
});

test('by position: steps, commands, and the time where the clock had waited', () => {
  const place = fc.record({ delta: fc.nat(100_000), at: fc.double({ min: 0, max: 1e9, noNaN: true }), waited: fc.boolean(), command });
  fc.assert(
    fc.property(fc.array(place, { maxLength: 8 }), (places) => {
      let step = 0;
      const commands = places.map(({ delta, at, waited, command: one }): ReplayedCommand => {
        step += delta;
        return waited ? { step, at, waited, command: one } : { step, at: 0, command: one };
      });
      expect(isSame(unpackCommands(through(packCommands(commands)), 'test', SIDS), commands)).toBe(true);
    }),
  );
});

describe('from outside', () => {
  const problem = (packed: unknown[][]): unknown => {
    try {
      return unpackCommands(packed, 'the link', SIDS);
    } catch (error) {
      return error;
    }
  };
  test.each([
    [[[1, 2, 9]], 'wrong', 'there is no server 9; the servers are 1, 2, 3, 4, 5'],
    [[[1, 2]], 'wrong', 'commands[0].sid'],
    [
      [
        [1, 2, 1],
        [-1, 2, 1],
      ],
      'wrong',
      'commands[1]: expected the number of steps since the command before',
    ],
    [[[1, 99, 1]], 'newer', 'commands[0] is of a kind that is not known here (99)'],
    [[[1, 'constructor', 1]], 'newer', 'not known here'],
    [[[1, 24, 1, { op: 'create', path: '/a', data: { base64: '!' } }]], 'wrong', 'commands[0].request.data: expected base64'],
    [[[1, 24, 1, { op: 'shutdown' }]], 'wrong', 'commands[0].request'],
  ])('%j is refused: %s', (packed, kind, message) => {
    const error = problem(packed);
    expect(error).toBeInstanceOf(RunError);
    expect(error).toMatchObject({ problem: kind });
    expect((error as Error).message).toContain(message);
  });

  test('any JSON whatever is read or refused, never more', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.jsonValue())), (packed) => {
        const read = problem(packed);
        expect(Array.isArray(read) || read instanceof RunError).toBe(true);
      }),
    );
  });
});

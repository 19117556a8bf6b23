/**
 * Everything that can be done to an ensemble from outside, one function a command. A command that makes no sense now is refused with a
 * `CommandError` before anything has changed.
 */
import type { Sid } from '../base/ids.ts';
import { randomStream } from '../base/random.ts';
import { applyDiskOps, copyDisk, emptyDisk, fileNames, fileSize, hasFile, readFile } from '../store/disk.ts';
import type { Disk, DiskOp } from '../store/types.ts';
import { stepClient } from './actors.ts';
import { isOver, newClient, shuffled } from './clients.ts';
import { destroy } from './connections.ts';
import { opsOf, rewriteFile } from './disks.ts';
import { CommandError } from './errors.ts';
import { bringForward, fsyncOf, packetOf } from './hurry.ts';
import { linkOf } from './links.ts';
import { endProcess, resumeProcess, startProcess } from './processes.ts';
import { clientNode, type Client, type Process } from './state.ts';
import { changeRate } from './timers.ts';
import type { ClientId, Command, CommandType, TraceEvent } from './types.ts';
import { localClock, processOf, recordWorld, schedule, type World } from './world.ts';

/** What a command will do; made before anything changes, so that a wrong command changes nothing. */
interface Plan {
  /** What it does to a disk, for the record. */
  readonly disk?: TraceEvent['disk'];
  readonly act: () => void;
}

type CommandOf<T extends CommandType, C = Command> = C extends { readonly type: CommandType } ? (T extends C['type'] ? C : never) : never;
type Planners = { readonly [T in CommandType]: (world: World, command: CommandOf<T>) => Plan };

/**
 * Does a command and records it.
 *
 * @throws CommandError when it makes no sense in the present state; nothing has changed then.
 */
export function doCommand(world: World, command: Command): void {
  const planner = PLANNERS[command.type] as ((world: World, command: Command) => Plan) | undefined;
  if (planner === undefined)
    throw new CommandError('type', `There is no command "${command.type}". Commands are ${Object.keys(PLANNERS).join(', ')}.`);
  const plan = planner(world, command);
  recordWorld(world, { type: 'command', command }, -1, plan.disk ?? null);
  plan.act();
}

const start: Planners['start'] = (world, { sid }) => {
  const process = downServer(world, sid, 'start');
  return { act: () => startProcess(world, process) };
};

const PLANNERS: Planners = {
  start,
  restart: start,
  kill: (world, { sid }) => ending(world, sid, 'kill'),
  crash: (world, { sid }) => ending(world, sid, 'crash'),
  powerLoss: (world, { sid }) => ending(world, sid, 'powerLoss'),
  stop: (world, { sid }) => {
    const process = upServer(world, sid, 'stop');
    return { act: () => terminate(world, process) };
  },
  pause: (world, { sid }) => {
    const process = upServer(world, sid, 'pause');
    if (process.state === 'starting') throw new CommandError('sid', `Server ${sid} is still starting. Wait until it runs, then pause it.`);
    if (process.paused) throw new CommandError('sid', `Server ${sid} is already paused. Resume it first.`);
    return {
      act: () => {
        process.paused = true;
      },
    };
  },
  resume: (world, { sid }) => {
    const process = upServer(world, sid, 'resume');
    if (!process.paused) throw new CommandError('sid', `Server ${sid} is not paused. Only a paused server can be resumed.`);
    return { act: () => resumeProcess(world, process) };
  },
  wipe: (world, { sid }) => replaceDisk(downServer(world, sid, 'wipe'), emptyDisk()),
  cut: (world, { from, to, oneWay }) =>
    onLink(world, from, to, oneWay, (a, b) => {
      linkOf(world, a, b).cut = true;
    }),
  heal: (world, { from, to, oneWay }) => healing(world, from, to, oneWay),
  partition: (world, { groups }) => partitioning(world, groups),
  slow: (world, { from, to, delayMs, oneWay }) => {
    positive('delayMs', delayMs, true);
    return onLink(world, from, to, oneWay, (a, b) => {
      linkOf(world, a, b).delayMs = delayMs;
    });
  },
  hurry: (world, { from, to, channel }) => {
    checkLink(world, from, to);
    const packet = packetOf(world, from, to, channel);
    return { act: () => bringForward(world, packet) };
  },
  hurryDisk: (world, { sid }) => {
    server(world, sid);
    const fsync = fsyncOf(world, sid);
    return { act: () => bringForward(world, fsync) };
  },
  reset: (world, { from, to }) => {
    checkLink(world, from, to);
    return { act: () => resetLink(world, from, to) };
  },
  skew: (world, { sid, rate }) => {
    const process = server(world, sid);
    positive('rate', rate);
    return { act: () => skewClock(world, process, rate) };
  },
  slowDisk: (world, { sid, fsyncMs }) => {
    const process = server(world, sid);
    positive('fsyncMs', fsyncMs, true);
    return {
      act: () => {
        process.fsyncMs = fsyncMs;
      },
    };
  },
  diskFull: (world, { sid, full }) => {
    const process = server(world, sid);
    return {
      act: () => {
        process.diskFull = full;
      },
    };
  },
  flipByte: (world, { sid, file, offset }) => {
    const process = damagedServer(world, sid, file);
    const bytes = readFile(process.disk, file).slice();
    if (!Number.isInteger(offset) || offset < 0 || offset >= bytes.length)
      throw new CommandError(
        'offset',
        `Byte ${offset} is outside of ${file} of server ${sid}, which holds ${bytes.length} bytes. Choose an offset from 0 to ${bytes.length - 1}.`,
      );
    bytes[offset] = (bytes[offset] ?? 0) ^ 0xff;
    return changeDisk(process, rewriteFile(process.disk, file, bytes, fileSize(process.disk, file)));
  },
  cutFile: (world, { sid, file, length, zeroed }) => {
    const process = damagedServer(world, sid, file);
    const size = fileSize(process.disk, file);
    if (!Number.isInteger(length) || length < 0 || length > size)
      throw new CommandError(
        'length',
        `${file} of server ${sid} has ${size} bytes and cannot be cut to ${length}. Choose a length from 0 to ${size}.`,
      );
    return changeDisk(
      process,
      rewriteFile(process.disk, file, readFile(process.disk, file).slice(0, length), zeroed === true ? size : length),
    );
  },
  deleteFile: (world, { sid, file }) => changeDisk(damagedServer(world, sid, file), [{ op: 'delete', file }]),
  writeFile: (world, { sid, file, content }) => {
    const process = downServer(world, sid, 'write a file of');
    return changeDisk(process, [{ op: 'writeAtomic', file, bytes: fromBase64(content) }]);
  },
  backup: (world, { sid, name }) => {
    const process = downServer(world, sid, 'back up');
    return {
      act: () => {
        world.state.backups.set(`${sid}/${name}`, copyDisk(process.disk));
      },
    };
  },
  restore: (world, { sid, name, from }) => {
    const backup = world.state.backups.get(`${from ?? sid}/${name}`);
    if (backup === undefined)
      throw new CommandError(
        'name',
        `There is no backup "${name}" of server ${from ?? sid}. Known are: ${[...world.state.backups.keys()].join(', ') || 'none'}.`,
      );
    return replaceDisk(downServer(world, sid, 'restore'), copyDisk(backup));
  },
  connect: (world, command) => connecting(world, command),
  request: (world, { client, request }) => {
    const found = liveClient(world, client);
    return { act: () => stepClient(world, found, { type: 'request', op: request }, world.cause) };
  },
  close: (world, { client }) => {
    const found = liveClient(world, client);
    return { act: () => stepClient(world, found, { type: 'close' }, world.cause) };
  },
  abandon: (world, { client }) => {
    const found = liveClient(world, client, true);
    return { act: () => stepClient(world, found, { type: 'abandon' }, world.cause) };
  },
};

// ---------------------------------------------------------------------------------------------------------------------
// Checks.

function server(world: World, sid: Sid, field = 'sid'): Process {
  const process = world.state.processes.get(sid);
  if (process === undefined)
    throw new CommandError(field, `There is no server ${sid}. Servers are ${[...world.state.processes.keys()].join(', ')}.`);
  return process;
}

function downServer(world: World, sid: Sid, what: string): Process {
  const process = server(world, sid);
  if (process.state !== 'down') throw new CommandError('sid', `Server ${sid} is running. To ${what} it, kill or stop it first.`);
  return process;
}

function upServer(world: World, sid: Sid, what: string): Process {
  const process = server(world, sid);
  if (process.state === 'down') throw new CommandError('sid', `Server ${sid} is not running. To ${what} it, start it first.`);
  return process;
}

function damagedServer(world: World, sid: Sid, file: string): Process {
  const process = downServer(world, sid, 'damage a file of');
  if (!hasFile(process.disk, file))
    throw new CommandError('file', `Server ${sid} has no file "${file}". It has: ${fileNames(process.disk).join(', ') || 'none'}.`);
  return process;
}

function checkLink(world: World, from: Sid, to: Sid): void {
  server(world, from, 'from');
  server(world, to, 'to');
  if (from === to) throw new CommandError('to', `A link needs two different servers; both are ${from}.`);
}

function liveClient(world: World, id: ClientId, closingToo = false): Client {
  const client = world.state.clients.get(id);
  if (client === undefined) throw new CommandError('client', `There is no client ${id}. Connect one first.`);
  if (client.state === 'closed' || client.state === 'abandoned' || (client.closing && !closingToo))
    throw new CommandError('client', `Client ${id} is closed. Connect a new one.`);
  if (closingToo && isOver(client)) throw new CommandError('client', `The session of client ${id} is already over.`);
  return client;
}

function positive(field: string, value: number, zeroToo = false): void {
  if (Number.isFinite(value) && (value > 0 || (zeroToo && value === 0))) return;
  throw new CommandError(field, `"${field}" is ${value}; it must be a number ${zeroToo ? 'of 0 or more' : 'above 0'}.`);
}

function fromBase64(content: string): Uint8Array {
  try {
    return Uint8Array.from(atob(content), (char) => char.charCodeAt(0));
  } catch {
    throw new CommandError('content', 'The content is not base64.');
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Deeds.

function ending(world: World, sid: Sid, how: 'kill' | 'crash' | 'powerLoss'): Plan {
  const process = upServer(world, sid, how === 'powerLoss' ? 'cut the power of' : how);
  return { act: () => endProcess(world, process, how) };
}

/** SIGTERM: a running server handles it (a paused one when it is resumed); one that is still starting just ends. */
function terminate(world: World, process: Process): void {
  if (process.state === 'starting') return endProcess(world, process, 'exit', 143, 'stopped while starting');
  schedule(world, world.state.now, {
    kind: 'input',
    sid: process.sid,
    incarnation: process.incarnation,
    input: { type: 'stop' },
    cause: world.cause,
  });
}

function replaceDisk(process: Process, disk: Disk): Plan {
  return {
    disk: { sid: process.sid, reset: true, ops: opsOf(disk) },
    act: () => {
      process.disk = disk;
    },
  };
}

function changeDisk(process: Process, ops: readonly DiskOp[]): Plan {
  return {
    disk: { sid: process.sid, reset: false, ops },
    act: () => {
      process.disk = applyDiskOps(process.disk, ops);
    },
  };
}

function onLink(world: World, from: Sid, to: Sid, oneWay: boolean | undefined, change: (from: Sid, to: Sid) => void): Plan {
  checkLink(world, from, to);
  return {
    act: () => {
      change(from, to);
      if (oneWay !== true) change(to, from);
    },
  };
}

function healing(world: World, from: Sid | undefined, to: Sid | undefined, oneWay: boolean | undefined): Plan {
  const mend = (a: Sid, b: Sid): void => {
    const link = linkOf(world, a, b);
    link.cut = false;
    link.delayMs = 0;
  };
  if (from !== undefined && to !== undefined) return onLink(world, from, to, oneWay, mend);
  if (from !== undefined || to !== undefined)
    throw new CommandError(from === undefined ? 'from' : 'to', 'To heal one link, give both of its servers; to heal all, give neither.');
  return {
    act: () => {
      for (const link of world.state.links.values()) mend(link.from, link.to);
    },
  };
}

function partitioning(world: World, groups: readonly (readonly Sid[])[]): Plan {
  const seen = new Set<Sid>();
  for (const sid of groups.flat()) {
    server(world, sid, 'groups');
    if (seen.has(sid)) throw new CommandError('groups', `Server ${sid} is named twice; each server can be in one group.`);
    seen.add(sid);
  }
  const pairs = groups.flatMap((group, i) =>
    groups.flatMap((other, j) => (i === j ? [] : group.flatMap((a) => other.map((b) => [a, b] as const)))),
  );
  return {
    act: () => {
      for (const [a, b] of pairs) linkOf(world, a, b).cut = true;
    },
  };
}

function resetLink(world: World, a: Sid, b: Sid): void {
  const { cause } = world;
  for (const connection of [...world.state.connections.values()]) {
    if (!((connection.from === a && connection.to === b) || (connection.from === b && connection.to === a))) continue;
    world.cause = cause;
    for (const node of destroy(world, connection)) {
      const { incarnation } = processOf(world, node);
      schedule(world, world.state.now, {
        kind: 'input',
        sid: node,
        incarnation,
        input: { type: 'disconnected', conn: connection.id, reason: 'reset' },
        cause,
      });
    }
  }
}

function skewClock(world: World, process: Process, rate: number): void {
  const { now } = world.state;
  process.clockLocal = localClock(process, now);
  process.clockWorld = now;
  changeRate(world, process.sid, process, rate);
}

function connecting(world: World, command: Extract<Command, { type: 'connect' }>): Plan {
  const { options, state } = world;
  const { client: id } = command;
  if (!Number.isInteger(id) || id < 1) throw new CommandError('client', `Client ${id}: clients are numbered 1, 2, 3, ...`);
  if (state.clients.has(id)) throw new CommandError('client', `There already is a client ${id}. Choose another number.`);
  if (command.servers?.length === 0) throw new CommandError('servers', 'The connect string names no server.');
  for (const sid of command.servers ?? []) server(world, sid, 'servers');
  const timeoutMs = command.timeoutMs ?? options.sessionTimeoutMs;
  positive('timeoutMs', timeoutMs);
  const servers = command.servers ?? shuffled([...state.processes.keys()], randomStream(options.seed, `connect string ${clientNode(id)}`));
  const client = newClient(id, servers, timeoutMs, command.name ?? null, options.seed);
  return {
    act: () => {
      state.clients.set(id, client);
      stepClient(world, client, { type: 'start' }, world.cause);
    },
  };
}

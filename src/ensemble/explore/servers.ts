import type { Sid } from '../../base/ids.ts';
import type { Command } from '../types.ts';
import type { FoundRun, Timed } from './plain.ts';

/** The run without a server: higher ones move up, what was done to it is left out. Null where its start names servers one by one. */
export function withoutServer({ start, commands }: FoundRun, gone: Sid): FoundRun | null {
  const { servers, observers, steps } = start;
  if (typeof servers !== 'number' || (steps !== undefined && steps.length > 0)) return null;
  const renumbered = (sid: Sid): Sid => (sid > gone ? sid - 1 : sid);
  const left = ((observers ?? []) as readonly Sid[]).filter((sid) => sid !== gone).map(renumbered);
  return {
    start: { ...start, servers: servers - 1, observers: left },
    commands: commands.flatMap(({ at, command }): readonly Timed[] => {
      const kept = withoutSid(command, gone, renumbered);
      return kept === null ? [] : [{ at, command: kept }];
    }),
  };
}

function withoutSid(command: Command, gone: Sid, renumbered: (sid: Sid) => Sid): Command | null {
  switch (command.type) {
    case 'cut':
    case 'slow':
    case 'reset':
    case 'hurry':
      return command.from === gone || command.to === gone
        ? null
        : { ...command, from: renumbered(command.from), to: renumbered(command.to) };
    case 'heal':
      if (command.from === gone || command.to === gone) return null;
      return command.from === undefined || command.to === undefined
        ? command
        : { ...command, from: renumbered(command.from), to: renumbered(command.to) };
    case 'partition':
      return { ...command, groups: command.groups.map((group) => group.filter((sid) => sid !== gone).map(renumbered)) };
    case 'connect': {
      const servers = command.servers?.filter((sid) => sid !== gone).map(renumbered);
      if (servers === undefined) return command;
      return servers.length === 0 ? null : { ...command, servers };
    }
    case 'request':
    case 'close':
    case 'abandon':
      return command;
    default:
      return command.sid === gone ? null : { ...command, sid: renumbered(command.sid) };
  }
}

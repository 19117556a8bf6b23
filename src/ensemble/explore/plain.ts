/** A run that was found: a scenario as plain JSON, whose last steps are commands with the time at which they are given. */
import { fromUtf8 } from '../../base/ids.ts';
import type { Command } from '../types.ts';

/** A command and its virtual time, ms. */
export interface Timed {
  readonly at: number;
  readonly command: Command;
}

/** A scenario as JSON says it: see `parseScenario`. */
export type PlainScenario = Readonly<Record<string, unknown>> & { readonly steps?: readonly unknown[] };

/** Where a hunt's run began, and what was done to it. Same scenario, same commands, same trace: in every host. */
export interface FoundRun {
  readonly start: PlainScenario;
  readonly commands: readonly Timed[];
}

/**
 * The run as one scenario that `parseScenario` reads and every host plays alike.
 *
 * @param untilMs virtual time until which it goes on after its last command.
 * @param words a name, a title, texts.
 */
export function scenarioOfRun(
  { start, commands }: FoundRun,
  untilMs: number,
  words: Readonly<Record<string, unknown>> = {},
): PlainScenario {
  const given = commands.map(({ at, command }) => ({ at, command: plainCommand(command) }));
  const left = Math.max(0, untilMs - (commands.at(-1)?.at ?? 0));
  return { ...words, ...start, steps: [...(start.steps ?? []), ...given, { sleep: Math.ceil(left) / 1000 }] };
}

/** A command as JSON: bytes as the text they are. Commands of a hunt hold no others. */
function plainCommand(command: Command): object {
  return command.type === 'request' ? { ...command, request: plainOp(command.request) } : command;
}

function plainOp(op: object): object {
  return Object.fromEntries(
    Object.entries(op)
      .filter(([field]) => field !== 'acl')
      .map(([field, value]) => [
        field,
        value instanceof Uint8Array ? fromUtf8(value) : field === 'ops' ? (value as readonly object[]).map(plainOp) : (value as unknown),
      ]),
  );
}

/**
 * The time of a command that is wanted at a time: the middle of that microsecond, since all that the world does by itself falls on whole ones. So nothing else happens at that
 * very moment, and it does not matter whether a command is given from outside or by a script.
 */
export function commandTime(after: number): number {
  return (Math.floor(after * 1000 + 1e-6) + 1) / 1000 - 0.0005;
}

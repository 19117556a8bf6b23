import { parseArgs, type ParseArgsConfig } from 'node:util';

/** The person asked for something that is not there, or in a way that is not understood. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Reads options; what is wrong with them becomes one plain sentence. */
export function readArgs<T extends NonNullable<ParseArgsConfig['options']>>(
  command: string,
  args: readonly string[],
  options: T,
): ReturnType<typeof parseArgs<{ args: string[]; options: T; allowPositionals: true }>> {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error)}. See zablab ${command} --help`);
  }
}

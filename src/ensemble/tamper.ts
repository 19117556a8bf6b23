/** What a person did to disks, and whether that explains why a guarantee no longer holds. */
import type { Sid } from '../base/ids.ts';
import type { Deed } from './breach.ts';
import type { Command } from './types.ts';

/** A person's last change to the disk of a server. */
export interface Tampering {
  readonly n: number;
  readonly deed: Deed;
  /** How many committed txns, and which epoch promise, the disk held before. */
  readonly held: number;
  readonly accepted: number;
}

/** How a command damages or replaces what a disk holds, or null if it does not. */
export function tampering(command: Command, forceSync: boolean): Deed | null {
  switch (command.type) {
    case 'wipe':
      return { kind: 'wiped', sid: command.sid };
    case 'restore':
      return { kind: 'restored', sid: command.sid, name: command.name };
    case 'flipByte':
      return { kind: 'fileDamaged', sid: command.sid, file: command.file };
    case 'cutFile':
      return { kind: 'fileCut', sid: command.sid, file: command.file };
    case 'deleteFile':
      return { kind: 'fileDeleted', sid: command.sid, file: command.file };
    case 'writeFile':
      return { kind: 'fileReplaced', sid: command.sid, file: command.file };
    case 'powerLoss':
      return forceSync ? null : { kind: 'powerLost', sid: command.sid };
    default:
      return null;
  }
}

/** Whether the disk is empty afterwards: it can lack txns, but not hold wrong ones. */
export function isEmptied({ deed }: Tampering): boolean {
  return deed.kind === 'wiped';
}

/**
 * Whether the person's actions alone broke a promise that a quorum had kept: those who still keep it are no quorum, and with those
 * whose disks were changed they would be one. Null if not; else what was done.
 */
export function explanation(
  keepers: readonly Sid[],
  losers: readonly Tampering[],
  loserSids: readonly Sid[],
  isQuorum: (sids: readonly Sid[]) => boolean,
): readonly Deed[] | null {
  if (losers.length === 0 || isQuorum(keepers) || !isQuorum([...keepers, ...loserSids])) return null;
  return losers.map(({ deed }) => deed);
}

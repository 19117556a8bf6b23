/** What a person did to disks, and whether that explains why a guarantee no longer holds. */
import type { Sid } from '../base/ids.ts';
import type { Command } from './types.ts';

/** A person's last change to the disk of a server. */
export interface Tampering {
  readonly n: number;
  /** "server 2 was wiped", for a sentence. */
  readonly what: string;
  /** The disk is empty afterwards: it can lack txns, but not hold wrong ones. */
  readonly emptied: boolean;
  /** How many committed txns, and which epoch promise, the disk held before. */
  readonly held: number;
  readonly accepted: number;
}

/** How a command damages or replaces what a disk holds, or null if it does not. */
export function tampering(
  command: Command,
  forceSync: boolean,
): { readonly sid: Sid; readonly what: string; readonly emptied: boolean } | null {
  switch (command.type) {
    case 'wipe':
      return { sid: command.sid, what: `the disk of server ${command.sid} was wiped`, emptied: true };
    case 'restore':
      return { sid: command.sid, what: `the disk of server ${command.sid} was replaced by the backup "${command.name}"`, emptied: false };
    case 'flipByte':
      return { sid: command.sid, what: `a byte of ${command.file} of server ${command.sid} was damaged`, emptied: false };
    case 'cutFile':
      return { sid: command.sid, what: `${command.file} of server ${command.sid} was cut`, emptied: false };
    case 'deleteFile':
      return { sid: command.sid, what: `${command.file} of server ${command.sid} was deleted`, emptied: false };
    case 'writeFile':
      return { sid: command.sid, what: `${command.file} of server ${command.sid} was replaced`, emptied: false };
    case 'powerLoss':
      return forceSync
        ? null
        : {
            sid: command.sid,
            what: `server ${command.sid} lost power while forceSync=no lets it acknowledge before its disk has the data`,
            emptied: false,
          };
    default:
      return null;
  }
}

/**
 * Whether the person's actions alone broke a promise that a quorum had kept: those who still keep it are no quorum, and with those
 * whose disks were changed they would be one. Null if not; else what was done, in words.
 */
export function explanation(
  keepers: readonly Sid[],
  losers: readonly Tampering[],
  loserSids: readonly Sid[],
  isQuorum: (sids: readonly Sid[]) => boolean,
): string | null {
  if (losers.length === 0 || isQuorum(keepers) || !isQuorum([...keepers, ...loserSids])) return null;
  return losers.map((loser) => loser.what).join(', and ');
}

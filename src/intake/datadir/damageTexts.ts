/** What is wrong with a data directory, in words: English, as the command line prints it. The page has its own 中文. */
import { formatZxid } from '../../base/zxid.ts';
import type { DamageEffect, DamageFact } from './types.ts';

/** What becomes of it at a start. */
export const EFFECTS: Readonly<Record<DamageEffect, string>> = {
  stops: 'ZooKeeper does not start.',
  drops: 'ZooKeeper starts without this record and what follows it in the file.',
  fallsBack: 'ZooKeeper starts from an older snapshot and more log.',
  unread: 'ZooKeeper starts and does not read this place.',
  mends: 'ZooKeeper starts and writes it anew.',
  unknown: 'What ZooKeeper makes of it was not tried.',
};

/** The words of a server's log, with a full stop if they have no end of their own. */
function ended(words: string): string {
  return /[.!?]$/.test(words) ? words : `${words}.`;
}

/** Without its place and its effect. */
export function damageText(fact: DamageFact): string {
  switch (fact.says) {
    case 'serverLog': {
      const { message, behind } = fact;
      const more = behind === null ? '' : ` ${behind.count} whole records stand behind it, up to ${formatZxid(behind.last)}.`;
      return ended(message) + more;
    }
    case 'notWhole':
      return `The record here was not written to its end; ${fact.bytes} bytes of it and of what follows are there.`;
    case 'bytesBehind':
      return `The log ends here in zeros, but there are other bytes further on, up to byte ${fact.upTo}.`;
    case 'noSeal':
      return 'It does not end with a seal: it was not written to its end.';
    case 'noNumber':
      return `It should hold a number and holds ${fact.empty ? 'nothing' : 'something else'}.`;
    case 'rebuilt':
      return 'It is missing or was left unfinished; it is rebuilt from the last zxid.';
    case 'unreadable':
      return `It cannot be read: ${fact.why}.`;
  }
}

/** Values of the protocol as text for people: zxids in hex, votes in one line, bytes with their beginning. */
import { fromUtf8, type Bytes } from '../../base/ids.ts';
import { formatZxid, type Zxid } from '../../base/zxid.ts';
import type { Vote } from '../../zab/types.ts';

const MOST = 200;

export function isZxid(value: unknown): value is Zxid {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 2 && 'epoch' in value && 'counter' in value;
}

function isVote(value: unknown): value is Vote {
  return typeof value === 'object' && value !== null && 'leader' in value && 'electionEpoch' in value && 'zxid' in value;
}

/** One value as one line of text. */
export function valueText(value: unknown): string {
  if (isZxid(value)) return formatZxid(value);
  if (isVote(value)) return voteText(value);
  if (value instanceof Uint8Array)
    return `${value.length} B${value.length === 0 ? '' : `: ${hex(value.subarray(0, 16))}${value.length > 16 ? ' …' : ''}`}`;
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`.slice(0, MOST);
  if (typeof value === 'object' && value !== null)
    return Object.entries(value)
      .map(([key, part]) => `${key} ${valueText(part)}`)
      .join(', ')
      .slice(0, MOST);
  return String(value).slice(0, MOST);
}

export function voteText({ leader, zxid, electionEpoch, peerEpoch }: Vote): string {
  return `${leader < 0 ? '–' : leader} (epoch ${peerEpoch}, zxid ${formatZxid(zxid)}, round ${electionEpoch})`;
}

/** The named fields of a message or record, nested ones with a dot, large trees left out. */
export function fieldsOf(value: object, prefix = ''): readonly (readonly [name: string, text: string])[] {
  return Object.entries(value).flatMap(([name, part]: [string, unknown]): readonly (readonly [string, string])[] => {
    if (name === 'kind' || name === 'tree') return [];
    const full = prefix + name;
    if (typeof part !== 'object' || part === null || isZxid(part) || part instanceof Uint8Array || Array.isArray(part))
      return [[full, valueText(part)]];
    return fieldsOf(part, `${full}.`);
  });
}

export function hex(bytes: Bytes): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

/** Data of a znode: as text where it is readable, else its length. */
export function dataText(data: Bytes | null): string | null {
  if (data === null) return null;
  const text = fromUtf8(data.subarray(0, MOST));
  return /^[\P{C}\n\t]*$/u.test(text) ? text + (data.length > MOST ? ' …' : '') : `${data.length} B: ${hex(data.subarray(0, 16))}`;
}

/**
 * What a `zoo.cfg` says that matters here: who the members are, and the settings.
 *
 * Source: `QuorumPeerConfig.parseProperties`, `QuorumPeer.QuorumServer`.
 */
import type { ConfigMember, ZooConfig } from './types.ts';

const MOST_LINES = 2000;

/** Reads the text of a `zoo.cfg`; lines that make no sense are left out. */
export function parseZooCfg(text: string): ZooConfig {
  const settings: Record<string, string> = {};
  for (const line of text.split(/\r?\n/, MOST_LINES)) {
    const [, key, value] = /^\s*([\w.-]{1,100})\s*[=:]\s*(.{0,1000}?)\s*$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) settings[key] = value;
  }
  const members: ConfigMember[] = [];
  for (const [key, value] of Object.entries(settings)) {
    const sid = Number(/^server\.(\d{1,3})$/.exec(key)?.[1] ?? NaN);
    if (!(sid >= 1 && sid <= 255)) continue;
    const observer = /:observer\b/i.test(value);
    const weight = Number(settings[`weight.${sid}`] ?? NaN);
    const group = groupOf(settings, sid);
    members.push({ sid, observer, ...(Number.isNaN(weight) ? {} : { weight }), ...(group === null ? {} : { group }) });
  }
  const others = Object.fromEntries(Object.entries(settings).filter(([key]) => !/^(server|group|weight)\.\d+$/.test(key)));
  return { members: members.sort((a, b) => a.sid - b.sid), settings: others };
}

/** `group.1=1:2:3`. */
function groupOf(settings: Readonly<Record<string, string>>, sid: number): number | null {
  for (const [key, value] of Object.entries(settings)) {
    const group = /^group\.(\d{1,3})$/.exec(key)?.[1];
    if (group !== undefined && value.split(':').map(Number).includes(sid)) return Number(group);
  }
  return null;
}

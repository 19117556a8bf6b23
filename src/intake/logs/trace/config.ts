/** Who is in the ensemble and how it is configured, as far as its logs tell. */
import type { Sid } from '../../../base/ids.ts';
import { DEFAULT_CONFIG } from '../../../ensemble/options.ts';
import { PROFILE_3_8_0, PROFILE_CURRENT } from '../../../zab/profile.ts';
import type { EnsembleConfig, Member } from '../../../zab/types.ts';
import type { LogCase } from '../model.ts';

/** Sids are 1…255 (`QuorumPeerConfig`); more servers than this are not drawn. */
const MOST_MEMBERS = 255;

/** What the servers of a case are known by. */
export interface Roster {
  readonly config: EnsembleConfig;
  /** Servers with lines of their own. */
  readonly logged: ReadonlySet<Sid>;
  /** Servers whose lines tell NEWLEADER, UPTODATE or phases. */
  readonly outspoken: ReadonlySet<Sid>;
  /** Servers by host, and by host with port where a line gave both. */
  readonly hosts: ReadonlyMap<string, Sid>;
}

/** Reads members, addresses and settings from all records. */
export function rosterOf(logs: LogCase): Roster {
  const observers = new Map<Sid, boolean>();
  const hosts = new Map<string, Sid>();
  const logged = new Set<Sid>();
  const outspoken = new Set<Sid>();
  const settings = new Map<string, string>();
  const seen = (sid: Sid, observer: boolean | null = null): void => {
    if (!Number.isInteger(sid) || sid < 0 || (observers.size >= MOST_MEMBERS && !observers.has(sid))) return;
    if (observer !== null || !observers.has(sid)) observers.set(sid, observer ?? false);
  };
  for (const { sid, observer } of logs.servers) seen(sid, observer);
  for (const { sid, fact } of logs.records) {
    if (!logged.has(sid)) {
      logged.add(sid);
      seen(sid);
    }
    switch (fact.kind) {
      case 'newLeaderReceived':
      case 'upToDateReceived':
      case 'phase':
        outspoken.add(sid);
        break;
      case 'member':
        seen(fact.sid, fact.observer);
        hosts.set(hostOf(fact.address), fact.sid);
        break;
      case 'electionPort':
        if (!isWildcard(hostOf(fact.address))) hosts.set(hostOf(fact.address), fact.sid ?? sid);
        break;
      case 'notification':
        seen(fact.from);
        break;
      case 'learnerArrived':
        seen(fact.learner, fact.observer ? true : null);
        if (fact.address !== null) hosts.set(fact.address, fact.learner).set(hostOf(fact.address), fact.learner);
        break;
      case 'cannotOpen':
        seen(fact.to);
        hosts.set(hostOf(fact.address), fact.to);
        break;
      case 'setting':
        settings.set(bareName(fact.name), fact.value);
        break;
      default:
        break;
    }
  }
  const members: Member[] = [...observers]
    .map(([sid, observer]): Member => ({ sid, type: observer ? 'observer' : 'participant' }))
    .sort((a, b) => a.sid - b.sid);
  return { config: configOf(logs, members, settings), logged, outspoken, hosts };
}

/** The host of `zk3:2888:3888`, `/10.0.0.3:3888`, `zk3/10.0.0.3:3888` (the number, as connections show it) or `[::1]:3888`. */
export function hostOf(address: string): string {
  const [first = ''] = address.split('|', 1);
  const behind = first.slice(first.lastIndexOf('/') + 1);
  if (behind.startsWith('[')) return behind.slice(1, Math.max(1, behind.indexOf(']')));
  const [host = ''] = behind.split(':', 1);
  return host;
}

/** The server at an address, or null. */
export function serverAt(roster: Roster, address: string | null): Sid | null {
  if (address === null) return null;
  return roster.hosts.get(address) ?? roster.hosts.get(hostOf(address)) ?? null;
}

function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '' || host === '::' || host === '0:0:0:0:0:0:0:0';
}

function bareName(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

/** Settings by the last part of their name, and the least that is believed. */
const NUMBERS: Readonly<Record<string, readonly [field: keyof EnsembleConfig, least: number]>> = {
  tickTime: ['tickTimeMs', 1],
  initLimit: ['initLimitTicks', 1],
  syncLimit: ['syncLimitTicks', 1],
  snapCount: ['snapCount', 2],
  snapshotSizeFactor: ['snapshotSizeFactor', -Infinity],
  commitLogCount: ['commitLogCount', 1],
  preAllocSize: ['preAllocSizeKb', 0],
  maxNotificationInterval: ['maxNotificationIntervalMs', 1],
  maxBatchSize: ['maxBatchSize', 1],
};

function configOf(logs: LogCase, members: readonly Member[], settings: ReadonlyMap<string, string>): EnsembleConfig {
  const told: Record<string, number> = {};
  for (const [name, [field, least]] of Object.entries(NUMBERS)) {
    const value = parseFloat(settings.get(name) ?? '');
    if (Number.isFinite(value) && value >= least) told[field] = value;
  }
  // 3.9 and later order NEWLEADER differently; what no version tells is taken for mainline.
  const old = logs.servers.length > 0 && logs.servers.every(({ version }) => version !== null && /^3\.[3-8]\./.test(version));
  const profile = old ? PROFILE_3_8_0 : PROFILE_CURRENT;
  // ZooKeeper's own defaults: `ZooKeeperServer.DEFAULT_TICK_TIME`, and what zoo_sample.cfg sets.
  const defaults = { ...DEFAULT_CONFIG, tickTimeMs: 3000, initLimitTicks: 10, syncLimitTicks: 5 };
  return { ...defaults, ...told, members, wallClockAtZero: logs.zero, profile };
}

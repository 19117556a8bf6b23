/** The zoo.cfg of a simulated server, in the words of `QuorumPeerConfig`: a real ZooKeeper starts with it. */
import type { Sid } from '../base/ids.ts';
import type { EnsembleConfig, Member } from '../zab/types.ts';

/** Where the servers will listen: one host by default, so every server needs ports of its own. */
export interface ServerAddresses {
  /** Default `127.0.0.1`. */
  readonly host?: (sid: Sid) => string;
  /** Default 21810 + sid. */
  readonly clientPort?: (sid: Sid) => number;
  /** Default 28880 + sid. */
  readonly quorumPort?: (sid: Sid) => number;
  /** Default 38880 + sid. */
  readonly electionPort?: (sid: Sid) => number;
  /** Default `./.`, the folder in which ZooKeeper is started: it takes `.` alone for a mistake, and fails. */
  readonly dataDir?: (sid: Sid) => string;
}

const DEFAULTS: Required<ServerAddresses> = {
  host: () => '127.0.0.1',
  clientPort: (sid) => 21810 + sid,
  quorumPort: (sid) => 28880 + sid,
  electionPort: (sid) => 38880 + sid,
  dataDir: () => './.',
};

/** Keys that `QuorumPeerConfig` does not know become system properties `zookeeper.<key>`, which is where ZooKeeper looks for most of these. */
export function zooCfg(sid: Sid, config: EnsembleConfig, addresses: ServerAddresses = {}): string {
  const at = { ...DEFAULTS, ...addresses };
  const { autopurge, members } = config;
  const own = members.find((member) => member.sid === sid);
  const lines = [
    `# Server ${sid} of ${members.length}. Start it in this folder.`,
    `tickTime=${config.tickTimeMs}`,
    `initLimit=${config.initLimitTicks}`,
    `syncLimit=${config.syncLimitTicks}`,
    `dataDir=${at.dataDir(sid)}`,
    `clientPortAddress=${at.host(sid)}`,
    `clientPort=${at.clientPort(sid)}`,
    'admin.enableServer=false',
    ...(own?.type === 'observer' ? ['peerType=observer'] : []),
    ...(autopurge === null
      ? []
      : [`autopurge.snapRetainCount=${Math.max(3, autopurge.retain)}`, `autopurge.purgeInterval=${autopurge.intervalHours}`]),
    ...(config.leaderServes ? [] : ['leaderServes=no']),
    `snapCount=${config.snapCount}`,
    `snapshotSizeFactor=${config.snapshotSizeFactor}`,
    `commitLogCount=${config.commitLogCount}`,
    `preAllocSize=${config.preAllocSizeKb}`,
    `maxBatchSize=${config.maxBatchSize}`,
    `fastleader.maxNotificationInterval=${config.maxNotificationIntervalMs}`,
    `cnxTimeout=${config.cnxTimeoutMs}`,
    `extendedTypesEnabled=${config.extendedTypes}`,
    `digest.enabled=${config.digestEnabled}`,
    ...(config.forceSync ? [] : ['forceSync=no']),
    ...members.map(
      (member) => `server.${member.sid}=${at.host(member.sid)}:${at.quorumPort(member.sid)}:${at.electionPort(member.sid)}${kind(member)}`,
    ),
    ...groupLines(members),
  ];
  return `${lines.join('\n')}\n`;
}

function kind({ type }: Member): string {
  return type === 'observer' ? ':observer' : '';
}

/** `group.1=1:2:3`, and the weights that are not 1. */
function groupLines(members: readonly Member[]): readonly string[] {
  const groups = new Map<number, Sid[]>();
  for (const { sid, group } of members) if (group !== undefined) groups.set(group, [...(groups.get(group) ?? []), sid]);
  const weights = members.filter(({ weight }) => groups.size > 0 && weight !== undefined && weight !== 1);
  return [
    ...[...groups].map(([group, sids]) => `group.${group}=${sids.join(':')}`),
    ...weights.map(({ sid, weight }) => `weight.${sid}=${weight}`),
  ];
}

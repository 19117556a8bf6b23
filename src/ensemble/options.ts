/** What the world is made of: everything that, with the commands, decides a run. Plain data. */
import type { Sid } from '../base/ids.ts';
import type { EnsembleConfig } from '../zab/types.ts';
import { PROFILE_CURRENT } from '../zab/profile.ts';

/** A duration drawn evenly from mean − jitter to mean + jitter, in ms. */
export interface Spread {
  readonly meanMs: number;
  readonly jitterMs: number;
}

export interface WorldOptions {
  readonly config: EnsembleConfig;
  /** All randomness comes from here: same seed and same commands, same trace. */
  readonly seed: number;
  /** One way, between servers. */
  readonly latency: Spread;
  /** One way, between a client and a server. */
  readonly clientLatency: Spread;
  readonly fsync: Spread;
  /** How late a server sees that a connection has ended or is silent, or goes on when it is resumed: on a busy machine its threads wait for a core. */
  readonly lag: Spread;
  /** From the `start` command until the process reads its disk. */
  readonly bootMs: number;
  /** Session timeout of a client that asks for none. */
  readonly sessionTimeoutMs: number;
  /** Chance that a power loss leaves a part of the last write that was not fsynced. */
  readonly tornWriteChance: number;
  /** The kernel writes dirty pages to the disk by itself after this long (`dirty_expire_centisecs`): a file left alone that long survives a power loss. */
  readonly writebackMs: number;
  readonly tcp: TcpTimings;
  /** Events between two key frames for rewinding. */
  readonly checkpointEvery: number;
}

/** How Linux retransmits. */
export interface TcpTimings {
  /** First retransmission of data (TCP_RTO_MIN); doubles up to `maxRtoMs`. */
  readonly rtoMs: number;
  readonly maxRtoMs: number;
  /** First retransmission of a SYN; doubles. */
  readonly synRtoMs: number;
  /** `net.ipv4.tcp_syn_retries`: then the connect call fails. */
  readonly synRetries: number;
  /** `net.ipv4.tcp_retries2`: then the connection is given up. */
  readonly retries: number;
  /** `net.ipv4.tcp_orphan_retries` (0 means 8): the same for a connection whose process is gone. */
  readonly orphanRetries: number;
}

export function configOf(sids: readonly Sid[]): EnsembleConfig {
  return { ...DEFAULT_CONFIG, members: sids.map((sid) => ({ sid, type: 'participant' })) };
}

/** ZooKeeper's defaults, with the shorter ticks of the recordings. */
export const DEFAULT_CONFIG: EnsembleConfig = {
  members: [1, 2, 3].map((sid) => ({ sid, type: 'participant' })),
  tickTimeMs: 500,
  initLimitTicks: 10,
  syncLimitTicks: 4,
  snapCount: 100_000,
  snapshotSizeFactor: 0.33,
  commitLogCount: 500,
  preAllocSizeKb: 64 * 1024,
  maxNotificationIntervalMs: 60_000,
  cnxTimeoutMs: 5000,
  autopurge: null,
  extendedTypes: false,
  digestEnabled: true,
  forceSync: true,
  maxBatchSize: 1000,
  leaderServes: true,
  /** 2026-01-01 00:00 UTC. */
  wallClockAtZero: 1_767_225_600_000,
  profile: PROFILE_CURRENT,
};

export const DEFAULT_OPTIONS: WorldOptions = {
  config: DEFAULT_CONFIG,
  seed: 1,
  latency: { meanMs: 1, jitterMs: 0.4 },
  clientLatency: { meanMs: 1, jitterMs: 0.4 },
  fsync: { meanMs: 2, jitterMs: 1 },
  lag: { meanMs: 0, jitterMs: 0 },
  bootMs: 100,
  sessionTimeoutMs: 6000,
  tornWriteChance: 0.5,
  writebackMs: 30_000,
  tcp: { rtoMs: 200, maxRtoMs: 120_000, synRtoMs: 1000, synRetries: 6, retries: 15, orphanRetries: 8 },
  checkpointEvery: 500,
};

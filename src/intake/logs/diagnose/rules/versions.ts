/** Versions that differ, and hazards of certain versions. */
import { formatZxid } from '../../../../base/zxid.ts';
import { between, groupBy } from '../context.ts';
import type { Context } from '../context.ts';
import { draft } from '../finding.ts';
import type { Draft } from '../finding.ts';
import { syncLines } from './epochs.ts';

/** Several versions in one ensemble: fine during a rolling upgrade. */
export function versionMix(c: Context): readonly Draft[] {
  const own = c.logCase.servers.filter((server) => server.version !== null);
  if (new Set(own.map((server) => release(server.version))).size < 2) return [];
  return [
    draft(c, 'version.mix', {
      servers: own.map((server) => server.sid),
      records: c.of('version'),
      note: true,
      count: 1,
      values: { versions: own.map((server) => `${server.sid}: ${release(server.version)}`) },
    }),
  ];
}

/**
 * Before 3.9.3 a follower that loses its leader does not stop its logger first. What it had received and not yet logged may be missing
 * from its log when it comes back by DIFF without a restart: a hole that only the next restart shows.
 *
 * Source: ZOOKEEPER-4712.
 */
export function logHoles(c: Context): readonly Draft[] {
  return c.summary.syncs.flatMap((sync) => {
    if (sync.mode !== 'DIFF' || sync.peerLastZxid === null || fixed(c, sync.learner)) return [];
    const at = c.logCase.zero + sync.t;
    const stays = c.staysOf(sync.learner);
    const before = stays.findLastIndex((stay) => stay.from <= at);
    // FOLLOWING (the stay that ended) → LOOKING → FOLLOWING again, in one process.
    const now = stays[before]?.role === 'LOOKING' ? before : before - 1;
    if (stays[now]?.role !== 'LOOKING' || stays[now - 1]?.role !== 'FOLLOWING') return [];
    const lost = stays[now];
    // A leader that is gone sends nothing more; the one that goes on has sent while this learner did not read.
    const stayed = c.elections.some(
      (election) =>
        election.leader === sync.leader &&
        election.established &&
        c.logCase.zero + election.t < (lost?.from ?? at) &&
        (election.ended === null || c.logCase.zero + election.ended.t > at),
    );
    if (!stayed || lost === undefined) return [];
    return [
      draft(c, 'version.logHole', {
        servers: [sync.learner],
        records: [lost.record, ...syncLines(c, sync)],
        unsure: true,
        // The hazard is always there; what came of it shows in digests.
        note: !c.of('digestMismatch').some((record) => record.sid === sync.learner),
        t: at,
        count: 1,
        fold: sync.leader,
        values: { learner: sync.learner, leader: sync.leader, had: formatZxid(sync.peerLastZxid) },
      }),
    ];
  });
}

/** A follower that got another proposal than the next: one in between is missing. The first of an epoch always follows an older one. */
export function zxidJumps(c: Context): readonly Draft[] {
  const records = c.of('unexpectedZxid').filter(({ t, sid, fact }) => {
    if (fact.got.counter <= 1) return false;
    // Right after a synchronization the first proposal is not compared with what came by DIFF or SNAP.
    return (
      !between(c.by(sid), t - SYNCED_MS, t).some(
        (record) => record.fact.kind === 'upToDateReceived' || record.fact.kind === 'gettingSync',
      ) && fact.expected.counter > 1
    );
  });
  return [...groupBy(records, (record) => record.sid)].map(([sid, own]) =>
    draft(c, 'history.jump', {
      servers: [sid],
      records: own,
      unsure: true,
      values: {
        server: sid,
        got: own[0] === undefined ? '' : formatZxid(own[0].fact.got),
        expected: own[0] === undefined ? '' : formatZxid(own[0].fact.expected),
      },
    }),
  );
}

const SYNCED_MS = 2000;

/** `3.8.0` of `3.8.0-1-debian, built on …`. */
function release(version: string | null): string {
  return /\d+\.\d+(\.\d+)?/.exec(version ?? '')?.[0] ?? version ?? '';
}

function fixed(c: Context, sid: number): boolean {
  const version = c.logCase.servers.find((server) => server.sid === sid)?.version ?? null;
  const [major = 0, minor = 0, patch = 0] = release(version).split('.').map(Number);
  return version !== null && (major > 3 || (major === 3 && (minor > 9 || (minor === 9 && patch >= 3))));
}

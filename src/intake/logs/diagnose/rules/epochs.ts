/** Epochs that do not fit: refused, used twice, forgotten; histories that were cut. */
import { compareZxid, formatZxid } from '../../../../base/zxid.ts';
import type { ReadElection, ReadSync } from '../../model.ts';
import { between, distinct, findFrom, groupBy } from '../context.ts';
import type { Context } from '../context.ts';
import { allTexts, draft } from '../finding.ts';
import type { Draft } from '../finding.ts';

/** A learner refuses a leader whose epoch is below the one it has accepted. */
export function epochRefused(c: Context): readonly Draft[] {
  const groups = groupBy(c.of('epochRefused'), ({ sid, fact }) => `${sid} ${fact.leaderEpoch} ${fact.myEpoch}`);
  return [...groups.values()].flatMap((records) => {
    const [first] = records;
    if (first === undefined) return [];
    const { leaderEpoch, myEpoch } = first.fact;
    return [
      draft(c, 'epoch.refused', {
        servers: [first.sid],
        records,
        fold: `${leaderEpoch} ${myEpoch}`,
        values: { server: first.sid, leaderEpoch, myEpoch },
      }),
    ];
  });
}

/** A leader refuses a learner that knows more than itself. */
export function ackEpochRefused(c: Context): readonly Draft[] {
  return [...groupBy(c.of('ackEpochRefused'), ({ sid, fact }) => `${sid} ${fact.message}`).values()].flatMap((records) => {
    const [first] = records;
    return first === undefined
      ? []
      : [
          draft(c, 'epoch.ahead', {
            servers: [first.sid],
            records,
            fold: first.fact.message,
            values: { leader: first.sid, text: first.fact.message },
          }),
        ];
  });
}

/** Two leaderships with one epoch number: zxids of the one and of the other cannot be told apart. */
export function epochReused(c: Context): readonly Draft[] {
  const established = c.elections.filter((election) => election.established && election.epoch !== null);
  const groups = [...groupBy(established, (election) => election.epoch)];
  return groups.flatMap(([epoch, elections]) => {
    const [first, ...again] = elections;
    if (first === undefined || again.length === 0) return [];
    return [
      draft(c, 'epoch.reused', {
        servers: elections.map((election) => election.leader),
        records: elections.flatMap((election) => establishedLines(c, election)),
        fold: String(epoch),
        t: c.logCase.zero + (again[0]?.t ?? first.t),
        count: elections.length,
        values: { epoch: epoch ?? -1, leaders: elections.map((election) => election.leader) },
      }),
    ];
  });
}

/** Under an epoch used twice a learner was adjusted by zxid alone: its history may differ and nobody notices. */
export function syncedUnderReusedEpoch(c: Context): readonly Draft[] {
  const epochs = new Map<number, ReadElection[]>();
  for (const election of c.elections) {
    if (election.established && election.epoch !== null)
      epochs.set(election.epoch, [...(epochs.get(election.epoch) ?? []).slice(-1), election]);
  }
  return c.summary.syncs.flatMap((sync) => {
    if (sync.mode === 'SNAP' || sync.peerLastZxid === null) return [];
    const [first, again] =
      [...epochs.values()].find((pair) => pair.length > 1 && pair[1]?.leader === sync.leader && sync.t >= pair[1].t) ?? [];
    if (first?.epoch === null || first === undefined || again === undefined || sync.peerLastZxid.epoch < first.epoch) return [];
    // The one that leads now made the history itself; those that followed it have the same.
    if (again.supporters.includes(sync.learner)) return [];
    return [
      draft(c, 'epoch.diverged', {
        servers: [sync.learner, sync.leader],
        records: syncLines(c, sync),
        unsure: true,
        t: c.logCase.zero + sync.t,
        count: 1,
        values: {
          learner: sync.learner,
          leader: sync.leader,
          mode: sync.mode,
          epoch: first.epoch,
          had: formatZxid(sync.peerLastZxid),
          told: sync.zxid === null ? '' : formatZxid(sync.zxid),
        },
      }),
    ];
  });
}

/**
 * A winner whose epoch is below one that a quorum had already established. Each member of that quorum wrote the epoch to its
 * disk before, and any two quorums share a member: so data were lost, or other data were put in their place.
 */
export function epochForgotten(c: Context): readonly Draft[] {
  let highest: ReadElection | null = null;
  const found: Draft[] = [];
  for (const election of c.elections) {
    const { peerEpoch } = election.vote;
    const earlier = highest?.epoch ?? null;
    if (highest !== null && earlier !== null && peerEpoch !== null && election.established && peerEpoch < earlier) {
      found.push(
        draft(c, 'epoch.forgotten', {
          servers: [election.leader],
          records: [...establishedLines(c, election), ...establishedLines(c, highest)],
          fold: election.t,
          t: c.logCase.zero + election.t,
          count: 1,
          values: {
            leader: election.leader,
            supporters: election.supporters,
            peerEpoch,
            epoch: election.epoch ?? -1,
            earlier,
            earlierLeader: highest.leader,
          },
        }),
      );
    }
    if (election.established && election.epoch !== null && election.epoch > (highest?.epoch ?? -1)) highest = election;
  }
  return found;
}

/** Epoch files that contradict the history on disk: the server does not start. */
export function epochFilesWrong(c: Context): readonly Draft[] {
  const records = [...c.of('loadFailed'), ...c.of('exiting')].filter(({ fact }) =>
    WRONG_EPOCH.test(`${fact.message} ${allTexts(fact.exception)}`),
  );
  return [...groupBy(records, (record) => record.sid)].map(([sid, own]) => {
    const fact = own[0]?.fact;
    const texts =
      fact === undefined
        ? []
        : [fact.message, ...[fact.exception?.message ?? ''], ...(fact.exception?.causes ?? []).map((cause) => cause.message)];
    return draft(c, 'epoch.files', {
      servers: [sid],
      records: own,
      values: { server: sid, text: texts.find((text) => WRONG_EPOCH.test(text)) ?? '' },
    });
  });
}

export const WRONG_EPOCH = /current epoch.*(older than|less than).*last zxid|accepted epoch.*less than.*current epoch/i;

/** Epoch files that were gone on a server with a history: rebuilt from the last zxid. */
export function epochFileMissing(c: Context): readonly Draft[] {
  const records = c.of('epochFileMissing').filter(({ fact }) => fact.epoch > 0);
  return [...groupBy(records, (record) => record.sid)].map(([sid, own]) =>
    draft(c, 'epoch.fileMissing', {
      servers: [sid],
      records: own,
      note: true,
      values: { server: sid, files: [...new Set(own.map(({ fact }) => fact.file))], epoch: own[0]?.fact.epoch ?? 0 },
    }),
  );
}

/** Learners that had transactions which the leader does not have: cut off, or replaced by a snapshot. */
export function historyDropped(c: Context): readonly Draft[] {
  return c.summary.syncs.flatMap((sync) => {
    if (sync.peerLastZxid === null || sync.mode === 'DIFF') return [];
    const lines = syncLines(c, sync);
    const refusedTrunc = lines.some(({ fact }) => fact.kind === 'syncSource' && /cannot send trunc/i.test(fact.note ?? ''));
    const behind = sync.zxid !== null && compareZxid(sync.peerLastZxid, sync.zxid) <= 0;
    if (sync.mode === 'SNAP' ? !refusedTrunc : behind) return [];
    return [
      draft(c, sync.mode === 'TRUNC' ? 'history.cut' : 'history.replaced', {
        servers: [sync.learner, sync.leader],
        records: lines,
        note: true,
        fold: sync.t,
        t: c.logCase.zero + sync.t,
        count: 1,
        values: {
          learner: sync.learner,
          leader: sync.leader,
          had: formatZxid(sync.peerLastZxid),
          told: sync.zxid === null ? '' : formatZxid(sync.zxid),
        },
      }),
    ];
  });
}

/** Lines of a leader about the synchronization of one learner. */
export function syncLines(c: Context, sync: ReadSync): ReturnType<Context['by']> {
  const at = c.logCase.zero + sync.t;
  return between(c.by(sync.leader), at - SYNC_MS, at + SYNC_MS).filter(
    ({ fact }) =>
      (fact.kind === 'sync' || fact.kind === 'syncSource' || fact.kind === 'synchronizing' || fact.kind === 'forwarding') &&
      fact.learner === sync.learner,
  );
}

/** The lines of one synchronization come within this, ms. */
const SYNC_MS = 500;

function establishedLines(c: Context, election: ReadElection): ReturnType<Context['by']> {
  const line = findFrom(c.of('established'), c.logCase.zero + election.t - 1, (record) => record.sid === election.leader);
  return line === undefined ? [] : [line];
}

/** Learners that took their state as a whole: how much that was is not in the log, only that it was needed. */
export function snapshotSyncs(c: Context): readonly Draft[] {
  const syncs = c.summary.syncs.filter((sync) => sync.mode === 'SNAP' && sync.peerLastZxid !== null && sync.peerLastZxid.counter > 0);
  const groups = groupBy(syncs, (sync) => `${sync.leader} ${sync.learner}`);
  return [...groups.values()].flatMap((own) => {
    const [first] = own;
    const lines = own.flatMap((sync) => syncLines(c, sync));
    if (first === undefined || lines.some(({ fact }) => fact.kind === 'syncSource' && /cannot send trunc/i.test(fact.note ?? '')))
      return [];
    return [
      draft(c, 'sync.snapshot', {
        servers: distinct([first.learner, first.leader]),
        records: lines,
        note: true,
        t: c.logCase.zero + first.t,
        count: own.length,
        values: {
          learner: first.learner,
          leader: first.leader,
          had: first.peerLastZxid === null ? '' : formatZxid(first.peerLastZxid),
        },
      }),
    ];
  });
}

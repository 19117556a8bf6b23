/** Recovery as something to watch: one step after the other, each with its place in a file and what memory looks like after it. */
import type { Zxid } from '../../base/zxid.ts';
import { recover } from '../../store/recovery.ts';
import type { RecoveryStep } from '../../store/types.ts';
import type { TxnType } from '../../tree/types.ts';
import type { Watch } from '../files.ts';
import { recoveryOptionsOf } from './forecast.ts';
import { toDisk } from './toDisk.ts';
import type { DirectoryReport } from './types.ts';

export interface RecoveryMoment {
  readonly kind: 'snapshotSkipped' | 'snapshotLoaded' | 'noSnapshot' | 'replayed' | 'logEnded' | 'epochs' | 'failed' | 'ready';
  readonly file: string | null;
  /** Bytes it read there: from, to. Null where it is about no bytes. */
  readonly range: readonly [number, number] | null;
  /** Memory's last zxid after it; null before there is a database. */
  readonly zxid: Zxid | null;
  readonly nodes: number;
  readonly sessions: number;
  /** Txns replayed so far. */
  readonly replayed: number;
  /** For `replayed`: the txns of this moment. Several when there are more txns than moments. */
  readonly txns: {
    readonly first: Zxid;
    readonly last: Zxid;
    readonly count: number;
    readonly type: TxnType;
    readonly failed: number;
  } | null;
  /** For all but `replayed`: what recovery says of itself. */
  readonly step: RecoveryStep | null;
  /** For `failed`: what the server's log says. */
  readonly message: string | null;
}

/** Most moments that replaying is divided into. */
const MOMENTS = 500;

/**
 * Runs recovery and gives what it did, in order. Rejects with IntakeCancelled and where a file cannot be read.
 *
 * @returns null when the directory is too large to be tried.
 */
export async function recoverySteps(report: DirectoryReport, watch: Watch = {}): Promise<readonly RecoveryMoment[] | null> {
  const made = await toDisk(report, watch);
  if ('refused' in made) return null;
  const batch = Math.max(1, Math.ceil(report.logs.reduce((sum, { index }) => sum + index.count, 0) / MOMENTS));
  const replays = new Map<string, RecoveryMoment[]>();
  let replayed = 0;
  const outcome = recover(made.disk, {
    ...recoveryOptionsOf(report.profile),
    onReplayed: ({ file, offset, size, txn }, tree, result) => {
      const list = replays.get(file) ?? [];
      replays.set(file, list);
      const before = list.at(-1);
      const joins = before?.txns !== null && before !== undefined && before.txns.count < batch;
      const failed = result.err === 'OK' ? 0 : 1;
      const txns =
        joins && before.txns !== null
          ? { ...before.txns, last: txn.zxid, count: before.txns.count + 1, failed: before.txns.failed + failed }
          : { first: txn.zxid, last: txn.zxid, count: 1, type: txn.body.type, failed };
      replayed++;
      const moment: RecoveryMoment = {
        ...NOTHING,
        kind: 'replayed',
        file,
        range: [joins ? (before.range?.[0] ?? offset) : offset, offset + size],
        zxid: tree.lastProcessedZxid,
        nodes: tree.nodes.size,
        sessions: tree.sessions.size,
        replayed,
        txns,
      };
      if (joins) list[list.length - 1] = moment;
      else list.push(moment);
    },
  });
  return told(report, outcome.ok ? outcome.recovered.steps : outcome.steps, replays, outcome.ok ? null : outcome.failure);
}

const NOTHING: RecoveryMoment = {
  kind: 'noSnapshot',
  file: null,
  range: null,
  zxid: null,
  nodes: 0,
  sessions: 0,
  replayed: 0,
  txns: null,
  step: null,
  message: null,
};

/** Recovery's own steps, with the replayed txns of a file in front of its end. */
function told(
  report: DirectoryReport,
  steps: readonly RecoveryStep[],
  replays: Map<string, RecoveryMoment[]>,
  failure: { readonly message: string; readonly file?: string; readonly offset?: number } | null,
): readonly RecoveryMoment[] {
  const moments: RecoveryMoment[] = [];
  let now: RecoveryMoment = NOTHING;
  const push = (change: Partial<RecoveryMoment>): void => {
    now = { ...now, file: null, range: null, txns: null, step: null, message: null, ...change };
    moments.push(now);
  };
  const flush = (file: string): void => {
    for (const moment of replays.get(file) ?? []) push(moment);
    replays.delete(file);
  };
  for (const step of steps) {
    if (step.step === 'logReplayed') {
      flush(step.file);
      const log = report.logs.find(({ name }) => name === step.file);
      push({ kind: 'logEnded', file: step.file, range: log === undefined ? null : [log.endOffset, log.size], step });
    } else if (step.step === 'snapshotLoaded') {
      const size = report.snapshots.find(({ name }) => name === step.file)?.size ?? 0;
      push({ kind: step.step, file: step.file, range: [0, size], zxid: step.zxid, nodes: step.nodes, sessions: step.sessions, step });
    } else push({ kind: step.step, ...('file' in step ? { file: step.file } : {}), step });
  }
  for (const file of [...replays.keys()]) flush(file);
  if (failure === null) push({ kind: 'ready' });
  else {
    const { message, file = null, offset } = failure;
    push({ kind: 'failed', file, range: offset === undefined ? null : [offset, offset], message });
  }
  return moments;
}

/** What of each file a recovery has read by some step. */
import type { Moment } from './wire.ts';

/** Bytes, from the start of the file. */
export interface FileProgress {
  /** Read by an earlier step, or by this one. */
  readonly readTo: number;
  /** What this step reads; null when it reads elsewhere. */
  readonly now: readonly [number, number] | null;
  /** A step could not use the file. */
  readonly refused: boolean;
}

/** By name, of the files that were looked at so far. @param at place of the step. */
export function progressAt(moments: readonly Moment[], at: number): ReadonlyMap<string, FileProgress> {
  const files = new Map<string, FileProgress>();
  for (let i = 0; i <= at; i++) {
    const moment = moments[i];
    if (moment === undefined || moment.file === null) continue;
    const before = files.get(moment.file);
    const readTo = Math.max(before?.readTo ?? 0, moment.kind === 'logEnded' ? 0 : (moment.range?.[1] ?? 0));
    const refused = moment.kind === 'snapshotSkipped' || moment.kind === 'failed' || before?.refused === true;
    files.set(moment.file, { readTo, now: i === at ? moment.range : null, refused });
  }
  return files;
}

/** The txns that were replayed last, newest first. */
export function latelyAt(moments: readonly Moment[], at: number, most: number): readonly Moment[] {
  const found: Moment[] = [];
  for (let i = at; i >= 0 && found.length < most; i--) {
    const moment = moments[i];
    if (moment?.kind === 'replayed') found.push(moment);
  }
  return found;
}

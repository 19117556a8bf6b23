/** Two servers with one directory have a leader; a third comes with another, which no common history can have left behind. */
import { utf8 } from '../../src/base/ids.ts';
import { zxid, type Zxid } from '../../src/base/zxid.ts';
import { Ensemble } from '../../src/ensemble/conductor.ts';
import type { InlineHost } from '../../src/ensemble/host/inline.ts';
import { optionsOf, parseScenario } from '../../src/ensemble/scenario.ts';
import { diskOf } from '../../src/store/disk.ts';
import { logName, snapshotName } from '../../src/store/names.ts';
import { EPOCHS, log, ROOT, snapshot, txn, type Files } from './files.ts';

interface Meeting {
  readonly theirs: Files;
  readonly comes: Files;
  readonly rules?: object;
}

const GARBAGE = utf8('this is not a log at all');

/** What a directory holds: snapshots that stand there, and logs with these txns. */
function directory(snapshots: readonly number[], ...logs: readonly (readonly number[])[]): Files {
  const at = (counter: number): Zxid => zxid(1, counter);
  return {
    ...EPOCHS,
    ...Object.fromEntries(snapshots.map((counter) => [snapshotName(at(counter)), snapshot(ROOT)])),
    ...Object.fromEntries(
      logs.map((txns) => [
        logName(at(txns[0] ?? 1)),
        log(...txns.map((counter) => txn(at(counter), { type: 'createSession', timeoutMs: 1_000_000 }))),
      ]),
    ),
  };
}

const LOGGED = directory([5], [6, 7]);
const GARBAGE_FIRST: Files = { [logName(zxid(1, 1))]: GARBAGE };

export const MEETINGS: Readonly<Record<string, Meeting>> = {
  'too much, in a snapshot alone': { theirs: LOGGED, comes: directory([50]) },
  'the same where a snapshot is asked for then': { theirs: LOGGED, comes: directory([50]), rules: { profile: 'sound' } },
  'too much, with a damaged log under it': { theirs: LOGGED, comes: { ...directory([50], [50]), ...GARBAGE_FIRST } },
  'too much, and nothing to go back to': {
    theirs: LOGGED,
    comes: { ...directory([2, 50], [6, 7, 50]), ...GARBAGE_FIRST },
    rules: { profile: 'sound', variants: ['BUG-R52'] },
  },
  'a txn that the others jumped over': { theirs: directory([5], [6, 8]), comes: directory([5], [6, 7]) },
  'a history with a hole': { theirs: directory([5], [5, 6, 8]), comes: directory([5]) },
  'the same where a hole is only worth a warning': { theirs: directory([5], [5, 6, 8]), comes: directory([5]), rules: { profile: '3.8.0' } },
  'their first log is empty': { theirs: { ...directory([7], [6, 7, 8]), [logName(zxid(1, 1))]: log() }, comes: directory([6]) },
  'their first log is damaged': { theirs: { ...directory([7], [6, 7, 8]), ...GARBAGE_FIRST }, comes: directory([3]) },
};

/** @returns events of the run. */
export function runMeeting({ theirs, comes, rules = {} }: Meeting, host: InlineHost): number {
  host.load(new Map());
  const scenario = parseScenario({ ...rules, servers: 3, cfg: { tickTime: 100 }, bootMs: 10 }, 'meeting');
  const disks = new Map([theirs, theirs, comes].map((files, i) => [i + 1, diskOf(files)]));
  const ensemble = new Ensemble({ ...optionsOf(scenario), checkpointEvery: Infinity }, host, { disks });
  ensemble.command({ type: 'start', sid: 1 });
  ensemble.command({ type: 'start', sid: 2 });
  ensemble.run({ untilMs: 2_000 });
  ensemble.command({ type: 'start', sid: 3 });
  ensemble.run({ untilMs: 10_000 });
  return ensemble.trace.length;
}

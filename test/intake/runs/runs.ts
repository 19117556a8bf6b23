/** Runs for tests of links and files, and what opening them gives. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from '../../../src/ensemble/digest.ts';
import { SCENARIOS } from '../../../src/ensemble/scenarios/index.ts';
import type { Command } from '../../../src/ensemble/types.ts';
import type { OpenedRun } from '../../../src/intake/runs/open.ts';
import type { RunRecord } from '../../../src/intake/runs/record.ts';
import { lessonIds } from '../../../src/lesson/compile/folder.ts';
import { InlineEngine } from '../../app/engine/inlineEngine.ts';

const LESSONS = join(import.meta.dirname, '../../../lessons');

/** Ready scenarios and those of lessons, as the page finds them. */
export function known(name: string): unknown {
  if (Object.hasOwn(SCENARIOS, name)) return SCENARIOS[name];
  return lessonIds(LESSONS).includes(name) ? JSON.parse(readFileSync(join(LESSONS, name, 'scenario.json'), 'utf8')) : undefined;
}

/** Something done to a run: let so many events happen, then give a command. */
export type Deed = readonly [events: number, command: Command];

/** Lives a run, and writes it down at the playhead `n` (its end unless told). */
export async function lived(
  scenario: unknown,
  seed: number,
  deeds: readonly Deed[],
  after = 50,
  n?: number,
  disks?: RunRecord['disks'],
): Promise<RunRecord> {
  const engine = new InlineEngine(scenario, seed, disks);
  const { ensemble } = engine;
  for (const [events, command] of deeds) {
    await engine.advance(events);
    ensemble.command(command);
  }
  await engine.advance(after);
  const at = n ?? ensemble.trace.length - 1;
  return {
    ...engine.source,
    commands: ensemble.commands,
    length: ensemble.trace.length,
    n: at,
    digest: digestOf(ensemble.trace, at + 1),
    view: {},
    branches: null,
  };
}

export interface Picture {
  readonly n: number;
  readonly digest: string;
  readonly length: number;
  /** By sid; `DOWN` without a process. */
  readonly roles: Readonly<Record<number, string>>;
}

/** Runs what was opened, and says what the page shows at its playhead. */
export function pictureOf({ run, scenario }: OpenedRun): Picture {
  const { ensemble } = new InlineEngine(run.scenario, run.seed, run.disks);
  ensemble.replay({ shared: 0, commands: run.commands, length: Math.max(run.length, run.n + 1) });
  const { length } = ensemble.trace;
  const digest = digestOf(ensemble.trace, run.n + 1);
  ensemble.rewindTo(run.n);
  const roles = scenario.members.map(({ sid }) => [sid, ensemble.isUp(sid) ? (ensemble.view(sid)?.role ?? 'LOOKING') : 'DOWN'] as const);
  return { n: run.n, digest, length, roles: Object.fromEntries(roles) };
}

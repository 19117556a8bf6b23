/**
 * The lesson on screen: which step, what was predicted, which checkpoints the trace has passed. Acts on the ensemble only through
 * commands and the playhead, as a person does.
 */
import { momentAt } from '../../trace/claim/facts.ts';
import { firstHolding, holds } from '../../trace/claim/holds.ts';
import type { Claim } from '../../trace/claim/parse.ts';
import type { Act, Lesson, Step } from '../../lesson/lesson.ts';
import type { Run } from '../engine/run.svelte.ts';
import { runUntil } from '../engine/runUntil.ts';
import type { Session } from '../engine/session.svelte.ts';
import { ui } from '../shell/ui.svelte.ts';
import { keepProgress, NO_PROGRESS, readProgress, type Progress } from './progress.ts';

/** Events that are looked through for a passing checkpoint when the playhead leaps. */
const LOOK_BACK = 3_000;

class Course {
  lesson = $state.raw<Lesson | null>(null);
  at = $state(0);
  /** The choice made in each step, by step id. */
  picks = $state<Record<string, number>>({});
  /** Where the playhead was when it was made: what the text quotes stays as the reader has read it. */
  asked = $state<Record<string, number>>({});
  /** Where in the trace each checkpoint was reached, by step id. */
  reached = $state<Record<string, number>>({});
  /** An experiment is being done for the reader; the ensemble is being brought to where a step begins. */
  doing = $state(false);
  staging = $state(false);
  failure = $state<string | null>(null);
  progress = $state.raw<Readonly<Record<string, Progress>>>(readProgress());

  readonly step: Step | null = $derived(this.lesson?.steps[this.at] ?? null);
  readonly isReached = $derived(this.step === null || this.step.experiment === null || this.step.id in this.reached);
  readonly isLast = $derived(this.lesson !== null && this.at === this.lesson.steps.length - 1);

  private session: Session | null = null;
  private run: Run | null = null;
  private forget: () => void = () => undefined;
  /** Playhead at the last look. */
  private seen = -1;
  /** Grows when what is being done for the reader must stop. */
  private turn = 0;

  /** Opens a lesson with its own ensemble, at a step (from 0). */
  async open(session: Session, load: () => Promise<Lesson>, step: number): Promise<void> {
    this.failure = null;
    this.staging = true;
    if (this.session !== session)
      session.onLoad((run) => {
        if (run !== this.run && !this.staging) this.close();
      });
    this.session = session;
    try {
      this.lesson = await load();
      this.picks = {};
      this.asked = {};
      await this.stage(Math.min(step, this.lesson.steps.length - 1));
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
      this.close();
    }
  }

  /** Leaves the lesson; the ensemble goes on. */
  close(): void {
    this.turn++;
    this.forget();
    this.lesson = null;
    this.run = null;
    this.staging = false;
    this.doing = false;
    ui.lesson = false;
  }

  /** Brings a new ensemble to where a step begins: all experiments before it are done at once. */
  async stage(step: number = this.at): Promise<void> {
    const { lesson, session } = this;
    if (lesson === null || session === null) return;
    const turn = ++this.turn;
    this.staging = true;
    this.doing = false;
    this.forget();
    try {
      if (!(await session.load(lesson.scenario, lesson.id)) || session.run === null)
        throw new Error(session.refusal?.message ?? 'no ensemble');
      const run = session.run;
      this.run = run;
      ui.lesson = true;
      ui.tab = 'lesson';
      const reached: Record<string, number> = {};
      for (const { id, experiment } of lesson.steps.slice(0, step)) {
        if (experiment === null) continue;
        for (const act of experiment.acts) await this.atOnce(run, act);
        await this.atOnce(run, { act: 'wait', until: experiment.check });
        if (turn !== this.turn) return;
        reached[id] = firstHolding(experiment.check, run.timeline, 0, run.length - 1) ?? run.length - 1;
      }
      this.reached = reached;
      this.asked = {};
      this.at = step;
      this.seen = run.n;
      this.forget = run.on('position', (n) => this.look(n as number));
      if (step > 0) run.goLive();
    } finally {
      if (turn === this.turn) this.staging = false;
    }
  }

  pick(choice: number): void {
    if (this.step === null || this.step.id in this.picks) return;
    this.picks[this.step.id] = choice;
    this.asked[this.step.id] = this.run?.n ?? -1;
  }

  next(): void {
    const { lesson } = this;
    if (lesson === null || !this.isReached) return;
    this.keep(this.at + 1);
    if (this.isLast) return this.close();
    this.turn++;
    this.doing = false;
    this.at++;
    // An experiment in the past ends here: what comes next happens now.
    if (this.run?.live === false && !this.isReached) this.run.goLive();
    this.look(this.run?.n ?? -1);
  }

  back(): void {
    this.turn++;
    this.doing = false;
    this.at = Math.max(0, this.at - 1);
  }

  /** Does the experiment of this step for the reader, at the speed of the picture. */
  async doIt(): Promise<void> {
    const experiment = this.step?.experiment;
    const { run } = this;
    if (run === null || experiment === null || experiment === undefined || this.doing) return;
    const turn = ++this.turn;
    this.doing = true;
    if (experiment.acts[0]?.act !== 'seek' && !run.live) run.goLive();
    for (const act of experiment.acts) {
      await this.perform(run, act, turn);
      if (turn !== this.turn) return;
    }
    this.doing = false;
  }

  showMoment(): void {
    const n = this.step === null ? undefined : this.reached[this.step.id];
    if (this.run === null || n === undefined) return;
    this.run.pause();
    this.run.seek(n);
  }

  private async perform(run: Run, act: Act, turn: number): Promise<void> {
    if (act.act === 'wait') return this.becomes(run, act.until, turn);
    if (act.act === 'command') {
      await command(run, act);
      run.play();
      return;
    }
    const n = firstHolding(act.to, run.timeline, 0, run.length - 1);
    if (n === null) return;
    run.pause();
    run.seek(n);
  }

  /** Resolves when the claim holds at the playhead, or the reader has gone elsewhere. */
  private becomes(run: Run, claim: Claim, turn: number): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (turn === this.turn && !holds(claim, momentAt(run.timeline, run.n))) return;
        forget();
        resolve();
      };
      const forget = run.on('position', look);
      look();
    });
  }

  /** Does an act without showing it. */
  private async atOnce(run: Run, act: Act): Promise<void> {
    if (act.act === 'seek') return;
    run.seek(run.length - 1);
    if (act.act === 'command') return command(run, act);
    let from = Math.max(0, run.length - 1);
    await runUntil(run, () => {
      const found = firstHolding(act.until, run.timeline, from, run.length - 1) !== null;
      from = run.length;
      return found;
    });
  }

  /** Has the playhead passed the checkpoint of this step? */
  private look(n: number): void {
    const { run, step } = this;
    const from = n > this.seen ? Math.max(this.seen + 1, n - LOOK_BACK) : n;
    this.seen = n;
    if (run === null || step === null || step.experiment === null || step.id in this.reached) return;
    const found = firstHolding(step.experiment.check, run.timeline, from, n);
    if (found === null) return;
    this.reached[step.id] = found;
    this.keep(this.at + 1);
    ui.tab = 'lesson';
  }

  private keep(steps: number): void {
    const { lesson } = this;
    if (lesson === null) return;
    const before = this.progress[lesson.id] ?? NO_PROGRESS;
    const finished = before.finished || steps >= lesson.steps.length;
    const progress = { steps: Math.max(before.steps, Math.min(steps, lesson.steps.length)), finished };
    this.progress = { ...this.progress, [lesson.id]: progress };
    keepProgress(lesson.id, progress);
  }
}

/** What the reader has already done by hand is refused, and needs no doing. */
async function command(run: Run, act: Extract<Act, { act: 'command' }>): Promise<void> {
  try {
    await run.command(act.command);
  } catch {
    run.trouble = null;
  }
}

export const course = new Course();

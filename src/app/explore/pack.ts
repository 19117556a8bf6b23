/**
 * A pack of hunters, each in a worker of its own: all of them until one has found something; that one makes it smaller; and what is left is played
 * once more. The page only listens, a few times a second.
 */
import type { FoundRun } from '../../ensemble/explore/plain.ts';
import type { Violation } from '../../ensemble/explore/play.ts';
import { Tally, type Job } from '../../ensemble/explore/work.ts';
import type { Signed } from '../../intake/runs/found.ts';
import type { FromHunter, ToHunter } from './wire.ts';

/** What of a worker is used. */
export interface HunterWorker {
  post(message: ToHunter): void;
  terminate(): void;
}

export type StartHunter = (name: string, heard: (message: FromHunter) => void, died: (message: string) => void) => HunterWorker;

export interface Find {
  readonly violation: Violation;
  readonly signed: Signed;
  readonly commandsBefore: number;
  readonly commands: number;
  /** When it was found, ms after the start, and by which of all runs. */
  readonly afterMs: number;
  readonly runs: number;
  readonly tries: number;
  /** Whether no command can be left out; false when somebody, or time, ended the shrinking before. */
  readonly minimal: boolean;
}

/** What a pack tells; figures are in its `tally`. After `nothing`, `signed` or `failed` it says no more, and no worker is left. */
export interface Listener {
  found(violation: Violation, commands: number): void;
  shrinking(commands: number, tries: number): void;
  /** What is left is played once more. */
  ending(): void;
  nothing(): void;
  signed(find: Find): void;
  failed(message: string): void;
}

/** The smallest run so far, with how it was come by. */
interface Prey extends Omit<Find, 'signed' | 'commands'> {
  readonly run: FoundRun;
}

export class Pack {
  readonly tally = new Tally();
  readonly #listener: Listener;
  readonly #start: StartHunter;
  readonly #clock: () => number;
  readonly #startedAt: number;
  #hunters: readonly HunterWorker[];
  #prey: Prey | null = null;
  /** The prey is being played once more. */
  #signing = false;

  /**
   * Starts at once.
   *
   * @param jobs one for each hunter.
   * @param clock real time, ms.
   */
  constructor(jobs: readonly Job[], listener: Listener, start: StartHunter = startWorker, clock: () => number = () => performance.now()) {
    this.#listener = listener;
    this.#start = start;
    this.#clock = clock;
    this.#startedAt = clock();
    this.#hunters = jobs.map((_, i) => this.#hunter(`hunter ${i + 1}`));
    this.#hunters.forEach((hunter, i) => hunter.post({ type: 'hunt', job: jobs[i] as Job }));
  }

  /** No more hunting; or no more shrinking: what is reached so far is taken. */
  stop(): void {
    if (this.#hunters.length === 0 || this.#signing) return;
    if (this.#prey !== null) this.#sign();
    else this.#nothing();
  }

  /** Ends all, and says nothing any more. */
  dispose(): void {
    this.#keep([]);
  }

  #hunter(name: string): HunterWorker {
    const hunter: HunterWorker = this.#start(
      name,
      (message) => this.#heard(hunter, message),
      (message) => {
        if (this.#hunters.includes(hunter)) this.#fail(message);
      },
    );
    return hunter;
  }

  #heard(from: HunterWorker, message: FromHunter): void {
    // Of two that find something at once, the first is the finder.
    if (!this.#hunters.includes(from)) return;
    switch (message.type) {
      case 'found': {
        const { run, violation } = message;
        const commandsBefore = run.commands.length;
        const { runs } = this.tally;
        this.#prey = { run, violation, commandsBefore, afterMs: this.#clock() - this.#startedAt, runs, tries: 0, minimal: false };
        this.#keep([from]);
        return this.#listener.found(violation, commandsBefore);
      }
      case 'shrinking':
      case 'shrunk': {
        if (this.#prey === null) return;
        const { run, violation, tries } = message;
        this.#prey = { ...this.#prey, run, violation, tries, minimal: message.type === 'shrunk' && message.minimal };
        this.#listener.shrinking(run.commands.length, tries);
        return message.type === 'shrunk' ? this.#sign() : undefined;
      }
      case 'signed': {
        if (this.#prey === null) return;
        const { run, ...prey } = this.#prey;
        this.#keep([]);
        return this.#listener.signed({ ...prey, commands: run.commands.length, signed: message.signed });
      }
      case 'done':
        this.#keep(this.#hunters.filter((hunter) => hunter !== from));
        return this.#hunters.length === 0 ? this.#nothing() : undefined;
      case 'failed':
        return this.#fail(message.message);
      default:
        return this.tally.add(message);
    }
  }

  /** A fresh worker, since the one that shrinks hears nothing until it is done. */
  #sign(): void {
    if (this.#prey === null) return;
    const { run, violation } = this.#prey;
    this.#signing = true;
    const signer = this.#hunter('finder');
    this.#keep([signer]);
    signer.post({ type: 'sign', run, violation });
    this.#listener.ending();
  }

  #nothing(): void {
    this.#keep([]);
    this.#listener.nothing();
  }

  #fail(message: string): void {
    this.#keep([]);
    this.#listener.failed(message);
  }

  /** Ends all others. */
  #keep(kept: readonly HunterWorker[]): void {
    const ended = this.#hunters.filter((hunter) => !kept.includes(hunter));
    this.#hunters = kept;
    for (const hunter of ended) hunter.terminate();
  }
}

function startWorker(name: string, heard: (message: FromHunter) => void, died: (message: string) => void): HunterWorker {
  const worker = new Worker(new URL('./hunterWorker.ts', import.meta.url), { type: 'module', name });
  worker.addEventListener('message', (event: MessageEvent<FromHunter>) => heard(event.data));
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    died(event.message);
  });
  worker.addEventListener('messageerror', () => died(''));
  return { post: (message) => worker.postMessage(message), terminate: () => worker.terminate() };
}

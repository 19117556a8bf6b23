/** `window.zablab`: the page as a figure in other pages and tests. Documented in docs/embed.md. */
import type { Sid } from '../base/ids.ts';
import { formatZxid } from '../base/zxid.ts';
import type { Command, TraceEvent } from '../ensemble/types.ts';
import type { FileView } from '../trace/files.ts';
import type { Role } from '../zab/types.ts';
import type { Run, RunEvent } from './engine/run.svelte.ts';
import type { Session } from './engine/session.svelte.ts';

/** A server at the playhead. */
export interface ApiServer {
  readonly sid: Sid;
  readonly up: boolean;
  /** Null while it is down. */
  readonly role: Role | null;
  /** Dotted state of the server machine: `following.broadcast`; `down` when there is no process. */
  readonly phase: string;
  readonly acceptedEpoch: number;
  readonly currentEpoch: number;
  readonly vote: { readonly leader: Sid; readonly zxid: string; readonly electionEpoch: number; readonly peerEpoch: number };
  readonly lastZxid: string;
  readonly committedZxid: string;
  readonly files: readonly FileView[];
}

export interface ApiBranch {
  readonly id: number;
  /** From which it parts after `forkN` shared events; null for the first. */
  readonly parent: number | null;
  readonly forkN: number;
  readonly name: string | null;
  /** Events of its whole trace. */
  readonly length: number;
  readonly active: boolean;
}

export interface ZablabApi {
  /** Replaces the run. Rejects with one message (source, path of the field, what was expected) and keeps the old run when the scenario is wrong. */
  load(scenario: unknown): Promise<void>;
  /** Acts at the playhead; what was recorded after it stays as a branch. Rejects with a sentence when the command makes no sense. */
  command(command: Command): Promise<void>;
  play(): void;
  pause(): void;
  seek(position: number): void;
  step(by: 1 | -1): Promise<void>;
  /** Position of the playhead, −1 before the first event. */
  readonly position: number;
  readonly length: number;
  servers(): readonly ApiServer[];
  trace(from?: number, to?: number): readonly TraceEvent[];
  workers(): number;
  /** Fingerprint of the first `events` events (all by default): the same for the same scenario, seed and commands, wherever it runs. Loaded when it is asked for. */
  digest(events?: number): Promise<string>;
  /** All futures of the run, the one on screen included: 1 is the first. */
  branches(): readonly ApiBranch[];
  /** Puts a branch on screen, with its events; the engine runs it again when something is to happen on it. Rejects when there is none of that id. */
  showBranch(id: number): Promise<void>;
  /** An empty name takes it away. */
  nameBranch(id: number, name: string): Promise<void>;
  /** Rejects for the one on screen. */
  dropBranch(id: number): Promise<void>;
  /** The address that opens this run at this playhead. Rejects when no link can hold it. */
  link(): Promise<string>;
  /** Opens a link, or its fragment. Rejects with one message, and keeps the old run, when that cannot be. */
  openLink(link: string): Promise<void>;
  /** Calls `listener` until the returned function is called. */
  on(type: RunEvent, listener: (detail: unknown) => void): () => void;
}

const EVENTS: readonly RunEvent[] = ['events', 'position', 'rewind', 'load', 'trouble', 'branches'];

export function installApi(session: Session): void {
  Object.assign(window, { zablab: makeApi(session) });
}

export function makeApi(session: Session): ZablabApi {
  const listeners = new Map<RunEvent, Set<(detail: unknown) => void>>(EVENTS.map((type) => [type, new Set()]));
  const tell = (type: RunEvent, detail: unknown): void => listeners.get(type)?.forEach((listener) => listener(detail));
  session.onLoad((run) => {
    for (const type of EVENTS) if (type !== 'load') run.on(type, (detail) => tell(type, detail));
    tell('load', run.name);
  });

  const current = (): Run => {
    if (session.run === null) throw new Error('No ensemble runs yet: wait for load() or for the "load" event.');
    return session.run;
  };

  return {
    async load(scenario) {
      const refusal = await session.replace(scenario, 'load()');
      if (refusal !== null) throw new Error(refusal.message);
    },
    async command(command) {
      const { parseCommand } = await import('../ensemble/commandSchema.ts');
      const run = current();
      await run.command(
        parseCommand(
          command,
          'command()',
          '',
          run.members.map(({ sid }) => sid),
        ),
      );
    },
    play: () => current().play(),
    pause: () => current().pause(),
    seek(position) {
      if (!Number.isFinite(position)) throw new RangeError(`seek(${position}): expected a position from -1 to ${current().length - 1}`);
      current().seek(Math.trunc(position));
    },
    step: (by) => current().step(by),
    get position() {
      return session.run?.n ?? -1;
    },
    get length() {
      return session.run?.length ?? 0;
    },
    servers: () => (session.run === null ? [] : Object.values(session.run.view.servers).map(plainServer)),
    trace: (from = 0, to = Infinity) => session.run?.timeline.events.slice(Math.max(0, from), Math.max(0, to)) ?? [],
    workers: () => session.run?.workers() ?? 0,
    async digest(events) {
      const trace = current().timeline.events;
      const count = events ?? trace.length;
      if (!Number.isInteger(count) || count < 0 || count > trace.length)
        throw new RangeError(`digest(${count}): expected a number of events from 0 to ${trace.length}`);
      const { digestOf } = await import('../ensemble/digest.ts');
      return digestOf(trace, count);
    },
    branches() {
      const { branches, length } = current();
      const list = branches?.list ?? [{ id: 1, parent: null, forkN: 0, name: null, length }];
      const shown = branches?.active ?? 1;
      return list.map((branch) => {
        const active = branch.id === shown;
        return {
          id: branch.id,
          parent: branch.parent,
          forkN: branch.forkN,
          name: branch.name,
          length: active ? length : branch.length,
          active,
        };
      });
    },
    showBranch: (id) => current().showBranch(id),
    nameBranch: (id, name) => current().nameBranch(id, name),
    dropBranch: (id) => current().dropBranch(id),
    async link() {
      const made = await (await import('./share/share.ts')).linkOf(session, current());
      if ('refused' in made) throw new Error(`no link can hold this run (${made.refused}); save it as a file`);
      return made.href;
    },
    async openLink(link) {
      const { openLink } = await import('./share/open.ts');
      if (!(await openLink(session, link.slice(link.indexOf('#'))))) throw new Error(session.refusal?.message);
    },
    on(type, listener) {
      const set = listeners.get(type);
      if (set === undefined) throw new Error(`on("${type as string}"): expected one of ${EVENTS.join(', ')}`);
      set.add(listener);
      return () => set.delete(listener);
    },
  };
}

function plainServer(server: Run['view']['servers'][number]): ApiServer {
  const { vote } = server;
  return {
    sid: server.sid,
    up: server.up === 'up' || server.up === 'paused',
    role: server.up === 'up' || server.up === 'paused' ? server.role : null,
    phase: server.phase,
    acceptedEpoch: server.acceptedEpoch,
    currentEpoch: server.currentEpoch,
    vote: { leader: vote.leader, zxid: formatZxid(vote.zxid), electionEpoch: vote.electionEpoch, peerEpoch: vote.peerEpoch },
    lastZxid: formatZxid(server.lastZxid),
    committedZxid: formatZxid(server.committedZxid),
    files: server.files,
  };
}

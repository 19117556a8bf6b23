/**
 * The runner of a scenario's steps. It is just another giver of commands: it looks at the ensemble, gives commands, and says when it wants to look again.
 * It never fails: a wait that times out is reported, a step that makes no sense now (killing what is down) does nothing.
 */
import type { Sid } from '../base/ids.ts';
import type { Driver, DriverStep, DriverWorld } from './driver.ts';
import type { Scenario } from './scenarioWorld.ts';
import { commandsOf, needed, type Instant, type Seldom, type StepFor } from './scriptActs.ts';
import { canAsk, DEFAULT_WINDOW, pumpBursts, requestOf } from './scriptOps.ts';
import { INITIAL_SCRIPT, type ScriptState } from './scriptState.ts';
import { exists, holds, modeOf, modes, resolve } from './selectors.ts';
import type { Step, WhenCondition } from './steps.ts';
import type { Command } from './types.ts';

export type { Seldom } from './scriptActs.ts';
export type { ScriptReport, ScriptState } from './scriptState.ts';

/** How often a waiting script looks, ms; as often as the recorder of the real ensembles did. */
const LOOK_MS = 10;
/** How often it looks while a burst runs or a tree is read: as a client library would. */
const BUSY_MS = 2;
/** Between a step that gave commands and the next, ms, so that the next sees what the commands did. */
const GAP_MS = 10;
/** Default patience: for the answer of an operation, and for a stopped process to end, seconds. */
const ANSWER_SECONDS = 10;
const STOP_SECONDS = 10;
/** A wait for a server whose process has ended is given up after this many ms. */
const DEAD_SERVER_MS = 1_000;
const PROBE_MS = 20;
const SESSION_MS = 6_000;

/** What doing (a part of) a step gave. `wait` is when to look again at this step; null when it is done. */
interface Done {
  readonly state: ScriptState;
  readonly commands: readonly Command[];
  readonly notes?: readonly string[];
  readonly wait: number | null;
}

const SELDOM: ReadonlySet<Step['action']> = new Set(['rm', 'tear_log', 'corrupt_log', 'corrupt_snap', 'verify']);

/** Whether a scenario's script needs `seldom.ts`. */
export function needsSeldom({ steps }: Scenario): boolean {
  return steps.some(({ action }) => SELDOM.has(action));
}

/**
 * Makes a scenario's script a driver of an ensemble.
 *
 * @param seldom null where `needsSeldom` says that it is not needed.
 */
export function runnerOf(scenario: Scenario, seldom: Seldom | null): Driver<ScriptState> {
  return { initial: INITIAL_SCRIPT, next: (state, world) => stepScript(scenario, seldom, state, world) };
}

export function isFinished(scenario: Scenario, state: ScriptState): boolean {
  return state.step >= scenario.steps.length && state.bursts.length === 0;
}

/** Goes on with the script as far as it can go now. */
function stepScript(scenario: Scenario, seldom: Seldom | null, before: ScriptState, world: DriverWorld): DriverStep<ScriptState> {
  const pumped = pumpBursts(before, world);
  const step = scenario.steps[pumped.state.step];
  if (step === undefined) return { ...pumped, notes: [], wakeAt: pumped.state.bursts.length === 0 ? null : world.now + BUSY_MS };
  const due = dueAt(step, pumped.state, world);
  if (due !== null) return { ...pumped, notes: [], wakeAt: due };
  const begun: ScriptState = pumped.state.since === null ? { ...pumped.state, since: world.now } : pumped.state;
  const done = doStep(step, seldom, begun, world);
  const commands = [...pumped.commands, ...done.commands];
  const notes = [...(step.label !== null && pumped.state.since === null ? [step.label] : []), ...(done.notes ?? [])];
  if (done.wait !== null)
    return { state: done.state, commands, notes, wakeAt: Math.max(world.now, wakeWithBursts(done.wait, done.state, world)) };
  const state: ScriptState = { ...done.state, step: done.state.step + 1, since: null, part: 0, waitFor: null };
  // A step with a time of its own is done at that time, however soon it is.
  const timed = typeof scenario.steps[state.step]?.at === 'number';
  return { state, commands, notes, wakeAt: isFinished(scenario, state) ? null : world.now + (commands.length > 0 && !timed ? GAP_MS : 0) };
}

function wakeWithBursts(wait: number, state: ScriptState, world: DriverWorld): number {
  return state.bursts.length > 0 ? Math.min(wait, world.now + BUSY_MS) : wait;
}

/** When to look again at a step that is not due yet, or null if it is. */
function dueAt(step: Step, state: ScriptState, world: DriverWorld): number | null {
  if (state.since !== null) return null;
  if (step.at !== null && world.now < step.at) return wakeWithBursts(step.at, state, world);
  if (step.when === null || holds(step.when, world, state.remembered)) return null;
  return wakeWithBursts(world.now + LOOK_MS, state, world);
}

function doStep(step: Step, seldom: Seldom | null, state: ScriptState, world: DriverWorld): Done {
  switch (step.action) {
    case 'start':
      return start(step, state, world);
    case 'restart':
      return restart(step, state, world);
    case 'stop':
      return stop(step, state, world);
    case 'wait':
      return wait(step, state, world);
    case 'op':
      return op(step, state, world);
    case 'verify':
      return verify(needed(seldom), state, world);
    case 'join':
      return join(step, state, world);
    case 'sleep':
      return sleepFor(step.sleep * 1000, state, world);
    case 'probe':
      return sleepFor(PROBE_MS, state, world);
    case 'note':
      return { state, commands: [], notes: [step.note], wait: null };
    case 'remember':
      return {
        state: { ...state, remembered: { ...state.remembered, [step.remember]: resolve(step.s, world, state.remembered) } },
        commands: [],
        wait: null,
      };
    default:
      return act(step, seldom, state, world);
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Steps that are done at once.

function act(step: StepFor<Instant>, seldom: Seldom | null, state: ScriptState, world: DriverWorld): Done {
  const { commands, sids } = commandsOf(step, seldom, state, world);
  return { state: reported(state, step.action, sids, world), commands, wait: null };
}

function reported(state: ScriptState, action: string, sids: readonly Sid[], world: DriverWorld): ScriptState {
  return { ...state, report: { ...state.report, actions: [...state.report.actions, { step: state.step, at: world.now, action, sids }] } };
}

// ---------------------------------------------------------------------------------------------------------------------
// Steps that take time.

function since(state: ScriptState): number {
  return state.since ?? 0;
}

/** `part` counts the servers that were started. */
function start(step: StepFor<'start'>, state: ScriptState, world: DriverWorld): Done {
  const sids = resolve(step.start, world, state.remembered);
  const gapMs = step.gap * 1000;
  const due = gapMs === 0 ? sids.length : Math.min(sids.length, 1 + Math.floor((world.now - since(state)) / gapMs));
  const now = sids.slice(state.part, due);
  const commands = now.filter((sid) => !exists(world, sid)).map((sid): Command => ({ type: 'start', sid }));
  const next = { ...(state.part === 0 ? reported(state, step.gap < 0.2 ? 'startTogether' : 'start', sids, world) : state), part: due };
  return { state: next, commands, wait: due < sids.length ? since(state) + due * gapMs : null };
}

/** Kill, then start again. */
function restart(step: StepFor<'restart'>, state: ScriptState, world: DriverWorld): Done {
  const sids = resolve(step.restart, world, state.remembered);
  if (state.part === 0) {
    const commands = sids.filter((sid) => exists(world, sid)).map((sid): Command => ({ type: 'kill', sid }));
    return { state: { ...reported(state, 'restart', sids, world), part: 1 }, commands, wait: world.now + GAP_MS };
  }
  return { state, commands: sids.filter((sid) => !exists(world, sid)).map((sid): Command => ({ type: 'start', sid })), wait: null };
}

/** SIGTERM, then wait for the processes to end; `part` is 1 once the signal is sent. */
function stop(step: StepFor<'stop'>, state: ScriptState, world: DriverWorld): Done {
  const sids = resolve(step.stop, world, state.remembered);
  if (state.part === 0) {
    const commands = sids.filter((sid) => exists(world, sid)).map((sid): Command => ({ type: 'stop', sid }));
    return { state: { ...reported(state, 'stop', sids, world), part: 1 }, commands, wait: world.now + LOOK_MS };
  }
  const over = sids.every((sid) => !exists(world, sid)) || world.now - since(state) > STOP_SECONDS * 1000;
  return { state, commands: [], wait: over ? null : world.now + LOOK_MS };
}

function wait(step: StepFor<'wait'>, state: ScriptState, world: DriverWorld): Done {
  const condition: WhenCondition = { cond: step.wait, s: step.s, not: step.not, timeout: step.timeout };
  const ok = holds(condition, world, state.remembered);
  const waited = world.now - since(state);
  if (!ok && waited < step.timeout * 1000 && !isHopeless(condition, state, world, waited))
    return { state, commands: [], wait: world.now + LOOK_MS };
  const report = { step: state.step, cond: step.wait, ok, took: waited / 1000, view: modes(world) };
  return { state: { ...state, report: { ...state.report, waits: [...state.report.waits, report] } }, commands: [], wait: null };
}

/** Waiting for a server to serve whose process has ended. */
function isHopeless(condition: WhenCondition, state: ScriptState, world: DriverWorld, waited: number): boolean {
  if (condition.cond !== 'serving' || condition.s === undefined || waited < DEAD_SERVER_MS) return false;
  return resolve(condition.s, world, state.remembered).some((sid) => !exists(world, sid));
}

function sleepFor(ms: number, state: ScriptState, world: DriverWorld): Done {
  const until = since(state) + ms;
  return { state, commands: [], wait: world.now < until ? until : null };
}

function join(step: StepFor<'join'>, state: ScriptState, world: DriverWorld): Done {
  const background = state.background.filter(({ client, index }) => world.outcomes(client, index).length === 0 && canAsk(world, client));
  const over = (background.length === 0 && state.bursts.length === 0) || world.now - since(state) >= step.join * 1000;
  return { state: { ...state, background }, commands: [], wait: over ? null : world.now + LOOK_MS };
}

function verify({ beginVerify, stepVerify }: Seldom, state: ScriptState, world: DriverWorld): Done {
  const current =
    state.verify ??
    beginVerify(
      world.sids.filter((sid) => !['down', 'notserving'].includes(modeOf(world, sid))),
      world.now,
    );
  const next = stepVerify(current, state, world);
  const trees = next.trees.length === 0 ? state.report.trees : [...state.report.trees, ...next.trees];
  return {
    state: { ...state, verify: next.verify, nextClient: next.nextClient, report: { ...state.report, trees } },
    commands: next.commands,
    wait: next.verify === null ? null : world.now + (next.commands.length > 0 ? BUSY_MS / 2 : BUSY_MS),
  };
}

// ---------------------------------------------------------------------------------------------------------------------
// Operations. `part` is 0 before the request is given, 1 after.

function op(step: StepFor<'op'>, state: ScriptState, world: DriverWorld): Done {
  if (state.part > 0) return awaitOp(step, state, world);
  if (step.op === 'connect') return connect(step, state, world);
  const session = state.sessions[step.session];
  if (session === undefined || !canAsk(world, session.client)) return { state, commands: [], wait: null };
  const { client, given } = session;
  if (step.op === 'close' || step.op === 'abandon') {
    return { state: { ...state, part: 1 }, commands: [{ type: step.op, client }], wait: step.op === 'close' ? world.now + LOOK_MS : null };
  }
  if (step.op === 'burst') {
    const burst = {
      step: state.step,
      session: step.session,
      client,
      path: step.path ?? '/',
      kind: step.kind ?? 'create',
      count: step.count ?? 1,
      window: step.window ?? DEFAULT_WINDOW,
      first: given,
      sent: 0,
      open: 0,
    };
    const pumped = pumpBursts({ ...state, part: 1, bursts: [...state.bursts, burst] }, world);
    return { ...pumped, wait: isBackground(step) ? null : world.now + LOOK_MS };
  }
  const command: Command = { type: 'request', client, request: requestOf(step) };
  const report = {
    ...state.report,
    ops: [
      ...state.report.ops,
      { step: state.step, session: step.session, client, index: given, op: step.op, path: step.path ?? null, burst: false },
    ],
  };
  const sessions = { ...state.sessions, [step.session]: { client, given: given + 1 } };
  const next: ScriptState = { ...state, part: 1, sessions, report, waitFor: { client, index: given } };
  if (isBackground(step))
    return { state: { ...next, background: [...state.background, { client, index: given }] }, commands: [command], wait: null };
  return { state: next, commands: [command], wait: world.now + LOOK_MS };
}

function connect(step: StepFor<'op'>, state: ScriptState, world: DriverWorld): Done {
  const servers = step.to === undefined ? world.sids : resolve(step.to, world, state.remembered);
  const client = freeClient(state.nextClient, world);
  const command: Command = {
    type: 'connect',
    client,
    timeoutMs: step.timeout ?? SESSION_MS,
    name: step.session,
    servers: servers.length === 0 ? world.sids : servers,
  };
  const sessions = { ...state.sessions, [step.session]: { client, given: 0 } };
  return {
    state: { ...state, part: 1, nextClient: client + 1, sessions },
    commands: [command],
    wait: isBackground(step) ? null : world.now + LOOK_MS,
  };
}

/** The person may have clients of their own. */
function freeClient(from: number, world: DriverWorld): number {
  let client = from;
  while (world.client(client) !== null) client++;
  return client;
}

function awaitOp(step: StepFor<'op'>, state: ScriptState, world: DriverWorld): Done {
  const over = isOver(step, state, world) || world.now - since(state) >= (step.wait ?? ANSWER_SECONDS) * 1000;
  if (!over) return { state, commands: [], wait: world.now + LOOK_MS };
  const late = state.waitFor !== null && world.outcomes(state.waitFor.client, state.waitFor.index).length === 0;
  return {
    state: late && state.waitFor !== null ? { ...state, background: [...state.background, state.waitFor] } : state,
    commands: [],
    wait: null,
  };
}

function isOver(step: StepFor<'op'>, state: ScriptState, world: DriverWorld): boolean {
  const session = state.sessions[step.session];
  const now = session === undefined ? undefined : world.client(session.client)?.state;
  if (step.op === 'connect') return now !== 'connecting';
  if (step.op === 'close') return now !== 'connecting' && now !== 'connected';
  if (step.op === 'burst') return !state.bursts.some((burst) => burst.step === state.step);
  return state.waitFor === null || world.outcomes(state.waitFor.client, state.waitFor.index).length > 0;
}

function isBackground(step: StepFor<'op'>): boolean {
  return step.bg === true || step.bg === 1;
}

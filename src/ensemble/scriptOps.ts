/** Client operations of a script: from the words of a step to requests. */
import { utf8 } from '../base/ids.ts';
import { OPEN_ACL } from '../tree/aclCache.ts';
import type { ClientOp, CreateMode } from '../tree/types.ts';
import type { DriverWorld } from './driver.ts';
import type { Burst, ScriptState } from './scriptState.ts';
import type { OpStep } from './steps.ts';
import type { ClientId, Command } from './types.ts';

const MODES: Readonly<Record<NonNullable<OpStep['mode']>, CreateMode>> = {
  persistent: 'persistent',
  ephemeral: 'ephemeral',
  seq: 'persistentSequential',
  eseq: 'ephemeralSequential',
  container: 'container',
  ttl: 'ttl',
  ttlseq: 'ttlSequential',
};

/** Most unanswered requests of a burst that names no window. */
export const DEFAULT_WINDOW = 64;

type Described = Pick<OpStep, 'path' | 'data' | 'version' | 'mode' | 'ttl'> & {
  readonly op: string;
  readonly ops?: readonly Described[] | undefined;
};

/** The request a step describes. */
export function requestOf(step: Described): ClientOp {
  const path = step.path ?? '/';
  const data = utf8(step.data ?? '');
  const version = step.version ?? -1;
  switch (step.op) {
    case 'create':
    case 'create2':
      return {
        op: step.op,
        path,
        data,
        acl: OPEN_ACL,
        mode: MODES[step.mode ?? 'persistent'],
        ...(step.ttl === undefined ? {} : { ttlMs: step.ttl }),
      };
    case 'set':
      return { op: 'setData', path, data, version };
    case 'delete':
    case 'check':
      return { op: step.op, path, version };
    case 'get':
      return { op: 'getData', path };
    case 'children':
      return { op: 'getChildren2', path };
    case 'multi':
      return { op: 'multi', ops: (step.ops ?? []).map(requestOf) };
    case 'exists':
    case 'sync':
      return { op: step.op, path };
    default:
      throw new Error(`${step.op} is no request`);
  }
}

/** The `i`-th request of a burst: creates `/q/n0000`, `/q/n0001`, ..., or sets one node over and over. */
export function burstRequest(burst: Pick<Burst, 'kind' | 'path'>, i: number): ClientOp {
  const data = utf8(`d${i}`);
  if (burst.kind === 'set') return { op: 'setData', path: burst.path, data, version: -1 };
  return { op: 'create', path: burstPath(burst, i), data, acl: OPEN_ACL, mode: 'persistent' };
}

export function burstPath(burst: Pick<Burst, 'kind' | 'path'>, i: number): string {
  return burst.kind === 'set' ? burst.path : burst.path + String(i).padStart(4, '0');
}

/** Whether a client can still be asked something. */
export function canAsk(world: DriverWorld, client: ClientId): boolean {
  const state = world.client(client)?.state;
  return state === 'connecting' || state === 'connected';
}

/** Sends what the windows of the running bursts allow. */
export function pumpBursts(state: ScriptState, world: DriverWorld): { readonly state: ScriptState; readonly commands: readonly Command[] } {
  if (state.bursts.length === 0) return { state, commands: [] };
  const commands: Command[] = [];
  const ops: ScriptState['report']['ops'][number][] = [];
  const bursts: Burst[] = [];
  const given = new Map<string, number>();
  for (const burst of state.bursts) {
    const answered = Math.min(burst.sent, world.outcomes(burst.client, burst.first).length);
    const room = canAsk(world, burst.client) ? Math.min(burst.count - burst.sent, burst.window - (burst.sent - answered)) : 0;
    for (let i = burst.sent; i < burst.sent + room; i++) {
      commands.push({ type: 'request', client: burst.client, request: burstRequest(burst, i) });
      ops.push({
        step: burst.step,
        session: burst.session,
        client: burst.client,
        index: burst.first + i,
        op: burst.kind,
        path: burstPath(burst, i),
        burst: true,
      });
    }
    const next: Burst = { ...burst, sent: burst.sent + room, open: burst.sent + room - answered };
    given.set(burst.session, (given.get(burst.session) ?? 0) + room);
    const over = next.open === 0 && (next.sent === next.count || !canAsk(world, burst.client));
    if (!over) bursts.push(next);
  }
  const sessions = { ...state.sessions };
  for (const [name, count] of given) {
    const session = sessions[name];
    if (session !== undefined) sessions[name] = { ...session, given: session.given + count };
  }
  return {
    state: {
      ...state,
      bursts,
      sessions,
      report: ops.length === 0 ? state.report : { ...state.report, ops: [...state.report.ops, ...ops] },
    },
    commands,
  };
}

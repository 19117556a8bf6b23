/**
 * The `verify` step: reads the whole tree through every serving server. One session each: connect, sync, then getData and getChildren of
 * every node, close. Opening and closing are txns, and the number of reads shows in the cxid of the closing one.
 */
import { fromUtf8 } from '../base/ids.ts';
import type { Sid } from '../base/ids.ts';
import type { DriverWorld } from './driver.ts';
import type { ReadNode, ScriptState, TreeReport, Verify } from './scriptState.ts';
import type { ClientId, Command, OpOutcome } from './types.ts';

/** Session timeout asked for, ms. */
const SESSION_MS = 8_000;
/** How long one server may take, ms. */
const PATIENCE_MS = 30_000;

export interface VerifyStep {
  readonly verify: Verify | null;
  readonly commands: readonly Command[];
  readonly trees: readonly TreeReport[];
  readonly nextClient: ClientId;
}

export function beginVerify(serving: readonly Sid[], now: number): Verify {
  return { left: serving, client: null, stage: 'connect', given: 0, paths: [], nodes: [], since: now };
}

/** One look at the session that reads: gives its next request, or moves to the next server. `verify` is null when all are read. */
export function stepVerify(verify: Verify, state: ScriptState, world: DriverWorld): VerifyStep {
  const sid = verify.left[0];
  const same = { verify, commands: [], trees: [], nextClient: state.nextClient };
  if (sid === undefined) return { ...same, verify: null };
  if (verify.client === null) return open(verify, sid, state);
  const client = world.client(verify.client);
  if (verify.stage === 'close') return client?.state === 'closed' || isLate(verify, world) ? nextServer(verify, world, [], same) : same;
  if (client?.state === 'expired' || client?.state === 'closed' || isLate(verify, world)) return giveUp(verify, sid, state, world);
  if (verify.stage === 'connect')
    return client?.state === 'connected' ? ask({ ...verify, stage: 'sync' }, { op: 'sync', path: '/' }, same) : same;
  const answer = world.outcomes(verify.client, verify.given - 1)[0];
  if (answer === undefined) return same;
  return answer.outcome === 'acked' ? onAnswer(verify, sid, answer, state, same) : giveUp(verify, sid, state, world);
}

function open(verify: Verify, sid: Sid, state: ScriptState): VerifyStep {
  const client = state.nextClient;
  const command: Command = { type: 'connect', client, servers: [sid], timeoutMs: SESSION_MS, name: `verify${state.step}_${sid}` };
  return { verify: { ...verify, client }, commands: [command], trees: [], nextClient: client + 1 };
}

function onAnswer(verify: Verify, sid: Sid, answer: OpOutcome, state: ScriptState, same: VerifyStep): VerifyStep {
  const { result, op } = answer;
  if (op.op === 'sync') return ask({ ...verify, stage: 'read', paths: ['/'] }, { op: 'getData', path: '/' }, same);
  if (op.op === 'getData' && result.kind === 'data') {
    const { stat } = result;
    const node: ReadNode = {
      path: op.path,
      data: result.data === null ? '' : fromUtf8(result.data),
      czxid: stat.czxid,
      mzxid: stat.mzxid,
      pzxid: stat.pzxid,
      version: stat.version,
      cversion: stat.cversion,
      aversion: stat.aversion,
      ephemeralOwner: stat.ephemeralOwner,
      numChildren: stat.numChildren,
    };
    return ask({ ...verify, nodes: [...verify.nodes, node] }, { op: 'getChildren', path: op.path }, same);
  }
  const here =
    op.op === 'getChildren' && result.kind === 'children'
      ? result.children.map((name) => (op.path === '/' ? `/${name}` : `${op.path}/${name}`))
      : [];
  const paths = [...here.toSorted(), ...verify.paths.slice(1)];
  const next = paths[0];
  if (next !== undefined) return ask({ ...verify, paths }, { op: 'getData', path: next }, same);
  const tree = verify.nodes.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return {
    ...same,
    verify: { ...verify, stage: 'close', paths },
    commands: [{ type: 'close', client: verify.client ?? 0 }],
    trees: [{ step: state.step, sid, tree }],
  };
}

function ask(
  verify: Verify,
  request: { readonly op: 'sync' | 'getData' | 'getChildren'; readonly path: string },
  same: VerifyStep,
): VerifyStep {
  return { ...same, verify: { ...verify, given: verify.given + 1 }, commands: [{ type: 'request', client: verify.client ?? 0, request }] };
}

function giveUp(verify: Verify, sid: Sid, state: ScriptState, world: DriverWorld): VerifyStep {
  const tree: TreeReport = { step: state.step, sid, tree: null };
  const alive = verify.client !== null && ['connecting', 'connected'].includes(world.client(verify.client)?.state ?? '');
  const commands: readonly Command[] = alive && verify.client !== null ? [{ type: 'abandon', client: verify.client }] : [];
  return nextServer(verify, world, [tree], { verify, commands, trees: [], nextClient: state.nextClient });
}

function nextServer(verify: Verify, world: DriverWorld, trees: readonly TreeReport[], same: VerifyStep): VerifyStep {
  const left = verify.left.slice(1);
  return { ...same, trees, verify: left.length === 0 ? null : beginVerify(left, world.now) };
}

function isLate(verify: Verify, world: DriverWorld): boolean {
  return world.now - verify.since > PATIENCE_MS;
}

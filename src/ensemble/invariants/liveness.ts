/** A calm ensemble gets somewhere: I-40 to I-45. */
import type { Sid } from '../../base/ids.ts';
import { compareZxid, type Zxid } from '../../base/zxid.ts';
import { isQuorum } from '../../zab/quorum.ts';
import type { Command, TraceEvent, WorldEvent } from '../types.ts';
import type { Checks } from './report.ts';

/** Something was done to the ensemble from outside. */
export function disturbed(c: Checks, command: Command, at: number): void {
  const { calm } = c.ghost;
  switch (command.type) {
    case 'connect':
    case 'request':
    case 'close':
    case 'backup':
      return;
    case 'abandon': {
      const seen = c.ghost.clients.get(command.client);
      if (seen !== undefined && seen.session !== '0x0')
        calm.silent.set(seen.session, { since: at, timeoutMs: calm.timeouts.get(command.client) ?? 0 });
      return;
    }
    case 'pause':
      calm.paused.add(command.sid);
      break;
    case 'resume':
      calm.paused.delete(command.sid);
      break;
    case 'cut':
      calm.faults.add(`cut ${command.from} ${command.to}`);
      break;
    case 'partition':
      calm.faults.add('partition');
      break;
    case 'slow':
      calm.faults.add(`slow ${command.from} ${command.to}`);
      break;
    case 'heal':
      healed(calm.faults, command);
      break;
    case 'skew':
      lasting(calm.faults, `skew ${command.sid}`, command.rate !== 1);
      break;
    case 'slowDisk':
      lasting(calm.faults, `slowDisk ${command.sid}`, command.fsyncMs > QUICK_DISK_MS);
      break;
    case 'diskFull':
      lasting(calm.faults, `diskFull ${command.sid}`, command.full);
      if (command.full) c.ghost.failedDisks.add(command.sid);
      break;
    default:
  }
  unsettle(c, at);
}

/** A disk that takes this long at most is as quick as any. */
const QUICK_DISK_MS = 10;

/** Only healing everything is sure to undo a partition. */
function healed(faults: Set<string>, { from, to, oneWay }: Extract<Command, { type: 'heal' }>): void {
  for (const fault of faults) {
    const [kind, a, b] = fault.split(' ');
    if (kind !== 'cut' && kind !== 'slow' && kind !== 'partition') continue;
    const whole = from === undefined || to === undefined;
    const same = a === String(from) && b === String(to);
    const reverse = a === String(to) && b === String(from) && oneWay !== true;
    if (whole || same || reverse) faults.delete(fault);
  }
}

function lasting(faults: Set<string>, fault: string, there: boolean): void {
  if (there) faults.add(fault);
  else faults.delete(fault);
}

/** The time allowed begins anew. */
export function unsettle(c: Checks, at: number): void {
  const { calm } = c.ghost;
  calm.since = at;
  calm.lookAt = at + calm.limitMs;
}

export function processStarted(c: Checks, sid: Sid, at: number): void {
  c.ghost.calm.up.add(sid);
  unsettle(c, at);
}

/** The process of a server is gone. By itself it ends only because of its disk: I-45. */
export function processEnded(c: Checks, what: Extract<WorldEvent, { type: 'processEnded' }>, at: number): void {
  const { calm, failedDisks, tampered } = c.ghost;
  calm.up.delete(what.sid);
  calm.paused.delete(what.sid);
  unsettle(c, at);
  if (what.how !== 'exit' || what.exitCode === SIGTERM || what.exitCode === 0) return;
  // Whoever finds its disk full or damaged is right to end.
  if (failedDisks.has(what.sid) || tampered.has(what.sid)) return;
  c.report(
    'no server ends by itself',
    { kind: 'serverEnded', sid: what.sid, exitCode: what.exitCode, message: what.message },
    c.ghost.lossExplained,
    what.sid,
  );
}

const SIGTERM = 143;

/** A leader has given a request its zxid. */
export function requestTaken(c: Checks, leader: Sid, zxid: Zxid, at: number): void {
  const { calm } = c.ghost;
  calm.lastProposed = zxid;
  if (calm.waiting === null || calm.waiting.leader !== leader || calm.waiting.zxid.epoch !== zxid.epoch)
    calm.waiting = { zxid, since: at, leader };
}

/** A leader has committed: what it proposed later may still wait, from now on. */
export function requestCommitted(c: Checks, leader: Sid, zxid: Zxid, at: number): void {
  const { calm } = c.ghost;
  if (calm.waiting === null || compareZxid(calm.waiting.zxid, zxid) > 0) return;
  const last = calm.lastProposed;
  calm.waiting = last !== null && compareZxid(last, zxid) > 0 ? { zxid: last, since: at, leader } : null;
}

/** A new epoch, although nothing has happened for so long that the last one should have lasted: I-43. */
export function epochBegun(c: Checks, sid: Sid, epoch: number, at: number): void {
  const { calm } = c.ghost;
  if (at - calm.since <= calm.limitMs || !isCalm(c)) return;
  c.report('epochs settle', { kind: 'epochUnsettled', sid, epoch, calmMs: at - calm.since }, null, sid);
}

/** Called with every event; looks only when there may be something to see. */
export function look(c: Checks, event: TraceEvent): void {
  const { calm, servers } = c.ghost;
  const { at } = event;
  calm.lookAt = at + c.config.tickTimeMs;
  if (!isCalm(c)) return;
  const calmMs = at - calm.since;
  let leader: Sid | null = null;
  for (const sid of calm.up) {
    const server = servers.get(sid);
    if (server?.role === 'LEADING' && server.zabState === 'BROADCAST') leader = sid;
  }
  if (leader !== null) calm.ledAt = at;
  else {
    // One that was lost is the business of the epochs.
    if (at - Math.max(calm.since, calm.ledAt) <= calm.limitMs) return;
    c.report('a leader emerges', { kind: 'noLeader', calmMs }, null, null);
    return;
  }
  // A learner may begin only once there is a leader.
  if (calmMs > 2 * calm.limitMs)
    for (const sid of calm.up) {
      const server = servers.get(sid);
      if (server === undefined || calm.paused.has(sid) || server.role === 'LEADING' || server.serving) continue;
      c.report('learners get to serve', { kind: 'doesNotServe', sid, leader, calmMs }, c.own(sid), sid);
    }
  const { waiting } = calm;
  if (waiting?.leader === leader && at - Math.max(waiting.since, calm.since) > calm.limitMs)
    c.report('requests are answered', { kind: 'notAnswered', leader, zxid: waiting.zxid, waitedMs: at - waiting.since }, null, leader);
  for (const [session, { since, timeoutMs }] of calm.silent)
    if (c.ghost.closed.has(session)) calm.silent.delete(session);
    else if (at - Math.max(since, calm.since) > timeoutMs + c.config.tickTimeMs + calm.limitMs)
      c.report('silent sessions end', { kind: 'sessionRemains', session }, null, null);
}

/** Nothing lasting is wrong, and those that are up are a quorum. */
function isCalm(c: Checks): boolean {
  const { up, paused, faults } = c.ghost.calm;
  return faults.size === 0 && isQuorum(c.config, paused.size === 0 ? [...up] : [...up].filter((sid) => !paused.has(sid)));
}

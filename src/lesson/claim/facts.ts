/**
 * Everything a claim may ask about a moment of a trace: a closed list of named facts, each with typed arguments and a typed value.
 * A fact reads views, decisions and outcomes up to the playhead, and nothing after it.
 */
import { listItems } from '../../base/chunked.ts';
import { compareZxid, parseZxid, sameZxid, type Zxid } from '../../base/zxid.ts';
import { SOURCES } from '../../trace/narrate/sources.ts';
import { linkState, type EnsembleView, type ServerState } from '../../trace/view.ts';
import type { Timeline } from '../../trace/timeline.ts';
import type { LogCell, RuleId } from '../../zab/types.ts';

/** A position of a trace, and what was on screen there. */
export interface Moment {
  readonly timeline: Timeline;
  readonly n: number;
  readonly view: EnsembleView;
}

/** What a fact may be asked with: a server of the ensemble, the path of a znode, a decision's rule, its outcome, a role, a message kind. */
export type ParamType = 'sid' | 'path' | 'rule' | 'word' | 'role';
export type ValueType = 'claim' | 'number' | 'word' | 'zxid';
export type Arg = string | number;
/** `null`: the fact has no value at this moment, and every comparison with it is false. */
export type FactValue = boolean | number | string | Zxid | null;

export interface Fact {
  readonly params: readonly ParamType[];
  /** How many of the last params may be left out. */
  readonly optional: number;
  readonly gives: ValueType;
  /** Words it may be compared with. */
  readonly words?: readonly string[];
  readonly read: (at: Moment, args: readonly Arg[]) => FactValue;
}

export const ROLES = ['LOOKING', 'FOLLOWING', 'LEADING', 'OBSERVING', 'PAUSED', 'DOWN'] as const;
/** Every rule that decides something. */
export const RULES = Object.keys(SOURCES) as readonly RuleId[];

export type FactName = keyof typeof TABLE;

const TABLE = {
  /** The sid of the established leader. */
  leader: fact('number', [], ({ view }) => leaderOf(view)?.sid ?? null),
  /** currentEpoch of a server, or the highest of all that run. */
  epoch: fact(
    'number',
    ['sid'],
    ({ view }, [sid]) => (sid === undefined ? highestEpoch(view) : (serverOf(view, sid)?.currentEpoch ?? null)),
    1,
  ),
  role: { ...fact('word', ['sid'], ({ view }, [sid]) => roleOf(serverOf(view, sid))), words: ROLES },
  /** How many servers have a role. */
  count: fact('number', ['role'], ({ view }, [role]) => Object.values(view.servers).filter((server) => roleOf(server) === role).length),
  up: fact('claim', ['sid'], ({ view }, [sid]) => serverOf(view, sid)?.up === 'up'),
  serving: fact('claim', ['sid'], ({ view }, [sid]) => running(serverOf(view, sid))?.serving ?? false),
  /** Whom a running server votes for. */
  vote: fact('number', ['sid'], ({ view }, [sid]) => running(serverOf(view, sid))?.vote.leader ?? null),
  /** The election round a running server is in, or was in last. */
  round: fact('number', ['sid'], ({ view }, [sid]) => {
    const server = running(serverOf(view, sid));
    return server === null ? null : (server.election?.round ?? server.vote.electionEpoch);
  }),
  /** Last txn applied to a server's tree. */
  lastZxid: fact('zxid', ['sid'], ({ view }, [sid]) => serverOf(view, sid)?.lastZxid ?? null),
  /** Last txn in a server's log. */
  lastLogged: fact('zxid', ['sid'], ({ view }, [sid]) => serverOf(view, sid)?.lastLogged ?? null),
  /** The newest txn on a path. */
  zxid: fact('zxid', ['path'], ({ view }, [path]) => newest(view, path)?.zxid ?? null),
  /** Whether a server (or, without one, any) has a txn of this path in its history, and how far it has come there. */
  proposed: onServers(() => true),
  durable: onServers((cell, server) => compareZxid(cell.zxid, server.lastSynced) <= 0),
  committed: onServers((cell, server) => compareZxid(cell.zxid, server.committedZxid) <= 0),
  applied: onServers((cell, server) => compareZxid(cell.zxid, server.lastZxid) <= 0),
  /** How many servers have acknowledged the newest txn of a path (or the txn of a zxid), as the leader counted. */
  acks: fact('number', ['path'], (at, [txn]) =>
    acksOf(at, typeof txn === 'string' && txn.startsWith('0x') ? parseZxid(txn) : (newest(at.view, txn)?.zxid ?? null)),
  ),
  /** What became of the last request on a path, as its client knows it. */
  outcome: { ...fact('word', ['path'], lastOutcome), words: ['acked', 'rejected', 'unknown'] },
  /** Clients that are connected; requests that wait for an answer. */
  clients: fact('number', [], ({ view }) => Object.values(view.clients).filter(({ state }) => state === 'connected').length),
  waiting: fact('number', [], ({ view }) => Object.values(view.clients).reduce((sum, client) => sum + client.waiting, 0)),
  /** How often a rule has decided something so far, with this outcome if one is given. */
  decided: fact('number', ['rule', 'word'], timesDecided, 1),
  /** Whether nothing passes from one server to another. */
  cut: fact('claim', ['sid', 'sid'], ({ view }, [from, to]) => linkState(view, Number(from), Number(to)).cut),
  /** Virtual ms. */
  time: fact('number', [], ({ view }) => view.at),
} satisfies Record<string, Fact>;

export const FACTS: Readonly<Record<FactName, Fact>> = TABLE;

export function isFactName(name: string): name is FactName {
  return Object.hasOwn(FACTS, name);
}

/** The moment at position `n` of a timeline. */
export function momentAt(timeline: Timeline, n: number): Moment {
  return { timeline, n, view: timeline.viewAt(n) };
}

function fact(gives: ValueType, params: readonly ParamType[], read: Fact['read'], optional = 0): Fact {
  return { gives, params, optional, read };
}

function onServers(holds: (cell: LogCell, server: ServerState) => boolean): Fact {
  return fact(
    'claim',
    ['path', 'sid'],
    ({ view }, [path, sid]) => {
      const servers = sid === undefined ? Object.values(view.servers) : [serverOf(view, sid)];
      const found = newest(view, path);
      return servers.some(
        (server) => server !== null && (inSnapshot(found, server) || cellsOf(server, path).some((cell) => holds(cell, server))),
      );
    },
    1,
  );
}

function serverOf(view: EnsembleView, sid: Arg | undefined): ServerState | null {
  return view.servers[Number(sid)] ?? null;
}

function running(server: ServerState | null): ServerState | null {
  return server?.up === 'up' ? server : null;
}

function roleOf(server: ServerState | null): string | null {
  if (server === null) return null;
  if (server.up === 'paused') return 'PAUSED';
  return server.up === 'up' ? server.role : 'DOWN';
}

/** Two may believe that they lead; the one of the newer epoch is right. */
function leaderOf(view: EnsembleView): ServerState | null {
  const leading = Object.values(view.servers).filter(
    (server) => server.up === 'up' && server.role === 'LEADING' && server.zabState === 'BROADCAST',
  );
  return leading.sort((a, b) => b.currentEpoch - a.currentEpoch)[0] ?? null;
}

function highestEpoch(view: EnsembleView): number | null {
  const epochs = Object.values(view.servers)
    .filter(({ up }) => up === 'up')
    .map(({ currentEpoch }) => currentEpoch);
  return epochs.length === 0 ? null : Math.max(...epochs);
}

function cellsOf(server: ServerState, path: Arg | undefined): readonly LogCell[] {
  return [...listItems(server.log.cells)].filter((cell) => cell.path === path);
}

/** What a server got in a snapshot it has, and has applied, without an entry of its own in the log. */
function inSnapshot(cell: LogCell | null, server: ServerState): boolean {
  return cell !== null && compareZxid(cell.zxid, server.log.base) <= 0;
}

function newest(view: EnsembleView, path: Arg | undefined): LogCell | null {
  const cells = Object.values(view.servers).flatMap((server) => cellsOf(server, path));
  return cells.sort((a, b) => compareZxid(b.zxid, a.zxid))[0] ?? null;
}

function acksOf({ timeline, n, view }: Moment, zxid: Zxid | null): number | null {
  if (zxid === null) return null;
  let acks: number | null = null;
  for (const sid of Object.keys(view.servers)) {
    for (const position of timeline.index.decisionsOf(Number(sid), 'proposal.ack')) {
      if (position > n) break;
      for (const decision of timeline.events[position]?.decisions ?? [])
        if (decision.rule === 'proposal.ack' && sameZxid(decision.zxid, zxid)) acks = Math.max(acks ?? 0, decision.acks.length);
    }
  }
  return acks;
}

function lastOutcome({ timeline, n }: Moment, [path]: readonly Arg[]): string | null {
  const positions = timeline.index.positions('client');
  for (let i = positions.length - 1; i >= 0; i--) {
    const position = positions[i] as number;
    if (position > n) continue;
    const found = timeline.events[position]?.outcomes.findLast(({ op }) => 'path' in op && op.path === path);
    if (found !== undefined) return found.outcome;
  }
  return null;
}

function timesDecided({ timeline, n, view }: Moment, [rule, outcome]: readonly Arg[]): number {
  let times = 0;
  for (const sid of Object.keys(view.servers)) {
    for (const position of timeline.index.decisionsOf(Number(sid), rule as RuleId)) {
      if (position > n) break;
      for (const decision of timeline.events[position]?.decisions ?? [])
        if (decision.rule === rule && (outcome === undefined || ('outcome' in decision && decision.outcome === outcome))) times++;
    }
  }
  return times;
}

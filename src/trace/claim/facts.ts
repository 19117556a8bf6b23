/**
 * Everything a claim may ask about a moment of a trace: a closed list of named facts, each with typed arguments and a typed value.
 * A fact reads views, decisions and outcomes up to the playhead, and nothing after it.
 */
import { listAt, listItems, listSearch } from '../../base/chunked.ts';
import { compareZxid, formatZxid, parseZxid, sameZxid, type Zxid } from '../../base/zxid.ts';
import type { Decision, LogCell, MessageKind, RuleId } from '../../zab/types.ts';
import { MESSAGE_CODES } from '../narrate/messages.ts';
import { SOURCES } from '../narrate/sources.ts';
import { letter } from '../narrate/text.ts';
import { atMost } from '../sorted.ts';
import type { Timeline } from '../timeline.ts';
import { linkState, type EnsembleView, type ServerState } from '../view.ts';

/** A position of a trace, and what was on screen there. */
export interface Moment {
  readonly timeline: Timeline;
  readonly n: number;
  readonly view: EnsembleView;
  /** For walks through many moments of one timeline, forward: what has been counted so far, so that nothing is counted twice. */
  readonly memo?: Memo;
}

/** What a fact knew at an earlier position of the same timeline, by fact and arguments. */
export type Memo = Map<string, { readonly n: number; readonly value: number | string | null }>;

/**
 * What a fact may be asked with: a server of the ensemble, the path of a znode, a txn (its path or its zxid), a server or a path,
 * a client's letter or name, a decision's rule, its outcome, a role, a message kind.
 */
export type ParamType = 'sid' | 'path' | 'txn' | 'sidOrPath' | 'client' | 'rule' | 'word' | 'role' | 'message';
export type ValueType = 'claim' | 'number' | 'word' | 'zxid';
export type Arg = string | number;
/** `null`: the fact has no value at this moment, and every comparison with it is false. */
export type FactValue = boolean | number | string | Zxid | null;

export interface Fact {
  readonly params: readonly ParamType[];
  /** How many of the last params may be left out. */
  readonly optional: number;
  readonly gives: ValueType;
  /** Words it may be compared with; any, where they are not listed. */
  readonly words?: readonly string[];
  /** `=` also means inside: `following` holds for `following.discovery`. */
  readonly nested?: true;
  /** `fact(a) contains b` says the same as `fact(a, b)`. */
  readonly contains?: true;
  readonly read: (at: Moment, args: readonly Arg[]) => FactValue;
}

export const ROLES = ['LOOKING', 'FOLLOWING', 'LEADING', 'OBSERVING', 'PAUSED', 'DOWN'] as const;
const ZAB_STATES = ['ELECTION', 'DISCOVERY', 'SYNCHRONIZATION', 'BROADCAST'] as const;
const CLIENT_STATES = ['connecting', 'connected', 'expired', 'closed', 'abandoned'] as const;
/** Every kind of message. */
export const MESSAGE_KINDS = Object.keys(MESSAGE_CODES) as readonly MessageKind[];
/** Every rule that decides something. */
export const RULES = Object.keys(SOURCES) as readonly RuleId[];

export type FactName = keyof typeof TABLE;

const TABLE = {
  /** The sid of the established leader, or whom one server follows. */
  leader: fact(
    'number',
    ['sid'],
    ({ view }, [sid]) => (sid === undefined ? (leaderOf(view)?.sid ?? null) : (running(serverOf(view, sid))?.leader ?? null)),
    1,
  ),
  /** currentEpoch of a server, or the highest of all that run. */
  epoch: fact(
    'number',
    ['sid'],
    ({ view }, [sid]) => (sid === undefined ? highestEpoch(view) : (serverOf(view, sid)?.currentEpoch ?? null)),
    1,
  ),
  role: { ...fact('word', ['sid'], ({ view }, [sid]) => roleOf(serverOf(view, sid))), words: ROLES },
  acceptedEpoch: fact('number', ['sid'], ({ view }, [sid]) => serverOf(view, sid)?.acceptedEpoch ?? null),
  /** Value of the `server` machine: `following.discovery`, or `following` for all of it. */
  phase: { ...fact('word', ['sid'], ({ view }, [sid]) => serverOf(view, sid)?.phase ?? null), nested: true },
  zabState: { ...fact('word', ['sid'], ({ view }, [sid]) => running(serverOf(view, sid))?.zabState ?? null), words: ZAB_STATES },
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
  /** The newest txn on a path, or the last txn that a server has applied. */
  zxid: fact('zxid', ['sidOrPath'], ({ view }, [of]) =>
    typeof of === 'number' ? (serverOf(view, of)?.lastZxid ?? null) : (newest(view, of)?.zxid ?? null),
  ),
  /** Whether a server's history has a txn, or one of a path. */
  log: { ...fact('claim', ['sid', 'txn'], ({ view }, [sid, txn]) => inHistory(serverOf(view, sid), txn)), contains: true },
  /** Whether a server (or, without one, any) has a txn of this path in its history, and how far it has come there. */
  proposed: onServers(() => true),
  durable: onServers((cell, server) => compareZxid(cell.zxid, server.lastSynced) <= 0),
  committed: onServers((cell, server) => compareZxid(cell.zxid, server.committedZxid) <= 0),
  applied: onServers((cell, server) => compareZxid(cell.zxid, server.lastZxid) <= 0),
  /** How many servers have acknowledged the newest txn of a path (or the txn of a zxid), as the leader counted. */
  acks: fact('number', ['txn'], (at, [txn]) => acksOf(at, isZxidText(txn) ? parseZxid(txn) : (newest(at.view, txn)?.zxid ?? null))),
  /** Proposals of the leader that wait for their quorum. */
  outstanding: fact('number', [], ({ view }) => leaderOf(view)?.leading?.outstandingCount ?? null),
  /** What became of the last request on a path, as its client knows it. */
  outcome: { ...fact('word', ['path'], lastOutcome), words: ['acked', 'rejected', 'unknown'] },
  /** Clients that are connected; requests that wait for an answer. */
  clients: fact('number', [], ({ view }) => Object.values(view.clients).filter(({ state }) => state === 'connected').length),
  waiting: fact('number', [], ({ view }) => Object.values(view.clients).reduce((sum, client) => sum + client.waiting, 0)),
  client: { ...fact('word', ['client'], ({ view }, [who]) => clientOf(view, who)?.state ?? null), words: CLIENT_STATES },
  /** Messages on their way, of one kind if it is given. */
  flying: fact(
    'number',
    ['message'],
    ({ view }, [kind]) => view.flights.filter(({ message }) => kind === undefined || message.kind === kind).length,
    1,
  ),
  /** A guarantee does not hold. */
  violation: fact('claim', [], ({ view }) => view.violation !== null),
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
export function momentAt(timeline: Timeline, n: number, memo?: Memo): Moment {
  return { timeline, n, view: timeline.viewAt(n), ...(memo === undefined ? {} : { memo }) };
}

/** `0x100000003`, as opposed to a path. */
export function isZxidText(text: Arg | undefined): text is `0x${string}` {
  return typeof text === 'string' && /^0x[0-9a-f]{1,16}$/i.test(text);
}

function fact(gives: ValueType, params: readonly ParamType[], read: Fact['read'], optional = 0): Fact {
  return { gives, params, optional, read };
}

/** Of a path's txns on a server the oldest is furthest: what holds for any of them holds for it. */
function onServers(holds: (cell: LogCell, server: ServerState) => boolean): Fact {
  return fact(
    'claim',
    ['path', 'sid'],
    ({ view }, [path, sid]) => {
      const servers = sid === undefined ? Object.values(view.servers) : [serverOf(view, sid)];
      const found = newest(view, path);
      return servers.some((server) => {
        if (server === null) return false;
        const own = cellsOf(server, path);
        return inSnapshot(found, server) || (own !== null && holds(own.oldest, server));
      });
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

interface PathCells {
  readonly oldest: LogCell;
  readonly newest: LogCell;
}

/** By the list of cells, which most events leave as it is. */
const cellsByPath = new WeakMap<object, Map<Arg | undefined, PathCells | null>>();

/** The oldest and the newest txn of a path in a server's strip. */
function cellsOf({ log: { cells } }: ServerState, path: Arg | undefined): PathCells | null {
  const known = cellsByPath.get(cells) ?? new Map<Arg | undefined, PathCells | null>();
  cellsByPath.set(cells, known);
  let found = known.get(path);
  if (found === undefined) {
    const own = [...listItems(cells)].filter((cell) => cell.path === path);
    const [oldest] = own;
    found = oldest === undefined ? null : { oldest, newest: own.at(-1) ?? oldest };
    known.set(path, found);
  }
  return found;
}

/** What a server got in a snapshot it has, and has applied, without an entry of its own in the log. */
function inSnapshot(cell: LogCell | null, server: ServerState): boolean {
  return cell !== null && compareZxid(cell.zxid, server.log.base) <= 0;
}

function newest(view: EnsembleView, path: Arg | undefined): LogCell | null {
  let found: LogCell | null = null;
  for (const server of Object.values(view.servers)) {
    const cell = cellsOf(server, path)?.newest;
    if (cell !== undefined && (found === null || compareZxid(cell.zxid, found.zxid) > 0)) found = cell;
  }
  return found;
}

function inHistory(server: ServerState | null, txn: Arg | undefined): boolean {
  if (server === null) return false;
  if (!isZxidText(txn)) return cellsOf(server, txn) !== null;
  const zxid = parseZxid(txn);
  // What lies below the base is in a snapshot, which has all up to there; the cells are the newest after it.
  if (compareZxid(zxid, server.log.base) <= 0) return true;
  const { cells } = server.log;
  const cell = listAt(
    cells,
    listSearch(cells, (candidate) => compareZxid(candidate.zxid, zxid) >= 0),
  );
  return cell !== undefined && sameZxid(cell.zxid, zxid);
}

/** A client by its letter, or by its name. */
function clientOf(view: EnsembleView, who: Arg | undefined): EnsembleView['clients'][number] | null {
  const all = Object.values(view.clients);
  return all.find(({ name }) => name === who) ?? all.find(({ client }) => letter(client) === who) ?? null;
}

function acksOf(at: Moment, zxid: Zxid | null): number | null {
  if (zxid === null) return null;
  return counted(at, `acks ${formatZxid(zxid)}`, null, 'proposal.ack', (decision, acks) =>
    decision.rule === 'proposal.ack' && sameZxid(decision.zxid, zxid) ? Math.max(acks ?? 0, decision.acks.length) : acks,
  );
}

function timesDecided(at: Moment, [rule, outcome]: readonly Arg[]): number {
  const times = counted(at, `decided ${rule} ${outcome}`, 0, rule as RuleId, (decision, sum) =>
    decision.rule === rule && (outcome === undefined || ('outcome' in decision && decision.outcome === outcome)) ? (sum ?? 0) + 1 : sum,
  );
  return times ?? 0;
}

/** Takes all decisions of a rule up to the moment together; those before an earlier moment that the memo knows are not read again. */
function counted(
  { timeline, n, memo }: Moment,
  key: string,
  start: number | null,
  rule: RuleId,
  add: (decision: Decision, sum: number | null) => number | null,
): number | null {
  const known = memo?.get(key);
  const from = known !== undefined && known.n <= n ? known.n : -1;
  let sum = from >= 0 ? (known?.value as number | null) : start;
  for (const sid of timeline.index.servers()) {
    const positions = timeline.index.decisionsOf(sid, rule);
    for (let i = atMost(positions, from); i < positions.length && (positions[i] as number) <= n; i++)
      for (const decision of timeline.events[positions[i] as number]?.decisions ?? []) sum = add(decision, sum);
  }
  memo?.set(key, { n, value: sum });
  return sum;
}

function lastOutcome({ timeline, n, memo }: Moment, [path]: readonly Arg[]): string | null {
  const key = `outcome ${path}`;
  const known = memo?.get(key);
  const from = known !== undefined && known.n <= n ? known.n : -1;
  const positions = timeline.index.positions('client');
  let value = from >= 0 ? (known?.value as string | null) : null;
  for (let i = atMost(positions, n) - 1; i >= 0 && (positions[i] as number) > from; i--) {
    const found = timeline.events[positions[i] as number]?.outcomes.findLast(({ op }) => 'path' in op && op.path === path);
    if (found === undefined) continue;
    value = found.outcome;
    break;
  }
  memo?.set(key, { n, value });
  return value;
}

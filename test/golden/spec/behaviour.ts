/**
 * A behaviour of the official specification as it is kept (`../tla/README.md`): what it starts from, and for each step the action and the whole state
 * after it.
 */
import * as v from 'valibot';

const zxid = v.tuple([v.number(), v.number()]);
const name = v.pipe(v.string(), v.regex(/^s[1-9]$/));
const entry = v.tuple([zxid, v.number(), v.array(name), v.number()]);
const last = v.tuple([v.number(), zxid]);
const role = v.picklist(['LOOKING', 'FOLLOWING', 'LEADING']);
/** `[leader, zxid, peerEpoch, round, state, version]` */
const kept = v.tuple([name, zxid, v.number(), v.number(), role, v.number()]);
/** `[source, state, round, leader, zxid, peerEpoch]` */
const notification = v.tuple([name, role, v.number(), name, zxid, v.number()]);

const server = v.object({
  status: v.picklist(['ONLINE', 'OFFLINE']),
  state: role,
  zabState: v.picklist(['ELECTION', 'DISCOVERY', 'SYNCHRONIZATION', 'BROADCAST']),
  acceptedEpoch: v.number(),
  currentEpoch: v.number(),
  history: v.array(entry),
  lastProcessed: last,
  lastCommitted: last,
  lastSnapshot: last,
  initialHistory: v.array(entry),
  currentVote: v.tuple([name, zxid, v.number()]),
  logicalClock: v.number(),
  receiveVotes: v.record(name, kept),
  outOfElection: v.record(name, kept),
  recvQueue: v.array(v.union([v.literal('NONE'), notification])),
  waitNotmsg: v.boolean(),
  leadingVoteSet: v.array(name),
  learners: v.array(name),
  connecting: v.array(v.tuple([name, v.boolean()])),
  electing: v.array(v.tuple([name, zxid, v.boolean()])),
  ackldRecv: v.array(v.tuple([name, v.boolean()])),
  forwarding: v.array(name),
  tempMaxEpoch: v.number(),
  connectInfo: v.tuple([v.nullable(name), v.nullable(v.picklist(['DIFF', 'TRUNC', 'SNAP'])), v.boolean()]),
  packetsSync: v.object({ notCommitted: v.array(entry), committed: v.array(zxid) }),
  partition: v.array(name),
});

const packet = v.variant('mtype', [
  v.object({ mtype: v.picklist(['FOLLOWERINFO', 'LEADERINFO', 'DIFF', 'COMMIT', 'NEWLEADER', 'ACKLD', 'ACK', 'UPTODATE']), mzxid: zxid }),
  v.object({ mtype: v.literal('ACKEPOCH'), mzxid: zxid, mepoch: v.number() }),
  v.object({ mtype: v.literal('TRUNC'), mtruncZxid: zxid }),
  v.object({ mtype: v.literal('SNAP'), msnapZxid: zxid, msnapshot: v.array(entry) }),
  v.object({ mtype: v.literal('PROPOSAL'), mzxid: zxid, mdata: v.number() }),
]);

const header = v.object({ format: v.literal('zk-tla-behaviour/1'), id: v.string(), servers: v.pipe(v.array(name), v.maxLength(9)) });

const step = v.object({
  n: v.number(),
  a: v.string(),
  p: v.array(name),
  servers: v.optional(v.record(name, server), {}),
  msgs: v.optional(v.record(v.string(), v.array(packet)), {}),
  electionMsgs: v.optional(v.record(v.string(), v.array(notification)), {}),
});

export type SpecZxid = v.InferOutput<typeof zxid>;
export type SpecEntry = v.InferOutput<typeof entry>;
export type SpecServer = v.InferOutput<typeof server>;
export type SpecPacket = v.InferOutput<typeof packet>;
export type SpecNotification = v.InferOutput<typeof notification>;

/** The state of the specification: servers by name, and what is under way by link (`s1>s2`). */
export interface SpecState {
  readonly servers: Readonly<Record<string, SpecServer>>;
  readonly msgs: Readonly<Record<string, readonly SpecPacket[]>>;
  readonly electionMsgs: Readonly<Record<string, readonly SpecNotification[]>>;
}

export interface SpecStep {
  readonly n: number;
  readonly action: string;
  /** Names of servers. */
  readonly parameters: readonly string[];
  readonly before: SpecState;
  readonly after: SpecState;
}

export interface Behaviour {
  readonly id: string;
  readonly servers: readonly string[];
  readonly initial: SpecState;
  readonly steps: readonly SpecStep[];
}

/**
 * Reads a behaviour: a header, the initial state, then one line a step with what changed.
 *
 * @param lines parsed, in order.
 * @throws Error when a line is not of the form that README.md tells; it says which line and which field.
 */
export function readBehaviour(lines: readonly unknown[]): Behaviour {
  const { id, servers } = parse(header, lines[0], 1);
  let state: SpecState = { servers: {}, msgs: {}, electionMsgs: {} };
  let initial: SpecState | null = null;
  const steps: SpecStep[] = [];
  for (const [at, line] of lines.slice(1).entries()) {
    const { n, a, p, ...changed } = parse(step, line, at + 2);
    const after: SpecState = {
      servers: { ...state.servers, ...changed.servers },
      msgs: { ...state.msgs, ...changed.msgs },
      electionMsgs: { ...state.electionMsgs, ...changed.electionMsgs },
    };
    if (initial === null) initial = after;
    else steps.push({ n, action: a, parameters: p, before: state, after });
    state = after;
  }
  if (initial === null) throw new Error(`behaviour ${id} has no initial state: line 2 is missing`);
  for (const server of servers)
    if (initial.servers[server] === undefined) throw new Error(`behaviour ${id}, line 2: server ${server} is missing`);
  return { id, servers, initial, steps };
}

function parse<S extends v.GenericSchema>(schema: S, line: unknown, at: number): v.InferOutput<S> {
  const parsed = v.safeParse(schema, line);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new Error(`line ${at}: ${v.getDotPath(issue) ?? 'the line'}: ${issue.message}`);
}

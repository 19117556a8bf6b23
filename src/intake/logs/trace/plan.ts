/**
 * What has to be known before the events are made: which line of the sender a received vote goes back to, when processes that fell
 * silent must have ended, and a few numbers that are only told later. One pass forward, one back; columns instead of objects, since a
 * case may have a million records.
 *
 * INFO logs do not show votes being sent. But a server sends its vote to everybody and to itself at once, so the arrival of its own
 * vote (also a log line) dates the sending; and a server that has a leader answers votes, so the vote it answers dates the answer.
 */
import type { Sid } from '../../../base/ids.ts';
import { compareZxid, sameZxid } from '../../../base/zxid.ts';
import type { Role } from '../../../zab/types.ts';
import type { LogFact, LoggedVote } from '../facts.ts';
import type { PlacedRecord } from '../model.ts';
import { refusesConfig } from '../stays.ts';

/** A vote that stands longer than this before it is heard was sent again in between, ms. */
const SENT_WITHIN_MS = 150;
/** How many of a sender's lines are looked through for one vote. */
const LOOK_BACK = 64;
/** How far back a sender's own lines can push an inferred sending, ms. */
const PUSHED_WITHIN_MS = 2000;

type Heard = Extract<LogFact, { kind: 'notification' }>;

/** Lists of received votes, chained through columns: `first[i]`, then `next[…]` until −1. */
export interface Chains {
  readonly first: Int32Array;
  readonly next: Int32Array;
}

export interface Plan {
  /** Votes that the event of a record sends. */
  readonly sentBy: Chains;
  /** Votes whose sending no line shows; their inferred events stand before the event of a record. */
  readonly sentBefore: Chains;
  /** Processes that must have ended before the event of a record; `records.length` is the end. */
  readonly ends: ReadonlyMap<number, readonly Sid[]>;
  /** Round and epoch of a server's own vote, by the record of its `New election` line. */
  readonly ownVotes: ReadonlyMap<number, { readonly round: number | null; readonly peerEpoch: number | null }>;
  /** The epoch of a leadership that came to be established, by the record of its first LEADING line. */
  readonly epochs: ReadonlyMap<number, number>;
}

/** Plans the events of these records, which are in order of time. */
export function planOf(records: readonly PlacedRecord[]): Plan {
  const survey = new Survey(records);
  for (let i = 0; i < records.length; i++) survey.add(i, records[i] as PlacedRecord);
  survey.close();
  const sentBy = chains(records.length);
  const sentBefore = chains(records.length);
  // Backwards, so that each sending is used once and votes of a pair never overtake each other.
  for (let i = records.length - 1; i >= 0; i--) {
    const record = records[i] as PlacedRecord;
    if (record.fact.kind !== 'notification' || record.fact.from === record.sid) continue;
    const sender = survey.senderOf(i, record, record.fact);
    if (sender >= 0) chain(sentBy, sender, i);
    else chain(sentBefore, survey.latestPlace(i, record, record.fact), i);
  }
  return { sentBy, sentBefore, ends: survey.ends, ownVotes: survey.ownVotes, epochs: survey.epochs };
}

function chains(length: number): Chains {
  return { first: new Int32Array(length).fill(-1), next: new Int32Array(length).fill(-1) };
}

function chain({ first, next }: Chains, at: number, i: number): void {
  next[i] = first[at] as number;
  first[at] = i;
}

/** Lines by which a server can have sent a vote, oldest first, and how far the walk back has come. */
interface Chances {
  readonly at: number[];
  /** By receiver, since one broadcast reaches all of them. */
  readonly used: Map<Sid, number>;
}

interface Life {
  /** The process runs, as far as its lines tell. */
  running: boolean;
  /** Record of the last line that only a running server writes. */
  lastLine: number;
  /** First line of another server since then that tells of a broken or refused connection. */
  sign: number;
  refused: boolean;
  /** `New election` line whose own vote has not been seen yet, or −1. */
  election: number;
  /** First LEADING line of the present leadership, or −1. */
  leading: number;
  debug: boolean;
  readonly broadcasts: Chances;
  readonly answers: Map<Sid, Chances>;
  readonly sendings: Map<Sid, Chances>;
  /** Lines that tell role or vote. */
  readonly standing: number[];
  /** `Starting` lines. */
  readonly starts: number[];
}

/** Lines that a process writes while it starts, or that a helper of a stopped server writes. */
const STARTING_KINDS: ReadonlySet<LogFact['kind']> = new Set(['setting', 'version', 'member', 'purge', 'configError', 'starting']);

class Survey {
  readonly ends = new Map<number, Sid[]>();
  readonly ownVotes = new Map<number, { readonly round: number | null; readonly peerEpoch: number | null }>();
  readonly epochs = new Map<number, number>();
  readonly #lives = new Map<Sid, Life>();
  readonly #records: readonly PlacedRecord[];

  constructor(records: readonly PlacedRecord[]) {
    this.#records = records;
  }

  add(i: number, { sid, fact }: PlacedRecord): void {
    const life = this.#life(sid);
    if ((fact.kind === 'starting' || refusesConfig(fact)) && life.running) this.#ended(sid, life, i);
    if (fact.kind === 'exiting') life.running = false;
    else if (fact.kind === 'starting' || !STARTING_KINDS.has(fact.kind)) {
      life.running = true;
      life.lastLine = i;
      life.sign = -1;
      life.refused = false;
    }
    this.#note(i, sid, life, fact);
  }

  /** Servers that were refused to the end have ended. */
  close(): void {
    for (const [sid, life] of this.#lives) if (life.running && life.refused) this.#ended(sid, life, this.#records.length);
  }

  /** The record whose event sent this vote, or −1. */
  senderOf(i: number, record: PlacedRecord, heard: Heard): number {
    const life = this.#lives.get(heard.from);
    if (life === undefined) return -1;
    if (life.debug) return this.#pick(life.sendings.get(record.sid), i, record.sid, heard, Infinity);
    const broadcast = heard.state === 'LOOKING' ? this.#pick(life.broadcasts, i, record.sid, heard, SENT_WITHIN_MS) : -1;
    return broadcast >= 0 ? broadcast : this.#pick(life.answers.get(record.sid), i, record.sid, heard, SENT_WITHIN_MS);
  }

  /** Before which record a sending that no line shows stands: as late as the sender's own lines allow. */
  latestPlace(i: number, record: PlacedRecord, heard: Heard): number {
    const standing = this.#lives.get(heard.from)?.standing ?? [];
    // What waited for a server that was down left when that one was there.
    const since = this.#startOf(record.sid, i);
    let place = i;
    for (let at = lastBefore(standing, i), steps = 0; at >= 0 && steps < 8; at--, steps++) {
      const j = standing[at] as number;
      const line = this.#records[j] as PlacedRecord;
      if (j < since || record.t - line.t > PUSHED_WITHIN_MS) return i;
      if (agrees(line.fact, heard)) return place;
      place = j;
    }
    return i;
  }

  /** The last start of a server before a record, or −1. */
  #startOf(sid: Sid, i: number): number {
    const starts = this.#lives.get(sid)?.starts ?? [];
    return starts[lastBefore(starts, i)] ?? -1;
  }

  #life(sid: Sid): Life {
    let life = this.#lives.get(sid);
    if (life === undefined) {
      life = {
        running: false,
        lastLine: -1,
        sign: -1,
        refused: false,
        election: -1,
        leading: -1,
        debug: false,
        broadcasts: { at: [], used: new Map() },
        answers: new Map(),
        sendings: new Map(),
        standing: [],
        starts: [],
      };
      this.#lives.set(sid, life);
    }
    return life;
  }

  /** A process that wrote nothing when it ended: when others noticed, or where its next one begins to speak. */
  #ended(sid: Sid, life: Life, i: number): void {
    const at = life.sign >= 0 ? life.sign : this.#firstOf(sid, i, life.lastLine);
    const others = this.ends.get(at);
    if (others === undefined) this.ends.set(at, [sid]);
    else others.push(sid);
    life.running = false;
    life.sign = -1;
    life.refused = false;
  }

  /** The first line of the process whose `Starting` line is `i`: settings come before it. */
  #firstOf(sid: Sid, i: number, after: number): number {
    let first = i;
    for (let j = i - 1; j > after && i - j < 1000; j--) if ((this.#records[j] as PlacedRecord).sid === sid) first = j;
    return first;
  }

  #sign(of: Sid, i: number, refused: boolean): void {
    const life = this.#lives.get(of);
    if (life === undefined || !life.running) return;
    if (life.sign < 0) life.sign = i;
    life.refused ||= refused;
  }

  #note(i: number, sid: Sid, life: Life, fact: LogFact): void {
    switch (fact.kind) {
      case 'notification':
        if (fact.from === sid) {
          life.broadcasts.at.push(i);
          life.standing.push(i);
          this.#ownVote(sid, life, fact.vote);
        } else {
          listOf(life.answers, fact.from).at.push(i);
        }
        return;
      case 'sending':
        life.debug = true;
        listOf(life.sendings, fact.to).at.push(i);
        this.#ownVote(sid, life, fact.vote);
        return;
      case 'answering':
        life.debug = true;
        listOf(life.sendings, fact.to).at.push(i);
        return;
      case 'newElection':
        life.election = i;
        life.standing.push(i);
        return;
      case 'starting':
        life.starts.push(i);
        life.leading = -1;
        life.standing.push(i);
        return;
      case 'role':
      case 'phase':
        this.#role(i, life, fact);
        return;
      case 'established':
        if (life.leading >= 0) this.epochs.set(life.leading, fact.zxid.epoch);
        return;
      case 'cannotOpen':
        this.#sign(fact.to, i, fact.why === 'refused');
        return;
      case 'connectionBroken':
        this.#sign(fact.peer, i, false);
        return;
      default:
        return;
    }
  }

  #role(i: number, life: Life, fact: Extract<LogFact, { kind: 'role' | 'phase' }>): void {
    const role = roleTold(fact);
    if (role === null) return;
    life.standing.push(i);
    if (role !== 'LEADING') life.leading = -1;
    else if (life.leading < 0) life.leading = i;
  }

  #ownVote(sid: Sid, life: Life, vote: LoggedVote): void {
    if (life.election < 0 || vote.leader !== sid) return;
    this.ownVotes.set(life.election, { round: vote.round, peerEpoch: vote.peerEpoch });
    life.election = -1;
  }

  /** The newest unused line before `i` that sent this very vote. */
  #pick(chances: Chances | undefined, i: number, to: Sid, heard: Heard, withinMs: number): number {
    if (chances === undefined) return -1;
    const { at, used } = chances;
    const t = (this.#records[i] as PlacedRecord).t;
    const since = this.#startOf(to, i);
    const newest = Math.min(used.get(to) ?? at.length, lastBefore(at, i) + 1) - 1;
    for (let p = newest; p >= 0 && newest - p < LOOK_BACK; p--) {
      const j = at[p] as number;
      const line = this.#records[j] as PlacedRecord;
      if (j < since || t - line.t > withinMs) return -1;
      if (!couldSend(line.fact, heard)) continue;
      used.set(to, p);
      return j;
    }
    return -1;
  }
}

/** The role a line tells, or null. */
export function roleTold(fact: Extract<LogFact, { kind: 'role' | 'phase' }>): Role | null {
  if (fact.kind === 'role') return fact.role;
  switch (fact.words[0]) {
    case 'looking':
      return 'LOOKING';
    case 'following':
      return 'FOLLOWING';
    case 'leading':
      return 'LEADING';
    case 'observing':
      return 'OBSERVING';
    default:
      return null;
  }
}

function listOf(lists: Map<Sid, Chances>, key: Sid): Chances {
  let list = lists.get(key);
  if (list === undefined) lists.set(key, (list = { at: [], used: new Map() }));
  return list;
}

/** Index of the last entry below `i`, or −1. */
function lastBefore(ascending: readonly number[], i: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as number) < i) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function couldSend(line: LogFact, heard: Heard): boolean {
  switch (line.kind) {
    case 'sending':
      return sameLogged(line.vote, heard.vote);
    case 'answering':
      return line.leader === heard.vote.leader && sameZxid(line.zxid, heard.vote.zxid);
    case 'notification':
      // The sender's own vote, or a vote of the receiver that it answers.
      return line.from === heard.from ? sameLogged(line.vote, heard.vote) : line.state === 'LOOKING';
    default:
      return false;
  }
}

function sameLogged(a: LoggedVote, b: LoggedVote): boolean {
  return a.leader === b.leader && sameZxid(a.zxid, b.zxid) && sameIfKnown(a.round, b.round) && sameIfKnown(a.peerEpoch, b.peerEpoch);
}

function sameIfKnown(a: number | null, b: number | null): boolean {
  return a === null || b === null || a === b;
}

/** Whether a server that has just written this line may send this vote: it has the role, and no better vote yet. */
function agrees(line: LogFact, heard: Heard): boolean {
  switch (line.kind) {
    case 'role':
    case 'phase':
      return roleTold(line) === heard.state;
    case 'newElection':
    case 'starting':
      return heard.state === 'LOOKING';
    case 'notification':
      return heard.state === 'LOOKING' && ageOf(heard.vote, line.vote) >= 0;
    default:
      return true;
  }
}

/** Negative if a server that votes like `b` cannot go back to `a`. */
function ageOf(a: LoggedVote, b: LoggedVote): number {
  if (a.round !== null && b.round !== null && a.round !== b.round) return a.round - b.round;
  if (a.peerEpoch !== null && b.peerEpoch !== null && a.peerEpoch !== b.peerEpoch) return a.peerEpoch - b.peerEpoch;
  return compareZxid(a.zxid, b.zxid) || a.leader - b.leader;
}

/** A server's stays in a role, as its own log tells them: with the leader it followed and the vote that made it so. */
import type { Sid } from '../../base/ids.ts';
import type { Role } from '../../zab/types.ts';
import type { LogFact, LoggedVote, LogRecord } from './facts.ts';

/** Records of one server in its own order, with a time for each: of its clock, or of the case. */
export interface Series {
  readonly sid: Sid;
  readonly records: readonly LogRecord[];
  readonly at: ArrayLike<number>;
}

/** From one role to the next. Numbers are indices into the series. */
export interface Stay {
  readonly role: Role | 'DOWN';
  /** Its first record; for a process that was killed, the last record it wrote. */
  readonly from: number;
  /** First record of the next stay; the number of records while it lasts. */
  readonly to: number;
  /** The LOOKING before this role, when the log has it. */
  readonly looking: number | null;
  /** Whom it follows; itself when it leads; null when it is looking or nothing tells. */
  readonly leader: Sid | null;
  /** The vote that won, as far as it is known. */
  readonly vote: LoggedVote | null;
}

/** A series with the stays found in it. */
export interface Told extends Series {
  readonly stays: readonly Stay[];
}

/** Ids by the hosts and addresses that logs name; null where several servers share one. */
export type AddressBook = ReadonlyMap<string, Sid | null>;

/** Hosts of `10.0.0.3:3888`, `zk3/10.0.0.3:3888`, `/10.0.0.3:2888`, `zk3:2888:3888:participant`, and the same with their first port. */
export function namesOfAddress(address: string): readonly string[] {
  const names: string[] = [];
  const port = /(?<![:\da-f]):(\d+)/i.exec(address.replace(/\[[^\]]*\]/g, ''))?.[1];
  for (const part of address.split('/')) {
    const host = /^\[([^\]]+)\]|^([^:\s]+)/.exec(part.trim());
    const name = host?.[1] ?? host?.[2] ?? '';
    if (name === '' || name.startsWith('<')) continue;
    names.push(name);
    if (port !== undefined) names.push(`${name}:${port}`);
  }
  return names;
}

/** @param all the series of all servers. */
export function addressBook(all: readonly Series[]): AddressBook {
  const book = new Map<string, Sid | null>();
  const added = new Map<string, Sid>();
  const add = (address: string, sid: Sid) => {
    // Failed connections repeat the same address thousands of times.
    if (added.get(address) === sid) return;
    added.set(address, sid);
    for (const name of namesOfAddress(address)) {
      const known = book.get(name);
      book.set(name, known === undefined || known === sid ? sid : null);
    }
  };
  for (const { sid, records } of all) {
    for (const { fact } of records) {
      if (fact.kind === 'member') add(fact.address, fact.sid);
      else if (fact.kind === 'cannotOpen') add(fact.address, fact.to);
      else if (fact.kind === 'electionPort') add(fact.address, sid);
    }
  }
  return book;
}

/** @returns null when the book does not know the address, or several servers share it. */
export function sidAt(book: AddressBook, address: string): Sid | null {
  let found: Sid | null = null;
  for (const name of namesOfAddress(address)) found = book.get(name) ?? found;
  return found;
}

/** What a process says while it starts, before its election: such lines of the next process are not the last ones of this. */
export function isPreamble({ kind }: LogFact): boolean {
  switch (kind) {
    case 'version':
    case 'setting':
    case 'member':
    case 'configError':
    case 'purge':
    case 'starting':
      return true;
    default:
      return false;
  }
}

/** The process that says this has only just read its configuration: whatever ran before it had ended already. */
export function refusesConfig(fact: LogFact): boolean {
  return fact.kind === 'exiting' && /^Invalid (?:config|arguments)/.test(fact.message);
}

type Growing = { -readonly [K in keyof Stay]: Stay[K] };

/** First words of "Peer state changed", for texts that lack the lines of roles. */
const ROLE_OF_PHASE: ReadonlyMap<string, Role> = new Map([
  ['looking', 'LOOKING'],
  ['following', 'FOLLOWING'],
  ['leading', 'LEADING'],
  ['observing', 'OBSERVING'],
]);

/** Walks one server's records and finds its stays, in order. */
export function staysOf({ sid, records }: Series, book: AddressBook): Stay[] {
  const stays: Growing[] = [];
  const election = new Election(sid);
  let present: Growing | null = null;
  let looking: number | null = null;
  let lastOfProcess = -1;
  /** A new configuration makes the process bind its election port again, and may name its next leader. */
  let rebinds = false;
  let suggested: Sid | null = null;
  const hasRoles = records.some(({ fact }) => fact.kind === 'role');
  const enter = (role: Stay['role'], from: number) => {
    if (present !== null) present.to = from;
    // A role that follows no LOOKING was not looked for.
    const sought = role === 'LOOKING' ? from : present === null || present.role === 'LOOKING' ? looking : null;
    present = { role, from, to: records.length, looking: sought, leader: null, vote: null };
    stays.push(present);
  };
  const change = (role: Role, i: number) => {
    if (present?.role === role && suggested === null) return;
    const follows = suggested;
    enter(role, i);
    if (role === 'LOOKING') {
      looking = i;
      election.begin();
    } else if (follows === null) decide(present, role, election);
    else if (present !== null) present.leader = role === 'LEADING' ? sid : follows;
    suggested = null;
  };
  records.forEach(({ fact }, i) => {
    switch (fact.kind) {
      case 'starting':
        rebinds = false;
        suggested = null;
        if (present === null || present.role !== 'DOWN') enter('DOWN', Math.max(lastOfProcess, 0));
        looking = null;
        break;
      case 'electionPort':
        // Bound once by a process, before its first election: in a role, it is another process whose start was left out.
        if (rebinds || (present !== null && (present.role === 'LOOKING' || present.role === 'DOWN'))) {
          rebinds = false;
          break;
        }
        enter('DOWN', Math.max(lastOfProcess, 0));
        looking = null;
        break;
      case 'exiting':
        if (present?.role !== 'DOWN') enter('DOWN', refusesConfig(fact) ? Math.max(lastOfProcess, 0) : i);
        looking = null;
        break;
      case 'electionRestarted':
        rebinds = true;
        break;
      case 'suggestedLeader':
        suggested = fact.leader;
        break;
      case 'role':
        change(fact.role, i);
        break;
      case 'phase': {
        const role = hasRoles ? undefined : ROLE_OF_PHASE.get(fact.words[0] ?? '');
        if (role !== undefined) change(role, i);
        break;
      }
      case 'notification':
        if (present === null && fact.myState !== null) enter(fact.myState, i);
        if (present?.role === 'LOOKING') election.hear(fact.from, fact.vote);
        break;
      case 'newElection':
        election.stand(fact.zxid);
        break;
      case 'sending':
        election.hear(sid, fact.vote);
        break;
      case 'leavingElection':
        // An observer's own vote names nobody.
        if (fact.leader >= 0) election.decided = fact.leader;
        break;
      case 'following':
        if (fact.leader !== null) follow(present, fact.leader, election);
        break;
      case 'connectedToLeader': {
        const leader = fact.address === null ? null : sidAt(book, fact.address);
        if (leader !== null && leader !== sid) follow(present, leader, election);
        break;
      }
      default:
    }
    if (!isPreamble(fact)) lastOfProcess = i;
  });
  return stays;
}

function decide(stay: Growing | null, role: Role, election: Election): void {
  if (stay === null) return;
  stay.leader = role === 'LEADING' ? election.sid : election.leader();
  stay.vote = stay.leader === null ? null : election.voteFor(stay.leader);
}

function follow(stay: Growing | null, leader: Sid, election: Election): void {
  if (stay === null || stay.leader === leader || (stay.role !== 'FOLLOWING' && stay.role !== 'OBSERVING')) return;
  stay.leader = leader;
  stay.vote = election.voteFor(leader);
}

/** Votes heard in one election: the latest of each server, its own too. */
class Election {
  private readonly latest = new Map<Sid, LoggedVote>();
  private standing: LoggedVote | null = null;
  decided: Sid | null = null;
  readonly sid: Sid;

  constructor(sid: Sid) {
    this.sid = sid;
  }

  begin(): void {
    this.latest.clear();
    this.standing = null;
    this.decided = null;
  }

  stand(zxid: LoggedVote['zxid']): void {
    this.standing = { leader: this.sid, zxid, round: null, peerEpoch: null };
  }

  hear(from: Sid, vote: LoggedVote): void {
    this.latest.set(from, vote);
  }

  /** As the log says, else whom the most voted for. */
  leader(): Sid | null {
    if (this.decided !== null) return this.decided;
    const counts = new Map<Sid, number>();
    for (const [from, { leader }] of this.latest) if (from !== this.sid && leader >= 0) counts.set(leader, (counts.get(leader) ?? 0) + 1);
    const own = this.latest.get(this.sid);
    let best: Sid | null = own !== undefined && own.leader !== this.sid && own.leader >= 0 ? own.leader : null;
    let most = best === null ? 0 : (counts.get(best) ?? 0) + 1;
    for (const [leader, count] of counts) {
      if (leader === this.sid || count <= most) continue;
      best = leader;
      most = count;
    }
    return best;
  }

  /** Its own vote for the leader, else the leader's, else anybody's. */
  voteFor(leader: Sid): LoggedVote | null {
    const ranked = [this.latest.get(this.sid), this.latest.get(leader), ...this.latest.values()];
    return ranked.find((vote) => vote?.leader === leader) ?? (leader === this.sid ? this.standing : null);
  }
}

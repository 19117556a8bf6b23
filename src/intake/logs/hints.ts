/** What the messages of a server without a name say about its id: whom it speaks of as another one, and whose votes it hears as its own. */
import type { Sid } from '../../base/ids.ts';
import type { LogRecord } from './facts.ts';

export interface Hints {
  /** Ids that can't be its own: it connects to them, synchronizes them, loses them. */
  readonly peers: ReadonlySet<Sid>;
  /** Whom it got notifications from: itself too, when it ever looked for a leader. */
  readonly heard: ReadonlySet<Sid>;
  /** Of each id, how often the first vote after LOOKING came from it and named it. */
  readonly ownVotes: ReadonlyMap<Sid, number>;
  /** When it was established as leader: supporters that were no learners of its. */
  readonly leads: ReadonlySet<Sid>;
}

/** @param records of one source, in its order. */
export function hintsOf(records: readonly LogRecord[]): Hints {
  const peers = new Set<Sid>();
  const heard = new Set<Sid>();
  const ownVotes = new Map<Sid, number>();
  const learners = new Set<Sid>();
  const supporters = new Set<Sid>();
  let looking = false;
  for (const { fact } of records) {
    switch (fact.kind) {
      case 'cannotOpen':
        peers.add(fact.to);
        break;
      case 'connectionOrder':
      case 'connectionBroken':
      case 'workerLeaving':
        peers.add(fact.peer);
        break;
      case 'learnerArrived':
      case 'synchronizing':
      case 'newLeaderSent':
      case 'newLeaderAcked':
      case 'upToDateSent':
        learners.add(fact.learner);
        peers.add(fact.learner);
        break;
      case 'following':
        if (fact.leader !== null) peers.add(fact.leader);
        break;
      case 'established':
        for (const sid of fact.supporters) supporters.add(sid);
        break;
      case 'role':
        looking = fact.role === 'LOOKING';
        break;
      case 'notification':
        heard.add(fact.from);
        if (looking && fact.state === 'LOOKING') {
          if (fact.vote.leader === fact.from) ownVotes.set(fact.from, (ownVotes.get(fact.from) ?? 0) + 1);
          looking = false;
        }
        break;
      default:
    }
  }
  return { peers, heard, ownVotes, leads: new Set([...supporters].filter((sid) => !learners.has(sid))) };
}

/** Elections that must begin with the same server's own vote before it is taken for this one's. */
const SURE = 2;

/** The one id that the hints allow; null when there are several or none. */
export function certainSid({ peers, heard, ownVotes, leads }: Hints): Sid | null {
  const onlyOwn = (sids: Iterable<Sid>) => {
    const own = [...sids].filter((sid) => !peers.has(sid));
    return own.length === 1 ? (own[0] ?? null) : null;
  };
  const leading = onlyOwn(leads);
  if (leading !== null) return leading;
  // A server hears itself; whoever is heard and never spoken of as another one is it, if all others are.
  const left = heard.size > 1 ? onlyOwn(heard) : null;
  if (left !== null) return left;
  // Its own vote comes back before those of others come over the network.
  const first = onlyOwn(ownVotes.keys());
  return first !== null && ownVotes.size === 1 && (ownVotes.get(first) ?? 0) >= SURE ? first : null;
}

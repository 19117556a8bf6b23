/** Compares what is beside the facts: see `further.ts`. */
import type { Facts } from '../../src/ensemble/facts.ts';
import type { Scenario } from '../../src/ensemble/scenario.ts';
import type { Allowances, Race } from './allowances.ts';
import { sessionLabels } from './compare.ts';
import { placesOf, type Further, type GivenWrite, type Written } from './further.ts';
import { Tally, type Comparison } from './tally.ts';

/** One side of the comparison. */
export interface Side {
  readonly facts: Facts;
  readonly further: Further;
}

/**
 * @param expected with the recording's own word on its writes.
 * @param race why another run may end otherwise: then servers may also have come and gone otherwise on the way there.
 */
export function compareFurther(
  scenario: Scenario,
  expected: Side & { readonly written: readonly Written[] },
  actual: Side,
  allowances: Allowances,
  race: Race | null,
): Comparison {
  const tally = new Tally();
  const reason = race?.reason ?? null;
  comparePlaces(tally, expected, actual, allowances);
  for (const sid of Object.keys(expected.facts.servers)) {
    tally.same(`server ${sid}: starts and roles it served in`, expected.further.lives[sid], actual.further.lives[sid], reason);
    tally.same(`server ${sid}: failures`, expected.further.failures[sid], actual.further.failures[sid], reason);
  }
  compareSupporters(tally, scenario, expected.further, actual.further);
  return tally.result;
}

function comparePlaces(
  tally: Tally,
  { facts, written }: Side & { readonly written: readonly Written[] },
  actual: Side,
  { burstCut, logHoles, randomRolls }: Allowances,
): void {
  const counted = written.filter(({ write }) => !(write.burst && burstCut !== null));
  const writes = counted.map(({ write }) => write);
  const places = placesOf(writes, actual.facts, burstCut === null ? sameSession(facts, actual.facts) : sessionByPath(actual.facts));
  // The recorder's tool reads on behind a checksum error, a server does not.
  const damaged = Object.entries(facts.servers).flatMap(([sid, { logs, txns }]) =>
    logs.reduce((sum, { count }) => sum + count, 0) > txns.length ? [sid] : [],
  );
  const [hole] = logHoles.values();
  const without = (inLogOf: readonly string[], left: readonly string[]) => inLogOf.filter((sid) => !left.includes(sid));
  counted.forEach(({ write, place }, i) => {
    const other = places[i];
    if (other === undefined) return;
    const fact = `${write.op} ${write.path ?? ''} of session ${write.session}`;
    const [theirs, ours] = [without(place.inLogOf, damaged), without(other.inLogOf, damaged)];
    const holed = [...logHoles.keys()];
    const onlyHole = JSON.stringify(without(theirs, holed)) === JSON.stringify(without(ours, holed));
    tally.same(`${fact}: in whose logs`, theirs, ours, randomRolls ?? (onlyHole ? (hole?.reason ?? null) : null));
    tally.same(`${fact}: survives`, place.survives, other.survives, place.survives === null && !write.rejected ? UNTOLD : null);
  });
}

const UNTOLD = 'its txn log is purged, so the recording cannot tell';

/** What we call the session of a recorded write. */
function sameSession(expected: Facts, actual: Facts): (write: GivenWrite) => string | undefined {
  const labels = sessionLabels(expected, actual);
  const ours = new Map([...labels.actual].map(([session, label]) => [label, session]));
  return ({ sessionId }) => ours.get(labels.expected.get(sessionId) ?? '');
}

/** The same where zxids do not tell: the session that wrote to this path with this xid. */
function sessionByPath({ servers }: Facts): (write: GivenWrite) => string | undefined {
  const txns = Object.values(servers).flatMap((server) => server.txns);
  return ({ path, xid }) => txns.find((txn) => txn['path'] === path && txn.cxid === xid)?.session;
}

/** Who of the voters is first is chance; that they are a quorum with the leader in it is not. */
function compareSupporters(tally: Tally, { members }: Scenario, expected: Further, actual: Further): void {
  const voters = members.filter(({ type }) => type === 'participant').map(({ sid }) => sid);
  expected.supporters.forEach((theirs, i) => {
    const ours = actual.supporters[i] ?? [];
    const isQuorum = ours.length * 2 > voters.length && ours.every((sid) => voters.includes(sid));
    const equallyMany = ours.length === theirs.length;
    tally.same(`supporters of election ${i + 1}`, theirs, ours, isQuorum && equallyMany ? FIRST_ACKS : null);
  });
}

const FIRST_ACKS = 'which voters acknowledge NEWLEADER first is chance: a quorum of them does';

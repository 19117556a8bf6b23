/** A trace as a sequence of states in the form in which TLC prints a behaviour, with the variables of ZooKeeper's own specification. */
import type { TraceEvent } from '../ensemble/types.ts';
import { SOURCES } from '../trace/narrate/sources.ts';
import { listItems } from '../base/chunked.ts';
import type { Zxid } from '../base/zxid.ts';
import type { EnsembleView, ServerState } from '../trace/view.ts';
import { told, type RunRecord } from './record.ts';

/** Variables of `ZkV3_7_0.tla` that a view knows, in its order. `history` holds the newest txns after the last snapshot. */
const VARIABLES: Readonly<Record<string, (server: ServerState) => string>> = {
  status: (server) => (server.up === 'up' || server.up === 'paused' ? 'ONLINE' : 'OFFLINE'),
  state: (server) => (server.role === 'OBSERVING' ? 'FOLLOWING' : server.role),
  zabState: (server) => server.zabState,
  acceptedEpoch: (server) => String(server.acceptedEpoch),
  currentEpoch: (server) => String(server.currentEpoch),
  history: (server) => `<<${[...listItems(server.log.cells)].map((cell) => `[zxid |-> ${zxid(cell.zxid)}]`).join(', ')}>>`,
  lastProcessed: (server) => zxid(server.lastZxid),
  lastCommitted: (server) => zxid(server.committedZxid),
  currentVote: ({ vote }) =>
    `[proposedLeader |-> ${vote.leader < 0 ? 'NullPoint' : `s${vote.leader}`}, proposedZxid |-> ${zxid(vote.zxid)}, proposedEpoch |-> ${vote.peerEpoch}]`,
  logicalClock: (server) => String(server.election?.round ?? server.vote.electionEpoch),
  leaderAddr: (server) => (server.leader === null ? 'NullPoint' : `s${server.leader}`),
};

/** One state for each event that changes a variable; the action is the specification's where a rule has one, else what happened. */
export function toTla(record: RunRecord): string {
  const lines: string[] = [];
  let shown = '';
  let number = 0;
  for (const { event, view, before } of told(record)) {
    if (number > 0 && view.servers === before.servers) continue;
    const state = stateOf(view);
    if (state === shown) continue;
    shown = state;
    number++;
    lines.push(`State ${number}: <${number === 1 ? 'Initial predicate' : actionOf(event)}>`, state, '');
  }
  return lines.join('\n');
}

function stateOf(view: EnsembleView): string {
  const servers = Object.values(view.servers);
  return Object.entries(VARIABLES)
    .map(([name, value]) => `/\\ ${name} = (${servers.map((server) => `s${server.sid} :> ${value(server)}`).join(' @@ ')})`)
    .join('\n');
}

function actionOf({ actor, decisions, what }: TraceEvent): string {
  const spec = decisions.map(({ rule }) => SOURCES[rule].spec).find((action) => action !== undefined);
  const name = spec ?? (what.type === 'command' ? what.command.type : what.type);
  return actor.kind === 'server' ? `${name}(s${actor.sid})` : name;
}

function zxid({ epoch, counter }: Zxid): string {
  return `<<${epoch}, ${counter}>>`;
}

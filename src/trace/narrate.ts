/** Tells a trace: one sentence for every event and every decision. What stands behind a decision is told by `explain.ts`. */
import type { Sid } from '../base/ids.ts';
import type { ClientId, ClientInput, Command, Peer, RecordedInput, TraceEvent, WorldEvent } from '../ensemble/types.ts';
import type { Decision, RuleId } from '../zab/types.ts';
import type { DecisionOf, Language, TimerKind } from './narrate/language.ts';
import { messageSays } from './narrate/messages.ts';
import { opText, plainText, z } from './narrate/text.ts';
import type { EnsembleView } from './view.ts';

export type { Lang, Language } from './narrate/language.ts';
export { messageLabel, messageSays, messageTitle } from './narrate/messages.ts';
export type { MessageLabel } from './narrate/messages.ts';

/** One sentence for a decision of server `sid`. */
export function sentenceOf(decision: Decision, sid: Sid, language: Language): string {
  const say = language.decisions[decision.rule] as (decision: DecisionOf<RuleId>, me: Sid) => string;
  return say(decision, sid);
}

/**
 * The most telling sentence for an event: a violation, the end of a process, a change of role, a decision, what a client
 * learned, and only then what came in.
 *
 * @param view the view after the event, for names of clients.
 */
export function captionOf(event: TraceEvent, view: EnsembleView, language: Language): string {
  const { actor, what } = event;
  if (actor.kind === 'world') return worldCaption(what as WorldEvent, view, language);
  if (actor.kind === 'client') return clientCaption(event, what as ClientInput, actor.client, view, language);
  return serverCaption(event, what as RecordedInput, actor.sid, view, language);
}

/** Rules by how much they tell; those not listed come after, in the order decided. */
const TELLING: readonly RuleId[] = [
  'recovery.failed',
  'leader.established',
  'vote.final',
  'vote.established',
  'leader.gaveUp',
  'learner.gaveUp',
  'sync.truncated',
  'sync.mode',
  'learner.serving',
  'epoch.accept',
  'proposal.ack',
  'session.expired',
  'client.refused',
  'election.start',
  'vote.quorum',
  'vote.round',
  'vote.order',
  'recovery.done',
];

/** The decision of an event that tells most, or null if it has none. */
export function mainDecision(event: TraceEvent): Decision | null {
  let best: Decision | null = null;
  let rank = Infinity;
  for (const decision of event.decisions) {
    const at = TELLING.indexOf(decision.rule);
    // That a vote was taken over tells more than that it is not enough yet.
    const isPending = decision.rule === 'vote.quorum' && decision.outcome !== 'quorum';
    const own = at < 0 || isPending ? TELLING.length : at;
    if (own < rank) [best, rank] = [decision, own];
  }
  return best;
}

function serverCaption(event: TraceEvent, what: RecordedInput, sid: Sid, view: EnsembleView, language: Language): string {
  const { events } = language;
  for (const effect of event.effects) if (effect.type === 'exit' && effect.code !== 0) return events.exit(sid, effect.code, effect.message);
  const decision = mainDecision(event);
  if (decision !== null) return sentenceOf(decision, sid, language);
  const { changes } = event;
  if (changes?.role !== undefined)
    return events.roleChange(sid, changes.role, changes.leader ?? null, changes.currentEpoch ?? view.servers[sid]?.currentEpoch ?? 0);
  const appended = event.log.find((change) => change.change === 'append');
  if (appended?.change === 'append') return events.logged(sid, z(appended.cell.zxid), appended.cell.type, appended.cell.path);
  if (changes?.lastZxid !== undefined && what.type !== 'boot') return events.applied(sid, z(changes.lastZxid));
  return inputCaption(what, sid, view, language);
}

function inputCaption(what: RecordedInput, sid: Sid, view: EnsembleView, language: Language): string {
  const { events } = language;
  switch (what.type) {
    case 'boot':
      return events.boot(sid);
    case 'logLine':
      return what.text === '' ? events.inferred(sid) : events.logLine(sid, plainText(what.text));
    case 'connected':
      return events.connected(sid, what.channel, language.server(what.peer));
    case 'connectFailed':
      return events.connectFailed(sid, what.channel, language.server(what.peer), what.reason);
    case 'accepted':
      return events.accepted(
        sid,
        what.channel,
        what.channel === 'client' ? language.client(what.peer, view.clients[what.peer]?.name ?? null) : language.server(what.peer),
      );
    case 'receive':
      return events.receive(language.server(sid), peerName(what.from, view, language), messageSays(what.message, language));
    case 'disconnected':
      return events.disconnected(sid, what.reason);
    case 'timer':
      return events.timer(sid, timerText(what.timer, language));
    case 'fsynced':
      return events.fsynced(sid, z(view.servers[sid]?.lastSynced ?? { epoch: 0, counter: 0 }));
    case 'diskError':
      return events.diskError(sid, what.message);
    case 'stop':
      return events.stop(sid);
  }
}

function timerText(timer: string, language: Language): string {
  const kind = timer.split(':', 1)[0] ?? timer;
  return Object.hasOwn(language.timers, kind) ? language.timers[kind as TimerKind] : plainText(timer);
}

function peerName(peer: Peer, view: EnsembleView, language: Language): string {
  return peer.kind === 'server' ? language.server(peer.sid) : language.client(peer.client, view.clients[peer.client]?.name ?? null);
}

function clientCaption(event: TraceEvent, what: ClientInput, client: ClientId, view: EnsembleView, language: Language): string {
  const { events } = language;
  const who = peerName({ kind: 'client', client }, view, language);
  const outcome = event.outcomes[0];
  if (outcome !== undefined) return events.outcome(who, outcome, opText(outcome.op));
  if (event.client?.state === 'expired') return events.clientState(who, 'expired', event.client.session ?? '0x0');
  switch (what.type) {
    case 'started':
      return events.clientStarted(who, what.servers, what.timeoutMs);
    case 'connected':
      return events.clientConnected(who, what.sid);
    case 'connectFailed':
      return events.clientConnectFailed(who, what.sid);
    case 'disconnected':
      return events.clientDisconnected(who, what.sid);
    case 'requested':
      return events.clientRequested(who, opText(what.op));
    case 'received':
      return events.receive(who, senderOf(view, client, language), messageSays(what.message, language));
    case 'timer':
      return events.clientTimer(who, what.timer);
    case 'closed':
      return events.clientClosed(who);
  }
}

function senderOf(view: EnsembleView, client: ClientId, language: Language): string {
  const sid = view.clients[client]?.sid ?? null;
  return sid === null ? language.unnamedServer : language.server(sid);
}

function worldCaption(what: WorldEvent, view: EnsembleView, language: Language): string {
  const who = (client: ClientId): string => language.client(client, nameGiven(what, client) ?? view.clients[client]?.name ?? null);
  if (what.type === 'command') {
    const say = language.commands[what.command.type] as (command: Command, who: (client: ClientId) => string) => string;
    return say(what.command, who);
  }
  const say = language.world[what.type] as (event: WorldEvent, who: (client: ClientId) => string) => string;
  return say(what, who);
}

/** A client that is about to appear has its name in the command, and is in no view yet. */
function nameGiven(what: WorldEvent, client: ClientId): string | null {
  return what.type === 'command' && what.command.type === 'connect' && what.command.client === client ? (what.command.name ?? null) : null;
}

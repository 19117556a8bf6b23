/**
 * Placed records as a trace that every view reads like a simulated one. Each record becomes one event of its server; what no line shows
 * but must have happened (a vote being sent, a packet, the end of a killed process, a connection) becomes an inferred one, as late as
 * the other lines allow.
 */
import type { TraceEvent } from '../../ensemble/types.ts';
import type { LogCase, PlacedRecord, ReadTrace } from './model.ts';
import type { LogFact } from './facts.ts';
import { rosterOf, type Roster } from './trace/config.ts';
import { NO_LINE } from './trace/packets.ts';
import { planOf, type Plan } from './trace/plan.ts';
import { ghostChanges, tell, type Teller } from './trace/tell.ts';
import { textOf } from './trace/text.ts';
import { heardOf, messageOf } from './trace/votes.ts';
import { EventWriter, type Act, type Outgoing } from './trace/writer.ts';

/** Events of one step of `buildTraceSteps`, about. */
const CHUNK = 4096;
/** A chunk waits this long for the other half of an impossible order. */
const LONGEST_CHUNK = 16 * CHUNK;

export type TraceFrame = Omit<ReadTrace, 'events'>;

/** The members, the configuration and the zero of the trace, before any event. */
export function frameOf(logs: LogCase): TraceFrame {
  const { config } = rosterOf(logs);
  return { members: config.members, config, zero: logs.zero };
}

/** The whole trace. */
export function buildTrace(logs: LogCase): ReadTrace {
  const roster = rosterOf(logs);
  const events: TraceEvent[] = [];
  for (const chunk of stepsOf(logs, roster)) for (const event of chunk) events.push(event);
  return { members: roster.config.members, config: roster.config, events, zero: logs.zero };
}

/** The same, some thousand events at a time, so that a worker can post them in pieces. Chunks follow each other without gaps. */
export function buildTraceSteps(logs: LogCase): Generator<readonly TraceEvent[], void> {
  return stepsOf(logs, rosterOf(logs));
}

function* stepsOf(logs: LogCase, roster: Roster): Generator<readonly TraceEvent[], void> {
  const { records } = logs;
  const plan = planOf(records);
  const w = new EventWriter(logs, roster);
  const teller: Teller = { w, roster, plan };
  for (let i = 0; i < records.length; i++) {
    const record = records[i] as PlacedRecord;
    w.turnTo(i, record);
    endProcesses(w, plan, i);
    sendBefore(teller, records, i);
    tellRecord(teller, records, i, record);
    if (w.events.length >= CHUNK && (w.settled || w.events.length >= LONGEST_CHUNK)) {
      yield w.events;
      w.events = [];
    }
  }
  if (records.length > 0) endProcesses(w, plan, records.length);
  if (w.events.length > 0) yield w.events;
}

function endProcesses(w: EventWriter, plan: Plan, i: number): void {
  for (const sid of plan.ends.get(i) ?? []) w.end(w.server(sid), 'kill', null, null, true);
}

/** Votes whose sending no line shows, and which must have been sent by now. */
function sendBefore({ w, plan }: Teller, records: readonly PlacedRecord[], i: number): void {
  const { first, next } = plan.sentBefore;
  for (let j = first[i] as number; j >= 0; j = next[j] as number) {
    const { fact, sid } = records[j] as PlacedRecord;
    if (fact.kind !== 'notification') continue;
    const sender = w.server(fact.from);
    // It was on its way when its sender ended; how long is not told.
    if (sender.ended && sender.hasLog) continue;
    const heard = heardOf(sender, w.server(sid), fact);
    const changes = sender.hasLog ? null : ghostChanges(sender, heard.state, heard.vote);
    w.infer(sender, { what: NO_LINE, changes, sent: [vote(sid, fact, j, w, true)] });
  }
}

function vote(to: number, fact: Extract<LogFact, { kind: 'notification' }>, record: number, w: EventWriter, inferred: boolean): Outgoing {
  const message = messageOf(heardOf(w.server(fact.from), w.server(to), fact));
  return { channel: 'election', to, message, record, inferred };
}

/** Lines that a process writes before it says that it starts, or without running at all. */
const BEFORE_START: ReadonlySet<LogFact['kind']> = new Set(['setting', 'version', 'member', 'purge', 'configError', 'starting', 'exiting']);

function tellRecord(t: Teller, records: readonly PlacedRecord[], i: number, record: PlacedRecord): void {
  const { w, plan } = t;
  const { fact } = record;
  const s = w.server(record.sid);
  if (!s.up && !BEFORE_START.has(fact.kind)) w.start(s, true);
  if (fact.kind === 'starting' && !s.up) return w.tellWorld(() => w.start(s, false));
  if (fact.kind === 'exiting' && s.up) return w.tellWorld(() => w.end(s, 'exit', fact.code, fact.message, false));
  const act: Act = s.up ? tell(t, s, fact) : { what: { type: 'logLine', text: textOf(fact) } };
  const { first, next } = plan.sentBy;
  if ((first[i] as number) < 0) {
    w.tell(s, act);
    return;
  }
  const votes: Outgoing[] = [];
  const shown = fact.kind === 'sending' || fact.kind === 'answering';
  for (let j = first[i] as number; j >= 0; j = next[j] as number) {
    const heard = records[j] as PlacedRecord;
    if (heard.fact.kind === 'notification') votes.push(vote(heard.sid, heard.fact, j, w, !shown));
  }
  w.tell(s, { ...act, sent: [...(act.sent ?? []), ...votes] });
}

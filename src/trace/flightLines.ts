/** From where to where each message flew: the lines between the lanes of the timeline. */
import type { Flight, TraceEvent } from '../ensemble/types.ts';
import { isHeartbeat } from './quiet.ts';
import { atMost } from './sorted.ts';

export interface FlightLine {
  readonly flight: Flight;
  /** Position and time (virtual ms) of the event that sent it. */
  readonly sentN: number;
  readonly sentAt: number;
  /** Position and time of its arrival or loss, Infinity while it is on its way. */
  readonly endN: number;
  readonly endAt: number;
  readonly fate: 'flying' | 'received' | 'lost';
}

const BLOCK = 256;

const FLYING = -1;
/** So many lines are looked at for each that is wanted: some are not to be shown. */
const LOOKED_AT = 8;

/**
 * Lines in the order of sending, kept as columns: a long trace has more messages than events, and few of their lines are ever looked at.
 * Blocks of 256 know when their last message landed, so that a window skips the others.
 */
export class FlightLines {
  readonly #flights: Flight[] = [];
  readonly #sentN: number[] = [];
  /** `FLYING` while it is on its way. */
  readonly #endN: number[] = [];
  /** 1 for heartbeats: looking at the messages themselves takes longer than all else when thousands are passed over. */
  readonly #heartbeat: number[] = [];
  readonly #lost = new Set<number>();
  readonly #flying = new Map<number, number>();
  readonly #blocks: { flying: number; endN: number; endAt: number }[] = [];
  readonly #at: readonly number[];

  /** @param at times of all events by position, which grows with the trace: an event's own is in it when the event is added. */
  constructor(at: readonly number[]) {
    this.#at = at;
  }

  add(event: TraceEvent): void {
    const { what } = event;
    if (what.type === 'receive' || what.type === 'received') this.#end(what.flight, event, 'received');
    else if (what.type === 'connectionClosed' || what.type === 'processEnded') for (const id of what.lost) this.#end(id, event, 'lost');
    for (const flight of event.sent) this.#begin(flight, event);
  }

  get count(): number {
    return this.#flights.length;
  }

  /** Lines that touch positions `from`…`to`, in the order of sending. */
  between(from: number, to: number): FlightLine[] {
    return this.#collect(
      atMost(this.#sentN, to),
      (block) => block.endN >= from,
      (line) => line.endN >= from,
    );
  }

  /**
   * At most `most` lines that touch positions `from`…`to` and are to be shown, evenly taken from all of them, in the order of sending.
   * Costs as much as it gives, however many there are.
   *
   * @param shown null: all are.
   * @param heartbeats whether heartbeats are to be shown.
   */
  thinned(from: number, to: number, most: number, shown: ((flight: Flight) => boolean) | null, heartbeats = true): FlightLine[] {
    const end = atMost(this.#sentN, to);
    const blocks = this.#blocks.flatMap((block, b) => (b * BLOCK < end && (block.flying > 0 || block.endN >= from) ? [b] : []));
    const every = Math.max(1, Math.floor((blocks.length * BLOCK) / (LOOKED_AT * most)));
    const found: number[] = [];
    for (const b of blocks)
      for (let i = Math.ceil((b * BLOCK) / every) * every; i < Math.min(end, (b + 1) * BLOCK); i += every) {
        const endN = this.#endN[i] as number;
        if (endN !== FLYING && endN < from) continue;
        if ((heartbeats || this.#heartbeat[i] === 0) && (shown === null || shown(this.#flights[i] as Flight))) found.push(i);
      }
    const keep = Math.ceil(found.length / most);
    const lines: FlightLine[] = [];
    for (let i = 0; i < found.length; i += Math.max(1, keep)) lines.push(this.#line(found[i] as number));
    return lines;
  }

  /** Lines that touch the time span `from`…`to`, virtual ms. */
  during(from: number, to: number): FlightLine[] {
    return this.#collect(
      atMost(this.#sentN, atMost(this.#at, to) - 1),
      (block) => block.endAt >= from,
      (line) => line.endAt >= from,
    );
  }

  /** What became of a message sent by event `sentN`, or null if that event did not send it. */
  lineOf(flight: number, sentN: number): FlightLine | null {
    for (let i = atMost(this.#sentN, sentN) - 1; i >= 0 && this.#sentN[i] === sentN; i--)
      if (this.#flights[i]?.id === flight) return this.#line(i);
    return null;
  }

  /** Position of the event that sent a message, or −1 if none has. Ids rise in the order of sending, so it is found by halving. */
  senderOf(flight: number): number {
    let low = 0;
    let high = this.#flights.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#flights[middle] as Flight).id < flight) low = middle + 1;
      else high = middle;
    }
    return this.#flights[low]?.id === flight ? (this.#sentN[low] as number) : -1;
  }

  #line(i: number): FlightLine {
    const flight = this.#flights[i] as Flight;
    const sentN = this.#sentN[i] as number;
    const sentAt = this.#at[sentN] as number;
    const endN = this.#endN[i] as number;
    if (endN === FLYING) return { flight, sentN, sentAt, endN: Infinity, endAt: Infinity, fate: 'flying' };
    return { flight, sentN, sentAt, endN, endAt: this.#at[endN] as number, fate: this.#lost.has(i) ? 'lost' : 'received' };
  }

  #begin(flight: Flight, event: TraceEvent): void {
    const i = this.#flights.length;
    if (i % BLOCK === 0) this.#blocks.push({ flying: 0, endN: -1, endAt: -1 });
    (this.#blocks.at(-1) as { flying: number }).flying++;
    this.#flying.set(flight.id, i);
    this.#flights.push(flight);
    this.#sentN.push(event.n);
    this.#endN.push(FLYING);
    this.#heartbeat.push(isHeartbeat(flight.message) ? 1 : 0);
  }

  #end(id: number, event: TraceEvent, fate: 'received' | 'lost'): void {
    const i = this.#flying.get(id);
    if (i === undefined) return;
    this.#flying.delete(id);
    this.#endN[i] = event.n;
    if (fate === 'lost') this.#lost.add(i);
    const block = this.#blocks[Math.floor(i / BLOCK)] as { flying: number; endN: number; endAt: number };
    block.flying--;
    block.endN = event.n;
    block.endAt = event.at;
  }

  #collect(
    end: number,
    mayTouch: (block: { endN: number; endAt: number }) => boolean,
    touches: (line: FlightLine) => boolean,
  ): FlightLine[] {
    const found: FlightLine[] = [];
    this.#blocks.forEach((block, b) => {
      if (b * BLOCK >= end || (block.flying === 0 && !mayTouch(block))) return;
      for (let i = b * BLOCK; i < Math.min(end, (b + 1) * BLOCK); i++) {
        const line = this.#line(i);
        if (touches(line)) found.push(line);
      }
    });
    return found;
  }
}

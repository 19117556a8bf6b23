/** Hand-made events for the tests of trace and invariants. */
import type { Sid } from '../../src/base/ids.ts';
import { zxid } from '../../src/base/zxid.ts';
import type { Flight, TraceEvent, WorldEvent } from '../../src/ensemble/types.ts';
import type { LogCell, LogChange, Message } from '../../src/zab/types.ts';

export type Sketch = Partial<Omit<TraceEvent, 'n'>> & Pick<TraceEvent, 'actor' | 'what'>;

export function eventOf(n: number, sketch: Sketch): TraceEvent {
  return {
    at: n,
    cause: -1,
    sent: [],
    effects: [],
    decisions: [],
    changes: null,
    client: null,
    log: [],
    outcomes: [],
    disk: null,
    ...sketch,
    n,
  };
}

export function traceOf(...sketches: readonly Sketch[]): TraceEvent[] {
  return sketches.map((sketch, n) => eventOf(n, sketch));
}

export function server(sid: Sid, rest: Partial<Omit<TraceEvent, 'n'>> = {}): Sketch {
  return { actor: { kind: 'server', sid }, what: { type: 'timer', timer: 'tick' }, ...rest };
}

export function world(what: WorldEvent, rest: Partial<Omit<TraceEvent, 'n'>> = {}): Sketch {
  return { actor: { kind: 'world' }, what, ...rest };
}

export function cell(epoch: number, counter: number, path: string | null = `/${epoch}-${counter}`, cxid = counter): LogCell {
  return { zxid: zxid(epoch, counter), type: 'create', path, session: '0x1', cxid };
}

export function append(...cells: readonly LogCell[]): LogChange[] {
  return cells.map((added) => ({ change: 'append', cell: added }));
}

export function flight(id: number, from: Sid, to: Sid, message: Message = { kind: 'UPTODATE' }): Flight {
  return { id, conn: 1, channel: 'quorum', from: { kind: 'server', sid: from }, to: { kind: 'server', sid: to }, message, eta: null };
}

export function receive(sid: Sid, from: Sid, id: number, rest: Partial<Omit<TraceEvent, 'n'>> = {}): Sketch {
  return {
    actor: { kind: 'server', sid },
    what: { type: 'receive', conn: 1, flight: id, from: { kind: 'server', sid: from }, message: { kind: 'UPTODATE' } },
    ...rest,
  };
}

/** Servers under a steady write load: clients that always have some requests on their way. */
import { Ensemble } from '../../src/ensemble/conductor.ts';
import type { ServerHost } from '../../src/ensemble/host/host.ts';
import { Invariants } from '../../src/ensemble/invariants.ts';
import { configOf, DEFAULT_OPTIONS } from '../../src/ensemble/options.ts';
import type { RunLimits } from '../../src/ensemble/runLimits.ts';
import { Timeline } from '../../src/trace/timeline.ts';

const CLIENTS = 3;
/** Requests that each client has on their way at most. */
const PIPELINE = 10;
/** Virtual time between two looks at which clients may send more: much shorter than a write takes. */
const REFILL_MS = 2;
/** Paths that are written over and over, so that the tree does not grow with the run. */
const PATHS = 50;
const OPEN = [{ perms: 31, scheme: 'world', id: 'anyone' }];

/** An ensemble with its clients, invariants, trace and views, as the page has them. */
export class Load {
  readonly ensemble: Ensemble;
  readonly timeline: Timeline;
  readonly #issued = new Map<number, number>();

  constructor(servers: number, host: ServerHost) {
    const options = { ...DEFAULT_OPTIONS, config: configOf(Array.from({ length: servers }, (_, i) => i + 1)) };
    this.ensemble = new Ensemble(options, host, { observers: [new Invariants(options.config)] });
    this.timeline = new Timeline(options.config.members);
    for (const sid of this.ensemble.sids) this.ensemble.command({ type: 'start', sid });
    for (let client = 1; client <= CLIENTS; client += 1) {
      this.ensemble.command({ type: 'connect', client });
      this.#issued.set(client, 0);
    }
  }

  /** How to run until the servers have elected and the clients are connected. */
  get start(): RunLimits<Ensemble> {
    const isConnected = (ensemble: Ensemble): boolean => ensemble.clients.every((client) => ensemble.client(client)?.state === 'connected');
    return { untilMs: 60_000, until: (ensemble) => ensemble.trace.length % 50 === 0 && isConnected(ensemble) };
  }

  /** Has the clients send what they may, and says how far to run before they send again. */
  refill(): RunLimits<Ensemble> {
    for (const [client, issued] of this.#issued) {
      const waiting = this.ensemble.client(client)?.waiting ?? PIPELINE;
      const free = Math.max(0, PIPELINE - waiting);
      for (let i = issued; i < issued + free; i += 1) this.#write(client, i);
      this.#issued.set(client, issued + free);
    }
    return { untilMs: this.ensemble.now + REFILL_MS };
  }

  /** Shows the timeline what has happened since the last time. */
  record(): void {
    this.timeline.appended(this.ensemble.trace.slice(this.timeline.length));
  }

  #write(client: number, i: number): void {
    const path = `/load-${client}-${i % PATHS}`;
    const data = new Uint8Array(64).fill(i & 0xff);
    const request =
      i < PATHS
        ? ({ op: 'create', path, data, acl: OPEN, mode: 'persistent' } as const)
        : ({ op: 'setData', path, data, version: -1 } as const);
    this.ensemble.command({ type: 'request', client, request });
  }
}

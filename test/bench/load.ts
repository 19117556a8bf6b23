/** Servers under a steady write load: clients that always have some requests on their way. */
import type { Ensemble } from '../../src/ensemble/conductor.ts';
import type { TraceEvent } from '../../src/ensemble/types.ts';
import type { Member } from '../../src/zab/types.ts';
import { ledEnsemble } from '../support/simulated.ts';

const CLIENTS = 3;
/** Requests that each client has on their way at most. */
const PIPELINE = 10;
/** Events between two looks at which clients may send more. */
const CHUNK = 250;
/** Paths that are written over and over, so that the tree does not grow with the run. */
const PATHS = 50;
const OPEN = [{ perms: 31, scheme: 'world', id: 'anyone' }];

export interface Load {
  readonly members: readonly Member[];
  /** The next events. */
  advance(): readonly TraceEvent[];
  end(): void;
}

/** Starts `servers` servers with their clients; the first `advance` gives all events since the beginning. */
export function startLoad(servers: number): Load {
  const ensemble = ledEnsemble(servers);
  const issued = new Map<number, number>();
  for (let client = 1; client <= CLIENTS; client += 1) {
    ensemble.command({ type: 'connect', client });
    issued.set(client, 0);
  }
  ensemble.run({ untilMs: ensemble.now + 1_000 });
  let given = 0;
  return {
    members: ensemble.options.config.members,
    advance() {
      for (const client of issued.keys()) refill(ensemble, client, issued);
      ensemble.run({ events: CHUNK });
      const events = ensemble.trace.slice(given);
      given = ensemble.trace.length;
      return events;
    },
    end: () => ensemble.dispose(),
  };
}

function refill(ensemble: Ensemble, client: number, issued: Map<number, number>): void {
  let count = issued.get(client) ?? 0;
  const waiting = ensemble.client(client)?.waiting ?? PIPELINE;
  for (let free = PIPELINE - waiting; free > 0; free -= 1, count += 1) {
    const path = `/load-${client}-${count % PATHS}`;
    const data = new Uint8Array(64).fill(count & 0xff);
    const request =
      count < PATHS
        ? ({ op: 'create', path, data, acl: OPEN, mode: 'persistent' } as const)
        : ({ op: 'setData', path, data, version: -1 } as const);
    ensemble.command({ type: 'request', client, request });
  }
  issued.set(client, count);
}

/** Clients of a run: sessions that come and go, and what they ask for. */
import type { Sid } from '../../base/ids.ts';
import { utf8 } from '../../base/ids.ts';
import { OPEN_ACL } from '../../tree/aclCache.ts';
import type { ClientOp, CreateMode } from '../../tree/types.ts';
import { LIMITS } from '../steps.ts';
import type { ClientId, ClientView, Command } from '../types.ts';
import type { Chance } from './chance.ts';

const PATHS = ['/a', '/b', '/c', '/a/x', '/a/y', '/b/x', '/d', '/e'] as const;
const MODES: readonly CreateMode[] = ['persistent', 'persistent', 'persistent', 'ephemeral', 'persistentSequential', 'ephemeralSequential'];

export class Clientele {
  readonly #chance: Chance;
  readonly #sids: readonly Sid[];
  readonly #live: ClientId[] = [];
  #next: ClientId = 1;
  #written = 0;

  constructor(chance: Chance, sids: readonly Sid[]) {
    this.#chance = chance;
    this.#sids = sids;
  }

  /** Takes over the clients that there are. */
  after(clients: readonly ClientId[]): void {
    this.#live.push(...clients.filter((client) => client >= this.#next));
    this.#next = Math.max(this.#next, ...clients.map((client) => client + 1));
  }

  /**
   * A new session, with all servers in its connect string or with one.
   *
   * @param only the one server in it.
   */
  connect(only: Sid | null = null): readonly Command[] {
    if (this.#next > LIMITS.clients) return [];
    const client = this.#next++;
    this.#live.push(client);
    const servers = only !== null ? [only] : this.#chance.is(0.5) ? this.#chance.shuffled(this.#sids) : [this.#chance.pick(this.#sids)];
    return [{ type: 'connect', client, servers, timeoutMs: this.#chance.pick([400, 1_000, 4_000]) }];
  }

  /** The next thing a client does. */
  act(view: (client: ClientId) => ClientView | null): readonly Command[] {
    const chance = this.#chance;
    for (const client of this.#live.slice()) {
      const state = view(client)?.state;
      if (state !== 'connecting' && state !== 'connected') this.#live.splice(this.#live.indexOf(client), 1);
    }
    if (this.#live.length === 0 || chance.is(0.01)) return this.connect();
    const client = chance.pick(this.#live);
    if ((view(client)?.waiting ?? 0) > 20) return [];
    if (chance.is(0.01)) return [{ type: chance.is(0.5) ? 'close' : 'abandon', client }];
    return [{ type: 'request', client, request: this.#request() }];
  }

  /** Many znodes at once, asked for by somebody. */
  fill(view: (client: ClientId) => ClientView | null, count: number): readonly Command[] {
    const client = this.#live.find((each) => view(each)?.state === 'connected');
    if (client === undefined) return [];
    const create = { op: 'create', path: '/n', data: this.#data(), acl: OPEN_ACL, mode: 'persistentSequential' } as const;
    return [{ type: 'request', client, request: { op: 'multi', ops: Array.from({ length: count }, () => create) } }];
  }

  #request(): ClientOp {
    const chance = this.#chance;
    const path = chance.pick(PATHS);
    const roll = chance.unit();
    if (roll < 0.3) return this.#create(path);
    if (roll < 0.65) return { op: 'setData', path, data: this.#data(), version: -1 };
    if (roll < 0.75) return { op: 'delete', path, version: -1 };
    if (roll < 0.87)
      return { op: 'multi', ops: [this.#create(path), { op: 'setData', path: chance.pick(PATHS), data: this.#data(), version: -1 }] };
    if (roll < 0.9) return { op: 'sync', path };
    return { op: chance.pick(['getData', 'exists', 'getChildren'] as const), path };
  }

  #create(path: string): ClientOp & { op: 'create' } {
    return { op: 'create', path, data: this.#data(), acl: OPEN_ACL, mode: this.#chance.pick(MODES) };
  }

  /** Different each time, so that a lost write shows. */
  #data(): Uint8Array {
    return utf8(String(++this.#written));
  }
}

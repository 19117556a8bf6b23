/** Requests of every kind, right and wrong, on paths that are few enough to meet. */
import { utf8 } from '../../src/base/ids.ts';
import type { Chance } from '../../src/ensemble/explore/chance.ts';
import { digestAuthId } from '../../src/tree/auth.ts';
import type { Acl, ClientOp, CreateMode } from '../../src/tree/types.ts';

const QUOTA = '/zookeeper/quota';
const PATHS = [
  '/',
  '/a',
  '/b',
  '/a',
  '/a',
  '/b',
  '/b',
  '/c',
  '/a/x',
  '/a/y',
  '/b/x',
  '/a/x/deep',
  '/节点',
  '/zookeeper',
  QUOTA,
  `${QUOTA}/a`,
  `${QUOTA}/a/zookeeper_limits`,
  `${QUOTA}/a/zookeeper_stats`,
  `${QUOTA}/b`,
  `${QUOTA}/b/zookeeper_limits`,
  `${QUOTA}/b/zookeeper_stats`,
] as const;
const WRONG_PATHS = ['', 'a', 'a/b', '/a/', '//', '/a//b', '/.', '/..', '/a/./b', '/a/../b', '/a/..x', '/a/b.', '/\0', '/a\u0001', '/a\u0085', '/\ud800', '/\ufff8'] as const;
const MODES: readonly CreateMode[] = [
  'persistent',
  'persistent',
  'persistent',
  'persistentSequential',
  'ephemeral',
  'ephemeralSequential',
  'container',
  'ttl',
  'ttlSequential',
];
const IPS = ['127.0.0.1', '127.0.0.1/8', '10.0.0.0/8', '127.0.0.1/33', '127.0.0.1/x', '::1', '1:2:3:4:5:6:7:8', '1::2::3', '::1/128', '1:2', 'x', '1.2.3', '1.2.3.999', '1:2:3:4:5:6:7:8::', '::xyz', ''];
const LIMITS = ['count=2,bytes=10', 'count=-1,bytes=-1', 'count=100,bytes=1000;byteHardLimit=20;countHardLimit=3', 'nonsense', ''];

export class Requests {
  readonly #chance: Chance;
  #written = 0;

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  /** The next request; most are sensible. */
  next(): ClientOp {
    const chance = this.#chance;
    const path = this.#path();
    const roll = chance.unit();
    if (roll < 0.1) return { op: 'multi', ops: Array.from({ length: chance.below(4) }, () => (chance.is(0.1) ? this.next() : this.#change())) };
    if (roll < 0.7) return this.#change();
    if (roll < 0.74) return { op: 'setACL', path, acl: this.#acl(), version: this.#version() };
    if (roll < 0.77) return { op: 'multiRead', ops: Array.from({ length: chance.below(3) }, () => this.#read()) };
    if (roll < 0.79) return { op: 'sync', path };
    return this.#read();
  }

  #change(): ClientOp {
    const chance = this.#chance;
    const path = this.#path();
    switch (chance.below(8)) {
      case 0:
        return { op: 'delete', path, version: this.#version() };
      case 1:
      case 2:
        return { op: 'setData', path, data: this.#data(path), version: this.#version() };
      case 3:
        return { op: 'check', path, version: this.#version() };
      default: {
        const mode = chance.pick(MODES);
        const op = chance.pick(['create', 'create', 'create2'] as const);
        const wantsTtl = mode.startsWith('ttl') ? chance.is(0.9) : chance.is(0.02);
        const ttlMs = chance.pick([1, 500, 5_000, 0, -1, 2 ** 41]);
        return { op, path, data: this.#data(path), acl: this.#acl(), mode, ...(wantsTtl ? { ttlMs } : {}) };
      }
    }
  }

  #read(): ClientOp {
    const path = this.#chance.is(0.1) ? `/x\0` : this.#path();
    const op = this.#chance.pick([
      'getData',
      'exists',
      'getChildren',
      'getChildren2',
      'getACL',
      'getEphemerals',
      'getAllChildrenNumber',
    ] as const);
    return { op, path };
  }

  #path(): string {
    return this.#chance.is(0.04) ? this.#chance.pick(WRONG_PATHS) : this.#chance.pick(PATHS);
  }

  #version(): number {
    return this.#chance.is(0.6) ? -1 : this.#chance.below(3);
  }

  #data(path: string): Uint8Array | null {
    if (this.#chance.is(0.05)) return null;
    return utf8(path.endsWith('limits') ? this.#chance.pick(LIMITS) : String(++this.#written));
  }

  #acl(): readonly Acl[] {
    const chance = this.#chance;
    const anyone: Acl = { perms: 31, scheme: 'world', id: 'anyone' };
    if (chance.is(0.8)) return [anyone];
    const drawn = Array.from({ length: chance.below(3) }, (): Acl => {
      const perms = chance.pick([0, 1, 2, 4, 8, 16, 31, 31]);
      const scheme = chance.pick(['world', 'auth', 'ip', 'ip', 'ip', 'digest', 'sasl'] as const);
      const id = { world: 'anyone', auth: '', ip: chance.pick(IPS), digest: chance.pick([digestAuthId('me:secret'), 'me', 'me:']), sasl: 'me' }[scheme];
      return { perms, scheme, id };
    });
    return chance.is(0.2) ? [...drawn, ...drawn] : drawn;
  }
}

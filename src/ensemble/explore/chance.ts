import { draw, randomStream, type RandomState } from '../../base/random.ts';

/** A random stream that is drawn from in place: whoever explores is outside the world, and never rewound. */
export class Chance {
  #state: RandomState;

  constructor(seed: number, purpose: string) {
    this.#state = randomStream(seed, purpose);
  }

  /** In [0, 1). */
  unit(): number {
    const [value, next] = draw(this.#state);
    this.#state = next;
    return value;
  }

  /** A whole number in [0, below). */
  below(below: number): number {
    return Math.floor(this.unit() * below);
  }

  /** Whether something of this probability happens. */
  is(probability: number): boolean {
    return this.unit() < probability;
  }

  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  /** Each of a list with this probability; one of them at least, if there is one. */
  some<T>(list: readonly T[], probability: number): readonly T[] {
    const chosen = list.filter(() => this.is(probability));
    return chosen.length > 0 || list.length === 0 ? chosen : [this.pick(list)];
  }

  /** In another order. */
  shuffled<T>(list: readonly T[]): readonly T[] {
    const rest = list.slice();
    return list.map(() => rest.splice(this.below(rest.length), 1)[0] as T);
  }

  /** A waiting time with this mean, most often short and now and then long. */
  wait(meanMs: number): number {
    return -meanMs * Math.log(1 - this.unit());
  }

  /** A seed for somebody else. */
  seed(): number {
    return this.below(0x7fffffff);
  }
}

/** The form for a new ensemble: what was typed in, a scenario or one sentence per wrong field out. Pure. */
import type { Dictionary } from '../i18n/en.ts';

/** As typed. */
export interface FormValues {
  readonly servers: string;
  readonly observers: string;
  readonly weights: string;
  readonly seed: string;
  readonly tickTime: string;
  readonly initLimit: string;
  readonly syncLimit: string;
  readonly snapCount: string;
  readonly latencyFrom: string;
  readonly latencyTo: string;
  readonly profile: string;
}

export type Field = keyof FormValues;
export type Wrong = Partial<Record<Field, string>>;

export const DEFAULT_FORM: FormValues = {
  servers: '5',
  observers: '0',
  weights: '',
  seed: '1',
  tickTime: '500',
  initLimit: '10',
  syncLimit: '4',
  snapCount: '100000',
  latencyFrom: '0.6',
  latencyTo: '1.4',
  profile: 'current',
};

/** Limits of the whole numbers. */
export const RANGES = {
  servers: [1, 9],
  observers: [0, 8],
  seed: [0, 4_294_967_295],
  tickTime: [10, 60_000],
  initLimit: [1, 10_000],
  syncLimit: [1, 10_000],
  snapCount: [2, 1_000_000_000],
} as const satisfies Partial<Record<Field, readonly [number, number]>>;
const LATENCY = [0, 10_000] as const;

export function checkForm(values: FormValues, t: Dictionary): Wrong {
  const wrong: Wrong = {};
  for (const [field, [low, high]] of Object.entries(RANGES) as [keyof typeof RANGES, readonly [number, number]][]) {
    if (!isWhole(values[field], low, high)) wrong[field] = t.form.between(low, high);
  }
  const servers = Number(values.servers);
  const observers = Number(values.observers);
  if (wrong.servers === undefined && wrong.observers === undefined && observers >= servers) wrong.observers = t.form.observersMax;
  const weights = weightsOf(values.weights);
  if (weights === null) wrong.weights = t.form.weightsNumber;
  else if (weights.length > 0 && wrong.servers === undefined && weights.length !== servers - observers)
    wrong.weights = t.form.weightsCount(servers - observers, weights.length);
  else if (weights.length > 0 && weights.every((weight) => weight === 0)) wrong.weights = t.form.weightsZero;
  for (const field of ['latencyFrom', 'latencyTo'] as const)
    if (!isNumber(values[field], LATENCY[0], LATENCY[1])) wrong[field] = t.form.betweenAny(LATENCY[0], LATENCY[1]);
  if (wrong.latencyFrom === undefined && wrong.latencyTo === undefined && Number(values.latencyTo) < Number(values.latencyFrom))
    wrong.latencyTo = t.form.latencyOrder;
  return wrong;
}

/** The scenario a correct form describes: its observers are the highest sids, and all servers start at once. */
export function scenarioOfForm(values: FormValues, variants: readonly string[] = []): unknown {
  const servers = Number(values.servers);
  const voters = servers - Number(values.observers);
  const weights = weightsOf(values.weights) ?? [];
  const from = Number(values.latencyFrom);
  const to = Number(values.latencyTo);
  return {
    name: 'own-ensemble',
    members: Array.from({ length: servers }, (_, i) => ({
      sid: i + 1,
      observer: i >= voters,
      // Weights count only with groups; one group for all makes them plain weights.
      ...(weights.length > 0 && i < voters ? { group: 1, weight: weights[i] } : {}),
    })),
    seed: Number(values.seed),
    profile: values.profile,
    variants,
    cfg: {
      tickTime: Number(values.tickTime),
      initLimit: Number(values.initLimit),
      syncLimit: Number(values.syncLimit),
      snapCount: Number(values.snapCount),
    },
    latency: { meanMs: (from + to) / 2, jitterMs: (to - from) / 2 },
    steps: [{ start: 'all' }],
  };
}

/** What a quorum needs: votes (or weight) out of all, or null while the form is wrong. */
export function quorumOf(values: FormValues): { readonly need: number; readonly of: number } | null {
  const voters = Number(values.servers) - Number(values.observers);
  const weights = weightsOf(values.weights);
  if (!(voters >= 1) || weights === null) return null;
  const of = weights.length > 0 ? weights.reduce((sum, weight) => sum + weight, 0) : voters;
  return of > 0 ? { need: Math.floor(of / 2) + 1, of } : null;
}

/** Null when the text is not a list of whole numbers from 0 to 100. */
function weightsOf(text: string): readonly number[] | null {
  const parts = text.split(/[\s,;，、]+/).filter((part) => part !== '');
  return parts.every((part) => isWhole(part, 0, 100)) ? parts.map(Number) : null;
}

function isWhole(text: string, low: number, high: number): boolean {
  return /^\d{1,10}$/.test(text.trim()) && Number(text) >= low && Number(text) <= high;
}

function isNumber(text: string, low: number, high: number): boolean {
  return /^\d{1,6}(\.\d{1,3})?$/.test(text.trim()) && Number(text) >= low && Number(text) <= high;
}

/**
 * The steps of a scenario, as JSON says them: the vocabulary of the recordings (`start`, `kill`, `cut1`, `wait`, `op`, ...) and one step for every
 * other command. A step is an object whose action is its first known key; `at` and `when` say when it is due.
 */
import * as v from 'valibot';

/** Bounds that keep a bad scenario from taking the machine. */
export const LIMITS = {
  servers: 9,
  variants: 24,
  steps: 5_000,
  /** Characters of a scenario's text. */
  text: 2_000_000,
  /** Bytes of data a znode may hold (`jute.maxbuffer`). */
  data: 1_048_575,
  path: 4_096,
  name: 200,
  burst: 100_000,
  clients: 200,
  /** Virtual seconds of one wait or sleep. */
  seconds: 3_600,
  /** Virtual ms of a whole run. */
  ms: 24 * 3_600_000,
  multi: 1_000,
} as const;

const whole = (from: number, to: number) =>
  v.pipe(
    v.number(`a whole number from ${from} to ${to}`),
    v.integer(`a whole number from ${from} to ${to}`),
    v.minValue(from, `a whole number from ${from} to ${to}`),
    v.maxValue(to, `a whole number from ${from} to ${to}`),
  );
const between = (from: number, to: number, unit: string) =>
  v.pipe(
    v.number(`a number of ${unit} from ${from} to ${to}`),
    v.minValue(from, `a number of ${unit} from ${from} to ${to}`),
    v.maxValue(to, `a number of ${unit} from ${from} to ${to}`),
  );
const text = (most: number) =>
  v.pipe(v.string(`a text of at most ${most} characters`), v.maxLength(most, `a text of at most ${most} characters`));
const flag = v.union([v.boolean(), v.literal(0), v.literal(1)], 'true, false, 1 or 0');

export const sidSchema = whole(1, 255);
export const secondsSchema = between(0, LIMITS.seconds, 'seconds');
export const msSchema = between(0, LIMITS.ms, 'ms');

const WORDS = 'a server: its sid, "leader", "followers", "f1" (lowest serving follower), "live", "all", "$name", or a list of these';
const wordSchema = v.union([sidSchema, v.pipe(v.string(WORDS), v.regex(/^(all|live|leader|followers|f[1-9]|\$\w{1,32})$/, WORDS))], WORDS);

/** A sid, a word, or a list of them (the recordings nest lists one deep). */
export const selectorSchema = v.union(
  [wordSchema, v.pipe(v.array(v.union([wordSchema, v.array(wordSchema)], WORDS), WORDS), v.maxLength(32, 'at most 32 entries'))],
  WORDS,
);
export type Selector = v.InferOutput<typeof selectorSchema>;

const pairSchema = v.tuple([selectorSchema, selectorSchema], 'two servers, such as [1, 2]');
const pathSchema = v.pipe(text(LIMITS.path), v.startsWith('/', 'a path that begins with "/"'));
const nameSchema = v.pipe(text(LIMITS.name), v.minLength(1, 'a name'));
const dataSchema = text(LIMITS.data);
const versionSchema = whole(-1, 2_147_483_647);
const CONDITIONS = ['quorum', 'leader', 'newleader', 'serving', 'notserving', 'caughtup', 'exit'] as const;
const conditionSchema = v.picklist(CONDITIONS, `one of ${CONDITIONS.join(', ')}`);
export type Condition = v.InferOutput<typeof conditionSchema>;

const MODES = ['persistent', 'ephemeral', 'seq', 'eseq', 'container', 'ttl', 'ttlseq'] as const;
const modeSchema = v.picklist(MODES, `one of ${MODES.join(', ')}`);

const multiOpSchema = v.object({
  op: v.picklist(['create', 'create2', 'set', 'delete', 'check'], 'create, create2, set, delete or check'),
  path: pathSchema,
  data: v.optional(dataSchema),
  version: v.optional(versionSchema),
  mode: v.optional(modeSchema),
});

const OPS = [
  'connect',
  'create',
  'create2',
  'set',
  'delete',
  'get',
  'exists',
  'children',
  'sync',
  'multi',
  'burst',
  'close',
  'abandon',
] as const;
const opSchema = v.object({
  op: v.picklist(OPS, `one of ${OPS.join(', ')}`),
  session: nameSchema,
  to: v.optional(selectorSchema),
  /** Session timeout asked for, ms. */
  timeout: v.optional(msSchema),
  path: v.optional(pathSchema),
  data: v.optional(dataSchema),
  version: v.optional(versionSchema),
  mode: v.optional(modeSchema),
  ttl: v.optional(whole(1, 0xff_ffff_ffff)),
  ops: v.optional(v.pipe(v.array(multiOpSchema, 'a list of operations'), v.maxLength(LIMITS.multi, `at most ${LIMITS.multi} operations`))),
  count: v.optional(whole(1, LIMITS.burst)),
  /** Most requests of a burst that are unanswered at a time. */
  window: v.optional(whole(1, LIMITS.burst)),
  kind: v.optional(v.picklist(['create', 'set'], 'create or set')),
  /** Seconds to wait for the answer. */
  wait: v.optional(secondsSchema),
  /** Do not wait. */
  bg: v.optional(flag),
});
export type OpStep = v.InferOutput<typeof opSchema>;

const fileSchema = v.pipe(text(LIMITS.name), v.regex(/^[\w.-]+$/, 'a file name, such as log.100000001'));
const offsetSchema = whole(0, 2_147_483_647);

/** One schema for each action. The key is what the step is called. */
const ACTIONS = {
  start: v.object({ start: selectorSchema, gap: v.optional(secondsSchema, 0) }),
  kill: v.object({ kill: selectorSchema }),
  crash: v.object({ crash: selectorSchema }),
  stop: v.object({ stop: selectorSchema }),
  powerLoss: v.object({ powerLoss: selectorSchema }),
  restart: v.object({ restart: selectorSchema }),
  pause: v.object({ pause: selectorSchema }),
  cont: v.object({ cont: selectorSchema }),
  resume: v.object({ resume: selectorSchema }),
  cut: v.object({ cut: pairSchema }),
  cut1: v.object({ cut1: pairSchema }),
  isolate: v.object({ isolate: selectorSchema }),
  partition: v.object({
    partition: v.pipe(v.array(selectorSchema, 'a list of groups'), v.maxLength(LIMITS.servers, 'at most one group per server')),
  }),
  heal: v.object({ heal: v.union([flag, pairSchema], '1, or two servers') }),
  slow: v.object({ slow: pairSchema, delayMs: msSchema }),
  reset: v.object({ reset: pairSchema }),
  skew: v.object({ skew: selectorSchema, rate: v.pipe(between(0.01, 100, 'times'), v.number()) }),
  slowDisk: v.object({ slowDisk: selectorSchema, fsyncMs: msSchema }),
  diskFull: v.object({ diskFull: selectorSchema, full: v.optional(flag, true) }),
  wait: v.object({
    wait: conditionSchema,
    s: v.optional(selectorSchema),
    not: v.optional(selectorSchema),
    timeout: v.optional(secondsSchema, 30),
  }),
  op: opSchema,
  verify: v.object({ verify: flag }),
  probe: v.object({ probe: nameSchema }),
  backup: v.object({ backup: selectorSchema, as: nameSchema }),
  wipe: v.object({ wipe: selectorSchema }),
  restore: v.object({
    restore: selectorSchema,
    as: nameSchema,
    from: v.optional(v.union([sidSchema, v.literal('same')], 'a sid or "same"')),
    without: v.optional(v.array(nameSchema)),
  }),
  rm: v.object({
    rm: selectorSchema,
    what: v.pipe(v.array(nameSchema, 'a list of names or beginnings of names'), v.maxLength(100, 'at most 100 names')),
  }),
  tear_log: v.object({
    tear_log: selectorSchema,
    mode: v.optional(v.picklist(['cut', 'zero'], 'cut or zero'), 'cut'),
    back: v.optional(whole(1, 1_000_000), 1),
    keep: v.optional(whole(-1_000_000, 1_000_000)),
  }),
  corrupt_log: v.object({ corrupt_log: selectorSchema, txn: v.optional(whole(-1_000_000, 1_000_000), -1) }),
  corrupt_snap: v.object({ corrupt_snap: selectorSchema, mode: v.optional(v.picklist(['truncate', 'flip'], 'truncate or flip'), 'flip') }),
  setepoch: v.object({
    setepoch: selectorSchema,
    file: v.picklist(['acceptedEpoch', 'currentEpoch'], 'acceptedEpoch or currentEpoch'),
    value: whole(0, 4_294_967_295),
  }),
  flipByte: v.object({ flipByte: selectorSchema, file: fileSchema, offset: offsetSchema }),
  cutFile: v.object({ cutFile: selectorSchema, file: fileSchema, length: offsetSchema, zeroed: v.optional(flag) }),
  deleteFile: v.object({ deleteFile: selectorSchema, file: fileSchema }),
  writeFile: v.object({ writeFile: selectorSchema, file: fileSchema, content: v.pipe(text(LIMITS.text), v.base64('base64')) }),
  remember: v.object({ remember: v.pipe(nameSchema, v.regex(/^\w{1,32}$/, 'a name of letters and digits')), s: selectorSchema }),
  join: v.object({ join: secondsSchema }),
  sleep: v.object({ sleep: secondsSchema }),
  note: v.object({ note: text(LIMITS.path) }),
  command: v.object({
    command: v.looseObject({ type: v.string('the type of a command') }, 'a command, such as {"type": "kill", "sid": 3}'),
  }),
} as const;

export type Action = keyof typeof ACTIONS;
export const ACTION_NAMES = Object.keys(ACTIONS) as readonly Action[];

type StepOf<A extends Action> = {
  readonly action: A;
  readonly at: number | null;
  readonly when: WhenCondition | null;
  readonly label: string | null;
} & v.InferOutput<(typeof ACTIONS)[A]>;
/** A checked step: its fields as in JSON, its `action`, and when it is due. */
export type Step = { [A in Action]: StepOf<A> }[Action];

const whenSchema = v.union(
  [
    conditionSchema,
    v.object({
      cond: conditionSchema,
      s: v.optional(selectorSchema),
      not: v.optional(selectorSchema),
      timeout: v.optional(secondsSchema, 30),
    }),
  ],
  `a condition (${CONDITIONS.join(', ')}), or {"cond": ..., "s": ..., "not": ..., "timeout": seconds}`,
);
export interface WhenCondition {
  readonly cond: Condition;
  readonly s?: Selector | undefined;
  readonly not?: Selector | undefined;
  /** Seconds. */
  readonly timeout: number;
}

/** Where a value is wrong: the path inside it and what was expected. */
export interface Wrong {
  readonly path: string;
  readonly expected: string;
}

/** Checks one step. The path in an error begins with a dot or is empty. */
export function parseStep(value: unknown): { readonly step: Step } | { readonly wrong: Wrong } {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { wrong: { path: '', expected: 'expected a step, such as {"kill": 3}' } };
  const action = Object.keys(value).find((key): key is Action => Object.hasOwn(ACTIONS, key));
  if (action === undefined)
    return {
      wrong: {
        path: '',
        expected: `unknown step {${Object.keys(value)
          .slice(0, 4)
          .map((key) => JSON.stringify(key))
          .join(', ')}}; expected one of ${ACTION_NAMES.join(', ')}`,
      },
    };
  const fields = v.safeParse(ACTIONS[action], value);
  if (!fields.success) return { wrong: wrongOf(fields.issues) };
  const due = v.safeParse(v.object({ at: v.optional(msSchema), when: v.optional(whenSchema), label: v.optional(nameSchema) }), value);
  if (!due.success) return { wrong: wrongOf(due.issues) };
  const { at, when, label } = due.output;
  const step = {
    ...fields.output,
    action,
    at: at ?? null,
    when: when === undefined ? null : typeof when === 'string' ? { cond: when, timeout: 30 } : when,
    label: label ?? null,
  };
  // The fields were checked by the schema of this very action; the type system cannot follow the lookup.
  return { step: step as unknown as Step };
}

/** The first issue, as a path (`.s[0]`) and what was expected. */
export function wrongOf(issues: readonly [v.BaseIssue<unknown>, ...v.BaseIssue<unknown>[]]): Wrong {
  const issue = issues[0];
  const path = (issue.path ?? []).map((item) => (typeof item.key === 'number' ? `[${item.key}]` : `.${String(item.key)}`)).join('');
  const got = issue.received === 'undefined' ? 'nothing' : issue.received;
  if (got === 'nothing' && issue.message.startsWith('Invalid key')) return { path, expected: 'this field is missing' };
  return {
    path,
    expected: `expected ${issue.message.startsWith('Invalid') ? (issue.expected ?? 'another value') : issue.message}, got ${got}`,
  };
}

/** The servers a selector names outright, in the order they are written. */
export function namedSids(selector: Selector): readonly number[] {
  if (typeof selector === 'number') return [selector];
  return typeof selector === 'string' ? [] : selector.flatMap((entry) => namedSids(entry));
}

/** The `$names` a selector uses. */
export function usedNames(selector: Selector): readonly string[] {
  if (typeof selector === 'number') return [];
  if (typeof selector === 'string') return selector.startsWith('$') ? [selector.slice(1)] : [];
  return selector.flatMap((entry) => usedNames(entry));
}

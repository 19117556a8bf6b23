/**
 * Scenarios: an ensemble, its surroundings, and what is done to it, as one JSON format. The app, lessons, tests, links and the command line use
 * it, and the recordings of real ensembles are written in it.
 */
import * as v from 'valibot';
import type { Sid } from '../base/ids.ts';
import { PROFILES, PROFILE_CURRENT, type Profile, VARIANTS, withVariants } from '../zab/profile.ts';
import type { EnsembleConfig, Member } from '../zab/types.ts';
import { parseCommand } from './commandSchema.ts';
import type { Spread } from './options.ts';
import type { Scenario } from './scenarioWorld.ts';
import { ScenarioError } from './scenarioError.ts';
import { LIMITS, msSchema, namedSids, parseStep, sidSchema, usedNames, wrongOf, type Selector, type Step } from './steps.ts';

export { ScenarioError } from './scenarioError.ts';
export * from './scenarioWorld.ts';

const text = (most: number) =>
  v.pipe(v.string(`a text of at most ${most} characters`), v.maxLength(most, `a text of at most ${most} characters`));
const number = (from: number, to: number) => {
  const message = `a number from ${from} to ${to}`;
  return v.pipe(v.number(message), v.minValue(from, message), v.maxValue(to, message));
};
const delaySchema = v.union(
  [
    v.pipe(
      msSchema,
      v.transform((meanMs): Spread => ({ meanMs, jitterMs: 0 })),
    ),
    v.object({ meanMs: msSchema, jitterMs: v.optional(msSchema, 0) }),
  ],
  'ms, or {"meanMs": ms, "jitterMs": ms}',
);
const textsSchema = v.object({ title: text(LIMITS.name), text: v.optional(text(4_000)), watch: v.optional(text(4_000)) });
const memberSchema = v.object({
  sid: sidSchema,
  observer: v.optional(v.boolean('true or false'), false),
  weight: v.optional(number(0, 1_000_000)),
  group: v.optional(number(0, 1_000)),
});
const knob = v.union([v.number(), v.string(), v.boolean()], 'a number, text or boolean');

const scenarioSchema = v.object({
  name: v.optional(text(LIMITS.name), 'scenario'),
  title: v.optional(text(2_000), ''),
  texts: v.optional(v.object({ en: v.optional(textsSchema), zh: v.optional(textsSchema) }), {}),
  seed: v.optional(v.pipe(number(0, 4_294_967_295), v.integer('a whole number')), 1),
  profile: v.optional(v.picklist(Object.keys(PROFILES), `one of ${Object.keys(PROFILES).join(', ')}`)),
  variants: v.optional(
    v.pipe(v.array(text(100), 'a list of names of variants'), v.maxLength(LIMITS.variants, `at most ${LIMITS.variants} variants`)),
    [],
  ),
  servers: v.optional(v.pipe(number(0, 1_000), v.integer('a whole number of servers'))),
  observers: v.optional(v.pipe(v.array(sidSchema, 'a list of sids'), v.maxLength(255, 'a shorter list')), []),
  members: v.optional(v.pipe(v.array(memberSchema, 'a list of members, such as {"sid": 1}'), v.maxLength(255, 'a shorter list'))),
  cfg: v.optional(v.record(text(100), knob, 'zoo.cfg settings, such as {"tickTime": 500}'), {}),
  jvm: v.optional(v.pipe(v.array(text(500), 'a list of -D settings'), v.maxLength(100, 'a shorter list')), []),
  latency: v.optional(delaySchema),
  clientLatency: v.optional(delaySchema),
  fsyncMs: v.optional(delaySchema),
  bootMs: v.optional(msSchema),
  steps: v.optional(v.pipe(v.array(v.unknown(), 'a list of steps'), v.maxLength(LIMITS.steps, `at most ${LIMITS.steps} steps`)), []),
});
type Raw = v.InferOutput<typeof scenarioSchema>;

/**
 * Reads the text of a scenario.
 *
 * @param source file name or whatever names the text in errors.
 * @throws ScenarioError
 */
export function parseScenarioText(json: string, source: string): Scenario {
  if (json.length > LIMITS.text)
    throw new ScenarioError(source, '', `the text has ${json.length} characters; at most ${LIMITS.text} are read`);
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new ScenarioError(source, '', `this is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  return parseScenario(value, source);
}

/**
 * Checks a scenario. Keys that are not known are ignored in the scenario itself and in steps.
 *
 * @param profile the rules used where the scenario names none; mainline unless told.
 * @throws ScenarioError with one message: source, path of the field, what was expected.
 */
export function parseScenario(value: unknown, source: string, profile: Profile = PROFILE_CURRENT): Scenario {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ScenarioError(source, '', 'expected a scenario: an object with "servers" and "steps"');
  const checked = v.safeParse(scenarioSchema, value);
  if (!checked.success) {
    const wrong = wrongOf(checked.issues);
    throw new ScenarioError(source, wrong.path.replace(/^\./, ''), wrong.expected);
  }
  const raw = checked.output;
  const members = membersOf(raw, source);
  const rules = rulesOf((raw.profile === undefined ? undefined : PROFILES[raw.profile]) ?? profile, raw.variants, source);
  return {
    name: raw.name,
    title: raw.title === '' ? (raw.texts.en?.title ?? raw.name) : raw.title,
    texts: raw.texts,
    seed: raw.seed,
    profile: rules,
    variants: raw.variants,
    members,
    config: readConfig(raw, members, rules, source),
    latency: raw.latency ?? null,
    clientLatency: raw.clientLatency ?? null,
    fsync: raw.fsyncMs ?? null,
    bootMs: raw.bootMs ?? null,
    steps: stepsOf(
      raw.steps,
      members.map(({ sid }) => sid),
      source,
    ),
  };
}

/** A profile with the scenario's variants on top. */
function rulesOf(profile: Profile, variants: readonly string[], source: string): Profile {
  const made = withVariants(profile, variants);
  if ('profile' in made) return made.profile;
  if (made.unknown !== undefined) {
    const i = variants.indexOf(made.unknown);
    const known = Object.keys(VARIANTS).join(', ');
    throw new ScenarioError(source, `variants[${i}]`, `there is no variant "${made.unknown}"; the variants are ${known}`);
  }
  const [first, second, rule] = made.clash;
  throw new ScenarioError(
    source,
    `variants[${variants.indexOf(second)}]`,
    `${second} and ${first} both change the rule "${rule}"; take one of them`,
  );
}

// ---------------------------------------------------------------------------------------------------------------------
// Members.

function membersOf(raw: Raw, source: string): readonly Member[] {
  const members = raw.members === undefined ? counted(raw, source) : explicit(raw.members);
  const at = raw.members === undefined ? 'servers' : 'members';
  if (members.length === 0) throw new ScenarioError(source, at, `expected at least one server, got none; at most ${LIMITS.servers}`);
  if (members.length > LIMITS.servers)
    throw new ScenarioError(source, at, `expected at most ${LIMITS.servers} servers, got ${members.length}`);
  members.forEach(({ sid }, i) => {
    const first = members.findIndex((other) => other.sid === sid);
    if (first !== i)
      throw new ScenarioError(source, `${at}[${i}].sid`, `sid ${sid} is taken by ${at}[${first}]; every server needs its own`);
  });
  checkVoters(members, at, source);
  return members;
}

function counted(raw: Raw, source: string): readonly Member[] {
  if (raw.servers === undefined) throw new ScenarioError(source, 'servers', 'expected a number of servers (or "members"), got nothing');
  const count = raw.servers;
  if (count > LIMITS.servers) throw new ScenarioError(source, 'servers', `expected at most ${LIMITS.servers} servers, got ${count}`);
  raw.observers.forEach((sid, i) => {
    if (sid > count) throw new ScenarioError(source, `observers[${i}]`, `there is no server ${sid}; the servers are 1 to ${count}`);
    if (raw.observers.indexOf(sid) !== i) throw new ScenarioError(source, `observers[${i}]`, `server ${sid} is named twice`);
  });
  return Array.from({ length: count }, (_, i) => ({ sid: i + 1, type: raw.observers.includes(i + 1) ? 'observer' : 'participant' }));
}

function explicit(members: NonNullable<Raw['members']>): readonly Member[] {
  return members.map(({ sid, observer, weight, group }) => ({
    sid,
    type: observer ? 'observer' : 'participant',
    ...(weight === undefined ? {} : { weight }),
    ...(group === undefined ? {} : { group }),
  }));
}

/** Source: `QuorumPeerConfig.parseDynamicConfig`, `QuorumHierarchical.parse`. */
function checkVoters(members: readonly Member[], at: string, source: string): void {
  const voters = members.filter(({ type }) => type === 'participant');
  if (voters.length === 0)
    throw new ScenarioError(source, at === 'servers' ? 'observers' : at, 'expected at least one server that is not an observer');
  const grouped = voters.filter(({ group }) => group !== undefined);
  if (grouped.length > 0 && grouped.length < voters.length) {
    const missing = members.findIndex(({ type, group }) => type === 'participant' && group === undefined);
    throw new ScenarioError(source, `${at}[${missing}].group`, `expected a group: either every voter has one or none`);
  }
  if (voters.every(({ weight }) => weight === 0))
    throw new ScenarioError(
      source,
      `${at}[${members.indexOf(voters[0] ?? members[0]!)}].weight`,
      'all weights are zero: no quorum can ever form; give at least one voter a weight above 0',
    );
  if (grouped.length === 0 && voters.some(({ weight }) => weight !== undefined && weight !== 1)) {
    const i = members.findIndex(({ weight }) => weight !== undefined && weight !== 1);
    throw new ScenarioError(source, `${at}[${i}].weight`, 'weights are used only with groups; give every voter a group');
  }
}

// ---------------------------------------------------------------------------------------------------------------------
// Configuration: zoo.cfg knobs and -D system properties.

/** What the recordings were made with: `tickTime=500 initLimit=10 syncLimit=4`, `-Dzookeeper.preAllocSize=16`. */
const DEFAULTS = {
  tickTimeMs: 500,
  initLimitTicks: 10,
  syncLimitTicks: 4,
  snapCount: 100_000,
  snapshotSizeFactor: 0.33,
  commitLogCount: 500,
  preAllocSizeKb: 16,
  maxNotificationIntervalMs: 60_000,
  cnxTimeoutMs: 5_000,
  extendedTypes: false,
  digestEnabled: true,
  forceSync: true,
  maxBatchSize: 1_000,
  leaderServes: true,
  /** 2026-01-01 00:00:00 UTC. */
  wallClockAtZero: 1_767_225_600_000,
} as const;

/** Knobs by name, with the least and the most that is accepted. */
const KNOBS: Readonly<Record<string, readonly [field: keyof typeof DEFAULTS, from: number, to: number]>> = {
  tickTime: ['tickTimeMs', 10, 60_000],
  initLimit: ['initLimitTicks', 1, 10_000],
  syncLimit: ['syncLimitTicks', 1, 10_000],
  snapCount: ['snapCount', 2, 1_000_000_000],
  snapshotSizeFactor: ['snapshotSizeFactor', -1_000, 1_000],
  commitLogCount: ['commitLogCount', 1, 1_000_000],
  preAllocSize: ['preAllocSizeKb', 0, 1_048_576],
  'fastleader.maxNotificationInterval': ['maxNotificationIntervalMs', 200, 3_600_000],
  cnxTimeout: ['cnxTimeoutMs', 10, 3_600_000],
  maxBatchSize: ['maxBatchSize', 1, 1_000_000],
};
const FLAGS: Readonly<Record<string, keyof typeof DEFAULTS | 'enforceQuota' | 'trustEmptySnapshot' | 'autocreate'>> = {
  extendedTypesEnabled: 'extendedTypes',
  'digest.enabled': 'digestEnabled',
  forceSync: 'forceSync',
  leaderServes: 'leaderServes',
  enforceQuota: 'enforceQuota',
  'snapshot.trust.empty': 'trustEmptySnapshot',
  'db.autocreate': 'autocreate',
};

function readConfig(raw: Raw, members: readonly Member[], profile: Profile, source: string): EnsembleConfig {
  const knobs: Record<string, number | boolean> = {};
  for (const [key, value] of Object.entries(raw.cfg)) readKnob(knobs, key, value, `cfg.${key}`, source);
  raw.jvm.forEach((setting, i) => {
    const match = /^-Dzookeeper\.([\w.]+)=(.*)$/.exec(setting);
    if (match !== null) readKnob(knobs, match[1] ?? '', match[2] ?? '', `jvm[${i}]`, source);
  });
  return { ...DEFAULTS, ...knobs, autopurge: purgeOf(raw), members, profile };
}

/** Settings that change nothing here (ports, admin server, ...) are ignored. */
function readKnob(
  into: Record<string, number | boolean>,
  key: string,
  value: string | number | boolean,
  path: string,
  source: string,
): void {
  const known = KNOBS[key];
  if (known !== undefined) {
    const [field, from, to] = known;
    const number = typeof value === 'boolean' ? NaN : Number(value);
    if (!(number >= from && number <= to))
      throw new ScenarioError(source, path, `expected a number from ${from} to ${to}, got ${JSON.stringify(value)}`);
    into[field] = number;
  }
  const flag = FLAGS[key];
  if (flag === undefined) return;
  const wanted = String(value).toLowerCase();
  if (!['true', 'false', 'yes', 'no'].includes(wanted))
    throw new ScenarioError(source, path, `expected true or false, got ${JSON.stringify(value)}`);
  into[flag] = wanted === 'true' || wanted === 'yes';
}

/** Source: `DatadirCleanupManager.start`: an interval of 0 switches it off; fewer than 3 are kept as 3. */
function purgeOf(raw: Raw): EnsembleConfig['autopurge'] {
  const intervalHours = Number(raw.cfg['autopurge.purgeInterval'] ?? 0);
  const retain = Number(raw.cfg['autopurge.snapRetainCount'] ?? 3);
  return intervalHours > 0 ? { retain: Math.max(3, retain), intervalHours } : null;
}

// ---------------------------------------------------------------------------------------------------------------------
// Steps.

/** Fields of a step that hold selectors. */
const SELECTOR_FIELDS = [
  's',
  'not',
  'to',
  'from',
  'start',
  'kill',
  'crash',
  'stop',
  'powerLoss',
  'restart',
  'pause',
  'cont',
  'resume',
  'cut',
  'cut1',
  'isolate',
  'partition',
  'heal',
  'slow',
  'reset',
  'skew',
  'slowDisk',
  'diskFull',
  'backup',
  'wipe',
  'restore',
  'rm',
  'tear_log',
  'corrupt_log',
  'corrupt_snap',
  'setepoch',
  'flipByte',
  'cutFile',
  'deleteFile',
  'writeFile',
];

function stepsOf(values: readonly unknown[], sids: readonly Sid[], source: string): readonly Step[] {
  const names = new Set<string>();
  const sessions = new Set<string>();
  let latest = { at: 0, step: -1 };
  return values.map((value, i) => {
    const path = `steps[${i}]`;
    const parsed = parseStep(value);
    if ('wrong' in parsed) throw new ScenarioError(source, path + parsed.wrong.path, parsed.wrong.expected);
    const step =
      parsed.step.action === 'command'
        ? { ...parsed.step, command: parseCommand(parsed.step.command, source, `${path}.command`, sids) }
        : parsed.step;
    checkSelectors(step, path, sids, names, source);
    checkOp(step, path, sessions, source);
    if (step.action === 'op' && step.op === 'connect') sessions.add(step.session);
    if (step.at !== null) {
      if (step.at < latest.at)
        throw new ScenarioError(
          source,
          `${path}.at`,
          `${step.at} ms is in the past: steps[${latest.step}] is due at ${latest.at} ms, and steps run in order`,
        );
      latest = { at: step.at, step: i };
    }
    if (step.action === 'remember') names.add(step.remember);
    return step;
  });
}

function checkSelectors(step: Step, path: string, sids: readonly Sid[], names: ReadonlySet<string>, source: string): void {
  const fields = { ...step, ...(step.when === null ? {} : { s: step.when.s, not: step.when.not }) } as Readonly<Record<string, unknown>>;
  for (const field of SELECTOR_FIELDS) {
    const value = fields[field];
    if (!isSelector(value) || (field === 'heal' && !Array.isArray(value)) || (field === 'from' && value === 'same')) continue;
    for (const sid of namedSids(value))
      if (!sids.includes(sid))
        throw new ScenarioError(source, `${path}.${field}`, `there is no server ${sid}; the servers are ${sids.join(', ')}`);
    for (const name of usedNames(value))
      if (!names.has(name))
        throw new ScenarioError(
          source,
          `${path}.${field}`,
          `$${name} is not known here; a {"remember": "${name}", "s": ...} step must come first`,
        );
  }
}

function isSelector(value: unknown): value is Selector {
  return typeof value === 'number' || typeof value === 'string' || Array.isArray(value);
}

const NEEDS_PATH = new Set(['create', 'create2', 'set', 'delete', 'get', 'exists', 'children', 'burst']);

function checkOp(step: Step, path: string, sessions: ReadonlySet<string>, source: string): void {
  if (step.action !== 'op') return;
  if (step.op !== 'connect' && !sessions.has(step.session))
    throw new ScenarioError(
      source,
      `${path}.session`,
      `there is no session "${step.session}" here; a {"op": "connect", "session": "${step.session}"} step must come first`,
    );
  if (NEEDS_PATH.has(step.op) && step.path === undefined)
    throw new ScenarioError(source, `${path}.path`, `expected a path for ${step.op}, got nothing`);
  if (step.op === 'multi' && (step.ops ?? []).length === 0)
    throw new ScenarioError(source, `${path}.ops`, 'expected the operations of the multi, got none');
}

/**
 * A run as a link: `#r=1.` and base64url of two check bytes and a deflated list. The list holds, by position, the scenario (its name and a hash of
 * what decides the run where the scenario is a ready one, the whole of it otherwise), the seed if it is not the scenario's own, the commands, the
 * playhead, a fingerprint of the trace up to there, the view, and in version 2 the disks that servers began with. What is in a version stays readable
 * for good: `test/intake/links` sees to it.
 */
import { deflateSync, Inflate } from 'fflate';
import * as v from 'valibot';
import { utf8, type Sid } from '../../base/ids.ts';
import { hashText } from '../../base/random.ts';
import type { ReplayedCommand } from '../../ensemble/hooks.ts';
import type { Disk } from '../../store/types.ts';
import { plain } from '../../trace/json.ts';
import { fromBase64Url, toBase64Url } from './base64.ts';
import { inflatedText } from './bounded.ts';
import { packCommands, unpackCommands } from './commands.ts';
import { disksFrom, disksSchema, plainDisks } from './disks.ts';
import { RunError } from './errors.ts';
import { digestSchema, positionSchema, RUN_LIMITS, seedSchema, TABS, viewSchema, type RunRecord, type RunView } from './record.ts';

/** What a link begins with, before its version. */
export const LINK_PREFIX = '#r=';
/** Without disks, and with them: a release that knows only the first says so instead of playing without them. */
const PLAIN = 1;
const WITH_DISKS = 2;
/** Digits of the fingerprint that a link holds. */
const DIGEST_DIGITS = 8;
const LINK = 'the link';

/** A scenario that the page has anyway: links only name it. */
export interface KnownScenario {
  readonly name: string;
  readonly scenario: unknown;
}

/** What a link says, before its scenario is found. */
export interface ReadLink {
  /** Of a ready scenario. Null when `scenario` is there. */
  readonly known: { readonly name: string; readonly hash: string } | null;
  readonly scenario: unknown;
  /** Null: the scenario's own. */
  readonly seed: number | null;
  /** As they stand there; `commandsOfLink` reads them once the servers are known. */
  readonly packed: readonly (readonly unknown[])[];
  readonly n: number;
  readonly digest: string;
  readonly view: RunView;
  readonly disks: ReadonlyMap<Sid, Disk>;
}

/**
 * Words of the list, the likeliest at the end. Part of version 1: it never changes.
 */
const DICTIONARY = utf8(
  '"observers":["cfg":{"tickTime":"initLimit":"syncLimit":"snapCount":"profile":"latency":{"meanMs":"jitterMs":"fsyncMs":"bootMs":' +
    '{"name":"scenario","title":"texts":{"en":{"title":"text":"watch":},"zh":{"title":"seed":1,"servers":3,"servers":5,"members":[{"sid":1' +
    '"steps":[{"start":"all"},{"wait":"quorum","seconds":{"kill":"leader"},{"restart":"cut":[[1,2],[3,4,5]]"heal":"sleep":"when":"at":"note":"' +
    '{"op":"multi","ops":[{"op":"getChildren","path":"/{"op":"delete","path":"/a"}{"op":"setData","path":"/a","data":"' +
    '"mode":"ephemeralSequential"}],"mode":"ephemeral"}],"mode":"persistentSequential"}],{"op":"getData","path":"/a","watch":true}],' +
    '{"base64":"snapshot.0currentEpochacceptedEpochlog.100000001log.200000001,true],[,null,[1,2,3],6000],[,23,1],[,24,1,{"op":"create","path":"/a"' +
    ',"data":"hello"}],[,9,1,2],[,9,1,3],[,10],[,11,[[1,2],[3,4,5]]],[,2,1],[,2,2],[,2,3],[,0,1],[,0,2],[,0,3],[,1,1],[,1,2],[,1,3],' +
    '"first-election~"kill-the-leader~"01-first-election~"02-proposal-to-commit~",null,[[',
);

/** What a scenario is apart from its words: two with one hash run alike. 6 characters. */
export function scenarioHash(scenario: unknown): string {
  if (typeof scenario !== 'object' || scenario === null) return '';
  const decisive = Object.entries(scenario).filter(([key]) => !['name', 'title', 'texts', 'seed'].includes(key));
  const hash = hashText(JSON.stringify(plain(Object.fromEntries(decisive))));
  return toBase64Url(new Uint8Array(new Uint32Array([hash]).buffer));
}

/**
 * The fragment of a link, `#` included.
 *
 * @param known the ready scenario that the run's may be; null if none is likely.
 * @throws RunError when a link cannot hold the run: with its disks or commands it would be too long.
 */
export function writeLink(run: RunRecord, known: KnownScenario | null): string {
  const hash = scenarioHash(run.scenario);
  const named = known !== null && scenarioHash(known.scenario) === hash;
  const ownSeed = seedOf(named ? known.scenario : run.scenario);
  const list = [
    named ? `${known.name}~${hash}` : run.scenario,
    run.seed === ownSeed ? null : run.seed,
    packCommands(run.commands),
    run.n,
    run.digest.slice(0, DIGEST_DIGITS),
    ...packView(run.view),
    ...(run.disks.size > 0 ? [plainDisks(run.disks)] : []),
  ];
  while (list.at(-1) === 0) list.pop();
  const json = utf8(JSON.stringify(list));
  const deflated = deflateSync(json, { level: 9, dictionary: DICTIONARY });
  const bytes = new Uint8Array(deflated.length + 2);
  bytes.set(checkOf(deflated));
  bytes.set(deflated, 2);
  const link = `${LINK_PREFIX}${run.disks.size > 0 ? WITH_DISKS : PLAIN}.${toBase64Url(bytes)}`;
  if (link.length > RUN_LIMITS.link || json.length > RUN_LIMITS.linkJson)
    throw new RunError(
      'tooLarge',
      LINK,
      `it would have ${link.length} characters, and ${RUN_LIMITS.link} is the most that is read; save a file instead`,
    );
  return link;
}

function seedOf(scenario: unknown): unknown {
  return typeof scenario === 'object' && scenario !== null && 'seed' in scenario ? scenario.seed : 1;
}

/** How many numbers a view takes in the list. */
const VIEW_FIELDS = 4;

function packView({ server, tab, speed, heartbeats }: RunView): readonly number[] {
  return [server ?? 0, tab === undefined ? 0 : TABS.indexOf(tab), speed === undefined ? 0 : speed + 1, heartbeats === true ? 1 : 0];
}

const listSchema = v.looseTuple(
  [
    v.union([v.string(), v.looseObject({})], 'a scenario'),
    v.nullable(seedSchema),
    v.pipe(
      v.array(v.pipe(v.array(v.unknown(), 'a list'), v.maxLength(12, 'a shorter list')), 'a list of commands'),
      v.maxLength(RUN_LIMITS.commands, `at most ${RUN_LIMITS.commands} commands`),
    ),
    positionSchema,
    digestSchema,
  ],
  'a list of scenario, seed, commands, playhead and fingerprint',
);

/**
 * Reads a link's fragment.
 *
 * @param fragment with or without its `#`.
 * @throws RunError
 */
export function readLink(fragment: string): ReadLink {
  const text = fragment.startsWith('#') ? fragment : `#${fragment}`;
  if (text.length > RUN_LIMITS.link)
    throw new RunError('tooLarge', LINK, `it has ${text.length} characters; at most ${RUN_LIMITS.link} are read`);
  const [, version, body] = /^#r=(\d{1,6})\.(.*)$/s.exec(text) ?? [];
  if (version === undefined || body === undefined) throw new RunError('damaged', LINK, `expected ${LINK_PREFIX}${PLAIN}. and letters`);
  if (Number(version) > WITH_DISKS)
    throw new RunError(
      'newer',
      LINK,
      `it was made by a newer version of Zablab (${version}; this one reads up to ${WITH_DISKS})`,
      '',
      version,
    );
  if (Number(version) < 1) throw new RunError('damaged', LINK, `there is no version ${version}`);
  return readList(inflated(bytesOf(body)), Number(version) === WITH_DISKS);
}

function bytesOf(body: string): Uint8Array {
  const bytes = fromBase64Url(body);
  // One character more than a whole number of bytes cannot be: some are missing.
  if (bytes === null && /^[\w-]*$/.test(body)) throw cut();
  if (bytes === null) throw new RunError('damaged', LINK, 'it holds characters that no link has');
  if (bytes.length < 3) throw cut();
  return bytes;
}

function cut(): RunError {
  return new RunError('cut', LINK, 'its end is missing or its letters have changed; copy the whole of it');
}

function inflated(bytes: Uint8Array): unknown {
  const deflated = bytes.subarray(2);
  const check = checkOf(deflated);
  if (check[0] !== bytes[0] || check[1] !== bytes[1]) throw cut();
  const read = inflatedText(new Inflate({ dictionary: DICTIONARY }), deflated, RUN_LIMITS.linkJson);
  if (read === 'tooLarge') throw new RunError('tooLarge', LINK, `it holds more than ${RUN_LIMITS.linkJson} bytes`);
  if (read === 'cut') throw cut();
  try {
    return JSON.parse(read.text);
  } catch {
    throw cut();
  }
}

/** Two bytes that tell whether what follows is whole. */
function checkOf(bytes: Uint8Array): readonly [number, number] {
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) % 251;
    b = (b + a) % 251;
  }
  return [a, b];
}

function readList(value: unknown, withDisks: boolean): ReadLink {
  const checked = v.safeParse(listSchema, value);
  if (!checked.success) throw wrong(checked.issues);
  const [scenario, seed, packed, n, digest, ...rest] = checked.output;
  const [, name, hash] = typeof scenario === 'string' ? (/^([^~]{1,200})~([\w-]{6})$/.exec(scenario) ?? []) : [];
  if (typeof scenario === 'string' && (name === undefined || hash === undefined))
    throw new RunError('damaged', LINK, 'expected the name of a scenario and its hash', '[0]');
  return {
    known: name === undefined || hash === undefined ? null : { name, hash },
    scenario: typeof scenario === 'string' ? null : scenario,
    seed,
    packed,
    n,
    digest,
    view: readView(rest),
    disks: withDisks ? readDisks(rest[VIEW_FIELDS]) : new Map(),
  };
}

function readDisks(value: unknown): ReadonlyMap<Sid, Disk> {
  const checked = v.safeParse(disksSchema, value);
  if (!checked.success) throw wrong(checked.issues);
  return disksFrom(checked.output, LINK);
}

function readView([server = 0, tab = 0, speed = 0, heartbeats = 0]: readonly unknown[]): RunView {
  const view = {
    ...(server !== 0 && { server }),
    ...(tab !== 0 && { tab: TABS[tab as number] }),
    ...(speed !== 0 && { speed: Number(speed) - 1 }),
    ...(heartbeats !== 0 && { heartbeats: true }),
  };
  const checked = v.safeParse(viewSchema, view);
  // What is shown beside the run is worth no refusal.
  return checked.success ? checked.output : {};
}

function wrong(issues: readonly v.BaseIssue<unknown>[]): RunError {
  const path = issues[0] === undefined ? '' : (v.getDotPath(issues[0]) ?? '');
  const expected = issues[0]?.message ?? 'a run';
  return new RunError('wrong', LINK, `${path === '' ? '' : `field ${path}: `}expected ${expected}`, path, expected);
}

/**
 * The commands of a link.
 *
 * @param sids the servers of its scenario.
 * @throws RunError naming the command.
 */
export function commandsOfLink(link: ReadLink, sids: readonly number[]): readonly ReplayedCommand[] {
  return unpackCommands(link.packed, LINK, sids);
}

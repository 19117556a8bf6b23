/** Every finding has words in both languages, with all its values in them. */
import { describe, expect, test } from 'vitest';
import { formatZxid, zxid, type Zxid } from '../../../src/base/zxid.ts';
import type { Breach, BreachKind, Deed, DeedKind, NamedTxn } from '../../../src/ensemble/breach.ts';
import { CORE_FAILED } from '../../../src/ensemble/explore/play.ts';
import { INVARIANTS } from '../../../src/ensemble/invariantList.ts';
import type { BreachOf, DeedOf } from '../../../src/trace/findings/texts.ts';
import { violationText, voidText, withFindings } from '../../../src/trace/findings/words.ts';
import { emptyView } from '../../../src/trace/fold.ts';
import { guaranteeName } from '../../../src/trace/guarantees.ts';
import { captionOf } from '../../../src/trace/narrate.ts';
import { en } from '../../../src/trace/narrate/en.ts';
import { LANGUAGES } from '../../../src/trace/narrate/languages.ts';
import { zh } from '../../../src/trace/narrate/zh.ts';
import { eventOf, world } from '../events.ts';
import { checkText, LANGS } from '../narrate/said.ts';

const A = zxid(21, 22);
const B = zxid(23, 24);
const NODE: NamedTxn = { zxid: zxid(25, 26), type: 'create', path: '/node', session: '0xabc' };
const OTHER: NamedTxn = { zxid: zxid(27, 28), type: 'setData', path: '/other', session: '0xabd' };
const SESSION: NamedTxn = { zxid: zxid(29, 30), type: 'closeSession', path: null, session: '0xabe' };
const TOLD = { client: 91, op: 'create /told', zxid: zxid(31, 32) };

/** A row for every finding, and one more for each way in which it can be told. */
const BREACHES: { readonly [K in BreachKind]: readonly [BreachOf<K>, ...(readonly BreachOf<K>[])] } = {
  leaderLacks: [
    { kind: 'leaderLacks', sid: 81, epoch: 61, txn: NODE, told: null },
    { kind: 'leaderLacks', sid: 81, epoch: 61, txn: SESSION, told: TOLD },
  ],
  commitsOther: [{ kind: 'commitsOther', leader: 81, txn: NODE, committed: OTHER }],
  cutsCommitted: [{ kind: 'cutsCommitted', leader: 81, sid: 82, to: A, txn: NODE }],
  appliedOther: [{ kind: 'appliedOther', sid: 81, txn: NODE, committed: OTHER }],
  servesWithout: [{ kind: 'servesWithout', sid: 81, zxid: A, txn: NODE }],
  showsUncommitted: [{ kind: 'showsUncommitted', sid: 81, zxid: A, txn: NODE }],
  treesDiffer: [{ kind: 'treesDiffer', sids: [81, 82], zxid: A, digests: [4711, 4712] }],
  toldUncommitted: [{ kind: 'toldUncommitted', told: TOLD, committed: A }],
  toldOther: [
    { kind: 'toldOther', told: TOLD, committed: NODE },
    { kind: 'toldOther', told: TOLD, committed: null },
  ],
  clientWentBack: [{ kind: 'clientWentBack', client: 91, seen: A, zxid: B }],
  notDurable: [
    { kind: 'notDurable', leader: 81, taken: 'txn', sid: 82, ends: A },
    { kind: 'notDurable', leader: 81, taken: 'history', sid: 82, ends: A },
  ],
  epochUnfounded: [{ kind: 'epochUnfounded', sid: 81, epoch: 61, initial: A, ends: B }],
  cutCameBack: [
    { kind: 'cutCameBack', sid: 81, to: A, from: 'log', last: B },
    { kind: 'cutCameBack', sid: 81, to: A, from: 'snapshot', last: B },
  ],
  epochWonTwice: [{ kind: 'epochWonTwice', sid: 81, epoch: 61, other: 82 }],
  bothLead: [{ kind: 'bothLead', sids: [81, 82], epoch: 61 }],
  bothAccepted: [{ kind: 'bothAccepted', sids: [81, 82], epoch: 61 }],
  epochWentBack: [{ kind: 'epochWentBack', sid: 81, accepted: 62, epoch: 61 }],
  epochNotAccepted: [{ kind: 'epochNotAccepted', sid: 81, epoch: 62, accepted: 61 }],
  loggedBeyondEpoch: [{ kind: 'loggedBeyondEpoch', sid: 81, zxid: A, epoch: 61 }],
  promiseBroken: [{ kind: 'promiseBroken', sid: 81, accepted: 62, epoch: 61 }],
  neverProposed: [{ kind: 'neverProposed', sid: 81, txn: NODE }],
  otherProposed: [{ kind: 'otherProposed', sid: 81, txn: NODE, proposed: OTHER }],
  proposalGap: [{ kind: 'proposalGap', leader: 81, leads: 61, zxid: A, counter: 71, epoch: 62 }],
  outOfPhase: [{ kind: 'outOfPhase', sid: 81, message: 'UPTODATE', role: 'FOLLOWING', zabState: 'BROADCAST' }],
  packetRefused: [
    { kind: 'packetRefused', sid: 81, packet: 'TRUNC' },
    { kind: 'packetRefused', sid: 81, packet: null },
  ],
  commitRefused: [{ kind: 'commitRefused', sid: 81, zxid: A }],
  commitUnexpected: [
    { kind: 'commitUnexpected', sid: 81, zxid: A, head: B },
    { kind: 'commitUnexpected', sid: 81, zxid: A, head: null },
  ],
  commitOutOfOrder: [
    { kind: 'commitOutOfOrder', leader: 81, zxid: A, after: B },
    { kind: 'commitOutOfOrder', leader: 81, zxid: A, after: null },
  ],
  newLeaderAck: [{ kind: 'newLeaderAck', leader: 81, epoch: 61, from: 82, zxid: A }],
  unknownAck: [{ kind: 'unknownAck', leader: 81, from: 82, zxid: A }],
  historyDescends: [{ kind: 'historyDescends', sid: 81, txn: NODE, last: A }],
  historyGap: [{ kind: 'historyGap', sid: 81, txn: NODE, last: A }],
  badEpoch: [
    { kind: 'badEpoch', sid: 81, field: 'acceptedEpoch', epoch: -61 },
    { kind: 'badEpoch', sid: 81, field: 'currentEpoch', epoch: -61 },
  ],
  badZxid: [
    { kind: 'badZxid', sid: 81, field: 'lastZxid', zxid: { epoch: -2, counter: -7 } },
    { kind: 'badZxid', sid: 81, field: 'lastLogged', zxid: { epoch: -2, counter: -7 } },
  ],
  badPhase: [{ kind: 'badPhase', sid: 81, role: 'LOOKING', zabState: 'BROADCAST' }],
  syncFromElsewhere: [{ kind: 'syncFromElsewhere', leader: 81, mode: 'TRUNC', from: A, learner: 82 }],
  syncSkips: [{ kind: 'syncSkips', leader: 81, zxid: A, learner: 82, next: NODE }],
  closedSessionActs: [{ kind: 'closedSessionActs', txn: { ...NODE, session: '0xabf' }, closed: A }],
  requestsReordered: [{ kind: 'requestsReordered', txn: { ...NODE, session: '0xabf' }, cxid: 73, last: 74 }],
  closedSessionOwns: [{ kind: 'closedSessionOwns', client: 91, session: '0xabf', zxid: A, closed: B }],
  sessionShared: [{ kind: 'sessionShared', client: 91, session: '0xabf', other: 92 }],
  serverEnded: [
    { kind: 'serverEnded', sid: 81, exitCode: 12, message: 'OutOfMemoryError' },
    { kind: 'serverEnded', sid: 81, exitCode: null, message: null },
  ],
  epochUnsettled: [{ kind: 'epochUnsettled', sid: 81, epoch: 61, calmMs: 45_670 }],
  noLeader: [{ kind: 'noLeader', calmMs: 45_670 }],
  doesNotServe: [{ kind: 'doesNotServe', sid: 81, leader: 82, calmMs: 45_670 }],
  notAnswered: [{ kind: 'notAnswered', leader: 81, zxid: A, waitedMs: 45_670 }],
  sessionRemains: [{ kind: 'sessionRemains', session: '0xabf' }],
  simulatorFailed: [{ kind: 'simulatorFailed', message: 'Boom.' }],
};
const DEEDS: { readonly [K in DeedKind]: DeedOf<K> } = {
  wiped: { kind: 'wiped', sid: 81 },
  diskFull: { kind: 'diskFull', sid: 81 },
  powerLost: { kind: 'powerLost', sid: 81 },
  restored: { kind: 'restored', sid: 81, name: 'monday' },
  fileDamaged: { kind: 'fileDamaged', sid: 81, file: 'log.100000001' },
  fileCut: { kind: 'fileCut', sid: 81, file: 'log.100000001' },
  fileDeleted: { kind: 'fileDeleted', sid: 81, file: 'log.100000001' },
  fileReplaced: { kind: 'fileReplaced', sid: 81, file: 'log.100000001' },
};
const ALL: readonly Breach[] = Object.values(BREACHES).flat();
const ALL_DEEDS: readonly Deed[] = Object.values(DEEDS);

/** Names of choices: there is a row for each, and no two rows are told alike. */
const CHOICES: ReadonlySet<string> = new Set(['kind', 'taken', 'field']);
/** Two words of English in a row. */
const ENGLISH = /[a-z]{2,} [a-z]{2,}/i;

const isZxid = (value: object): value is Zxid => 'counter' in value && 'epoch' in value && Object.keys(value).length === 2;

/** What must be in the words for a value: one of these texts, for each of its parts. */
function partsOf(name: string, value: unknown): readonly (readonly string[])[] {
  if (value === null || CHOICES.has(name) || (name === 'from' && (value === 'log' || value === 'snapshot'))) return [];
  if (typeof value === 'number') return [[name.endsWith('Ms') ? `${(value / 1000).toFixed(1)} ` : String(value)]];
  if (typeof value === 'string') return [[value]];
  if (typeof value !== 'object') throw new Error(`${name}: no finding has such a value`);
  if (isZxid(value)) return [[formatZxid(value), `${value.epoch}:${value.counter}`]];
  return Object.entries(value).flatMap(([inner, part]) => (isOfNode(inner, value) ? [] : partsOf(inner, part)));
}

/** A txn that has a path is told by it. */
function isOfNode(name: string, txn: object): boolean {
  return name === 'session' && 'path' in txn && txn.path !== null;
}

const say = {
  violation: (breach: Breach, lang: 'en' | 'zh') => violationText({ invariant: 'of another version', breach, known: [] }, lang),
};

describe.each(LANGS)('in %s', (lang) => {
  test.each(ALL.map((breach) => [breach.kind, breach] as const))('%s has words with all its values: %j', (_kind, breach) => {
    const text = say.violation(breach, lang);
    checkText(text);
    for (const either of partsOf('', breach)) expect(either.some((part) => text.includes(part)) ? [] : either).toEqual([]);
    if (lang === 'en') expect(text).toMatch(/^[A-Z0].*\.$/);
    else {
      expect(text).toMatch(/\p{Script=Han}/u);
      expect(text).not.toMatch(ENGLISH);
      expect(breach.kind === 'simulatorFailed' || text.endsWith('。')).toBe(true);
    }
  });

  test.each(ALL_DEEDS.map((deed) => [deed.kind, deed] as const))('%s makes a guarantee void', (_kind, deed) => {
    const text = voidText({ breach: BREACHES.noLeader[0], after: [deed, { kind: 'wiped', sid: 85 }] }, lang);
    checkText(text);
    expect(text).toContain(say.violation(BREACHES.noLeader[0], lang));
    expect(text).toContain('85');
    for (const either of partsOf('', deed)) expect(either.some((part) => text.includes(part)) ? [] : either).toEqual([]);
    if (lang === 'zh') expect(text).not.toMatch(ENGLISH);
  });

  test('no two are told alike', () => {
    expect(new Set(ALL.map((breach) => say.violation(breach, lang))).size).toBe(ALL.length);
    const deeds = ALL_DEEDS.map((deed) => voidText({ breach: BREACHES.noLeader[0], after: [deed] }, lang));
    expect(new Set(deeds).size).toBe(ALL_DEEDS.length);
  });

  test.each(Object.keys(INVARIANTS))('%s: what it says follows, and known defects', (invariant) => {
    const breach = BREACHES.bothLead[0];
    const [bare, named] = [say.violation(breach, lang), violationText({ invariant, breach, known: [] }, lang)];
    expect(named.startsWith(bare)).toBe(true);
    const says = named.slice(bare.length).trim();
    checkText(says);
    expect(says).toMatch(lang === 'en' ? /^[A-Za-z].*\.$/ : /^.*\p{Script=Han}.*。$/u);
    expect(says).not.toMatch(lang === 'en' ? /\p{Script=Han}/u : ENGLISH);
    const known = violationText({ invariant, breach, known: ['ZOOKEEPER-1', 'ZOOKEEPER-2'] }, lang);
    expect(known.startsWith(named)).toBe(true);
    expect(known.slice(named.length)).toMatch(/ZOOKEEPER-1.*ZOOKEEPER-2/);
  });

  test('captions name the guarantee and tell it whole; without the words they say that there is something', () => {
    const breach = BREACHES.bothLead[0];
    const broken = { type: 'violation', invariant: 'one leader per epoch', breach, known: ['ZOOKEEPER-1'], source: 'I-1' } as const;
    const made = { type: 'guaranteeVoid', guarantee: 'one leader per epoch', breach, after: [DEEDS.wiped] } as const;
    const caption = (what: typeof broken | typeof made, language: typeof en): string =>
      captionOf(eventOf(0, world(what)), emptyView([{ sid: 1 }]), language);
    const bare = { en, zh }[lang];
    for (const language of [LANGUAGES[lang], withFindings(bare)]) {
      expect(caption(broken, language)).toContain(violationText(broken, lang));
      expect(caption(broken, language)).toContain(guaranteeName(broken.invariant, lang));
      expect(caption(made, language)).toContain(voidText(made, lang));
    }
    for (const what of [broken, made]) {
      checkText(caption(what, bare));
      expect(caption(what, bare)).not.toContain('81');
    }
  });
});

test('English is as it ever was', () => {
  const breach = BREACHES.leaderLacks[1];
  expect(
    violationText(
      { invariant: 'no acknowledged write is lost', breach: breach as Breach, known: ['ZOOKEEPER-4643', 'ZOOKEEPER-4646'] },
      'en',
    ),
  ).toBe(
    'Server 81 leads epoch 61 without 0x1d0000001e (closeSession 0xabe), which was committed. Client 91 was told that create /told succeeded at 0x1f00000020. ' +
      'A write that a client was told succeeded is never lost while the disks of a quorum survive. Known in this version: ZOOKEEPER-4643, ZOOKEEPER-4646.',
  );
  expect(voidText({ breach: BREACHES.bothLead[0], after: [DEEDS.wiped, { ...DEEDS.wiped, sid: 82 }] }, 'en')).toBe(
    'Servers 81 and 82 both lead epoch 61. ZooKeeper promises the contrary, but not after this: the disk of server 81 was wiped, and the disk of server 82 was wiped.',
  );
});

test('what comes from outside is plain text', () => {
  const path = '/\u202e\u0007evil';
  for (const lang of LANGS) {
    expect(say.violation({ kind: 'neverProposed', sid: 1, txn: { ...NODE, path } }, lang)).toContain(String.raw`/\u{202e}\u{7}evil`);
    expect(say.violation({ kind: 'simulatorFailed', message: path }, 'zh')).not.toContain('\u202e');
    expect(voidText({ breach: BREACHES.noLeader[0], after: [{ ...DEEDS.restored, name: path }] }, lang)).not.toMatch(/[\u202e\u0007]/);
  }
});

test('a hunt that finds Zablab itself at fault has a name for it too', () => {
  expect(guaranteeName(CORE_FAILED, 'en')).toBe(CORE_FAILED);
  expect(guaranteeName(CORE_FAILED, 'zh')).toMatch(/\p{Script=Han}/u);
});

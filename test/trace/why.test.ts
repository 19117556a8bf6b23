/** "Why?" in a run of three servers that loses its leader, its quorum and a link: answers as they are read. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Command } from '../../src/ensemble/types.ts';
import type { Ensemble } from '../../src/ensemble/conductor.ts';
import { understand } from '../../src/intake/logs/case.ts';
import { readLog } from '../../src/intake/logs/reader.ts';
import { buildTrace } from '../../src/intake/logs/trace.ts';
import { en } from '../../src/trace/narrate/en.ts';
import { zh } from '../../src/trace/narrate/zh.ts';
import { Timeline } from '../../src/trace/timeline.ts';
import { answer, type Answer, type Question } from '../../src/trace/why/answer.ts';
import { MOST_LINKS } from '../../src/trace/why/chain.ts';
import type { Waits } from '../../src/trace/why/waits.ts';
import type { Member } from '../../src/zab/types.ts';
import { openRecording } from '../golden/archive.ts';
import { logBytes, logNames } from '../intake/logs/goldenLogs.ts';
import { ledEnsemble } from '../support/simulated.ts';
import { eventOf, server } from './events.ts';

const MEMBERS: readonly Member[] = [1, 2, 3].map((sid) => ({ sid, type: 'participant' }));

/** An ensemble of three that 3 leads with 1 and 2, and the answers it gives. */
class Scene {
  readonly ensemble: Ensemble = ledEnsemble(3);

  constructor() {
    this.after(500);
  }

  act(command: Command, ms = 0): this {
    this.ensemble.command(command);
    return this.after(ms);
  }

  after(ms: number): this {
    this.ensemble.run({ untilMs: this.ensemble.now + ms });
    return this;
  }

  create(path: string, ms = 0): this {
    const request = {
      op: 'create',
      path,
      data: null,
      acl: [{ perms: 31, scheme: 'world', id: 'anyone' }],
      mode: 'persistent',
    } as const;
    return this.act({ type: 'request', client: 1, request }, ms);
  }

  get timeline(): Timeline {
    return new Timeline(MEMBERS, this.ensemble.trace);
  }

  ask(question: Question, language = en): Answer {
    const { timeline } = this;
    return answer(timeline, question, timeline.length - 1, language);
  }
}

/** A chain as lines: what kind of link, and what it says. */
function chain({ chain: { links } }: Answer): string[] {
  return links.map(({ kind, sentence }) => `${kind}: ${sentence}`);
}

/** A wait as lines, what it hangs on indented. */
function waits(of: Waits | null): string[] {
  if (of === null) return [];
  return [
    of.sentence,
    ...of.missing.map(({ sentence }) => `- ${sentence}`),
    ...(of.until === null ? [] : [`until: ${of.until.then}`]),
    ...(of.because === null ? [] : [of.because.sentence, ...waits(of.because.waits).map((line) => `  ${line}`)]),
  ];
}

describe('who leads, and why', () => {
  let scene: Scene;
  beforeAll(() => void (scene = new Scene()));

  test('the leader: its quorum, back to the command that started it all', () => {
    const told = scene.ask({ ask: 'role', sid: 3 });
    expect(told.sentence).toContain('1 and 3 vote for 3');
    expect(told.decided?.source).toEqual({
      java: 'Leader.startZkServer',
      spec: 'LeaderProcessACKLD',
      operator: 'StartZkServer',
      reference: 'D-42',
    });
    expect(told.waits).toBeNull();
    expect(chain(told)).toEqual([
      'decision: Server 3 leads epoch 1 from 0x100000000 with 3 and 1: all of its history is now committed.',
      'message: Server 1 acknowledges 0x100000000.',
      'decision: Server 1 receives NEWLEADER of epoch 1: 0 proposals go to its log and 0 wait.',
      'message: Server 3 asks to be confirmed as leader from 0x100000000.',
      "decision: Leader 3 syncs server 1 with DIFF 0x0 and 0 queued txns: its last zxid 0x0 is the leader's own, 0x0: nothing is missing.",
      'message: Server 1 accepts the epoch; its history ends in epoch 0 at 0x0.',
      'decision: Server 1 accepts epoch 1 of leader 3: 1 > 0. It will never accept an older one.',
      'message: Server 3 proposes epoch 1.',
      'decision: Server 3 proposes epoch 1, one more than the highest accepted by those it heard from 3 and 1, a quorum (server 1, heard last, had accepted 0).',
      'message: Server 1 wants to follow; it has accepted epoch 0.',
      'decision: Server 1 ends its election after 207 ms: 1 and 3 vote for 3 and no better vote came in 200 ms. It becomes a follower.',
      'timer: Server 1: no better vote came in time.',
      "decision: Server 1 keeps its vote for 3 against 2's vote for 3: the votes are the same (epoch 0 = 0, zxid 0x0 = 0x0, sid 3 = 3).",
      'message: Server 2 votes for 3 (epoch 0, zxid 0x0, round 1) and says it is LOOKING.',
      'decision: Servers 2 and 1 keep the election connection that 2 opened: sid 2 > 1.',
      'decision: Server 1 starts election round 1 because it has just started, and votes for 1 (epoch 0, zxid 0x0).',
      'process: Server 1 starts.',
      'command: Server 1 is started.',
    ]);
    expect(told.chain.whole).toBe(true);
  });

  test('a vote: the comparison that decided, both sides', () => {
    const told = scene.ask({ ask: 'vote', sid: 1 });
    expect(told.sentence).toBe('Server 1 now votes for 3 instead of 1, as 3 does: epoch 0 = 0, zxid 0x0 = 0x0, and sid 3 > 1.');
    expect(told.decided?.numbers).toEqual([
      ['epoch', '0', '0'],
      ['zxid', '0x0', '0x0'],
      ['sid', '3', '1'],
    ]);
    expect(told.decided?.rule).toBe('A vote replaces mine only if it is greater: votes are ordered by epoch, then zxid, then sid.');
    expect(told.chain.links[0]?.sentence).toBe(told.sentence);
  });

  test('in Chinese', () => {
    const told = scene.ask({ ask: 'sync', sid: 1 }, zh);
    expect(told.sentence).toContain('领导者 3 用 DIFF 0x0');
    expect(chain(told)[1]).toBe('message: 服务器 3 将补发到 0x0 为止缺少的事务。');
  });
});

test('a commit: from the quorum of disks back to the client', () => {
  const scene = new Scene().act({ type: 'connect', client: 1, servers: [1], timeoutMs: 10_000, name: 'writer' }, 500).create('/a', 100);
  const { timeline } = scene;
  const n = timeline.events.findLastIndex(({ sent }) => sent.some(({ message }) => message.kind === 'COMMIT'));
  const flight = timeline.events[n]?.sent.find(({ message }) => message.kind === 'COMMIT')?.id ?? -1;
  const told = scene.ask({ ask: 'message', flight, sentN: n });
  expect(told.sentence).toBe('Server 3 says: commit 0x100000002.');
  expect(chain(told)).toEqual([
    'decision: Leader 3 commits 0x100000002: with 1 a quorum has it on disk (2 of 3 voters: 3 and 1).',
    'message: Server 1 acknowledges 0x100000002.',
    "disk: Server 1's disk has made its writes durable, up to 0x100000002.",
    'message: Server 3 proposes 0x100000002: create /a.',
    expect.stringMatching(/^decision: Leader 3 makes create \/a of session 0x\w+ into txn 0x100000002\.$/),
    expect.stringMatching(/^message: Server 1 forwards create \/a of session 0x\w+\.$/),
    'message: Client writer asks for create /a.',
    'command: Client writer is to do this: create /a.',
  ]);
});

describe('why is it still LOOKING?', () => {
  test('a quorum is missing: who, why, and until when', () => {
    const scene = new Scene().act({ type: 'kill', sid: 3 }).act({ type: 'pause', sid: 2 }).after(3_000);
    const told = scene.ask({ ask: 'role', sid: 1 });
    expect(told.sentence).toBe('Server 1 starts election round 2 because it has lost its leader, and votes for 1 (epoch 1, zxid 0x0).');
    expect(waits(told.waits)).toEqual([
      'Server 1 waits for votes for 1 in round 2: it has 1 of 3 (1) and needs 2.',
      '- Server 2 is paused.',
      '- Server 3 is down.',
      'until: then it sends its vote again',
    ]);
    const { timeline } = scene;
    const until = told.waits?.until?.at ?? 0;
    expect(until).toBeGreaterThan(timeline.head.at);
    scene.after(until - scene.ensemble.now + 1);
    expect(
      scene.timeline.events.find(({ at, decisions }) => at === until && decisions.some(({ rule }) => rule === 'election.backoff')),
    ).toBeDefined();
    expect(timeline.events[told.waits?.missing[1]?.n ?? -1]?.what).toMatchObject({ type: 'processEnded', sid: 3 });
    expect(chain(told).at(-1)).toBe('command: Server 3 is killed: its memory is gone, what it wrote stays.');
    expect(waits(scene.ask({ ask: 'role', sid: 1 }, zh).waits).slice(0, 3)).toEqual([
      '服务器 1 在第 2 轮等待投给 1 的票：3 台中已有 1 台（1），需要 2 台。',
      '- 服务器 2 被暂停了。',
      '- 服务器 3 没有运行。',
    ]);
  });

  test('behind cut links: the one who was not heard is led back to the cut', () => {
    const scene = new Scene().act({ type: 'partition', groups: [[1], [2, 3]] }, 12_000);
    const told = scene.ask({ ask: 'role', sid: 1 });
    expect(waits(told.waits).slice(1, 3)).toEqual([
      '- The link between servers 1 and 2 is cut.',
      '- The link between servers 1 and 3 is cut.',
    ]);
    expect(chain(told)).toEqual([
      'decision: Server 1 starts election round 2 because it has lost its leader, and votes for 1 (epoch 1, zxid 0x0).',
      'command: The network splits into {1} and {2, 3}.',
    ]);
    expect(scene.ask({ ask: 'role', sid: 3 }).waits).toBeNull();
  });

  test('a quorum agrees: only a better vote is waited for', () => {
    const scene = new Scene().act({ type: 'kill', sid: 3 }, 0);
    for (let i = 0; i < 400 && scene.ask({ ask: 'role', sid: 1 }).waits?.sentence.includes('better vote') !== true; i++) scene.after(1);
    expect(waits(scene.ask({ ask: 'role', sid: 1 }).waits)).toEqual([
      'Server 1 has a quorum for 2 (1 and 2) and only waits in case a better vote comes.',
      'until: then the vote is final',
    ]);
  });
});

describe('what is waited for', () => {
  /** Lets time go by, a little at a time, until somebody's wait begins with these words. */
  const untilWaits = (scene: Scene, sid: number, words: string): Waits | null => {
    for (let i = 0; i < 3_000; i++, scene.after(0.5)) {
      const found = scene.ask({ ask: 'role', sid }).waits;
      if (found?.sentence.startsWith(words) === true) return found;
    }
    return null;
  };

  test('a leader in discovery waits for FOLLOWERINFO, until initLimit', () => {
    const scene = new Scene().act({ type: 'kill', sid: 3 });
    expect(waits(untilWaits(scene, 2, 'Leader 2 waits for FOLLOWERINFO'))).toEqual([
      'Leader 2 waits for FOLLOWERINFO, to choose an epoch that is new to a quorum: it has 1 of 3 (2) and needs 2.',
      '- There is no connection with server 1.',
      '- Server 3 is down.',
      'until: then it gives up leading (initLimit)',
    ]);
  });

  test('in synchronization: acknowledgements of NEWLEADER; its follower waits for UPTODATE, because its leader waits', () => {
    const scene = new Scene().act({ type: 'slowDisk', sid: 1, fsyncMs: 400 }).act({ type: 'kill', sid: 3 });
    const found = untilWaits(scene, 2, 'Leader 2 waits for acknowledgements of NEWLEADER');
    expect(found?.sentence).toMatch(/in epoch 2: it has 1 of 3 \(2\) and needs 2\.$/);
    expect(found?.until?.then).toBe('then it gives up leading (initLimit)');
    const follower = waits(untilWaits(scene, 1, 'Server 1 '));
    expect(follower.some((line) => line.includes('Server 2 in turn'))).toBe(true);
  });

  test('a learner cannot connect to the leader it was elected with', () => {
    const scene = new Scene().act({ type: 'cut', from: 1, to: 2 }).act({ type: 'kill', sid: 3 });
    const lines = waits(untilWaits(scene, 1, 'Server 1 '));
    expect(lines[0]).toContain('Server 1 waits for votes');
    expect(lines).toContain('- The link between servers 1 and 2 is cut.');
  });

  test('a proposal is not committed: which disks are missing; the client waits for that', () => {
    const scene = new Scene()
      .act({ type: 'connect', client: 1, servers: [3], timeoutMs: 10_000, name: 'writer' }, 500)
      .act({ type: 'pause', sid: 1 })
      .act({ type: 'slowDisk', sid: 2, fsyncMs: 300 })
      .create('/a', 50)
      .create('/b', 50);
    expect(waits(scene.ask({ ask: 'role', sid: 3 }).waits)).toEqual([
      'Leader 3 cannot commit 0x100000002 (create /a) yet: on disk, it has 1 of 3 (3) and needs 2; 1 more wait behind it.',
      '- Server 1 is paused.',
      "- Server 2's disk is making it durable.",
    ]);
    const told = scene.ask({ ask: 'client', client: 1 });
    expect(waits(told.waits)).toEqual([
      'Client writer waits for the answer to create /a and 1 more from server 3.',
      'Server 3 in turn:',
      '  Leader 3 cannot commit 0x100000002 (create /a) yet: on disk, it has 1 of 3 (3) and needs 2; 1 more wait behind it.',
      '  - Server 1 is paused.',
      "  - Server 2's disk is making it durable.",
    ]);
    expect(waits(scene.ask({ ask: 'role', sid: 2 }).waits)[0]).toBe('Server 2 has 2 proposals and waits for the COMMIT of leader 3.');
  });

  test('a client without a server that serves', () => {
    const scene = new Scene()
      .act({ type: 'connect', client: 1, servers: [1], timeoutMs: 10_000, name: 'writer' }, 500)
      .act({ type: 'kill', sid: 1 }, 200);
    expect(waits(scene.ask({ ask: 'client', client: 1 }).waits)[0]).toMatch(/^Client writer has no session yet: /);
    scene.act({ type: 'close', client: 1 }, 100);
    expect(scene.ask({ ask: 'client', client: 9 }).sentence).toBe('Client i is gone and waits for nothing.');
  });

  test('a server that is down: who ended it', () => {
    const scene = new Scene().act({ type: 'kill', sid: 2 }, 100);
    const told = scene.ask({ ask: 'role', sid: 2 });
    expect([told.sentence, ...chain(told)]).toEqual([
      'Server 2 is dead: killed.',
      'process: Server 2 is dead: killed.',
      'command: Server 2 is killed: its memory is gone, what it wrote stays.',
    ]);
    scene.act({ type: 'pause', sid: 1 });
    expect(chain(scene.ask({ ask: 'role', sid: 1 }))).toEqual(['command: Server 1 is paused.']);
  });

  test('a server that cannot start from its disk says so itself', () => {
    const scene = new Scene().act({ type: 'stop', sid: 2 }, 500);
    scene.act({ type: 'writeFile', sid: 2, file: 'currentEpoch', content: btoa('7\n') }).act({ type: 'start', sid: 2 }, 2_000);
    const told = scene.ask({ ask: 'role', sid: 2 });
    expect(told.decided?.source.java).toBe('QuorumPeer.loadDataBase');
    expect(chain(told).at(-1)).toBe('command: Server 2 is started.');
  });
});

describe('everywhere in a run', () => {
  const scene = new Scene()
    .act({ type: 'connect', client: 1, servers: [1, 2], timeoutMs: 6_000 }, 500)
    .create('/a', 200)
    .act({ type: 'kill', sid: 3 }, 2_000)
    .act({ type: 'partition', groups: [[1], [2]] }, 8_000)
    .act({ type: 'heal' })
    .act({ type: 'start', sid: 3 }, 4_000);
  const { timeline } = scene;

  test('there is an answer, in both languages with the same links; no link is of later than what it explains', () => {
    for (let n = -1; n < timeline.length; n += 5) {
      const questions: Question[] = [1, 2, 3].flatMap((sid) => [{ ask: 'role', sid } as const, { ask: 'vote', sid } as const]);
      for (const question of [...questions, { ask: 'client', client: 1 } as const, { ask: 'event', n: Math.max(0, n) } as const]) {
        const told = answer(timeline, question, n, en);
        const toldZh = answer(timeline, question, n, zh);
        expect(told.sentence).not.toBe('');
        expect(toldZh.sentence).toMatch(/[\u4e00-\u9fff]/);
        const { links } = told.chain;
        expect(toldZh.chain.links.map(({ n: at, kind }) => [at, kind])).toEqual(links.map(({ n: at, kind }) => [at, kind]));
        expect(links.length).toBeLessThanOrEqual(MOST_LINKS + 4);
        for (const link of links) expect(link.n).toBeLessThanOrEqual(Math.max(0, n));
        for (const { n: at } of told.waits?.missing ?? []) expect(at ?? -1).toBeLessThanOrEqual(n);
        if (told.waits?.until !== null && told.waits !== null) expect(told.waits.until.at).toBeGreaterThanOrEqual(timeline.viewAt(n).at);
      }
    }
  });
});

describe('of traces that were read from real logs', () => {
  const read = (name: string, form: 'full' | 'info'): Timeline => {
    const recording = openRecording(name);
    const logs = [...logNames(recording).values()].map((path, i) => readLog(i, path, logBytes(recording, path, form)));
    const trace = buildTrace(understand(logs, {}));
    return new Timeline(trace.members, trace.events);
  };

  test.each([
    ['04-kill-leader-5', 'full'],
    ['04-kill-leader-5', 'info'],
    ['22b-quorum-lost-5', 'info'],
  ] as const)('%s, %s: why a leader leads goes back through epoch, sync and election, and says that logs do not show all', (name, form) => {
    const timeline = read(name, form);
    expect(timeline.index.leaders().length).toBeGreaterThan(0);
    for (const { sid, n, epoch } of timeline.index.leaders()) {
      const told = answer(timeline, { ask: 'role', sid }, n, en);
      expect(told.sentence).toContain(`Server ${sid} leads epoch ${epoch} from 0x${epoch}00000000`);
      expect(told.decided?.source.java).toBe('Leader.startZkServer');
      const says = chain(told).join('\n');
      for (const part of ['asks to be confirmed as leader', 'accepts the epoch', 'ends its election']) expect(says).toContain(part);
      expect(told.unseen).toContain('This was read from logs: what led here further back is not in them.');
    }
  });

  test('why a server is still looking, with the quorum lost', () => {
    const timeline = read('22b-quorum-lost-5', 'info');
    const looking = (at: number): number =>
      Object.values(timeline.viewAt(at).servers).find(({ up, role, election }) => up === 'up' && role === 'LOOKING' && election !== null)
        ?.sid ?? -1;
    const lost = timeline.index.next('fault', timeline.index.leaders()[0]?.n ?? 0) ?? 0;
    const n = timeline.events.findIndex(({ n: at }) => at > lost && looking(at) > 0);
    const sid = looking(n);
    const told = answer(timeline, { ask: 'role', sid }, n, en);
    expect(told.waits?.sentence).toMatch(
      new RegExp(`^Server ${sid} waits for votes for \\d in round \\d+: it has \\d of 5 \\(.*\\) and needs 3\\.$`),
    );
    expect(
      told.waits?.missing.map(({ sentence }) => sentence).filter((sentence) => sentence.endsWith('is down.')).length,
    ).toBeGreaterThanOrEqual(1);
    expect(told.unseen).toContain('This was read from logs: until when it waits is not in them.');
  });
});

test('of a trace that was read from logs, what the logs do not show is said', () => {
  const origin = { log: 0, line: 1, uncertainMs: 5 };
  const timeline = new Timeline(MEMBERS, [
    eventOf(0, { ...server(1, { changes: { role: 'LOOKING', phase: 'looking' } }), what: { type: 'boot', sid: 1 }, origin }),
    eventOf(1, { ...server(1), what: { type: 'logLine', text: 'New election. My id = 1' }, origin }),
    eventOf(2, { ...server(1, { changes: { role: 'FOLLOWING' } }), what: { type: 'logLine', text: 'FOLLOWING' }, origin }),
  ]);
  const told = answer(timeline, { ask: 'event', n: 2 }, 2, en);
  expect(told.unseen).toEqual([
    'This was read from logs: they do not show the decision itself.',
    'This was read from logs: what led here further back is not in them.',
  ]);
  expect(answer(timeline, { ask: 'event', n: 2 }, 2, zh).unseen[0]).toContain('日志');
});

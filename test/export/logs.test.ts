/**
 * There and back: what a trace says of roles, votes, epochs and synchronizations is what the reader of server logs finds in the logs that
 * are written from it, with DEBUG lines and without.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { utf8, type Sid } from '../../src/base/ids.ts';
import { formatZxid } from '../../src/base/zxid.ts';
import { Ensemble } from '../../src/ensemble/conductor.ts';
import type { Core } from '../../src/ensemble/host/host.ts';
import { InlineHost } from '../../src/ensemble/host/inline.ts';
import { DEFAULT_CONFIG, DEFAULT_OPTIONS } from '../../src/ensemble/options.ts';
import { runScenario } from '../../src/ensemble/runScenario.ts';
import { parseScenario } from '../../src/ensemble/scenario.ts';
import { SCENARIOS } from '../../src/ensemble/scenarios/index.ts';
import type { Command, TraceEvent } from '../../src/ensemble/types.ts';
import { serverLog } from '../../src/export/logs/serverLog.ts';
import { understand } from '../../src/intake/logs/case.ts';
import { readLog } from '../../src/intake/logs/reader.ts';
import { summarize } from '../../src/intake/logs/summary.ts';
import { OPEN_ACL } from '../../src/tree/aclCache.ts';
import { step } from '../../src/zab/server.ts';
import type { EnsembleConfig, Member, Role, Vote } from '../../src/zab/types.ts';

interface Told {
  /** Without DOWN, which a log shows only when the process comes back. */
  readonly roles: Readonly<Record<Sid, readonly Role[]>>;
  /** Voters' own proposals as they changed: `3 0x0 in round 1`. */
  readonly votes: Readonly<Record<Sid, readonly string[]>>;
  readonly elections: Readonly<Record<Sid, readonly { readonly epoch: number | null; readonly supporters: readonly Sid[] }[]>>;
  readonly syncs: Readonly<Record<Sid, readonly string[]>>;
}

const voteText = ({ leader, zxid }: Pick<Vote, 'leader' | 'zxid'>, round: number | null) =>
  `${leader} ${formatZxid(zxid)} in round ${round}`;

function perServer<T>(members: readonly Member[], of: (sid: Sid) => T): Record<Sid, T> {
  return Object.fromEntries(members.map(({ sid }) => [sid, of(sid)]));
}

/** Two equal neighbours are one: a log shows no difference between going on and saying the same again. */
function steps<T>(list: readonly T[]): readonly T[] {
  return list.filter((item, i) => i === 0 || item !== list[i - 1]);
}

/** Observers hear votes and have none. */
function isObserver(members: readonly Member[], sid: Sid): boolean {
  return members.some((member) => member.sid === sid && member.type === 'observer');
}

function inTrace(events: readonly TraceEvent[], members: readonly Member[]): Told {
  const of = (sid: Sid) => events.filter(({ actor }) => actor.kind === 'server' && actor.sid === sid).map(({ decisions }) => decisions);
  return {
    roles: perServer(members, (sid) =>
      steps(
        of(sid)
          .flat()
          .flatMap((d): Role[] => {
            if (d.rule === 'election.start') return ['LOOKING'];
            return d.rule === 'vote.final' || (d.rule === 'vote.established' && d.outcome === 'joined') ? [d.role] : [];
          }),
      ),
    ),
    votes: perServer(members, (sid) => {
      if (isObserver(members, sid)) return [];
      let round = 0;
      const held = of(sid).flatMap((decisions) =>
        decisions.flatMap((d): string[] => {
          if (d.rule === 'election.start') round = d.round;
          else if (d.rule === 'vote.round' && d.outcome === 'caughtUp') round = d.theirRound;
          if (d.rule === 'election.start') return [voteText(d.vote, round)];
          if (d.rule !== 'vote.order') return [];
          const late = decisions.some((other) => other.rule === 'vote.round' && other.outcome === 'caughtUp' && other.from === d.from);
          return d.outcome === 'adopted' ? [voteText(d.theirs, round)] : late ? [voteText(d.mine, round)] : [];
        }),
      );
      return steps(held);
    }),
    elections: perServer(members, (sid) => {
      const led: { epoch: number | null; supporters: readonly Sid[] }[] = [];
      for (const d of of(sid).flat()) {
        // A leader that comes back before anybody noticed is told by the others that it leads, and believes them.
        const isDecided = d.rule === 'vote.final' || (d.rule === 'vote.established' && d.outcome === 'joined');
        if (isDecided && d.role === 'LEADING') led.push({ epoch: null, supporters: [] });
        else if (d.rule === 'leader.established')
          led.splice(-1, 1, { epoch: d.epoch, supporters: [...d.supporters].sort((a, b) => a - b) });
      }
      return led;
    }),
    syncs: perServer(members, (sid) =>
      of(sid)
        .flat()
        .flatMap((d) =>
          d.rule === 'sync.mode' ? [`${d.learner} has ${formatZxid(d.peerLastZxid)}: ${d.mode} ${formatZxid(d.zxidSent)}`] : [],
        ),
    ),
  };
}

function inLogs(events: readonly TraceEvent[], members: readonly Member[], config: EnsembleConfig, debug: boolean): Told {
  const logs = members.map(({ sid }, i) => readLog(i, `server-${sid}.log`, utf8(serverLog(events, members, config, sid, { debug }))));
  for (const log of logs) expect(Object.keys(log.layouts), 'layouts').toEqual(['C1']);
  const { servers, elections, syncs } = summarize(understand(logs, {}));
  const server = (sid: Sid) => servers.find((one) => one.sid === sid);
  return {
    roles: perServer(members, (sid) => steps((server(sid)?.roles ?? []).flatMap(({ role }) => (role === 'DOWN' ? [] : [role])))),
    votes: perServer(members, (sid) =>
      isObserver(members, sid) ? [] : steps((server(sid)?.votes ?? []).map((vote) => voteText(vote, vote.round))),
    ),
    elections: perServer(members, (sid) =>
      elections.filter(({ leader }) => leader === sid).map(({ epoch, supporters }) => ({ epoch, supporters })),
    ),
    syncs: perServer(members, (sid) =>
      syncs
        .filter(({ leader }) => leader === sid)
        .map(({ learner, peerLastZxid, mode, zxid }) => `${learner} has ${text(peerLastZxid)}: ${mode} ${text(zxid)}`),
    ),
  };
}

function text(zxid: Parameters<typeof formatZxid>[0] | null): string {
  return zxid === null ? 'nothing' : formatZxid(zxid);
}

describe('the logs of a ready scenario tell what happened in it', () => {
  test.each(Object.keys(SCENARIOS))('%s', async (name) => {
    const scenario = parseScenario(SCENARIOS[name], name);
    const { ensemble } = await runScenario(scenario, new InlineHost(step as Core));
    const truth = inTrace(ensemble.trace, scenario.members);
    expect(inLogs(ensemble.trace, scenario.members, scenario.config, true), 'with DEBUG').toEqual(truth);
    expect(inLogs(ensemble.trace, scenario.members, scenario.config, false), 'INFO only').toEqual(truth);
  });
});

// ---------------------------------------------------------------------------------------------------------------------
// Random faults.

interface Fault {
  readonly afterMs: number;
  readonly command: Command;
}

const SERVERS = 5;
const sid = fc.integer({ min: 1, max: SERVERS });
const command = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constantFrom('kill', 'crash', 'stop', 'pause', 'resume'), sid }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('start'), sid }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('cut'), from: sid, to: sid, oneWay: fc.boolean() }).filter(({ from, to }) => from !== to),
  },
  { weight: 2, arbitrary: fc.constant({ type: 'heal' } as const) },
  {
    weight: 3,
    arbitrary: fc.constant({
      type: 'request',
      client: 1,
      request: { op: 'create', path: '/n-', data: new Uint8Array(3), acl: OPEN_ACL, mode: 'persistentSequential' },
    } as const),
  },
);
const faults: fc.Arbitrary<readonly Fault[]> = fc.array(fc.record({ afterMs: fc.integer({ min: 1, max: 3000 }), command }), {
  maxLength: 12,
});

test('the logs of servers under random faults tell what happened to them', () => {
  fc.assert(
    fc.property(faults, fc.integer({ min: 1, max: 1000 }), fc.option(sid), (plan, seed, observer) => {
      const members = Array.from({ length: SERVERS }, (_, i): Member => ({
        sid: i + 1,
        type: i + 1 === observer ? 'observer' : 'participant',
      }));
      const config: EnsembleConfig = { ...DEFAULT_CONFIG, members };
      const ensemble = new Ensemble({ ...DEFAULT_OPTIONS, seed, config }, new InlineHost(step as Core));
      for (const { sid: each } of config.members) ensemble.command({ type: 'start', sid: each });
      ensemble.command({ type: 'connect', client: 1, timeoutMs: 10_000 });
      ensemble.run({ untilMs: 4_000 });
      for (const fault of plan) {
        try {
          ensemble.command(fault.command);
        } catch {
          // A server that is up already is not started again, and so on.
        }
        ensemble.run({ untilMs: ensemble.now + fault.afterMs });
      }
      ensemble.run({ untilMs: ensemble.now + 3_000 });
      const truth = inTrace(ensemble.trace, config.members);
      expect(inLogs(ensemble.trace, config.members, config, true), 'with DEBUG').toEqual(truth);
      expect(inLogs(ensemble.trace, config.members, config, false), 'INFO only').toEqual(truth);
    }),
    { numRuns: 20 },
  );
});

describe('what ends or delays a server is in its log', () => {
  const logOf = (commands: readonly Command[], settleMs: number) => {
    const config: EnsembleConfig = { ...DEFAULT_CONFIG };
    const ensemble = new Ensemble({ ...DEFAULT_OPTIONS, seed: 3, config }, new InlineHost(step as Core));
    for (const { sid: each } of config.members) ensemble.command({ type: 'start', sid: each });
    ensemble.command({ type: 'connect', client: 1, servers: [1], timeoutMs: 10_000 });
    ensemble.run({ untilMs: 3_000 });
    for (const each of commands) ensemble.command(each);
    ensemble.run({ untilMs: ensemble.now + settleMs });
    return (sid: Sid) => serverLog(ensemble.trace, config.members, config, sid);
  };
  const write: Command = {
    type: 'request',
    client: 1,
    request: { op: 'create', path: '/a', data: new Uint8Array(3), acl: OPEN_ACL, mode: 'persistent' },
  };

  test('an fsync of more than a second, with the size of the file', () => {
    const log = logOf([{ type: 'slowDisk', sid: 1, fsyncMs: 1500 }, write], 3_000)(1);
    expect(log).toMatch(
      /WARN {2}\[SyncThread:1:FileTxnLog@394\] - fsync-ing the write ahead log in SyncThread:1 took 1\d{3}ms .*File size is [1-9]\d* bytes/,
    );
  });

  test('a full disk', () => {
    const log = logOf([{ type: 'diskFull', sid: 2, full: true }, write], 1_000)(2);
    expect(log).toContain('- Severe unrecoverable error, from thread : SyncThread:2\njava.io.IOException: ');
  });

  test('SIGTERM leaves no line; the next process begins with its configuration', () => {
    const before = logOf([], 0)(3);
    const after = logOf([{ type: 'stop', sid: 3 }], 100)(3);
    expect(after.startsWith(before)).toBe(true);
    expect(after.split('\n').filter((line) => line.includes('Shutting down') || line.includes('Exiting'))).toEqual([]);
    expect(before).toMatch(
      /^2026-01-01 00:00:00,\d{3} \[myid:\] - INFO {2}\[main:QuorumPeerConfig@177\] - Reading configuration from: zoo.cfg\n/,
    );
  });

  test('a server that cannot start says why, with its exceptions, and ends', () => {
    const down: Command = { type: 'kill', sid: 1 };
    const damage: Command = { type: 'deleteFile', sid: 1, file: 'snapshot.0' };
    const log = logOf([write, down, damage, { type: 'start', sid: 1 }], 1_500)(1);
    expect(log).toMatch(/ERROR \[main:QuorumPeer@1200\] - Unable to load database on disk\njava\.io\.IOException: No snapshot found/);
    expect(log).toMatch(/ServiceUtils@42\] - Exiting JVM with code 1\n$/);
  });
});

/** What a learner does with each packet of synchronization: what it takes into memory, what it leaves for later, what makes it give up. */
import { describe, expect, it } from 'vitest';
import { listLength, mapGet } from '../../../src/base/chunked.ts';
import { utf8 } from '../../../src/base/ids.ts';
import { zxid } from '../../../src/base/zxid.ts';
import { readFile } from '../../../src/store/disk.ts';
import { beginSnapshot } from '../../../src/store/snapshot.ts';
import { scanLog } from '../../../src/store/txnLog.ts';
import { withConfig } from '../../../src/tree/tree.ts';
import { configText, snapshotFormat } from '../../../src/zab/database.ts';
import { PROFILE_CURRENT, PROFILE_SOUND, type Profile } from '../../../src/zab/profile.ts';
import { step } from '../../../src/zab/server.ts';
import type { QuorumPacket } from '../../../src/zab/types.ts';
import { commit, DIFF, inform, Led, NEWLEADER, proposal, UPTODATE, type LedOptions } from './led.ts';

const TRUNC: QuorumPacket = { kind: 'TRUNC', zxid: zxid(1, 6) };

/** What the learner has is also what the leader sends as a snapshot. */
const snapOf = (led: Led): QuorumPacket => ({ kind: 'SNAP', zxid: zxid(1, 6), tree: led.server.tree });

const openedBy = (mode: 'DIFF' | 'SNAP' | 'TRUNC', options: LedOptions = {}): Led => {
  const led = new Led(options);
  return led.hears(mode === 'DIFF' ? DIFF : mode === 'TRUNC' ? TRUNC : snapOf(led));
};

const IN_FULL = ['SNAP', 'TRUNC'] as const;
const OBSERVER: LedOptions = { type: 'observer' };

describe('a COMMIT before NEWLEADER', () => {
  it.each(IN_FULL)('takes effect at once behind %s: the snapshot that is taken at NEWLEADER will hold it', (mode) => {
    const led = openedBy(mode).hears(proposal(7), proposal(8), commit(7));
    expect(led.applied).toEqual([7]);
    led.hears(commit(8));
    expect(led.applied).toEqual([7, 8]);
    expect(led.server.tree.lastProcessedZxid).toEqual(zxid(1, 8));
    led.hears(NEWLEADER, UPTODATE).run(5);
    expect(led.doings.filter((doing) => doing.startsWith('append log.'))).toEqual([]);
    expect(led.server).toMatchObject({ lastLogged: zxid(1, 8), lastSynced: zxid(1, 8), learning: { notLogged: [] } });
  });

  it('takes effect in versions that do not remember it in committedLog too (ZOOKEEPER-4925)', () => {
    const led = openedBy('SNAP', { profile: { ...PROFILE_CURRENT, syncApply: 'forgotten' } }).hears(proposal(7), commit(7));
    expect(led.applied).toEqual([7]);
    expect(listLength(led.server.committedLog)).toBe(0);
  });

  it.each(IN_FULL)('of another txn than the first that was proposed is ignored behind %s', (mode) => {
    const led = openedBy(mode).hears(proposal(7), proposal(8), commit(8));
    expect(led.applied).toEqual([]);
    expect(led.cores.decided('commit.unexpected')).toMatchObject([{ zxid: zxid(1, 8), head: zxid(1, 7), outcome: 'ignored' }]);
    expect(led.hears(commit(7)).applied).toEqual([7]);
  });

  it.each(['DIFF', ...IN_FULL] as const)('without a proposal ends the following after %s: Java meets a null pointer there', (mode) => {
    const led = openedBy(mode).hears(commit(7));
    expect(led.cores.decided('commit.unexpected')).toMatchObject([{ zxid: zxid(1, 7), head: null, outcome: 'gaveUp' }]);
    expect(led.gaveUp).toEqual(['commitMismatch']);
    expect(led.server.phase).toBe('looking');
  });

  it('waits for NEWLEADER behind DIFF', () => {
    const led = openedBy('DIFF').hears(proposal(7), commit(7));
    expect(led.applied).toEqual([]);
    expect(led.hears(NEWLEADER).applied).toEqual([7]);
  });
});

describe('a COMMIT between NEWLEADER and UPTODATE', () => {
  it.each(['DIFF', ...IN_FULL] as const)('waits for UPTODATE, and its txn for the log, after %s', (mode) => {
    const led = openedBy(mode).hears(NEWLEADER, proposal(7), commit(7)).run(5);
    expect(led.applied).toEqual([]);
    expect(led.server.lastLogged).toEqual(zxid(1, 6));
    led.hears(UPTODATE).run(5);
    expect(led.applied).toEqual([7]);
    expect(led.server.lastSynced).toEqual(zxid(1, 7));
    expect(led.doings.at(-1)).toBe('ACK');
  });
});

describe('an INFORM of an observer', () => {
  it.each(IN_FULL)('takes effect at once behind %s', (mode) => {
    expect(openedBy(mode, OBSERVER).hears(inform(7), inform(8)).applied).toEqual([7, 8]);
  });

  it('waits for UPTODATE behind DIFF, and for the log; nothing of it is acknowledged', () => {
    const led = openedBy('DIFF', OBSERVER).hears(inform(7), inform(8), NEWLEADER);
    expect(led.applied).toEqual([]);
    led.hears(UPTODATE).run(5);
    expect(led.applied).toEqual([7, 8]);
    expect(led.server.lastSynced).toEqual(zxid(1, 8));
    expect(led.doings.filter((doing) => doing === 'ACK')).toHaveLength(2);
  });

  it.each(['DIFF', ...IN_FULL] as const)('behind a gap takes no effect after %s: mainline starts over', (mode) => {
    const led = openedBy(mode, OBSERVER).hears(inform(7), inform(9));
    expect(led.gaveUp).toEqual(['nonContinuous: got 0x100000009 behind 0x100000007']);
    expect(led.applied).not.toContain(9);
  });
});

describe('what an observer was sent as PROPOSAL and COMMIT', () => {
  it('takes effect at UPTODATE, each with its COMMIT; one that has none is passed over', () => {
    const led = openedBy('DIFF', OBSERVER).hears(proposal(7), proposal(8), commit(8), proposal(9), commit(9), NEWLEADER);
    expect(led.applied).toEqual([]);
    led.hears(UPTODATE).run(5);
    expect(led.applied).toEqual([8, 9]);
    expect(led.server).toMatchObject({ lastSynced: zxid(1, 9), phase: 'observing.broadcast' });
  });

  it('behind the last COMMIT ends the observing: Java meets a null pointer there', () => {
    const led = openedBy('DIFF', OBSERVER).hears(proposal(7), commit(7), proposal(8), NEWLEADER, UPTODATE);
    expect(led.gaveUp).toEqual(['unexpectedPacket: UPTODATE with no COMMIT of 0x100000008']);
    expect(led.applied).toEqual([7]);
    expect(led.server).toMatchObject({ phase: 'looking', serving: false });
  });

  it.each(['epochFirst', 'appendAll', 'appendCommitted', 'ackFirst', 'epochThenHistory', 'ackBeforeFlush', 'proposalAckFirst'] as const)(
    'does not reach its log before UPTODATE: %s',
    (newLeaderOrder) => {
      const profile: Profile = { ...PROFILE_CURRENT, newLeaderOrder };
      const led = openedBy('DIFF', { ...OBSERVER, profile })
        .hears(proposal(7), commit(7), NEWLEADER)
        .run(5);
      expect(led.doings).toEqual(['writeAtomic currentEpoch', 'ACK']);
      expect(led.applied).toEqual([]);
      led.hears(UPTODATE).run(5);
      expect([led.applied, led.server.lastSynced]).toEqual([[7], zxid(1, 7)]);
    },
  );
});

describe('a proposal behind another', () => {
  type At = readonly [counter: number, epoch: number];
  it.each<readonly [string, At, At, readonly string[]]>([
    ['the next one', [7, 1], [8, 1], []],
    ['of a later epoch', [9, 1], [1, 2], []],
    ['a gap', [7, 1], [9, 1], ['nonContinuous: got 0x100000009 behind 0x100000007']],
    ['the same again', [7, 1], [7, 1], ['nonContinuous: got 0x100000007 behind 0x100000007']],
    ['of an earlier epoch, although its counter is the next', [7, 2], [8, 1], ['nonContinuous: got 0x100000008 behind 0x200000007']],
  ])('%s', (_what, first, second, gaveUp) => {
    expect(openedBy('DIFF').hears(proposal(...first), proposal(...second)).gaveUp).toEqual(gaveUp);
  });
});

describe('SNAP', () => {
  it('empties committedLog: what led to the tree that is gone is no history of this one', () => {
    const led = new Led();
    expect(listLength(led.server.committedLog)).toBeGreaterThan(0);
    expect(listLength(led.hears(snapOf(led)).server.committedLog)).toBe(0);
  });

  it('brings the leader’s configuration node, which is overwritten with one’s own', () => {
    const led = new Led();
    const tree = withConfig(led.server.tree, utf8('server.9=elsewhere'), 0);
    led.hears({ kind: 'SNAP', zxid: zxid(1, 6), tree });
    expect(mapGet(led.server.tree.nodes, '/zookeeper/config')?.data).toEqual(configText(led.cores.config));
  });

  it('leaves the tree that was there to a snapshot that is being written', () => {
    const led = new Led();
    const { server } = led;
    const task = { file: 'snapshot.100000006', part: 'snapshot.100000006', tree: null };
    const snapshotting = { ...task, writer: beginSnapshot(server.tree, snapshotFormat(led.cores.config)) };
    led.cores.servers.set(1, { ...server, snapshotting });
    led.hears({ kind: 'SNAP', zxid: zxid(1, 9), tree: withConfig(server.tree, utf8('another'), 0) });
    expect(led.server.snapshotting?.tree).toBe(server.tree);
  });

  it('is stored before the logs that it replaces are deleted', () => {
    const led = new Led({ profile: { ...PROFILE_CURRENT, snapLogs: 'deleted' } });
    led.hears({ kind: 'SNAP', zxid: zxid(1, 9), tree: led.server.tree }, NEWLEADER);
    expect(led.doings).toEqual(['writeAtomic snapshot.100000009', 'delete log.100000001', 'writeAtomic currentEpoch', 'ACK']);
    expect(led.server).toMatchObject({ lastLogged: zxid(1, 9), lastSynced: zxid(1, 9) });
  });
});

describe('TRUNC', () => {
  it('is followed by a snapshot that nobody waits for, and its log stays', () => {
    const led = openedBy('TRUNC', { profile: { ...PROFILE_CURRENT, snapLogs: 'deleted' } }).hears(NEWLEADER);
    expect(led.doings).toEqual([
      'truncate log.100000001',
      'create snapshot.100000006',
      'append snapshot.100000006',
      'writeAtomic currentEpoch',
      'ACK',
    ]);
  });

  it('to a zxid behind the log ends the process with exit code 13', () => {
    const led = new Led().hears({ kind: 'TRUNC', zxid: zxid(1, 9) });
    expect(led.cores.exits).toEqual([{ sid: 1, code: 13 }]);
  });

  it.each([
    ['cut', { kind: 'TRUNC', zxid: zxid(1, 9) }, 'snapshot.none', 'failed'],
    ['read behind the cut', TRUNC, 'snapshot.0', undefined],
  ] as const)('leaves everything as it is where the disk cannot be %s: the process has ended', (_what, message, lost, outcome) => {
    const { server, cores } = new Led();
    const files = Object.fromEntries(Object.entries(server.disk.files).filter(([name]) => name !== lost));
    const input = { type: 'receive', conn: server.learning?.conn ?? -1, message } as const;
    const ended = step({ ...server, disk: { files } }, input, cores.now);
    expect(ended.output.effects.at(-1)).toMatchObject({ type: 'exit' });
    expect(ended.output.decisions.find(({ rule }) => rule === 'sync.truncated')).toEqual(outcome && expect.objectContaining({ outcome }));
    expect(ended.server.tree).toBe(server.tree);
  });

  /** What is left in the log when nothing should be. */
  const leftOf = (profile: Profile): { led: Led; counters: readonly number[] } => {
    const led = new Led({ profile }).hears({ kind: 'TRUNC', zxid: zxid(0, 0) });
    const { records } = scanLog(readFile(led.server.disk, 'log.100000001'));
    return { led, counters: records.map(({ txn }) => txn.zxid.counter) };
  };

  it('to a zxid before the log leaves its first txn, which the server then takes for cut', () => {
    const { led, counters } = leftOf(PROFILE_CURRENT);
    expect(counters).toEqual([1]);
    expect(led.server).toMatchObject({ tree: { lastProcessedZxid: zxid(0, 0) }, lastLogged: zxid(0, 0), lastSynced: zxid(0, 0) });
  });

  it('leaves nothing behind the point where that is mended', () => {
    expect(leftOf(PROFILE_SOUND).counters).toEqual([]);
  });

  it('that cannot lead to the point is not carried out where that is mended: the learner asks for SNAP, once', () => {
    const led = new Led({ profile: PROFILE_SOUND });
    const { tree, disk } = led.server;
    led.hears({ kind: 'TRUNC', zxid: zxid(1, 9) });
    expect(led.gaveUp).toEqual(['truncFailed: the disk cannot be brought back to 0x100000009']);
    expect(led.server).toMatchObject({ phase: 'looking', wantsSnapshot: true });
    expect(led.server.tree).toBe(tree);
    expect(led.server.disk.files['log.100000001']).toBe(disk.files['log.100000001']);
    const asked = (): unknown => led.cores.sent.findLast(({ message }) => message.kind === 'ACKEPOCH')?.message;
    led.join();
    expect(asked()).toMatchObject({ wantsSnapshot: true });
    led.hears(snapOf(led)).cores.inject(1, { type: 'disconnected', conn: led.server.learning?.conn ?? -1, reason: 'closed' });
    led.join();
    expect(asked()).not.toHaveProperty('wantsSnapshot');
  });
});

describe('NEWLEADER', () => {
  it('makes nothing durable where nothing came', () => {
    expect(openedBy('DIFF', { after: 'disconnection' }).hears(NEWLEADER).doings).toEqual(['writeAtomic currentEpoch', 'ACK']);
  });

  it.each(['appendCommitted', 'ackBeforeFlush', 'proposalAckFirst'] as const)('brings into memory what is committed: %s', (order) => {
    const led = openedBy('DIFF', { profile: { ...PROFILE_CURRENT, newLeaderOrder: order } });
    expect(led.hears(proposal(7), commit(7), proposal(8), NEWLEADER).applied).toEqual([7]);
  });

  it.each(['epochThenHistory', 'proposalAckFirst'] as const)('is left half done when the leader is lost: %s', (newLeaderOrder) => {
    const led = openedBy('SNAP', { profile: { ...PROFILE_CURRENT, newLeaderOrder } }).hears(NEWLEADER);
    const conn = led.server.learning?.conn ?? -1;
    const { effects } = step(led.server, { type: 'disconnected', conn, reason: 'closed' }, led.cores.now).output;
    expect(effects).toContainEqual({ type: 'cancelTimer', timer: 'newLeader' });
    expect(led.run(5).cores.decided('newLeader.received')).toHaveLength(1);
  });
});

/** A learner whose leader is the test: from the opening packet of synchronization on, everything it hears is said by hand. */
import { expect } from 'vitest';
import { mapGet } from '../../../src/base/chunked.ts';
import { zxid, type Zxid } from '../../../src/base/zxid.ts';
import { encodeTxn } from '../../../src/store/txnCodec.ts';
import type { Txn } from '../../../src/tree/types.ts';
import { PROFILE_CURRENT, type Profile } from '../../../src/zab/profile.ts';
import type { Server } from '../../../src/zab/server.ts';
import type { QuorumPacket } from '../../../src/zab/types.ts';
import { Cores, OPEN } from '../cores.ts';

const SAID_BY_HAND: readonly string[] = ['DIFF', 'SNAP', 'TRUNC', 'PROPOSAL', 'COMMIT', 'INFORM', 'NEWLEADER', 'UPTODATE', 'PING'];

export const DIFF: QuorumPacket = { kind: 'DIFF', zxid: zxid(1, 9) };
export const NEWLEADER: QuorumPacket = { kind: 'NEWLEADER', zxid: zxid(1, 0) };
export const UPTODATE: QuorumPacket = { kind: 'UPTODATE' };

/** Creates `/p7` for 1:7. */
function txnAt(at: Zxid): Txn {
  const body = { type: 'create', path: `/p${at.counter}`, data: null, acl: OPEN, ephemeral: false, parentCVersion: at.counter } as const;
  return { session: '0x1', cxid: 0, zxid: at, time: 0, digest: null, body };
}

export function proposal(counter: number, epoch = 1): QuorumPacket {
  const txn = txnAt(zxid(epoch, counter));
  return { kind: 'PROPOSAL', zxid: txn.zxid, txn, bytes: encodeTxn(txn) };
}

export function inform(counter: number, epoch = 1): QuorumPacket {
  const txn = txnAt(zxid(epoch, counter));
  return { kind: 'INFORM', zxid: txn.zxid, txn, bytes: encodeTxn(txn) };
}

export function commit(counter: number): QuorumPacket {
  return { kind: 'COMMIT', zxid: zxid(1, counter) };
}

export interface LedOptions {
  readonly profile?: Profile;
  readonly type?: 'participant' | 'observer';
  /** Its process starts again before it turns to the leader (the default), or only its connection was lost. */
  readonly after?: 'restart' | 'disconnection';
}

/** Server 1 of three has txns 1:1 to 1:6 in log and memory; 3 leads epoch 1, and 1 has just acknowledged that epoch. */
export class Led {
  readonly cores: Cores;

  constructor({ profile = PROFILE_CURRENT, type = 'participant', after = 'restart' }: LedOptions = {}) {
    const members = [1, 2, 3].map((sid) => ({ sid, type: sid === 1 ? type : ('participant' as const) }));
    this.cores = new Cores(3, { profile, members }).boot(1, 2, 3).run(2000);
    const client = this.cores.connectClient(2);
    this.cores.run(50);
    for (let i = 0; i < 5; i++) this.cores.create(client, i + 1, `/a${i}`);
    this.cores.run(50);
    const { learning } = this.server;
    this.cores.passes = (from, to, { kind }) =>
      !(from === 3 && to === 1 && SAID_BY_HAND.includes(kind)) && !(from === 1 && to === 3 && kind === 'ACK');
    if (after === 'restart') this.cores.kill(1).run(10).boot(1);
    else this.cores.inject(1, { type: 'disconnected', conn: learning?.conn ?? -1, reason: 'closed' });
    this.join();
  }

  /** Lets time pass until it has acknowledged the epoch. */
  join(): this {
    for (let ms = 0; ms < 2000 && this.server.zabState !== 'SYNCHRONIZATION'; ms++) this.cores.run(1);
    expect(this.server.zabState).toBe('SYNCHRONIZATION');
    this.cores.doings.length = 0;
    this.cores.decisions.length = 0;
    return this;
  }

  get server(): Server {
    return this.cores.server(1);
  }

  /** It hears all of them at one time. */
  hears(...messages: readonly QuorumPacket[]): this {
    for (const message of messages) this.cores.inject(1, { type: 'receive', conn: this.server.learning?.conn ?? -1, message });
    return this;
  }

  run(ms: number): this {
    this.cores.run(ms);
    return this;
  }

  /** Counters of the proposals that are in its memory. */
  get applied(): readonly number[] {
    return [7, 8, 9, 10, 11].filter((counter) => mapGet(this.server.tree.nodes, `/p${counter}`) !== undefined);
  }

  get gaveUp(): readonly string[] {
    return this.cores.decided('learner.gaveUp').map(({ reason, detail }) => (detail === undefined ? reason : `${reason}: ${detail}`));
  }

  /** What it has written and sent since it acknowledged the epoch. */
  get doings(): readonly string[] {
    return this.cores.doings
      .filter(({ sid, doing }) => sid === 1 && doing !== 'NOTIFICATION' && doing !== 'PING')
      .map(({ doing }) => doing);
  }
}

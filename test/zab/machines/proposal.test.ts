/** The log strip paints a txn by four numbers of its server; the machine says what these numbers mean. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { zxid } from '../../../src/base/zxid.ts';
import { cellState } from '../../../src/trace/strip.ts';
import { newServer } from '../../../src/trace/view.ts';
import { proposalPhase, type ProposalEvent } from '../../../src/zab/machines/proposal.ts';

const COUNTER = fc.nat(3);

describe('the state of a txn on a server', () => {
  it('as the log strip paints it is the one the proposal machine reaches', () => {
    const cell = { zxid: zxid(1, 2), type: 'create', path: '/a', session: '0x1', cxid: 1 } as const;
    fc.assert(
      fc.property(COUNTER, COUNTER, COUNTER, COUNTER, fc.boolean(), (logged, synced, committed, applied, cut) => {
        const events: ProposalEvent[] = [];
        if (logged >= 2) events.push('written');
        // What is durable was written before.
        if (synced >= 2) events.push('written', 'fsynced');
        if (committed >= 2) events.push('committed');
        if (applied >= 2) events.push('applied');
        if (cut) events.push('truncated');
        const server = newServer(1);
        const state = cellState(cell, {
          lastLogged: zxid(1, logged),
          lastSynced: zxid(1, synced),
          committedZxid: zxid(1, committed),
          lastZxid: zxid(1, applied),
          log: { ...server.log, discarded: cut ? [{ cell, at: 0 }] : [] },
        });
        expect(state).toBe(proposalPhase(events));
      }),
    );
  });
});

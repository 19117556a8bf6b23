/** The numbers a rule compared, side by side: what came from outside, and what the deciding server has. */
import { ms, plainText, z } from './text.ts';
import type { DecisionOf, Label } from './language.ts';
import type { Sid } from '../../base/ids.ts';
import type { RuleId, Vote } from '../../zab/types.ts';

/** A label, the other side's number, and this server's; either side may be empty. */
export type NumberRow = readonly [label: Label, theirs: string, mine: string];

const NONE = '';
const voteRows = (theirs: Vote, mine: Vote | null): readonly NumberRow[] => [
  ['epoch', String(theirs.peerEpoch), mine === null ? NONE : String(mine.peerEpoch)],
  ['zxid', z(theirs.zxid), mine === null ? NONE : z(mine.zxid)],
  ['sid', String(theirs.leader), mine === null ? NONE : String(mine.leader)],
];
const list = (sids: readonly Sid[]): string => (sids.length === 0 ? '–' : sids.join(', '));

export const NUMBERS: { readonly [R in RuleId]: (decision: DecisionOf<R>) => readonly NumberRow[] } = {
  'election.start': (d) => [
    ['round', NONE, String(d.round)],
    ['epoch', NONE, String(d.vote.peerEpoch)],
    ['zxid', NONE, z(d.vote.zxid)],
  ],
  'vote.order': (d) => voteRows(d.theirs, d.mine),
  'vote.round': (d) => [['round', String(d.theirRound), String(d.myRound)]],
  'vote.rejected': (d) => [['leader', String(d.leader), NONE]],
  'vote.quorum': (d) => [...voteRows(d.vote, null), ['supporters', list(d.supporters), NONE], ['votersNeeded', String(d.voters), NONE]],
  'vote.final': (d) => [
    ...voteRows(d.vote, null),
    ['supporters', list(d.supporters), NONE],
    ['waited', NONE, ms(d.waitedMs)],
    ['took', NONE, ms(d.tookMs)],
  ],
  'vote.established': (d) => [
    ['leader', String(d.leader), NONE],
    ['supporters', list(d.supporters), NONE],
  ],
  'election.backoff': (d) => [
    ['waited', NONE, ms(d.waitedMs)],
    ['next', NONE, ms(d.nextMs)],
  ],
  'connection.order': (d) => [
    ['initiator', String(d.initiator), NONE],
    ['sid', String(d.peer), NONE],
  ],
  'epoch.propose': (d) => [
    ['acceptedEpoch', String(d.theirAcceptedEpoch), NONE],
    ['newEpoch', NONE, String(d.epoch)],
    ['heard', list(d.heard), NONE],
  ],
  'epoch.accept': (d) => [['acceptedEpoch', String(d.epoch), String(d.acceptedEpoch)]],
  'epoch.ack': (d) => [
    ['currentEpoch', String(d.theirEpoch), String(d.myEpoch)],
    ['lastZxid', z(d.theirZxid), z(d.myZxid)],
    ['heard', list(d.acked), NONE],
  ],
  'sync.mode': (d) => [
    ['lastZxid', z(d.peerLastZxid), z(d.lastProcessedZxid)],
    ['minCommittedLog', NONE, z(d.minCommittedLog)],
    ['maxCommittedLog', NONE, z(d.maxCommittedLog)],
    ['zxidSent', NONE, z(d.zxidSent)],
    ['queued', NONE, String(d.queued)],
  ],
  'sync.opened': (d) => [['zxid', z(d.zxid), z(d.myZxid)]],
  'sync.truncated': (d) => [
    ['from', NONE, z(d.from)],
    ['to', z(d.to), NONE],
  ],
  'newLeader.received': (d) => [
    ['epoch', String(d.epoch), NONE],
    ['logged', NONE, String(d.logged)],
    ['left', NONE, String(d.left)],
  ],
  'newLeader.ack': (d) => [
    ['zxid', z(d.zxid), NONE],
    ['epoch', NONE, String(d.epoch)],
    ['heard', list(d.acked), NONE],
  ],
  'leader.established': (d) => [
    ['epoch', NONE, String(d.epoch)],
    ['zxid', NONE, z(d.zxid)],
    ['supporters', list(d.supporters), NONE],
  ],
  'learner.serving': (d) => [
    ['epoch', String(d.epoch), NONE],
    ['zxid', NONE, z(d.zxid)],
    ['left', NONE, String(d.waiting)],
  ],
  'request.validated': (d) => [
    ['zxid', NONE, z(d.zxid)],
    ['session', d.session, NONE],
    ['path', d.path === null ? NONE : plainText(d.path), NONE],
    ['error', NONE, d.err],
  ],
  'proposal.ack': (d) => [
    ['zxid', z(d.zxid), NONE],
    ['acks', list(d.acks), NONE],
    ['votersNeeded', NONE, String(d.voters)],
  ],
  'commit.unexpected': (d) => [['zxid', z(d.zxid), d.head === null ? '–' : z(d.head)]],
  'leader.alive': (d) => [['heard', list(d.synced), NONE]],
  'learner.tooSlow': (d) => [
    ['zxid', z(d.zxid), NONE],
    ['waited', ms(d.waitedMs), NONE],
    ['limit', NONE, ms(d.limitMs)],
  ],
  'leader.gaveUp': (d) => [['heard', list(d.synced), NONE]],
  'learner.gaveUp': (d) => [['leader', String(d.leader), NONE]],
  'handler.closed': (d) => [['sid', String(d.learner), NONE]],
  'session.created': (d) => [
    ['session', d.session, NONE],
    ['timeout', ms(d.requestedMs), ms(d.timeoutMs)],
  ],
  'session.expired': (d) => [
    ['session', d.session, NONE],
    ['timeout', NONE, ms(d.timeoutMs)],
  ],
  'session.revalidated': (d) => [['session', d.session, NONE]],
  'client.refused': (d) => [
    ['session', d.session, NONE],
    ['lastZxid', z(d.clientZxid), z(d.serverZxid)],
  ],
  'recovery.step': (d) => recoveryRows(d),
  'recovery.done': (d) => [
    ['lastZxid', NONE, z(d.zxid)],
    ['nodes', NONE, String(d.nodes)],
    ['sessions', NONE, String(d.sessions)],
  ],
  'recovery.failed': (d) => [
    ['exitCode', NONE, String(d.exitCode)],
    ...(d.offset === undefined ? [] : [['offset', NONE, String(d.offset)] as const]),
  ],
  fastForward: (d) => [
    ['from', NONE, z(d.from)],
    ['to', NONE, z(d.to)],
    ['txns', NONE, String(d.txns)],
  ],
  'snapshot.due': (d) => [
    ['txns', NONE, String(d.txns)],
    ['threshold', NONE, String(d.threshold)],
  ],
  'snapshot.taken': (d) => [['nodes', NONE, String(d.nodes)]],
  purge: (d) => [['files', NONE, String(d.deleted.length)]],
  'digest.mismatch': (d) => [
    ['zxid', z(d.zxid), NONE],
    ['digest', String(d.expected), String(d.actual)],
  ],
};

function recoveryRows({ what }: DecisionOf<'recovery.step'>): readonly NumberRow[] {
  switch (what.step) {
    case 'snapshotLoaded':
      return [
        ['zxid', NONE, z(what.zxid)],
        ['nodes', NONE, String(what.nodes)],
        ['sessions', NONE, String(what.sessions)],
      ];
    case 'logReplayed':
      return [['txns', NONE, String(what.count)]];
    case 'epochs':
      return [
        ['acceptedEpoch', NONE, String(what.acceptedEpoch)],
        ['currentEpoch', NONE, String(what.currentEpoch)],
      ];
    case 'snapshotSkipped':
    case 'noSnapshot':
      return [];
  }
}

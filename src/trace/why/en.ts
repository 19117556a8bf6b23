/** Answers to "why?", in English. */
import { sidsEn } from '../narrate/enDecisions.ts';
import { candidate } from '../narrate/text.ts';
import type { WhyTexts } from './texts.ts';

const counted = (have: readonly number[], voters: number, needed: number | null): string =>
  `it has ${have.length} of ${voters} (${sidsEn(have)})${needed === null ? '' : ` and needs ${needed}`}`;

const STAGES: Readonly<Record<string, string>> = {
  connected: 'is connected and has not told its epoch yet',
  epochProposed: 'has been told the new epoch and has not answered yet',
  epochAcked: 'has acknowledged the epoch and is about to be synchronized',
  synchronizing: 'is being synchronized',
  newLeaderAcked: 'has acknowledged NEWLEADER',
  serving: 'has the proposal or is about to get it, and has not acknowledged it yet',
};

export const whyEn: WhyTexts = {
  needs(need, me) {
    switch (need.need) {
      case 'votes':
        return `Server ${me} waits for votes for ${candidate(need.leader, 'nobody')} in round ${need.round}: ${counted(need.have, need.voters, need.needed)}.`;
      case 'betterVote':
        return `Server ${me} has a quorum for ${candidate(need.leader, 'nobody')} (${sidsEn(need.have)}) and only waits in case a better vote comes.`;
      case 'disk':
        return `Server ${me} reads its disk.`;
      case 'newElection':
        return `Server ${me} is about to start an election.`;
      case 'epochs':
        return `Leader ${me} waits for FOLLOWERINFO, to choose an epoch that is new to a quorum: ${counted(need.have, need.voters, need.needed)}.`;
      case 'epochAcks':
        return `Leader ${me} waits for ACKEPOCH of its epoch ${need.epoch}: ${counted(need.have, need.voters, need.needed)}.`;
      case 'newLeaderAcks':
        return `Leader ${me} waits for acknowledgements of NEWLEADER in epoch ${need.epoch}: ${counted(need.have, need.voters, need.needed)}.`;
      case 'acks':
        return `Leader ${me} cannot commit ${need.zxid} (${need.op}) yet: on disk, ${counted(need.have, need.voters, need.needed)}${need.more > 0 ? `; ${need.more} more wait behind it` : ''}.`;
      case 'connection':
        return `Server ${me} tries to connect to server ${need.leader}, which it wants to follow.`;
      case 'epoch':
        return `Server ${me} is connected to leader ${need.leader} and waits for the new epoch (LEADERINFO) or for what is to be synchronized.`;
      case 'sync':
        return `Server ${me} is being synchronized by leader ${need.leader} and waits for NEWLEADER.`;
      case 'upToDate':
        return `Server ${me} waits for UPTODATE of leader ${need.leader}: until a quorum holds the leader's history, nobody serves clients.`;
      case 'commit':
        return `Server ${me} has ${need.pending} ${need.pending === 1 ? 'proposal' : 'proposals'} and waits for the COMMIT of leader ${need.leader}.`;
      case 'session':
        return `${need.client} has no session yet: ${need.sid === null ? 'it waits before it tries the next server' : `it waits for server ${need.sid}`}.`;
      case 'reply':
        return `${need.client} waits for the answer to ${need.op}${need.waiting > 1 ? ` and ${need.waiting - 1} more` : ''}${need.sid === null ? ', and has no server' : ` from server ${need.sid}`}.`;
      case 'resume':
        return `Server ${need.sid} is paused and does nothing until it goes on.`;
      case 'start':
        return `Server ${need.sid} is not running: it waits to be started.`;
    }
  },
  lacks(lack, sid) {
    switch (lack.why) {
      case 'neverStarted':
        return `Server ${sid} has never been started.`;
      case 'down':
        return `Server ${sid} is down.`;
      case 'paused':
        return `Server ${sid} is paused.`;
      case 'recovering':
        return `Server ${sid} still reads its disk.`;
      case 'notConnected':
        return `There is no connection with server ${sid}.`;
      case 'unheard':
        return `Nothing has been heard from server ${sid}.`;
      case 'onItsWay':
        return `Server ${sid} has sent it; it is on its way.`;
      case 'syncing':
        return `Server ${sid}'s disk is making it durable.`;
      case 'waitsToo':
        return `Server ${sid} agrees, but waits itself.`;
      case 'cut':
        return lack.from && lack.to
          ? `The link between servers ${lack.at} and ${sid} is cut.`
          : lack.from
            ? `The link from server ${sid} to server ${lack.at} is cut: what it sends does not arrive.`
            : `The link from server ${lack.at} to server ${sid} is cut: it hears nothing from there.`;
      case 'otherVote':
        return `Server ${sid} votes for ${candidate(lack.leader, 'nobody')}.`;
      case 'otherRound':
        return `Server ${sid} is in round ${lack.round}, not in round ${lack.mine}.`;
      case 'looking':
        return `Server ${sid} is looking for a leader, and votes for ${candidate(lack.leader, 'nobody')}.`;
      case 'follows':
        return `Server ${sid} follows server ${lack.leader}.`;
      case 'leads':
        return `Server ${sid} itself leads, in epoch ${lack.epoch}.`;
      case 'stage':
        return `Server ${sid} ${STAGES[lack.stage] ?? lack.stage}.`;
      case 'notServing':
        return `Server ${sid} does not serve clients now.`;
    }
  },
  then(timer) {
    switch (timer) {
      case 'poll':
        return 'then it sends its vote again';
      case 'finalizeWait':
        return 'then the vote is final';
      case 'observerDelay':
        return 'then it looks for a leader';
      case 'connectBudget':
        return 'then it gives up and looks for a leader again (initLimit)';
      case 'epochLimit':
      case 'epochAckLimit':
      case 'newLeaderLimit':
        return 'then it gives up leading (initLimit)';
      case 'read':
        return 'then it gives up its leader';
      default:
        return 'then the wait ends';
    }
  },
  because: (sid) => `Server ${sid} in turn:`,
  said: (who, says) => `${who} ${says}.`,
  serves: (sid) => `Server ${sid} waits for nothing: it serves clients.`,
  clientServed: (client, sid) => `${client} waits for nothing${sid === null ? '' : `: it is connected to server ${sid}`}.`,
  clientGone: (client) => `${client} is gone and waits for nothing.`,
  unseen: {
    decisions: 'This was read from logs: they do not show the decision itself.',
    causes: 'This was read from logs: what led here further back is not in them.',
    timers: 'This was read from logs: until when it waits is not in them.',
  },
};

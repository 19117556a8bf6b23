/** Servers with nothing but their election layer. The file that imports this must mock `roles.ts`, see `electionOnly`. */
import { zxid, type Zxid } from '../../../src/base/zxid.ts';
import type { Draft } from '../../../src/zab/draft.ts';
import { NEW_ELECTION_LAYER } from '../../../src/zab/election/state.ts';
import { NO_ZXID } from '../../../src/zab/election/votes.ts';
import type { Server } from '../../../src/zab/state.ts';
import { DEFAULT_CONFIG } from '../../../src/ensemble/options.ts';
import type { Decision, Effect, ElectionMessage, EnsembleConfig, Member, Role, RuleId, Vote } from '../../../src/zab/types.ts';

export function configOf(members: readonly Member[]): EnsembleConfig {
  return { ...DEFAULT_CONFIG, members, preAllocSizeKb: 16, wallClockAtZero: 0 };
}

export function participants(...sids: readonly number[]): readonly Member[] {
  return sids.map((sid) => ({ sid, type: 'participant' }));
}

export function observers(...sids: readonly number[]): readonly Member[] {
  return sids.map((sid) => ({ sid, type: 'observer' }));
}

export interface Candidate {
  readonly zxid?: Zxid;
  readonly epoch?: number;
  readonly trusted?: boolean;
}

/** A LOOKING server that has just started. Everything elections do not look at is missing. */
export function newServer(
  sid: number,
  config: EnsembleConfig,
  { zxid: last = zxid(0, 0), epoch = 0, trusted = true }: Candidate = {},
): Server {
  const vote: Vote = { leader: sid, zxid: last, electionEpoch: -1, peerEpoch: epoch };
  const parts: unknown = {
    sid,
    config,
    role: 'LOOKING',
    vote,
    cnx: NEW_ELECTION_LAYER,
    currentEpoch: epoch,
    acceptedEpoch: epoch,
    tree: { lastProcessedZxid: trusted ? last : NO_ZXID },
  };
  return parts as Server;
}

/** What replaces `roles.ts`: the role is taken and nothing follows. */
export function electionOnly(): { electionDecided(d: Draft, vote: Vote, role: Role): void } {
  return {
    electionDecided(d, vote, role) {
      d.s.vote = vote;
      d.s.role = role;
    },
  };
}

export function draftOf(server: Server, now = 0): Draft {
  return { before: null, s: { ...server }, effects: [], decisions: [], log: [], now };
}

export function vote(leader: number, electionEpoch = 1, last: Zxid = zxid(0, 0), peerEpoch = 0): Vote {
  return { leader, zxid: last, electionEpoch, peerEpoch };
}

export function says(state: Role, what: Vote, version = 2): ElectionMessage {
  return { kind: 'NOTIFICATION', state, vote: what, version };
}

export function decided<R extends RuleId>(decisions: readonly Decision[], rule: R): readonly Extract<Decision, { rule: R }>[] {
  return decisions.filter((decision): decision is Extract<Decision, { rule: R }> => decision.rule === rule);
}

export function effectsOf<T extends Effect['type']>(effects: readonly Effect[], type: T): readonly Extract<Effect, { type: T }>[] {
  return effects.filter((effect): effect is Extract<Effect, { type: T }> => effect.type === type);
}

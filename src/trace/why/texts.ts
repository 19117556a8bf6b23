/** What answers to "why?" say beyond the sentences of the narration. */
import type { Sid } from '../../base/ids.ts';
import type { Lang } from '../narrate/language.ts';
import { whyEn } from './en.ts';
import { whyZh } from './zh.ts';

/** Why something that is waited for has not come from a server. */
export type Lack =
  | { readonly why: 'neverStarted' | 'down' | 'paused' | 'recovering' | 'notConnected' | 'unheard' | 'onItsWay' | 'syncing' | 'waitsToo' }
  /** The link is cut from it to `at` (who waits, or the server that a client has), the other way, or both ways. */
  | { readonly why: 'cut'; readonly at: Sid; readonly from: boolean; readonly to: boolean }
  | { readonly why: 'otherVote'; readonly leader: Sid }
  | { readonly why: 'otherRound'; readonly round: number; readonly mine: number }
  | { readonly why: 'looking'; readonly leader: Sid }
  | { readonly why: 'follows'; readonly leader: Sid }
  | { readonly why: 'leads'; readonly epoch: number }
  /** How far it has come with the leader who waits. */
  | { readonly why: 'stage'; readonly stage: string }
  | { readonly why: 'notServing' };

/** What a server or a client waits for. */
export type Need =
  | {
      readonly need: 'votes';
      readonly leader: Sid;
      readonly have: readonly Sid[];
      readonly voters: number;
      readonly needed: number | null;
      readonly round: number;
    }
  | { readonly need: 'betterVote'; readonly leader: Sid; readonly have: readonly Sid[] }
  | { readonly need: 'disk' }
  | { readonly need: 'newElection' }
  | {
      readonly need: 'epochs' | 'epochAcks' | 'newLeaderAcks';
      readonly have: readonly Sid[];
      readonly voters: number;
      readonly needed: number | null;
      readonly epoch: number | null;
    }
  | {
      readonly need: 'acks';
      readonly zxid: string;
      readonly op: string;
      readonly have: readonly Sid[];
      readonly voters: number;
      readonly needed: number | null;
      readonly more: number;
    }
  | { readonly need: 'connection' | 'epoch' | 'sync' | 'upToDate'; readonly leader: Sid }
  | { readonly need: 'commit'; readonly leader: Sid; readonly pending: number }
  | { readonly need: 'session'; readonly client: string; readonly sid: Sid | null }
  | { readonly need: 'reply'; readonly client: string; readonly op: string; readonly sid: Sid | null; readonly waiting: number }
  | { readonly need: 'resume' | 'start'; readonly sid: Sid };

export interface WhyTexts {
  readonly needs: (need: Need, me: Sid | null) => string;
  readonly lacks: (lack: Lack, sid: Sid) => string;
  /** What happens when the time is up, by timer. */
  readonly then: (timer: string) => string;
  /** A sentence of somebody else's wait, on which this one hangs. */
  readonly because: (sid: Sid) => string;
  /** A message, told as what its sender says. */
  readonly said: (who: string, says: string) => string;
  readonly serves: (sid: Sid) => string;
  readonly clientServed: (client: string, sid: Sid | null) => string;
  readonly clientGone: (client: string) => string;
  /** What logs do not show. */
  readonly unseen: {
    readonly decisions: string;
    readonly causes: string;
    readonly timers: string;
  };
}

export const WHY_TEXTS: Readonly<Record<Lang, WhyTexts>> = { en: whyEn, zh: whyZh };

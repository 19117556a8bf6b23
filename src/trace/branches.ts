/**
 * The futures of a run. Acting in the past begins a new branch; the old future stays, and hangs from its parent where the two part. Plain data:
 * which of them is shown, run again or stored is the business of others.
 */
import type { GivenCommand } from '../ensemble/hooks.ts';
import type { TraceEvent } from '../ensemble/types.ts';

/** From 1, in the order in which they began. Never used again. */
export type BranchId = number;

export interface Branch {
  readonly id: BranchId;
  /** Null for the one that all others hang from. */
  readonly parent: BranchId | null;
  /** How many events it shares with its parent: its own begin at this position. 0 without a parent. */
  readonly forkN: number;
  /** As the person calls it. */
  readonly name: string | null;
  /** Given at its own events. Of the active branch, as it was when it was last left. */
  readonly commands: readonly GivenCommand[];
  /** Its own events; null when they were let go to bound the memory: the commands bring them back. Of the active branch likewise. */
  readonly events: readonly TraceEvent[] | null;
  /** Length of its whole trace, shared events included. Of the active branch likewise. */
  readonly length: number;
  /** When it was last on screen: larger is later. */
  readonly shown: number;
}

export interface Branches {
  /** In the order of their ids. */
  readonly list: readonly Branch[];
  /** The one on screen. */
  readonly active: BranchId;
  /** Id of the next one. */
  readonly next: BranchId;
}

/** How much is kept of branches that are not on screen. */
export interface BranchLimits {
  /** Own events of all of them together. */
  readonly events: number;
  readonly branches: number;
}

/** Events take half a kilobyte each or so. */
export const BRANCH_LIMITS: BranchLimits = { events: 100_000, branches: 64 };
/** Characters of a name. */
export const LONGEST_NAME = 60;

/** A run that has one future. */
export function oneBranch(): Branches {
  return {
    list: [{ id: 1, parent: null, forkN: 0, name: null, commands: [], events: null, length: 0, shown: 0 }],
    active: 1,
    next: 2,
  };
}

/** @throws RangeError when there is none of that id. */
export function branchOf({ list }: Branches, id: BranchId): Branch {
  const branch = list.find((one) => one.id === id);
  if (branch === undefined) throw new RangeError(`There is no branch ${id}; there are ${list.map((one) => one.id).join(', ')}.`);
  return branch;
}

/** From the first branch to this one, each with the position where the next begins; for the last one its length. */
export function pathTo(branches: Branches, id: BranchId): readonly { readonly branch: Branch; readonly to: number }[] {
  const path = [];
  let branch = branchOf(branches, id);
  for (let to = branch.length; ;) {
    path.unshift({ branch, to });
    if (branch.parent === null) return path;
    to = branch.forkN;
    branch = branchOf(branches, branch.parent);
  }
}

/** How many events two branches have in common. */
export function sharedLength(branches: Branches, a: BranchId, b: BranchId): number {
  const [one, other] = [pathTo(branches, a), pathTo(branches, b)];
  let shared = 0;
  for (let i = 0; i < one.length && i < other.length && one[i]?.branch === other[i]?.branch; i++)
    shared = Math.min(one[i]?.to ?? 0, other[i]?.to ?? 0);
  return shared;
}

/** All commands of a branch's run, shared ones included, that were given before position `before`. */
export function commandsOf(branches: Branches, id: BranchId, before = Infinity): readonly GivenCommand[] {
  return pathTo(branches, id).flatMap(({ branch, to }) => branch.commands.filter(({ n }) => n < Math.min(to, before)));
}

/**
 * All events of a branch.
 *
 * @param active those of the active branch.
 * @returns null when some were let go.
 */
export function eventsOf(branches: Branches, id: BranchId, active: readonly TraceEvent[]): readonly TraceEvent[] | null {
  if (id === branches.active) return active;
  const parts: (readonly TraceEvent[])[] = [active.slice(0, sharedLength(branches, branches.active, id))];
  let have = parts[0]?.length ?? 0;
  for (const { branch, to } of pathTo(branches, id)) {
    if (to <= have) continue;
    if (branch.events === null) return null;
    parts.push(branch.events.slice(have - branch.forkN, to - branch.forkN));
    have = to;
  }
  return parts.flat();
}

/** Writes down how far the active branch has come, before another one is shown. `commands` and `events` are those of its whole run. */
export function kept(branches: Branches, commands: readonly GivenCommand[], events: readonly TraceEvent[]): Branches {
  return changed(branches, branches.active, ({ forkN }) => ({
    commands: commands.filter(({ n }) => n >= forkN),
    events: events.slice(forkN),
    length: events.length,
  }));
}

/** A new branch of `shared` events is begun and shown. It hangs from the branch that these events belong to. */
export function forked(branches: Branches, shared: number): Branches {
  let parent = branchOf(branches, branches.active);
  while (parent.parent !== null && shared <= parent.forkN) parent = branchOf(branches, parent.parent);
  const { next: id } = branches;
  const begun: Branch = { id, parent: parent.id, forkN: shared, name: null, commands: [], events: [], length: shared, shown: 0 };
  return shownBranch({ ...branches, list: [...branches.list, begun], next: id + 1 }, id);
}

/** Another branch is on screen. */
export function shownBranch(branches: Branches, id: BranchId): Branches {
  const shown = Math.max(...branches.list.map((branch) => branch.shown)) + 1;
  return { ...changed(branches, id, () => ({ shown })), active: branchOf(branches, id).id };
}

/** An empty name is none; a long one is cut. */
export function renamed(branches: Branches, id: BranchId, name: string): Branches {
  const short = name.trim().slice(0, LONGEST_NAME);
  return changed(branches, id, () => ({ name: short === '' ? null : short }));
}

/**
 * Without a branch. Those that hang from it keep what they share with it: the one that parts from it last takes that over as its own.
 *
 * @throws RangeError for the active branch, which is on screen.
 */
export function dropped(branches: Branches, id: BranchId): Branches {
  const gone = branchOf(branches, id);
  if (id === branches.active) throw new RangeError(`Branch ${id} is on screen; show another one before it is dropped.`);
  const list = branches.list.filter((branch) => branch.id !== id);
  const children = list.filter((branch) => branch.parent === id);
  const heir = children.reduce<Branch | null>((last, child) => (last === null || child.forkN > last.forkN ? child : last), null);
  if (heir === null) return { ...branches, list };
  const inherits = {
    parent: gone.parent,
    forkN: gone.forkN,
    commands: [...gone.commands.filter(({ n }) => n < heir.forkN), ...heir.commands],
    events: gone.events === null || heir.events === null ? null : [...gone.events.slice(0, heir.forkN - gone.forkN), ...heir.events],
  };
  return {
    ...branches,
    list: list.map((branch) => {
      if (branch === heir) return { ...heir, ...inherits };
      return branch.parent === id ? { ...branch, parent: heir.id } : branch;
    }),
  };
}

/**
 * What the limits allow. First the events of branches that are not on screen are let go, those without a name before those with one, and of
 * these the ones that were shown longest ago; their commands stay, so that they can be had again. Then whole branches without a name from
 * which none hangs are dropped, again the ones shown longest ago. A named branch is never dropped.
 */
export function trimmed(branches: Branches, limits: BranchLimits = BRANCH_LIMITS): Branches {
  const oldestFirst = branches.list
    .filter(({ id }) => id !== branches.active)
    .sort((a, b) => Number(a.name !== null) - Number(b.name !== null) || a.shown - b.shown);
  let events = oldestFirst.reduce((sum, branch) => sum + (branch.events?.length ?? 0), 0);
  let rest = branches;
  for (const { id, events: own } of oldestFirst) {
    if (events <= limits.events) break;
    events -= own?.length ?? 0;
    rest = changed(rest, id, () => ({ events: null }));
  }
  for (const { id, name } of oldestFirst) {
    if (rest.list.length <= limits.branches) break;
    if (name === null && !rest.list.some(({ parent }) => parent === id)) rest = dropped(rest, id);
  }
  return rest;
}

function changed(branches: Branches, id: BranchId, change: (branch: Branch) => Partial<Branch>): Branches {
  const at = branches.list.indexOf(branchOf(branches, id));
  return { ...branches, list: branches.list.map((branch, i) => (i === at ? { ...branch, ...change(branch) } : branch)) };
}

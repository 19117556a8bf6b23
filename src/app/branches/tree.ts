/** Branches as rows of a tree: each below the one it hangs from. */
import { pathTo, type Branch, type BranchId, type Branches } from '../../trace/branches.ts';

export interface Row {
  readonly id: BranchId;
  readonly name: string | null;
  readonly active: boolean;
  /** Positions where it begins of its own, and where it ends. */
  readonly from: number;
  readonly to: number;
  /** Its own events up to here are on screen: all of the active branch, those that it shares of the others; `from` where there are none. */
  readonly shown: number;
  /** Row of the branch it hangs from; −1 for the first. */
  readonly parent: number;
}

/** @param length events of the active branch, which is as it was when it was last left. */
export function rowsOf({ list, active }: Branches, length: number): readonly Row[] {
  const rows: Row[] = [];
  const shown = new Map(pathTo({ list, active, next: 0 }, active).map(({ branch, to }) => [branch.id, to]));
  const add = (branch: Branch, parent: number): void => {
    const row = rows.length;
    const isActive = branch.id === active;
    rows.push({
      id: branch.id,
      name: branch.name,
      active: isActive,
      from: branch.forkN,
      to: Math.max(branch.forkN, isActive ? length : branch.length),
      shown: isActive ? Math.max(branch.forkN, length) : (shown.get(branch.id) ?? branch.forkN),
      parent,
    });
    // What parts later comes first, so that no line crosses another.
    const children = list.filter((child) => child.parent === branch.id).toSorted((a, b) => b.forkN - a.forkN || a.id - b.id);
    for (const child of children) add(child, row);
  };
  for (const branch of list) if (branch.parent === null) add(branch, -1);
  return rows;
}

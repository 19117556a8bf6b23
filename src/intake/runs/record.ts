/** A run as links, files and the browser's memory hold it: all that it takes to have it again. */
import * as v from 'valibot';
import type { Sid } from '../../base/ids.ts';
import type { GivenCommand, ReplayedCommand } from '../../ensemble/hooks.ts';
import type { Disk } from '../../store/types.ts';
import type { BranchId } from '../../trace/branches.ts';

/** What the page shows beside the run. Absent fields are as they are on a new page. */
export interface RunView {
  readonly server?: Sid | undefined;
  readonly tab?: (typeof TABS)[number] | undefined;
  /** Index in the list of playback speeds. */
  readonly speed?: number | undefined;
  /** Heartbeats are shown. */
  readonly heartbeats?: boolean | undefined;
}

/** Tabs of the panel that a run can be opened with. Only grows at its end: links hold the index. */
export const TABS = ['inspect', 'clients', 'decisions'] as const;

/** One future of a run; like `Branch`, without its events. */
export interface RunBranch {
  readonly id: BranchId;
  readonly parent: BranchId | null;
  readonly forkN: number;
  readonly name: string | null;
  readonly commands: readonly GivenCommand[];
  readonly length: number;
}

export interface RunRecord {
  /** As it was given to the page. */
  readonly scenario: unknown;
  readonly seed: number;
  readonly disks: ReadonlyMap<Sid, Disk>;
  /** All commands of the branch on screen, shared ones included. */
  readonly commands: readonly ReplayedCommand[];
  /** Events of that branch there shall be, at least: all that was known of it, or no more than it takes to reach the playhead. */
  readonly length: number;
  /** The playhead. */
  readonly n: number;
  /** `digestOf` the first `n + 1` events, or its beginning; empty if it is not known. Another one here: this release plays it differently. */
  readonly digest: string;
  readonly view: RunView;
  /** All branches, and which of them is on screen. Null while there is only one. */
  readonly branches: { readonly list: readonly RunBranch[]; readonly active: BranchId } | null;
}

/** Bounds that keep a bad link or file from taking the machine. */
export const RUN_LIMITS = {
  /** Characters of a link's fragment. */
  link: 64_000,
  /** Bytes of JSON in a link, inflated. */
  linkJson: 2_000_000,
  /** Bytes of a file, and of its JSON when it was compressed. */
  file: 256_000_000,
  fileJson: 256_000_000,
  commands: 20_000,
  branches: 256,
  /** Events of a run that is played again. */
  events: 2_000_000,
  /** Queue entries worked off. */
  steps: 40_000_000,
  /** Bytes of one server's disk, and files on it. */
  disk: 128_000_000,
  diskFiles: 1_000,
} as const;

const whole = (from: number, to: number) => {
  const message = `a whole number from ${from} to ${to}`;
  return v.pipe(v.number(message), v.integer(message), v.minValue(from, message), v.maxValue(to, message));
};

export const positionSchema = whole(-1, RUN_LIMITS.events);
export const lengthSchema = whole(0, RUN_LIMITS.events);
export const stepSchema = whole(0, RUN_LIMITS.steps);
export const seedSchema = whole(0, 4_294_967_295);
export const digestSchema = v.pipe(v.string('a fingerprint'), v.regex(/^([0-9a-f]{8}){0,2}$/, 'a fingerprint of 8 or 16 hex digits'));
export const idSchema = whole(1, 1_000_000_000);
const viewEntries = {
  server: v.optional(whole(1, 255)),
  tab: v.optional(v.picklist(TABS, `one of ${TABS.join(', ')}`)),
  speed: v.optional(whole(0, 100)),
  heartbeats: v.optional(v.boolean('true or false')),
};
export const viewSchema = v.object(viewEntries, 'a view, such as {"server": 3}');

/** A branch at a moment of its own, for a small stage beside another one. Nothing runs, and the playhead of the run stays where it is. */
import type { Timeline } from '../../trace/timeline.ts';
import type { StageRun } from '../stage/stageRun.ts';
import { Cinema } from '../transport/cinema.ts';

export class Glance implements StageRun {
  readonly members: StageRun['members'];
  readonly timeline: Timeline;
  readonly clock: Cinema;
  readonly hideHeartbeats = true;
  readonly live = false;
  /** Virtual ms. */
  at = $state(0);
  readonly n: number = $derived.by(() => this.clock.indexAtVirtual(this.at));
  readonly t: number = $derived.by(() => this.clock.playbackAt(Math.min(this.at, this.clock.virtualOf(this.clock.length - 1))));
  readonly view: StageRun['view'] = $derived.by(() => this.timeline.viewAt(this.n));

  constructor(timeline: Timeline) {
    this.timeline = timeline;
    this.members = timeline.members;
    this.clock = new Cinema({ hideHeartbeats: true });
    for (const event of timeline.events) this.clock.append(event);
  }
}

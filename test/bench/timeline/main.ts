/** A page with the real timeline over a trace of any length: frames of pan and zoom, seeks, and how long it takes to build. */
import { flushSync, mount } from 'svelte';
import { Recorded } from '../../../src/app/engine/recorded.ts';
import { Run } from '../../../src/app/engine/run.svelte.ts';
import { settings } from '../../../src/app/shell/settings.svelte.ts';
import Timeline from '../../../src/app/timeline/Timeline.svelte';
import '../../../src/app/theme.css';
import { DEFAULT_OPTIONS } from '../../../src/ensemble/options.ts';
import { longTrace } from './longTrace.ts';

export interface TimelineFigures {
  /** Milliseconds on the main thread, from input to what the browser has painted. */
  readonly frames: readonly number[];
  readonly seeks: readonly number[];
  /** Milliseconds until all events are in views, index and clock. */
  readonly build: number;
}

export interface TimelineBench {
  measure(events: number, frames: number, seeks: number): Promise<TimelineFigures>;
}

declare global {
  interface Window {
    timelineBench: TimelineBench;
  }
}

/** Events taken in at once. */
const SLICE = 2_000;

window.timelineBench = {
  async measure(events, frames, seeks) {
    await settings.start();
    const { members, events: trace } = longTrace(events);
    const run = new Run('bench', new Recorded('bench', { members, config: DEFAULT_OPTIONS.config, events: trace }));
    run.pause();
    const startedAt = performance.now();
    while (await run.ahead(SLICE)) void run.timeline.index;
    const build = performance.now() - startedAt;
    const target = document.getElementById('time');
    if (target === null) throw new Error('the page has no place for the timeline');
    mount(Timeline, { target, props: { run } });
    flushSync();
    const canvas = target.querySelector('canvas');
    if (canvas === null) throw new Error('the timeline has no canvas');
    run.seek(Math.floor(events / 2));
    for (let i = 0; i < 20; i++) await frame(() => wheel(canvas, i));
    return { frames: await times(frames, (i) => frame(() => wheel(canvas, i))), seeks: await times(seeks, (i) => seek(run, i)), build };
  },
};

async function times(count: number, once: (i: number) => Promise<number>): Promise<readonly number[]> {
  const found: number[] = [];
  for (let i = 0; i < count; i++) found.push(await once(i));
  return found;
}

/** Milliseconds of one frame: what the input causes, and the browser's own part, up to the first task after it. */
async function frame(input: () => void): Promise<number> {
  await new Promise(requestAnimationFrame);
  const startedAt = performance.now();
  input();
  flushSync();
  await new Promise<void>((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve();
    port2.postMessage(null);
  });
  return performance.now() - startedAt;
}

/** Out until all is seen, in to single messages, and to and fro in between. */
function wheel(canvas: HTMLCanvasElement, i: number): void {
  const phase = i % 120;
  const { left, top, width, height } = canvas.getBoundingClientRect();
  const at = { clientX: left + width * (0.2 + 0.6 * ((i * 0.618_034) % 1)), clientY: top + height / 2, bubbles: true, cancelable: true };
  if (phase % 3 === 2) canvas.dispatchEvent(new WheelEvent('wheel', { ...at, deltaX: phase % 2 === 0 ? 160 : -120 }));
  else canvas.dispatchEvent(new WheelEvent('wheel', { ...at, deltaY: phase < 60 ? 240 : -240 }));
}

function seek(run: Run, i: number): Promise<number> {
  const to = Math.floor(((i * 0.618_034) % 1) * run.length);
  return frame(() => {
    run.seek(to);
    void run.view;
  });
}

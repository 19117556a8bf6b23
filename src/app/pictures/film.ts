/** A part of a run as a film: the stage moves through playback time, and each picture is kept. */
import { tick } from 'svelte';
import type { Run } from '../engine/run.svelte.ts';
import { inkOf } from '../timeline/picture.ts';
import { pageStyles, stageSvg } from './stageFrame.ts';
import { drawSvg } from './svgImage.ts';

export type FilmKind = 'gif' | 'webm';

export interface FilmOptions {
  readonly kind: FilmKind;
  /** Positions. */
  readonly from: number;
  readonly to: number;
  /** The sentence below the picture at the playhead. */
  readonly caption: () => string;
  /** Share that is done, 0…1. */
  readonly onProgress: (share: number) => void;
  readonly signal: AbortSignal;
}

const FRAMES_A_SECOND: Readonly<Record<FilmKind, number>> = { gif: 10, webm: 24 };
/** A longer part is shown faster. */
const LONGEST_S = 40;
const WIDTH: Readonly<Record<FilmKind, number>> = { gif: 800, webm: 1280 };
const CAPTION_PX = 44;

/** What takes the pictures one by one and makes a film of them. */
interface Recorder {
  add(canvas: HTMLCanvasElement): Promise<void>;
  end(): Promise<Blob>;
}

/** Whether this browser can record video. GIFs work everywhere. */
export function canRecordVideo(): boolean {
  return typeof MediaRecorder !== 'undefined' && videoType() !== undefined && 'captureStream' in HTMLCanvasElement.prototype;
}

/** Films the stage; the playhead is put back where it was. Rejects with the signal's reason when it is aborted. */
export async function film(run: Run, stage: HTMLElement, options: FilmOptions): Promise<Blob> {
  const { kind, from, to, caption, onProgress, signal } = options;
  const [was, played] = [run.t, run.playing];
  run.pause();
  const [start, end] = [run.clock.timeOf(from), run.clock.timeOf(to)];
  const frameMs = 1000 / FRAMES_A_SECOND[kind];
  const step = Math.max(frameMs, (end - start) / ((LONGEST_S * 1000) / frameMs));
  const { clientWidth: width, clientHeight: height } = stage;
  const scale = Math.min(2, WIDTH[kind] / width);
  const canvas = document.createElement('canvas');
  const picture = document.createElement('canvas');
  // Video codecs want even sizes.
  canvas.width = 2 * Math.round((width * scale) / 2);
  canvas.height = 2 * Math.round(((height + CAPTION_PX) * scale) / 2);
  const context = canvas.getContext('2d', { willReadFrequently: kind === 'gif' });
  if (context === null) throw new Error('this browser gives no canvas to draw on');
  const styles = pageStyles();
  const recorder = await recorders[kind](canvas, frameMs);
  try {
    for (let t = start; t < end + step; t += step) {
      signal.throwIfAborted();
      run.seekTime(Math.min(t, end));
      await tick();
      await drawSvg(picture, stageSvg(stage, styles, width, height), width, height, scale);
      // Where very many messages fly, the stage draws them on a canvas.
      const crowd = stage.querySelector<HTMLCanvasElement>(':scope > canvas');
      paintFrame(context, crowd === null ? [picture] : [picture, crowd], caption(), scale);
      await recorder.add(canvas);
      onProgress(Math.min(1, (t - start) / Math.max(1, end - start)));
    }
    return await recorder.end();
  } finally {
    run.seekTime(was);
    if (played) run.play();
  }
}

function paintFrame(context: CanvasRenderingContext2D, layers: readonly HTMLCanvasElement[], caption: string, scale: number): void {
  const { canvas } = context;
  const ink = inkOf();
  context.fillStyle = ink.bg;
  context.fillRect(0, 0, canvas.width, canvas.height);
  const [{ width, height }] = layers as [HTMLCanvasElement];
  for (const layer of layers) context.drawImage(layer, 0, 0, width, height);
  context.fillStyle = ink.ink;
  context.font = `${15 * scale}px system-ui, sans-serif`;
  context.textBaseline = 'middle';
  const lines = wrapped(context, caption, canvas.width - 24 * scale);
  lines.forEach((line, i) => context.fillText(line, 12 * scale, canvas.height - (CAPTION_PX - 12 - i * 19) * scale));
}

/** At most two lines; what does not fit ends in an ellipsis. */
function wrapped(context: CanvasRenderingContext2D, text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest !== '' && lines.length < 2) {
    let end = rest.length;
    while (end > 1 && context.measureText(rest.slice(0, end)).width > width) {
      const space = rest.lastIndexOf(' ', end - 1);
      end = space > end / 2 ? space : end - 1;
    }
    lines.push(rest.slice(0, end).trim());
    rest = rest.slice(end).trim();
  }
  const last = lines.at(-1);
  if (rest !== '' && last !== undefined) lines[lines.length - 1] = `${last.slice(0, -1)}…`;
  return lines;
}

const recorders: Readonly<Record<FilmKind, (canvas: HTMLCanvasElement, frameMs: number) => Promise<Recorder>>> = {
  async gif(_canvas, frameMs) {
    const { GIFEncoder, applyPalette, quantize } = await import('gifenc');
    const encoder = GIFEncoder();
    return {
      add(canvas) {
        const { data, width, height } = (canvas.getContext('2d') as CanvasRenderingContext2D).getImageData(
          0,
          0,
          canvas.width,
          canvas.height,
        );
        const palette = quantize(data, 128);
        encoder.writeFrame(applyPalette(data, palette), width, height, { palette, delay: frameMs });
        return Promise.resolve();
      },
      end() {
        encoder.finish();
        return Promise.resolve(new Blob([encoder.bytes() as Uint8Array<ArrayBuffer>], { type: 'image/gif' }));
      },
    };
  },
  webm(canvas, frameMs) {
    const stream = canvas.captureStream(0);
    const [track] = stream.getVideoTracks() as CanvasCaptureMediaStreamTrack[];
    const mimeType = videoType();
    if (track === undefined || mimeType === undefined)
      return Promise.reject(new Error('this browser cannot record video; a GIF works everywhere'));
    const media = new MediaRecorder(stream, { mimeType, videoBitsPerSecond: 4_000_000 });
    const chunks: Blob[] = [];
    media.ondataavailable = ({ data }) => chunks.push(data);
    media.start();
    media.pause();
    return Promise.resolve({
      // The recorder's clock runs only while a picture is held, so the film is even however long a picture took to make.
      async add() {
        media.resume();
        track.requestFrame();
        await new Promise((resolve) => setTimeout(resolve, frameMs));
        media.pause();
      },
      end: () =>
        new Promise<Blob>((resolve) => {
          media.onstop = () => {
            track.stop();
            resolve(new Blob(chunks, { type: mimeType }));
          };
          media.stop();
        }),
    });
  },
};

function videoType(): string | undefined {
  return ['video/webm;codecs=vp9', 'video/webm;codecs=vp8', 'video/webm', 'video/mp4'].find((type) => MediaRecorder.isTypeSupported(type));
}

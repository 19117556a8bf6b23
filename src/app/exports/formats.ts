/** Everything that a run can be saved as. Each format loads what it needs when it is asked for. */
import type { Lang } from '../../trace/narrate.ts';
import type { RunRecord } from '../../export/record.ts';
import type { Run } from '../engine/run.svelte.ts';
import type { ExportTexts } from './texts.ts';

export interface ExportJob {
  readonly run: Run;
  /** Title of the run, in the person's language. */
  readonly title: string;
  /** Positions, both included. */
  readonly from: number;
  readonly to: number;
  readonly lang: Lang;
  readonly onProgress: (share: number) => void;
  readonly signal: AbortSignal;
}

export interface Format {
  readonly id: keyof ExportTexts['formats'];
  readonly group: keyof ExportTexts['groups'];
  readonly extension: string;
  /** Whether it can be made of this run, in this browser. */
  readonly available?: (run: Run) => boolean;
  /** Rejects with a sentence for people. */
  make(job: ExportJob): Promise<Blob>;
}

export const FORMATS: readonly Format[] = [
  { id: 'film', group: 'see', extension: 'gif', make: (job) => filmed(job, 'gif') },
  {
    id: 'video',
    group: 'see',
    extension: 'webm',
    available: () => typeof MediaRecorder !== 'undefined' && 'captureStream' in HTMLCanvasElement.prototype,
    make: (job) => filmed(job, 'webm'),
  },
  {
    id: 'timelineSvg',
    group: 'see',
    extension: 'svg',
    make: async (job) => text((await drawn(job)).svg, 'image/svg+xml'),
  },
  {
    id: 'timelinePng',
    group: 'see',
    extension: 'png',
    async make(job) {
      const [{ svg, width, height }, { pngOf }] = await Promise.all([drawn(job), import('../pictures/svgImage.ts')]);
      return pngOf(svg, width, height, 2);
    },
  },
  {
    id: 'transcript',
    group: 'read',
    extension: 'md',
    async make(job) {
      const [{ toMarkdown }, { LANGUAGES }] = await Promise.all([
        import('../../export/markdown.ts'),
        import('../../trace/narrate/languages.ts'),
      ]);
      return text(toMarkdown(recordOf(job), LANGUAGES[job.lang]), 'text/markdown');
    },
  },
  {
    id: 'mermaid',
    group: 'read',
    extension: 'mmd',
    make: async (job) => text((await import('../../export/mermaid.ts')).toMermaid(recordOf(job))),
  },
  {
    id: 'jsonl',
    group: 'tools',
    extension: 'jsonl',
    async make(job) {
      const { traceToJsonLines } = await import('../../trace/json.ts');
      return text(traceToJsonLines(job.run.timeline.events.slice(job.from, job.to + 1)));
    },
  },
  {
    id: 'shiviz',
    group: 'tools',
    extension: 'log',
    async make(job) {
      const [{ toShiViz }, { LANGUAGES }] = await Promise.all([
        import('../../export/shiviz.ts'),
        import('../../trace/narrate/languages.ts'),
      ]);
      return text(toShiViz(recordOf(job), LANGUAGES[job.lang]));
    },
  },
  {
    id: 'tla',
    group: 'tools',
    extension: 'txt',
    make: async (job) => text((await import('../../export/tla.ts')).toTla(recordOf(job))),
  },
  {
    id: 'disks',
    group: 'disk',
    extension: 'zip',
    // Of a trace that was read from logs nobody knows the disks.
    available: isSimulated,
    async make({ run, to }) {
      const { diskZip } = await import('./serverFiles.ts');
      return diskZip(
        run,
        run.members.map(({ sid }) => sid),
        to,
      );
    },
  },
  {
    id: 'logs',
    group: 'disk',
    extension: 'zip',
    available: isSimulated,
    make: async ({ run, to }) => (await import('./serverFiles.ts')).logZip(run, to),
  },
];

function isSimulated({ source }: Run): boolean {
  return source !== null;
}

function recordOf({ run, title, from, to }: ExportJob): RunRecord {
  return { name: title, members: run.members, events: run.timeline.events, from, to };
}

async function drawn({
  run,
  from,
  to,
  title,
}: ExportJob): Promise<{ readonly svg: string; readonly width: number; readonly height: number }> {
  const { timelineDrawing } = await import('../pictures/timelinePicture.ts');
  return timelineDrawing(run, from, to, title);
}

async function filmed({ run, from, to, lang, onProgress, signal }: ExportJob, kind: 'gif' | 'webm'): Promise<Blob> {
  const [{ film }, { captionOf }, { LANGUAGES }] = await Promise.all([
    import('../pictures/film.ts'),
    import('../../trace/narrate.ts'),
    import('../../trace/narrate/languages.ts'),
  ]);
  const stage = document.querySelector<HTMLElement>('.stage');
  if (stage === null) throw new Error('the stage is not on the page');
  const caption = (): string => (run.event === undefined ? '' : captionOf(run.event, run.view, LANGUAGES[lang]));
  return film(run, stage, { kind, from, to, caption, onProgress, signal });
}

function text(content: string, type = 'text/plain'): Blob {
  return new Blob([content], { type: `${type};charset=utf-8` });
}

/** `kill-the-leader.gif`: a name that every file system takes. */
export function fileName(title: string, extension: string): string {
  const base = title
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)
    .toLowerCase();
  return `${base === '' ? 'run' : base}.${extension}`;
}

/** What a run can be written as: one line of this table for each form. */
import { utf8, type Sid } from '../base/ids.ts';
import type { TraceEvent } from '../ensemble/types.ts';
import { dataDirFiles, logFiles, type Files } from '../export/archive.ts';
import { toMarkdown } from '../export/markdown.ts';
import { toMermaid } from '../export/mermaid.ts';
import { toShiViz } from '../export/shiviz.ts';
import { toTla } from '../export/tla.ts';
import { diskAt } from '../trace/disk.ts';
import { eventToJson } from '../trace/json.ts';
import type { Language } from '../trace/narrate.ts';
import type { EnsembleConfig, Member } from '../zab/types.ts';

/** A run up to the moment that was asked for. */
export interface WrittenRun {
  /** Title of the scenario. */
  readonly title: string;
  /** Short name, for files: `first-election`. */
  readonly name: string;
  readonly members: readonly Member[];
  readonly config: EnsembleConfig;
  readonly events: readonly TraceEvent[];
  /** Whose files are wanted. */
  readonly servers: readonly Sid[];
  /** DEBUG lines in logs. */
  readonly debug: boolean;
  readonly language: Language;
}

export interface RunWriter {
  /** A few words for the help. */
  readonly about: string;
  readonly write: (run: WrittenRun) => Files;
}

/** By the name that `--what` takes. */
export const WRITERS: Readonly<Record<string, RunWriter>> = {
  disks: { about: 'the data directories of the servers; a real ZooKeeper opens them', write: disks },
  logs: {
    about: "the servers' logs, in ZooKeeper 3.8's own layout and wording",
    write: ({ events, members, config, servers, debug }) => logFiles(events, members, config, { servers, debug }),
  },
  jsonl: {
    about: 'every event as a line of JSON',
    write: (run) => text(`${run.name}.jsonl`, run.events.map((event) => `${eventToJson(event)}\n`).join('')),
  },
  markdown: {
    about: 'what happened, as a transcript',
    write: (run) => text(`${run.name}.md`, toMarkdown({ ...run, name: run.title }, run.language)),
  },
  mermaid: { about: 'the messages as a Mermaid sequence diagram', write: (run) => text(`${run.name}.mmd`, toMermaid(run)) },
  shiviz: {
    about: 'a log with vector clocks that opens in ShiViz',
    write: (run) => text(`${run.name}.shiviz.log`, toShiViz(run, run.language)),
  },
  tla: { about: 'the states as TLC prints a behaviour', write: (run) => text(`${run.name}.tla.txt`, toTla(run)) },
};

function text(path: string, content: string): Files {
  return { [path]: utf8(content) };
}

/** One directory needs no folder around it. */
function disks({ events, servers, config }: WrittenRun): Files {
  const files: Record<string, Files[string]> = {};
  for (const sid of servers) {
    const own = dataDirFiles(diskAt(events, sid, events.length - 1), sid, config);
    for (const [path, bytes] of Object.entries(own)) files[servers.length === 1 ? path : `server-${sid}/${path}`] = bytes;
  }
  return files;
}

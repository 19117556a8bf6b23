/**
 * Opens whatever a person drops, chooses or pastes, by what is in it: server logs, data directories, a saved run, a scenario. What is on screen stays
 * until the new thing is known to be good.
 */
import type { Session } from '../engine/session.svelte.ts';
import { i18n } from '../i18n/i18n.svelte.ts';
import { openJson } from '../share/open.ts';
import { showTrace, type GivenTrace } from '../share/recorded.ts';
import { ui } from '../shell/ui.svelte.ts';
import { filesOf, type Dropped } from './dropped.ts';
import { CHOOSE, imports, type Imported } from './imports.svelte.ts';
import { ImportReader, type Outcome } from './reader.ts';
import { INTAKE_TEXTS } from './texts.ts';
import { titleOf } from './title.ts';
import type { Doing, GivenFile, LeftOut, Sorted } from './wire.ts';

/** Reading that takes longer shows how far it is, ms. */
const PATIENCE_MS = 300;

/** Opens dropped or chosen files and folders. @returns whether there is something new on screen; if not, the dialog says why. */
export async function open(session: Session, dropped: readonly Dropped[]): Promise<boolean> {
  const { files, leftOut } = await filesOf(dropped);
  return openFiles(session, files, leftOut);
}

/** The same with text that was pasted. */
export function openText(session: Session, text: string): Promise<boolean> {
  return openFiles(session, [{ path: INTAKE_TEXTS[i18n.language].pasted, blob: new Blob([text]) }], []);
}

async function openFiles(session: Session, files: readonly GivenFile[], unread: readonly LeftOut[]): Promise<boolean> {
  imports.reader?.cancel();
  if (files.length === 0) return refuse(unread, null);
  const reader = new ImportReader();
  imports.reader = reader;
  const patience = setTimeout(() => (ui.dialog = 'open'), ui.dialog === 'open' ? 0 : PATIENCE_MS);
  const progress = (doing: Doing, what: string, share: number | null): void => {
    if (imports.reader === reader) imports.phase = { kind: 'working', doing, what, share };
  };
  progress('opening', '', null);
  let outcome: Outcome;
  try {
    outcome = await reader.open(files, {
      progress,
      ask: (question) => {
        imports.phase = { kind: 'asking', question };
        ui.dialog = 'open';
      },
    });
  } catch (error) {
    if (imports.reader !== reader) return false;
    finish(reader);
    reader.dispose();
    return refuse(unread, error instanceof Error ? error.message : String(error));
  } finally {
    clearTimeout(patience);
  }
  if (outcome.kind === 'cancelled' || imports.reader !== reader) return false;
  finish(reader);
  if (outcome.kind === 'logs') {
    showLogs(session, reader, outcome, files, unread);
    return true;
  }
  try {
    return await openOthers(session, reader, outcome.sorted, files, unread);
  } finally {
    reader.dispose();
  }
}

function finish(reader: ImportReader): void {
  if (imports.reader === reader) imports.reader = null;
  imports.phase = CHOOSE;
}

function refuse(leftOut: readonly LeftOut[], failed: string | null): false {
  imports.phase = { kind: 'choose', leftOut, failed };
  ui.dialog = 'open';
  return false;
}

function showLogs(
  session: Session,
  reader: ImportReader,
  { overview, events, origins }: Extract<Outcome, { readonly kind: 'logs' }>,
  files: readonly GivenFile[],
  unread: readonly LeftOut[],
): void {
  const { frame, sorted, disks } = overview;
  const names = overview.logs.map(({ name }) => name);
  const title = (language: 'en' | 'zh'): string => titleOf(names, INTAKE_TEXTS[language].more);
  const trace: GivenTrace = {
    members: frame.members,
    config: frame.config,
    events,
    texts: { en: { title: title('en') }, zh: { title: title('zh') } },
    ...(disks.size > 0 && { disks }),
  };
  const t = INTAKE_TEXTS[i18n.language];
  const imported: Imported = {
    title: title(i18n.language),
    reader,
    overview,
    origins,
    span: events.at(-1)?.at ?? 0,
    leftOut: [...unread, ...sorted.leftOut, ...[...sorted.runs, ...sorted.scenarios].map((path) => ({ path, sentence: t.alsoRun }))],
    openDirectories: sorted.directories.length === 0 ? null : async () => void (await openDirectories(session, files)),
  };
  imports.keep(trace, imported);
  ui.dialog = null;
  const name = title('en');
  // Shown at once; its events are taken in over the next frames.
  void showTrace(session, name, trace);
  session.notice = { kind: 'recorded' };
  ui.tab = 'findings';
  ui.sheet = 'panel';
  startAtFirstRole(session);
}

/** The playhead waits where the first server says what it is: before that, nothing is to be seen. */
function startAtFirstRole(session: Session): void {
  const { run } = session;
  const off = run?.on('events', () => {
    const [first] = run.timeline.index.positions('roleChange');
    if (first === undefined) return;
    off?.();
    if (run.n < 0) run.seek(first);
  });
}

async function openOthers(
  session: Session,
  reader: ImportReader,
  { runs, scenarios, directories, leftOut }: Sorted,
  files: readonly GivenFile[],
  unread: readonly LeftOut[],
): Promise<boolean> {
  if (directories.length > 0) {
    ui.dialog = null;
    return openDirectories(session, files);
  }
  const [path] = [...runs, ...scenarios];
  if (path === undefined) return refuse([...unread, ...leftOut], null);
  const bytes = await reader.file(path);
  ui.dialog = null;
  return openJson(session, bytes, path);
}

/** The page of data directories is loaded when there are some. */
async function openDirectories(session: Session, files: readonly GivenFile[]): Promise<boolean> {
  const { openDataDirs } = await import('../disks/open.ts');
  return openDataDirs(session, files);
}

/** Recordings and made-up bytes as files of the intake. */
import { openAll, type OpenedFiles } from '../../src/intake/archive.ts';
import { classify, type Classified } from '../../src/intake/classify.ts';
import { inspect } from '../../src/intake/datadir/inspect.ts';
import type { DirectoryReport } from '../../src/intake/datadir/types.ts';
import { memoryFile, type IntakeFile } from '../../src/intake/files.ts';
import { PROFILE_3_8_0, type Profile } from '../../src/zab/profile.ts';
import type { Recording } from '../golden/archive.ts';

/** Data directories of the servers, as they were at the end. */
export function serverFiles(recording: Recording): IntakeFile[] {
  return [...recording].filter(([path]) => /^s\d+\/(version-2\/|myid|zoo\.cfg)/.test(path)).map(([path, bytes]) => memoryFile(path, bytes));
}

/** Those of a cold copy that was taken on the way, each under the name of its folder. */
export function filesBelow(recording: Recording, folder: string): IntakeFile[] {
  return [...recording].filter(([path]) => path.startsWith(`${folder}/`)).map(([path, bytes]) => memoryFile(path, bytes));
}

export async function inspectAll(files: readonly IntakeFile[], profile: Profile = PROFILE_3_8_0): Promise<DirectoryReport[]> {
  const { directories } = await classify(files);
  return Promise.all(directories.map((directory) => inspect(directory, {}, { profile })));
}

export async function openAndClassify(files: readonly IntakeFile[]): Promise<OpenedFiles & Classified> {
  const opened = await openAll(files);
  return { ...opened, ...(await classify(opened.files)) };
}

/** The directory of this server. */
export function ofServer(reports: readonly DirectoryReport[], sid: number): DirectoryReport {
  const found = reports.find((report) => report.sid === sid);
  if (found === undefined) throw new Error(`no directory of server ${sid} among ${reports.map((report) => report.path).join(', ')}`);
  return found;
}

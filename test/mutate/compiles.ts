/** Whether a change compiles: one that the compiler refuses cannot be made by mistake, and needs no test. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import type { Mutant } from './mutants.ts';

/** What is said of names and code that are not used any more, and of comparisons that now always come out the same: style, not types. */
const STYLE = new Set([2367, 2774, 2801, 6133, 6192, 6196, 6198, 7027, 7029]);

/** Tells of a change whether it compiles. One program is kept, and only the changed file is checked anew. */
export function compiler(root: string): (mutant: Mutant) => boolean {
  const config = ts.getParsedCommandLineOfConfigFile(
    join(root, 'tsconfig.json'),
    {},
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined },
  );
  if (config === undefined) throw new Error('tsconfig.json cannot be read');
  const changed = { path: '', text: '', version: 0 };
  const host: ts.LanguageServiceHost = {
    getCompilationSettings: () => config.options,
    getScriptFileNames: () => config.fileNames.filter((name) => name.includes('/src/')),
    getScriptVersion: (path) => (path === changed.path ? String(changed.version) : '0'),
    getScriptSnapshot: (path) => {
      const text = path === changed.path ? changed.text : ts.sys.readFile(path);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => root,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (path) => ts.sys.fileExists(path),
    readFile: (path) => ts.sys.readFile(path),
    directoryExists: (path) => ts.sys.directoryExists(path),
    getDirectories: (path) => ts.sys.getDirectories(path),
  };
  const service = ts.createLanguageService(host);
  return ({ file, start, end, to }) => {
    changed.path = join(root, file);
    const text = readFileSync(changed.path, 'utf8');
    changed.text = text.slice(0, start) + to + text.slice(end);
    changed.version++;
    const found = [...service.getSyntacticDiagnostics(changed.path), ...service.getSemanticDiagnostics(changed.path)];
    return found.every(({ code }) => STYLE.has(code));
  };
}

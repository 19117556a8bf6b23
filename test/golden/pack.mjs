#!/usr/bin/env node
/**
 * Packs folders into one compressed file each, so that recordings can live in the repository.
 *
 *   node test/golden/pack.mjs [--skip <name>]... [--out <folder>] <folder or file>...
 *
 * Writes `<out>/<name>.gz` for a file, and for a folder `<out>/<name>.json.gz`: a JSON object from relative path to content, sorted by
 * path. Content is a string (a UTF-8 file) or `{ "base64": … }`; zeros at the end of a file, such as the preallocated part of a txn log, are
 * `{ "base64": …, "zeros": n }`.
 * The same folder always gives the same bytes.
 */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';

const FEWEST_ZEROS = 64;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    skip: { type: 'string', multiple: true, default: [] },
    out: { type: 'string', default: dirname(fileURLToPath(import.meta.url)) },
  },
});
if (positionals.length === 0) {
  console.error('usage: node test/golden/pack.mjs [--skip <name>]... [--out <folder>] <folder or file>...');
  process.exit(2);
}
mkdirSync(values.out, { recursive: true });
for (const path of positionals) {
  if (statSync(path).isDirectory()) write(`${basename(path)}.json.gz`, folderContent(path));
  else write(`${basename(path)}.gz`, readFileSync(path));
}

/** @param {string} name @param {Uint8Array} content */
function write(name, content) {
  const packed = gzipSync(content, { level: 9 });
  packed[9] = 255; // The operating system byte of the gzip header: "unknown", so that the result does not depend on the machine.
  writeFileSync(join(values.out, name), packed);
}

/** @param {string} folder @returns {Uint8Array} */
function folderContent(folder) {
  const paths = filesIn(folder, '')
    .filter((path) => !path.split('/').some((part) => values.skip.includes(part)))
    .sort();
  return Buffer.from(JSON.stringify(Object.fromEntries(paths.map((path) => [path, contentOf(readFileSync(join(folder, path)))]))));
}

/** @param {string} folder @param {string} prefix @returns {string[]} */
function filesIn(folder, prefix) {
  return readdirSync(join(folder, prefix), { withFileTypes: true }).flatMap((entry) => {
    const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    return entry.isDirectory() ? filesIn(folder, path) : [path];
  });
}

/** @param {Buffer} bytes @returns {string | { base64: string, zeros?: number }} */
function contentOf(bytes) {
  const text = bytes.toString('utf8');
  if (!text.includes('\0') && Buffer.from(text, 'utf8').equals(bytes)) return text;
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  const zeros = bytes.length - end;
  return zeros < FEWEST_ZEROS ? { base64: bytes.toString('base64') } : { base64: bytes.subarray(0, end).toString('base64'), zeros };
}

/** The disks that servers have at the start of a run, in the JSON of files and links. */
import * as v from 'valibot';
import type { Sid } from '../../base/ids.ts';
import { applyDiskOp, diskOf, fileNames, fileSize, readFile } from '../../store/disk.ts';
import type { Disk } from '../../store/types.ts';
import { fromBase64, toBase64 } from './base64.ts';
import { RunError } from './errors.ts';
import { RUN_LIMITS } from './record.ts';

/** Files by name, by sid: the bytes written, and the size where zeros are allocated behind them. */
export function plainDisks(disks: ReadonlyMap<Sid, Disk>): Readonly<Record<string, unknown>> {
  return Object.fromEntries([...disks].map(([sid, disk]) => [sid, plainDisk(disk)]));
}

function plainDisk(disk: Disk): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    fileNames(disk).map((name) => {
      const bytes = readFile(disk, name);
      const size = fileSize(disk, name);
      return [name, { base64: toBase64(bytes), ...(size > bytes.length && { size }) }];
    }),
  );
}

const nameSchema = v.pipe(v.string('a file name'), v.regex(/^[\w.-]{1,200}$/, 'a file name, such as log.100000001'));
const sizeMessage = 'a number of bytes';
const diskFileSchema = v.object({
  base64: v.pipe(v.string('base64'), v.maxLength(Math.ceil((RUN_LIMITS.disk * 4) / 3), 'less content')),
  size: v.optional(v.pipe(v.number(sizeMessage), v.integer(sizeMessage), v.minValue(0, sizeMessage), v.maxValue(2 ** 40, sizeMessage))),
});
const diskSchema = v.pipe(
  v.record(nameSchema, diskFileSchema, 'the files of a disk'),
  v.check((files) => Object.keys(files).length <= RUN_LIMITS.diskFiles, `at most ${RUN_LIMITS.diskFiles} files`),
);
type RawDisk = v.InferOutput<typeof diskSchema>;

export const disksSchema = v.record(
  v.pipe(v.string(), v.regex(/^[1-9]\d{0,2}$/, 'a sid')),
  diskSchema,
  'the disks of servers, such as {"1": {"currentEpoch": {"base64": "MQ=="}}}',
);

/** @throws RunError naming the file. */
export function disksFrom(raw: v.InferOutput<typeof disksSchema>, source: string): ReadonlyMap<Sid, Disk> {
  return new Map(Object.entries(raw).map(([sid, files]) => [Number(sid), diskFrom(files, `disks.${sid}`, source)]));
}

function diskFrom(files: RawDisk, path: string, source: string): Disk {
  let total = 0;
  const bytes = Object.fromEntries(
    Object.entries(files).map(([name, { base64 }]) => {
      const content = fromBase64(base64);
      if (content === null) throw new RunError('wrong', source, `${path}.${name}: expected base64`, `${path}.${name}`, 'base64');
      total += content.length;
      return [name, content];
    }),
  );
  if (total > RUN_LIMITS.disk) throw new RunError('tooLarge', source, `${path}: the disk has more than ${RUN_LIMITS.disk} bytes`, path);
  return Object.entries(files).reduce(
    (disk, [file, { size }]) => (size === undefined ? disk : applyDiskOp(disk, { op: 'allocate', file, size })),
    diskOf(bytes),
  );
}

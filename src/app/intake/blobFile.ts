/** A browser's file as the readers see it: its bytes are read when they are wanted. */
import type { IntakeFile } from '../../intake/files.ts';

export function blobFile(path: string, blob: Blob): IntakeFile {
  return {
    path,
    size: blob.size,
    read: async (from, to) => new Uint8Array(await blob.slice(Math.max(0, from), Math.max(0, to)).arrayBuffer()),
  };
}

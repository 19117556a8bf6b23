/** What a measurement costs. */

/** CPU seconds of the process since `process.cpuUsage()` gave `startedAt`. */
export function cpuSince(startedAt: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(startedAt);
  return (user + system) / 1e6;
}

/** Bytes in use after a collection. */
export function heap(): number {
  if (globalThis.gc === undefined)
    throw new Error('memory is measured after a collection: run this by npm run bench, which passes --expose-gc');
  globalThis.gc();
  return process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
}

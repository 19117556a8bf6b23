/** What only steps of a few scenarios need, and nothing else does: a page loads it for those. See `needsSeldom` in `scriptRunner.ts`. */
export { corruptLog, corruptSnapshot, removeFiles, tearLog } from './damage.ts';
export { beginVerify, stepVerify } from './verify.ts';

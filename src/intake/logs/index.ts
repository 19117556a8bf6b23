/** Server logs: understood as one case, and summed up. */
export type * from './facts.ts';
export type * from './model.ts';
export { understand } from './case.ts';
export { summarize } from './summary.ts';

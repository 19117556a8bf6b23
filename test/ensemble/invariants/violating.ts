/** Scenarios that violate an invariant, as a person would write them, to be played in every host. */

const texts = (title: string, text: string) => ({ en: { title, text, watch: text }, zh: { title, text, watch: text } });

/** What a client was told is lost. */
export const LOSES_A_WRITE = {
  name: 'loses-a-write',
  texts: texts('Memory flushed now and then', 'There is no txn log: what a client was told is gone when all are killed.'),
  profile: 'sound',
  variants: ['flush-now-and-then'],
  seed: 1,
  servers: 3,
  steps: [
    { start: 'all' },
    { wait: 'quorum' },
    { op: 'connect', session: 'c', to: 'all', timeout: 10000 },
    { op: 'create', session: 'c', path: '/a', data: '1' },
    { wait: 'caughtup', timeout: 8 },
    { kill: 'all' },
    { sleep: 1 },
    { start: 'all' },
    { wait: 'quorum' },
    { sleep: 1 },
  ],
};

/** Nothing happens, for too long. */
export const COMMITS_NOTHING = {
  name: 'commits-nothing',
  texts: texts('All must acknowledge', 'With one follower down nothing is committed any more.'),
  profile: 'sound',
  variants: ['commit-needs-all'],
  cfg: { tickTime: 100, initLimit: 5, syncLimit: 3 },
  jvm: ['-Dzookeeper.fastleader.maxNotificationInterval=800', '-Dzookeeper.cnxTimeout=300'],
  seed: 1,
  servers: 3,
  steps: [
    { start: 'all' },
    { wait: 'quorum' },
    { op: 'connect', session: 'c', to: 'leader', timeout: 10000 },
    { kill: 'f1' },
    { sleep: 1 },
    { op: 'create', session: 'c', path: '/a', data: '1', bg: 1 },
    { sleep: 20 },
  ],
};

/** The scenario a first-time visitor sees. It is bundled, so that nothing has to be fetched before servers start. */
export const FIRST_SCENARIO: unknown = {
  name: 'first-election',
  texts: {
    en: { title: 'First election', text: 'Five servers start at once and elect a leader.', watch: 'Each server first votes for itself. Watch how a better vote wins, and when a quorum agrees.' },
    zh: { title: '第一次选举', text: '五台服务器同时启动并选出 leader。', watch: '每台服务器先投自己一票。看更好的一票怎样胜出，以及何时达到法定人数。' },
  },
  servers: 5,
  seed: 5,
  cfg: { tickTime: 500, initLimit: 10, syncLimit: 4 },
  steps: [{ start: 'all' }],
};

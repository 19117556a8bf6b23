/** All findings in Chinese. */
import { ensembleZh } from './zh/ensemble.ts';
import { serversZh } from './zh/servers.ts';
import type { FindingLanguage } from './words.ts';

export const findingsZh: FindingLanguage = {
  rules: { ...ensembleZh, ...serversZh },
  unsure: '这一点不能确定：日志也允许别的解读。',
  gap: '',
};

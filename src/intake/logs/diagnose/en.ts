/** All findings in English. */
import { ensembleEn } from './en/ensemble.ts';
import { serversEn } from './en/servers.ts';
import type { FindingLanguage } from './words.ts';

export const findingsEn: FindingLanguage = {
  rules: { ...ensembleEn, ...serversEn },
  unsure: 'This is not certain: the logs allow another reading.',
  gap: ' ',
};

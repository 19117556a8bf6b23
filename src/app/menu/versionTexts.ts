/** Texts about versions and variants; loaded with the form for a new ensemble, not with the page. What a variant does, it says itself (`zab/variants.ts`). */
import type { VariantInfo } from '../../zab/variantList.ts';

const en = {
  profiles: {
    '3.8.0': '3.8.0, as recorded',
    '3.8.6': '3.8.6',
    '3.9.3': '3.9.3',
    current: 'mainline',
    sound: 'sound (all mended)',
  } as Readonly<Record<string, string>>,
  variants: 'Variants: break the protocol',
  hint: 'Each changes a rule of the version above. Choose one, and see which guarantee it costs.',
  chosen: (n: number) => (n === 0 ? 'none' : `${n} chosen`),
  kinds: {
    historic: 'Defects of older versions',
    open: 'Defects that are still open',
    wrong: 'Wrong protocols that tutorials describe',
  } satisfies Readonly<Record<VariantInfo['kind'], string>>,
  breaks: 'breaks',
  and: '; ',
  version: 'ZooKeeper version',
  change: 'Choose another for a new ensemble',
  findOut: 'Find out what this breaks',
  clash: (first: string, second: string) => `${first} and ${second} change the same rule; take one of them`,
};

export type VersionTexts = typeof en;

const zh: VersionTexts = {
  profiles: {
    '3.8.0': '3.8.0（录制所用）',
    '3.8.6': '3.8.6',
    '3.9.3': '3.9.3',
    current: '主线',
    sound: 'sound（全部修好）',
  },
  variants: '变体：破坏协议',
  hint: '每个变体改动上面版本的一条规则。选一个，看看它让哪条保证失效。',
  chosen: (n) => (n === 0 ? '未选' : `已选 ${n} 个`),
  kinds: {
    historic: '旧版本的缺陷',
    open: '至今未解决的缺陷',
    wrong: '教程里讲错的协议',
  },
  breaks: '破坏',
  and: '；',
  version: 'ZooKeeper 版本',
  change: '为新集群另选版本',
  findOut: '看看这会破坏什么',
  clash: (first, second) => `${first} 和 ${second} 改动同一条规则，只能选一个`,
};

export const VERSION_TEXTS: Readonly<Record<'en' | 'zh', VersionTexts>> = { en, zh };

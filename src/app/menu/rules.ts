/** Which rules a run plays by, as the name of its profile tells. Pure. */
import { PROFILES } from '../../zab/profile.ts';
import { VARIANT_LIST } from '../../zab/variantList.ts';

export interface Rules {
  readonly profile: string;
  /** Names of variants on top of it. */
  readonly variants: readonly string[];
}

/** Version and variants, as far as they are known here. */
export function rulesOf(name: string): Rules {
  const [profile = '', ...variants] = name.split(' + ');
  return {
    profile: Object.hasOwn(PROFILES, profile) ? profile : 'current',
    variants: variants.filter((variant) => Object.hasOwn(VARIANT_LIST, variant)),
  };
}

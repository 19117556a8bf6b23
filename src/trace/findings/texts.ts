/** What a language must be able to say about guarantees that do not hold. A finding, a deed or an invariant without words is a compile error. */
import type { Breach, BreachKind, Deed, DeedKind } from '../../ensemble/breach.ts';
import type { InvariantName } from '../../ensemble/invariantList.ts';
import type { OneOf } from '../narrate/language.ts';

export type BreachOf<K extends BreachKind> = OneOf<Breach, 'kind', K>;
export type DeedOf<K extends DeedKind> = OneOf<Deed, 'kind', K>;

export interface FindingTexts {
  /** What must hold, in one sentence. */
  readonly says: Readonly<Record<InvariantName, string>>;
  /** What was found, in one sentence or two. */
  readonly breaches: { readonly [K in BreachKind]: (breach: BreachOf<K>) => string };
  /** What a person did, as a clause: what `void` lists. */
  readonly deeds: { readonly [K in DeedKind]: (deed: DeedOf<K>) => string };
  /** Issues of defects that the version is known for. */
  readonly known: (issues: readonly string[]) => string;
  /** ZooKeeper promises something only as long as nobody does what was done. */
  readonly promised: (deeds: readonly string[]) => string;
  /** Captions: a guarantee by its name, and all that there is to say. */
  readonly broken: (guarantee: string, text: string) => string;
  readonly void: (guarantee: string, text: string) => string;
  /** Between sentences. */
  readonly space: string;
}

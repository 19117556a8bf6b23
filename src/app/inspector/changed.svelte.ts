/** Which fields of a server changed since the playhead was somewhere else: until the next step when paused, for a moment when playing. */
import { COMPARED, isSame, type ComparedField } from '../../trace/compare.ts';
import type { ServerState } from '../../trace/view.ts';
import { valueText } from './values.ts';

/** How long a change is shown while playing, ms. */
const SHOWN_MS = 1500;

/** Fields with the values that they had before, as text. */
export type Changes = Readonly<Partial<Record<ComparedField, string>>>;

export class Changed {
  /** With the values they had before, as text. */
  fields = $state.raw<Changes>({});
  private last: { readonly n: number; readonly server: ServerState } | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** The playhead is at event `n`. */
  look(server: ServerState, n: number, playing: boolean): void {
    const before = this.last;
    if (before?.n === n && before.server.sid === server.sid) return;
    this.last = { n, server };
    if (before === null || before.server.sid !== server.sid) {
      this.show({});
      return;
    }
    const changes = changesOf(before.server, server);
    if (!playing) this.show(changes);
    else if (Object.keys(changes).length > 0) {
      // What changed a moment ago keeps its mark beside what has changed now.
      this.show({ ...this.fields, ...changes });
      this.timer = setTimeout(() => (this.fields = {}), SHOWN_MS);
    }
  }

  end(): void {
    clearTimeout(this.timer);
  }

  private show(fields: Changes): void {
    clearTimeout(this.timer);
    this.fields = fields;
  }
}

/** Fields that differ between two states of one server, with their earlier values as text. */
export function changesOf(before: ServerState, now: ServerState): Changes {
  return Object.fromEntries(COMPARED.filter((field) => !isSame(before[field], now[field])).map((field) => [field, textOf(before, field)]));
}

/** The value of a field as text; an en dash where there is none. */
export function textOf(server: ServerState, field: ComparedField): string {
  const value = server[field];
  return value === null ? '–' : valueText(value);
}

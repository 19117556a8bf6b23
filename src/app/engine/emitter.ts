/** Listeners by event name. Plain, not reactive: for the page API and for whoever looks from outside. */
export class Emitter<Type extends string> {
  private readonly listeners = new Map<Type, Set<(detail: unknown) => void>>();

  /** @returns a function that ends it. */
  on(type: Type, listener: (detail: unknown) => void): () => void {
    const set = this.listeners.get(type) ?? new Set();
    this.listeners.set(type, set.add(listener));
    return () => set.delete(listener);
  }

  emit(type: Type, detail: unknown): void {
    for (const listener of this.listeners.get(type) ?? []) listener(detail);
  }
}

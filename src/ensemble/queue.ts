/**
 * The queue of what is going to happen: a binary heap ordered by (time, sequence number), so that a run never depends on how a sort
 * treats equals. The heap is a plain array; a copy of the array is a copy of the queue.
 */
export interface Entry<T> {
  /** Virtual ms. */
  readonly at: number;
  /** Decides between entries of the same instant: smaller first. */
  readonly seq: number;
  readonly item: T;
}

export type Queue<T> = Entry<T>[];

export function pushEntry<T>(queue: Queue<T>, entry: Entry<T>): void {
  let i = queue.length;
  queue.push(entry);
  while (i > 0) {
    const parent = (i - 1) >> 1;
    const above = queue[parent] as Entry<T>;
    if (before(above, entry)) break;
    queue[i] = above;
    i = parent;
  }
  queue[i] = entry;
}

/** The entry that comes next, or undefined. */
export function peekEntry<T>(queue: Queue<T>): Entry<T> | undefined {
  return queue[0];
}

/** The entries up to a time, in the order in which they will come. The queue stays as it is. */
export function entriesUntil<T>(queue: Queue<T>, at: number): Entry<T>[] {
  const found: Entry<T>[] = [];
  const visit = (i: number): void => {
    const entry = queue[i];
    if (entry === undefined || entry.at > at) return;
    found.push(entry);
    visit(2 * i + 1);
    visit(2 * i + 2);
  };
  visit(0);
  return found.sort((a, b) => a.at - b.at || a.seq - b.seq);
}

export function popEntry<T>(queue: Queue<T>): Entry<T> | undefined {
  const first = queue[0];
  const last = queue.pop();
  if (first === undefined || last === undefined || queue.length === 0) return first;
  sink(queue, last);
  return first;
}

function sink<T>(queue: Queue<T>, entry: Entry<T>): void {
  const length = queue.length;
  let i = 0;
  for (;;) {
    let child = 2 * i + 1;
    if (child >= length) break;
    if (child + 1 < length && before(queue[child + 1] as Entry<T>, queue[child] as Entry<T>)) child++;
    const below = queue[child] as Entry<T>;
    if (before(entry, below)) break;
    queue[i] = below;
    i = child;
  }
  queue[i] = entry;
}

function before<T>(a: Entry<T>, b: Entry<T>): boolean {
  return a.at < b.at || (a.at === b.at && a.seq < b.seq);
}

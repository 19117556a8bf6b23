import type { Session } from './engine/session.svelte.ts';

export function installApi(session: Session): void {
  void session;
}

/** Runs as tests see them: their branches and links, and what the page shows of them. */
import type { Page } from '@playwright/test';
import { openApp, type App } from './app.ts';

/** What tests of runs use of the page API beyond `app.ts`. */
interface RunsApi {
  branches(): readonly { id: number; parent: number | null; forkN: number; name: string | null; length: number; active: boolean }[];
  showBranch(id: number): Promise<void>;
  nameBranch(id: number, name: string): Promise<void>;
  dropBranch(id: number): Promise<void>;
  link(): Promise<string>;
  openLink(link: string): Promise<void>;
}

/** Calls the page API. */
export function api<T>(page: Page, use: (zablab: RunsApi) => T | Promise<T>): Promise<T> {
  return page.evaluate<T>(`(${use.toString()})(window.zablab)`);
}
/** All futures of the run. */
export const branches = (page: Page): Promise<ReturnType<RunsApi['branches']>> => api(page, (zablab) => zablab.branches());
/** Fingerprint of the first events of the trace; of all unless told. */
export const digest = (app: App, events?: number): Promise<string> => app.page.evaluate((count) => window.zablab.digest(count), events);

/** What the page shows at its playhead. */
export async function picture(app: App): Promise<unknown> {
  const position = await app.position();
  return { position, digest: await digest(app, position + 1), servers: await app.page.evaluate(() => window.zablab.servers()) };
}

/** Opens an address in a page of its own, and waits until its run is there. */
export async function openAt(opening: Promise<Page>, url: string): Promise<App> {
  const page = await opening;
  const app = await openApp(page);
  await page.goto('about:blank');
  await page.goto(url);
  await page.waitForFunction(() => 'zablab' in window && window.zablab.length > 0);
  return app;
}

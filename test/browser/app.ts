/**
 * The page as a test sees it: opened with a theme and a size (the language is the browser's: `test.use({ locale })`), driven through `window.zablab` (docs/embed.md) and by
 * roles and names. Every test also fails when the page throws, logs an error, or asks another origin for anything.
 */
import { test as base, expect, type Locator, type Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Command, TraceEvent } from '../../src/ensemble/types.ts';

/** One server at the playhead, as the page API describes it. */
export interface ServerAtPlayhead {
  readonly sid: number;
  readonly up: boolean;
  readonly role: 'LOOKING' | 'FOLLOWING' | 'LEADING' | 'OBSERVING' | null;
  readonly phase: string | null;
  readonly acceptedEpoch: number;
  readonly currentEpoch: number;
  readonly vote: { readonly leader: number } | null;
  readonly lastZxid: unknown;
  readonly committedZxid: unknown;
  readonly files: unknown;
}

/** What tests use of the page API. */
interface PageApi {
  load(scenario: unknown): unknown;
  command(command: Command): unknown;
  play(): unknown;
  pause(): unknown;
  seek(position: number): unknown;
  step(by: 1 | -1): unknown;
  readonly position: number;
  readonly length: number;
  servers(): readonly ServerAtPlayhead[];
  trace(from: number, to: number): readonly TraceEvent[];
  workers(): number;
  digest(events?: number): Promise<string>;
  on(type: 'events' | 'position' | 'rewind' | 'load' | 'trouble', listener: (detail: unknown) => void): () => void;
}

declare global {
  interface Window {
    readonly zablab: PageApi;
    readonly axe: { run(): Promise<{ violations: readonly AxeViolation[] }> };
  }
}
interface AxeViolation {
  readonly id: string;
  readonly impact: string | null;
  readonly help: string;
  readonly nodes: readonly { readonly target: readonly unknown[] }[];
}

export interface PageOptions {
  readonly theme?: 'light' | 'dark';
  readonly size?: { readonly width: number; readonly height: number };
}

/** The page, opened. All waiting is for a state, never for a time. */
export class App {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async command(command: Command): Promise<void> {
    await this.page.evaluate(async (plain) => {
      await window.zablab.command(plain);
    }, command);
  }

  async load(scenario: unknown): Promise<void> {
    await this.page.evaluate(async (plain) => {
      await window.zablab.load(plain);
    }, scenario);
  }

  async play(): Promise<void> {
    await this.page.evaluate(async () => {
      await window.zablab.play();
    });
  }

  async pause(): Promise<void> {
    await this.page.evaluate(async () => {
      await window.zablab.pause();
    });
  }

  async seek(position: number): Promise<void> {
    await this.page.evaluate(async (to) => {
      await window.zablab.seek(to);
    }, position);
    await expect.poll(() => this.position()).toBe(position);
  }

  /** Puts the playhead on the newest event. */
  async seekToEnd(): Promise<void> {
    await this.page.evaluate(async () => {
      await window.zablab.seek(window.zablab.length - 1);
    });
  }

  async step(by: 1 | -1): Promise<void> {
    await this.page.evaluate(async (one) => {
      await window.zablab.step(one);
    }, by);
  }

  position(): Promise<number> {
    return this.page.evaluate(() => window.zablab.position);
  }

  length(): Promise<number> {
    return this.page.evaluate(() => window.zablab.length);
  }

  workers(): Promise<number> {
    return this.page.evaluate(() => window.zablab.workers());
  }

  servers(): Promise<readonly ServerAtPlayhead[]> {
    return this.page.evaluate(() => window.zablab.servers());
  }

  trace(from: number, to: number): Promise<readonly TraceEvent[]> {
    return this.page.evaluate(([first, last]) => window.zablab.trace(first, last), [from, to] as const);
  }

  /** Chooses the fastest speed, as a person does. */
  async fastest(): Promise<void> {
    await this.page.getByRole('toolbar').getByRole('combobox').selectOption('Infinity');
  }

  /** Pauses, waits until no event comes any more, and puts the playhead on the newest one. */
  async rest(): Promise<void> {
    await this.page.evaluate(async () => {
      const { zablab } = window;
      zablab.pause();
      zablab.seek(zablab.length - 1);
      // A step beyond the newest event waits for what the engine is doing now.
      await zablab.step(1);
      zablab.seek(zablab.length - 1);
    });
  }

  /** Plays at full speed until `holds`, and pauses on the newest event, where it still holds. `what` names the wish in a failure. */
  async playUntil(what: string, holds: (servers: readonly ServerAtPlayhead[]) => boolean): Promise<readonly ServerAtPlayhead[]> {
    const check = async (): Promise<void> => {
      const servers = await this.servers();
      expect(holds(servers), `${what}: ${summary(servers)}`).toBe(true);
    };
    await this.fastest();
    await expect(async () => {
      await this.play();
      await check();
      await this.rest();
      await check();
    }).toPass({ timeout: 40_000, intervals: [20, 50, 100] });
    return this.servers();
  }

  /** Plays at full speed until there are at least `events` events, and pauses on the newest one. */
  async playToLength(events: number): Promise<void> {
    await this.fastest();
    await expect(async () => {
      await this.play();
      expect(await this.length()).toBeGreaterThanOrEqual(events);
    }).toPass({ timeout: 40_000, intervals: [50, 100, 250] });
    await this.rest();
  }

  /** Outcomes of a client's requests among the events from `from` on. */
  outcomes(client: number, from = 0): Promise<readonly string[]> {
    return this.page.evaluate(
      ([who, first]) =>
        window.zablab
          .trace(first, window.zablab.length)
          .flatMap((event) => event.outcomes)
          .filter((outcome) => outcome.client === who)
          .map((outcome) => outcome.outcome),
      [client, from] as const,
    );
  }

  /** Plays until one server leads and `followers` follow; gives the leader. */
  async playUntilLed(followers: number): Promise<ServerAtPlayhead> {
    const servers = await this.playUntil(
      `a leader with ${followers} followers`,
      (all) => leaders(all).length === 1 && followersOf(all).length >= followers,
    );
    return leaders(servers)[0]!;
  }
}

/** Servers that lead and have a quorum: their phase is past synchronization. */
export function leaders(servers: readonly ServerAtPlayhead[]): readonly ServerAtPlayhead[] {
  return servers.filter((server) => server.up && server.role === 'LEADING' && isBroadcasting(server));
}

export function followersOf(servers: readonly ServerAtPlayhead[]): readonly ServerAtPlayhead[] {
  return servers.filter((server) => server.up && server.role === 'FOLLOWING' && isBroadcasting(server));
}

function isBroadcasting(server: ServerAtPlayhead): boolean {
  return (server.phase ?? '').toUpperCase().includes('BROADCAST');
}

function summary(servers: readonly ServerAtPlayhead[]): string {
  return servers.map((server) => `${server.sid} ${server.up ? `${server.role ?? '-'} ${server.phase ?? '-'}` : 'down'}`).join('; ');
}

/** Opens the app and waits until its page API is there. */
export async function openApp(page: Page, options: PageOptions = {}): Promise<App> {
  const { theme = 'light', size } = options;
  await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
  if (size !== undefined) await page.setViewportSize(size);
  await page.goto(address());
  await page.waitForFunction(() => 'zablab' in window && document.documentElement.hasAttribute('data-takes-files'));
  return new App(page);
}

/** Presses Tab (or another key) until `target` has the focus; fails when the whole page went by. */
export async function tabTo(page: Page, target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  for (let presses = 0; presses < 80; presses += 1) {
    if (await target.evaluate((element) => element === document.activeElement || element.contains(document.activeElement))) return;
    await page.keyboard.press(key);
  }
  throw new Error(`80 presses of ${key} did not reach it`);
}

/** Where the app is served in this run, with a slash at the end. */
export function address(): string {
  const url = process.env['ZABLAB_URL'];
  if (url === undefined) throw new Error('ZABLAB_URL is not set: run these tests by npm test -- browser');
  return url;
}

/** Fails with one line per violation that axe calls serious or critical. */
export async function expectNoSeriousAxe(page: Page): Promise<void> {
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  await page.evaluate(axe);
  const violations = await page.evaluate(async () => (await window.axe.run()).violations);
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  expect(serious.map(({ id, help, nodes }) => `${id}: ${help} (${nodes.map((node) => node.target.join(' ')).join(', ')})`)).toEqual([]);
}

/** Playwright's test, with a guard on the page that holds in every test. */
export const test = base.extend<{ guarded: undefined }>({
  guarded: [
    async ({ page }, use) => {
      const problems: string[] = [];
      page.on('pageerror', (error) => problems.push(`the page threw: ${error.message}`));
      page.on('console', (message) => {
        if (message.type() === 'error') problems.push(`the page logged an error: ${message.text()}`);
      });
      page.on('request', (request) => {
        const { protocol, origin } = new URL(request.url());
        const isLocal = protocol === 'data:' || protocol === 'blob:' || origin === new URL(address()).origin;
        if (!isLocal) problems.push(`a request left the origin: ${request.url()}`);
      });
      await use(undefined);
      expect(problems).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

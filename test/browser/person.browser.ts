/** What a person does with mouse and keyboard, beyond killing the leader. */
import type { Page } from '@playwright/test';
import { address, expect, leaders, openApp, test } from './app.ts';

/** A server on the stage. */
const server = (page: Page, sid: number) => page.getByRole('button', { name: new RegExp(`^Server ${sid},`) });
const link = (page: Page, a: number, b: number) => page.getByRole('button', { name: new RegExp(`^Link between ${a} and ${b}\\b`) });

test('dragging across a link cuts it, and a key heals it', async ({ page }) => {
  const app = await openApp(page);
  await app.playUntilLed(4);
  await expect(link(page, 1, 2)).toHaveAccessibleName(/open/);
  const [from, to] = await Promise.all([middleOf(page, 1), middleOf(page, 2)]);
  const all = await Promise.all([1, 2, 3, 4, 5].map((sid) => middleOf(page, sid)));
  const centre = { x: all.reduce((sum, { x }) => sum + x, 0) / 5, y: all.reduce((sum, { y }) => sum + y, 0) / 5 };
  const half = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
  const across = (share: number) => ({ x: half.x + (half.x - centre.x) * share, y: half.y + (half.y - centre.y) * share });
  await page.mouse.move(across(0.3).x, across(0.3).y);
  await page.mouse.down();
  for (const share of [0.2, 0.1, -0.05, -0.1]) await page.mouse.move(across(share).x, across(share).y);
  await page.mouse.up();
  await expect(link(page, 1, 2)).toHaveAccessibleName(/cut/);
  expect(
    (await app.trace(0, await app.length())).flatMap(({ what }) =>
      what.type === 'command' && what.command.type === 'cut' ? [what.command] : [],
    ),
  ).toEqual([{ type: 'cut', from: 1, to: 2 }]);
  await page.keyboard.press('h');
  await expect(link(page, 1, 2)).toHaveAccessibleName(/open/);
});

test('the menu of a server opens, moves and chooses by keyboard, and gives the focus back', async ({ page }) => {
  const app = await openApp(page);
  await app.playUntilLed(4);
  await server(page, 3).focus();
  await page.keyboard.press('m');
  const menu = page.getByRole('menu');
  await expect(menu.getByRole('menuitem').first()).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(menu).toHaveCount(0);
  await expect(server(page, 3)).toBeFocused();
  await page.keyboard.press('m');
  await expect(menu.getByRole('menuitem').first()).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(menu.getByRole('menuitem', { name: 'Pause' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(server(page, 3)).toHaveAccessibleName(/paused/);
  await expect(server(page, 3)).toBeFocused();
});

test('the right mouse button opens the menu of a server', async ({ page }) => {
  const app = await openApp(page);
  await app.playUntilLed(4);
  await server(page, 2).click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Pull the plug' }).click();
  await expect.poll(async () => (await app.servers()).find(({ sid }) => sid === 2)?.up).toBe(false);
  expect(await app.workers()).toBe(4);
});

test('a client connects, writes and reads what it wrote', async ({ page }) => {
  const app = await openApp(page);
  await app.playUntilLed(4);
  await page.getByRole('tab', { name: 'Clients' }).click();
  const panel = page.getByRole('tabpanel');
  await panel.getByRole('button', { name: 'Connect a client' }).click();
  await panel.getByLabel('operation').selectOption('create');
  await panel.getByLabel('path').fill('/note');
  await panel.getByLabel('data').fill('from the page');
  await panel.getByRole('button', { name: 'Send' }).click();
  await expect(panel.getByRole('listitem').first()).toContainText('/note');
  await expect(panel.getByRole('listitem').first()).toContainText('done');
  await panel.getByLabel('operation').selectOption('get');
  await panel.getByRole('button', { name: 'Send' }).click();
  await expect(panel.getByRole('listitem').first()).toContainText('from the page');
  await panel.getByLabel('path').fill('no slash');
  await expect(panel.getByRole('button', { name: 'Send' })).toBeDisabled();
});

test('"why?" on a role says the rule with its numbers, and leads to the event', async ({ page }) => {
  const app = await openApp(page);
  const { sid } = await app.playUntilLed(4);
  await server(page, sid).click();
  const panel = page.getByRole('tabpanel');
  await panel.getByRole('button', { name: 'why?' }).first().click();
  const answer = panel.getByRole('status');
  await expect(answer).toContainText(new RegExp(`Server ${sid} `));
  await expect(answer).toContainText(`vote for ${sid}`);
  const end = await app.position();
  await answer.getByRole('button').first().click();
  await expect.poll(() => app.position()).toBeLessThan(end);
});

test('the form makes an ensemble of seven servers, two of them observers', async ({ page }) => {
  const app = await openApp(page);
  await page.getByRole('button', { name: 'New ensemble', exact: true }).click();
  const form = page.getByRole('dialog');
  await form.getByLabel('Servers', { exact: true }).fill('0');
  await expect(form.getByText('a whole number from 1 to 9')).toBeVisible();
  await form.getByLabel('Servers', { exact: true }).fill('7');
  await form.getByLabel('of them observers').fill('2');
  await form.getByLabel('Seed').fill('7');
  await form.getByRole('button', { name: 'Start' }).click();
  await expect(form).toHaveCount(0);
  await expect.poll(async () => (await app.servers()).length).toBe(7);
  const servers = await app.playUntil(
    'one leads, four follow, two observe',
    (all) => leaders(all).length === 1 && all.every(({ phase }) => phase?.endsWith('.broadcast')),
  );
  expect(servers.filter(({ role }) => role === 'OBSERVING').map(({ sid }) => sid)).toEqual([6, 7]);
  expect(await app.workers()).toBe(7);
});

test('a kill in the past drops the old future and begins another', async ({ page }) => {
  const app = await openApp(page);
  const { sid } = await app.playUntilLed(4);
  const rewound = page.evaluate(() => new Promise((resolve) => window.zablab.on('rewind', resolve)));
  const end = await app.length();
  const past = end - 20;
  await app.seek(past);
  const kept = await app.trace(0, past + 1);
  const dropped = await app.trace(past + 1, end);
  await server(page, sid).press('k');
  expect(await rewound).toBeLessThan(end - 1);
  await app.playUntil('the leader of the old future is down', (servers) => servers.some((one) => one.sid === sid && !one.up));
  expect(await app.trace(0, past + 1)).toEqual(kept);
  expect(await app.trace(past + 1, end)).not.toEqual(dropped);
  await app.playUntilLed(3);
});

test('language and theme change at once, and are remembered', async ({ page }) => {
  await openApp(page);
  const html = page.locator('html');
  await expect(html).toHaveAttribute('data-theme', 'light');
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await page.getByRole('button', { name: 'Light or dark' }).click();
  await expect(html).toHaveAttribute('data-theme', 'dark');
  expect(await background()).not.toBe(light);
  await page.getByRole('button', { name: /中文/ }).click();
  await expect(html).toHaveAttribute('lang', /^zh/);
  await page.reload();
  await expect(html).toHaveAttribute('data-theme', 'dark');
  await expect(html).toHaveAttribute('lang', /^zh/);
});

test('once loaded, the page needs no network: servers restart, time goes back, dialogs open', async ({ page, context }) => {
  const app = await openApp(page);
  expect(new URL(address()).pathname, 'served below a folder').not.toBe('/');
  const { sid } = await app.playUntilLed(4);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await context.setOffline(true);
  await app.command({ type: 'kill', sid });
  await app.playUntilLed(3);
  await app.command({ type: 'restart', sid });
  await app.playUntilLed(4);
  expect(await app.workers()).toBe(5);
  await app.seek((await app.length()) - 30);
  await app.command({ type: 'kill', sid: 1 });
  await app.playUntilLed(3);
  await page.getByRole('button', { name: 'Keys' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await expect(page.getByRole('dialog')).toContainText('Page');
  await page.keyboard.press('Escape');
  await page.reload();
  await page.waitForFunction(() => 'zablab' in window);
  await app.playUntilLed(4);
});

/** Where a server is on the page. */
async function middleOf(page: Page, sid: number): Promise<{ x: number; y: number }> {
  const box = await server(page, sid).boundingBox();
  if (box === null) throw new Error(`server ${sid} is not on the stage`);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** The page for everybody: both languages, both themes, every width, no mouse, no other origin. */
import { address, expect, expectNoSeriousAxe, openApp, tabTo, test } from './app.ts';

const SIZES = [
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
  { width: 390, height: 844 },
];

test.describe('in English', () => {
  test.use({ locale: 'en-US' });

  test('says in words what happens', async ({ page }) => {
    const app = await openApp(page);
    await app.playUntilLed(4);
    await expect(page.locator('html')).toHaveAttribute('lang', /^en/);
    await expect(page.getByRole('main')).toContainText(/LEADING|leader/i);
    await expect(page).toHaveTitle(/Zablab/);
  });
});

test.describe('in Chinese', () => {
  test.use({ locale: 'zh-CN' });

  test('says the same in 简体中文', async ({ page }) => {
    const app = await openApp(page);
    await app.playUntilLed(4);
    await expect(page.locator('html')).toHaveAttribute('lang', /^zh/);
    await expect(page.getByRole('main')).toContainText(/[\u4e00-\u9fff]{2}/);
    await expectNoSeriousAxe(page);
  });
});

test('the language can be changed on the page', async ({ page }) => {
  await openApp(page);
  await expect(page.locator('html')).toHaveAttribute('lang', /^en/);
  await page.getByRole('button', { name: /中文/ }).click();
  await expect(page.locator('html')).toHaveAttribute('lang', /^zh/);
  await page.getByRole('button', { name: /English/ }).click();
  await expect(page.locator('html')).toHaveAttribute('lang', /^en/);
});

for (const theme of ['light', 'dark'] as const) {
  for (const size of SIZES) {
    test(`axe finds nothing serious: ${theme}, ${size.width}×${size.height}`, async ({ page }) => {
      const app = await openApp(page, { theme, size });
      await app.playUntilLed(4);
      await app.pause();
      await expectNoSeriousAxe(page);
      const { scroll, client } = await page.evaluate(() => ({
        scroll: document.documentElement.scrollWidth,
        client: document.documentElement.clientWidth,
      }));
      expect(scroll, 'nothing sticks out to the side').toBeLessThanOrEqual(client);
    });
  }
}

test('a person without a mouse kills the leader, and brings it back', async ({ page }) => {
  const app = await openApp(page);
  const leader = await app.playUntilLed(4);
  await app.pause();
  const server = page.getByRole('button', { name: new RegExp(`^Server ${leader.sid},`) });
  await tabTo(page, server);
  await page.keyboard.press('k');
  await app.playUntil('the leader is down', (servers) => servers.some(({ sid, up }) => sid === leader.sid && !up));
  await tabTo(page, server);
  await page.keyboard.press('r');
  await app.playUntil('it is up again', (servers) => servers.some(({ sid, up }) => sid === leader.sid && up));
});

test('the keys play, pause and step', async ({ page }) => {
  const app = await openApp(page);
  await app.playUntilLed(4);
  const end = await app.position();
  // The arrows pass over hidden heartbeats, so they are tried from an event that is none: the last decision.
  await page.locator('body').press('D');
  await expect.poll(() => app.position()).toBeLessThan(end);
  const at = await app.position();
  await page.locator('body').press('ArrowLeft');
  await expect.poll(() => app.position()).toBeLessThan(at);
  await page.locator('body').press('ArrowRight');
  await expect.poll(() => app.position()).toBe(at);

  const transport = page.getByRole('toolbar');
  await page.locator('body').press('Space');
  await expect(transport.getByRole('button', { name: 'Pause' })).toBeVisible();
  await expect.poll(() => app.position()).toBeGreaterThan(at);
  await page.locator('body').press('Space');
  await expect(transport.getByRole('button', { name: 'Play' })).toBeVisible();
});

test('all that the page asks for is below its folder', async ({ page }) => {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  const app = await openApp(page);
  await app.playUntilLed(4);
  expect(asked.length).toBeGreaterThan(1);
  expect(asked.filter((url) => !url.startsWith(address()) && !url.startsWith('data:') && !url.startsWith('blob:'))).toEqual([]);
});

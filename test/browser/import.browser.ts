/** Recorded server logs in the real page: dropped, pasted, stepped through, asked, searched, gone on from; with keyboard alone too. */
import type { Page } from '@playwright/test';
import { expect, expectNoSeriousAxe, openApp, tabTo, test } from './app.ts';
import { drop, dropLogs, findingsShown, logsOf } from './logs.ts';

const ZOMBIE = logsOf('18-zombie-leader');

const panel = (page: Page) => page.getByRole('tabpanel');
const lines = (page: Page) => page.getByRole('listbox', { name: /^Lines of/ });
const current = (page: Page) => lines(page).getByRole('option', { selected: true });

test('three dropped logs: who led, what went wrong, and an election to step through', async ({ page }) => {
  const app = await openApp(page);
  await dropLogs(app, ZOMBIE);
  await expect(page.getByRole('heading', { name: 's1.log, s2.log, s3.log' })).toBeVisible();
  const leaders = panel(page).getByRole('listitem').filter({ hasText: 'elected in' });
  await expect(leaders).toHaveText([/Server 3 epoch 1 with 1, 3/, /Server 2 epoch 2 with 1, 2/]);
  await expect(panel(page).getByText(/heard nothing from leader 3/)).toBeVisible();

  // The time of day, as the logs have it.
  await expect(page.getByTitle('Virtual time').or(page.locator('.now'))).toHaveText(/^\d\d:\d\d:\d\d\.\d{3}$/);
  const from = await app.position();
  await page.keyboard.press('e');
  await expect.poll(() => app.position()).toBeGreaterThan(from);
  await leaders.nth(1).getByRole('button').click();
  await expect.poll(async () => (await app.servers()).find(({ sid }) => sid === 2)?.role).toBe('LEADING');
  await app.seekToEnd();
  expect((await app.servers()).map(({ role }) => role)).toEqual(['FOLLOWING', 'LEADING', 'LOOKING']);
});

test('an event, its line, and "why?"; the line leads back', async ({ page }) => {
  const app = await openApp(page);
  await dropLogs(app, ZOMBIE);
  const received = await page.evaluate(
    () =>
      window.zablab
        .trace(0, window.zablab.length)
        .findLast((event) => event.what.type === 'receive' && event.decisions.length > 0 && (event.origin?.line ?? 0) > 0)!.n,
  );
  await app.seek(received);
  await page.keyboard.press('y');
  const inspector = panel(page);
  await expect(inspector.getByText('What led to it')).toBeVisible();
  const show = inspector.getByRole('button', { name: /^Show the line: s\d\.log, line \d+$/ }).first();
  const [, name, line] = /: (s\d\.log), line (\d+)$/.exec((await show.textContent()) ?? '')!;
  const text = ZOMBIE.find((log) => log.name === name)!.text.split('\n')[Number(line) - 1]!;
  await expect(inspector.getByText(text.slice(-60))).toBeVisible();
  await show.click();
  await expect(lines(page)).toHaveAccessibleName(new RegExp(`^Lines of ${name}`));
  await expect(current(page)).toHaveAttribute('aria-posinset', line!);
  expect(await app.position()).toBe(received);

  // Another line, and its event.
  const other = lines(page).getByRole('option').nth(1);
  await other.click();
  await expect.poll(() => app.position()).not.toBe(received);
});

test('the log keeps in step with the playhead, and is searched', async ({ page }) => {
  const app = await openApp(page);
  await dropLogs(app, ZOMBIE);
  await page.getByRole('tab', { name: 'Log', exact: true }).click();
  await app.seekToEnd();
  const last = await page.evaluate(
    () => window.zablab.trace(0, window.zablab.length).findLast(({ origin }) => (origin?.line ?? 0) > 0)!.origin!,
  );
  await expect(current(page)).toHaveAttribute('aria-posinset', String(last.line));
  await expect(current(page)).toBeVisible();

  const log = ZOMBIE[last.log]!;
  const hits = log.text.split('\n').flatMap((line, i) => (line.toLowerCase().includes('new election') ? [i + 1] : []));
  await lines(page).focus();
  await page.keyboard.press('/');
  await page.keyboard.type('new ELECTION');
  await page.keyboard.press('Enter');
  await expect(panel(page).getByText(`of ${hits.length}`)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(lines(page)).toBeFocused();
  const at = Number(await current(page).getAttribute('aria-posinset'));
  expect(hits).toContain(at);
  await page.keyboard.press('n');
  await expect(current(page)).toHaveAttribute('aria-posinset', String(hits[(hits.indexOf(at) + 1) % hits.length]));
  await page.keyboard.press('N');
  await expect(current(page)).toHaveAttribute('aria-posinset', String(at));
});

test('an act is refused, and the run is gone on from; what was assumed is listed', async ({ page }) => {
  const app = await openApp(page);
  await dropLogs(app, ZOMBIE);
  const length = await app.length();
  await app.seek(length - 1);
  await expect(app.command({ type: 'kill', sid: 1 })).rejects.toThrow();
  expect(await app.length()).toBe(length);
  await page.getByRole('button', { name: 'Run on from here' }).first().click();
  await page.getByText(/\d+ things were assumed/).click();
  await expect(page.getByText(/Clients and sessions are not rebuilt/)).toBeVisible();
  const servers = await app.playUntil('server 2 leads again', (all) => all.some(({ sid, role }) => sid === 2 && role === 'LEADING'));
  expect(servers.length).toBe(3);
  await app.command({ type: 'kill', sid: 2 });
  await page.getByRole('button', { name: 'Back to the logs' }).click();
  await expect.poll(() => app.length()).toBe(length);
  await expect.poll(() => app.position()).toBe(length - 1);
});

test('with the keyboard alone: paste, step, findings, line, run on', async ({ page }) => {
  const app = await openApp(page);
  await page.keyboard.press('Control+o');
  const field = page.getByLabel('Or paste log lines here');
  await expect(field).toBeVisible();
  await tabTo(page, field);
  // What a person pastes is inserted as it is.
  await page.keyboard.insertText(ZOMBIE.map(({ text }) => text).join('\n'));
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await findingsShown(app);
  const from = await app.position();
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => app.position()).toBeGreaterThan(from);

  await page.getByRole('tab', { name: 'Findings' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('tab', { name: 'Log', exact: true })).toBeFocused();
  await tabTo(page, lines(page));
  await page.keyboard.press('End');
  await page.keyboard.press('PageUp');
  const before = await app.position();
  await page.keyboard.press('Enter');
  await expect.poll(() => app.position()).toBeGreaterThan(before);

  const runOn = page.getByRole('button', { name: 'Run on from here' });
  await tabTo(page, runOn, 'Shift+Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Back to the logs' })).toBeVisible();
});

test('logs that tell nothing of their server: the person is asked', async ({ page }) => {
  const app = await openApp(page);
  const nameless = ['alpha', 'beta'].map((name) => ({
    name: `${name}.log`,
    text: '2026-01-05 10:00:00,000 - INFO  [main:ZooKeeperServer@1] - tickTime set to 2000\n',
  }));
  await drop(page, nameless);
  const dialog = page.getByRole('dialog', { name: 'Whose logs are these?' });
  await dialog.getByRole('spinbutton', { name: /alpha\.log/ }).fill('7');
  await dialog.getByRole('checkbox').nth(1).check();
  await dialog.getByRole('button', { name: 'Continue' }).click();
  await findingsShown(app);
  await expect(panel(page).getByText('No election in these logs')).toBeVisible();
  expect((await app.servers()).map(({ sid }) => sid)).toEqual([7]);
});

test('what cannot be used is told, and what is on screen stays', async ({ page }) => {
  const app = await openApp(page);
  await dropLogs(app, ZOMBIE);
  const length = await app.length();
  await drop(page, [
    { name: 'holiday.jpg', text: '\u0000\u0001\u0002\u0003\u0000\u0000' },
    { name: 'empty.log', text: '' },
    { name: 'broken.json', text: '{ "servers": ' },
  ]);
  const alert = page.getByRole('dialog').getByRole('alert');
  await expect(alert).toContainText('holiday.jpg');
  await expect(alert).toContainText('empty.log It is empty.');
  expect(await app.length()).toBe(length);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByRole('heading', { name: 's1.log, s2.log, s3.log' })).toBeVisible();
});

test('HTML in a log line is text', async ({ page }) => {
  const app = await openApp(page);
  const [first, ...others] = ZOMBIE;
  const attack = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>';
  const line = `2026-11-20 23:28:49,000 [myid:1] - WARN  [main:QuorumPeer@1] - ${attack}\n`;
  await dropLogs(app, [{ name: `${attack.replaceAll('/', '')}.log`, text: line + first!.text + line }, ...others]);
  await page.getByRole('tab', { name: 'Log', exact: true }).click();
  await page.getByLabel('Which log').selectOption({ index: 1 });
  await lines(page).focus();
  await page.keyboard.press('Home');
  await expect(lines(page).getByText('<img src=x').first()).toBeVisible();
  expect(await page.evaluate(() => 'pwned' in window)).toBe(false);
});

for (const theme of ['light', 'dark'] as const) {
  test(`findings and log have no serious axe violation (${theme})`, async ({ page }) => {
    const app = await openApp(page, { theme });
    await dropLogs(app, ZOMBIE);
    await expectNoSeriousAxe(page);
    await page.getByRole('tab', { name: 'Log', exact: true }).click();
    await expect(current(page)).toBeVisible();
    await expectNoSeriousAxe(page);
  });
}

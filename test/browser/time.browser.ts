/** Looking around in time: find, run until, breakpoints, happened before, two servers, branches. In the real page, most of it by keyboard alone. */
import type { Page } from '@playwright/test';
import { expect, expectNoSeriousAxe, openApp, tabTo, test, type App } from './app.ts';

const input = (page: Page): ReturnType<Page['getByRole']> => page.getByRole('combobox', { name: 'Find events by a text or a condition' });
const bar = (page: Page, name: string): ReturnType<Page['getByRole']> => page.getByRole('region', { name });

/** Paused on the newest event, with a leader and all four followers. */
async function led(app: App): Promise<number> {
  const { sid } = await app.playUntilLed(4);
  await app.pause();
  return sid;
}

/** Positions of arriving votes. */
async function votes(app: App): Promise<readonly number[]> {
  const events = await app.trace(0, await app.length());
  return events.flatMap(({ n, what }) => (what.type === 'receive' && what.message.kind === 'NOTIFICATION' ? [n] : []));
}

test('find: by keyboard, a condition is completed, counted, and gone through; what is wrong is shown under its column', async ({
  page,
}) => {
  const app = await openApp(page);
  await led(app);
  const wanted = await votes(app);
  await app.seek(0);
  await page.keyboard.press('/');
  await expect(input(page)).toBeFocused();
  await expect(page.getByText('For example')).toBeVisible();
  await page.keyboard.type('mess');
  await page.keyboard.press('Tab');
  await page.keyboard.type('=NOTIF');
  await expect(page.getByRole('option', { name: 'NOTIFICATION' })).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(input(page)).toHaveValue('message=NOTIFICATION');
  await expect(bar(page, 'Find').getByText(`${wanted.length} hits`)).toBeVisible();
  await page.keyboard.press('Enter');
  await expect.poll(() => app.position()).toBe(wanted[0]);
  await page.keyboard.press('Enter');
  await expect.poll(() => app.position()).toBe(wanted[1]);
  await expect(bar(page, 'Find').getByText(`2 of ${wanted.length}`)).toBeVisible();
  await page.keyboard.press('Shift+Enter');
  await expect.poll(() => app.position()).toBe(wanted[0]);
  await page.keyboard.press('Shift+Enter');
  await expect(bar(page, 'Find').getByText('None before the playhead.')).toBeVisible();
  expect(await app.position()).toBe(wanted[0]);

  await input(page).fill('role(2)=LEADNG');
  await expect(page.getByRole('alert').locator('pre')).toHaveText('role(2)=LEADNG\n        ^^^^^^');
  await tabTo(page, page.getByRole('button', { name: 'Did you mean LEADING?' }));
  await page.keyboard.press('Enter');
  await expect(input(page)).toHaveValue('role(2)=LEADING');
  await expect(bar(page, 'Find').getByText('no hits')).toBeVisible();
  await expectNoSeriousAxe(page);
  await tabTo(page, input(page), 'Shift+Tab');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect(input(page)).toHaveCount(0);
});

test('run until it holds stops on the very event; a bound ends what never comes true', async ({ page }) => {
  const app = await openApp(page);
  await app.pause();
  await page.keyboard.press('Control+f');
  await expect(input(page)).toBeFocused();
  await page.keyboard.type('count(FOLLOWING)=4 ');
  const button = page.getByRole('button', { name: 'Run until it holds' });
  await button.click();
  const following = async (): Promise<number> => (await app.servers()).filter(({ role }) => role === 'FOLLOWING').length;
  await expect.poll(following).toBe(4);
  const at = await app.position();
  expect(await app.length()).toBe(at + 1);
  await app.seek(at - 1);
  expect(await following()).toBe(3);

  await app.seek(at);
  await input(page).fill('epoch>=99');
  await button.click();
  await expect(page.getByRole('button', { name: 'Stop', exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await expect(button).toBeVisible();
  expect(await app.length()).toBeGreaterThan(at + 1);
});

test('a breakpoint pauses playback and the making of events exactly there, says why, and goes on', async ({ page }) => {
  const app = await openApp(page);
  await app.pause();
  await page.keyboard.press('/');
  await expect(input(page)).toBeFocused();
  await page.keyboard.type('count(LEADING)>=1');
  await page.getByRole('button', { name: 'Pause when this happens', exact: true }).click();
  await expect(bar(page, 'Breakpoints').getByRole('checkbox', { name: 'count(LEADING)>=1' })).toBeChecked();
  await app.fastest();
  await app.play();
  await expect(page.getByText(/Paused at event \d+:/)).toBeVisible();
  const at = await app.position();
  const [event] = await app.trace(at, at + 1);
  expect(event?.changes?.role).toBe('LEADING');
  // Nothing was made beyond it: whatever is done now is done here, and begins no branch.
  expect(await app.length()).toBe(at + 1);
  await page.getByRole('button', { name: 'Go on' }).click();
  await expect.poll(() => app.length()).toBeGreaterThan(at + 50);
  await app.pause();
  // Over what is there already, it stops as well.
  await app.seek(0);
  await app.play();
  await expect.poll(() => app.position()).toBe(at);
  await bar(page, 'Breakpoints').getByRole('checkbox', { name: 'count(LEADING)>=1' }).uncheck();
  await app.seek(0);
  await app.play();
  await expect.poll(() => app.position()).toBeGreaterThan(at);
  await app.pause();
});

test('"pause when this happens again" beside a decision, and a role', async ({ page }) => {
  const app = await openApp(page);
  await led(app);
  await app.seek((await votes(app))[0] ?? 0);
  await page.keyboard.press('y');
  await page.getByRole('button', { name: 'Pause when this happens again' }).last().click();
  const stops = bar(page, 'Breakpoints');
  await expect(stops.getByRole('checkbox', { name: /decision=.* and server=\d/ })).toBeChecked();
  await page.keyboard.press('2');
  await page.getByRole('button', { name: 'Pause when this happens again' }).click();
  await expect(stops.getByRole('checkbox', { name: 'role(2)=LOOKING' })).toBeChecked();
  await stops.getByRole('button', { name: 'Remove role(2)=LOOKING' }).click();
  await expect(stops.getByRole('checkbox')).toHaveCount(1);
});

test('happened before: a marked event and another, with the chain between them; concurrent ones have none', async ({ page }) => {
  const app = await openApp(page);
  await led(app);
  const events = await app.trace(0, await app.length());
  const sent = events.find(({ sent: messages }) => messages.some(({ message }) => message.kind === 'LEADERINFO'))!;
  const arrives = events.find(({ what }) => what.type === 'receive' && what.message.kind === 'LEADERINFO')!;
  await app.seek(sent.n);
  await page.keyboard.press('m');
  const order = bar(page, `Marked: event ${sent.n}`);
  await expect(order).toBeVisible();
  await expect(order.getByText(/events in its past and/)).toBeVisible();
  await app.seek(arrives.n);
  await expect(order.getByText('happened after')).toBeVisible();
  await expect(order.getByText('a message brings')).toBeVisible();
  // A link of the chain moves the playhead; the relation stays.
  await order.getByRole('listitem').first().getByRole('button').click();
  await expect.poll(() => app.position()).toBe(sent.n);
  await expect(order.getByText('happened after')).toBeVisible();
  // Two servers that start know nothing of each other.
  const boots = events.filter(({ what }) => what.type === 'boot');
  await page.keyboard.press('Escape');
  await app.seek(boots[0]!.n);
  await order.getByRole('button', { name: /^Close/ }).click();
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await page.keyboard.press('m');
  const again = bar(page, `Marked: event ${boots[0]!.n}`);
  await expect(again).toBeVisible();
  await app.seek(boots[1]!.n);
  await expect(again.getByText('is concurrent with')).toBeVisible();
  await expectNoSeriousAxe(page);
});

test('filters: chips hide servers and kinds, and the list of decisions follows', async ({ page }) => {
  const app = await openApp(page);
  await led(app);
  await page.getByRole('button', { name: 'Filter…' }).focus();
  await page.keyboard.press('Enter');
  const filter = bar(page, 'Filter');
  await page.getByRole('tab', { name: 'Decisions' }).click();
  const listed = page.getByRole('tabpanel').getByRole('listitem');
  await expect(listed.first()).toBeVisible();
  const all = await listed.count();
  await filter.getByRole('button', { name: 'Server 1' }).click();
  await filter.getByRole('button', { name: 'election' }).click();
  const events = await app.trace(0, await app.length());
  await expect(filter.getByText(new RegExp(`^[\\d,]+ of ${events.length.toLocaleString('en-US')} events$`))).toBeVisible();
  await expect.poll(() => listed.count()).toBeLessThan(all);
  await filter.getByRole('button', { name: 'Show all' }).click();
  await expect.poll(() => listed.count()).toBe(all);
});

test('two servers side by side: what differs is marked, and what the last step changed', async ({ page }) => {
  const app = await openApp(page);
  const leader = await led(app);
  await page.keyboard.press(String(leader));
  await page.keyboard.press('Shift+Digit1');
  const table = page.getByRole('tabpanel').getByRole('table').filter({ hasText: 'acceptedEpoch' });
  await expect(table.getByRole('columnheader')).toHaveText([/Server \d/, /Server 1/]);
  await expect(table.getByRole('row', { name: /^role LEADING FOLLOWING/ }).getByRole('img', { name: 'differs' })).toBeVisible();
  const events = await app.trace(0, await app.length());
  const established = events.findLast(
    ({ actor, changes }) => actor.kind === 'server' && actor.sid === leader && changes?.currentEpoch !== undefined,
  )!;
  await app.seek(established.n - 1);
  await app.step(1);
  await expect(table.getByRole('img', { name: /^changed, was 0$/ }).first()).toBeVisible();
  await page.keyboard.press('Shift+Digit1');
  await expect(table).toHaveCount(0);
});

test('fork, branch strip, switch, rename, compare, drop: by keyboard alone', async ({ page }) => {
  const app = await openApp(page);
  const leader = await led(app);
  const at = await app.position();
  await page.keyboard.press(String(leader));
  await page.keyboard.press('k');
  await expect.poll(async () => (await app.servers()).find(({ sid }) => sid === leader)?.up).toBe(false);
  await app.playToLength(at + 200);
  await app.pause();
  await expect(page.getByRole('navigation', { name: 'Branches' })).toHaveCount(0);
  const length = await app.length();
  await app.seek(at);
  await page.keyboard.press('1');
  await page.keyboard.press('k');
  await expect.poll(() => app.length()).toBeLessThan(length);
  await app.playToLength(at + 100);
  await app.pause();
  const strip = page.getByRole('navigation', { name: 'Branches' });
  await tabTo(page, strip.getByRole('button', { name: 'Branch 2, on screen' }));
  await page.keyboard.press('F2');
  await page.keyboard.type('without 1');
  await page.keyboard.press('Enter');
  await expect(strip.getByRole('button', { name: 'without 1, on screen' })).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await expect.poll(() => app.length()).toBe(length);
  await expect(strip.getByRole('button', { name: 'Branch 1, on screen' })).toBeVisible();

  await tabTo(page, strip.getByRole('button', { name: 'Compare with without 1' }));
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Compare two branches' });
  await expect(dialog.getByText(/They part at event \d+, where somebody did something else/)).toBeVisible();
  await expect(dialog.getByRole('img', { name: /Servers and messages of/ })).toHaveCount(2);
  await expect(dialog.getByRole('row', { name: new RegExp(`^Server ${leader} `) }).first()).toContainText('≠');
  await tabTo(page, dialog.getByRole('slider'));
  await page.keyboard.press('Home');
  await expect(
    dialog.getByText('No field differs at this moment.').or(dialog.getByRole('heading', { name: 'Fields that differ' })),
  ).toBeVisible();
  await expectNoSeriousAxe(page);
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);

  await tabTo(page, strip.getByRole('button', { name: 'Branch 1, on screen' }), 'Shift+Tab');
  await page.keyboard.press('ArrowDown');
  await expect(strip.getByRole('button', { name: 'Show without 1' })).toBeFocused();
  await page.keyboard.press('Delete');
  await expect(strip).toHaveCount(0);
});

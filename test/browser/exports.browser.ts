/** Saving what is on screen for other people and tools, without a mouse. */
import { readFileSync } from 'node:fs';
import { expect, expectNoSeriousAxe, openApp, tabTo, test } from './app.ts';

test('exports by keyboard alone: a part is chosen, two formats are saved, and the focus comes back', async ({ page }) => {
  const app = await openApp(page);
  await app.playUntilLed(4);
  await app.pause();
  const length = await app.length();
  await page.keyboard.press('E');
  await expect.poll(() => app.position()).toBeLessThan(length - 1);
  const at = await app.position();

  await page.keyboard.press('x');
  const dialog = page.getByRole('dialog', { name: 'Export' });
  await expect(dialog).toBeVisible();
  await expect(dialog.getByText(`${length} events`)).toBeVisible();
  await tabTo(page, dialog.getByLabel('Which part'));
  await page.keyboard.press('ArrowDown');
  await expect(dialog.getByText(`${at + 1} events`)).toBeVisible();
  await expectNoSeriousAxe(page);

  const saveByKey = async (name: RegExp): Promise<string> => {
    const button = dialog.getByRole('button', { name });
    await tabTo(page, button);
    const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
    await expect(dialog.getByRole('status')).toContainText(download.suggestedFilename());
    await expect(button).toBeFocused();
    return readFileSync(await download.path(), 'utf8');
  };
  const lines = (await saveByKey(/JSON/)).trimEnd().split('\n');
  expect(lines.length).toBe(at + 1);
  expect(await saveByKey(/Mermaid/)).toContain('sequenceDiagram');

  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => app.position()).toBeGreaterThan(at);
});

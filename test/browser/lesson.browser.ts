/** A lesson in the page: chosen, predicted, done by hand and for the reader, in both languages. */
import { expect, openApp, test } from './app.ts';

test('a step goes from prediction to explanation, by keyboard alone', async ({ page }) => {
  const app = await openApp(page);
  await page.getByRole('tab', { name: 'Lesson' }).press('Enter');
  await page.getByRole('button', { name: 'Start: One leader: the first election' }).press('Enter');
  await expect(page.getByRole('heading', { name: 'A server alone' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Next' })).toBeDisabled();
  await expect(page.getByRole('button', { name: 'Do it for me' })).toBeHidden();
  await page.getByRole('button', { name: 'It keeps looking for the others' }).press('Enter');
  await expect(page.getByText('Checkpoint: Not reached yet')).toBeVisible();
  await page.keyboard.press('1');
  await page.keyboard.press('r');
  await expect(page.getByText('Checkpoint: Reached · You predicted it.')).toBeVisible({ timeout: 30_000 });
  await expect(page.getByRole('heading', { name: 'What happened' })).toBeVisible();
  expect((await app.servers()).map(({ role }) => role)[0]).toBe('LOOKING');
  await page.getByRole('button', { name: 'Next' }).press('Enter');
  await expect(page.getByRole('heading', { name: 'Two votes meet' })).toBeFocused();
});

test.describe('in Chinese', () => {
  test.use({ locale: 'zh-CN' });
  test('an experiment is done for the reader, and the place in the lesson is remembered', async ({ page }) => {
    const app = await openApp(page);
    await page.getByRole('tab', { name: '课程' }).click();
    // The lesson sets its own stage: whatever is done before it stands happens to the ensemble that it replaces.
    const staged = page.evaluate(() => new Promise<void>((resolve) => window.zablab.on('load', () => resolve())));
    await page.getByRole('button', { name: '开始: 从提案到提交' }).click();
    await staged;
    await page.getByRole('button', { name: /服务器 1 转交给 leader/ }).click();
    await page.getByRole('button', { name: '替我做' }).click();
    await expect(async () => {
      await app.fastest();
      await expect(page.getByText('检查点: 已达到')).toBeVisible({ timeout: 3000 });
    }).toPass({ timeout: 45_000 });
    await expect(page.getByText('0x100000002', { exact: true }).last()).toBeVisible();
    await page.reload();
    await page.getByRole('tab', { name: '课程' }).click();
    await page.getByRole('button', { name: '从第 2 步继续' }).click();
    await expect(page.getByRole('heading', { name: '多少个 ACK 才够？' })).toBeVisible({ timeout: 30_000 });
  });
});

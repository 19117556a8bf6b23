/** Recorded server logs, given to the page. */
import type { Page } from '@playwright/test';
import { openRecording } from '../golden/archive.ts';
import { expect, type App } from './app.ts';

export interface TestFile {
  readonly name: string;
  readonly text: string;
}

const decoder = new TextDecoder();

/** The logs of a recording: `s1.log`, `s2.log`, …. */
export function logsOf(id: string, most = 3): readonly TestFile[] {
  return [...openRecording(id)]
    .filter(([path]) => /^s\d\/server\.log$/.test(path))
    .slice(0, most)
    .map(([path, bytes]) => ({ name: `${path.slice(0, 2)}.log`, text: decoder.decode(bytes) }));
}

export async function drop(page: Page, files: readonly TestFile[]): Promise<void> {
  await page.evaluate((dropped) => {
    const data = new DataTransfer();
    for (const { name, text } of dropped) data.items.add(new File([text], name));
    window.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
  }, files);
}

/** Drops logs and waits until all their events are there. */
export async function dropLogs(app: App, files: readonly TestFile[]): Promise<void> {
  await drop(app.page, files);
  await findingsShown(app);
}

export async function findingsShown({ page }: App): Promise<void> {
  await expect(page.getByRole('tab', { name: 'Findings' })).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByText('Logs and clocks')).toBeVisible();
}

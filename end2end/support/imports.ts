import { expect, type Page } from '@playwright/test';

/** Uploads a file; ends on its columns. */
export async function toColumns(page: Page, content: string | Buffer, name = 'fleets.csv'): Promise<void> {
  await page.goto('/invitations/import');
  await page.getByLabel('File').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(content) });
  await page.getByRole('button', { name: 'Continue to columns' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Map the columns');
}

/** Waits until the open page of an import shows this state, such as `checked`; the page updates itself. */
export async function importStands(page: Page, state: string): Promise<void> {
  await expect(page.getByTestId('import-state')).toHaveAttribute('data-state', state, { timeout: 30_000 });
}

/** Uploads a file whose columns are recognized; ends on its dry run. */
export async function toDryRun(page: Page, content: string | Buffer): Promise<void> {
  await toColumns(page, content);
  await page.getByRole('button', { name: 'Check the rows' }).click();
  await importStands(page, 'checked');
}

/** Imports a file; ends when every row has its outcome. */
export async function toResult(page: Page, content: string | Buffer): Promise<void> {
  await toDryRun(page, content);
  await page.getByRole('button', { name: 'Start the import' }).click();
  await importStands(page, 'done');
}

/** A file with this many fleets. */
export function fleets(prefix: string, count: number): string {
  const rows = Array.from({ length: count }, (_, number) => `${prefix}-${number + 1},Fleet ${number + 1}`);
  return ['fleet_ref,fleet_name', ...rows].join('\n');
}

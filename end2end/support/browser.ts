import type { Page } from '@playwright/test';

/** Makes a page believe that it is hidden, or shown again. For Playwright, all pages can be seen at once. */
export async function setVisible(page: Page, visible: boolean): Promise<void> {
  await page.evaluate((visible) => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => !visible });
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => (visible ? 'visible' : 'hidden') });
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
  }, visible);
}

/** Translates a page as browsers do: each text becomes an element with another text. */
export async function translate(page: Page): Promise<void> {
  await page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const texts: Text[] = [];
    while (walker.nextNode()) texts.push(walker.currentNode as Text);
    for (const text of texts) {
      if (!text.data.trim() || text.parentElement?.closest('font, script, style, [translate=no]')) continue;
      const [outer, inner] = [document.createElement('font'), document.createElement('font')];
      inner.textContent = `¡${text.data}!`;
      outer.append(inner);
      text.replaceWith(outer);
    }
  });
}

/** What a page says about an onboarding, translated or not. */
export async function textsOf(page: Page): Promise<string[]> {
  const parts = ['badges', 'next', 'steps', 'timeline'].map((id) => page.getByTestId(id).textContent());
  return (await Promise.all(parts)).map((text) => (text ?? '').replace(/[¡!]/g, '').replace(/\s+/g, ' ').trim());
}

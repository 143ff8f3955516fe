import type { Page } from '@playwright/test';

/** What a page has recorded since `liveness` started to watch it. */
export type Liveness = {
  /** When an entry of this kind appeared on the timeline, in milliseconds since 1970. */
  seenAt(kind: string): Promise<number>;
  /** Whether the page is still the same: neither reloaded nor left. */
  isSamePage(): Promise<boolean>;
};

declare global {
  interface Window {
    seen?: Record<string, number>;
  }
}

/** Records inside the page when timeline entries appear: polling from outside would measure the polling interval. */
export async function liveness(page: Page): Promise<Liveness> {
  await page.getByTestId('timeline').evaluate((timeline) => {
    const seen: Record<string, number> = {};
    window.seen = seen;
    const look = () => {
      for (const entry of timeline.querySelectorAll('[data-kind]')) {
        seen[entry.getAttribute('data-kind') ?? ''] ??= Date.now();
      }
    };
    look();
    new MutationObserver(look).observe(timeline, { childList: true, subtree: true });
  });
  return {
    seenAt: async (kind) => {
      const at = await page.evaluate((kind) => window.seen?.[kind], kind);
      if (at === undefined) throw new Error(`${kind} appeared on the timeline without being recorded`);
      return at;
    },
    isSamePage: () => page.evaluate(() => window.seen !== undefined),
  };
}

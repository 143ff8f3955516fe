import type { Page } from '@playwright/test';

/** What a page has noticed since `liveness` looked at it. */
export type Liveness = {
  /** When an entry of this kind came onto the timeline, in milliseconds since 1970. */
  seenAt(kind: string): Promise<number>;
  /** Whether the page is still the one that was looked at: neither reloaded nor left. */
  isSamePage(): Promise<boolean>;
};

declare global {
  interface Window {
    seen?: Record<string, number>;
  }
}

/** Notes in the page itself when entries come onto the timeline: asking from outside would measure how often we ask. */
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
      if (at === undefined) throw new Error(`${kind} came onto the timeline without being noticed`);
      return at;
    },
    isSamePage: () => page.evaluate(() => window.seen !== undefined),
  };
}

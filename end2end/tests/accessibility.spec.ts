import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from '../support/fixtures';
import { MAILING } from '../support/mailing';
import { PAGES } from '../support/pages';
import { invite, isLive, signIn } from '../support/steps';

test.use({ settings: MAILING });

const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const NARROW = { width: 320, height: 640 };

test('no page has accessibility violations or scrolls sideways: light or dark, desktop or phone', async ({ page, onramp }) => {
  test.setTimeout(540_000);
  for (const { name, open } of PAGES) {
    await test.step(name, async () => {
      await open(page, onramp);
      for (const viewport of [DESKTOP, PHONE]) {
        await page.setViewportSize(viewport);
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
          await settled(page);
          const { violations } = await axe(page, viewport === (colorScheme === 'light' ? DESKTOP : PHONE)).analyze();
          const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target} ${node.failureSummary}`).join('\n')}`);
          expect.soft(found, `${name}, ${colorScheme}, ${viewport.width} px`).toEqual([]);
        }
      }
      for (const viewport of [PHONE, NARROW]) {
        await page.setViewportSize(viewport);
        expect.soft(await tooWide(page), `${name}, ${viewport.width} px`).toEqual([]);
      }
      await page.setViewportSize(DESKTOP);
    });
  }
});

test('every page has a title, one main heading, one main landmark, and a language', async ({ page }) => {
  await signIn(page);
  const { path } = await invite(page, { ref: 'FLEET-titles' });
  const titles = new Set<string>();
  const addresses = ['/invitations', '/invitations/new', '/invitations/import', path, '/fleets/FLEET-titles', `${path}/again`, `${path}/delete`, `${path}/share`, '/reminders', '/deliveries', '/deliveries/waiting', '/settings/checks', '/subscriptions', '/sandbox', '/nowhere', '/onboarding/success', '/onboarding/failure'];
  for (const address of addresses) {
    await page.goto(address);
    await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
    await expect(page.getByRole('main')).toHaveCount(1);
    await expect(page.locator('html')).toHaveAttribute('lang', 'en');
    titles.add(await page.title());
  }
  expect(titles.size, 'no two pages have the same title').toBe(addresses.length);
});

test('the keyboard alone reaches the content past the navigation', async ({ page }) => {
  await signIn(page);
  const { path } = await invite(page, { ref: 'FLEET-keys' });

  await page.goto('/invitations');
  await page.keyboard.press('Tab');
  const skip = page.getByRole('link', { name: 'Skip to content' });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'New invitation' })).toBeFocused();

  await page.goto('/invitations');
  await expectTabs(page, ['Skip to content', 'Onramp', 'Invitations', 'Deliveries', 'Subscriptions', 'Sign out', 'New invitation', 'FLEET-keys']);
  await page.goto(path);
  await isLive(page);
  await expectTabs(page, ['Skip to content', 'Onramp', 'Invitations', 'Deliveries', 'Subscriptions', 'Sign out', 'Magic link', 'Copy link']);
});

test('a fleet can be invited and an invitation accepted with the keyboard alone', async ({ page, fleet }) => {
  await signIn(page);
  await page.goto('/invitations/new');
  await expect(page.getByLabel('Reference')).toBeFocused();
  await page.keyboard.type('FLEET-typed');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('fleet-ref')).toHaveText('FLEET-typed');
  await fleet.goto(await page.getByTestId('magic-link').inputValue());
  await tabTo(fleet, 'Accept and continue');
  await fleet.keyboard.press('Enter');
  await expect(fleet.getByRole('heading', { name: 'Choose your provider' })).toBeVisible();
  await fleet.keyboard.press('Tab');
  await fleet.keyboard.press('Space');
  await tabTo(fleet, 'Continue');
  await fleet.keyboard.press('Enter');
  await expect(fleet.getByLabel('API key')).toBeVisible();
});

/** Colors depend on scheme and width, everything else only on width, so half of the runs check colors only. */
function axe(page: Page, everything: boolean): AxeBuilder {
  // Without frames, one page is enough; the other mode opens a second one for each run.
  const builder = new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).setLegacyMode(true);
  return everything ? builder : builder.withRules(['color-contrast', 'link-in-text-block']);
}

/** Finishes all transitions: intermediate colors aren't part of the design. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(() => {
    // When a parent's color settles, a child that inherits it may start its own transition, so repeat until none is running.
    for (let rounds = 0; rounds < 100 && document.getAnimations().length > 0; rounds += 1) {
      for (const animation of document.getAnimations()) {
        // An endless animation can't be finished.
        try {
          animation.finish();
        } catch {
          animation.cancel();
        }
      }
    }
  });
}

/** The elements that make the page wider than the screen, if any. */
function tooWide(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const wide = [...document.querySelectorAll('body *')].filter((element) => element.getBoundingClientRect().right > width + 0.5);
    return wide.map((element) => `${element.tagName.toLowerCase()}.${element.className}`).slice(0, 5);
  });
}

/** The focused element, and whether its focus is visible. */
async function tab(page: Page): Promise<{ name: string; seen: boolean }> {
  await page.keyboard.press('Tab');
  return page.evaluate(() => {
    const element = document.activeElement;
    if (element === null || element === document.body) return { name: '', seen: true };
    // A link that covers its row shows focus around the row.
    const outlines = [undefined, '::after'].map((part) => getComputedStyle(element, part).outlineStyle);
    const name = element.getAttribute('aria-label') ?? element.textContent?.trim() ?? '';
    return { name, seen: outlines.some((outline) => outline !== 'none') };
  });
}

/** Tab moves from the top of the page to its end, past these elements in this order, with visible focus. */
async function expectTabs(page: Page, names: string[]): Promise<void> {
  const found: string[] = [];
  for (let count = 0; count < 50; count += 1) {
    const { name, seen } = await tab(page);
    if (name === '' || name === found[0]) break;
    expect(seen, `focus is seen on “${name}”`).toBe(true);
    found.push(name);
  }
  const first = (name: string, at: number) => names.includes(name) && found.indexOf(name) === at;
  expect(found.filter(first)).toEqual(names);
}

async function tabTo(page: Page, name: string): Promise<void> {
  for (let count = 0; count < 50; count += 1) if ((await tab(page)).name === name) return;
  throw new Error(`Tab does not lead to “${name}”`);
}

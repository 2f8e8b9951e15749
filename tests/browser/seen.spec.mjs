// Stage, narration and controls of every figure of the book are in the window together, on a laptop and on a phone.
import { expect, test } from "@playwright/test";

const WINDOWS = [
  { name: "a laptop", viewport: { width: 1366, height: 638 } },
  { name: "a phone", viewport: { width: 390, height: 664 }, hasTouch: true, isMobile: true },
];
// Every figure has to draw itself: the pages are dealt out to tests that each keep well within their time.
const HANDS = 4;

/** The figures of a page that can be stepped through. */
const FIGURES = "stepwise-figure:not([controls='none'])";

/** From the top of the stage to the foot of the controls, when the stage is at the top of the window. */
function reach(figure) {
  const [stage, controls] = [".stage", ".controls"].map((row) => figure.shadowRoot.querySelector(row));
  stage.scrollIntoView({ block: "start", behavior: "instant" });
  return controls.getBoundingClientRect().bottom - stage.getBoundingClientRect().top;
}

for (const { name, ...use } of WINDOWS) {
  for (let hand = 0; hand < HANDS; hand++) {
    test(`a stage, its narration and its controls are seen at once on ${name}, ${hand + 1} of ${HANDS}`, async ({ browser }) => {
      test.setTimeout(240_000);
      const context = await browser.newContext({ ...use, reducedMotion: "reduce" });
      const page = await context.newPage();
      await page.goto("index.html");
      const links = page.locator("#book-contents a");
      const pages = await links.evaluateAll((links) => links.map((link) => link.getAttribute("href")));
      const [cut, seen] = [[], []];
      for (const address of pages.filter((_, place) => place % HANDS === hand)) {
        await page.goto(address);
        // Some figures stand in answers that are folded.
        await page.locator("main details").evaluateAll((folded) => folded.forEach((each) => (each.open = true)));
        const figures = page.locator(FIGURES);
        for (let place = 0; place < await figures.count(); place++) {
          const figure = figures.nth(place);
          await figure.scrollIntoViewIfNeeded();
          await figure.locator(".controls").waitFor({ timeout: 15_000 });
          const height = await figure.evaluate(reach);
          (height <= use.viewport.height ? seen : cut).push(`${address}, figure ${place + 1}: ${height} px`);
        }
      }
      expect(cut).toEqual([]);
      expect(seen.length).toBeGreaterThan(10);
      await context.close();
    });
  }
}

// Terms of the book where they stand: on rest, by keyboard and by touch, in the text and in a figure.
import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";

const CHAPTER = "storage/lsm-trees.html";
const note = (page) => page.locator(".term-note");
const term = (page) => page.locator("main a.term").first();

/** The addresses of what is fetched from now on that holds the glossary. */
function glossaries(page) {
  const fetched = [];
  page.on("request", (request) => request.url().endsWith("glossary.json") && fetched.push(request.url()));
  return fetched;
}

/** Where each block of the text stands. */
const places = (page) => page.locator("main > *").evaluateAll((blocks) => blocks.map((block) => Math.round(block.getBoundingClientRect().top + scrollY)));

test("the keyboard reaches a term, its sentence, and the chapter that explains it", async ({ page }) => {
  const fetched = glossaries(page);
  await page.goto(CHAPTER);
  expect(fetched).toEqual([]);
  await page.keyboard.press("Tab");
  await term(page).focus();
  await expect(note(page)).toBeVisible();
  expect(fetched).toHaveLength(1);
  await page.keyboard.press("Tab");
  const link = note(page).locator("a");
  await expect(link).toBeFocused();
  expect((await new AxeBuilder({ page }).include(".term-note").analyze()).violations).toEqual([]);
  await page.keyboard.press("Escape");
  await expect(note(page)).toHaveCount(0);
  await expect(term(page)).toBeFocused();
  await page.keyboard.press("Tab");
  await term(page).focus();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => !url.pathname.endsWith(CHAPTER));
  expect(await page.locator("h1").count()).toBe(1);
});

test("a pointer that rests on a term sees its sentence, and nothing moves", async ({ page }) => {
  await page.goto(CHAPTER);
  await page.evaluate(() => document.fonts.ready);
  await term(page).scrollIntoViewIfNeeded();
  const before = await places(page);
  await term(page).hover();
  await expect(note(page)).toBeVisible();
  expect(await places(page)).toEqual(before);
  // The way from the word to the sentence does not close it; elsewhere does.
  await note(page).hover();
  await page.waitForTimeout(500);
  await expect(note(page)).toBeVisible();
  await page.mouse.move(2, 2);
  await expect(note(page)).toHaveCount(0);
  await term(page).hover();
  await expect(note(page)).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(note(page)).toHaveCount(0);
});

test("every note stays in the window of a phone", async ({ browser }) => {
  const context = await browser.newContext({ viewport: { width: 390, height: 664 }, hasTouch: true });
  const page = await context.newPage();
  await page.goto("replication/lag.html");
  for (const each of await page.locator("main a.term").all()) {
    // What is folded is not seen.
    if (!await each.isVisible()) continue;
    await each.scrollIntoViewIfNeeded();
    await each.tap();
    await expect(note(page)).toBeVisible();
    // A figure that comes to life above may just move the page.
    await expect.poll(async () => {
      const { x, y, width, height } = await note(page).boundingBox();
      return x >= 0 && x + width <= 390 && y >= 0 && y + height <= 664;
    }).toBe(true);
    await page.keyboard.press("Escape");
  }
  expect(page.url()).toContain("replication/lag.html");
  await context.close();
});

test("without scripts a term leads to its line in the list of terms", async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(CHAPTER);
  const word = await term(page).getAttribute("href");
  await term(page).click();
  await page.waitForURL(/terms\.html#term-/);
  expect(page.url()).toContain(word.split("#")[1]);
  await expect(page.locator(":target dd")).toBeInViewport();
  await context.close();
});

test("the glossary that can't be fetched breaks nothing, and is asked for again", async ({ page }) => {
  await page.route("**/glossary.json", (route) => route.fulfill({ body: "<!doctype" }), { times: 1 });
  await page.goto(CHAPTER);
  await page.keyboard.press("Tab");
  await term(page).focus();
  await page.waitForTimeout(300);
  await expect(note(page)).toHaveCount(0);
  await page.locator("main a.term").nth(1).focus();
  await expect(note(page)).toBeVisible();
});

test("narration and parameters of a figure show their terms, too", async ({ page }) => {
  const fetched = glossaries(page);
  await page.goto("embed.html#kind=sstable&run=put%20a%201%3B%20flush&step=2.3");
  const narration = page.locator(".narration");
  await expect(narration).toBeVisible({ timeout: 15_000 });
  expect(fetched).toEqual([]);
  const said = await narration.textContent();
  await page.keyboard.press("Tab");
  await narration.focus();
  await expect(note(page)).toBeVisible();
  const marked = await page.evaluate(() => [...CSS.highlights.get("stepwise-term")].map((range) => range.toString()));
  expect(marked.length).toBeGreaterThan(0);
  await page.keyboard.press("Tab");
  await expect(note(page).locator("a").first()).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(note(page)).toHaveCount(0);
  await expect(narration).toBeFocused();
  expect(await narration.textContent()).toBe(said);
  // The figure goes on by its keys, and what it says next is looked through as well.
  await page.locator(".player").focus();
  await page.keyboard.press("ArrowRight");
  await expect(narration).not.toHaveText(said);
  await page.locator(".parameters label", { hasText: "Memtable" }).hover();
  await expect(note(page)).toContainText("emtable");
});

// The pages of the book: what they do before, beside and without their figures.
import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";

/** The addresses of all chapters, as the contents list them, and of the pages that they don't. */
async function allPages(page) {
  await page.goto("index.html");
  const chapters = await page.locator("#book-contents a").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
  expect(chapters.length).toBeGreaterThan(3);
  return [...chapters, "404.html", "print.html"];
}

/** The first chapter that has a figure, and is no cover. */
async function chapterWithFigure(page) {
  for (const chapter of (await allPages(page)).filter((each) => each.includes("/"))) {
    await page.goto(chapter);
    if (await page.locator("stepwise-figure").count()) return chapter;
  }
  throw new Error("no chapter has a figure");
}

/** Waits until the first figure has drawn itself. */
async function alive(page) {
  await page.locator("stepwise-figure").first().scrollIntoViewIfNeeded();
  const isDrawn = () => document.querySelector("stepwise-figure").shadowRoot?.querySelector("svg.scene") != null;
  await page.waitForFunction(isDrawn, undefined, { timeout: 15_000 });
}

/** What the checker complains of on this page; a figure is looked at as soon as it has drawn itself. */
async function complaints(page, address) {
  await page.goto(address);
  if (address !== "print.html" && await page.locator("stepwise-figure").count()) {
    await alive(page);
  }
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map(({ id, nodes }) => `${address}: ${id}: ${nodes[0].html}`);
}

// The checker takes seconds for a chapter: the pages are dealt out to tests that each keep well within their time.
const HANDS = 4;
for (const colorScheme of ["light", "dark"]) {
  for (let hand = 0; hand < HANDS; hand++) {
    test(`every page is accessible, ${colorScheme}, ${hand + 1} of ${HANDS}`, async ({ page }) => {
      test.setTimeout(180_000);
      await page.emulateMedia({ colorScheme });
      const pages = (await allPages(page)).filter((address) => address !== "print.html");
      for (const address of pages.filter((_, place) => place % HANDS === hand)) {
        expect(await complaints(page, address)).toEqual([]);
      }
    });
  }
}

test("the page to print, which holds every chapter, is accessible", async ({ page }) => {
  test.setTimeout(400_000);
  expect(await complaints(page, "print.html")).toEqual([]);
});

test("no page is wider than a small phone", async ({ page }) => {
  test.setTimeout(120_000);
  await page.setViewportSize({ width: 360, height: 740 });
  for (const address of await allPages(page)) {
    await page.goto(address);
    await page.waitForLoadState("networkidle");
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width, address).toBeLessThanOrEqual(360);
  }
});

/** Runs in the page: whether those that are near enough to have been started have come to life. */
function everyFigureNearIsAlive() {
  // The page to print has pictures only, and defines no element.
  return [...document.querySelectorAll("stepwise-figure:defined")].every((figure) => {
    const { top, bottom, left, right, width } = figure.getBoundingClientRect();
    const isNear = width > 0 && top < innerHeight + 600 && bottom > -600 && left < innerWidth + 600 && right > -600;
    return !isNear || figure.shadowRoot?.querySelector(".player");
  });
}

test("nothing is refused by the policy, nothing is missing, no one else is asked", async ({ page }) => {
  test.setTimeout(120_000);
  const complaints = [];
  // A page that is left while its Wasm is still on the way says so; that is the test's own doing.
  let leaving = false;
  const isCutOff = (text) => /loading was aborted/.test(text) || leaving && /Failed to fetch|failed to load split module/.test(text);
  const complain = (text) => isCutOff(text) || complaints.push(text);
  page.on("requestfailed", (request) => {
    const { errorText } = request.failure();
    if (errorText !== "net::ERR_ABORTED") complaints.push(`${request.url()}: ${errorText}`);
  });
  page.on("console", (message) => message.type() === "error" && complain(message.text()));
  page.on("pageerror", (error) => complain(error.message));
  const pending = new Set();
  page.on("request", (request) => pending.add(request));
  for (const end of ["requestfinished", "requestfailed"]) page.on(end, (request) => pending.delete(request));
  page.on("response", (response) => response.status() >= 400 && complaints.push(response.url()));
  const addresses = await allPages(page);
  const { origin } = new URL(page.url());
  page.on("request", (request) => /^https?:/.test(request.url()) && new URL(request.url()).origin !== origin
    && complaints.push(request.url()));
  for (const address of addresses) {
    leaving = true;
    await page.goto(address);
    await page.waitForLoadState("networkidle");
    leaving = false;
    await page.waitForFunction(everyFigureNearIsAlive);
    // A figure that was near, and that others have pushed away as they came to life, fetches on all the same.
    for (let calm = 0; calm < 6; calm = pending.size > 0 ? 0 : calm + 1) await page.waitForTimeout(100);
  }
  expect(complaints).toEqual([]);
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("a chapter has its text, its pictures and its contents", async ({ page }) => {
    const chapter = await chapterWithFigure(page);
    await page.goto(chapter);
    const figure = page.locator("stepwise-figure").first();
    await expect(figure.locator("svg.scene:visible")).toHaveCount(1);
    await expect(figure.locator(".opening-narration")).not.toBeEmpty();
    await expect(page.locator("#book-search-button")).toBeHidden();
    await page.locator(".contents-button").click();
    await expect(page.locator("#book-contents a[aria-current=page]")).toBeVisible();
  });
});

test("the contents hide until they are wanted, and stand beside the text where there is room", async ({ page }) => {
  await page.goto("index.html");
  await expect(page.locator("#book-contents")).toBeHidden();
  await page.getByRole("button", { name: "Contents" }).click();
  await expect(page.locator("#book-contents")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.locator("#book-contents")).toBeHidden();
  await page.setViewportSize({ width: 1800, height: 900 });
  await expect(page.locator("#book-contents")).toBeVisible();
});

test("search finds a word and leads to it", async ({ page }) => {
  const chapter = await chapterWithFigure(page);
  for (const key of ["s", "/"]) {
    await page.goto("index.html");
    await page.keyboard.press(key);
    await page.getByRole("searchbox").fill("tombstone");
    await expect(page.locator("#book-search-results mark").first()).toContainText(/tombstone/i);
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\.html(#.*)?$/);
  }
  await page.goto(chapter);
  await page.getByRole("button", { name: "Search" }).click();
  await page.getByRole("searchbox").fill("xyzzy<b>plugh");
  await expect(page.locator(".search-count")).toHaveText("Nothing about “xyzzy<b>plugh”");
  await page.keyboard.press("Escape");
  await expect(page.locator("#book-search")).toBeHidden();
});

test("the reader's colours win over the system's, and stay", async ({ page }) => {
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.emulateMedia({ colorScheme: "light" });
  await page.goto("index.html");
  const light = await ground();
  await page.emulateMedia({ colorScheme: "dark" });
  const dark = await ground();
  expect(dark).not.toBe(light);
  await page.getByRole("button", { name: "Colours" }).click();
  await page.getByRole("radio", { name: "Light" }).check();
  expect(await ground()).toBe(light);
  await page.reload();
  expect(await ground()).toBe(light);
  await expect(page.locator("#book-theme input[value=light]")).toBeChecked();
  await page.getByRole("button", { name: "Colours" }).click();
  await page.getByRole("radio", { name: "As the system" }).check();
  expect(await ground()).toBe(dark);
});

test("arrows turn the page, but not while a figure or a field has the focus", async ({ page }) => {
  await page.goto("index.html");
  const cover = page.url();
  await page.keyboard.press("ArrowRight");
  await expect(page).not.toHaveURL(cover);
  await page.waitForLoadState();
  await page.keyboard.press("ArrowLeft");
  await expect(page).toHaveURL(cover);

  const chapter = await chapterWithFigure(page);
  await page.goto(chapter);
  const here = page.url();
  await alive(page);
  await page.locator("stepwise-figure").first().getByRole("button").first().focus();
  for (const key of ["ArrowRight", "ArrowLeft", "s"]) await page.keyboard.press(key);
  await expect(page.locator("#book-search")).toBeHidden();
  await page.waitForTimeout(200);
  expect(page.url()).toBe(here);
});

test("the keys are listed", async ({ page }) => {
  await page.goto("index.html");
  await page.keyboard.press("?");
  await expect(page.locator("#book-keys")).toBeVisible();
  await page.getByRole("button", { name: "Close" }).last().click();
  await expect(page.locator("#book-keys")).toBeHidden();
});

for (const width of [360, 800, 1280]) {
  test(`coming alive moves nothing, ${width} wide`, async ({ page }) => {
    const chapter = await chapterWithFigure(page);
    await page.setViewportSize({ width, height: 900 });
    await page.addInitScript(() => {
      window.shifts = [];
      new PerformanceObserver((list) => {
        for (const { value, sources } of list.getEntries()) {
          // Glyphs of a stand-in face may be a hair wider or narrower; only what moves up or down is a shift.
          const moved = sources.filter(({ previousRect, currentRect }) => Math.abs(previousRect.y - currentRect.y) >= 1);
          if (moved.length) window.shifts.push(`${value}: ${moved.map(({ node }) => node?.textContent?.slice(0, 40))}`);
        }
      }).observe({ type: "layout-shift", buffered: true });
    });
    await page.goto(chapter);
    await alive(page);
    await page.waitForTimeout(500);
    expect(await page.evaluate(() => window.shifts)).toEqual([]);
  });
}

test("the page to print holds every figure as a picture with its address", async ({ page }) => {
  await page.addInitScript(() => { window.print = () => { window.printed = true; }; });
  await page.goto("print.html");
  await page.waitForFunction(() => window.printed);
  const figures = await page.locator("stepwise-figure").count();
  expect(figures).toBeGreaterThan(5);
  await page.emulateMedia({ media: "print" });
  await expect(page.locator(".figure-address")).toHaveCount(figures);
  await expect(page.locator(".figure-address").first()).toBeVisible();
  await expect(page.locator(".bar")).toBeHidden();
  await expect(page.locator("stepwise-figure svg.scene:visible")).toHaveCount(figures);
});

test("an address that leads nowhere says so and leads back", async ({ page }) => {
  await page.goto("404.html");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("There is no page here");
  await page.locator("main a[href$='index.html']").click();
  await expect(page.locator(".catalogue")).toBeVisible();
});

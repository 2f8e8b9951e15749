// Fingers on a stage: real touches, as the browser itself takes them for scrolls, pinches and pans.
import { expect, test } from "@playwright/test";

test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

const place = (figure) => figure.locator(".place");

/** Moves fingers along their ways, each a list of points, all at once. */
async function drag(page, ...ways) {
  const client = await page.context().newCDPSession(page);
  const touch = (type, at) => client.send("Input.dispatchTouchEvent", {
    type, touchPoints: at === null ? [] : ways.map((way, id) => ({ x: way[at][0], y: way[at][1], id })),
  });
  await touch("touchStart", 0);
  for (let at = 1; at < ways[0].length; at += 1) await touch("touchMove", at);
  await touch("touchEnd", null);
}

/** A straight way. */
const line = ([x, y], [dx, dy], steps = 12) =>
  Array.from({ length: steps + 1 }, (_, step) => [x + (dx * step) / steps, y + (dy * step) / steps]);

async function openFigure(page) {
  await page.goto("storage/lsm-trees.html");
  const figure = page.locator("stepwise-figure").first();
  await figure.scrollIntoViewIfNeeded();
  await expect(figure.locator(".player")).toBeVisible({ timeout: 15_000 });
  await figure.evaluate((figure) => figure.send("seek", "2"));
  await figure.locator(".stage").evaluate((stage) => stage.scrollIntoView({ block: "center" }));
  await page.waitForTimeout(100);
  const { x, y, width, height } = await figure.locator(".stage").boundingBox();
  return { figure, middle: [x + width / 2, y + height / 2] };
}

const scrolled = (page) => page.evaluate(() => scrollY);

// PAGE F6, T15
test("F6: a movement sideways is a step, one that scrolls is none", async ({ page }) => {
  const { figure, middle } = await openFigure(page);
  const before = await place(figure).innerText();
  const [step, of] = before.split(" / ").map(Number);
  for (const [way, after] of [[[-120, 0], step + 1], [[-90, 25], step + 2], [[100, -20], step + 1], [[120, 0], step]]) {
    await drag(page, line(middle, way));
    await expect(place(figure)).toHaveText(`${after} / ${of}`);
  }
  for (const way of [[-25, 0], [0, -200], [-60, -200], [-120, -200], [-150, -150], [150, 150], [60, 120]]) {
    const from = await scrolled(page);
    await drag(page, line(middle, way));
    await page.waitForTimeout(200);
    expect(await place(figure).innerText(), String(way)).toBe(before);
    await page.evaluate((from) => scrollTo(0, from), from);
  }
  // A way that begins as a scroll stays one, wherever it ends.
  const [x, y] = middle;
  const from = await scrolled(page);
  await drag(page, [...line([x, y], [0, -60]), ...line([x, y - 60], [-170, 0])]);
  await expect.poll(() => scrolled(page)).toBeGreaterThan(from + 30);
  expect(await place(figure).innerText()).toBe(before);
});

test("F6: a pinch zooms and takes no step", async ({ page }) => {
  const { figure, middle: [x, y] } = await openFigure(page);
  const before = await place(figure).innerText();
  await drag(page, line([x - 20, y], [-100, 10]), line([x + 20, y], [100, -10]));
  await expect.poll(() => page.evaluate(() => visualViewport.scale)).toBeGreaterThan(1.5);
  expect(await place(figure).innerText()).toBe(before);
});

test("T15: in a zoomed page a finger pans, and takes no step", async ({ page }) => {
  const { figure, middle } = await openFigure(page);
  const before = await place(figure).innerText();
  const client = await page.context().newCDPSession(page);
  await client.send("Emulation.setPageScaleFactor", { pageScaleFactor: 2 });
  await expect.poll(() => page.evaluate(() => visualViewport.scale)).toBe(2);
  await page.waitForTimeout(200);
  const left = () => page.evaluate(() => visualViewport.offsetLeft);
  const from = await left();
  await drag(page, line(middle, [-150, 0]));
  await expect.poll(left).toBeGreaterThan(from + 40);
  expect(await place(figure).innerText()).toBe(before);
});

// PAGE F5: two steps a swipe, and at an end a slide was skipped.
test.describe("F5: a slide", () => {
  test.use({ viewport: { width: 1024, height: 768 } });

  test("one swipe over an element is one step, and at an end one slide", async ({ page }) => {
    await page.goto("slides/index.html");
    await page.keyboard.press("ArrowRight");
    const current = page.locator("section.present");
    const figure = current.locator("stepwise-figure");
    await expect(place(figure)).toHaveText(/^0 \//, { timeout: 15_000 });
    const of = Number((await place(figure).innerText()).split("/")[1]);
    const title = () => current.locator("h2").innerText();
    const titles = await page.locator("section h2").allTextContents();
    const swipe = async (dx) => {
      const { x, y, width, height } = await figure.locator(".stage").boundingBox();
      await drag(page, line([x + width / 2, y + height / 2], [dx, 0]));
    };
    for (const step of [1, 2, 3]) {
      await swipe(-200);
      await expect(place(figure)).toHaveText(`${step} / ${of}`);
    }
    await figure.evaluate((figure) => figure.send("end"));
    await expect(place(figure)).toHaveText(`${of} / ${of}`);
    await swipe(-200);
    await expect.poll(title).toBe(titles[1]);
    await page.waitForTimeout(300);
    expect(await title()).toBe(titles[1]);
    await expect(place(figure)).toHaveText(/^0 \//, { timeout: 15_000 });
    await swipe(200);
    await expect.poll(title).toBe(titles[0]);
  });
});

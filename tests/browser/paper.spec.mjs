// Where a figure is on paper, a file, a phone, or a page that forbids it to live.
import { fileURLToPath, pathToFileURL } from "node:url";
import { join } from "node:path";
import { expect, test } from "@playwright/test";

const STRANGER = "http://127.0.0.1:4174";
const here = fileURLToPath(new URL(".", import.meta.url));
const site = process.env.SITE ?? join(here, "../../dist");
const file = (path) => `${pathToFileURL(join(site, path.split("#")[0])).href}${path.includes("#") ? `#${path.split("#")[1]}` : ""}`;

// PAGE F8, T32
test.describe("F8: opened as files", () => {
  for (const path of ["storage/lsm-trees.html", "index.html", "slides/index.html", "embed.html#kind=btree&run=put%201..6%20x"]) {
    test(`${path.split("#")[0]} says why its figures don't live and how to serve them, and shows pictures`, async ({ page }) => {
      await page.goto(file(path));
      await expect(page.locator(".from-file")).toBeVisible();
      await expect(page.locator(".from-file")).toContainText("python3 -m http.server");
      if (path.startsWith("slides")) await page.keyboard.press("ArrowRight");
      const within = path.startsWith("embed") ? page.frameLocator("iframe") : page;
      await expect(within.locator("svg.scene:visible").first()).toBeVisible();
      if (!path.startsWith("slides")) return;
      // The slide with the frame as well.
      for (const _ of "abc") await page.keyboard.press("ArrowRight");
      await expect(page.locator("section.present h2")).toContainText("two of three");
      await expect(page.locator("section.present svg.scene:visible")).toBeVisible();
    });
  }
});

// PAGE T11
test("T11: embed.html and an element show how such a figure opens until it is there, and when it can't be", async ({ page }) => {
  await page.route("**/*.wasm", (route) => route.abort());
  await page.goto("embed.html#kind=btree&run=put%201..6%20x&step=3");
  const figure = page.locator("stepwise-figure");
  await expect(figure.locator(".room svg:visible")).toHaveCount(1);
  await expect(figure.locator(".fallen")).toContainText("the picture is how such a figure opens");
  await page.unroute("**/*.wasm");
  await figure.getByRole("button", { name: "Try again" }).click();
  await expect(figure.locator(".player")).toBeVisible({ timeout: 15_000 });
  await expect(figure.locator(".room")).toHaveCount(0);
});

/** A page of another origin with a policy of its own. */
async function openUnder(page, policy) {
  await page.goto(`${STRANGER}/page.html?policy=${encodeURIComponent(policy)}`);
}
const SITE = "http://127.0.0.1:4173";

// PAGE T12, T13
for (const [policy, lacks] of [
  [`default-src 'self' ${SITE}`, "script-src 'wasm-unsafe-eval'"],
  [`default-src 'self' ${SITE}; script-src ${SITE} 'wasm-unsafe-eval'; style-src 'self'`, `style-src ${SITE}`],
]) {
  test(`T12: a page whose policy lacks ${lacks} is told so`, async ({ page }) => {
    await openUnder(page, policy);
    await expect(page.locator("#first .fallen")).toContainText(`it lacks ${lacks}`, { timeout: 15_000 });
  });
}

test("T13: where inline styles are forbidden the ticks stand where they should, and the stage has its shape", async ({ page }) => {
  await openUnder(page, `default-src 'self' ${SITE}; script-src ${SITE} 'wasm-unsafe-eval'; style-src ${SITE}`);
  const player = page.locator("#first .player");
  await expect(player).toBeVisible({ timeout: 15_000 });
  const [ticks, slider, stage] = await player.evaluate((player) =>
    [".ticks path", ".scrubber input", ".stage"].map((each) => player.querySelector(each).getBoundingClientRect()));
  expect(ticks.width).toBeGreaterThan(slider.width / 2);
  expect(stage.height / stage.width).toBeGreaterThan(0.15);
});

// PAGE T34
test("T34: on paper stage text has 7 points, and a question is a question", async ({ page }) => {
  // A4 without its margins.
  await page.setViewportSize({ width: 673, height: 980 });
  await page.goto("foundations/scalability.html");
  await page.emulateMedia({ media: "print" });
  const smallest = () => page.evaluate(() => {
    const sizes = [...document.querySelectorAll("stepwise-figure")].flatMap((figure) => {
      const within = figure.shadowRoot?.querySelector(".player") ?? figure;
      const texts = [...within.querySelectorAll(".opening-stage text, .stage text")].filter((text) => text.checkVisibility());
      return texts.map((text) => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a * 0.75);
    });
    return [sizes.length > 50, Math.min(...sizes)];
  });
  // A figure that is alive is laid out anew for paper, a moment later.
  await expect.poll(async () => (await smallest())[0]).toBe(true);
  await expect.poll(async () => (await smallest())[1]).toBeGreaterThanOrEqual(7);

  await page.emulateMedia({ media: "screen" });
  await page.setViewportSize({ width: 1000, height: 800 });
  await page.goto(`embed.html#${new URLSearchParams({ kind: "hash-index", run: "put a 1; put b 2", step: "1.2",
    ask: "1 -> 2.1: What comes next?\n= It is appended (b = 2 was appended)\n# So.\n~ It is synced\n# Not yet.\n~ It waits\n# Why?" })}`);
  await expect(page.locator(".player")).toBeVisible({ timeout: 15_000 });
  await page.getByRole("button", { name: "Forward a step" }).click();
  const question = page.locator(".question");
  await expect(question).toContainText("What comes next?");
  await page.emulateMedia({ media: "print" });
  await expect(page.locator(".stage svg")).toHaveAttribute("width", "400");
  await expect(question).toContainText("It is synced");
  await expect(question.locator(".skip")).toBeHidden();
  expect(await question.locator("button").first().evaluate((button) => getComputedStyle(button).borderTopWidth)).toBe("0px");
  await expect(page.locator(".controls")).toBeHidden();
  await page.emulateMedia({ media: "screen" });
  await expect(page.locator(".stage svg")).toHaveAttribute("width", "960");
});

// PAGE F7, T35
test("F7: the deck to print shows every figure at the step that was set, frames as well", async ({ page }) => {
  test.setTimeout(60_000);
  await page.goto("slides/index.html?print-pdf");
  await expect(page.locator("stepwise-figure .player")).toHaveCount(3, { timeout: 20_000 });
  await expect(page.locator("stepwise-figure[step='7'] .place")).toHaveAttribute("title", /^address 7\.\d+$/);
  await expect(page.frameLocator("iframe").locator(".place")).toHaveAttribute("title", /^address 1\.\d+$/, { timeout: 20_000 });
});

// PAGE F21
test.describe("F21: a phone", () => {
  test.use({ viewport: { width: 390, height: 664 }, hasTouch: true, isMobile: true });

  test("the slider has a row of its own, and a drawer lies over the picture", async ({ page }) => {
    await page.goto("embed.html#kind=lsm&run=put%201..20%20x&step=9");
    const box = (each) => page.locator(`stepwise-figure ${each}`).first().boundingBox();
    await expect(page.locator(".player")).toBeVisible({ timeout: 15_000 });
    const [slider, buttons, controls] = [await box(".scrubber"), await box(".controls button:visible"), await box(".controls")];
    expect(slider.width).toBeGreaterThan(controls.width - 20);
    expect(buttons.y).toBeGreaterThanOrEqual(slider.y + slider.height - 1);
    expect((await box(".scrubber input")).width).toBeGreaterThan(270);
    for (const name of ["Back a step", "Play", "Forward a step", "Crash here", "Start over"]) {
      const { width, height } = await page.getByRole("button", { name, exact: true }).boundingBox();
      expect(Math.min(width + 4, height), name).toBeGreaterThanOrEqual(40);
    }
    await page.getByRole("toolbar", { name: "What lies behind the picture" }).locator(".more").click();
    await page.getByRole("dialog").getByRole("button", { name: "Source" }).click();
    await expect(page.locator(".source .ran")).toBeVisible();
    await page.waitForTimeout(300);
    // All three at once in the window: some of the picture, the drawer, and the buttons to step.
    const [stage, drawer, forward] = [await box(".stage"), await box(".drawer"), await box('button[title="Forward a step"]')];
    expect(drawer.y).toBeGreaterThan(Math.max(stage.y, 0) + 150);
    expect(drawer.y).toBeLessThan(stage.y + stage.height + 1);
    expect(forward.y).toBeGreaterThan(drawer.y);
    expect(forward.y + forward.height).toBeLessThanOrEqual(664);
  });
});

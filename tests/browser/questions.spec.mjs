// Predict first: the figure stops at a step that asks, takes a guess, and says what came of it.
import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";

const ASK = [
  "2.3 -> 3.1: Where does the third record go? | Over the first (offset 0:) | Behind the second (offset 36) ",
  "3.2 -> 3: How many bytes has the disk then? = disk_bytes",
].map((line) => line.trim()).join("\n");
const FRAGMENT = `kind=hash-index&run=${encodeURIComponent("put cat 1; put dog 2; put cat 3; get cat")}`;

async function open(page, extra = `&ask=${encodeURIComponent(ASK)}`) {
  await page.goto(`embed.html#${FRAGMENT}${extra}`);
  await expect(page.locator(".player")).toBeVisible({ timeout: 15_000 });
  await page.locator(".player").focus();
}

const place = (page) => page.locator(".place");
const form = (page) => page.locator("form.question");
const verdict = (page) => page.locator(".verdict");

test("a right guess goes on to the step that tells", async ({ page }) => {
  await open(page);
  await expect(form(page)).toHaveCount(0);
  for (const [index, asks] of [["3", 0], ["6", 1]]) {
    await page.keyboard.press("Shift+ArrowRight");
    await expect(place(page)).toHaveText(new RegExp(`^${index} /`));
    await expect(form(page)).toHaveCount(asks);
  }
  await expect(form(page)).toContainText("Where does the third record go?");
  await page.getByRole("button", { name: "Behind the second" }).click();
  await expect(place(page)).toHaveText(/^7 \//);
  await expect(verdict(page)).toHaveText(/Yes: Behind the second/);
  // The focus was on a button that is gone; the figure's keys go on working.
  await page.keyboard.press("ArrowLeft");
  await expect(place(page)).toHaveText(/^6 \//);
  await expect(form(page)).toHaveCount(0);
});

test("a wrong number is told, with what is right", async ({ page }) => {
  await open(page, `&ask=${encodeURIComponent(ASK)}&step=2.3`);
  await page.keyboard.press("ArrowRight");
  await expect(form(page)).toHaveCount(0);
  await page.keyboard.press("ArrowRight");
  await expect(form(page)).toContainText("How many bytes");
  await page.getByRole("spinbutton", { name: /How many bytes/ }).fill("7");
  await page.keyboard.press("Enter");
  await expect(place(page)).toHaveText(/^9 \//);
  await expect(verdict(page)).toHaveText(/You said: 7. It is: 54./);
});

test("playing stops at a question, and a step further passes it over", async ({ page }) => {
  await open(page);
  for (let times = 0; times < 3; times += 1) await page.keyboard.press("+");
  await page.keyboard.press(" ");
  await expect(form(page)).toBeVisible({ timeout: 15_000 });
  await expect(place(page)).toHaveText(/^6 \//);
  await page.waitForTimeout(800);
  await expect(place(page)).toHaveText(/^6 \//);
  await page.getByRole("button", { name: "Skip" }).click();
  await expect(place(page)).toHaveText(/^7 \//);
  await expect(verdict(page)).toHaveCount(0);
  await page.keyboard.press("Home");
  await page.keyboard.press("End");
  await expect(place(page)).toHaveText("11 / 11");
});

test("a question that the run does not answer is told and left out", async ({ page }) => {
  await open(page, `&ask=${encodeURIComponent("1 -> 2: How many? = unicorns")}`);
  await expect(page.locator(".problem")).toContainText("there is no counter `unicorns`");
  await expect(page.locator(".stage svg")).toBeVisible();
});

test("a question is fit for all readers, and the chapter has it as text without JavaScript", async ({ page, browser }) => {
  await open(page, `&ask=${encodeURIComponent(ASK)}&step=2.3`);
  await expect(form(page)).toBeVisible();
  // The page around the figure is that of the embed, which has no heading of its own.
  const { violations } = await new AxeBuilder({ page }).disableRules("page-has-heading-one").analyze();
  expect(violations.map((each) => each.id)).toEqual([]);
  const context = await browser.newContext({ javaScriptEnabled: false });
  const bare = await context.newPage();
  await bare.goto(new URL("storage/hash-indexes.html", page.url()).href);
  await expect(bare.locator("noscript details, details").filter({ hasText: "Predict first." }).first()).toBeVisible();
  await context.close();
});

// FAULTS P6
test("P6: the choices stand in the same order on the page and in the text without JavaScript", async ({ page }) => {
  await page.goto("storage/hash-indexes.html");
  const block = page.locator(".figure-block", { has: page.locator("stepwise-figure[ask*=' | ']") }).first();
  const riddles = await block.locator("noscript").allTextContents();
  const dealt = riddles.map((text) => [...text.matchAll(/<i>(.*?)<\/i>/g)].map(([, choice]) => choice)).filter((choices) => choices.length);
  const figure = block.locator("stepwise-figure");
  await figure.scrollIntoViewIfNeeded();
  await expect(figure.locator(".player")).toBeVisible({ timeout: 15_000 });
  const [at] = (await figure.getAttribute("ask")).split("\n").find((line) => line.includes(" | ")).split(" -> ");
  await figure.evaluate((figure, at) => figure.send("seek", at), at);
  const buttons = figure.locator("form.question button:not(.skip)");
  await expect(buttons).toHaveCount(dealt[0].length);
  expect(await buttons.allInnerTexts()).toEqual(dealt[0]);
});

test("whoever steps a figure from outside, as a slide does, comes to its questions and past them", async ({ page }) => {
  await open(page);
  const figure = page.locator("stepwise-figure");
  const forward = () => figure.evaluate((figure) => figure.send("forward"));
  for (let step = 1; step <= 5; step += 1) {
    await forward();
    await expect(place(page)).toHaveText(new RegExp(`^${step} /`));
  }
  await forward();
  await expect(place(page)).toHaveText(/^6 \//);
  await expect(form(page)).toContainText("Where does the third record go?");
  await forward();
  await expect(place(page)).toHaveText(/^7 \//);
  await expect(form(page)).toHaveCount(0);
});

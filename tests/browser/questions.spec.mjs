// Predict first: the figure stops at a step that asks, takes a guess, replies to a wrong one, and says what came of it.
import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";

const ASK = `
2.3 -> 3.1: Where does the third record go?
~ Over the first
  # A log is only appended to.
= Behind the second (offset 36)
  # That is where the log ends.
~ Into a log of its own
  # The log has room.

3.2 -> 3: How many bytes has the disk then?
= disk_bytes within 2
  # Three records of 18 bytes.
~ 36
  # Those were there before the third.
~ less
  # Nothing is taken away.
~ more
  # Only records are there.
`.trim();
const FRAGMENT = `kind=hash-index&run=${encodeURIComponent("put cat 1; put dog 2; put cat 3; get cat")}`;

async function open(page, extra = `&ask=${encodeURIComponent(ASK)}`) {
  await page.goto(`embed.html#${FRAGMENT}${extra}`);
  await expect(page.locator(".player")).toBeVisible({ timeout: 15_000 });
  await page.locator(".player").focus();
}

const place = (page) => page.locator(".place");
const form = (page) => page.locator("form.question");
const verdict = (page) => page.locator(".verdict");

test("a right guess goes on to the step that tells, and is told why", async ({ page }) => {
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
  await expect(verdict(page)).toHaveText(/Yes: Behind the second. That is where the log ends./);
  // The focus was on a button that is gone; the figure's keys go on working.
  await page.keyboard.press("ArrowLeft");
  await expect(place(page)).toHaveText(/^6 \//);
  await expect(form(page)).toHaveCount(0);
});

test("a wrong guess has a reply of its own, and the reader guesses again by the keyboard", async ({ page }) => {
  await open(page, `&ask=${encodeURIComponent(ASK)}&step=2.3`);
  const choice = (name) => page.getByRole("button", { name });
  const replies = form(page).locator(".reply");
  await expect(form(page).getByRole("button", { name: "Skip" })).toBeVisible();
  await choice("Over the first").focus();
  await page.keyboard.press("Enter");
  await expect(replies).toHaveText(["Over the first. A log is only appended to."]);
  await expect(place(page)).toHaveText(/^6 \//);
  await expect(choice("Over the first")).toBeFocused();
  await expect(choice("Over the first")).toHaveAttribute("aria-disabled", "true");
  // What is out says nothing more.
  await page.keyboard.press("Enter");
  await expect(replies).toHaveCount(1);
  await choice("Into a log of its own").click();
  await expect(replies.last()).toHaveText("Into a log of its own. The log has room.");
  await expect(place(page)).toHaveText(/^6 \//);
  await choice("Behind the second").click();
  await expect(place(page)).toHaveText(/^7 \//);
  await expect(verdict(page)).toHaveText(/Yes: Behind the second/);
});

test("after a wrong guess the reader may see instead of guessing on", async ({ page }) => {
  await open(page, `&ask=${encodeURIComponent(ASK)}&step=2.3`);
  await page.getByRole("button", { name: "Over the first" }).click();
  await page.getByRole("button", { name: "See what happens" }).click();
  await expect(place(page)).toHaveText(/^7 \//);
  await expect(verdict(page)).toHaveText(/You said: Over the first. It is: Behind the second. That is where/);
});

test("numbers have replies, too, and may be missed by a little", async ({ page }) => {
  await open(page, `&ask=${encodeURIComponent(ASK)}&step=2.3`);
  for (let times = 0; times < 2; times += 1) await page.keyboard.press("ArrowRight");
  await expect(form(page)).toContainText("How many bytes");
  const number = page.getByRole("spinbutton", { name: /How many bytes/ });
  for (const [said, reply] of [["36", "Those were there before"], ["7", "Nothing is taken away"], ["999", "Only records"]]) {
    await number.fill(said);
    await page.keyboard.press("Enter");
    await expect(form(page).locator(".reply").last()).toContainText(`${said}. ${reply}`);
  }
  await number.fill("53");
  await page.keyboard.press("Enter");
  await expect(place(page)).toHaveText(/^9 \//);
  await expect(verdict(page)).toHaveText(/Yes: 54 \(52 to 56 is near enough\). Three records/);
});

test("the page is told of every guess", async ({ page }) => {
  await open(page, `&ask=${encodeURIComponent(ASK)}&step=2.3`);
  await page.evaluate(() => {
    window.guesses = [];
    addEventListener("stepwise-guess", ({ detail }) => window.guesses.push(detail));
  });
  await page.getByRole("button", { name: "Over the first" }).click();
  await page.getByRole("button", { name: "Behind the second" }).click();
  await expect(verdict(page)).toBeVisible();
  const guesses = await page.evaluate(() => window.guesses);
  const of = { own: expect.stringMatching(/^[0-9a-f]{8}$/), kind: "hash-index", question: "Where does the third record go?" };
  expect(guesses).toEqual([
    { ...of, said: "Over the first", right: false, attempt: 1 },
    { ...of, said: "Behind the second", right: true, attempt: 2 },
  ]);
  expect(guesses[0].own).toBe(guesses[1].own);
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

test("a question that the run doesn't answer is told and left out", async ({ page }) => {
  await open(page, `&ask=${encodeURIComponent(ASK.replace("disk_bytes", "unicorns"))}`);
  await expect(page.locator(".problem")).toContainText("in `ask`, line 10: there is no counter `unicorns`");
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
  const riddle = bare.locator(".riddle").first();
  await expect(riddle).toContainText("Predict first.");
  const reply = riddle.locator("details").first();
  await reply.locator("summary").click();
  await expect(reply).toContainText(/(Yes|No)\. ./);
  await context.close();
});

// FAULTS P6
test("P6: the choices stand in the same order on the page and in the text without JavaScript", async ({ page }) => {
  await page.goto("storage/hash-indexes.html");
  const block = page.locator(".figure-block", { has: page.locator("stepwise-figure[ask]") }).first();
  const riddle = await block.locator("noscript").first().textContent();
  const dealt = [...riddle.matchAll(/<summary>(.*?)<\/summary>/g)].map(([, choice]) => choice);
  const figure = block.locator("stepwise-figure");
  await figure.scrollIntoViewIfNeeded();
  await expect(figure.locator(".player")).toBeVisible({ timeout: 15_000 });
  const [at] = (await figure.getAttribute("ask")).split(" -> ");
  await figure.evaluate((figure, at) => figure.send("seek", at), at);
  const buttons = figure.locator("form.question button:not(.skip)");
  await expect(buttons).toHaveCount(dealt.length);
  expect(await buttons.allInnerTexts()).toEqual(dealt);
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

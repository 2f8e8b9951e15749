// You decide: the figure stops before a decision of the engine, and the reader goes first.
import { expect, test } from "@playwright/test";

const TREE = "embed.html#" + new URLSearchParams({ kind: "btree", order: "4", run: "put 1..6 a" });

/** Goes forward until the figure stops and asks. */
async function onToTheDecision(page) {
  const question = page.locator(".question");
  for (let command = 0; command < 12 && !await question.isVisible(); command++) {
    await page.getByRole("button", { name: "Forward a command" }).click();
  }
  await expect(question).toBeVisible();
}

async function deciding(page, address) {
  await page.goto(address);
  await page.getByRole("button", { name: "You decide" }).click();
  await onToTheDecision(page);
}

test("a reader decides where a page is split, by a button, and sees what the engine thinks of it", async ({ page }) => {
  await deciding(page, TREE);
  const question = page.locator(".question");
  await expect(question).toContainText("You decide.");
  await expect(question).toContainText("which key begins the new page");
  const place = page.locator(".controls .place");
  const before = await place.textContent();
  await question.getByRole("button", { name: /^1 and/ }).click();
  const verdict = page.locator(".verdict");
  await expect(verdict).toContainText("The engine does something else");
  await expect(place).not.toHaveText(before);

  await verdict.getByRole("button", { name: "See what would have come of it" }).click();
  await expect(page.locator(".verdict")).toContainText("Here the engine went your way");
  await expect(page).toHaveURL(/%211\.1|!1\.1/);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page).not.toHaveURL(/%211\.1|!1\.1/);
});

test("a reader decides on the stage, and by keys alone", async ({ page }) => {
  await deciding(page, TREE);
  const offered = page.locator("svg.scene g.offered");
  expect(await offered.count()).toBeGreaterThan(1);
  await offered.nth(1).click();
  await expect(page.locator(".verdict")).toBeVisible();

  await page.getByRole("button", { name: "Start over" }).click();
  await onToTheDecision(page);
  const first = page.locator(".question button").first();
  await first.focus();
  await page.keyboard.press("Enter");
  await expect(page.locator(".verdict")).toBeVisible();
});

test("a figure that has nothing to decide has no switch for it", async ({ page }) => {
  await page.goto("embed.html#" + new URLSearchParams({ kind: "sstable", run: "put a 1; flush" }));
  await expect(page.getByRole("button", { name: "Start over" })).toBeVisible();
  await expect(page.getByRole("button", { name: "You decide" })).toHaveCount(0);
});

test("whether a node votes is decided before it does", async ({ page }) => {
  await deciding(page, "embed.html#" + new URLSearchParams({ kind: "failover", run: "stop n1; run 3s" }));
  await expect(page.locator(".question")).toContainText("for its vote");
});

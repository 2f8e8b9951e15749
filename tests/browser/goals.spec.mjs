// Goals: the figure says what still has to hold, and when the goal is reached; a hint, and after a try a solution.
import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";

const GOAL = {
  kind: "btree", order: "4", task: "Grow a tree of three levels.", reach: "height = 3 and keys <= 13", commands: "2",
  hint: "Ascending keys.", solution: "put 1..13 a",
};

async function open(page, extra = {}) {
  await page.goto(`embed.html#${new URLSearchParams({ ...GOAL, ...extra })}`.replaceAll("+", "%20"));
  await expect(page.locator(".goal")).toBeVisible({ timeout: 15_000 });
}

const part = (page, text) => page.locator(".goal li", { hasText: text });
const stand = (page) => page.locator(".goal [role=status]");

async function command(page, text) {
  await page.locator(".player").evaluate((player, text) => player.getRootNode().host.send("run", text), text);
}

test("each part is ticked off, and the goal is reached by any way", async ({ page }) => {
  await open(page);
  await expect(stand(page)).toHaveText("0 commands of at most 2.");
  await expect(part(page, "height")).not.toHaveClass(/holds/);
  await expect(part(page, "keys")).toHaveClass(/holds/);
  await expect(page.getByRole("button", { name: "Show a solution" })).toHaveCount(0);
  await page.getByRole("button", { name: "Hint" }).click();
  await expect(page.locator(".goal .hint")).toHaveText("Ascending keys.");
  await command(page, "put 5 a");
  await expect(stand(page)).toHaveText("1 command of at most 2.");
  await command(page, "put 1..12 a");
  await expect(stand(page)).toHaveText("Reached with 2 commands.");
  await expect(page.locator(".goal")).toHaveClass(/reached/);
  // Reset begins again.
  await page.locator(".player").focus();
  await page.keyboard.press("r");
  await expect(stand(page)).toHaveText("0 commands of at most 2.");
});

test("after a try there is a solution, as a run to step through", async ({ page }) => {
  await open(page);
  await command(page, "get 1");
  await page.getByRole("button", { name: "Show a solution" }).click();
  await expect(stand(page)).toHaveText("This is a solution: step through it.");
  await expect(page.locator(".place")).toHaveText(/^0 \/ \d\d/);
  const { violations } = await new AxeBuilder({ page }).include("stepwise-figure").analyze();
  expect(violations).toEqual([]);
});

test("a goal that can't be read is said, and the figure lives", async ({ page }) => {
  await page.goto(`embed.html#${new URLSearchParams({ ...GOAL, reach: "hight = 3" })}`.replaceAll("+", "%20"));
  await expect(page.locator(".problem")).toContainText("`hight` is nothing that can be asked for", { timeout: 15_000 });
  await expect(page.locator(".goal")).toHaveCount(0);
});

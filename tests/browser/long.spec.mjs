// Long runs: very many operations in slices, with charts and tables that grow, and a way to stop.
import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";

async function open(page, fragment) {
  await page.goto(`embed.html#${fragment}`);
  await expect(page.locator(".player")).toBeVisible({ timeout: 15_000 });
  await page.getByRole("button", { name: "Long run", exact: true }).click();
}

const start = async (page, count) => {
  await page.locator(".long input").fill(count);
  await page.locator(".long form").getByRole("button", { name: "Run" }).click();
};
const status = (page) => page.locator(".long [role=status]");

test("a hundred thousand requests are told by a chart and by tables", async ({ page }) => {
  await open(page, "kind=latency");
  await start(page, "100000");
  await expect(status(page)).toContainText("100,000 of 100,000, done", { timeout: 30_000 });
  await expect(page.locator(".long svg")).toBeVisible();
  await expect(page.locator(".long h4").first()).toContainText("Response times of 100,000 requests");
  await expect(page.locator(".long table").first()).toContainText("theory (M/M/1)");
  const result = await new AxeBuilder({ page }).disableRules(["page-has-heading-one"]).analyze();
  expect(result.violations.map((violation) => violation.id)).toEqual([]);
});

test("a run can be stopped, and begun anew", async ({ page }) => {
  await open(page, "kind=duel");
  await start(page, "1000000");
  await expect(status(page)).toContainText("of 1,100,000");
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(status(page)).toContainText("stopped");
  const stopped = await status(page).textContent();
  await page.waitForTimeout(300);
  await expect(status(page)).toHaveText(stopped);
  await start(page, "1000");
  await expect(status(page)).toContainText("1,100 of 1,100, done");
  await expect(page.locator(".long table tr", { hasText: "write amplification" })).toBeVisible();
});

test("the page answers while a run goes on, and other parameters end it", async ({ page }) => {
  await open(page, "kind=latency&run=run+2s");
  await start(page, "1000000");
  await expect(status(page)).toContainText("of 1,000,000");
  await page.getByRole("button", { name: "To the opening" }).click();
  await expect(page.locator(".place")).toHaveText(/^0 /);
  await page.getByLabel("Load").first().fill("8");
  await page.getByLabel("Load").first().blur();
  await expect(status(page)).toHaveCount(0);
});

test("what can't be run is refused with the limit and its reason", async ({ page }) => {
  await open(page, "kind=latency&load=0");
  await start(page, "1000");
  await expect(page.locator(".long [role=alert]")).toContainText("at least 1, since with 0 no one ever comes");
  // The field refuses it first; by hand it can be asked for all the same.
  await page.locator(".long form").evaluate((form) => (form.noValidate = true));
  await start(page, "7");
  await expect(page.locator(".long [role=alert]")).toContainText("1,000 to 1,000,000");
});

test("a long run is fetched when it is first started, and can be had later", async ({ page }) => {
  const part = "**/shelves-*/long_latency.wasm";
  let fetched = 0;
  page.on("request", (request) => /\/long_latency\.wasm$/.test(request.url()) && (fetched += 1));
  await page.route(part, (route) => route.abort());
  await open(page, "kind=latency");
  expect(fetched).toBe(0);
  await start(page, "1000");
  await expect(page.locator(".long [role=alert]")).toContainText("couldn't be fetched");
  await page.unroute(part);
  for (const count of ["1000", "2000"]) {
    await start(page, count);
    await expect(status(page)).toContainText(`of ${count.replace("000", ",000")}, done`);
  }
  expect(fetched).toBe(2);
});

test("a figure without a long run has no such drawer", async ({ page }) => {
  await page.goto("embed.html#kind=btree");
  await expect(page.locator(".player")).toBeVisible({ timeout: 15_000 });
  await expect(page.getByRole("button", { name: "Long run", exact: true })).toHaveCount(0);
});

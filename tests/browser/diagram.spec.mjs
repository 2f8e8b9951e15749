// The space-time diagram: the same run as lines, arrows and bars, and a way to every step.
import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";

const RUN = `run=${encodeURIComponent("write k old; stop n3; write k new; start n3; read k as c2; settle")}`;

async function open(page, fragment) {
  await page.goto(`embed.html#${fragment}`);
  await expect(page.locator(".player")).toBeVisible({ timeout: 15_000 });
}

const show = (page) => page.getByRole("button", { name: "Show as a diagram of time" }).click();
const place = (page) => page.locator(".place");

test("a run of a cluster is shown as a diagram and as a picture, in the same place", async ({ page }) => {
  await open(page, `kind=quorum&${RUN}&step=5.3`);
  const size = async () => { const { width, height } = await page.locator(".stage").boundingBox(); return [width, height]; };
  const before = await size();
  await show(page);
  await expect(page.locator('.stage g[data-key="line n3"]')).toHaveCount(1);
  await expect(page.locator('.stage g[data-key^="arrow m"]').first()).toBeVisible();
  expect(await size()).toEqual(before);
  await page.locator(".player").focus();
  await page.keyboard.press("ArrowRight");
  await expect(page.locator('.stage g[data-key="line n3"]')).toHaveCount(1);
  await page.getByRole("button", { name: "Show as a picture" }).click();
  await expect(page.locator('.stage g[data-key="line n3"]')).toHaveCount(0);
});

test("a click on a row or on a message goes to its step", async ({ page }) => {
  await open(page, `kind=quorum&${RUN}&step=6`);
  await show(page);
  const rows = page.locator('.stage g[data-key^="step "]');
  const key = await rows.nth(3).getAttribute("data-key");
  await rows.nth(3).click({ position: { x: 4, y: 4 } });
  await expect(place(page)).toHaveText(new RegExp(`^${key.slice(5)} /`));
  const message = page.locator('.stage g[data-key^="message m"]').last();
  const said = await message.locator("title").textContent();
  expect(said).toMatch(/^m\d+: .+/);
  await message.click();
  await expect(place(page)).not.toHaveText(new RegExp(`^${key.slice(5)} /`));
});

test("a link opens the diagram, and says what it doesn't know", async ({ page }) => {
  await open(page, `kind=lag&run=${encodeURIComponent("post talk hello as ann; reload talk as bob via n2")}&step=2&view=time`);
  await expect(page.locator('.stage g[data-key="line n1"]')).toHaveCount(1);
  await page.getByRole("button", { name: "Share", exact: true }).click();
  await expect(page.getByLabel("A link to exactly this step")).toHaveValue(/view=time/);
  await page.goto("about:blank");
  await open(page, "kind=quorum&view=cube");
  await expect(page.locator(".problem")).toContainText("`view` can't be `cube`; accepted: picture, time");
});

test("the diagram is accessible, and figures without hosts have none", async ({ page }) => {
  await open(page, `kind=quorum&${RUN}&step=5.3&view=time`);
  const { violations } = await new AxeBuilder({ page }).disableRules("page-has-heading-one").analyze();
  expect(violations.map((violation) => violation.id)).toEqual([]);
  await page.goto("about:blank");
  await open(page, "kind=btree&view=time");
  await expect(page.getByRole("button", { name: "Show as a diagram of time" })).toHaveCount(0);
});

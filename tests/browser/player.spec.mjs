// What a reader does with a figure: every control and key, forks and crashes, mistakes, drawers and links.
import { expect, test } from "@playwright/test";

const RUN = "put a 1; put b 2; put a 3; get a";

async function open(page, fragment) {
  await page.goto(`embed.html#${fragment}`);
  await expect(page.locator(".player")).toBeVisible({ timeout: 15_000 });
}

const hash = (extra = "") => `kind=hash-index&run=${encodeURIComponent(RUN)}${extra}`;
const narration = (page) => page.locator(".narration");
const place = (page) => page.locator(".place");
const press = (page, name) => page.getByRole("button", { name, exact: true }).click();

/** The picture as it stands when nothing moves any more. */
async function picture(page) {
  await page.waitForTimeout(500);
  return page.locator(".stage svg").evaluate((svg) => svg.innerHTML.replace(/<!--.*?-->/g, ""));
}

test("buttons go by steps, by commands, and to both ends", async ({ page }) => {
  await open(page, hash());
  await expect(place(page)).toHaveText("0 / 11");
  await press(page, "Forward a step");
  await expect(place(page)).toHaveText("1 / 11");
  await expect(narration(page)).toContainText("a = 1 was appended");
  await press(page, "Forward a command");
  await expect(place(page)).toHaveText("3 / 11");
  await press(page, "Forward a command");
  await expect(place(page)).toHaveText("6 / 11");
  await press(page, "Back a command");
  await expect(place(page)).toHaveText("3 / 11");
  await press(page, "Back a step");
  await expect(place(page)).toHaveText("2 / 11");
  await press(page, "To the last step");
  await expect(narration(page)).toContainText("= 3");
  await press(page, "To the opening");
  await expect(place(page)).toHaveText("0 / 11");
});

test("keys do the same, and only while the figure has the focus", async ({ page }) => {
  await open(page, hash());
  await page.locator(".player").focus();
  const keys = [["ArrowRight", "1"], ["Shift+ArrowRight", "3"], ["ArrowLeft", "2"], ["End", "11"], ["Home", "0"]];
  for (const [key, index] of keys) {
    await page.keyboard.press(key);
    await expect(place(page)).toHaveText(`${index} / 11`);
  }
  await page.keyboard.press("+");
  await expect(page.locator(".speed")).toHaveText("2×");
  await page.keyboard.press("-");
  await expect(page.locator(".speed")).toHaveText("1×");
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keys" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog", { name: "Keys" })).toBeHidden();
});

test("keys go on working on the slider, and after what was pressed is gone", async ({ page }) => {
  await open(page, hash("&step=1.3"));
  await page.getByRole("slider", { name: "Step" }).focus();
  await page.keyboard.press("Shift+ArrowRight");
  await expect(place(page)).toHaveText("6 / 11");
  await page.keyboard.press("c");
  await page.getByRole("button", { name: "Undo" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Undo" })).toBeHidden();
  await page.keyboard.press("ArrowRight");
  await expect(place(page)).toHaveText("7 / 11");
});

test("Escape is the page's unless it closes something here", async ({ page }) => {
  await open(page, hash());
  await page.evaluate(() => {
    globalThis.escapes = 0;
    addEventListener("keydown", (event) => (globalThis.escapes += event.key === "Escape"));
  });
  await page.locator(".player").focus();
  for (const key of ["?", "Escape", "Escape"]) await page.keyboard.press(key);
  expect(await page.evaluate(() => globalThis.escapes)).toBe(1);
});

test("a figure that was opened with a mistake in its link can be started over", async ({ page }) => {
  await open(page, hash("&order=3"));
  await page.locator(".player").focus();
  await page.keyboard.press("End");
  await page.keyboard.press("r");
  await expect(place(page)).toHaveText("0 / 11");
});

test("it plays to the end, and can be paused", async ({ page }) => {
  await open(page, hash());
  for (let faster = 0; faster < 2; faster += 1) await page.locator(".speed").click();
  await press(page, "Play");
  await expect(page.getByRole("button", { name: "Pause" })).toBeVisible();
  await expect(place(page)).toHaveText("11 / 11", { timeout: 15_000 });
  await expect(page.getByRole("button", { name: "Play" })).toBeVisible();
});

test("the scrubber goes anywhere at once", async ({ page }) => {
  await open(page, hash());
  await page.getByRole("slider", { name: "Step" }).fill("7");
  await expect(place(page)).toHaveText("7 / 11");
});

test("a command at an earlier step forks the run, and can be taken back", async ({ page }) => {
  await open(page, hash("&step=1.3"));
  await page.getByLabel("key of put").fill("zoë 🙂");
  await page.getByLabel("value of put").fill("x;y \"z\"");
  await press(page, "put");
  await expect(narration(page)).toContainText("zoë 🙂");
  await expect(page.getByText("The steps after this one were dropped.")).toBeVisible();
  await expect(place(page)).toHaveText("4 / 6");
  // A second change does not take the way back from the first.
  await press(page, "To the last step");
  await press(page, "put");
  await press(page, "Undo");
  await expect(place(page)).toHaveText("6 / 6");
  await press(page, "Undo");
  await expect(place(page)).toHaveText("3 / 11");
});

test("the plug can be pulled at any step, twice", async ({ page }) => {
  await open(page, hash("&step=2.1"));
  await page.locator(".player").focus();
  await page.keyboard.press("c");
  await expect(narration(page)).toContainText("The plug was pulled");
  await page.keyboard.press("c");
  await expect(narration(page)).toContainText("The plug was pulled");
  await expect.poll(() => decodeURIComponent(new URL(page.url()).hash)).toContain("put b 2 @1; crash @1; crash");
  await press(page, "Crash here");
  // The whole menu is inside the figure, which cuts off what is not.
  const [menu, player] = [await page.locator(".menu").boundingBox(), await page.locator(".player").boundingBox()];
  expect(menu.y).toBeGreaterThan(player.y);
  expect(menu.y + menu.height).toBeLessThan(player.y + player.height);
  await page.keyboard.press("Escape");
  await expect(page.locator(".menu")).toBeHidden();
  await press(page, "Crash here");
  await page.getByRole("button", { name: /one torn/ }).click();
  await expect(page.locator(".menu")).toBeHidden();
  await expect.poll(() => decodeURIComponent(new URL(page.url()).hash)).toContain("crash torn 1");
});

// FAULTS P4: in every figure that has a plug, and its list of keys says which.
for (const [kind, run, help, told] of [
  ["quorum", "write k a", "stop the node that has just acted", "n1"],
  ["replication-log", "INSERT INTO tickets (holder) VALUES ('ann')", "stop the node that has just acted", "n1"],
  ["faults", "run 2s", "kill the part that all others need", "The process of db is killed"],
  ["latency", "run 2s", "make the busiest server four times as slow", "s"],
  ["scaling", "load 100/s", "take one machine of each system away", "machine"],
  ["rollout", "release rare", "release a mistake that destroys data", "data"],
]) {
  test(`P4: c pulls the plug of ${kind}`, async ({ page }) => {
    await open(page, `kind=${kind}&run=${encodeURIComponent(run)}&step=1.1`);
    await page.locator(".player").focus();
    await page.keyboard.press("?");
    await expect(page.locator(".help")).toContainText(`c${help}`);
    await page.keyboard.press("Escape");
    const before = await narration(page).innerText();
    await page.keyboard.press("c");
    await expect(narration(page)).not.toHaveText(before);
    await expect(narration(page)).toContainText(told);
    await expect(page.getByRole("alert")).toHaveCount(0);
    await press(page, "Undo");
    await expect(narration(page)).toHaveText(before);
    await press(page, "Crash here");
    await page.locator(".menu button").first().click();
    await expect(narration(page)).not.toHaveText(before);
  });
}

test("P4: a figure without a plug promises none", async ({ page }) => {
  await open(page, "kind=duel&run=load%203&step=1");
  await expect(page.getByRole("button", { name: "Crash here" })).toHaveCount(0);
  await page.locator(".player").focus();
  const before = await place(page).innerText();
  for (const key of ["c", "?"]) await page.keyboard.press(key);
  await expect(page.locator(".help kbd", { hasText: /^c$/ })).toHaveCount(0);
  expect(await place(page).innerText()).toBe(before);
});

test("a parameter opens the engine anew and keeps the script", async ({ page }) => {
  await open(page, "kind=btree&run=put+1..9+x");
  await page.getByLabel("Order").fill("8");
  await page.getByLabel("Order").blur();
  await expect.poll(() => page.url()).toContain("order=8");
  await page.getByLabel("Order").fill("1");
  await page.getByLabel("Order").blur();
  await expect(page.getByRole("alert")).toContainText("accepted: a whole number from 3 to 64");
});

test("a mistake in the script is told with its line, and the run stays", async ({ page }) => {
  await open(page, hash("&step=4"));
  const before = await picture(page);
  await press(page, "Script");
  await page.locator(".script textarea").fill("put a 1\nputt b 2");
  await press(page, "Run from the opening");
  await expect(page.getByRole("alert")).toContainText("line 2, column 1: `putt` is no command of this figure");
  expect(await picture(page)).toBe(before);
  await page.locator(".script textarea").fill("put q 7\nget q");
  await press(page, "Run from the opening");
  await expect(page.getByRole("alert")).toBeHidden();
  await expect(place(page)).toHaveText("0 / 5");
});

test("what a script may not be is refused, and nothing freezes", async ({ page }) => {
  await open(page, hash());
  await press(page, "Script");
  for (const [script, told] of [["x".repeat(1_100_000), "at most 1048576 bytes"], ["put 1..99999999999 x", "too many commands"], ["put a", "lacks VALUE"]]) {
    await page.locator(".script textarea").fill(script);
    await press(page, "Run from the opening");
    await expect(page.getByRole("alert")).toContainText(told);
  }
  await page.locator(".script textarea").fill("put 1..3000 x");
  await press(page, "Run from the opening");
  await expect(page.getByText("it has reached 2000 steps")).toBeVisible();
});

test("a link is read with forgiveness and words", async ({ page }) => {
  await open(page, "kind=hash-index&run=put+a+1&step=-1&order=3&controls=all");
  for (const told of ["`-1` is no step", "`controls` can't be `all`", "`order` is a parameter of `btree`"]) {
    await expect(page.getByRole("alert")).toContainText(told);
  }
  await page.goto("about:blank");
  await page.goto("embed.html#kind=b-tree");
  await expect(page.getByRole("alert")).toContainText("there are: faults, rollout, latency");
});

test("a link shows the very same picture", async ({ page }) => {
  await open(page, hash("&step=3.2"));
  const here = await picture(page);
  await press(page, "Share");
  const link = await page.getByLabel("A link to exactly this step").inputValue();
  await page.goto("about:blank");
  await page.goto(link);
  await expect(page.locator(".player")).toBeVisible({ timeout: 15_000 });
  expect(await picture(page)).toBe(here);
});

test("the drawers show source, bytes, numbers and transcript", async ({ page }) => {
  await open(page, hash("&step=1.1"));
  await press(page, "Source");
  await expect(page.locator(".source .ran")).toContainText("step(");
  await press(page, "Bytes");
  await page.getByRole("combobox", { name: "Bytes of" }).selectOption({ index: 1 });
  await expect(page.locator(".hex")).toBeVisible();
  await expect(page.locator(".meaning")).toContainText("checksum");
  await press(page, "Numbers");
  await expect(page.locator(".numbers")).toContainText("bytes written");
  await expect(page.locator(".chart svg")).toBeVisible();
  await page.getByRole("combobox", { name: "Over the steps" }).selectOption("bytes written");
  await page.getByText("As a table: bytes written over step").click();
  await expect(page.locator(".chart-table tr").last()).toContainText("this step");
  await press(page, "Transcript");
  await page.locator(".transcript button").nth(6).click();
  await expect(place(page)).toHaveText("7 / 11");
});

test("a picture can be saved", async ({ page }) => {
  await open(page, hash("&step=1.1"));
  await press(page, "Share");
  for (const kind of ["SVG", "PNG"]) {
    const download = page.waitForEvent("download");
    await press(page, `Save the picture as ${kind}`);
    expect((await download).suggestedFilename()).toBe(`hash-index-1.1.${kind.toLowerCase()}`);
  }
});

test("with less motion nothing travels", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await open(page, hash());
  await press(page, "Forward a step");
  await expect(page.locator(".stage .ghost")).toHaveCount(0);
  await expect(page.locator(".stage g[opacity]")).toHaveCount(0);
});

test("a phone shows all without scrolling sideways", async ({ browser }) => {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 }, hasTouch: true });
  const page = await context.newPage();
  for (const kind of ["hash-index", "btree", "quorum"]) {
    const run = kind === "quorum" ? "write k 1; read k" : "put 1..5 x";
    await page.goto("about:blank");
    await open(page, `kind=${kind}&run=${encodeURIComponent(run)}`);
    await expect(page.locator(".player")).toHaveClass(/narrow/);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    // Both rows of the controls stand within their room.
    const bottom = (place) => page.locator(place).evaluate((element) => element.getBoundingClientRect().bottom);
    expect(await bottom(".extras")).toBeLessThanOrEqual(await bottom(".controls"));
  }
  await context.close();
});

// How a page wants a figure shown: by attributes, in links, by messages, and as Share writes it.
import { expect, test } from "@playwright/test";

const STRANGER = "http://127.0.0.1:4174";
const RUN = "put a 1; put b 2; put a 3; get a";
const place = (page) => page.locator(".place");

async function open(page, more) {
  await page.goto("about:blank");
  await page.goto(`embed.html#${new URLSearchParams({ kind: "hash-index", run: RUN, ...more })}`);
  await expect(page.locator(".player")).toBeVisible({ timeout: 15_000 });
}

/** The ground of the figure and of the page around it. */
const grounds = (page) => page.evaluate(() => {
  const player = document.querySelector("stepwise-figure").shadowRoot.querySelector(".player");
  return [getComputedStyle(player).backgroundColor, getComputedStyle(document.documentElement).colorScheme];
});
const [WHITE, DARK] = ["rgb(255, 255, 255)", "rgb(20, 23, 31)"];

test("theme: a figure has the colours that it is told, and the system's otherwise", async ({ page }) => {
  for (const [system, other] of [["light", "dark"], ["dark", "light"]]) {
    await page.emulateMedia({ colorScheme: system });
    await open(page, {});
    expect((await grounds(page))[0]).toBe(system === "dark" ? DARK : WHITE);
    await open(page, { theme: other });
    expect(await grounds(page)).toEqual([other === "dark" ? DARK : WHITE, other]);
  }
});

// PAGE F12, T8, T9
test("F12: a frame follows the theme that its page tells it, and no one else's", async ({ page }) => {
  await page.goto(`${STRANGER}/frame.html`);
  const figure = page.frameLocator("iframe[title='A figure']").locator("stepwise-figure");
  await expect(figure.locator(".player")).toBeVisible({ timeout: 15_000 });
  const ground = () => figure.locator(".player").evaluate((player) => getComputedStyle(player).backgroundColor);
  const say = (theme) => page.evaluate((theme) => frames[0].postMessage({ stepwise: "theme", theme }, "*"), theme);
  await say("dark");
  await expect.poll(ground).toBe(DARK);
  expect(await page.frames()[1].evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe("dark");
  await say("light");
  await expect.poll(ground).toBe(WHITE);
  // Neither the frame itself nor a frame beside it is the parent.
  await page.frames()[1].evaluate(() => postMessage({ stepwise: "theme", theme: "dark" }, "*"));
  await page.evaluate(() => {
    const other = document.createElement("iframe");
    other.srcdoc = "<script>parent.frames[0].postMessage({ stepwise: 'theme', theme: 'dark' }, '*')</" + "script>";
    document.body.append(other);
  });
  await page.waitForTimeout(400);
  expect(await ground()).toBe(WHITE);
  await say("night");
  await expect(figure.locator(".problem")).toContainText("`theme` can't be `night`; accepted: auto, light, dark");
});

// PAGE F4
test("F4: without light-dark() a figure and a chapter have colours, light and dark", async ({ page }) => {
  await page.route("**/*.{css,html}*", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: (await response.text()).replaceAll("light-dark(", "no-such(") });
  });
  for (const [colorScheme, ground] of [["light", WHITE], ["dark", DARK]]) {
    await page.emulateMedia({ colorScheme });
    await open(page, { step: "2.1" });
    const paints = await page.locator("stepwise-figure").evaluate((figure) => {
      const shapes = [...figure.shadowRoot.querySelectorAll(".stage :is(rect, path, circle)")];
      return [figure.shadowRoot.querySelector(".player"), figure.shadowRoot.querySelector(".scene")]
        .map((element) => getComputedStyle(element).backgroundColor)
        .concat(shapes.filter((shape) => getComputedStyle(shape).fill === "rgb(0, 0, 0)" && !shape.closest(".hidden")).map((shape) => shape.outerHTML));
    });
    expect(paints).toEqual([ground, ground]);
    await page.goto("storage/lsm-trees.html");
    const [text, page_] = await page.evaluate(() => [getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]);
    expect(page_).toBe(colorScheme === "dark" ? "rgb(18, 21, 28)" : "rgb(253, 252, 249)");
    expect(text).toBe(colorScheme === "dark" ? "rgb(223, 227, 236)" : "rgb(31, 37, 48)");
  }
});

test("hide: rows that a page does without", async ({ page }) => {
  for (const [hide, gone] of [["parameters", [".parameters"]], ["commands,drawers", [".commands", ".drawers"]]]) {
    await open(page, { hide });
    for (const row of [".parameters", ".commands", ".drawers"]) {
      await expect(page.locator(row)).toHaveCount(gone.includes(row) ? 0 : 1);
    }
  }
});

test("fit=height: picture and controls fill the height that there is, whatever it is", async ({ page }) => {
  for (const [width, height] of [[1280, 720], [960, 540], [700, 900], [390, 664]]) {
    await page.setViewportSize({ width, height });
    await open(page, { fit: "height", controls: "minimal" });
    const [player, controls, stage] = await page.locator("stepwise-figure").evaluate((figure) =>
      [".player", ".controls", ".stage svg"].map((each) => figure.shadowRoot.querySelector(each).getBoundingClientRect()));
    expect(player.bottom, `${width}×${height}`).toBeCloseTo(height - 8, 0);
    expect(controls.bottom).toBeLessThanOrEqual(height - 8);
    expect(stage.height).toBeGreaterThan(height / 3);
    expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBeLessThanOrEqual(height);
  }
  // An element has the height that its page gives it.
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.goto(`${STRANGER}/page.html`);
  await page.locator("#second").evaluate((figure) => {
    figure.setAttribute("fit", "height");
    figure.style.height = "444px";
  });
  await expect.poll(() => page.locator("#second .player").evaluate((player) => player.getBoundingClientRect().height)).toBe(444);
});

test("text=large: a third larger", async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 900 });
  const heights = async (more) => {
    await open(page, more);
    return page.locator("stepwise-figure").evaluate((figure) =>
      [".title", ".narration", ".controls"].map((row) => figure.shadowRoot.querySelector(row).getBoundingClientRect().height));
  };
  const [plain, large] = [await heights({}), await heights({ text: "large" })];
  large.forEach((height, row) => expect(height / plain[row]).toBeCloseTo(4 / 3, 1));
});

test("until: the run ends there, for keys, buttons and the slider, until the reader adds something", async ({ page }) => {
  await open(page, { until: "2" });
  await expect(place(page)).toHaveText("0 / 6");
  await page.getByRole("button", { name: "To the last step" }).click();
  await expect(place(page)).toHaveText("6 / 6");
  await expect(page.getByRole("slider", { name: "Step" })).toHaveAttribute("max", "6");
  await page.getByRole("button", { name: "Forward a step" }).click();
  await expect(place(page)).toHaveText("6 / 6");
  await page.locator("stepwise-figure").evaluate((figure) => figure.send("run", "put z 26"));
  await expect(place(page)).toHaveText("7 / 9");
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(place(page)).toHaveText("6 / 6");
});

test("autoplay, speed and loop: it plays by itself when it is seen, and over and over", async ({ page }) => {
  await open(page, { autoplay: "on", loop: "on", speed: "4", step: "3.2", until: "4" });
  await expect(page.locator(".speed")).toHaveText("4×");
  const seen = new Set();
  for (let look = 0; look < 40; look += 1) {
    seen.add(await place(page).innerText());
    await page.waitForTimeout(80);
  }
  expect([...seen].sort()).toEqual(["10 / 11", "11 / 11", "8 / 11", "9 / 11"]);
  await page.getByRole("button", { name: "Pause" }).click();
  // Not for those who want things to stand still.
  await page.emulateMedia({ reducedMotion: "reduce" });
  await open(page, { autoplay: "on" });
  await page.waitForTimeout(1500);
  await expect(place(page)).toHaveText("0 / 11");
});

test("an unknown word is told in the figure with what is accepted, and the rest holds", async ({ page }) => {
  await open(page, { theme: "night", fit: "both", text: "huge", hide: "title", autoplay: "maybe", loop: "3", speed: "fast", until: "end", step: "1.1" });
  for (const told of [
    "`theme` can't be `night`; accepted: auto, light, dark", "`fit` can't be `both`; accepted: width, height",
    "`text` can't be `huge`; accepted: normal, large", "`hide` can't be `title`; accepted: parameters, commands, drawers",
    "`autoplay` can't be `maybe`; accepted: on, off", "`loop` can't be `3`; accepted: on, off",
    "`speed` can't be `fast`; accepted: 1, 0.5, 2, 4", "`until`: `end` is no step",
  ]) await expect(page.getByRole("alert")).toContainText(told);
  await expect(place(page)).toHaveText("1 / 11");
});

test("Share writes how it is shown into the link, the frame and the element", async ({ page }) => {
  await open(page, { step: "1.1", speed: "2", until: "3" });
  await page.getByRole("button", { name: "Share" }).click();
  for (const [menu, word] of [["Controls", "minimal"], ["Rows", "parameters"], ["Colours", "dark"], ["Text", "large"], ["Plays", "on"], ["At the end", "on"]]) {
    await page.getByRole("combobox", { name: menu, exact: true }).selectOption(word);
  }
  const said = { controls: "minimal", hide: "parameters", theme: "dark", text: "large", autoplay: "on", loop: "on", speed: "2", until: "3" };
  const spelt = new URLSearchParams(said).toString();
  for (const box of ["A link to exactly this step", "An iframe"]) {
    expect((await page.getByLabel(box).inputValue()).replaceAll("&amp;", "&")).toContain(spelt);
  }
  const element = await page.getByLabel("An element, on any page").inputValue();
  for (const [name, value] of Object.entries(said)) expect(element).toContain(` ${name}="${value}"`);
  // The figure here stays as it is.
  await expect(page.locator(".player")).toHaveClass(/full/);
});

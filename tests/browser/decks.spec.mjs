// Decks without a plug-in of ours: slides of one's own, Marp, and Slidev's way to hear keys. PAGE F10, T3.
import { expect, test } from "@playwright/test";

const STRANGER = "http://127.0.0.1:4174";
const place = (within) => within.locator(".place");

/** The heading of the slide that is seen. */
const slide = (page) => page.evaluate(() => {
  const seen = [...document.querySelectorAll("h1, h2")].find((heading) => {
    const { left, top, width, height } = heading.getBoundingClientRect();
    return width > 0 && heading.contains(document.elementFromPoint(left + Math.min(width / 2, 40), top + height / 2));
  });
  return seen?.textContent;
});

for (const deck of ["deck-keys", "deck-marp", "deck-slidev"]) {
  test.describe(deck, () => {
    const frame = (page) => page.frameLocator("iframe").locator("stepwise-figure");
    const element = (page) => page.locator("stepwise-figure");

    async function openDeck(page) {
      await page.goto(`${STRANGER}/${deck}.html`);
      await expect.poll(() => slide(page)).toBe("Before");
      await page.keyboard.press("ArrowRight");
      await expect.poll(() => slide(page)).toBe("A frame");
      await expect(place(frame(page))).toHaveText("0 / 3", { timeout: 15_000 });
      await page.waitForTimeout(200);
    }

    /** Presses a key and waits for the step that it leads to. */
    async function steps(page, figure, ...ways) {
      for (const [key, step] of ways) {
        await page.keyboard.press(key);
        await expect(place(figure)).toHaveText(`${step} / 3`);
        await page.waitForTimeout(60);
      }
    }

    test("T3: the deck's keys and a clicker step what is on the slide, then turn it, both ways", async ({ page }) => {
      await openDeck(page);
      await steps(page, frame(page), ["ArrowRight", 1], ["PageDown", 2], ["PageDown", 3]);
      await page.keyboard.press("PageDown");
      await expect.poll(() => slide(page)).toBe("An element");
      await expect(place(element(page))).toHaveText("0 / 3", { timeout: 15_000 });
      await steps(page, element(page), ["PageDown", 1], ["PageUp", 0]);
      await page.keyboard.press("PageUp");
      await expect.poll(() => slide(page)).toBe("A frame");
      await steps(page, frame(page), ["ArrowLeft", 2], ["ArrowRight", 3]);
      await page.keyboard.press("ArrowRight");
      await expect.poll(() => slide(page)).toBe("An element");
      await steps(page, element(page), ["ArrowRight", 1], ["ArrowRight", 2], ["ArrowRight", 3]);
      await page.keyboard.press("ArrowRight");
      await expect.poll(() => slide(page)).toBe("After");
    });

    test("T3: with the focus in a frame or in an element it is the same, and no slide is a trap", async ({ page }) => {
      await openDeck(page);
      await frame(page).locator(".title").click();
      await steps(page, frame(page), ["ArrowRight", 1], ["PageDown", 2], ["ArrowRight", 3]);
      await page.keyboard.press("ArrowRight");
      await expect.poll(() => slide(page)).toBe("An element");
      await expect(place(element(page))).toHaveText("0 / 3", { timeout: 15_000 });
      await element(page).getByRole("slider").focus();
      await steps(page, element(page), ["ArrowRight", 1], ["PageDown", 2], ["ArrowRight", 3]);
      await page.keyboard.press("ArrowRight");
      await expect.poll(() => slide(page)).toBe("After");
      // A browser takes the focus from what is hidden when it next paints.
      await page.waitForTimeout(200);
      await page.keyboard.press("ArrowLeft");
      await expect.poll(() => slide(page)).toBe("An element");
      // The button that a mouse presses goes on past the end as well.
      await element(page).getByRole("button", { name: "Forward a step" }).click();
      await expect.poll(() => slide(page)).toBe("After");
    });
  });
}

test("F10: a key that isn't the frame's comes to its page, by name; what is typed doesn't", async ({ page }) => {
  await page.goto(`${STRANGER}/frame.html`);
  const figure = page.frameLocator("iframe").locator("stepwise-figure");
  await figure.locator(".title").click({ timeout: 15_000 });
  for (const key of ["b", "Escape", "Tab", "ArrowRight"]) await page.keyboard.press(key);
  const told = (name) => page.evaluate((name) => window.heard.filter(({ stepwise }) => stepwise === name), name);
  await expect.poll(() => told("key")).toEqual([{ stepwise: "key", key: "b" }, { stepwise: "key", key: "Escape" }]);
  await figure.evaluate((figure) => figure.send("end"));
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => told("edge")).toEqual([{ stepwise: "edge", direction: "next" }]);
  await figure.evaluate((figure) => figure.send("start"));
  await page.keyboard.press("ArrowLeft");
  await expect.poll(() => told("edge")).toEqual([{ stepwise: "edge", direction: "next" }, { stepwise: "edge", direction: "prev" }]);
});

test("F10: without any script of a deck's, an element lets the keys bubble that it has no use for", async ({ page }) => {
  await page.goto(`${STRANGER}/page.html`);
  await page.evaluate(() => {
    window.keys = [];
    document.addEventListener("keydown", ({ key }) => window.keys.push(key));
  });
  const first = page.locator("#first");
  await first.getByRole("slider").focus({ timeout: 15_000 });
  await first.evaluate((figure) => figure.send("start"));
  await expect(place(first)).toHaveText(/^0 \//);
  for (const key of ["ArrowRight", "ArrowLeft", "ArrowLeft", "End", "ArrowRight"]) await page.keyboard.press(key);
  expect(await page.evaluate(() => window.keys)).toEqual(["ArrowLeft", "ArrowRight"]);
});

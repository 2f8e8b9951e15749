// Links and code that a reader takes along: what mails, chats and other sites make of them, and what a clipboard allows.
import { expect, test } from "@playwright/test";

const STRANGER = "http://127.0.0.1:4174";
const LINK = "kind=hash-index&run=put%20cat%201%3B%20get%20cat&step=2";

async function open(page, fragment) {
  await page.goto("about:blank");
  await page.goto(`embed.html#${fragment}`);
  await expect(page.locator(".player")).toBeVisible({ timeout: 15_000 });
}

const figure = (page) => page.locator("stepwise-figure");
const place = (page) => page.locator(".place");
const fragment = (page) => new URL(page.url()).hash.slice(1);

/** What has been seen to become of a link on its way. */
const CHANGED = {
  "as it was": LINK,
  "with a plus for each blank, as older links have": LINK.replaceAll("%20", "+"),
  "spelt as in HTML": LINK.replaceAll("&", "&amp;"),
  "spelt as in HTML, by numbers": LINK.replaceAll("&", "&#38;"),
  "encoded as a whole": encodeURIComponent(LINK),
  "encoded as a whole, twice": encodeURIComponent(encodeURIComponent(LINK)),
  "with its percent signs encoded": encodeURI(LINK),
  "with its plus signs encoded": LINK.replaceAll("%20", "%2B"),
  "followed by those who count clicks": `${LINK}&utm_source=mail&utm_medium=email&fbclid=IwAR0&mc_cid=1`,
  "in capitals": LINK.replace("run=", "Run=").replace("step=", "STEP="),
};

// PAGE F16, FAULTS P2
for (const [how, link] of Object.entries(CHANGED)) {
  test(`F16: a link survives, ${how}`, async ({ page }) => {
    await open(page, link);
    await expect(place(page)).toHaveAttribute("title", /^address 2\.\d$/);
    await expect(page.locator(".narration")).toContainText("= 1");
    await expect(page.locator(".problem")).toHaveCount(0);
    await expect.poll(() => fragment(page)).toMatch(/^kind=hash-index&run=put%20cat%201%3B%20get%20cat&step=2\.\d$/);
  });
}

test("P2: a plus sign is a plus sign, and Share writes no other", async ({ page }) => {
  await open(page, "kind=hash-index&run=put%20a%2Bb%201&step=1");
  await page.locator(".player").focus();
  await page.keyboard.press("ArrowLeft");
  await expect.poll(() => fragment(page)).toBe("kind=hash-index&run=put%20a%2Bb%201&step=1.2");
  await page.getByRole("button", { name: "Share" }).click();
  for (const box of ["A link to exactly this step", "An iframe"]) {
    expect(await page.getByLabel(box).inputValue()).toContain("run=put%20a%2Bb%201");
  }
});

test("F16: a link that can't be shown stays in the address, until the reader does something else", async ({ page }) => {
  const broken = "kind=hash-index&run=put%20a%201%3B%20putt%20b&step=1";
  await open(page, broken);
  const told = page.getByRole("alert");
  await expect(told).toContainText("`putt` is no command");
  await page.waitForTimeout(400);
  expect(fragment(page)).toBe(broken);
  await page.reload();
  await expect(told).toContainText("`putt` is no command", { timeout: 15_000 });
  expect(fragment(page)).toBe(broken);
  // Mended where it stands.
  await page.evaluate(() => { location.hash = location.hash.replace("putt%20b", "put%20b%202"); });
  await expect(told).toHaveCount(0);
  await expect.poll(() => fragment(page)).toMatch(/put%20b%202&step=1\.3$/);

  await open(page, broken);
  await figure(page).evaluate((figure) => figure.send("run", "put c 3"));
  await expect.poll(() => fragment(page)).toMatch(/run=put%20c%203&step=1\.1$/);
});

test("F16: an address that names no figure is told, and stays", async ({ page }) => {
  await page.goto("embed.html#knd=btree&run=put%201%20a");
  await expect(page.locator("main")).toContainText("This address names no figure");
  expect(fragment(page)).toBe("knd=btree&run=put%201%20a");
});

test.describe("F9: Copy", () => {
  /** A frame of another origin, with what its page allows it. */
  async function openFrame(page, allow) {
    await page.goto(`${STRANGER}/frame.html`);
    await page.evaluate(([link, allow]) => {
      const frame = document.createElement("iframe");
      Object.assign(frame, { allow, src: `http://127.0.0.1:4173/embed.html#${link}`, width: 900, height: 1400 });
      document.querySelector("iframe").replaceWith(frame);
    }, [LINK, allow]);
    const frame = page.frameLocator("iframe");
    await frame.getByRole("button", { name: "Share" }).click({ timeout: 15_000 });
    return frame;
  }
  const box = (within) => within.locator(".copyable").first();

  /** The text is marked, so that two keys copy it. */
  async function expectSelected(within) {
    const [text, marked] = await box(within).locator("textarea").evaluate((field) => {
      const { value, selectionStart, selectionEnd } = field;
      return [value, value.slice(selectionStart, selectionEnd)];
    });
    expect(marked).toBe(text);
    expect(text).toContain("embed.html#kind=hash-index");
  }

  test("copies where the page allows it", async ({ page, context }) => {
    for (const origin of [STRANGER, "http://127.0.0.1:4173"]) {
      await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin });
    }
    const frame = await openFrame(page, "clipboard-write; fullscreen");
    await box(frame).getByRole("button").click();
    await expect(box(frame).getByRole("button")).toHaveText("Copied");
    const text = await box(frame).locator("textarea").inputValue();
    await page.bringToFront();
    await page.locator("body").click({ position: { x: 2, y: 2 } });
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(text);
    expect(await frame.getByLabel("An iframe").inputValue()).toContain("allow=\"clipboard-write; fullscreen\"");
  });

  test("says why not where the page forbids it, and selects the text", async ({ page }) => {
    const complaints = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    const frame = await openFrame(page, "");
    await box(frame).getByRole("button").click();
    await expect(box(frame).getByRole("status")).toContainText("Not copied: this page doesn't let");
    await expect(box(frame).getByRole("button")).toHaveText("Copy");
    await expectSelected(frame);
    expect(complaints).toEqual([]);
  });

  test("says why not where there is no clipboard, as on plain http, and selects the text", async ({ page }) => {
    const complaints = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.addInitScript(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
    await open(page, LINK);
    await page.getByRole("button", { name: "Share" }).click();
    await box(page).getByRole("button").click();
    await expect(box(page).getByRole("status")).toContainText("Not copied: browsers have a clipboard only for pages that come by https");
    await expectSelected(page);
    expect(complaints).toEqual([]);
  });
});

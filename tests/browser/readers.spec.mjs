// For all readers: those who hear a figure, those who go about by the keyboard, and those who need contrast; and that no row
// is cut, however narrow the window and whatever the font.
import { expect, test } from "@playwright/test";

const RUN = "put a 1; put b 2; put a 3; get a";
const hash = (extra = "") => `kind=hash-index&run=${encodeURIComponent(RUN)}${extra}`;

async function open(page, fragment) {
  await page.goto("about:blank");
  await page.goto(`embed.html#${fragment}`);
  await expect(page.locator(".player")).toBeVisible({ timeout: 15_000 });
}

/** The element that has the focus, in the figure's shadow root. */
const focused = (page) => page.evaluate(() => {
  const at = document.querySelector("stepwise-figure").shadowRoot.activeElement;
  return at && (at.getAttribute("aria-label") ?? at.textContent.trim());
});

async function figures(page) {
  await page.goto("embed.html");
  return page.evaluate(async () => (await fetch("oembed/index.json")).json());
}

test("a step is spoken once, and of a quick play at most one a second and the last", async ({ page }) => {
  await open(page, hash("&speed=4"));
  const said = await page.evaluateHandle(() => {
    const all = [];
    const { shadowRoot } = document.querySelector("stepwise-figure");
    const see = () => {
      for (const region of shadowRoot.querySelectorAll("[aria-live], [role=status], [role=alert], output")) {
        if (region.seen) continue;
        region.seen = true;
        new MutationObserver(() => all.push([performance.now(), region.textContent])).observe(region, { subtree: true, childList: true, characterData: true });
      }
    };
    see();
    return all;
  });
  await page.getByRole("button", { name: "Forward a step" }).click();
  await page.waitForTimeout(1200);
  let heard = await said.jsonValue();
  expect(heard.map(([, text]) => text)).toEqual([expect.stringContaining("a = 1 was appended")]);
  await page.getByRole("button", { name: "Play" }).click();
  await expect(page.locator(".place")).toHaveText("11 / 11", { timeout: 15_000 });
  await page.waitForTimeout(1300);
  heard = (await said.jsonValue()).slice(1);
  expect(heard.length).toBeGreaterThan(1);
  expect(heard.length).toBeLessThan(7);
  for (const [at, [time]] of heard.entries()) if (at > 0) expect(time - heard[at - 1][0]).toBeGreaterThan(950);
  expect(heard.at(-1)[1]).toContain("Result: 3");
});

test("the picture is put into words, what has changed first", async ({ page }) => {
  await open(page, hash("&step=2.1"));
  await page.getByRole("button", { name: "Describe" }).click();
  const words = page.getByRole("group", { name: "The picture in words" });
  await expect(words.locator("ul").first()).toContainText("new in Disk, 1.data: b = 2");
  await expect(words.locator("ul").nth(1)).toContainText("Disk: 1 file");
  await page.getByRole("button", { name: "Forward a step" }).click();
  await expect(words.locator("ul").first()).toContainText("gone from Disk, 1.data: the last 16 bytes of 1.data: not synced");
  await page.getByRole("button", { name: "Forward a step" }).click();
  await expect(words.locator("ul").first()).toContainText("new in Memory: b: 16 bytes in 1.data");
  // By its key, where there is no drawer.
  await open(page, hash("&step=2.1&controls=minimal"));
  await page.locator(".player").focus();
  await page.keyboard.press("d");
  await expect(words).toContainText("b = 2");
  await page.keyboard.press("d");
  await expect(words).toHaveCount(0);
});

test("each row is one stop, and arrows go within it", async ({ page }) => {
  await open(page, hash("&step=1.1"));
  const stops = await page.locator("[role=toolbar]").evaluateAll((bars) => bars.map((bar) => {
    const controls = [...bar.querySelectorAll("button, input, select")];
    return [bar.getAttribute("aria-label"), controls.filter((control) => control.tabIndex >= 0).length];
  }));
  expect(stops).toEqual([["Parameters", 1], ["Controls", 1], ["Commands", 1], ["What lies behind the picture", 1]]);
  await page.getByRole("button", { name: "To the opening" }).focus();
  for (const [key, name] of [["ArrowRight", "Back a command"], ["End", "Keys"], ["ArrowRight", "To the opening"], ["ArrowLeft", "Keys"], ["Home", "To the opening"]]) {
    await page.keyboard.press(key);
    expect(await focused(page)).toBe(name);
  }
  await expect(page.locator(".place")).toHaveText("1 / 11");
  // The stop is where the focus was last.
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Tab");
  expect(await focused(page)).toBe("Step");
  await page.keyboard.press("Shift+Tab");
  expect(await focused(page)).toBe("Back a command");
  // After a click the figure's own keys go on.
  await page.getByRole("button", { name: "Forward a step" }).click();
  await page.keyboard.press("ArrowRight");
  await expect(page.locator(".place")).toHaveText("3 / 11");
});

test("in a field arrows move the caret, and go on where it cannot move", async ({ page }) => {
  await open(page, hash());
  const key = page.getByLabel("key of put");
  await key.fill("abc");
  const caret = () => key.evaluate((field) => field.selectionStart);
  expect(await caret()).toBe(3);
  for (const left of [2, 1, 0]) {
    await page.keyboard.press("ArrowLeft");
    expect(await caret()).toBe(left);
  }
  await page.keyboard.press("ArrowLeft");
  expect(await focused(page)).toBe("put");
  await page.keyboard.press("ArrowRight");
  expect(await focused(page)).toBe("key of put");
  await page.keyboard.press("End");
  expect(await focused(page)).toBe("key of put");
  await page.keyboard.press("ArrowRight");
  expect(await focused(page)).toBe("value of put");
  await expect(page.locator(".place")).toHaveText("0 / 11");
  // A field for numbers does not say where its caret is.
  await open(page, "kind=btree&run=put+1..9+x");
  await page.locator(".parameters input[type=number]").first().focus();
  const first = await page.evaluate(() => document.querySelector("stepwise-figure").shadowRoot.activeElement.value);
  for (let presses = 0; presses <= first.length; presses += 1) await page.keyboard.press("ArrowRight");
  expect(await page.locator(".parameters").evaluate((bar) => [...bar.querySelectorAll("input, select, button")].indexOf(bar.getRootNode().activeElement))).toBe(1);
});

test("a link leads past the figure", async ({ page }) => {
  await page.goto("storage/b-trees.html");
  await page.locator("stepwise-figure").first().scrollIntoViewIfNeeded();
  const past = page.locator("stepwise-figure .past").first();
  await expect(past).toHaveCount(1, { timeout: 15_000 });
  expect((await past.boundingBox()).width).toBeLessThan(3);
  await past.focus();
  const [link, figure] = [await past.boundingBox(), await page.locator("stepwise-figure").first().boundingBox()];
  expect(link.width).toBeGreaterThan(80);
  expect(link.y).toBeGreaterThanOrEqual(figure.y);
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  // What has the focus now comes after the figure, and not in it.
  const is = await page.evaluate(() => {
    const figure = document.querySelector("stepwise-figure");
    const at = figure.compareDocumentPosition(document.activeElement);
    return { after: (at & Node.DOCUMENT_POSITION_FOLLOWING) > 0, within: (at & Node.DOCUMENT_POSITION_CONTAINED_BY) > 0 };
  });
  expect(is).toEqual({ after: true, within: false });
});

test("a dialog takes the focus, keeps it, and gives it back", async ({ page }) => {
  await page.setViewportSize({ width: 1024, height: 768 });
  await open(page, "kind=quorum&run=write+k+1");
  const within = () => page.evaluate(() => document.querySelector("stepwise-figure").shadowRoot.activeElement?.closest("[role=dialog]")?.getAttribute("aria-label"));
  const cases = [
    [page.locator(".player"), "?", "Keys"],
    [page.locator(".parameters .more"), "Enter", "All parameters"],
    [page.locator(".commands .more"), "Enter", "All commands"],
    [page.getByRole("button", { name: "Crash here", exact: true }), "Enter", "Crash here"],
  ];
  for (const [opener, key, name] of cases) {
    await opener.focus();
    await page.keyboard.press(key);
    await expect(page.getByRole("dialog", { name })).toBeVisible();
    await expect.poll(within).toBe(name);
    for (const tab of ["Shift+Tab", "Shift+Tab", "Tab", "Tab", "Tab", "Tab"]) {
      await page.keyboard.press(tab);
      expect(await within()).toBe(name);
    }
    const box = await page.getByRole("dialog").boundingBox();
    const player = await page.locator(".player").boundingBox();
    expect(box.y).toBeGreaterThanOrEqual(player.y);
    expect(box.y + box.height).toBeLessThanOrEqual(player.y + player.height);
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await expect.poll(() => opener.evaluate((element) => element.getRootNode().activeElement === element)).toBe(true);
  }
});

test("all commands can be found by typing", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, "kind=quorum&run=write+k+1");
  await page.locator(".commands .more").click();
  const sheet = page.getByRole("dialog", { name: "All commands" });
  const entries = sheet.locator("li:visible");
  const all = await entries.count();
  await page.keyboard.type("stop");
  await expect(sheet.getByRole("status")).toContainText("found");
  expect(await entries.count()).toBeLessThan(all);
  await expect(entries.first()).toBeVisible();
  // Arrows and Escape belong to the field, then to the sheet.
  await page.keyboard.press("ArrowLeft");
  expect(await focused(page)).not.toBe("stop");
  await page.keyboard.press("Enter");
  expect(await sheet.evaluate((sheet) => sheet.querySelector("ul").contains(sheet.getRootNode().activeElement))).toBe(true);
  await page.keyboard.press("Escape");
  await expect(sheet).toHaveCount(0);
  await page.locator(".commands .more").click();
  await page.keyboard.type("settle");
  await sheet.getByRole("button", { name: "settle", exact: true }).click();
  await expect(sheet).toHaveCount(0);
  await expect.poll(() => decodeURIComponent(page.url())).toContain("settle");
});

test("no control stands outside its row, and the button for the rest is in sight", async ({ page }) => {
  test.setTimeout(180_000);
  const all = await figures(page);
  expect(all.length).toBeGreaterThan(15);
  const wrong = [];
  for (const { kind } of all) {
    await page.setViewportSize({ width: 1366, height: 768 });
    await open(page, `kind=${kind}`);
    for (const font of ["", "DejaVu Sans"]) {
      for (const width of [1366, 1024, 390]) {
        await page.setViewportSize({ width, height: 768 });
        if (font) await page.evaluate((font) => document.querySelector("stepwise-figure").shadowRoot.querySelector(".box").style.setProperty("font-family", font), font);
        await page.waitForTimeout(150);
        const found = await page.evaluate(() => {
          const { shadowRoot } = document.querySelector("stepwise-figure");
          const found = [];
          const out = (element) => element.closest("[data-out]") || element.getClientRects().length === 0;
          for (const bar of shadowRoot.querySelectorAll("[role=toolbar]")) {
            const row = bar.classList.contains("bar") ? bar.parentElement : bar;
            const room = row.getBoundingClientRect();
            for (const control of bar.querySelectorAll("button, input, select, label")) {
              if (out(control)) continue;
              const box = control.getBoundingClientRect();
              if (box.left < room.left || box.right > room.right + 0.5 || box.top < room.top - 0.5 || box.bottom > room.bottom + 0.5) {
                found.push(`${bar.className}: ${control.textContent || control.ariaLabel}`);
              }
            }
            const more = bar.querySelector(".more");
            const hidden = bar.querySelectorAll("[data-out]").length + Number(more?.dataset.unlisted ?? 0);
            if (more && more.hidden !== (hidden === 0)) found.push(`${bar.className}: ${hidden} are out and the button is ${more.hidden ? "hidden" : "there"}`);
            if (more && hidden > 0 && more.textContent.trim() !== `${hidden} more`) found.push(`${bar.className}: ${more.textContent} and not ${hidden}`);
          }
          const page = document.documentElement;
          if (page.scrollWidth > page.clientWidth) found.push("the page scrolls sideways");
          return found;
        });
        wrong.push(...found.map((what) => `${kind} at ${width} ${font}: ${what}`));
      }
    }
  }
  expect(wrong).toEqual([]);
});

// FAULTS P10: what is off, obsolete or still to come can be read as well.
const PALE = [
  ["quorum", "write k old; stop n3; write k new", "3.4"],
  ["quorum", "write k old; isolate n2; write k new; delete k; compact", "0&view=time"],
  ["quorum", "write k old; stop n3; write k new", "2.1&view=time"],
  ["leader", "put k a; stop n2; put k b", ""],
  ["failover", "insert ann; stop n1; run 500ms", ""],
  ["lag", "post talk why; stop n3", ""],
  ["replication-log", "INSERT INTO tickets (holder) VALUES ('ann'); stop n2", ""],
  ["queue", "send a 1; stop n1", ""],
  ["rpc", "charge 10; stop n1", ""],
  ["faults", "run 2s; inject kill on db; run 1s", ""],
  ["hash-index", "put a 1; put a 2; delete a; put b 3", ""],
  ["sstable", "put a 1; put a 2; delete a", ""],
  ["btree", "put 1..9 x; crash", ""],
];

/** Every text on the stage that is hard to read, with its contrast: painted as the browser paints it, all that lies below and above. */
function pale() {
  const svg = document.querySelector("stepwise-figure").shadowRoot.querySelector(".stage svg");
  const colour = (text) => {
    const [red, green, blue, alpha = 1] = text.match(/[\d.]+/g).map(Number);
    return { rgb: [red, green, blue], alpha };
  };
  const over = (below, { rgb, alpha }) => below.map((value, at) => value * (1 - alpha) + rgb[at] * alpha);
  const light = (rgb) => {
    const [red, green, blue] = rgb.map((value) => value / 255).map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const seen = (element) => {
    let share = 1;
    for (let each = element; each !== svg; each = each.parentNode) share *= Number(getComputedStyle(each).opacity);
    return share;
  };
  const paint = (element) => {
    const { fill, fillOpacity } = getComputedStyle(element);
    if (fill === "none") return null;
    const { rgb, alpha } = colour(fill);
    return { rgb, alpha: alpha * Number(fillOpacity) * seen(element) };
  };
  // All is measured once: what is painted how, and where.
  const marks = [...svg.querySelectorAll("rect, circle, path, text")].filter((mark) => !mark.closest(".ghost"))
    .map((mark) => ({ mark, isText: mark.tagName === "text", box: mark.getBoundingClientRect(), painted: paint(mark) }))
    .filter(({ painted }) => painted);
  const covers = ({ mark, box }, x, y) => {
    if (x < box.left || x > box.right || y < box.top || y > box.bottom) return false;
    return mark.tagName !== "path" || mark.isPointInFill(new DOMPoint(x, y).matrixTransform(mark.getScreenCTM().inverse()));
  };
  const ground = colour(getComputedStyle(svg).backgroundColor).rgb;
  const found = [];
  for (const { mark: text, isText, box } of marks) {
    if (!isText || !text.textContent.trim()) continue;
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    let [below, letters] = [ground, null];
    for (const other of marks) {
      if (other.mark !== text && (other.isText || !covers(other, x, y))) continue;
      if (other.mark === text) letters = over(below, other.painted);
      else {
        below = over(below, other.painted);
        letters &&= over(letters, other.painted);
      }
    }
    const [bright, dark] = [light(below), light(letters)].sort((one, other) => other - one);
    const contrast = (bright + 0.05) / (dark + 0.05);
    if (contrast < 4.5) found.push(`${contrast.toFixed(2)} ${text.textContent} (${text.getAttribute("class")} in ${text.parentNode.getAttribute("class")})`);
  }
  return found;
}

for (const colorScheme of ["light", "dark"]) {
  test(`all text on the stage has a contrast of 4.5, ${colorScheme}`, async ({ page }) => {
    test.setTimeout(240_000);
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const found = new Set();
    const look = async (kind) => {
      await page.waitForTimeout(60);
      for (const each of await page.evaluate(pale)) found.add(`${kind}: ${each}`);
    };
    for (const [kind, run, step] of PALE) {
      await open(page, `kind=${kind}&run=${encodeURIComponent(run)}${step ? `&step=${step}` : ""}`);
      await expect(page.getByRole("alert")).toHaveCount(0);
      if (!step) await page.getByRole("button", { name: "To the last step" }).click();
      await look(kind);
    }
    for (const { kind, example } of await figures(page)) {
      await open(page, `kind=${kind}&run=${encodeURIComponent(example)}`);
      const slider = page.getByRole("slider", { name: "Step" });
      const last = Number(await slider.getAttribute("max"));
      for (let part = 0; part <= 6; part += 1) {
        await slider.fill(String(Math.round((last * part) / 6)));
        await look(kind);
      }
    }
    expect([...found]).toEqual([]);
  });
}

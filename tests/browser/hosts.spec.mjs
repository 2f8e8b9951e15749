// The hosts of a figure: the element on any page, the frame, and the slide.
import { expect, test } from "@playwright/test";

const STRANGER = "http://127.0.0.1:4174";
const place = (figure) => figure.locator(".place").innerText();

/** The words that say which step is shown, as in `3 / 9`. */
async function expectPlace(figure, text) {
  await expect(figure.locator(".place")).toHaveText(text, { timeout: 15_000 });
}

/** The player, and whatever else was fetched, each once. */
function expectEachOnce(fetched) {
  expect(fetched.filter((url) => url.endsWith("stepwise-player_bg.wasm"))).toHaveLength(1);
  expect(new Set(fetched).size).toBe(fetched.length);
}

/** An embed page of that figure, at the site itself. */
async function openEmbed(page, pairs) {
  await page.goto(`embed.html#${new URLSearchParams(pairs)}`);
  await expect(page.locator("stepwise-figure .player")).toBeVisible({ timeout: 15_000 });
  return page.locator("stepwise-figure");
}

test.describe("the element on a page of another origin", () => {
  test("two figures share one instance, and the page's rules don't reach into them", async ({ page }) => {
    const fetched = [];
    page.on("request", (request) => request.url().endsWith(".wasm") && fetched.push(request.url()));
    await page.goto(`${STRANGER}/page.html`);
    for (const id of ["#first", "#second"]) await expect(page.locator(`${id} .player`)).toBeVisible({ timeout: 15_000 });
    expectEachOnce(fetched);
    const margin = await page.locator("#first .player").evaluate((player) => getComputedStyle(player).margin);
    expect(margin).toBe("0px");
    await expect(page.locator("#first .narration")).toContainText("b = 2");
    await expect(page.locator("#second .drawers")).toHaveCount(0);
  });

  test("a figure far down the page waits until one comes near", async ({ page }) => {
    const fetched = [];
    page.on("request", (request) => request.url().endsWith(".wasm") && fetched.push(request.url()));
    await page.goto(`${STRANGER}/far.html`);
    await page.waitForTimeout(700);
    expect(fetched).toEqual([]);
    await page.locator("#first").scrollIntoViewIfNeeded();
    await expect(page.locator("#first .player")).toBeVisible({ timeout: 15_000 });
    expectEachOnce(fetched);
  });

  test("it keeps its step when it is moved, or taken away and put back", async ({ page }) => {
    await page.goto(`${STRANGER}/page.html`);
    const first = page.locator("#first");
    await expect(first.locator(".player")).toBeVisible({ timeout: 15_000 });
    await first.evaluate((figure) => figure.send("forward"));
    const before = await place(first);
    const drawn = await first.evaluateHandle((figure) => figure.shadowRoot.querySelector(".player"));
    await first.evaluate((figure) => document.body.append(figure));
    expect(await first.evaluate((figure, drawn) => figure.shadowRoot.querySelector(".player") === drawn, drawn)).toBe(true);
    await page.evaluate(async () => {
      const figure = document.querySelector("#first");
      figure.remove();
      await new Promise((resolve) => setTimeout(resolve, 100));
      if (figure.shadowRoot.querySelector(".player")) throw new Error("it is still there");
      document.body.prepend(figure);
    });
    await expectPlace(first, before);
  });

  test("changed attributes change the figure; what makes no sense is told, and the stage stays", async ({ page }) => {
    await page.goto(`${STRANGER}/page.html`);
    const first = page.locator("#first");
    await expect(first.locator(".narration")).toContainText("b = 2", { timeout: 15_000 });
    await first.evaluate((figure) => {
      figure.setAttribute("run", "put z 26");
      figure.setAttribute("step", "1.1");
    });
    await expect(first.locator(".narration")).toContainText("z = 26");
    await first.evaluate((figure) => figure.setAttribute("run", "frobnicate"));
    await expect(first.locator(".problem")).toContainText("frobnicate");
    await expect(first.locator(".narration")).toContainText("z = 26");
    await first.evaluate((figure) => figure.send("fly"));
    await expect(first.locator(".problem")).toContainText("`fly`; accepted: forward, back");
  });

  // PAGE F15
  test("F15: attributes that aren't ours are left alone, when they are there and when they change", async ({ page }) => {
    const foreign = {
      draggable: "true", translate: "no", contenteditable: "false", nonce: "abc", itemscope: "", width: "600", height: "400",
      loading: "lazy", name: "first", "_ngcontent-ng-c42": "", "v-click": "", "x-data": "{}", border: "0", async: "",
    };
    await page.goto(`${STRANGER}/page.html`);
    const first = page.locator("#first");
    await expect(first.locator(".narration")).toContainText("b = 2", { timeout: 15_000 });
    await first.evaluate((figure) => figure.send("forward"));
    const before = await place(first);
    await page.evaluate((foreign) => {
      const late = document.createElement("stepwise-figure");
      late.id = "late";
      for (const [name, value] of Object.entries({ kind: "hash-index", run: "put z 26", ...foreign })) late.setAttribute(name, value);
      document.querySelector("#first").before(late);
      for (const [name, value] of Object.entries(foreign)) document.querySelector("#first").setAttribute(name, value);
    }, foreign);
    await expectPlace(page.locator("#late"), "0 / 3");
    await page.waitForTimeout(300);
    expect(await place(first)).toBe(before);
    for (const id of ["#late", "#first"]) await expect(page.locator(`${id} .problem`)).toHaveCount(0);
    // But a slip of a name of ours was meant for the figure.
    await first.evaluate((figure) => figure.setAttribute("segmetn", "64"));
    await expect(first.locator(".problem")).toContainText("perhaps `segment` is meant");
  });

  test("keys typed in a figure stay in it", async ({ page }) => {
    await page.goto(`${STRANGER}/page.html`);
    await page.evaluate(() => {
      window.keys = [];
      document.addEventListener("keydown", ({ key }) => window.keys.push(key));
    });
    const field = page.locator("#first input:not([type=range])").first();
    await field.click({ timeout: 15_000 });
    await page.keyboard.type("nso");
    await page.locator("#first").getByRole("button").first().focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("PageDown");
    expect(await page.evaluate(() => window.keys)).toEqual(["PageDown"]);
  });
});

test("a page fetches the kinds of its figures, in a file each, and no other", async ({ page }) => {
  const shelves = [];
  const name = (url) => url.match(/shelves-\w+\/(\w+)\.wasm$/)?.[1];
  page.on("request", (request) => name(request.url()) && shelves.push(name(request.url())));
  const figure = await openEmbed(page, { kind: "hash-index", run: "put a 1" });
  expect(shelves).toEqual(["hash_index"]);
  // What another of that kind shows is there.
  await figure.evaluate((figure) => figure.setAttribute("run", "put b 2; get b"));
  await expectPlace(figure, "0 / 5");
  expect(shelves).toEqual(["hash_index"]);
  await figure.evaluate((figure) => figure.setAttribute("kind", "sstable"));
  await expect(figure.locator(".title")).toHaveText("Sorted tables and a memtable");
  expect(shelves.slice(1)).toEqual(["sstable"]);
  // A kind that is asked for while another is on its way: the last one counts.
  await figure.evaluate((figure) => {
    figure.setAttribute("kind", "quorum");
    figure.setAttribute("kind", "btree");
    figure.setAttribute("run", "put a 1; get a");
  });
  await expect(figure.locator(".title")).toHaveText("B-tree");
  expect(shelves).toContain("btree");
  expect(shelves).not.toContain("latency");
});

test("a shelf that can't be fetched leaves the figure as it was, and can be had later", async ({ page }) => {
  const figure = await openEmbed(page, { kind: "hash-index", run: "put a 1" });
  await page.route("**/shelves-*/btree.wasm", (route) => route.abort());
  await figure.evaluate((figure) => figure.setAttribute("kind", "btree"));
  await expect(figure.locator(".problem")).toContainText("couldn't be fetched");
  await expect(figure.locator(".title")).toHaveText("A log and a hash index");
  await page.unroute("**/shelves-*/btree.wasm");
  await figure.evaluate((figure) => figure.setAttribute("run", "put b 2"));
  await expect(figure.locator(".title")).toHaveText("B-tree");
});

test("what is in the drawers is fetched with the first that is opened, and can be had later", async ({ page }) => {
  const drawers = "**/shelves-*/drawers.wasm";
  let fetched = 0;
  page.on("request", (request) => /\/drawers\.wasm$/.test(request.url()) && (fetched += 1));
  const figure = await openEmbed(page, { kind: "hash-index", run: "put a 1" });
  const press = (name) => figure.getByRole("button", { name, exact: true }).click();
  await page.route(drawers, (route) => route.abort());
  await press("Script");
  await expect(figure.getByRole("alert")).toContainText("couldn't be fetched");
  await press("Forward a step");
  await expectPlace(figure, "1 / 3");
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.unroute(drawers);
  await page.route(drawers, (route) => held.then(() => route.continue()));
  await press("Try again");
  await expect(figure.locator(".drawer")).toHaveText("On its way …");
  await expect(figure.getByRole("alert")).toHaveCount(0);
  await press("Bytes");
  release();
  await expect(figure.getByRole("combobox", { name: "Bytes of" })).toBeVisible();
  await press("Script");
  await expect(figure.getByRole("textbox", { name: "The script" })).toHaveValue("put a 1");
  await press("Script");
  await expect(figure.locator(".drawer")).toHaveCount(0);
  expect(fetched).toBe(2);
  // Another figure of the page shows a drawer at once.
  await figure.evaluate((figure) => figure.after(Object.assign(document.createElement("stepwise-figure"), { id: "late" })));
  const late = page.locator("#late");
  await late.evaluate((figure) => figure.setAttribute("kind", "btree"));
  await late.getByRole("button", { name: "Script", exact: true }).click();
  await expect(late.getByRole("textbox", { name: "The script" })).toBeVisible();
  expect(fetched).toBe(2);
});

test("without Wasm the opening picture stays, with a word about it, and one can try again", async ({ page }) => {
  await page.route("**/*.wasm", (route) => route.abort());
  await page.goto(`${STRANGER}/page.html`);
  await page.locator("#first").evaluate((figure) => { figure.textContent = "the opening picture"; });
  const word = page.locator("#first .fallen.quiet");
  await expect(word).toContainText("couldn't be brought to life", { timeout: 15_000 });
  await expect(page.getByText("the opening picture")).toBeVisible();
  await page.unroute("**/*.wasm");
  await page.locator("#first").getByRole("button", { name: "Try again" }).click();
  await expect(page.locator("#first .player")).toBeVisible({ timeout: 15_000 });
  await expect(word).toHaveCount(0);
});

test("after a panic the others go on at their step, and the fallen one says what happened", async ({ page }) => {
  await page.goto(`${STRANGER}/page.html`);
  const [first, second] = [page.locator("#first"), page.locator("#second")];
  await expect(second.locator(".player")).toBeVisible({ timeout: 15_000 });
  await expect(first.locator(".player")).toBeVisible();
  for (const _ of "ab") await second.evaluate((figure) => figure.send("forward"));
  const [before, fell] = [await place(second), await place(first)];
  const panic = () => first.evaluate((figure) => { figure.send("run", "panic!"); });

  await panic();
  await expect(first.getByRole("alert")).toContainText("stopped");
  await expect(first.getByRole("link", { name: "The run as it was" })).toHaveAttribute("href", /embed\.html#kind=hash-index&run=put%20a%201/);
  await expectPlace(second, before);
  await second.evaluate((figure) => figure.send("forward"));
  await expect(second.locator(".place")).not.toHaveText(before);
  await first.getByRole("button", { name: "Go on from the last step" }).click();
  await expectPlace(first, fell);

  await panic();
  await expect(first.getByRole("alert")).toBeVisible();
  await expect(first.getByRole("button", { name: "Go on" })).toHaveCount(0);
  await first.evaluate((figure) => figure.send("forward"));
  await expect(first.locator(".player")).toHaveCount(0);
  await first.getByRole("button", { name: "Start over" }).click();
  await expect(first.locator(".narration")).toContainText("b = 2", { timeout: 15_000 });
});

test.describe("the frame", () => {
  test("shows what its address says, follows it, and writes each step into it", async ({ page }) => {
    const figure = await openEmbed(page, { kind: "hash-index", run: "put a 1; put b 2", step: "1.2" });
    await expect(figure.locator(".narration")).toContainText("synced");
    await page.keyboard.press("ArrowRight");
    await expect(page).toHaveURL(/step=1\.3$/);
    await page.reload();
    await expect(figure.locator(".narration")).toContainText("keydir", { timeout: 15_000 });
    await page.evaluate(() => { location.hash = "kind=hash-index&run=put+z+26&step=1.1"; });
    await expect(figure.locator(".narration")).toContainText("z = 26", { timeout: 15_000 });
  });

  test("says which figures there are when asked for none, or for one that isn't", async ({ page }) => {
    await page.goto("embed.html");
    await page.getByRole("link", { name: "A log and a hash index" }).click();
    await expect(page.locator("stepwise-figure .player")).toBeVisible({ timeout: 15_000 });
    await expect(page.locator("link[type$=oembed]")).toHaveAttribute("href", "oembed/hash-index.json");
    const described = await (await page.request.get("oembed/hash-index.json")).json();
    expect(described).toMatchObject({ version: "1.0", type: "rich", width: 960 });
    await page.goto("about:blank");
    await page.goto("embed.html#kind=perpetuum-mobile");
    await expect(page.locator("main")).toContainText("there is no figure `perpetuum-mobile`", { timeout: 15_000 });
  });

  test("talks with the page around it, and with no one else", async ({ page }) => {
    await page.goto(`${STRANGER}/frame.html`);
    const figure = page.frameLocator("iframe").locator("stepwise-figure");
    await expect(figure.locator(".player")).toBeVisible({ timeout: 15_000 });
    const say = (message) => page.evaluate((message) => frames[0].postMessage(message, "*"), message);
    const steps = () => page.evaluate(() => window.heard.filter((message) => message.stepwise === "step"));
    const heights = () => page.evaluate(() => window.heard.filter(({ subject }) => subject === "lti.frameResize")
      .map(({ height }) => height));
    await expect.poll(async () => (await heights()).at(-1)).toBeGreaterThan(300);
    await say({ stepwise: "forward" });
    await expect(figure.locator(".narration")).toContainText("a = 1");
    await say(JSON.stringify({ stepwise: "seek", step: "2.1" }));
    await expect(figure.locator(".narration")).toContainText("b = 2");
    const last = (await steps()).at(-1);
    expect(last).toMatchObject({ position: "2.1", of: 6, index: 4 });
    expect(last.narration).toContain("b = 2");
    for (const foreign of ["hello", "{", null, 7, { method: "next" }, "slide:start"]) await say(foreign);
    await expect(figure.locator(".problem")).toHaveCount(0);
    await say({ stepwise: "fly" });
    await expect(figure.locator(".problem")).toContainText("`fly`");
    const before = await place(figure);
    // The frame's own window is no parent.
    await page.frames()[1].evaluate(() => postMessage({ stepwise: "back" }, "*"));
    await page.waitForTimeout(200);
    expect(await place(figure)).toBe(before);
  });
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  for (const address of ["embed.html", "slides/index.html"]) {
    test(`${address} says so, and leads to the book`, async ({ page }) => {
      await page.goto(address);
      await page.locator("noscript a").click();
      await expect(page).toHaveURL(/\/index\.html$/);
    });
  }
});

test.describe("the slide", () => {
  const slide = (page) => page.evaluate(() => window.deck.getIndices().h);

  test("without a plugin, the keys in a frame step it and then turn the slide, across origins", async ({ page }) => {
    await page.goto(`${STRANGER}/deck-plain.html`);
    await page.evaluate(() => window.deck.slide(1));
    const figure = page.frameLocator("iframe").locator("stepwise-figure");
    await expectPlace(figure, "0 / 3");
    await figure.locator(".title").click();
    for (const key of ["PageDown", "ArrowRight", "PageDown"]) await page.keyboard.press(key);
    await expectPlace(figure, "3 / 3");
    expect(await slide(page)).toBe(1);
    await page.keyboard.press("PageDown");
    await expect.poll(() => slide(page)).toBe(2);
    await page.evaluate(() => window.deck.slide(1));
    await figure.locator(".title").click();
    await page.keyboard.press("n");
    await expect.poll(() => slide(page)).toBe(2);
    await page.evaluate(() => window.deck.slide(1));
    await figure.locator(".title").click();
    await page.keyboard.press("o");
    await expect.poll(() => page.evaluate(() => window.deck.isOverview())).toBe(true);
  });

  test("with the plugin, the deck's own keys step a frame of another origin", async ({ page }) => {
    await page.addInitScript(() => {
      window.addEventListener("message", ({ data }) => {
        if (data?.stepwise === "step") window.heard = data.index;
      });
    });
    await page.goto(`${STRANGER}/deck-plugin.html`);
    await page.evaluate(() => window.deck.slide(1));
    const figure = page.frameLocator("iframe").locator("stepwise-figure");
    // The frame shows its step before the deck has heard of it, and the deck's keys go by what it has heard.
    const expectStep = async (step) => {
      await expectPlace(figure, `${step} / 3`);
      await expect.poll(() => page.evaluate(() => window.heard)).toBe(step);
    };
    await expectStep(0);
    for (const step of [1, 2, 3]) {
      await page.keyboard.press(step === 2 ? "PageDown" : "ArrowRight");
      await expectStep(step);
    }
    await page.keyboard.press("ArrowRight");
    expect(await slide(page)).toBe(2);
    // Two slides on the frame is unloaded; coming back, it is where it was.
    await page.keyboard.press("ArrowRight");
    expect(await slide(page)).toBe(3);
    await expect(page.locator("iframe")).not.toHaveAttribute("src");
    for (const _ of "ab") await page.keyboard.press("ArrowLeft");
    expect(await slide(page)).toBe(1);
    await expectPlace(figure, "3 / 3");
    await page.keyboard.press("ArrowLeft");
    await expectPlace(figure, "2 / 3");
  });

  test("the demo steps its elements both ways, and asks nothing of any other host", async ({ page }) => {
    const elsewhere = [];
    page.on("request", (request) => {
      if (!request.url().startsWith("http://127.0.0.1:4173/")) elsewhere.push(request.url());
    });
    const complaints = [];
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    await page.goto("slides/index.html");
    const current = page.locator("section.present");
    await page.keyboard.press("ArrowRight");
    const figure = current.locator("stepwise-figure");
    await expect(figure.locator(".place")).toHaveText(/^0 \//, { timeout: 15_000 });
    const title = await current.locator("h2").innerText();
    const steps = Number((await place(figure)).split("/")[1]);
    for (let step = 1; step <= steps; step += 1) await page.keyboard.press("ArrowRight");
    await expectPlace(figure, `${steps} / ${steps}`);
    await expect(current.locator("h2")).toHaveText(title);
    await page.keyboard.press("ArrowRight");
    await expect(current.locator("h2")).not.toHaveText(title);
    await expect(figure.locator(".place")).toHaveText(/^0 \//, { timeout: 15_000 });
    await page.keyboard.press("ArrowLeft");
    await expect(current.locator("h2")).toHaveText(title);
    await expectPlace(figure, `${steps} / ${steps}`);
    await page.keyboard.press("ArrowLeft");
    await expectPlace(figure, `${steps - 1} / ${steps}`);
    expect(elsewhere).toEqual([]);
    expect(complaints).toEqual([]);
  });
});

test("a figure whose shelf is on the way when another falls comes to life all the same", async ({ page }) => {
  const shelf = "**/shelves-*/btree.wasm";
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route(shelf, async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(`${STRANGER}/page.html`);
  const first = page.locator("#first");
  await expect(first.locator(".player")).toBeVisible({ timeout: 15_000 });
  const asked = page.waitForRequest(shelf);
  await first.evaluate((figure) => {
    const late = document.createElement("stepwise-figure");
    late.id = "late";
    late.setAttribute("kind", "btree");
    figure.before(late);
  });
  await asked;
  await first.evaluate((figure) => figure.send("run", "panic!"));
  await expect(first.getByRole("alert")).toContainText("panic");
  release();
  await expect(page.locator("#late .player")).toBeVisible({ timeout: 15_000 });
});

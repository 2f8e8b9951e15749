// What is remembered on the device: questions that were missed come back, goals stay reached, and nothing leaves.
import { readFile } from "node:fs/promises";
import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";

const CHAPTER = "storage/b-trees.html";
const KEY = "stepwise-memory";
const DAY = 86_400_000;
const START = Date.UTC(2026, 2, 3, 12);

const remembered = (page) => page.evaluate((key) => JSON.parse(localStorage.getItem(key) ?? "null"), KEY);
const part = (page, name) => page.locator(`#asked-again [data-part="${name}"]`);
const entry = async (page) => Object.values((await remembered(page)).questions)[0];

/** Says what a figure says when its reader guesses at the step that asks. */
async function guess(figure, right, { own = "which-page", attempt = 1, position = "4.1" } = {}) {
  await figure.evaluate((element, [right, own, attempt, position]) => {
    const tell = (name, detail) => element.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
    tell("stepwise-step", { position });
    tell("stepwise-guess", { own, kind: "btree", question: "Which page?", said: "this one", right, attempt });
  }, [right, own, attempt, position]);
}

/** Opens a page so many days after the first. */
async function open(page, address, days = 0) {
  await page.clock.setFixedTime(START + days * DAY);
  await page.goto(address);
  // The page's own script has run.
  await expect(page.locator("html")).toHaveAttribute("data-remembers", "");
}

test("what was missed is asked at the chapter's end, and then at growing distances", async ({ page }) => {
  await open(page, CHAPTER);
  const figure = page.locator("main .figure-block stepwise-figure").first();
  const id = await page.locator("main .figure-block").first().getAttribute("id");
  await expect(page.locator(".again")).toBeEmpty();
  await guess(figure, false);
  await guess(figure, true, { attempt: 2 });
  await expect(page.locator(".again")).toContainText("One question of this chapter went wrong.");
  await page.getByRole("button", { name: "Ask again" }).click();
  const again = page.locator(".again stepwise-figure");
  await expect(again).toHaveAttribute("step", "4.1");
  await expect(again).toHaveAttribute("kind", "btree");
  // Practice on the same day moves nothing.
  const missed = await entry(page);
  await guess(again, true);
  expect(await entry(page)).toEqual({ ...missed, right: true });
  await open(page, "review.html");
  await expect(part(page, "today")).toHaveText("Nothing is to be asked today.");
  await expect(part(page, "summary")).toContainText("1 question will be asked again, the first tomorrow.");
  let day = 0;
  for (const [wait, box] of [[1, 1], [3, 2], [7, 3], [21, 4]]) {
    await open(page, "review.html", day + wait - 1);
    await expect(part(page, "today")).toHaveText("Nothing is to be asked today.");
    day += wait;
    await open(page, "review.html", day);
    await expect(part(page, "today")).toHaveText("1 question for today.");
    await guess(page.locator(`[data-again="${id}"] stepwise-figure`), true);
    expect((await entry(page)).box).toBe(box);
  }
  // A miss goes back to the first box; five right answers in a row are enough.
  await open(page, "review.html", day + 60);
  await guess(page.locator("[data-again] stepwise-figure"), false);
  expect(await entry(page)).toMatchObject({ box: 0, right: false });
  await page.evaluate(([key, day]) => {
    const memory = JSON.parse(localStorage.getItem(key));
    Object.assign(Object.values(memory.questions)[0], { box: 4, due: day });
    localStorage.setItem(key, JSON.stringify(memory));
  }, [KEY, START / DAY | 0]);
  await page.reload();
  await guess(page.locator("[data-again] stepwise-figure"), true);
  expect((await entry(page)).box).toBe(5);
  await open(page, "review.html", day + 1000);
  await expect(part(page, "today")).toHaveText("Nothing is to be asked today.");
});

test("a goal that is reached by the reader stays reached, and the shown solution doesn't count", async ({ page }) => {
  test.setTimeout(90_000);
  await open(page, CHAPTER);
  const goal = page.locator("stepwise-figure[reach]").first();
  const id = await page.locator(".figure-block:has(stepwise-figure[reach])").first().getAttribute("id");
  const solution = await goal.getAttribute("solution");
  await goal.scrollIntoViewIfNeeded();
  await expect(goal.locator(".goal")).toBeVisible({ timeout: 20_000 });
  await goal.evaluate((figure) => figure.send("run", "put 1 x"));
  await goal.getByRole("button", { name: "Show a solution" }).click();
  await expect(goal.locator(".goal [role=status]")).toContainText("This is a solution");
  expect(Object.keys((await remembered(page))?.goals ?? {})).toEqual([]);
  await goal.evaluate((figure) => figure.send("reset", ""));
  await goal.evaluate((figure, solution) => figure.send("run", solution), solution);
  await expect(goal.locator(".goal")).toHaveClass(/reached/);
  await expect.poll(async () => Object.keys((await remembered(page)).goals)).toEqual([id]);
  await open(page, "review.html");
  const link = part(page, "goals").locator("a");
  await expect(link).toHaveAttribute("href", `${CHAPTER}#${id}`);
  await expect(part(page, "summary")).toContainText("1 goal reached.");
});

test("the cover goes on where the reader was, and nothing moves for it", async ({ page }) => {
  await open(page, "index.html");
  const height = await page.locator(".go-on").evaluate((line) => line.offsetHeight);
  await expect(page.locator(".go-on")).toContainText("From the beginning");
  await open(page, CHAPTER);
  await page.locator("#never-overwrite").evaluate((heading) => heading.scrollIntoView());
  await expect.poll(async () => (await remembered(page))?.place?.title, { timeout: 10_000 }).toBe("B-trees · Never overwrite");
  await open(page, "index.html");
  const link = page.locator(".go-on a");
  await expect(link).toHaveText("B-trees · Never overwrite");
  expect(await page.locator(".go-on").evaluate((line) => line.offsetHeight)).toBe(height);
  await link.click();
  await page.waitForURL(/b-trees\.html#/);
  await expect(page.locator(":target")).toHaveCount(1);
});

test("a memory is exported, forgotten and imported; what is none is refused", async ({ page }) => {
  const asked = [];
  await open(page, CHAPTER);
  await guess(page.locator("main stepwise-figure").first(), false);
  const before = await remembered(page);
  await open(page, "review.html");
  page.on("request", (request) => !request.url().startsWith("blob:") && asked.push(request.url()));
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export" }).click();
  const file = await (await download).path();
  expect(JSON.parse(await readFile(file, "utf8"))).toEqual(before);
  await page.getByRole("button", { name: "Forget all" }).click();
  expect(await remembered(page)).toEqual(before);
  await page.getByRole("button", { name: "Really forget all" }).click();
  expect(await remembered(page)).toBe(null);
  const input = page.locator("#asked-again input[type=file]");
  for (const wrong of ["{\"stepwise\":\"memory\"", "[]", "GIF89a"]) {
    await input.setInputFiles({ name: "mine.json", mimeType: "application/json", buffer: Buffer.from(wrong) });
    await expect(part(page, "said")).toContainText("mine.json isn't a memory");
    expect(await remembered(page)).toBe(null);
    await part(page, "said").evaluate((line) => (line.textContent = ""));
  }
  await input.setInputFiles({ name: "mine.json", mimeType: "application/json", buffer: await readFile(file) });
  await expect(part(page, "said")).toHaveText("mine.json was taken in.");
  expect(await remembered(page)).toEqual(before);
  expect((await new AxeBuilder({ page }).analyze()).violations.map(({ id }) => id)).toEqual([]);
  expect(asked.filter((url) => !url.startsWith(new URL("/", page.url()).href))).toEqual([]);
});

const SOUND = { stepwise: "memory", version: 1, questions: {}, goals: {} };
const STRANGE = [
  "", "null", "17", "[]", "{}", "{\"theme\":\"dark\"}", JSON.stringify(SOUND).slice(0, -3), JSON.stringify({ ...SOUND, version: 0 }),
  JSON.stringify({ ...SOUND, questions: [] }), JSON.stringify({ ...SOUND, questions: { a: null } }),
  JSON.stringify({ ...SOUND, place: { page: "javascript:alert(1)//.html", id: "", title: "x" } }),
  JSON.stringify({ ...SOUND, place: { page: "index.html", id: "\"><b>", title: "x" } }),
  JSON.stringify({ ...SOUND, goals: { a: { page: "a.html", title: "x".repeat(1e5), day: 1, commands: 1 } } }),
  JSON.stringify({ ...SOUND, questions: { a: { page: "a.html", figure: "f", at: "1", text: "", day: 1, right: false, box: 99, due: 1 } } }),
];

test("a memory that isn't ours, old or cut is set aside, said so, and breaks no page", async ({ page }) => {
  test.setTimeout(120_000);
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await open(page, "review.html");
  for (const strange of STRANGE) {
    await page.evaluate(([key, strange]) => localStorage.setItem(key, strange), [KEY, strange]);
    await open(page, "index.html");
    await expect(page.locator(".go-on")).toContainText("From the beginning");
    await open(page, "review.html");
    await expect(part(page, "aside")).toBeVisible();
    await expect(part(page, "today")).toHaveText("Nothing is to be asked today.");
    expect(await page.evaluate((key) => localStorage.getItem(key), KEY)).toBe(null);
    expect(await page.evaluate(() => localStorage.getItem("stepwise-memory-aside"))).toBe(strange);
    await page.getByRole("button", { name: "Delete it" }).click();
    await expect(part(page, "aside")).toBeHidden();
  }
  expect(errors).toEqual([]);
});

test("a question that is in no chapter any more is passed over", async ({ page }) => {
  await open(page, "review.html");
  const lost = { page: "storage/gone.html", figure: "figure-9", at: "1", text: "?", day: 1, right: false, box: 0, due: 2 };
  await page.evaluate(([key, memory]) => localStorage.setItem(key, JSON.stringify(memory)), [KEY, { ...SOUND, questions: { "figure-9/x": lost } }]);
  await page.reload();
  await expect(part(page, "today")).toHaveText("Nothing is to be asked today.");
});

test("without storage the pages work, and Review says that nothing is kept", async ({ page }) => {
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await page.addInitScript(() => Object.defineProperty(globalThis, "localStorage", { get() { throw new Error("forbidden"); } }));
  await open(page, CHAPTER);
  await guess(page.locator("main stepwise-figure").first(), false);
  await open(page, "review.html");
  await expect(part(page, "summary")).toContainText("This browser keeps nothing for this site");
  expect(errors).toEqual([]);
});

// What a step costs in a browser: the main thread's time for steps and seeks all over a run of 2,000 steps, and for
// steps of the most crowded stage there is, on which nearly all of some 220 messages move at every step. (Figures put
// more than some 300 shapes together, so there is no stage of 500.) Prints one figure a line. The site is served by
// `tests/browser/server.mjs`, which may only just be starting.
import { createRequire } from "node:module";

const { chromium } = createRequire(new URL("../tests/browser/package.json", import.meta.url))("@playwright/test");
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || undefined, args: ["--no-sandbox"] });

/** The time from a key's press until the page has taken it in, styled it and laid it out, in milliseconds. */
async function times(page, keys) {
  return page.evaluate(async (keys) => {
    const player = document.querySelector("stepwise-figure").shadowRoot?.querySelector(".player") ?? document.querySelector(".player");
    const next = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    const times = [];
    for (const [key, shiftKey] of keys) {
      await next();
      const start = performance.now();
      player.dispatchEvent(new KeyboardEvent("keydown", { key, shiftKey, bubbles: true, composed: true, cancelable: true }));
      // The player renders in a microtask; what it has changed is then laid out at once.
      await new Promise((resolve) => queueMicrotask(resolve));
      await Promise.resolve();
      player.getBoundingClientRect();
      times.push(performance.now() - start);
    }
    return times;
  }, keys);
}

async function visit(page, fragment) {
  for (let tries = 0; ; tries += 1) {
    try {
      return await page.goto(`http://127.0.0.1:4173/embed.html#${fragment}`);
    } catch (error) {
      if (tries === 20) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}

async function measure(name, fragment, keys) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await visit(page, fragment);
  await page.locator(".player").waitFor();
  await times(page, keys.slice(0, 20));
  const all = (await times(page, keys)).sort((a, b) => a - b);
  const shapes = await page.evaluate(() => {
    const root = document.querySelector("stepwise-figure").shadowRoot ?? document;
    return root.querySelectorAll(".stage svg > g").length;
  });
  console.log(`step_${name}_shapes ${shapes}`);
  console.log(`step_${name}_median_ms ${all[all.length >> 1].toFixed(2)}`);
  console.log(`step_${name}_p95_ms ${all[Math.floor(all.length * 0.95)].toFixed(2)}`);
  await page.close();
}

const forth = Array.from({ length: 100 }, (_, place) => [place % 3 === 2 ? "ArrowLeft" : "ArrowRight", false]);
const far = Array.from({ length: 60 }, (_, place) => [["End", "ArrowLeft", "Home", "ArrowRight", "ArrowRight"][place % 5], place % 5 === 3]);
await measure("of_2000", `kind=btree&run=${encodeURIComponent("put 1..1000 x")}&step=500.1`, forth.concat(far));
await measure("crowded", `kind=quorum&n=5&run=${encodeURIComponent("begin write 1..90 x; settle")}&step=90.1`, forth);

/** A long run, of a million if nothing else is said, in slices: how long in all, and the longest task of the page. */
async function longRun(kind, count) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await visit(page, `kind=${kind}`);
  await page.getByRole("button", { name: "Long run", exact: true }).click();
  await page.evaluate(() => {
    globalThis.longest = 0;
    const seen = (list) => list.getEntries().forEach((task) => (globalThis.longest = Math.max(globalThis.longest, task.duration)));
    new PerformanceObserver(seen).observe({ entryTypes: ["longtask"] });
  });
  if (count) await page.locator(".long form input").fill(count);
  const start = Date.now();
  await page.locator(".long form button").first().click();
  await page.locator(".long [role=status]", { hasText: "done" }).waitFor({ timeout: 600_000 });
  console.log(`long_${kind}_s ${((Date.now() - start) / 1000).toFixed(1)}`);
  // A task of less than 50 ms is not told.
  console.log(`long_${kind}_longest_task_ms ${await page.evaluate(() => globalThis.longest)}`);
  await page.close();
}

await longRun("duel");
await longRun("staleness");
await longRun("collab", "100000");
await browser.close();

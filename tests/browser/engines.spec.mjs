// Every figure of the built book opens without a message and takes a step, in all three engines. `cargo xtask test browser`
// installs the two that Playwright does not drive, or leaves FIREFOX and WEBKIT_DRIVER empty where it cannot.
import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { openFirefox, openWebKit } from "./engines.mjs";

const summary = readFileSync(new URL("../../chapters/SUMMARY.md", import.meta.url), "utf8");
const chapters = [...summary.matchAll(/\]\(([^)]+)\.md\)/g)].map(([, path]) => `${path}.html`);

/** Runs in the page: brings each figure near, steps it once, and says how many were stepped and what went wrong. */
async function stepEach() {
  const faults = [];
  let stepped = 0;
  const until = async (isSo, seconds) => {
    for (const end = Date.now() + seconds * 1000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 20))) {
      if (isSo()) return true;
    }
    return false;
  };
  document.querySelectorAll("details").forEach((details) => { details.open = true; });
  const figures = [...document.querySelectorAll("stepwise-figure")];
  for (const [place, figure] of figures.entries()) {
    const fault = (what) => faults.push(`figure ${place + 1} (${figure.getAttribute("kind")}) ${what}`);
    figure.scrollIntoView({ block: "center" });
    const find = (selector) => figure.shadowRoot?.querySelector(selector);
    if (!await until(() => find(".stage svg.scene > g") && find(".place"), 60)) {
      fault("does not come to life");
      continue;
    }
    const told = [...figure.shadowRoot.querySelectorAll(".problem p, .fallen p")].map((line) => line.textContent);
    if (told.length) fault(`says ${told.join(" ")}`);
    const step = () => find(".place").textContent;
    const opening = step();
    // Where the reader is to begin, there is no step yet.
    if (opening.endsWith(" / 0")) continue;
    stepped += 1;
    // At its last step a figure goes back.
    for (const button of ["Forward a step", "Back a step"]) {
      find(`button[aria-label="${button}"]`).click();
      if (await until(() => step() !== opening, 5)) break;
    }
    if (step() === opening) fault("does not step");
  }
  return { stepped, faults };
}

async function visitAll(engine) {
  let stepped = 0;
  const faults = [];
  for (const chapter of chapters) {
    await engine.goto(`http://127.0.0.1:4173/${chapter}`);
    const found = await engine.evaluate(stepEach);
    stepped += found.stepped;
    faults.push(...found.faults.map((fault) => `${chapter}: ${fault}`));
  }
  expect(faults).toEqual([]);
  expect(stepped).toBeGreaterThan(100);
}

test("every figure opens and steps in Chromium", async ({ page }) => {
  test.setTimeout(400_000);
  await visitAll(page);
});

test("every figure opens and steps in Firefox", async () => {
  test.skip(!process.env.FIREFOX, "Firefox is not installed");
  test.setTimeout(400_000);
  const firefox = await openFirefox(process.env.FIREFOX);
  await visitAll(firefox).finally(firefox.close);
});

test("every figure opens and steps in WebKit", async () => {
  test.skip(!process.env.WEBKIT_DRIVER, "WebKitGTK's driver is not installed");
  test.setTimeout(400_000);
  const webkit = await openWebKit(process.env.WEBKIT_DRIVER, process.env.WEBKIT_BROWSER);
  await visitAll(webkit).finally(webkit.close);
});

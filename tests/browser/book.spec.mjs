// Every figure of every chapter opens, and shows what its page has drawn for it.
import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";

const summary = readFileSync(new URL("../../chapters/SUMMARY.md", import.meta.url), "utf8");
const chapters = [...summary.matchAll(/\]\(([^)]+)\.md\)/g)].map(([, path]) => `${path}.html`);

/**
 * Runs in the page: what is wrong with a figure that has come to life. Its stage must be the picture that the book has
 * drawn, group by group in their order: the same classes, elements and texts, and every number within half a unit.
 */
function faultsOf(figure) {
  const faults = [];
  const shadow = figure.shadowRoot;
  const told = [...shadow.querySelectorAll(".problem p, .fallen p")].map((line) => line.textContent);
  faults.push(...told);
  const wanted = figure.getAttribute("step") ?? "0";
  const found = shadow.querySelector(".place").title.replace("address ", "");
  const isThere = wanted === "0" || wanted.includes(".") ? found === wanted : found.startsWith(`${wanted}.`);
  if (!isThere) faults.push(`opens at ${found}, not at ${wanted}`);

  const groups = (svg) => [...svg.querySelectorAll(":scope > g")].map((group) => [
    `g .${group.getAttribute("class") ?? ""} ${group.getAttribute("transform") ?? ""}`,
    ...[...group.children].map((part) => {
      const own = ["x", "y", "width", "height", "rx", "cx", "cy", "r", "d", "text-anchor"];
      const values = own.map((name) => `${name}=${part.getAttribute(name) ?? ""}`).join(" ");
      return `${part.localName} .${part.getAttribute("class") ?? ""} ${values} '${part.textContent}'`;
    }),
  ].join("\n"));
  const isNarrow = shadow.querySelector(".player").classList.contains("narrow");
  const drawn = groups(figure.querySelector(`svg.scene.${isNarrow ? "narrow" : "wide"}`));
  const live = groups(shadow.querySelector(".stage svg.scene"));
  if (drawn.length !== live.length) faults.push(`${live.length} shapes, not ${drawn.length}`);
  const numbers = /-?\d+(?:\.\d+)?/g;
  for (const [place, text] of drawn.entries()) {
    const other = live[place] ?? "";
    const [a, b] = [text, other].map((each) => [...each.matchAll(numbers)].map(Number));
    const isSame = text.replace(numbers, "#") === other.replace(numbers, "#")
      && a.every((number, at) => Math.abs(number - b[at]) <= 0.5);
    if (!isSame) {
      faults.push(`the page has\n${text}\nthe figure\n${other}`);
      break;
    }
  }
  return faults;
}

// PAGE F1
for (const chapter of chapters) {
  test(`F1: every figure of ${chapter} opens as its page shows it`, async ({ page }) => {
    test.setTimeout(180_000);
    await page.goto(chapter);
    await page.evaluate(() => document.querySelectorAll("details").forEach((details) => { details.open = true; }));
    const figures = page.locator("stepwise-figure");
    for (let place = 0; place < await figures.count(); place += 1) {
      const figure = figures.nth(place);
      await figure.scrollIntoViewIfNeeded();
      await expect(figure.locator(".stage svg.scene > g").first()).toBeAttached({ timeout: 30_000 });
      expect(await figure.evaluate(faultsOf), `${chapter}, figure ${place + 1}`).toEqual([]);
    }
  });
}

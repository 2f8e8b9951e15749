// At home on any page: whatever the parent's layout, text rules, direction and colours.
import { expect, test } from "@playwright/test";

const STRANGER = "http://127.0.0.1:4174";

/** How a parent may ask its children how wide they are. */
const PARENTS = {
  "flex column, centred": "display: flex; flex-direction: column; align-items: center",
  "flex row": "display: flex",
  "flex row, centred": "display: flex; justify-content: center; align-items: center",
  float: "float: left",
  "inline-block": "display: inline-block",
  absolute: "position: absolute; top: 0; left: 0",
  "fit-content": "width: fit-content",
  "table cell": "display: table-cell",
  "grid, centred": "display: grid; place-items: center",
  "grid, of its content": "display: grid; grid-template-columns: auto; justify-content: center",
};

async function openAmong(page, address) {
  await page.goto(`${STRANGER}/${address}`);
  await expect(page.locator("#block .player")).toBeVisible({ timeout: 15_000 });
}

// PAGE F3
for (const [viewport, most] of [[1280, 960], [390, 390]]) {
  test(`F3: an element has a width in every parent, ${viewport} wide`, async ({ page }) => {
    await page.setViewportSize({ width: viewport, height: 900 });
    await openAmong(page, "parents.html");
    for (const [name, style] of Object.entries(PARENTS)) {
      const width = await page.evaluate(async (style) => {
        const parent = Object.assign(document.createElement("div"), { className: "parent" });
        parent.style = style;
        const figure = document.createElement("stepwise-figure");
        for (const [name, value] of [["kind", "hash-index"], ["run", "put a 1"]]) figure.setAttribute(name, value);
        parent.append(figure);
        document.body.prepend(parent);
        await new Promise((resolve) => figure.addEventListener("stepwise-ready", resolve));
        const { width } = figure.shadowRoot.querySelector(".player").getBoundingClientRect();
        parent.remove();
        return width;
      }, style);
      expect(width, name).toBeGreaterThanOrEqual(most - 4);
      expect(width, name).toBeLessThanOrEqual(viewport);
    }
  });
}

/** What the texts of a figure look like, each with how wide it is drawn. */
const look = (figure) => figure.evaluate((figure) => {
  const said = ["direction", "textTransform", "letterSpacing", "wordSpacing", "textIndent", "textShadow", "whiteSpaceCollapse",
    "fontFamily", "fontStyle", "fontWeight", "fontSize", "lineHeight", "fontVariantCaps", "wordBreak", "color", "textAlign"];
  const texts = [...figure.shadowRoot.querySelectorAll(".title, .narration, .place, .stage text")];
  return texts.map((text) => {
    const style = getComputedStyle(text);
    return [text.textContent, text.getBoundingClientRect().width.toFixed(1), ...said.map((name) => style[name])].join(" | ");
  });
});

// PAGE F19, and the faces that an element never had on another page.
test("F19: the page's text rules and direction don't reach in, and its text is that of the book", async ({ page }) => {
  await page.setViewportSize({ width: 960, height: 900 });
  await openAmong(page, "parents.html");
  const figure = page.locator("#block stepwise-figure");
  await figure.evaluate((figure) => (figure.parentElement.style = "border: 0; width: 944px"));
  await page.waitForTimeout(100);
  const quiet = await look(figure);
  await page.locator("#block").evaluate((block) => block.classList.add("loud"));
  await page.waitForTimeout(100);
  expect(await look(figure)).toEqual(quiet);
  expect(await figure.evaluate((figure) => [...document.fonts].filter(({ status }) => status === "loaded").map(({ family }) => family.replaceAll("\"", "")).sort()))
    .toEqual(["Stepwise Mono", "Stepwise Sans"]);
  await page.goto("embed.html#kind=hash-index&run=put%20a%201&controls=minimal");
  await expect(page.locator(".player")).toBeVisible({ timeout: 15_000 });
  await page.evaluate(() => document.fonts.ready);
  expect(await look(page.locator("stepwise-figure"))).toEqual(quiet);
});

// PAGE F2, T33: a picture that is saved looks as the figure does, in programs that know attributes alone. What the style
// sheet says and what is written are compared property by property, and the pictures that Chromium makes of the page with
// those that librsvg makes of the file.
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { expect, test } from "@playwright/test";

const here = (path) => new URL(path, import.meta.url);
const golden = readdirSync(here("../golden"), { withFileTypes: true });
const kinds = golden.filter((each) => each.isDirectory()).map((each) => each.name);
const RSVG = process.env.RSVG;
const font = (name) => readFileSync(here(`../../static/fonts/stepwise-${name}.woff2`)).toString("base64");
const face = (family, name) =>
  `@font-face { font-family: "${family}"; font-weight: 400 700; src: url(data:font/woff2;base64,${font(name)}); }`;
const STYLE = face("Stepwise Sans", "sans") + face("Stepwise Mono", "mono") + readFileSync(here("../../static/scene.css"));

const THEMES = {
  light: { media: "screen", colorScheme: "light" },
  dark: { media: "screen", colorScheme: "dark" },
  print: { media: "print", colorScheme: "light" },
};

/** Two thirds into a figure's example: its picture on the page, and the files that Share saves of it. */
async function saved(page, kind) {
  await page.goto("about:blank");
  const examples = await (await page.request.get("oembed/index.json")).json();
  const run = examples.find((each) => each.kind === kind).example;
  await page.goto(`embed.html#${new URLSearchParams({ kind, run })}`);
  await expect(page.locator(".stage svg.scene > g").first()).toBeAttached({ timeout: 20_000 });
  await page.getByLabel("Step", { exact: true }).evaluate((slider) => {
    slider.value = Math.floor(Number(slider.max) * 2 / 3);
    slider.dispatchEvent(new InputEvent("input", { bubbles: true, composed: true }));
  });
  await page.getByRole("button", { name: "Share" }).click();
  const files = {};
  for (const theme of Object.keys(THEMES)) {
    await page.getByLabel("Its colours").selectOption(theme);
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save the picture as SVG" }).click();
    files[theme] = readFileSync(await (await download).path(), "utf8");
  }
  // What moves has come to rest, and what is leaving has left.
  await page.waitForTimeout(600);
  const live = await page.locator(".stage svg.scene").evaluate((svg) => {
    const stands = svg.cloneNode(true);
    stands.removeAttribute("style");
    const { width, height } = svg.viewBox.baseVal;
    stands.setAttribute("width", width);
    stands.setAttribute("height", height);
    return stands.outerHTML.replace(/<!--.*?-->/g, "");
  });
  return { live, files };
}

/** Runs in the page: where the file does not look as the picture, property by property. */
function differences(file) {
  const parsed = new DOMParser().parseFromString(file, "image/svg+xml");
  const faults = [];
  const odd = /^(?:style|class|id|filter|paint-order)$/;
  for (const element of parsed.querySelectorAll("*")) {
    const known = /^(?:svg|g|title|rect|circle|path|text)$/.test(element.localName);
    if (!known || [...element.attributes].some(({ name, value }) => odd.test(name) || /var\(|transparent|light-dark/.test(value))) {
      faults.push(`not of attributes alone: ${element.outerHTML.slice(0, 200)}`);
    }
  }
  document.querySelector("#file").replaceChildren(document.adoptNode(parsed.documentElement));
  const svgs = ["#page svg", "#file svg"].map((one) => document.querySelector(one));
  const [live, written] = svgs;
  const SAME = ["fill-opacity", "stroke-width", "stroke-dasharray", "stroke-linecap", "font-weight", "text-decoration-line", "opacity"];
  const grey = (colour, isGrey) => {
    const numbers = colour.match(/[\d.]+/g)?.map(Number);
    if (!numbers || numbers[3] === 0) return "none";
    if (!isGrey) return numbers.slice(0, 3).join();
    const light = Math.round(0.2126 * numbers[0] + 0.7152 * numbers[1] + 0.0722 * numbers[2]);
    return [light, light, light].join();
  };
  const look = (element, isGrey) => {
    const style = getComputedStyle(element);
    const all = Object.fromEntries(SAME.map((name) => [name, style.getPropertyValue(name)]));
    all.fill = grey(style.fill, isGrey);
    // A text with a halo is two texts in the file, of which this is the one without.
    all.stroke = element.localName === "text" ? "none" : grey(style.stroke, isGrey);
    for (const name of all.stroke === "none" ? ["stroke-width", "stroke-dasharray", "stroke-linecap"] : []) delete all[name];
    if (element.localName !== "text") delete all["text-decoration-line"];
    return { ...all, isMono: style.fontFamily.includes("Mono") };
  };
  const groups = [live, written].map((svg) => [...svg.querySelectorAll(":scope > g")]);
  if (groups[0].length !== groups[1].length) faults.push(`${groups[1].length} groups, not ${groups[0].length}`);
  for (const [place, group] of groups[0].entries()) {
    const isGrey = getComputedStyle(group).filter !== "none";
    const isSeen = (part) => part.localName === "text" || look(part).stroke !== "none"
      || look(part).fill !== "none" && getComputedStyle(part).fillOpacity !== "0";
    const shown = [...group.children].filter((part) => part.localName !== "title" && isSeen(part));
    const others = [...groups[1][place]?.children ?? []].filter((part) => part.localName !== "title" && !part.hasAttribute("aria-hidden"));
    if (shown.length !== others.length) faults.push(`group ${place}: ${others.length} parts, not ${shown.length}`);
    if (getComputedStyle(group).opacity !== getComputedStyle(groups[1][place] ?? group).opacity) faults.push(`group ${place}: opacity`);
    for (const [at, part] of shown.entries()) {
      const [wanted, found] = [look(part, isGrey), look(others[at] ?? part, false)];
      if (JSON.stringify(wanted) !== JSON.stringify(found)) {
        faults.push(`${part.outerHTML}: ${JSON.stringify(wanted)}, in the file ${JSON.stringify(found)}`);
      }
      const [at1, at2] = [svgs[0], svgs[1]].map((svg, which) => {
        const [inside, outside] = [[part, others[at] ?? part][which].getBoundingClientRect(), svg.getBoundingClientRect()];
        // The stand-in of a text is as high as another, but begins where it does.
        return part.localName === "text" ? [] : [inside.x - outside.x, inside.y - outside.y, inside.width, inside.height];
      });
      if (at1.some((number, side) => Math.abs(number - at2[side]) > 0.1)) {
        faults.push(`${part.outerHTML} stands at ${at1}, in the file at ${at2}`);
      }
      for (const name of part.localName === "text" ? ["x", "y", "text-anchor"] : []) {
        if ((part.getAttribute(name) ?? "") !== (others[at]?.getAttribute(name) ?? "")) faults.push(`${part.outerHTML}: ${name}`);
      }
      // In the page's own font a text is as wide as the file says that it should be.
      const given = Number(others[at]?.getAttribute("textLength") ?? 0);
      if (part.localName === "text" && Math.abs(part.getComputedTextLength() - given) > 0.6) {
        faults.push(`${part.textContent}: ${part.getComputedTextLength()} wide, and ${given} in the file`);
      }
    }
    const halos = [...group.children].filter((part) => part.localName === "text" && getComputedStyle(part).paintOrder === "stroke");
    const doubled = groups[1][place]?.querySelectorAll("text[aria-hidden]").length ?? 0;
    if (halos.length !== doubled) faults.push(`group ${place}: ${doubled} halos, not ${halos.length}`);
  }
  return faults.slice(0, 5);
}

/**
 * Runs in the page: how far what librsvg draws is from what Chromium does. Other fonts have other letters, so the pictures are
 * compared twice: `by` is the greatest difference that a colour has on average over a square of 16 pixels where all texts are
 * left out, and `pale` are the texts that have far less or far more ink than on the page.
 */
async function compare({ pictures, texts }) {
  const SQUARE = 16;
  const [page, bare, drawn, drawnBare] = await Promise.all(pictures.map(async (picture) => {
    const image = new Image();
    image.src = `data:image/png;base64,${picture}`;
    await image.decode();
    const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    return context.getImageData(0, 0, canvas.width, canvas.height);
  }));
  if (Math.abs(page.width - drawn.width) > 1 || Math.abs(page.height - drawn.height) > 1) {
    return { by: 255, at: `${page.width}×${page.height} and ${drawn.width}×${drawn.height}`, pale: [] };
  }
  const value = (picture, x, y, hue) => picture.data[(y * picture.width + x) * 4 + hue];
  const worst = { by: 0, at: "", pale: [] };
  const [wide, high] = [Math.min(page.width, drawn.width), Math.min(page.height, drawn.height)];
  for (let top = 0; top + SQUARE <= high; top += SQUARE / 2) {
    for (let left = 0; left + SQUARE <= wide; left += SQUARE / 2) {
      const sums = [0, 0, 0];
      for (let y = top; y < top + SQUARE; y += 1) {
        for (let x = left; x < left + SQUARE; x += 1) {
          for (let hue = 0; hue < 3; hue += 1) sums[hue] += value(bare, x, y, hue) - value(drawnBare, x, y, hue);
        }
      }
      const by = Math.round(Math.max(...sums.map(Math.abs)) / SQUARE ** 2 * 10) / 10;
      if (by > worst.by) Object.assign(worst, { by, at: `${left},${top}` });
    }
  }
  for (const { words, box: [left, top, right, bottom] } of texts) {
    const ink = (full, without) => {
      let sum = 0;
      for (let y = Math.max(0, Math.floor(top)); y < Math.min(high, bottom); y += 1) {
        for (let x = Math.max(0, Math.floor(left)); x < Math.min(wide, right); x += 1) {
          sum += Math.abs(value(full, x, y, 1) - value(without, x, y, 1));
        }
      }
      return sum;
    };
    const [wanted, found] = [ink(page, bare), ink(drawn, drawnBare)];
    if (wanted > 500 && (found < wanted * 0.4 || found > wanted * 2.5)) worst.pale.push(`${words}: ${Math.round(found / wanted * 100)} %`);
  }
  return worst;
}

/** Farther than the edges of shapes differ, and less far than a shape, a fill or a ground that lacks does. */
const TOLERANCE = 10;

const drawn = (file) => execFileSync(RSVG, { input: file, maxBuffer: 1 << 26, stdio: ["pipe", "pipe", "inherit"] }).toString("base64");

async function compared(page, file) {
  const shot = async () => (await page.locator("#page svg").screenshot()).toString("base64");
  const full = await shot();
  const texts = await page.evaluate(() => {
    const svg = document.querySelector("#page svg").getBoundingClientRect();
    const texts = [...document.querySelectorAll("#page svg text")];
    const found = texts.map((text) => {
      const box = text.getBoundingClientRect();
      return { words: text.textContent, box: [box.left - svg.left, box.top - svg.top, box.right - svg.left, box.bottom - svg.top] };
    });
    texts.forEach((text) => { text.style.visibility = "hidden"; });
    return found;
  });
  const bare = await shot();
  await page.evaluate(() => document.querySelectorAll("#page svg text").forEach((text) => { text.style.visibility = ""; }));
  const pictures = [full, bare, drawn(file), drawn(file.replace(/<text [^>]*>[^<]*<\/text>/g, ""))];
  return page.evaluate(compare, { pictures, texts });
}

async function setTheme(page, live, theme) {
  await page.emulateMedia(THEMES[theme]);
  await page.setContent(`<!doctype html><html><head><style>html { color-scheme: ${theme === "dark" ? "dark" : "light"}; } body { margin: 0; } svg { display: block; }
    ${STYLE}</style></head><body><div id="page">${live}</div><div id="file"></div></body></html>`);
  await page.evaluate(() => Promise.all(["400 14px 'Stepwise Sans'", "600 14px 'Stepwise Sans'", "400 13px 'Stepwise Mono'", "700 13px 'Stepwise Mono'"]
    .map((font) => document.fonts.load(font))));
}

for (const kind of kinds) {
  test(`F2: the saved picture of ${kind} is as the page, by its attributes and in librsvg`, async ({ page }) => {
    test.setTimeout(90_000);
    await page.setViewportSize({ width: 1280, height: 900 });
    const { live, files } = await saved(page, kind);
    await page.goto("about:blank");
    for (const theme of Object.keys(THEMES)) {
      await setTheme(page, live, theme);
      expect(await page.evaluate(differences, files[theme]), theme).toEqual([]);
      // The themes differ in colours alone, which have just been compared.
      if (RSVG && theme === "dark") {
        const { by, at, pale } = await compared(page, files[theme]);
        if (process.env.SHOW_EXPORT) console.log(`${kind} ${theme}: ${by} at ${at}; ${pale.join("; ")}`);
        expect(by, `${theme}, at ${at}`).toBeLessThan(TOLERANCE);
        expect(pale, theme).toEqual([]);
      }
    }
  });
}

test("F2: a fill, a ground or a text that lacks, and one that is black, are found in librsvg's picture", async ({ page }) => {
  test.skip(!RSVG, "rsvg-convert is not installed");
  test.setTimeout(90_000);
  const { live, files } = await saved(page, "lsm");
  await page.goto("about:blank");
  await setTheme(page, live, "dark");
  const harms = {
    fill: (svg) => svg.replace(/fill="#1b2130"/, 'fill="none"'),
    ground: (svg) => svg.replace(/fill="#14171f"/, 'fill="none"'),
    black: (svg) => svg.replace(/(<g[^>]*>(?:<title>[^<]*<\/title>)?<rect[^>]*) fill="[^"]*"/, "$1"),
    text: (svg) => svg.replace(/<text (?!aria-hidden)[^>]*>[^<]*<\/text>/, ""),
  };
  for (const [what, harm] of Object.entries(harms)) {
    const harmed = harm(files.dark);
    expect(harmed, what).not.toBe(files.dark);
    const { by, pale } = await compared(page, harmed);
    if (process.env.SHOW_EXPORT) console.log(`without ${what}: ${by}; ${pale}`);
    expect(by > TOLERANCE || pale.length > 0, what).toBe(true);
  }
});

// A text on the stage is as wide as it was thought to be natively: `tests/pictures.rs` writes what is asked here.
import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";

const here = (path) => new URL(path, import.meta.url);
const font = (name) => readFileSync(here(`../../static/fonts/stepwise-${name}.woff2`)).toString("base64");
const face = (family, name) =>
  `@font-face { font-family: "${family}"; font-weight: 400 700; src: url(data:font/woff2;base64,${font(name)}); }`;
const asked = readFileSync(here("widths.txt"), "utf8").trimEnd().split("\n").map((line) => line.split("\t"));

test("texts are as wide as they are natively", async ({ page }) => {
  const style = face("Stepwise Sans", "sans") + face("Stepwise Mono", "mono") + readFileSync(here("../../static/scene.css"));
  await page.setContent(`<style>${style}</style><svg class="scene" viewBox="0 0 960 400" width="960" height="400"></svg>`);
  const measured = await page.evaluate(async (asked) => {
    const stage = document.querySelector("svg");
    const texts = asked.map(([classes, , words]) => {
      const text = document.createElementNS("http://www.w3.org/2000/svg", "text");
      text.setAttribute("class", classes);
      text.textContent = words;
      stage.append(text);
      return text;
    });
    for (const weight of [400, 600]) {
      await document.fonts.load(`${weight} 14px "Stepwise Sans"`);
      await document.fonts.load(`${weight} 14px "Stepwise Mono"`);
    }
    return texts.map((text) => text.getComputedTextLength());
  }, asked);
  expect(asked.length).toBeGreaterThan(60);
  for (const [place, [classes, width, words]] of asked.entries()) {
    expect(Math.abs(measured[place] - width), `${classes}: ${words}: ${width} and ${measured[place]}`).toBeLessThan(0.5);
  }
});

// Texts on the stage into which readers write: what has changed becomes commands, at the place where it has changed.
import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";

async function open(page, fragment) {
  await page.goto(`embed.html#${fragment}`);
  await expect(page.locator(".player")).toBeVisible({ timeout: 15_000 });
}
const field = (page, person) => page.getByRole("textbox", { name: `The text of ${person} on` }).first();
const narration = (page) => page.locator(".narration");
/** From the sheet of all commands, and to its last step. */
async function settle(page) {
  await page.locator(".commands").getByRole("button", { name: /more$/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "settle", exact: true }).click();
  await page.locator(".player").press("End");
}
const caret = (locator, place) => locator.evaluate((it, place) => it.setSelectionRange(place, place), place);

test("a reader writes into a text, and others hear of it", async ({ page }) => {
  await open(page, "kind=collab&way=sequence");
  const text = field(page, "c2");
  await expect(text).toHaveValue("The fox jumps.");
  await text.click();
  await caret(text, 4);
  await page.keyboard.type("red");
  await expect(text).toHaveValue("The redfox jumps.");
  await expect(narration(page)).toContainText("c2 inserts “d” at 6");
  // The cursor is where it was: the next letter goes on from there.
  await page.keyboard.type(" ");
  await page.keyboard.press("Delete");
  await expect(text).toHaveValue("The red ox jumps.");
  await expect(narration(page)).toContainText("c2 deletes 1 character at 8");
  await page.keyboard.press("Escape");
  await expect(page.locator(".player")).toBeFocused();
  await expect(field(page, "c1")).toHaveValue("The fox jumps.");
});

test("what is selected is replaced, a letter of several code points is one, and undo takes it back", async ({ page }) => {
  await open(page, "kind=collab&way=transform");
  const text = field(page, "c1");
  await text.focus();
  await text.evaluate((it) => it.setSelectionRange(4, 7));
  await page.keyboard.insertText("👩‍👩‍👧");
  await expect(text).toHaveValue("The 👩‍👩‍👧 jumps.");
  await expect(narration(page)).toContainText("c1 replaces 3 characters at 4");
  await page.keyboard.press("Backspace");
  await page.getByRole("button", { name: "Undo", exact: true }).click();
  await expect(text).toHaveValue("The 👩‍👩‍👧 jumps.");
});

test("Tab comes to every text, all have names, and none is written by that", async ({ page }) => {
  await open(page, "kind=collab&run=insert 4 \"red \"; settle&step=2.1");
  const texts = page.locator(".writes");
  await expect(texts).toHaveCount(9);
  const before = await narration(page).textContent();
  await texts.first().focus();
  const names = [];
  for (let nth = 0; nth < 9; nth += 1) {
    names.push(await page.locator(".writes:focus").getAttribute("aria-label"));
    await page.keyboard.press("Tab");
  }
  expect(new Set(names).size).toBe(9);
  names.forEach((name) => expect(name).toMatch(/^The text of c[123] on n[123], .+: write into it$/));
  await expect(narration(page)).toHaveText(before);
  const result = await new AxeBuilder({ page }).disableRules(["page-has-heading-one"]).analyze();
  expect(result.violations.map((violation) => violation.id)).toEqual([]);
});

test("what is written in the midst of a command is written at that step", async ({ page }) => {
  await open(page, "kind=collab&way=sequence&run=insert 4 \"red \"; settle&step=2.1");
  const text = field(page, "c3");
  await text.focus();
  await expect(text).toHaveValue("The fox jumps.");
  await caret(text, 13);
  await page.keyboard.type(" hi");
  await expect(text).toHaveValue("The fox jumps hi.");
  expect(await text.evaluate((it) => it.selectionStart)).toBe(16);
  await settle(page);
  await expect(text).toHaveValue("The red fox jumps hi.");
  await expect(field(page, "c2")).toHaveValue("The red fox jumps hi.");
});

/** Where a letter is drawn that isn't a space, by its place among those of a text. */
async function drawn(page, key, place) {
  return page.locator(`.scene g.letter[data-key^="${key}/"]:not([data-key*="/tree "])`).nth(place).boundingBox();
}
const at = (text) => text.evaluate((it) => [it.selectionStart, it.selectionEnd]);

for (const [how, width] of [["wide", 1000], ["on a phone", 390], ["on a small phone", 330]]) {
  test(`${how}, a press upon a letter puts the cursor there`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    for (const [params, key, places] of [
      ["", "n2/transform", [0, 4, 8, 13]],
      ["&way=merge&step=1&run=insert 13 \" over all of the lazy dogs that lie there\" as c2", "n2/merge", [0, 14, 31, 44, 52]],
      ["&way=merge&begins=list&unit=lines", "n1/merge", [1, 5, 8]],
      // Letters as wide as two, and with what a field would break a line at.
      ["&way=merge&step=1&run=insert 4 \"日本 well-known-and-very-long-word \" as c2", "n2/merge", [2, 5, 7, 30, 42]],
      // More than there is room for.
      [`&step=1&run=insert 4 "${"so many words ".repeat(60)}" as c2`, "n2/sequence", [5, 12]],
    ]) {
      await open(page, `kind=collab${params}`);
      const text = page.locator(`.writes[data-text="${key}"]`);
      const value = await text.inputValue();
      const before = page.locator(`.scene [data-key="${key}/before"]`);
      const hidden = (await before.count()) ? parseInt(await before.textContent(), 10) : 0;
      for (const [place, isAfter] of places.flatMap((place) => [[place, false], [place, true]])) {
        const box = await drawn(page, key, place);
        const press = () => page.mouse.click(box.x + (isAfter ? box.width - 1.5 : 1.5), box.y + box.height / 2);
        const expected = hidden + place + (isAfter && value[hidden + place] !== "\n" ? 1 : 0);
        await page.locator(".player").focus();
        await press();
        expect(await at(text), `${params.slice(0, 60)} ${place} ${isAfter}`).toEqual([expected, expected]);
        // What has the focus and is clear stands as it is drawn: so the second press comes to the same.
        if (!isAfter && (await text.evaluate((it) => it.classList.contains("plain")))) {
          await caret(text, 0);
          await page.waitForTimeout(600);
          await press();
          expect(await at(text), `again, ${params.slice(0, 60)} ${place} ${isAfter}`).toEqual([expected, expected]);
        }
      }
      await expect(text).toHaveValue(value);
    }
  });
}

test("a phone doesn't zoom in on a text: its letters have 16 px, and are seen as large as the drawn ones", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 800 });
  await open(page, "kind=collab&way=merge");
  const text = field(page, "c1");
  expect(await text.evaluate((it) => getComputedStyle(it).fontSize)).toBe("16px");
  // The field lies on its box, and each letter is as wide as those that are drawn.
  const [box, frame] = await Promise.all([text, page.locator('.scene [data-key="n1/merge"] rect.frame')].map((it) => it.boundingBox()));
  for (const side of ["x", "y", "width", "height"]) expect(Math.abs(box[side] - frame[side]), side).toBeLessThan(2);
  const scale = await text.evaluate((it) => it.getBoundingClientRect().width / it.offsetWidth);
  const [first, last] = await Promise.all([drawn(page, "n1/merge", 0), drawn(page, "n1/merge", 12)]);
  expect(Math.abs((last.x + last.width / 2 - first.x - first.width / 2) - 12 * 0.6 * 16 * scale)).toBeLessThan(2);
});

test("Enter begins a new line, and others hear of it", async ({ page }) => {
  await open(page, "kind=collab&way=merge&begins=list&unit=lines");
  const text = field(page, "c1");
  await text.focus();
  await caret(text, 4);
  await page.keyboard.press("Enter");
  await page.keyboard.type("tea");
  await expect(text).toHaveValue("milk\ntea\neggs\nbread\n");
  await expect(narration(page)).toContainText("c1 inserts “a” at 7");
  await settle(page);
  await expect(field(page, "c3")).toHaveValue("milk\ntea\neggs\nbread\n");
  // In one line as well: a text may have several.
  await open(page, "kind=collab&way=sequence");
  await text.focus();
  await caret(text, 14);
  await page.keyboard.press("Enter");
  await page.keyboard.type("Off!");
  await expect(text).toHaveValue("The fox jumps.\nOff!");
});

test("more than can be put in at once is told in words, and nothing is lost", async ({ page }) => {
  await open(page, "kind=collab&way=sequence");
  const text = field(page, "c1");
  await text.focus();
  await text.evaluate((it) => it.setSelectionRange(4, 7));
  await page.keyboard.insertText("x".repeat(10_001));
  const problem = page.locator(".problem");
  await expect(problem).toContainText("a text of 10,001 characters");
  await expect(problem).toContainText("1 to 10,000 characters");
  expect((await problem.textContent()).length).toBeLessThan(400);
  await expect(text).toHaveValue("The fox jumps.");
  await page.keyboard.type("y");
  await expect(text).toHaveValue("The yfox jumps.");
  await expect(problem).toHaveCount(0);
});

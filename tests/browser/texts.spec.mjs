// Texts on the stage into which readers write: what has changed becomes commands, at the place where it has changed.
import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";

async function open(page, fragment) {
  await page.goto(`embed.html#${fragment}`);
  await expect(page.locator(".player")).toBeVisible({ timeout: 15_000 });
}
const field = (page, person) => page.getByRole("textbox", { name: `The text of ${person} on` }).first();
const narration = (page) => page.locator(".narration");
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

test("Tab comes to a text of each device, and all texts have names", async ({ page }) => {
  await open(page, "kind=collab");
  await expect(page.locator(".writes")).toHaveCount(9);
  await expect(page.locator(".writes:not([tabindex='-1'])")).toHaveCount(3);
  const result = await new AxeBuilder({ page }).disableRules(["page-has-heading-one"]).analyze();
  expect(result.violations.map((violation) => violation.id)).toEqual([]);
});

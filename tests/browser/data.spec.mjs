// Rows of one's own: pasted, chosen or dropped, with mistakes told by line, and runs that begin on them.
import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";

async function open(page, fragment) {
  await page.goto(`embed.html#${fragment}`);
  await expect(page.locator(".player")).toBeVisible({ timeout: 15_000 });
  await page.getByRole("button", { name: "Your data", exact: true }).click();
}

async function paste(page, text) {
  // To type a long text in takes longer than to read it.
  await page.locator(".data textarea").evaluate((area, text) => (area.value = text), text);
  await page.getByRole("button", { name: "Write them in" }).click();
}

const status = (page) => page.locator(".data [role=status]");
const problem = (page) => page.locator(".problem[role=alert]");

for (const kind of ["hash-index", "btree", "sstable", "lsm"]) {
  test(`pasted rows are in the ${kind} before its run begins`, async ({ page }) => {
    await open(page, `kind=${kind}&run=${encodeURIComponent("get otter")}&step=1`);
    await expect(page.locator(".narration")).not.toContainText("river");
    await paste(page, 'key,habitat\nlion,savanna\n"otter","river, lake"\nlynx,forest\n');
    await expect(status(page)).toContainText("3 of your rows");
    await page.getByRole("button", { name: "To the last step" }).click();
    await expect(page.locator(".narration")).toContainText("river, lake");
    await page.getByRole("button", { name: "Take them out" }).click();
    await expect(status(page)).toHaveCount(0);
    await page.getByRole("button", { name: "To the last step" }).click();
    await expect(page.locator(".narration")).not.toContainText("river");
  });
}

test("other parameters, another script and starting over keep the rows", async ({ page }) => {
  await open(page, "kind=btree&run=get+k7");
  await paste(page, Array.from({ length: 300 }, (_, row) => `k${row},v${row}`).join("\n"));
  await expect(status(page)).toContainText("300 of your rows");
  const found = async () => {
    await page.getByRole("button", { name: "To the last step" }).click();
    await expect(page.locator(".narration")).toContainText("v7");
  };
  await found();
  await page.getByLabel("Order").fill("9");
  await page.getByLabel("Order").blur();
  await expect(status(page)).toContainText("300 of your rows");
  await found();
  await page.getByRole("button", { name: "Start over" }).click();
  await found();
  await page.getByRole("button", { name: "Script", exact: true }).click();
  await page.getByLabel("The script").fill("get k1; get k7");
  await page.getByRole("button", { name: "Run from the opening" }).click();
  await found();
});

test("a mistake is told by its line and leaves the figure as it is", async ({ page }) => {
  await open(page, "kind=hash-index&disk=100&run=put+a+1&step=1.1");
  await paste(page, "a,1\nb,2\n,3\n");
  await expect(problem(page)).toContainText("in the data, line 3: the first column is empty; accepted: a key in the first column");
  await expect(page.locator(".place")).toHaveText(/^1 /);
  await paste(page, `a,1\nb,${"x".repeat(200)}\n`);
  await expect(problem(page)).toContainText("in the data, line 2: the disk is full");
  await expect(status(page)).toHaveCount(0);
});

test("a file is chosen, and one that is no text is refused", async ({ page }) => {
  await open(page, "kind=sstable&run=get+lynx");
  const choose = (name, buffer) => page.locator(".data input[type=file]").setInputFiles({ name, mimeType: "text/csv", buffer });
  await choose("rows.tsv", Buffer.from("lion\tsavanna\nlynx\tforest\n"));
  await expect(status(page)).toContainText("2 of your rows");
  await choose("picture.png", Buffer.from([0x89, 0x50, 0xff, 0x0a]));
  await expect(problem(page)).toContainText("is no UTF-8; accepted: a text file saved as UTF-8");
  await choose("large.csv", Buffer.alloc(1_200_000, "a,b\n"));
  await expect(problem(page)).toContainText("at most 1048576 bytes");
  await expect(status(page)).toContainText("2 of your rows");
});

// FAULTS S12
test("what the first line was taken for is said, and turned round by a button", async ({ page }) => {
  await open(page, "kind=btree&run=get+city");
  await paste(page, "city,population\nParis,2100000\n");
  await expect(status(page)).toContainText("1 of your rows is in the figure");
  await expect(status(page)).toContainText("Line 1 (city, population) was taken as a header.");
  await page.getByRole("button", { name: "Take that line as a row" }).click();
  await expect(status(page)).toContainText("2 of your rows are in the figure");
  await page.getByRole("button", { name: "Take that line as a header" }).click();
  await expect(status(page)).toContainText("1 of your rows is in the figure");
  await paste(page, '{"Paris": 2100000}');
  await expect(status(page)).toContainText("Read as a JSON object, with a row for each member.");
});

test("a file is dropped", async ({ page }) => {
  await open(page, "kind=hash-index&run=get+lynx");
  await page.locator(".data").evaluate((zone) => {
    const dropped = new DataTransfer();
    dropped.items.add(new File(["lynx,forest\n"], "rows.csv"));
    zone.dispatchEvent(new DragEvent("drop", { dataTransfer: dropped, bubbles: true, composed: true, cancelable: true }));
  });
  await expect(status(page)).toContainText("1 of your rows");
});

test("many rows show how far they are, and can be stopped", async ({ page }) => {
  // A segment for each three records: the slow way, so that there is time to press Cancel.
  await open(page, "kind=hash-index&disk=16777216&run=get+k7&step=1");
  await paste(page, Array.from({ length: 40_000 }, (_, row) => `k${row},v${row}`).join("\n"));
  await expect(status(page)).toContainText("of 40,000 rows");
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(status(page)).toHaveCount(0);
  await expect(page.locator(".narration")).not.toContainText("v7");
});

test("the drawer is accessible, and figures without keys have none", async ({ page }) => {
  await open(page, "kind=btree");
  expect((await new AxeBuilder({ page }).disableRules(["page-has-heading-one"]).analyze()).violations.map((violation) => violation.id)).toEqual([]);
  await page.goto("about:blank");
  await page.goto("embed.html#kind=quorum");
  await expect(page.locator(".player")).toBeVisible({ timeout: 15_000 });
  await expect(page.getByRole("button", { name: "Your data", exact: true })).toHaveCount(0);
});

test("a host that asks for what makes no sense doesn't lose the rows", async ({ page }) => {
  await open(page, "kind=btree&run=get+k7");
  await paste(page, "k7,v7\nk8,v8\n");
  await expect(status(page)).toContainText("2 of your rows");
  await page.locator("stepwise-figure").evaluate((figure) => figure.setAttribute("run", "fly away"));
  await expect(problem(page)).toContainText("`fly`");
  await expect(status(page)).toContainText("2 of your rows");
  await page.getByLabel("Order").fill("9");
  await page.getByLabel("Order").blur();
  await expect(status(page)).toContainText("2 of your rows");
  await page.getByRole("button", { name: "To the last step" }).click();
  await expect(page.locator(".narration")).toContainText("v7");
});

// The own controls of the figures of clusters: each changes what the engine does, and not only what is shown of it; the two
// calls that prove a broken promise are marked; and what nodes and clients send each other can be opened as bytes.
import { expect, test } from "@playwright/test";

async function open(page, kind, run, more = "") {
  await page.goto(`embed.html#kind=${kind}&run=${encodeURIComponent(run)}${more}`);
  await expect(page.locator(".player")).toBeVisible({ timeout: 15_000 });
}

const press = (page, name) => page.getByRole("button", { name, exact: true }).click();
const narration = (page) => page.locator(".narration");
const shape = (page, key) => page.locator(`.stage g[data-key="${key}"]:not(.ghost)`);
/** The row of that class, or where a control has no room in it, the sheet behind its last button. */
async function placeOf(page, row, find) {
  const inRow = page.locator(`.${row}`);
  await expect(inRow.first()).toBeVisible();
  if (await find(inRow).first().isVisible()) return inRow;
  await inRow.locator(".more").click();
  return page.getByRole("dialog", { name: `All ${row}` });
}

/** Closes the sheet again, if it was one. */
async function leave(place, control) {
  if (await place.getAttribute("role") !== "dialog") return;
  for (let press = 0; press < 3 && await place.count() > 0; press += 1) await control.press("Escape");
  await expect(place).toHaveCount(0);
}

/** Chooses one of a parameter's values. */
async function choose(page, label, option) {
  const find = (place) => place.getByRole("combobox", { name: label, exact: true });
  const place = await placeOf(page, "parameters", find);
  await find(place).selectOption(option);
  await leave(place, find(place));
}

/** Gives a parameter that is a number another value. */
async function set(page, label, value) {
  const find = (place) => place.getByRole("spinbutton", { name: label, exact: false }).first();
  const place = await placeOf(page, "parameters", find);
  await find(place).fill(String(value));
  await find(place).blur();
  await leave(place, find(place));
}

/** Opens the drawer in which all steps of the run stand, and returns it. */
async function transcript(page) {
  await press(page, "Transcript");
  return page.locator(".transcript");
}

/** Presses the button of a command, after its inputs have been filled in. */
async function command(page, name, inputs = {}) {
  const find = (place) => place.getByRole("button", { name, exact: true });
  const place = await placeOf(page, "commands", find);
  for (const [input, value] of Object.entries(inputs)) {
    const field = place.getByLabel(`${input} of ${name}`, { exact: true });
    const isMenu = await field.evaluate((element) => element.tagName === "SELECT");
    await (isMenu ? field.selectOption(value) : field.fill(value));
  }
  await find(place).click();
}

/** The calls below the stage that are marked, by their places in the history, counted from 1. */
const marked = (page) => page.locator('.stage g[data-key^="call "]:not(.ghost)').evaluateAll((calls) =>
  calls.filter((call) => call.querySelector(".torn")).map((call) => call.dataset.key));
const expectMarked = (page, keys) => expect.poll(() => marked(page)).toEqual(keys);

test("leader: whether a follower is waited for is set for each of them", async ({ page }) => {
  await open(page, "leader", "delay n1 n2 100ms; put k a", "&step=2.2");
  await expect(narration(page)).toContainText("It acknowledges the write once n2 has it");
  await expect(shape(page, "n2/foot")).toContainText("synchronous");
  await choose(page, "n2 is", "async");
  await expect(shape(page, "n2/foot")).toContainText("asynchronous");
  const told = await transcript(page);
  await expect(told).toContainText("It waits for no follower, and acknowledges the write.");
  await expect(told).toContainText("k = a (c1.1) is acknowledged to c1 after 20 ms.");
  // One of two that are semi-synchronous is enough, and n3 is the quicker one.
  await choose(page, "n2 is", "semi");
  await choose(page, "n3 is", "semi");
  await expect(told).toContainText("k = a (c1.1) is acknowledged to c1 after 40 ms.");
});

test("leader: as many nodes follow as are asked for", async ({ page }) => {
  await open(page, "leader", "put k a");
  await expect(shape(page, "n3")).toHaveCount(1);
  await expect(shape(page, "n4")).toHaveCount(0);
  await set(page, "Followers", 4);
  await expect(shape(page, "n5")).toHaveCount(1);
  await expect(await transcript(page)).toContainText("sent it to n2, n3, n4 and n5");
  await set(page, "Followers", 1);
  await expect(shape(page, "n3")).toHaveCount(0);
});

test("leader: nodes are stopped, started, promoted and added by buttons", async ({ page }) => {
  await open(page, "leader", "put k a; settle");
  await press(page, "To the last step");
  await command(page, "stop", { node: "n1" });
  await expect(narration(page)).toContainText("It was the leader: no one takes writes now.");
  await expect(shape(page, "n1")).toHaveClass(/stopped/);
  await expect(shape(page, "banner")).toContainText("The leader n1 is off");
  await command(page, "promote", { node: "n2" });
  await expect(narration(page)).toContainText("n2 is named the leader of term 2");
  await expect(shape(page, "n2")).toContainText("leads");
  await command(page, "start", { node: "n1" });
  await expect(narration(page)).toContainText("n1 started");
  await expect(shape(page, "n1")).not.toHaveClass(/stopped/);
  await command(page, "mode", { node: "n3", mode: "sync" });
  await expect(narration(page)).toContainText("n3");
  await expect(shape(page, "n3/foot")).toContainText("synchronous");
  await command(page, "add");
  await expect(shape(page, "n4")).toHaveCount(1);
  await command(page, "settle");
  await press(page, "To the last step");
  await expect(narration(page)).toContainText("all is quiet");
  await expect(shape(page, "n4")).toContainText("up to date");
  await command(page, "put", { key: "k", value: "b" });
  await expect(narration(page)).toContainText("c1 asks n2 to write k = b");
});

test("leader: a write that is lost is marked, and then the read that shows it and the write that proves it", async ({ page }) => {
  const run = "put k a; settle; delay n1 n2 200ms; delay n1 n3 200ms; put k b; stop n1; promote n2; get k as c2";
  await open(page, "leader", run, "&step=5.3&n2=async");
  await expectMarked(page, []);
  await expect(shape(page, "check 0")).toContainText("no read breaks a promise✓");
  await expect(shape(page, "verdict")).toHaveCount(0);
  await press(page, "Forward a command");
  await press(page, "Forward a command");
  await expect(shape(page, "verdict")).toContainText("Lost: c1.2 got an acknowledgement of k = b");
  await expectMarked(page, ["call 2"]);
  await press(page, "To the last step");
  await expect(narration(page)).toContainText("Stale: the write c1.2 had been acknowledged before this read began.");
  await expect(shape(page, "verdict")).toContainText("Stale: the write c1.2");
  await expectMarked(page, ["call 2", "call 3"]);
});

test("leader: every message opens as bytes by a click", async ({ page }) => {
  test.setTimeout(120_000);
  const run = "put k a; put k b via n2; get k via n3; get j; add; isolate n3; put k c; heal; settle; delay n1 n3 300ms; put k d; stop n1; promote n2; settle";
  await open(page, "leader", run);
  await press(page, "Bytes");
  const kinds = new Set();
  const [, last] = (await page.locator(".place").textContent()).split(" / ");
  for (let step = 0; step < Number(last); step += 1) {
    await page.locator(".player").focus();
    await page.keyboard.press("ArrowRight");
    await expect(page.locator(".place")).toHaveText(`${step + 1} / ${last}`);
    const messages = await page.locator('.stage g.selects[data-key^="message "]:not(.ghost)').evaluateAll((shapes) =>
      shapes.map((shape) => ({ key: shape.dataset.key, label: shape.querySelector("title").textContent })));
    for (const { key, label } of messages) {
      // Messages lie over each other where many are sent at once: the click is the shape's own.
      await shape(page, key).dispatchEvent("click");
      await expect(page.getByRole("combobox", { name: "Bytes of" })).toHaveValue(key);
      await expect(page.locator(".hex")).toBeVisible();
      await expect(page.locator(".meaning")).not.toBeEmpty();
      kinds.add(label.replace(/^m\d+: /, "").split(" ").slice(0, 2).join(" "));
    }
  }
  const said = ["put k", "written,", "not the", "get k", "value a,", "no value,", "append 2", "append nothing", "I have", "begin again", "hello, I", "snapshot as"];
  for (const kind of said) expect([...kinds].join("; ")).toContain(kind);
});

const SILENT = "insert ann; stop n1; run 2s";

test("failover: how long a leader may be silent is set", async ({ page }) => {
  await open(page, "failover", SILENT);
  const told = await transcript(page);
  const waited = async () => Number(/has heard no leader for (\d+) ms/.exec(await told.textContent())?.[1]);
  const soon = await waited();
  expect(soon).toBeGreaterThanOrEqual(300);
  expect(soon).toBeLessThan(700);
  await set(page, "Time-out", 800);
  await expect.poll(waited).toBeGreaterThanOrEqual(800);
  await expect(shape(page, "banner")).toContainText("timeout 800 ms");
  await set(page, "Time-out", 50);
  await expect(page.getByRole("alert")).toContainText("more than the 50 ms between two heartbeats");
});

test("failover: who says which node leads next is set", async ({ page }) => {
  await open(page, "failover", SILENT);
  await expect(shape(page, "controller")).toHaveCount(0);
  const told = await transcript(page);
  await expect(told).toContainText("n3 votes for n2 in term 2");
  await choose(page, "New leader", "controller");
  await expect(shape(page, "controller")).toHaveCount(1);
  await expect(told).toContainText("The controller hasn't heard n1 lead");
  await expect(told).toContainText("as the controller has said");
  await expect(told).not.toContainText("votes for");
});

test("failover: a storage that checks tokens refuses the old leader, one that doesn't is overwritten", async ({ page }) => {
  const run = "insert ann; cut n1 n2; cut n1 n3; cut n1 controller; cut n1 c2; run 600ms; insert eve as c2; insert bob";
  await open(page, "failover", run, "&choice=controller&storage=open");
  await press(page, "To the last step");
  const told = await transcript(page);
  await expect(told).toContainText("an old leader has overwritten it");
  await expect(shape(page, "check 4")).toContainText("✗ 1");
  await expect(shape(page, "banner")).toContainText("n1 and n2 lead at once");
  await choose(page, "Storage", "fenced");
  await expect(told).toContainText("The storage refuses n1: its token 1 is older than 2");
  await expect(told).not.toContainText("has overwritten it");
  await press(page, "To the last step");
  await expect(shape(page, "check 4")).toContainText("✓");
  await choose(page, "Storage", "off");
  await expect(shape(page, "storage")).toHaveCount(0);
});

const UNREPLICATED = "insert ann; cut n1 n2; cut n1 n3; insert bob; read 2; stop n1; heal; run 1s";

test("failover: a lost row is marked, then its number that is given twice, then the wrong person that is shown", async ({ page }) => {
  await open(page, "failover", `${UNREPLICATED}; insert eve as c2; read 2 as c2`, "&step=5.3");
  await expectMarked(page, []);
  for (const told of [/n1 stopped/, /All links are open/, /It is \d+ ms/]) {
    await press(page, "Forward a command");
    await expect(narration(page)).toContainText(told);
  }
  await expect(shape(page, "verdict")).toContainText("No call has noticed yet");
  await expectMarked(page, ["call 2"]);
  await press(page, "Forward a command");
  await expect(narration(page)).toContainText("The number 2 has been given twice: bob has it, too (call c1.2).");
  await expectMarked(page, ["call 2", "call 4"]);
  await press(page, "Forward a command");
  await expect(narration(page)).toContainText("The wrong person: the row is eve's, as c2.1 had heard");
  await expectMarked(page, ["call 4", "call 5"]);
  await expect(shape(page, "c2").locator(".torn")).toHaveCount(1);
  await expect(shape(page, "c1").locator(".torn")).toHaveCount(0);
  // Whoever acknowledges later breaks none of this.
  await choose(page, "Acknowledge", "majority");
  await press(page, "To the last step");
  await expect(shape(page, "verdict")).toHaveCount(0);
  await expectMarked(page, []);
});

test("failover: a read that doesn't find a lost row proves it, with the insert", async ({ page }) => {
  await open(page, "failover", `${UNREPLICATED.replace("read 2; ", "")}; read 2 as c2`);
  await press(page, "To the last step");
  await expect(narration(page)).toContainText("But c1.2 was acknowledged as row 2");
  await expectMarked(page, ["call 2", "call 3"]);
});

test("quorum: a stale read is told once on the stage, and marked with the write that it missed", async ({ page }) => {
  const run = "write k old; stop n3; write k new; start n3; stop n1; stop n2; read k as c2";
  await open(page, "quorum", run, "&w=1&r=1");
  await press(page, "To the last step");
  await expectMarked(page, ["call 2", "call 3"]);
  await expect(shape(page, "verdict")).toContainText("Stale: the write c1.2 had been acknowledged");
  await expect(shape(page, "banner")).not.toContainText("Stale");
  await set(page, "w", 3);
  await press(page, "To the last step");
  await expectMarked(page, []);
});

test("lag: a diagram of time marks the two calls that prove a broken promise", async ({ page }) => {
  const run = "post talk hello as ann; reload talk as bob via n1; reload talk as bob via n2";
  await open(page, "lag", run, "&view=time");
  await press(page, "To the last step");
  await expect(narration(page)).toContainText("Monotonic reads are broken by c2.2, against c2.1");
  const bars = page.locator('.stage g[data-key^="call "]:not(.ghost)').filter({ has: page.locator("rect.bad") });
  await expect(bars).toHaveCount(2);
  await expect(bars.filter({ hasText: "breaks a promise" })).toHaveCount(1);
  await expect(bars.filter({ hasText: "proves it" })).toHaveCount(1);
});

test("lag: each rule is a control, and clients follow it", async ({ page }) => {
  await open(page, "lag", "post talk hello; reload talk via n3");
  await press(page, "To the last step");
  await expect(narration(page)).toContainText("Read-your-writes is broken by c1.2, against c1.1");
  await expectMarked(page, ["call 1", "call 2"]);
  await choose(page, "Own posts", "leader");
  await press(page, "To the last step");
  await expect(narration(page)).toContainText("shows talk: post 1.");
  await expectMarked(page, []);
  const told = await transcript(page);
  await expect(told).toContainText("from n1, the leader, for a page of its own posts");
  await choose(page, "Own posts", "position");
  await expect(told).toContainText("n3 lets the read wait");
  await choose(page, "Pages on one partition", "on");
  await expect(told).not.toContainText("partition B");
});

test("lag: a follower is stopped and started by buttons, and a post opens as the bytes of its log", async ({ page }) => {
  await open(page, "lag", "post talk hello; settle", "&together=on");
  await press(page, "To the last step");
  await command(page, "stop", { node: "n3" });
  await expect(shape(page, "n3")).toHaveClass(/stopped/);
  await expect(shape(page, "n3/post 1")).toHaveCount(1);
  await command(page, "start", { node: "n3" });
  await expect(narration(page)).toContainText("n3 started. It has what its disks have");
  await expect(shape(page, "n3")).not.toHaveClass(/stopped/);
  await press(page, "Bytes");
  await shape(page, "n3/post 1").click();
  await expect(page.getByRole("combobox", { name: "Bytes of" })).toHaveValue("n3/post 1");
  await expect(page.locator(".meaning")).toContainText("CRC-32 of the rest");
});

test("replication-log: the log's form is a control, and a replica is stopped and started by buttons", async ({ page }) => {
  await open(page, "replication-log", "INSERT INTO tickets (holder, at) VALUES ('ann', NOW())");
  await press(page, "To the last step");
  await expect(shape(page, "banner")).toContainText("Diverged: 1 difference");
  await choose(page, "Log of", "row");
  await press(page, "To the last step");
  await expect(shape(page, "banner")).toContainText("Both hold the same");
  await command(page, "stop", { node: "n2" });
  await expect(narration(page)).toContainText("Its disk has the table with 1 entry of the log in it");
  await expect(shape(page, "follower")).toHaveClass(/stopped/);
  await command(page, "start", { node: "n2" });
  await expect(narration(page)).toContainText("The follower has what its disk has");
  await expect(shape(page, "follower")).not.toHaveClass(/stopped/);
});

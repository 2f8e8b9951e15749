// The LSM-tree as Wasm beside two stores of npm's, in one run: node stores.mjs MODULE PACKAGES COUNT, where PACKAGES is a
// folder with classic-level (LevelDB itself, compiled to machine code) and sorted-btree (a B+ tree of JavaScript's, in
// memory). All get the same pairs. Prints one figure a line: name, value; the best of several rounds.
//
// LevelDB is measured call by call and in batches of a thousand, where the way between JavaScript and LevelDB weighs
// less; its better time counts. It does not sync, and its files are in memory where there is a /dev/shm. Our tree runs
// its loop within Wasm. Both have 32 MB to keep blocks in.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const [module, packages, count] = [process.argv[2], process.argv[3], Number(process.argv[4])];
const require = createRequire(join(resolve(packages), "package.json"));
const { ClassicLevel } = require("classic-level");
const SortedBTree = require("sorted-btree").default;
const { instance } = await WebAssembly.instantiate(readFileSync(module), {});
const { lsm_prepare: prepare, lsm_insert_all: insertAll, lsm_settle: settle, lsm_get_all: getAll } = instance.exports;

const ROUNDS = 3;
const BATCH = 1000;
// As in lsm.rs.
const FACTOR = 0x9e3779b97f4a7c15n;
const STRIDE = 1_000_000_007n;

const key = (number) => BigInt.asUintN(64, BigInt(number) * FACTOR).toString(16).padStart(16, "0");
const numbers = Array.from({ length: count }, (_, number) => number);
const pairs = numbers.map((number) => ({ type: "put", key: key(number), value: String(number).padStart(100, "0") }));
const gets = numbers.map((place) => key((BigInt(place) * STRIDE) % BigInt(count)));

const best = new Map();
async function timed(name, work) {
  const start = performance.now();
  const done = await work();
  const nanos = ((performance.now() - start) * 1e6) / count;
  if (done !== count) throw new Error(`${name}: ${done} of ${count}`);
  best.set(name, Math.min(nanos, best.get(name) ?? Infinity));
}

const batches = (all) => Array.from({ length: Math.ceil(count / BATCH) }, (_, at) => all.slice(at * BATCH, (at + 1) * BATCH));
const found = (values) => values.filter((value) => value !== undefined).length;

async function level(inBatches) {
  const folder = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "level-"));
  const db = new ClassicLevel(folder, { cacheSize: 32 << 20 });
  await db.open();
  await timed("classic_level_insert_ns", async () => {
    if (inBatches) {
      for (const some of batches(pairs)) await db.batch(some);
    } else {
      for (const { key, value } of pairs) await db.put(key, value);
    }
    return count;
  });
  await timed("classic_level_get_ns", async () => {
    let values = 0;
    if (inBatches) {
      for (const some of batches(gets)) values += found(await db.getMany(some));
    } else {
      for (const each of gets) values += db.getSync(each) !== undefined;
    }
    return values;
  });
  await db.close();
  rmSync(folder, { recursive: true });
}

prepare(count);
for (let round = 0; round < ROUNDS; round += 1) {
  await timed("wasm_lsm_insert_ns", insertAll);
  settle();
  await timed("wasm_lsm_get_ns", getAll);
  await level(false);
  await level(true);
  const tree = new SortedBTree();
  await timed("sorted_btree_insert_ns", () => {
    for (const { key, value } of pairs) tree.set(key, value);
    return tree.size;
  });
  await timed("sorted_btree_get_ns", () => found(gets.map((each) => tree.get(each))));
}
for (const [name, nanos] of best) console.log(`${name} ${nanos.toFixed(1)}`);

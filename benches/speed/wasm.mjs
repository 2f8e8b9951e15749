// Times the same workload as Wasm: node wasm.mjs MODULE COUNT. Prints one figure a line, as the native program does.
import { readFileSync } from "node:fs";

const [module, count] = [process.argv[2], Number(process.argv[3])];
const { instance } = await WebAssembly.instantiate(readFileSync(module), {});
const { prepare, insert_all: insertAll, get_all: getAll } = instance.exports;

function timed(work) {
  const start = performance.now();
  work();
  return ((performance.now() - start) * 1e6) / count;
}

prepare(count);
const inserts = [];
const gets = [];
for (let round = 0; round < 3; round += 1) {
  inserts.push(timed(insertAll));
  gets.push(timed(() => {
    if (getAll() !== count) throw new Error("a key is missing");
  }));
}
console.log(`wasm_btree_insert_ns ${Math.min(...inserts).toFixed(1)}`);
console.log(`wasm_btree_get_ns ${Math.min(...gets).toFixed(1)}`);

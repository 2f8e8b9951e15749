//! Measuring.

use crate::Result;
use crate::run::{command, run, say};

/// Runs the benchmarks, which print a table; `json` has them write `target/bench.json` as well.
pub fn bench(json: bool) -> Result {
    say("measuring (compare figures of one run only: machines are shared and noisy)");
    let mut cargo = command("cargo");
    cargo.args(["bench", "--locked", "--bench", "budgets", "--"]);
    if json {
        cargo.arg("--json");
    }
    run(&mut cargo)
}

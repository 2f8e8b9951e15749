//! Every decoder against bytes that nobody wrote: none of them may make it panic, or keep it for long.
//!
//! [`targets`] is the one list. Each target begins with inputs that real runs have written, and with those of
//! `tests/fuzz/regressions/TARGET/` that once made it fall; a mutator with a seed makes more of them. So the same inputs
//! are tried everywhere, by stable Rust, in `cargo test`: a bounded number, never a bounded time.
//!
//! `cargo xtask fuzz [TARGET] [--seconds N]` goes on for longer, each time from another seed. An input that makes a target
//! fall is written to `tests/fuzz/regressions/TARGET/`, where it stays once the mistake is corrected.

mod avro;
mod mutate;
mod records;
mod sql;
mod targets;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use stepwise::engine::sim::Rng;
use targets::{TARGETS, Target};

/// An input that takes this long has a target go round and round.
const PATIENCE: Duration = Duration::from_secs(5);
/// How many inputs that passed are kept to be changed further.
const KEPT: usize = 64;

fn main() {
    let wanted = std::env::var("FUZZ_TARGET").ok();
    let seconds = std::env::var("FUZZ_SECONDS").ok().and_then(|text| text.parse().ok()).map(Duration::from_secs);
    let chosen: Vec<&Target> =
        TARGETS.iter().filter(|target| wanted.as_ref().is_none_or(|wanted| wanted == target.name)).collect();
    if chosen.is_empty() {
        let names: Vec<_> = TARGETS.iter().map(|target| target.name).collect();
        eprintln!("there is no target `{}`; there are: {}", wanted.unwrap_or_default(), names.join(", "));
        std::process::exit(2);
    }
    let mut failed = 0;
    for target in &chosen {
        match fuzz(target, seconds) {
            Ok(inputs) => println!("fuzz {:24} {inputs} inputs", target.name),
            Err(file) => {
                failed += 1;
                println!("fuzz {:24} FELL; the input is in {}", target.name, file.display());
            }
        }
    }
    // The line that `cargo xtask test` counts.
    let verdict = if failed == 0 { "ok" } else { "FAILED" };
    println!("test result: {verdict}. {} passed; {failed} failed", chosen.len() - failed);
    std::process::exit(i32::from(failed > 0));
}

/// Runs a target on what is known, then on what is made of it. The error is where the input stands that it fell over.
fn fuzz(target: &Target, seconds: Option<Duration>) -> Result<u64, PathBuf> {
    let folder = Path::new("tests/fuzz/regressions").join(target.name);
    let mut corpus = (target.seeds)();
    for file in fs::read_dir(&folder).into_iter().flatten() {
        corpus.push(fs::read(file.expect("a folder can be read").path()).expect("a regression can be read"));
    }
    corpus.push(Vec::new());
    let mut inputs = 0;
    for input in &corpus {
        attempt(target, input, &folder)?;
        inputs += 1;
    }
    let begun = Instant::now();
    let seed = seconds.map_or(1, |_| std::process::id().into());
    let mut rng = Rng::new(seed);
    let first = corpus.len();
    while seconds.map_or(inputs < target.inputs, |seconds| begun.elapsed() < seconds) {
        let input = mutate::mutated(&corpus, &mut rng);
        attempt(target, &input, &folder)?;
        inputs += 1;
        if corpus.len() < first + KEPT {
            corpus.push(input);
        } else if rng.one_in(16) {
            let place = first + rng.below(KEPT as u64) as usize;
            corpus[place] = input;
        }
    }
    Ok(inputs)
}

fn attempt(target: &Target, input: &[u8], folder: &Path) -> Result<(), PathBuf> {
    let begun = Instant::now();
    let stands = catch_unwind(AssertUnwindSafe(|| (target.run)(input))).is_ok();
    if stands && begun.elapsed() < PATIENCE {
        return Ok(());
    }
    let file = folder.join(format!("{:08x}", stepwise::engine::checksum::crc32(input)));
    fs::create_dir_all(folder).and_then(|()| fs::write(&file, input)).expect("a regression can be written");
    Err(file)
}

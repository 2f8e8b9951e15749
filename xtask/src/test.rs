//! All tests, in the order in which a mistake is found soonest; at the end one line that counts them.

use crate::Result;
use crate::run::{command, root, run, say, shown, target};
use crate::{site, tools};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

const PARTS: [&str; 5] = ["format", "clippy", "rust", "site", "browser"];
/// How many bytes a figure may need beside the player, compressed with Brotli, and what a part with another budget may have.
const OF_A_FIGURE: u64 = 150_000;
const BUDGETS: [(&str, u64); 2] = [("wasm_player", 165_000), ("heaviest_chapter_before_wasm", 200_000)];

/// What properties are tried with comes from this seed, so that the tests end the same way wherever they run. Other seeds are
/// for the hunt, and for whoever runs `cargo test`.
const SEED: &str = "PROPTEST_RNG_SEED";
const FIXED_SEED: &str = "1";

/// How many tests passed and failed.
#[derive(Default)]
struct Count {
    passed: u64,
    failed: u64,
}

/// Runs the parts that are asked for, or all.
pub fn test(asked: &[&str]) -> Result {
    if let Some(unknown) = asked.iter().find(|part| !PARTS.contains(part)) {
        return Err(format!("`{unknown}` is no part of the tests; there are: {}", PARTS.join(", ")));
    }
    let wanted = |part: &str| asked.is_empty() || asked.contains(&part);
    let mut count = Count::default();
    if wanted("format") {
        say("format");
        run(command("cargo").args(["fmt", "--all", "--check"]))?;
    }
    if wanted("clippy") {
        clippy()?;
    }
    if wanted("rust") {
        rust(&mut count);
    }
    let site = target().join("test-site");
    if wanted("site") || wanted("browser") {
        site::build_for_tests(&site)?;
    }
    if wanted("site") {
        budgets(&site, &mut count)?;
    }
    if wanted("browser") {
        browser(&site, &mut count)?;
    }
    println!("{} passed, {} failed", count.passed, count.failed);
    if count.failed == 0 { Ok(()) } else { Err(format!("{} tests failed", count.failed)) }
}

fn clippy() -> Result {
    tools::wasm_target()?;
    say("clippy, native and wasm32");
    let strict = ["--", "-D", "warnings"];
    run(command("cargo").args(["clippy", "--quiet", "--locked", "--workspace", "--all-targets"]).args(strict))?;
    let wasm = ["--target", "wasm32-unknown-unknown", "--package", "stepwise", "--lib", "--bin", "stepwise-player"];
    run(command("cargo").args(["clippy", "--quiet", "--locked"]).args(wasm).args(strict))
}

fn rust(count: &mut Count) {
    say("Rust tests");
    let mut tests = command("cargo");
    tests.args(["test", "--locked", "--workspace", "--no-fail-fast"]).env(SEED, FIXED_SEED);
    let (ended_well, text) = shown(&mut tests);
    let results = text.lines().filter_map(|line| line.strip_prefix("test result: "));
    let before = count.failed;
    for result in results {
        count.passed += number_before(result, " passed");
        count.failed += number_before(result, " failed");
    }
    if !ended_well && count.failed == before {
        // It did not even compile.
        count.failed += 1;
    }
}

/// Runs the fuzz targets, or one of them, for longer than the tests do. What makes one fall is kept as a regression.
pub fn fuzz(arguments: &[&str]) -> Result {
    let (mut target, mut seconds) = (None, "60");
    let mut rest = arguments;
    while let [word, after @ ..] = rest {
        rest = after;
        match (*word, after) {
            ("--seconds", [number, after @ ..]) if number.parse::<u64>().is_ok() => (seconds, rest) = (*number, after),
            (word, _) if target.is_none() && !word.starts_with('-') => target = Some(word),
            (word, _) => return Err(format!("`{word}` isn't understood; accepted: fuzz [TARGET] [--seconds N]")),
        }
    }
    let mut fuzz = command("cargo");
    fuzz.args(["test", "--locked", "--test", "fuzz"]).env("FUZZ_SECONDS", seconds);
    if let Some(target) = target {
        fuzz.env("FUZZ_TARGET", target);
    }
    run(&mut fuzz)
}

/// The tests of `tests/hunt` with many more random runs than the tests try, and how often each verdict occurred; then all
/// properties of the engine, with a new seed.
pub fn hunt(seeds: &str) -> Result {
    let hunt = ["test", "--locked", "--test", "hunt", "--", "--nocapture", "--test-threads=1"];
    run(command("cargo").args(hunt).env("HUNT_SEEDS", seeds))?;
    let seed = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()).to_string();
    say(&format!("properties, {SEED}={seed}"));
    let properties = ["test", "--locked", "--package", "stepwise-engine", "--lib", "--no-fail-fast"];
    run(command("cargo").args(properties).env(SEED, seed))
}

/// The number that stands before `word`.
fn number_before(text: &str, word: &str) -> u64 {
    let before = text.split_once(word).map_or("", |(before, _)| before);
    before.rsplit(|each: char| !each.is_ascii_digit()).next().and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

fn budgets(site: &Path, count: &mut Count) -> Result {
    for (name, bytes) in site::sizes(site)? {
        let other = BUDGETS.iter().find(|(each, _)| *each == name).map(|(_, limit)| *limit);
        let limit = other.unwrap_or(OF_A_FIGURE);
        if bytes <= limit {
            count.passed += 1;
        } else {
            eprintln!("{name}: {bytes} bytes, of at most {limit}");
            count.failed += 1;
        }
    }
    Ok(())
}

fn browser(site: &Path, count: &mut Count) -> Result {
    tools::for_browser_tests()?;
    let chromium = tools::chromium()?;
    let others = tools::beside_chromium()?;
    say("browser tests");
    let mut playwright = command("npx");
    playwright.args(["playwright", "test"]).current_dir(root().join("tests/browser"));
    let (ended_well, text) = shown(playwright.env("CHROMIUM", chromium).envs(others).env("SITE", site));
    // Playwright closes with lines such as `  12 passed (9.1s)`, `  1 failed`, `  1 flaky`, `  2 did not run`.
    let closing = |word: &str| {
        let counts = text.lines().filter(|line| {
            let rest = line.trim_start().trim_start_matches(|each: char| each.is_ascii_digit());
            line.starts_with("  ") && rest.starts_with(word)
        });
        counts.map(|line| number_before(line, word)).sum::<u64>()
    };
    let failed = closing(" failed") + closing(" didn't run") + closing(" interrupted");
    // A busy machine may need the second try that the configuration grants; Playwright's report names such a test.
    count.passed += closing(" passed") + closing(" flaky");
    count.failed += if failed == 0 && !ended_well { 1 } else { failed };
    Ok(())
}

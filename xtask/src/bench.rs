//! Measuring. Compare figures of one run only: machines are shared, and noisy.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use crate::Result;
use crate::run::{asked, command, root, run, say, target};
use crate::{site, tools};

/// How many keys the trees are filled with.
const KEYS: &str = "1000000";
/// Where two builds of one tree are compared there are fewer keys and more turns: a tree that stays in the caches shows the
/// instructions that a probe would add, and not the memory of a machine that others use, too.
const KEYS_BY_TURNS: &str = "50000";
const TURNS: usize = 30;

/// One number that was measured, and what is promised of it.
struct Figure {
    /// With its unit.
    name: String,
    value: f64,
    /// `at least 0.5`, or nothing where nothing is promised.
    goal: &'static str,
}

/// Measures speeds and sizes and prints a table; `json` writes `target/bench.json` as well.
pub fn bench(json: bool) -> Result {
    tools::for_site()?;
    let mut figures = Vec::new();

    say("natively: the B-tree beside the standard library's BTreeMap (1,000,000 keys), and a million of `staleness`");
    let native = build_native(&root(), &target())?;
    figures.extend(measured(native.to_str().ok_or("the target folder has a strange name")?, &[KEYS])?);

    say("the same code with every `probe.step(…)` taken out, and with an unused probe, by turns");
    let bare = build_native(&without_probes()?, &target().join("without-probes/target"))?;
    figures.extend(by_turns(&native, &bare)?);

    say("the same engine as Wasm, in Node.js, at full speed as above; the one that pages load is built for size");
    let package = ["--package", "stepwise-speed", "--lib"];
    run(command("cargo").args(["build", "--quiet", "--profile", "bench", "--target", tools::WASM]).args(package))?;
    let module = target().join(tools::WASM).join("release/stepwise_speed.wasm");
    let script = root().join("benches/speed/wasm.mjs");
    figures.extend(measured("node", &[&script.to_string_lossy(), &module.to_string_lossy(), KEYS])?);

    say("the LSM-tree as Wasm beside npm's classic-level and sorted-btree (200,000 keys)");
    let packages = tools::stores_of_npm()?;
    let script = root().join("benches/speed/stores.mjs").to_string_lossy().into_owned();
    figures.extend(measured("node", &[&script, &module.to_string_lossy(), &packages.to_string_lossy(), "200000"])?);

    say("the LSM-tree beside fjall, sled and redb (200,000 keys); their first build takes some minutes");
    figures.extend(measured(build_apart("stores")?.to_str().ok_or("the target folder has a strange name")?, &[])?);

    figures.extend(of_formats()?);
    figures.extend(of_sql()?);
    figures.extend(of_texts()?);

    say("a recording of 2,000 steps");
    let recording = asked("cargo", &["bench", "--quiet", "--bench", "recording"]).ok_or("the benchmark failed")?;
    figures.extend(read(&recording));

    say("sizes");
    site::build()?;
    say("steps in Chromium");
    figures.extend(in_the_browser()?);

    let sizes = site::sizes(&root().join("dist"))?;
    figures.extend(sizes.into_iter().map(|(name, bytes)| plain(&format!("{name}_bytes"), bytes as f64)));

    add_ratios(&mut figures);
    show(&mut figures);
    if json {
        let file = target().join("bench.json");
        fs::write(&file, as_json(&figures)).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(())
}

/// Measures how long the formats take beside their own libraries, and prints a table.
pub fn formats() -> Result {
    show_beside(of_formats()?);
    Ok(())
}

/// Measures how long queries take beside SQLite, and prints a table.
pub fn sql() -> Result {
    show_beside(of_sql()?);
    Ok(())
}

/// Measures how long a text takes beside yrs, and prints a table.
pub fn texts() -> Result {
    show_beside(of_texts()?);
    Ok(())
}

fn show_beside(mut figures: Vec<Figure>) {
    add_ratios(&mut figures);
    show(&mut figures);
}

fn of_sql() -> Result<Vec<Figure>> {
    say("SQL over 100,000 rows, beside SQLite's, by turns");
    let bin =
        ["run", "--quiet", "--locked", "--profile", "bench", "--package", "stepwise-speed", "--bin", "stepwise-sql"];
    measured("cargo", &bin)
}

fn of_texts() -> Result<Vec<Figure>> {
    say("a text of 100,000 keystrokes, beside yrs, by turns; its first build takes a minute");
    measured(build_apart("texts")?.to_str().ok_or("the target folder has a strange name")?, &[])
}

fn of_formats() -> Result<Vec<Figure>> {
    say("a million worked records written and read in each format, and by its own library, by turns");
    let bench = ["bench", "--quiet", "--locked", "--package", "stepwise-oracles", "--bench", "formats"];
    measured("cargo", &bench)
}

fn show(figures: &mut [Figure]) {
    figures.iter_mut().for_each(add_goal);
    for figure in figures {
        println!("{:<44}{:>14.2}  {}", figure.name, figure.value, figure.goal);
    }
}

/// What steps cost on the main thread of a browser.
fn in_the_browser() -> Result<Vec<Figure>> {
    tools::for_browser_tests()?;
    let chromium = tools::chromium()?;
    let mut server = command("node")
        .arg(root().join("tests/browser/server.mjs"))
        .spawn()
        .map_err(|error| format!("the server of the browser tests: {error}"))?;
    let script = root().join("benches/steps.mjs").to_string_lossy().into_owned();
    let out = command("node").arg(script).env("CHROMIUM", chromium).output();
    // It serves for this alone; one that is gone already is gone.
    let _ = server.kill();
    let out = out.map_err(|error| format!("the steps in Chromium: {error}"))?;
    match out.status.success() {
        true => Ok(read(&String::from_utf8_lossy(&out.stdout))),
        false => Err(format!("the steps in Chromium: {}", String::from_utf8_lossy(&out.stderr))),
    }
}

/// Builds the native program of the workspace at `root`, and says where it is.
fn build_native(root: &Path, target: &Path) -> Result<PathBuf> {
    let mut cargo = command("cargo");
    cargo.args(["build", "--quiet", "--profile", "bench", "--package", "stepwise-speed", "--bin", "stepwise-speed"]);
    if root.starts_with(crate::run::target()) {
        // Without its steps some code of the copy is unused, and that is no news.
        cargo.env("RUSTFLAGS", "-Awarnings");
    }
    run(cargo.current_dir(root).env("CARGO_TARGET_DIR", target))?;
    Ok(target.join("release/stepwise-speed"))
}

/// Builds a comparison that is a workspace of its own, and says where it is.
fn build_apart(name: &str) -> Result<PathBuf> {
    let target = target().join(name);
    let manifest = root().join("benches").join(name).join("Cargo.toml");
    let mut cargo = command("cargo");
    cargo.args(["build", "--quiet", "--release", "--locked", "--manifest-path"]).arg(manifest);
    run(cargo.env("CARGO_TARGET_DIR", &target))?;
    Ok(target.join("release").join(format!("stepwise-{name}")))
}

/// A copy of the engines and their workload in which the B-tree tells no probe any step.
fn without_probes() -> Result<PathBuf> {
    let copy = target().join("without-probes");
    let failed = |error: std::io::Error| format!("{}: {error}", copy.display());
    for part in ["src/derive", "src/engine", "benches/speed"] {
        copy_folder(&root().join(part), &copy.join(part)).map_err(failed)?;
    }
    let manifest = fs::read_to_string(root().join("Cargo.toml")).map_err(failed)?;
    // The tables that the two packages inherit from, and how they are compiled; not our own package.
    let tables = manifest.split("\n[").filter(|table| {
        ["workspace.package]", "profile.release]", "profile.bench]"].iter().any(|name| table.starts_with(name))
    });
    let tables: String = tables.map(|table| format!("[{table}\n")).collect();
    let workspace = "[workspace]\nmembers = [\"benches/speed\", \"src/derive\", \"src/engine\"]\nresolver = \"3\"\n";
    fs::write(copy.join("Cargo.toml"), format!("{workspace}\n{tables}")).map_err(failed)?;
    fs::copy(root().join("Cargo.lock"), copy.join("Cargo.lock")).map_err(failed)?;
    Ok(copy)
}

fn copy_folder(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let copy = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            copy_folder(&path, &copy)?;
        } else if path.components().any(|part| part.as_os_str() == "btree") {
            fs::write(copy, without_steps(&fs::read_to_string(path)?))?;
        } else {
            fs::copy(path, copy)?;
        }
    }
    Ok(())
}

/// The source with `()` in the place of every `probe.step(…)`, which has that very value.
fn without_steps(source: &str) -> String {
    const CALL: &str = "probe.step(";
    let mut rest = source;
    let mut bare = String::with_capacity(source.len());
    while let Some(at) = rest.find(CALL) {
        bare.push_str(&rest[..at]);
        bare.push_str("()");
        let mut depth = 0;
        let end = rest[at..].find(|letter| {
            depth += i32::from(letter == '(') - i32::from(letter == ')');
            letter == ')' && depth == 0
        });
        rest = end.map_or("", |end| &rest[at + end + 1..]);
    }
    bare + rest
}

/// The figures that a program prints, a line each.
/// The B-tree with an unused probe (`probed_…`) and without any (`bare_…`), measured by turns so that both meet the
/// machine in the same moods; the best of each counts.
fn by_turns(probed: &Path, bare: &Path) -> Result<Vec<Figure>> {
    let mut best: Vec<Figure> = Vec::new();
    for _ in 0..TURNS {
        for (build, program) in [("probed", probed), ("bare", bare)] {
            let program = program.to_str().ok_or("the target folder has a strange name")?;
            for figure in measured(program, &[KEYS_BY_TURNS, "tree"])? {
                let name = format!("{build}_{}", figure.name);
                match best.iter_mut().find(|each| each.name == name) {
                    Some(known) => known.value = known.value.min(figure.value),
                    None => best.push(plain(&name, figure.value)),
                }
            }
        }
    }
    Ok(best)
}

fn measured(program: &str, arguments: &[&str]) -> Result<Vec<Figure>> {
    asked(program, arguments).map(|text| read(&text)).ok_or_else(|| format!("`{program}` failed"))
}

fn read(text: &str) -> Vec<Figure> {
    let line = |line: &str| {
        let (name, value) = line.split_once(' ')?;
        Some(plain(name, value.parse().ok()?))
    };
    text.lines().filter_map(line).collect()
}

fn plain(name: &str, value: f64) -> Figure {
    Figure { name: name.to_owned(), value, goal: "" }
}

/// The ratios that something is promised of: of speeds, so 1 is as fast, and less is slower; of formats and of SQL how many
/// times as long as their own libraries and SQLite they take.
fn add_ratios(figures: &mut Vec<Figure>) {
    let times = figures.iter().filter_map(|own| {
        let (format, action) = own.name.strip_prefix("format_")?.split_once("_own_")?;
        let action = action.strip_suffix("_ns")?;
        let ours = figures.iter().find(|ours| ours.name == format!("format_{format}_{action}_ns"))?;
        Some(plain(&format!("times_of_own_{format}_{action}"), ours.value / own.value))
    });
    figures.extend(times.collect::<Vec<_>>());
    let times = figures.iter().filter_map(|theirs| {
        let query = theirs.name.strip_prefix("sql_")?.strip_suffix("_sqlite_ms")?;
        let ours = figures.iter().find(|ours| ours.name == format!("sql_{query}_ms"))?;
        Some(plain(&format!("times_of_sqlite_{query}"), ours.value / theirs.value))
    });
    figures.extend(times.collect::<Vec<_>>());
    for action in ["write_ms", "read_ms", "keystroke_bytes"] {
        let find = |name: String| figures.iter().find(|figure| figure.name == name).map(|figure| figure.value);
        let (ours, yrs) = (find(format!("texts_{action}")), find(format!("texts_yrs_{action}")));
        if let (Some(ours), Some(yrs)) = (ours, yrs) {
            figures.push(plain(&format!("times_of_yrs_{action}"), ours / yrs));
        }
    }
    // Of the three other stores the fastest counts.
    for action in ["put", "get"] {
        let time = |store: &str| {
            let name = format!("stores_{store}_{action}_ns");
            figures.iter().find(|figure| figure.name == name).map(|figure| figure.value)
        };
        let others = ["fjall", "sled", "redb"].into_iter().filter_map(time).reduce(f64::min);
        if let (Some(fastest), Some(ours)) = (others, time("lsm")) {
            figures.push(plain(&format!("speed_of_other_stores_{action}"), fastest / ours));
        }
    }
    for action in ["insert", "get"] {
        let time = |name: &str| {
            let name = format!("{name}_{action}_ns");
            figures.iter().find(|figure| figure.name == name).map(|figure| figure.value)
        };
        if let (Some(theirs), Some(ours)) = (time("classic_level"), time("wasm_lsm")) {
            figures.push(plain(&format!("speed_of_classic_level_{action}"), theirs / ours));
        }
        let engine = format!("btree_{action}_ns");
        for (name, slower, faster) in [
            (format!("speed_with_unused_probe_{action}"), format!("probed_{engine}"), format!("bare_{engine}")),
            (format!("speed_of_btreemap_{action}"), engine.clone(), format!("std_btreemap_{action}_ns")),
            (format!("speed_of_native_in_wasm_{action}"), format!("wasm_{engine}"), engine.clone()),
        ] {
            let find = |name: &str| figures.iter().find(|figure| figure.name == name).map(|figure| figure.value);
            if let (Some(slower), Some(faster)) = (find(&slower), find(&faster)) {
                figures.push(plain(&name, faster / slower));
            }
        }
    }
}

fn add_goal(figure: &mut Figure) {
    figure.goal = match &*figure.name {
        name if name.starts_with("speed_with_unused_probe") => "at least 0.95",
        "speed_of_other_stores_put" => "at least 1",
        name if name.starts_with("speed_of_classic_level") => "at least 1",
        name if name.starts_with("speed_of_") => "at least 0.5",
        name if name.starts_with("times_of_own_") => "at most 3",
        name if name.starts_with("times_of_sqlite_") => "at most 5",
        "times_of_yrs_write_ms" | "times_of_yrs_read_ms" => "at most 10",
        "recording_2000_steps_mb" => "at most 64",
        "staleness_million_s" => "at most 1",
        "texts_long_s" | "long_collab_s" => "at most 5",
        "long_duel_s" => "at most 60",
        "long_staleness_s" => "at most 10",
        name if name.starts_with("long_") && name.ends_with("_longest_task_ms") => "at most 50",
        name if name.starts_with("step_") && name.ends_with("_p95_ms") => "at most 16",
        "wasm_player_bytes" => "at most 165000",
        "heaviest_chapter_before_wasm_bytes" => "at most 200000",
        name if name.starts_with("wasm_") && name.ends_with("_bytes") => "at most 150000",
        _ => "",
    };
}

fn as_json(figures: &[Figure]) -> String {
    let mut json = String::from("{\n");
    for (place, figure) in figures.iter().enumerate() {
        let comma = if place + 1 == figures.len() { "" } else { "," };
        writeln!(json, "  \"{}\": {}{comma}", figure.name, figure.value).expect("a string takes all");
    }
    json + "}\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_taken_out_and_nothing_else() {
        let source = "a(); probe.step(|| Event::Put(b(c)), self); d();\nmatch e { _ => probe.step(|| f(), self) }";
        assert_eq!(without_steps(source), "a(); (); d();\nmatch e { _ => () }");
    }

    #[test]
    fn a_format_is_put_beside_its_own_library() {
        let mut figures = read("format_thrift_binary_read_ns 250.0\nformat_thrift_binary_own_read_ns 100.0");
        add_ratios(&mut figures);
        figures.iter_mut().for_each(add_goal);
        let last = figures.last().expect("there are three");
        assert_eq!((&*last.name, last.value, last.goal), ("times_of_own_thrift_binary_read", 2.5, "at most 3"));
    }

    #[test]
    fn a_query_is_put_beside_sqlite() {
        let mut figures = read("sql_group_ms 80.0\nsql_group_sqlite_ms 20.0");
        add_ratios(&mut figures);
        figures.iter_mut().for_each(add_goal);
        let last = figures.last().expect("there are three");
        assert_eq!((&*last.name, last.value, last.goal), ("times_of_sqlite_group", 4.0, "at most 5"));
    }

    #[test]
    fn a_text_is_put_beside_yrs() {
        let mut figures = read("texts_write_ms 80.0\ntexts_yrs_write_ms 20.0");
        add_ratios(&mut figures);
        figures.iter_mut().for_each(add_goal);
        let last = figures.last().expect("there are three");
        assert_eq!((&*last.name, last.value, last.goal), ("times_of_yrs_write_ms", 4.0, "at most 10"));
    }

    #[test]
    fn figures_are_read_and_written() {
        let mut figures = read("btree_get_ns 50.0\nstd_btreemap_get_ns 25\nnoise");
        add_ratios(&mut figures);
        let json = as_json(&figures);
        assert_eq!(
            json,
            "{\n  \"btree_get_ns\": 50,\n  \"std_btreemap_get_ns\": 25,\n  \"speed_of_btreemap_get\": 0.5\n}\n"
        );
    }
}

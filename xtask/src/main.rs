//! `cargo xtask`: everything that is done to the project besides editing it. Each task first sets up what it needs, and
//! says so; on a machine that has it all, setting up takes no time.

mod bench;
mod run;
mod shelves;
mod site;
mod test;
mod tools;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask serve [--port N]   build the book and serve it at http://127.0.0.1:8080, anew after every change
cargo xtask build              write the site to dist/, fit for any static host and below any path
cargo xtask test [PART …]      run all tests, or only some parts of: format, clippy, rust, site, browser
cargo xtask fuzz [TARGET] [--seconds N]   try every decoder, or one, with bytes by chance, each for 60 seconds
cargo xtask hunt [--seeds N]   judge 20,000 random runs of each cluster, or N, by a checker that isn't the engines' own; then all
                              properties of the engines with a new seed
cargo xtask bench [--json]     measure speeds and sizes; with --json also into target/bench.json
cargo xtask bench formats      measure only the formats, each beside its own library
cargo xtask bench sql          measure only queries, beside SQLite
cargo xtask bench texts        measure only texts, beside yrs

Each sets up what is missing first: the wasm32 target, trunk, wasm-bindgen, and for the browser tests the packages of
tests/browser and a Chromium; on Debian also Firefox, WebKitGTK's driver and librsvg's converter, without which their tests
are skipped. Node.js itself is taken from the system, or installed by its package manager.
";

/// What a task comes to; the text is for whoever started it.
type Result<T = ()> = std::result::Result<T, String>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words[..] {
        ["serve"] => site::serve("8080"),
        ["serve", "--port", port] if port.parse::<u16>().is_ok() => site::serve(port),
        ["build"] => site::build(),
        ["test", ref parts @ ..] => test::test(parts),
        ["fuzz", ref rest @ ..] => test::fuzz(rest),
        ["hunt"] => test::hunt("20000"),
        ["hunt", "--seeds", seeds] if seeds.parse::<u64>().is_ok() => test::hunt(seeds),
        ["bench"] => bench::bench(false),
        ["bench", "formats"] => bench::formats(),
        ["bench", "sql"] => bench::sql(),
        ["bench", "texts"] => bench::texts(),
        ["bench", "--json"] => bench::bench(true),
        // For trunk alone, which says where it puts the site, and where that will stand.
        [hook @ ("pages" | "split")] => match ["TRUNK_STAGING_DIR", "TRUNK_DIST_DIR"].map(std::env::var_os) {
            [Some(site), Some(dist)] if hook == "pages" => site::pages(site.as_ref(), dist.as_ref()),
            [Some(site), Some(dist)] => shelves::split(site.as_ref(), dist.as_ref()),
            _ => Err("trunk calls this while it builds the site; see Trunk.toml".to_owned()),
        },
        ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        _ => {
            eprintln!("xtask: `{}` is no task. There are:\n\n{HELP}", words.join(" "));
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}

//! Building and serving the site.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Result;
use crate::run::{command, root, run, say};
use crate::{shelves, tools};

/// Writes the site to `dist/`.
pub fn build() -> Result {
    tools::for_site()?;
    say("building the site into dist/");
    run(trunk().args(["build", "--release"]))?;
    for (name, bytes) in sizes(&root().join("dist"))? {
        println!("{:>9}  {name}", format!("{:.1} KB", bytes as f64 / 1000.0));
    }
    Ok(())
}

/// Builds the site with the command that makes a figure panic, for the browser tests alone.
pub fn build_for_tests(out: &Path) -> Result {
    say("building the site of the browser tests");
    run(trunk().args(["build", "--release", "--features", "panic-for-tests", "--dist"]).arg(out))
}

/// Serves the site and builds it anew after every change, until it is interrupted.
pub fn serve(port: &str) -> Result {
    tools::for_site()?;
    say(&format!("serving the book at http://127.0.0.1:{port}/ (stop with Ctrl-C)"));
    run(trunk().args(["serve", "--release", "--no-autoreload", "--port", port]))
}

/// Trunk, which compiles the Wasm without the paths of this machine (panics would carry them to every reader) and with
/// what is needed to take it apart.
fn trunk() -> Command {
    let mut flags = "-Clink-arg=--emit-relocs".to_owned();
    let home = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")));
    if let Some(home) = home {
        flags += &format!(" --remap-path-prefix={}=", home.join("registry/src").display());
    }
    let mut trunk = command("trunk");
    trunk.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags);
    trunk
}

/// What a reader fetches, compressed as a host would: the Wasm of a page whose figures stand on one shelf, what comes on
/// top when a drawer is opened, the Wasm of all, and what a chapter needs before any.
pub fn sizes(site: &Path) -> Result<Vec<(String, u64)>> {
    let compressed = |file: &Path| -> Result<u64> {
        let bytes = fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let mut out = Vec::new();
        let mut reader = brotli::CompressorReader::new(&bytes[..], 1 << 16, 11, 22);
        std::io::copy(&mut reader, &mut out).map_err(|error| error.to_string())?;
        Ok(out.len() as u64)
    };
    let player = compressed(&site.join("stepwise-player_bg.wasm"))?;
    let mut sizes = Vec::new();
    let mut modules = BTreeMap::new();
    for (part, names) in shelves::list(site)? {
        let mut page = if part == shelves::DRAWERS { 0 } else { player };
        for name in names {
            let size = compressed(&name)?;
            page += size;
            modules.insert(name, size);
        }
        sizes.push((format!("wasm_{part}"), page));
    }
    sizes.push(("wasm_all".to_owned(), player + modules.values().sum::<u64>()));
    let mut before_wasm = 0;
    for file in first_paint(site)? {
        before_wasm += if file.ends_with(".woff2") {
            fs::metadata(site.join(&file)).map_err(|error| format!("{file}: {error}"))?.len()
        } else {
            compressed(&site.join(&file))?
        };
    }
    sizes.push(("glue".to_owned(), compressed(&site.join("stepwise-player.js"))?));
    sizes.push(("heaviest_chapter_before_wasm".to_owned(), before_wasm));
    Ok(sizes)
}

/// The heaviest chapter, and the styles and fonts beside it.
fn first_paint(site: &Path) -> Result<Vec<String>> {
    let list = |folder: &str, ending: &str| -> Result<Vec<String>> {
        let entries = fs::read_dir(site.join(folder)).map_err(|error| format!("{folder}: {error}"))?;
        let names = entries.filter_map(|entry| Some(format!("{folder}{}", entry.ok()?.file_name().to_str()?)));
        Ok(names.filter(|name| name.ends_with(ending)).collect())
    };
    let mut chapters = list("storage/", ".html")?;
    chapters.extend(list("replication/", ".html")?);
    chapters.sort_by_key(|file| fs::metadata(site.join(file)).map_or(0, |file| file.len()));
    let heaviest = chapters.pop().ok_or("the site has no chapters")?;
    let mut files = vec![heaviest];
    files.extend(list("", ".css")?);
    files.extend(list("fonts/", ".css")?);
    files.extend(list("fonts/", ".woff2")?);
    Ok(files)
}

//! Building and serving the site.

use std::env;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::Result;
use crate::run::{command, root, run, say, target, told};
use crate::{shelves, tools};

/// Says to the hooks of trunk how the player is compiled: a profile of cargo's.
const PROFILE: &str = "STEPWISE_PROFILE";
/// The page that is there if the book is.
const COVER: &str = "index.html";

/// Writes the site to `dist/`.
pub fn build() -> Result {
    tools::for_site()?;
    say("building the site into dist/");
    run(trunk("release").args(["build", "--release"]))?;
    for (name, bytes) in sizes(&root().join("dist"))? {
        println!("{:>9}  {name}", format!("{:.1} KB", bytes as f64 / 1000.0));
    }
    Ok(())
}

/// Builds the site as it is published, and with the command that makes a figure panic, for the tests alone.
pub fn build_for_tests(out: &Path) -> Result {
    tools::for_site()?;
    say("building the site of the tests");
    run(trunk("release").args(["build", "--release", "--features", "panic-for-tests", "--dist"]).arg(out))
}

/// Serves the site and builds it anew after every change, until it is interrupted.
pub fn serve(port: &str) -> Result {
    let begun = Instant::now();
    tools::for_site()?;
    if begun.elapsed().as_secs() > 5 {
        say(&format!("the tools are there after {} s", begun.elapsed().as_secs()));
    }
    if !root().join("dist").join(COVER).exists() {
        say("building the book: about three minutes this time, seconds when it is there and little has changed");
    }
    say(&format!("the book will be at http://127.0.0.1:{port}/ (stop with Ctrl-C)"));
    run(trunk("serve").args(["serve", "--cargo-profile", "serve", "--no-autoreload", "--port", port]))
}

/// Trunk, which compiles the Wasm without the paths of this machine (panics would carry them to every reader) and with
/// what is needed to take it apart.
fn trunk(profile: &str) -> Command {
    let mut flags = "-Clink-arg=--emit-relocs".to_owned();
    let home = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")));
    if let Some(home) = home {
        flags += &format!(" --remap-path-prefix={}=", home.join("registry/src").display());
    }
    let mut trunk = command("trunk");
    trunk.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags).env(PROFILE, profile);
    trunk
}

/// The profile that trunk compiles the player with, for its hooks.
pub fn profile() -> String {
    env::var(PROFILE).unwrap_or_else(|_| "release".to_owned())
}

/// Whether the site is made to be published.
pub fn is_release() -> bool {
    profile() == "release"
}

/// Writes the pages of the book into `site`, which becomes `dist`. What `dist` has already is taken from it, if nothing
/// that the pages are made of has changed since; a release is made whole.
pub fn pages(site: &Path, dist: &Path) -> Result {
    run(command("cargo").args(["build", "--quiet", "--locked", "--bin", "stepwise"]))?;
    let builder = target().join("debug/stepwise").with_extension(env::consts::EXE_EXTENSION);
    let mut state = DefaultHasher::new();
    for made_of in [builder.clone(), root().join("chapters"), root().join("static"), root().join("src")] {
        for file in files(&made_of)? {
            let about = fs::metadata(&file).map_err(told(&file))?;
            (&file, about.len(), about.modified().ok()).hash(&mut state);
        }
    }
    let state = format!("{:016x}", state.finish());
    let name = dist.file_name().unwrap_or_default().to_string_lossy();
    let kept = target().join(format!("pages-of-{name}"));
    if !is_release() && dist.join(COVER).exists() && fs::read_to_string(&kept).is_ok_and(|kept| kept == state) {
        return copy_missing(dist, site);
    }
    let _ = fs::remove_file(&kept);
    run(command(&builder).arg("build"))?;
    fs::write(&kept, state).map_err(told(&kept))
}

/// Copies the files that `to` lacks; what trunk has in hand stands in a folder with a dot.
fn copy_missing(from: &Path, to: &Path) -> Result {
    for file in files(from)? {
        let name = file.strip_prefix(from).expect("it was found there");
        let goal = to.join(name);
        if name.to_string_lossy().starts_with('.') || goal.exists() {
            continue;
        }
        fs::create_dir_all(goal.parent().expect("it is in a folder")).map_err(told(&goal))?;
        fs::copy(&file, &goal).map_err(told(&file))?;
    }
    Ok(())
}

/// The files below a folder, or the file itself, in order.
fn files(place: &Path) -> Result<Vec<PathBuf>> {
    if !place.is_dir() {
        return Ok(vec![place.to_owned()]);
    }
    let mut inside: Vec<_> = fs::read_dir(place).map_err(told(place))?.flatten().map(|entry| entry.path()).collect();
    inside.sort();
    Ok(inside.iter().map(|path| files(path)).collect::<Result<Vec<_>>>()?.concat())
}

/// What a reader fetches, compressed as a host would: the player, what each figure needs beside it, what comes on top when a
/// drawer is opened, and what a chapter needs before any Wasm.
pub fn sizes(site: &Path) -> Result<Vec<(String, u64)>> {
    let compressed = |file: &Path| -> Result<u64> {
        let bytes = fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let mut out = Vec::new();
        let mut reader = brotli::CompressorReader::new(&bytes[..], 1 << 16, 11, 22);
        std::io::copy(&mut reader, &mut out).map_err(|error| error.to_string())?;
        Ok(out.len() as u64)
    };
    let player = compressed(&site.join("stepwise-player_bg.wasm"))?;
    let mut sizes = vec![("wasm_player".to_owned(), player)];
    for (part, file) in shelves::list(site)? {
        sizes.push((format!("wasm_{part}"), compressed(&file)?));
    }
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

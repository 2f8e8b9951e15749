//! The tools that the tasks stand on: found, or installed by cargo, npm or the system's package manager.

use std::path::PathBuf;

use crate::Result;
use crate::run::{asked, command, root, run, say, target};

/// 0.22 needs a newer Rust than the project does.
const TRUNK: &str = "0.21.14";
/// Must be the very version that Cargo.lock has of the crate `wasm-bindgen`.
const WASM_BINDGEN: &str = "0.2.129";
pub const WASM: &str = "wasm32-unknown-unknown";

/// Everything that a build of the site needs.
pub fn for_site() -> Result {
    wasm_target()?;
    cargo_tool("wasm-bindgen", "wasm-bindgen-cli", WASM_BINDGEN, "wasm-bindgen 0.2.129", "a minute", &[])?;
    // It fetches nothing here (Trunk.toml) and serves this machine alone: it needs no TLS.
    cargo_tool("trunk", "trunk", TRUNK, "trunk 0.21.", "two minutes", &["--no-default-features"])
}

pub fn wasm_target() -> Result {
    let installed = asked("rustup", &["target", "list", "--installed"]);
    match installed {
        Some(targets) if targets.lines().any(|target| target == WASM) => Ok(()),
        Some(_) => {
            say("adding the compilation target wasm32 to Rust");
            run(command("rustup").args(["target", "add", WASM]))
        }
        // A Rust that does not come from rustup has its targets from elsewhere.
        None => match asked("rustc", &["--print", "target-libdir", "--target", WASM]) {
            Some(folder) if PathBuf::from(&folder).exists() => Ok(()),
            _ => Err(format!(
                "Rust lacks the target {WASM}, and there is no rustup to add it; install rustup, or the target"
            )),
        },
    }
}

/// A tool of that version, from the PATH or from the project's own folder, where it is installed if need be.
fn cargo_tool(program: &str, package: &str, version: &str, wanted: &str, time: &str, more: &[&str]) -> Result {
    if asked(program, &["--version"]).is_some_and(|found| found.starts_with(wanted)) {
        return Ok(());
    }
    let folder = target().join("tools");
    say(&format!("installing {program} {version} into {} (about {time}, once)", folder.display()));
    // Both as quickly as can be, and what both need only once: that they run slower for it is not felt.
    let mut install = command("cargo");
    install.args(["install", "--locked", "--debug", "--version", version, package, "--root"]).arg(&folder).args(more);
    install.env("CARGO_PROFILE_DEV_DEBUG", "0").env("CARGO_INCREMENTAL", "0");
    run(install.env("CARGO_TARGET_DIR", folder.join("build")))
}

/// Node.js and the packages of the browser tests.
pub fn for_browser_tests() -> Result {
    if asked("npm", &["--version"]).is_none() {
        install("Node.js with npm", &["nodejs", "npm"])?;
    }
    let folder = root().join("tests/browser");
    let lock = std::fs::metadata(folder.join("package-lock.json")).and_then(|file| file.modified());
    let installed = std::fs::metadata(folder.join("node_modules/.package-lock.json")).and_then(|file| file.modified());
    let is_fresh = matches!((lock, installed), (Ok(lock), Ok(installed)) if installed >= lock);
    if is_fresh {
        return Ok(());
    }
    say("installing the packages of the browser tests (npm ci)");
    run(command("npm").args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]).current_dir(folder))
}

/// A folder below `target` with the two stores of npm's that the LSM-tree is measured beside.
pub fn stores_of_npm() -> Result<PathBuf> {
    const PACKAGES: [&str; 2] = ["classic-level@3.0.0", "sorted-btree@2.1.0"];
    let folder = target().join("npm");
    if !PACKAGES.iter().all(|package| {
        let name = package.split('@').next().unwrap_or_default();
        folder.join("node_modules").join(name).exists()
    }) {
        say("installing classic-level and sorted-btree (npm install)");
        let options = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-save", "--prefix"];
        run(command("npm").args(options).arg(&folder).args(PACKAGES))?;
    }
    Ok(folder)
}

/// A Chromium, from $CHROMIUM, the PATH, or the system's package manager.
pub fn chromium() -> Result<PathBuf> {
    if let Some(chosen) = std::env::var_os("CHROMIUM") {
        return Ok(PathBuf::from(chosen));
    }
    if let Some(found) = find_chromium() {
        return Ok(found);
    }
    install("Chromium", &["chromium"])?;
    find_chromium().ok_or_else(|| "no Chromium is found; install one, or name it in $CHROMIUM".to_owned())
}

fn find_chromium() -> Option<PathBuf> {
    const MAC: &str = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
    let mac = || Some(PathBuf::from(MAC)).filter(|program| program.is_file());
    find(&["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]).or_else(mac)
}

/// A program of one of these names on the PATH.
fn find(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders = std::env::split_paths(&path);
    folders.flat_map(|folder| names.iter().map(move |name| folder.join(name))).find(|program| program.is_file())
}

/// What the browser tests try beside Chromium: the other two engines, and the reader of SVG that most programs have. Each by
/// the name that the tests know it by. What a Debian lacks is installed; anywhere else it is left out, and its tests are
/// skipped by name.
pub fn beside_chromium() -> Result<Vec<(&'static str, PathBuf)>> {
    const PROGRAMS: [(&str, &str, &[&str], &[&str]); 3] = [
        ("RSVG", "librsvg's converter", &["rsvg-convert"], &["librsvg2-bin"]),
        ("FIREFOX", "Firefox", &["firefox-esr", "firefox"], &["firefox-esr"]),
        ("WEBKIT_DRIVER", "WebKitGTK's driver", &["WebKitWebDriver"], &["webkit2gtk-driver", "xvfb", "xauth"]),
    ];
    let is_debian = std::path::Path::new("/etc/debian_version").exists();
    let mut there = Vec::new();
    for (variable, what, names, packages) in PROGRAMS {
        // WebKit's driver wants a screen, and a browser to drive.
        let found = || match find(names)? {
            driver if variable == "WEBKIT_DRIVER" => {
                find(&["xvfb-run"])?;
                Some(vec![(variable, driver), ("WEBKIT_BROWSER", mini_browser()?)])
            }
            program => Some(vec![(variable, program)]),
        };
        if found().is_none() && is_debian {
            install(what, packages)?;
        }
        match found() {
            Some(programs) => there.extend(programs),
            None => say(&format!("{what} is not installed: its tests are skipped")),
        }
    }
    Ok(there)
}

/// The browser that WebKitGTK comes with, in the folder of its library.
fn mini_browser() -> Option<PathBuf> {
    let libraries = std::fs::read_dir("/usr/lib").ok()?.flatten().map(|entry| entry.path());
    let folders = libraries.flat_map(|folder| ["webkit2gtk-4.1", "webkit2gtk-4.0"].map(|name| folder.join(name)));
    folders.map(|folder| folder.join("MiniBrowser")).find(|program| program.is_file())
}

/// Installs packages by whichever package manager the system has.
fn install(what: &str, packages: &[&str]) -> Result {
    const MANAGERS: [(&str, &[&[&str]]); 4] = [
        ("apt-get", &[&["update"], &["install", "--yes", "--no-install-recommends"]]),
        ("dnf", &[&["install", "--assumeyes"]]),
        ("pacman", &[&["-S", "--noconfirm"]]),
        ("brew", &[&["install"]]),
    ];
    let Some((manager, calls)) = MANAGERS.iter().find(|(manager, _)| asked(manager, &["--version"]).is_some()) else {
        return Err(format!("{what} is missing, and there is no package manager that this knows; install it by hand"));
    };
    say(&format!("installing {what} ({manager})"));
    let as_root = *manager == "brew" || asked("id", &["-u"]).as_deref() == Some("0");
    for call in *calls {
        let mut installer = if as_root { command(manager) } else { command("sudo") };
        if !as_root {
            installer.arg(manager);
        }
        installer.args(*call).env("DEBIAN_FRONTEND", "noninteractive");
        if call != &["update"] {
            installer.args(packages);
        }
        run(&mut installer)?;
    }
    Ok(())
}

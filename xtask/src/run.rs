//! Running other programs from the root of the project.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Result;

/// The root of the project, wherever the task was started.
pub fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().expect("xtask is a folder of the project").to_owned()
}

/// Where cargo puts what it builds.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// A command in the root of the project that finds the project's own tools first.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    let path = std::env::var_os("PATH").unwrap_or_default();
    let own = target().join("tools").join("bin");
    let paths = [own].into_iter().chain(std::env::split_paths(&path));
    if let Ok(path) = std::env::join_paths(paths) {
        command.env("PATH", path);
    }
    command
}

/// The command and its arguments as one would type them.
fn spelt(command: &Command) -> String {
    let words = [command.get_program()].into_iter().chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// Runs it to its end; anything but success is an error.
pub fn run(command: &mut Command) -> Result {
    let status = command.status().map_err(|error| format!("`{}` can't be started: {error}", spelt(command)))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` failed ({status})", spelt(command))) }
}

/// Runs it and returns what it prints, which is shown as well.
pub fn shown(command: &mut Command) -> (bool, String) {
    use std::io::{BufRead, BufReader};
    let Ok(mut child) = command.stdout(Stdio::piped()).spawn() else {
        return (false, format!("`{}` can't be started", spelt(command)));
    };
    let mut text = String::new();
    for line in BufReader::new(child.stdout.take().expect("it is piped")).lines().map_while(std::result::Result::ok) {
        println!("{line}");
        text.push_str(&line);
        text.push('\n');
    }
    (child.wait().is_ok_and(|status| status.success()), text)
}

/// What a program prints, or nothing if there is no such program or it fails.
pub fn asked(program: impl AsRef<OsStr>, arguments: &[&str]) -> Option<String> {
    let output = command(program).args(arguments).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Says what is being done, apart from what the programs print.
pub fn say(what: &str) {
    eprintln!("\x1b[1m── {what}\x1b[0m");
}

/// What to say of a file with which something is wrong.
pub fn told<E: std::fmt::Display>(file: &Path) -> impl Fn(E) -> String {
    let file = file.display().to_string();
    move |error| format!("{file}: {error}")
}

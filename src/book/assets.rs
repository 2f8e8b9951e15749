//! The files of the book that are no pages: styles, fonts, scripts, pictures, and the engines' sources.

use std::fs;
use std::path::Path;

use anyhow::Context;

use super::{CHAPTERS, colours};

/// Copied to the root of the book as they are.
const STATIC: &str = "static";
/// Shown to readers beside the figures; served below `source/` by the same path.
const SOURCES: &str = "src/engine";

pub fn copy(root: &Path, out: &Path) -> anyhow::Result<()> {
    copy_below(&root.join(STATIC), out, |_| true)?;
    copy_below(&root.join(CHAPTERS), out, |file| !file.ends_with(".md"))?;
    copy_below(&root.join(SOURCES), &out.join("source").join(SOURCES), |file| file.ends_with(".rs"))
}

fn copy_below(from: &Path, to: &Path, wanted: impl Fn(&str) -> bool) -> anyhow::Result<()> {
    for file in files_below(from)?.iter().filter(|file| wanted(file)) {
        let mut bytes = fs::read(from.join(file)).with_context(|| format!("{file} can't be read"))?;
        if file.ends_with(".css") {
            bytes = colours::both_ways(&read(&from.join(file))?).into_bytes();
        }
        write(&to.join(file), &bytes)?;
    }
    Ok(())
}

/// The files below a folder, as paths from it with `/` between their parts, in order.
pub fn files_below(folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut files = Vec::new();
    collect(folder, "", &mut files).with_context(|| format!("{} can't be read", folder.display()))?;
    files.sort();
    Ok(files)
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<String>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{path}/"), files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

pub fn read(file: &Path) -> anyhow::Result<String> {
    fs::read_to_string(file).with_context(|| format!("{} can't be read", file.display()))
}

/// Writes a file and the folders above it.
pub fn write(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let folder = file.parent().expect("a file of the book is in a folder");
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(file, bytes))
        .with_context(|| format!("{} can't be written", file.display()))
}

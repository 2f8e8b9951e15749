//! The golden scripts, read.

use std::fs;
use std::path::{Path, PathBuf};

use stepwise::spec::FigureSpec;

/// Divides a golden script's parts.
pub const DIVIDER: &str = "\n---\n";

/// All files `tests/golden/KIND/NAME.txt`, in order.
pub fn files() -> Vec<PathBuf> {
    let folders = fs::read_dir("tests/golden").expect("the golden scripts are beside this file");
    let mut files: Vec<PathBuf> = folders
        .map(|folder| folder.expect("a folder can be read").path())
        .flat_map(|folder| fs::read_dir(folder).expect("one folder for each figure"))
        .map(|file| file.expect("a folder can be read").path())
        .collect();
    files.sort();
    files
}

/// The figure that a file's first two parts ask for.
pub fn spec(file: &Path) -> FigureSpec {
    let text = fs::read_to_string(file).expect("a golden file is text");
    let mut parts = text.splitn(3, DIVIDER);
    let mut part = || parts.next().unwrap_or_else(|| panic!("{} needs three parts divided by ---", file.display()));
    let (given, run) = (part(), part());
    let kind = file.parent().and_then(Path::file_name).expect("a folder for each figure");
    let parameters = given.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(|line| {
        let (name, value) = line.split_once(" = ").expect("a parameter is written `name = value`");
        (name.to_owned(), value.to_owned())
    });
    FigureSpec {
        kind: kind.to_string_lossy().into_owned(),
        parameters: parameters.collect(),
        run: run.to_owned(),
        ..FigureSpec::default()
    }
}

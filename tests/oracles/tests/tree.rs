//! The book depends on none of the libraries that it is compared with.

use std::process::Command;

const LIBRARIES: [&str; 8] = ["apache-avro", "bson", "csv", "prost", "prost-reflect", "quick-xml", "rmpv", "thrift"];

fn tree(package: &str, edges: &str) -> Vec<String> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["tree", "--locked", "--offline", "--target", "all", "--prefix", "none", "--format", "{p}"]);
    cargo.args(["--package", package, "--edges", edges]).current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let told = cargo.output().expect("cargo is there");
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let lines = String::from_utf8(told.stdout).expect("names are UTF-8");
    lines.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

#[test]
fn the_book_depends_on_none_of_them() {
    for package in ["stepwise", "stepwise-engine", "xtask"] {
        let found = tree(package, "all");
        assert!(found.iter().any(|name| name == package), "{package} stands in its own tree");
        let wrong: Vec<_> = LIBRARIES.iter().filter(|library| found.iter().any(|name| name == *library)).collect();
        assert!(wrong.is_empty(), "{package} depends on {wrong:?}");
    }
}

/// A list of names that nobody has would pass the test above.
#[test]
fn this_package_depends_on_all_of_them() {
    let found = tree("stepwise-oracles", "all");
    let missing: Vec<_> = LIBRARIES.iter().filter(|library| !found.iter().any(|name| name == *library)).collect();
    assert!(missing.is_empty(), "{missing:?} are compared with nothing");
}

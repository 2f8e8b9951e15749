//! The order of the house, read from its sources: imports run one way (`player` → `figures` → `scene` and `timeline` →
//! `engine` → `sim`), engines are deterministic and silent, files stay short enough to read in one sitting, and nothing
//! is left for later.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A file that a student opens should be read in one sitting and answer one question. Most have 100 to 300 lines; the
/// limit leaves room for the disk, whose faults belong together.
const MAX_LINES: usize = 600;

/// So long may a file be that draws.
const MOST_LINES_OF_DRAWING: usize = 250;
const RATCHETS: &str = "tests/ratchets.txt";

/// A part of the house, and what its code must not mention.
struct Rule {
    /// A folder or a file, from the root of the project.
    part: &'static str,
    /// Our own modules, as in `crate::figures`.
    modules: &'static [&'static str],
    /// Anything else, whole words only.
    words: &'static [&'static str],
    why: &'static str,
}

const WEB: &[&str] = &["wasm_bindgen", "web_sys", "js_sys", "gloo", "yew", "plotters_canvas"];

const RULES: &[Rule] = &[
    Rule { part: "src/engine", modules: &[], words: WEB, why: "engines know nothing of the web" },
    Rule {
        part: "src/engine",
        modules: &[],
        words: &["plotters", "svg", "stepwise"],
        why: "engines know nothing of drawing, nor of who follows them",
    },
    Rule {
        part: "src/engine",
        modules: &[],
        words: &[
            "std::time",
            "Instant",
            "SystemTime",
            "std::thread",
            "std::env",
            "std::fs",
            "std::net",
            "thread_rng",
            "rand",
            "getrandom",
        ],
        why: "engines have only the clock, the chance, the disk and the network of `sim`",
    },
    Rule {
        part: "src/engine",
        modules: &[],
        words: &[
            "HashMap",
            "HashSet",
            "RandomState",
            "DefaultHasher",
            ".ln()",
            ".log2()",
            ".log10()",
            ".exp()",
            ".powf",
        ],
        why: "a run is the same on every machine: no order by a random hash, no floating point that differs",
    },
    Rule {
        part: "src/engine",
        modules: &[],
        words: &["print!", "println!", "eprint!", "eprintln!", "dbg!"],
        why: "engines print nothing; they tell a probe",
    },
    Rule {
        part: "src/engine/sim",
        modules: &["cluster", "encoding", "model", "storage", "replication", "service", "contract", "form", "language"],
        words: &[],
        why: "engines stand on `sim`, not the other way round",
    },
    Rule {
        part: "src/engine/storage",
        modules: &["service", "replication", "cluster", "encoding", "model"],
        words: &[],
        why: "what several floors need stands on the ground",
    },
    Rule {
        part: "src/engine/service",
        modules: &["storage", "replication", "cluster", "encoding", "model"],
        words: &[],
        why: "what several floors need stands on the ground",
    },
    Rule {
        part: "src/engine/replication",
        modules: &["storage", "service", "encoding", "model"],
        words: &[],
        why: "what several floors need stands on the ground",
    },
    Rule {
        part: "src/engine/log.rs",
        modules: &["storage", "service", "replication", "cluster", "encoding", "model"],
        words: &[],
        why: "the ground knows no floor",
    },
    Rule {
        part: "src/engine/format",
        modules: &["storage", "service", "replication", "cluster", "encoding"],
        words: &[],
        why: "the ground knows no floor",
    },
    Rule {
        part: "src/engine/table",
        modules: &["storage", "service", "replication", "cluster", "encoding", "model"],
        words: &[],
        why: "the ground knows no floor",
    },
    Rule {
        part: "src/engine/model",
        modules: &["storage", "service", "replication", "cluster", "encoding"],
        words: &[],
        why: "what several floors need stands on the ground",
    },
    Rule {
        part: "src/scene",
        modules: &["figures", "timeline", "spec", "transcript", "player", "book"],
        words: WEB,
        why: "a picture is data, whoever shows it",
    },
    Rule {
        part: "src/timeline",
        modules: &["figures", "scene", "spec", "transcript", "player", "book"],
        words: WEB,
        why: "a run is recorded without knowing how it is drawn",
    },
    Rule {
        part: "src/figures",
        modules: &["transcript", "player", "book"],
        words: WEB,
        why: "a figure is drawn the same for a page, a terminal and a test",
    },
    Rule {
        part: "src/spec",
        modules: &["figures", "transcript", "player", "book"],
        words: WEB,
        why: "a spec is read before anything runs",
    },
    Rule { part: "src/player", modules: &["book"], words: &[], why: "the player doesn't know who wrote its element" },
    Rule { part: "src/book", modules: &["player"], words: WEB, why: "pages are written natively" },
];

#[test]
fn imports_run_one_way() {
    let mut found = Vec::new();
    for rule in RULES {
        for file in sources(Path::new(rule.part)) {
            let code = without_comments(&read(&file));
            found.extend(breaches(rule, &code).into_iter().map(|what| format!("{}:{what}", file.display())));
        }
    }
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn files_are_short_and_finished() {
    // Spelt so that this file does not find itself.
    let later =
        [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("unimpl", "emented!"), concat!("allow(dead_", "code)")];
    let mut found = Vec::new();
    for file in ["src", "xtask", "tests", "benches"].iter().flat_map(|part| sources(Path::new(part))) {
        let text = read(&file);
        let lines = text.lines().count();
        if lines > MAX_LINES {
            found.push(format!("{}: {lines} lines, of at most {MAX_LINES}", file.display()));
        }
        for (number, line) in (1..).zip(text.lines()) {
            let left = later.iter().filter(|word| line.contains(**word));
            found.extend(left.map(|word| format!("{}:{number}: `{word}`", file.display())));
        }
    }
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

/// The breaches of a rule in some code, each with its line.
fn breaches(rule: &Rule, code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (number, line) in (1..).zip(code.lines()) {
        let paths = rule.modules.iter().flat_map(|module| [format!("crate::{module}"), format!("super::{module}")]);
        let words = rule.words.iter().map(|word| (*word).to_owned());
        let here = paths.chain(words).filter(|word| has_word(line, word));
        found.extend(here.map(|word| format!("{number}: `{word}`, but {}", rule.why)));
    }
    // `use crate::{figures, scene}` names a module without its path.
    for (at, _) in code.match_indices("crate::{") {
        let braces = code[at..].split(';').next().unwrap_or_default();
        let number = code[..at].lines().count().max(1);
        let here = rule.modules.iter().filter(|module| has_word(braces, module));
        found.extend(here.map(|module| format!("{number}: `{module}`, but {}", rule.why)));
    }
    found
}

/// Whether `word` stands in `text` as a whole word: `rand` is not in `random`, nor in `operand`.
fn has_word(text: &str, word: &str) -> bool {
    let is_part = |each: char| each.is_alphanumeric() || each == '_';
    let opens = word.starts_with(is_part);
    let closes = word.ends_with(is_part);
    text.match_indices(word).any(|(at, _)| {
        let free_before = !opens || !text[..at].ends_with(is_part);
        let free_after = !closes || !text[at + word.len()..].starts_with(is_part);
        free_before && free_after
    })
}

/// The code with the same lines, and nothing where comments and texts were.
fn without_comments(source: &str) -> String {
    let code_of = |line: &str| {
        let mut code = String::new();
        let mut in_text = false;
        let mut letters = line.chars().peekable();
        while let Some(letter) = letters.next() {
            match letter {
                '\\' if in_text => drop(letters.next()),
                // The quotation mark as a character opens no text.
                '"' if !(code.ends_with('\'') && letters.peek() == Some(&'\'')) => in_text = !in_text,
                '/' if !in_text && letters.peek() == Some(&'/') => break,
                letter if !in_text => code.push(letter),
                _ => {}
            }
        }
        code
    };
    source.lines().map(code_of).collect::<Vec<_>>().join("\n")
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// All Rust files of a part, in the order of their names.
fn sources(part: &Path) -> Vec<PathBuf> {
    if part.is_file() {
        return vec![part.to_owned()];
    }
    let entries = fs::read_dir(part).unwrap_or_else(|error| panic!("{}: {error}", part.display()));
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.expect("a folder can be read").path())
        .filter(|path| !path.ends_with("node_modules"))
        .flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|ending| ending == "rs"))
        .collect();
    files.sort();
    files
}

/// A scanner that finds nothing anywhere would pass every test above.
#[test]
fn the_scanner_finds_what_it_should() {
    let rule = Rule { part: "", modules: &["figures", "player"], words: &["HashMap", "rand", "println!"], why: "no" };
    let lines_of = |code: &str| -> Vec<String> {
        let found = breaches(&rule, &without_comments(code));
        found.iter().map(|each| each.split(", but").next().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(lines_of("use std::rc::Rc;\nuse crate::figures::Run;"), ["2: `crate::figures`"]);
    assert_eq!(lines_of("use crate::{\n    scene,\n    player::Stage,\n};"), ["1: `player`"]);
    assert_eq!(lines_of("let map: HashMap<u8, u8>;\nrand::rng();"), ["1: `HashMap`", "2: `rand`"]);
    assert_eq!(lines_of("println!(\"player\");"), ["1: `println!`"]);
    assert_eq!(lines_of("let operand = random; // HashMap\nlet text = \"HashMap, crate::figures\";"), [""; 0]);
    assert_eq!(lines_of("if letter == '\"' { HashMap }"), ["1: `HashMap`"]);
}

#[test]
fn every_rule_reads_something() {
    for rule in RULES {
        assert!(!sources(Path::new(rule.part)).is_empty(), "{} has no Rust file", rule.part);
    }
}

/// What is to become less, file by file: `tests/ratchets.txt` has how much there is, and no more may come. In a file that is
/// not listed there may be none. `UPDATE_RATCHETS=1 cargo test --test tidy` writes down what has become less.
#[test]
fn ratchets_hold() {
    let mut found = BTreeMap::new();
    for file in sources(Path::new("src/figures")) {
        let source = read(&file);
        let (code, lines) = (without_comments(&source), source.lines().count());
        let name = file.display().to_string();
        found.insert(format!("units {name}"), units(&code));
        // So long may the drawing of a figure be; an old one may only shrink.
        found.insert(format!("lines over {MOST_LINES_OF_DRAWING} {name}"), lines.saturating_sub(MOST_LINES_OF_DRAWING));
    }
    for file in sources(Path::new("src/engine")) {
        found.insert(format!("getters {}", file.display()), getters(&without_comments(&read(&file))));
    }
    found.retain(|_, many| *many > 0);

    let kept = fs::read_to_string(RATCHETS).unwrap_or_default();
    let kept: BTreeMap<String, usize> = kept
        .lines()
        .map(|line| line.rsplit_once(' ').expect("a name and a number"))
        .map(|(name, many)| (name.to_owned(), many.parse().expect("a number")))
        .collect();
    let more = |(name, many): (&String, &usize)| {
        let allowed = kept.get(name).copied().unwrap_or(0);
        (*many > allowed).then(|| format!("{name}: {many}, of at most {allowed}"))
    };
    let worse: Vec<String> = found.iter().filter_map(more).collect();
    assert!(worse.is_empty(), "figures cut areas and fill parts, and fields are public:\n{}", worse.join("\n"));
    if std::env::var_os("UPDATE_RATCHETS").is_some() {
        let lines = found.iter().map(|(name, many)| format!("{name} {many}\n"));
        fs::write(RATCHETS, lines.collect::<String>()).expect("the ratchets can be written");
    } else {
        assert!(found == kept, "some has become less: UPDATE_RATCHETS=1 cargo test --test tidy writes it down");
    }
}

/// Numbers of units: with a point, and none of those that any picture needs.
fn units(code: &str) -> usize {
    let numbers = code.split(|each: char| !(each.is_ascii_alphanumeric() || matches!(each, '.' | '_')));
    let is_unit = |word: &&str| {
        let is_number = word.starts_with(|each: char| each.is_ascii_digit()) && word.contains('.');
        let value = word.trim_end_matches("f32").replace('_', "").parse::<f32>();
        is_number && value.is_ok_and(|value| ![0.0, 0.5, 1.0, 2.0].contains(&value))
    };
    numbers.filter(is_unit).count()
}

/// Functions that only show a field: a photograph has nothing to hide.
fn getters(code: &str) -> usize {
    let mut lines = code.lines().map(str::trim).peekable();
    let mut many = 0;
    while let Some(line) = lines.next() {
        let name = line.strip_prefix("pub fn ").and_then(|rest| rest.split_once("(&self) -> ")).map(|(name, _)| name);
        if let (Some(name), Some(body)) = (name, lines.peek()) {
            many += usize::from(body.trim_start_matches('&').strip_prefix("self.") == Some(name));
        }
    }
    many
}

#[test]
fn what_a_ratchet_counts() {
    assert_eq!(units("let x = 12.5 + 0.5 * 2.0 - 1_200.0; area.0.1; 3..7; v1.0"), 2);
    assert_eq!(
        getters("pub fn now(&self) -> Time {\n    self.now\n}\npub fn load(&self) -> usize {\n self.all.len()\n}"),
        1
    );
}

/// The derives declare, and there are no others: nothing else writes code behind a reader's back.
#[test]
fn there_are_five_derives_and_no_other_macro() {
    let derives = read(Path::new("src/derive/src/lib.rs"));
    let names = ["Command", "Parameters", "Choice", "Event", "Wire"];
    assert_eq!(derives.matches("#[proc_macro").count(), names.len());
    for name in names {
        assert!(derives.contains(&format!("#[proc_macro_derive({name}, ")), "{name}");
    }
}

/// In an `event.rs` nothing is left untold: an arm for all the rest would let a new event pass in silence.
#[test]
fn no_event_is_told_by_an_arm_for_the_rest() {
    let is_event = |file: &PathBuf| file.file_name().is_some_and(|name| name == "event.rs");
    for file in sources(Path::new("src/engine")).into_iter().filter(is_event) {
        assert!(
            !without_comments(&read(&file)).contains("_ => Ok(())"),
            "{} tells nothing of the rest",
            file.display()
        );
    }
}

/// The rooms of an engine's folder, whatever else it has: who knows one folder knows all. What runs on the shared cluster
/// has the counters and the state of that one.
#[test]
fn every_engine_has_the_same_rooms() {
    let mut found = Vec::new();
    for (folder, files) in engines() {
        let essay = without_comments(&read(&folder.join("mod.rs")));
        let is_engine = essay.contains("impl Engine for ") || essay.contains("impl storage::Durable for ");
        if !is_engine && !essay.contains("impl Protocol for ") {
            found.push(format!("{}/mod.rs has no `impl Engine`", folder.display()));
        }
        let rooms = ["settings", "command", "event", "tests"].into_iter().chain(is_engine.then_some("view"));
        found.extend(
            rooms
                .filter(|room| !files.contains_key(*room))
                .map(|room| format!("{}/{room}.rs isn't there", folder.display())),
        );
        let old = ["state", "inspect", "dump", "wire", "read_wire", "narration", "refusal", "parameters"];
        let old = old.iter().filter(|name| files.contains_key(**name));
        found.extend(old.map(|name| format!("{}/{name}.rs: a room by another name", folder.display())));
    }
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

/// The files of an engine can be read one after the other: no two need each other, but through what `mod.rs` shows.
#[test]
fn no_circle_in_an_engine() {
    let mut found = Vec::new();
    for (folder, files) in engines() {
        let names: BTreeSet<&str> = files.keys().map(String::as_str).collect();
        let path = folder.strip_prefix("src/engine").expect("an engine").display().to_string().replace('/', "::");
        let needs: BTreeMap<&str, BTreeSet<String>> =
            files.iter().map(|(name, code)| (name.as_str(), needs(code, &path, &names))).collect();
        for (name, its) in &needs {
            let circles = its.iter().filter(|other| comes_to(other, name, &needs, &mut BTreeSet::new()));
            found.extend(circles.map(|other| format!("{}: {name} and {other} need each other", folder.display())));
        }
    }
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

/// The folders of all engines, each with the code of its files by their names, without `mod.rs`, tests and comments.
fn engines() -> Vec<(PathBuf, BTreeMap<String, String>)> {
    let commands = sources(Path::new("src/engine")).into_iter().filter(|file| file.ends_with("command.rs"));
    let folders = commands.filter_map(|file| file.parent().map(Path::to_owned));
    let is_engine =
        |folder: &PathBuf| folder.components().count() == Path::new("src/engine/floor/figure").components().count();
    let files = |folder: &PathBuf| {
        let here =
            sources(folder).into_iter().filter(|file| file.parent() == Some(folder) && !file.ends_with("mod.rs"));
        let name = |file: &Path| file.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        here.map(|file| (name(&file), without_tests(&without_comments(&read(&file))))).collect()
    };
    folders.filter(is_engine).map(|folder| (folder.clone(), files(&folder))).collect()
}

fn without_tests(code: &str) -> String {
    code.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned()
}

/// Which of its neighbours some code names, as `super::name`, in braces, or by the whole path of the folder.
fn needs(code: &str, path: &str, neighbours: &BTreeSet<&str>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for here in ["super::".to_owned(), format!("crate::{path}::")] {
        for (at, _) in code.match_indices(&here) {
            if !code[..at].ends_with([':', '_']) {
                found.extend(
                    heads(&code[at + here.len()..]).into_iter().filter(|name| neighbours.contains(name.as_str())),
                );
            }
        }
    }
    found
}

/// The first names of a path: one, or one for each branch in braces.
fn heads(path: &str) -> Vec<String> {
    let name = |text: &str| text.trim().chars().take_while(|each| each.is_alphanumeric() || *each == '_').collect();
    let Some(inner) = path.strip_prefix('{') else { return vec![name(path)] };
    let mut depth = 0;
    let branches = inner.split(';').next().unwrap_or_default().split(|each| {
        depth += i32::from(each == '{') - i32::from(each == '}');
        depth == 0 && each == ','
    });
    branches.map(name).collect()
}

/// Whether a way leads from one file to another.
fn comes_to(from: &str, to: &str, needs: &BTreeMap<&str, BTreeSet<String>>, seen: &mut BTreeSet<String>) -> bool {
    from == to
        || seen.insert(from.to_owned())
            && needs.get(from).is_some_and(|its| its.iter().any(|next| comes_to(next, to, needs, seen)))
}

#[test]
fn what_a_file_needs() {
    let neighbours = BTreeSet::from(["read", "write", "event"]);
    let of = |code: &str| needs(code, "storage::lsm", &neighbours).into_iter().collect::<Vec<_>>().join(" ");
    assert_eq!(of("use super::event::Event;\nuse super::Lsm;"), "event");
    assert_eq!(of("use super::{Key, read::{self, Path},\n write};"), "read write");
    assert_eq!(of("crate::storage::lsm::read::all(); super::super::event::x(); super::write()"), "read write");
    let knot: BTreeMap<&str, BTreeSet<String>> =
        [("a", ["b"]), ("b", ["c"]), ("c", ["b"])].map(|(from, to)| (from, to.map(str::to_owned).into())).into();
    let comes = |from, to| comes_to(from, to, &knot, &mut BTreeSet::new());
    assert!(comes("c", "b") && comes("a", "c") && !comes("b", "a"));
}

/// What a figure needs of a browser, wherever it stands.
const OF_A_FIGURE: [&str; 10] = [
    "static/embed.css",
    "static/embed.js",
    "static/figure.css",
    "static/fingers.js",
    "static/frame-stepwise.js",
    "static/deck-stepwise.js",
    "static/link.js",
    "static/rows.js",
    "static/scene.css",
    "static/stepwise.js",
];
/// What the oldest browsers that README names (Chrome 105, Firefox 110, Safari 16) do not know, and would not pass over.
const NEWER_IN_STYLES: [&str; 9] =
    ["popover", "@scope", "@starting-style", "@layer", "color-mix(", "oklch(", " round(", "anchor(", " if("];
const NEWER_IN_SCRIPTS: [&str; 8] = [
    "popover",
    ".toSorted(",
    ".toReversed(",
    "Object.groupBy",
    "Promise.withResolvers",
    "Array.fromAsync",
    "URL.parse",
    "Iterator.",
];

#[test]
fn a_figure_needs_no_newer_browser_than_the_readme_says() {
    let mut found = Vec::new();
    for file in OF_A_FIGURE {
        let code = read(Path::new(file));
        let newer: &[&str] = if file.ends_with(".css") { &NEWER_IN_STYLES } else { &NEWER_IN_SCRIPTS };
        found.extend(newer.iter().filter(|word| code.contains(**word)).map(|word| format!("{file}: {word}")));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

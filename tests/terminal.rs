//! The terminal's Stepwise, as a shell script or a grader meets it: what it prints, and with what it exits.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use stepwise::figures::{self, catalogue};
use stepwise::scene::Breadth;
use stepwise::spec::{FigureSpec, View};

fn stepwise(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_stepwise"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // A program that refuses its arguments may end before it has read anything: that is its right.
    let _ = child.stdin.take().expect("it was asked for").write_all(input.as_bytes());
    child.wait_with_output().expect("the program ends")
}

fn printed(output: &Output) -> &str {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    std::str::from_utf8(&output.stdout).expect("it prints text")
}

fn refused(arguments: &[&str], input: &str) -> String {
    let output = stepwise(arguments, input);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    assert!(output.stdout.is_empty(), "a refusal prints no result");
    String::from_utf8(output.stderr).expect("it complains in text")
}

fn lines(output: &Output) -> Vec<Value> {
    printed(output).lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect()
}

#[test]
fn it_lists_every_figure_with_what_it_takes() {
    let list = stepwise(&["list"], "");
    for kind in ["hash-index", "btree", "quorum"] {
        assert!(printed(&list).lines().any(|line| line.starts_with(&format!("{kind}: "))), "{kind}");
    }
    assert!(printed(&list).contains("put KEY VALUE") && printed(&list).contains("--param order="));
}

#[test]
fn a_script_comes_from_an_option_a_file_or_standard_input() {
    let script = "put k v; get k";
    let file = std::env::temp_dir().join(format!("stepwise-script-{}", std::process::id()));
    std::fs::write(&file, script).expect("a temporary file can be written");
    let from_input = stepwise(&["run", "hash-index"], script);
    assert!(printed(&from_input).contains("> get k\n") && printed(&from_input).ends_with("=  v\n"));
    assert_eq!(stepwise(&["run", "hash-index", "--run", script], ""), from_input);
    assert_eq!(stepwise(&["run", "hash-index", "--script", file.to_str().expect("a plain path")], ""), from_input);
    std::fs::remove_file(file).expect("it was there");
}

#[test]
fn json_is_one_object_a_step_and_one_at_the_end() {
    let output =
        stepwise(&["run", "btree", "--json", "--run", "put k v; get k; get z; scan a z; put q w @1; crash"], "");
    let lines = lines(&output);
    let (end, steps) = lines.split_last().expect("there are lines");
    for (place, step) in steps.iter().enumerate() {
        assert_eq!(step["step"], place + 1);
        let source = step["source"].as_str().expect("a step has its source");
        let (file, line) = source.split_once(':').expect("FILE:LINE");
        let text = std::fs::read_to_string(file).expect("the source is a file of the project");
        let line = text.lines().nth(line.parse::<usize>().expect("a number") - 1).expect("the line is there");
        assert!(line.contains("step("), "{source} doesn't report a step: {line}");
        assert!(step["counters"].is_object() && step["narration"].is_string() && step["event"].is_string());
    }
    let outcomes = &end["outcomes"];
    assert_eq!(outcomes[0], serde_json::json!({"command": "put k v", "ok": true}));
    assert_eq!(outcomes[1], serde_json::json!({"command": "get k", "ok": true, "value": "v"}));
    assert_eq!(outcomes[2], serde_json::json!({"command": "get z", "ok": true, "value": null}));
    assert_eq!(outcomes[3], serde_json::json!({"command": "scan a z", "ok": true, "entries": [["k", "v"]]}));
    assert_eq!(outcomes[4], serde_json::json!({"command": "put q w", "ok": true, "interrupted": true}));
    assert!(end["counters"].is_object() && end["state"].is_object());
}

/// FAULTS S15: exercise 4 of the chapter on B-trees ends within a run, and has an answer: with two levels the first `get`
/// reads two pages from an empty cache, its neighbour none, and a key elsewhere a leaf.
#[test]
fn s15_the_fourth_exercise_on_b_trees_can_be_done_as_written() {
    let script = "put 1..500 x; sync; evict; get 250; get 251; get 90";
    let chapter = std::fs::read_to_string("chapters/storage/b-trees.md").expect("the chapter is there");
    assert!(chapter.contains(script));
    let given = ["--param", "order=64", "--param", "survival=none", "--param", "sync=command"];
    let output = stepwise(&[&["run", "btree", "--json", "--run", script][..], &given[..]].concat(), "");
    let lines = lines(&output);
    let (end, steps) = lines.split_last().expect("there are lines");
    assert!(steps.len() < stepwise::timeline::MAX_STEPS, "{}", steps.len());
    assert_eq!((&end["counters"]["height"], &end["counters"]["keys"]), (&2.into(), &500.into()));
    let last = |command: usize| steps.iter().rfind(|step| step["command"] == command).expect("it took steps");
    let read = |command| last(command)["counters"]["pages_read"].as_u64().expect("a number");
    assert_eq!([503, 504, 505].map(|get| read(get) - read(get - 1)), [2, 0, 1]);
}

#[test]
fn a_refusal_of_the_subject_is_a_result() {
    let output = stepwise(
        &["run", "quorum", "--json", "--param", "n=3", "--param", "w=2", "--param", "r=2"],
        "stop n1; stop n2; write k v",
    );
    let lines = lines(&output);
    let outcome = &lines[lines.len() - 1]["outcomes"][2];
    assert_eq!(outcome["ok"], false);
    assert!(outcome["error"].as_str().expect("a reason").contains("quorum"), "{outcome}");
}

#[test]
fn a_picture_is_a_whole_svg_file() {
    for theme in [None, Some("--dark"), Some("--print")] {
        let mut arguments = vec!["svg", "btree", "--run", "put 1 a; put 2 b", "--step", "1.1"];
        arguments.extend(theme);
        let output = stepwise(&arguments, "");
        let svg = printed(&output);
        assert!(svg.starts_with("<svg xmlns=") && svg.ends_with("</svg>\n") && !svg.contains("<style"));
    }
}

#[test]
fn a_picture_is_put_into_words() {
    let script = "put a 1; put b 2; delete a; crash";
    let words = stepwise(&["run", "hash-index", "--run", script, "--step", "3.1", "--describe"], "");
    let told = "\
- changed by this step
  - new in Disk, 1.data: a = deleted, 15 bytes at offset 32, a tombstone";
    assert!(printed(&words).contains(told), "{}", printed(&words));
    let disk = "\
  - 1.data, 47 B, active
    - a = 1, 16 bytes at offset 0";
    assert!(printed(&words).contains(disk), "{}", printed(&words));
    assert!(refused(&["run", "hash-index", "--run", script, "--describe", "--json"], "").contains("one of"));
}

/// All that a label says is in the list, nothing is cut for want of room there, and most steps change something in it.
#[test]
fn every_figure_has_words_for_its_picture() {
    let mut wrong = BTreeSet::new();
    for entry in catalogue() {
        let kind = entry.about.kind;
        let spec = FigureSpec { kind: kind.into(), run: entry.about.example.into(), ..FigureSpec::default() };
        let run = figures::open(&spec).expect("an example opens").run;
        let mut silent = 0;
        for index in 0..=run.last() {
            let words = run.in_words(View::Picture, index);
            let scene = run.view(View::Picture, index, Breadth::Wide);
            for shape in scene.shapes.iter().filter(|shape| !shape.label.is_empty()) {
                let is_told = words.items.iter().any(|item| item.words.starts_with(&shape.label));
                if !is_told {
                    wrong.insert(format!("{kind} leaves out: {}", shape.label));
                }
            }
            let texts = words.items.iter().map(|item| &item.words).chain(&words.changes);
            for text in texts {
                if !text.chars().any(char::is_alphanumeric) || text.ends_with(' ') {
                    wrong.insert(format!("{kind} says nothing by: {text}"));
                }
            }
            silent += usize::from(index > 0 && words.changes.is_empty());
        }
        if silent * 4 > run.last() {
            wrong.insert(format!("{kind}: {silent} of {} steps change nothing in words", run.last()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_mistake_says_what_is_accepted() {
    assert!(refused(&[], "").contains("stepwise list"));
    assert!(refused(&["fly"], "").contains("accepted: list, run KIND, svg KIND, long KIND, build"));
    let kinds: Vec<&str> = catalogue().iter().map(|entry| entry.about.kind).collect();
    assert!(refused(&["run", "b-tree"], "").contains(&format!("there are: {}", kinds.join(", "))));
    assert!(
        refused(&["run", "btree", "--param", "order=2"], "").contains("parameter `order` can't be `2`; accepted: ")
    );
    assert!(refused(&["run", "btree", "--param", "odrer=4"], "").contains("no parameter of that name; there are: "));
    assert!(refused(&["run", "btree", "--param", "order"], "").contains("NAME=VALUE"));
    assert!(
        refused(&["run", "btree"], "put 1 a\nputt 2 b")
            .contains("line 2, column 1: `putt` is no command of this figure")
    );
    assert!(refused(&["svg", "btree", "--run", "put 1 a", "--step", "-1"], "").contains("`-1` is no step"));
    assert!(
        refused(&["svg", "btree", "--run", "put 1 a", "--step", "9"], "")
            .contains("this run has no step 9; the nearest")
    );
    assert!(refused(&["run", "btree", "--colour"], "").contains("--colour"));
}

#[test]
fn a_file_that_is_not_there_is_the_machines_fault() {
    let output = stepwise(&["run", "btree", "--script", "no/such/file"], "");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no/such/file can't be read"));
}

#[test]
fn a_file_of_the_readers_own_is_written_first() {
    let file = std::env::temp_dir().join(format!("stepwise-data-{}.csv", std::process::id()));
    let path = file.to_str().expect("a plain path");
    let write = |text: &str| std::fs::write(&file, text).expect("a temporary file can be written");
    for kind in ["hash-index", "btree", "sstable", "lsm"] {
        write("key,value\noak,1\n\"elm\",\"two words\"\r\n🙂,é\n");
        let run = |script| stepwise(&["run", kind, "--data", path, "--run", script], "");
        assert!(printed(&run("get elm")).ends_with("=  two words\n"), "{kind}");
        assert!(printed(&run("get 🙂")).ends_with("=  é\n"), "{kind}");
        write("a,1\nb,\"2");
        let told = refused(&["run", kind, "--data", path, "--run", "get a"], "");
        assert!(told.contains("line 2: a quote is opened but never closed; accepted:"), "{told}");
    }
    write(&format!("a,1\n{},2\n", "k".repeat(33)));
    let told = refused(&["run", "btree", "--data", path, "--run", "get a"], "");
    assert!(told.contains("in the data, line 2:"), "{told}");
    let told = refused(&["run", "quorum", "--data", path, "--run", "settle"], "");
    assert!(told.contains("`quorum` holds no keys and values; accepted: hash-index"), "{told}");
    std::fs::remove_file(file).expect("it was there");
}

/// FAULTS S12: how a file was read is said beside the result, and the reader may know better.
#[test]
fn what_the_first_line_was_taken_for_is_said_and_can_be_turned_round() {
    let file = std::env::temp_dir().join(format!("stepwise-header-{}.csv", std::process::id()));
    let path = file.to_str().expect("a plain path");
    let write = |text: &str| std::fs::write(&file, text).expect("a temporary file can be written");
    let run = |more: &[&str]| {
        let output = stepwise(&[&["run", "btree", "--data", path, "--run", "get city"], more].concat(), "");
        (printed(&output).to_owned(), String::from_utf8(output.stderr).expect("text"))
    };
    write("city,population\nParis,2100000\n");
    let (printed, said) = run(&[]);
    assert!(printed.ends_with("=  (no value)\n"), "{printed}");
    assert!(said.ends_with("1 row. Read as lines divided by commas. Line 1 (city, population) was taken as a header. (--header no: as a row)\n"), "{said}");
    let (printed, said) = run(&["--header", "no"]);
    assert!(
        printed.ends_with("=  population\n") && said.contains("2 rows. ") && said.contains("was taken as a row."),
        "{said}"
    );
    write("{\"city\": 7}\n");
    assert!(run(&[]).1.contains("1 row. Read as a JSON object"));
    let told = refused(&["run", "btree", "--data", path, "--header", "maybe", "--run", "get a"], "");
    assert!(told.contains("accepted: yes, no"), "{told}");
    assert!(refused(&["run", "btree", "--header", "yes", "--run", "get a"], "").contains("--header beside --data"));
    std::fs::remove_file(file).expect("it was there");
}

/// FAULTS S10 and S12: a script of a Windows editor, one that is no text, and two at once.
#[test]
fn a_script_is_text_from_one_place() {
    let file = std::env::temp_dir().join(format!("stepwise-bytes-{}", std::process::id()));
    let path = file.to_str().expect("a plain path");
    std::fs::write(&file, "\u{feff}put a 1\r\nget a").expect("a temporary file can be written");
    assert!(printed(&stepwise(&["run", "btree", "--script", path], "")).ends_with("=  1\n"));
    assert!(printed(&stepwise(&["run", "btree"], "\u{feff}put a 1; get a")).ends_with("=  1\n"));
    for more in [&["--run", "get a"][..], &["--example"]] {
        let told = refused(&[&["run", "btree", "--script", path], more].concat(), "");
        assert!(told.contains("one of --run, --script and --example"), "{told}");
    }
    std::fs::write(&file, b"put a 1\nput b \xff").expect("a temporary file can be written");
    let told = refused(&["run", "btree", "--script", path], "");
    assert!(
        told.contains("line 2, column 7: the byte 0xff is no UTF-8; accepted: a text file saved as UTF-8"),
        "{told}"
    );
    std::fs::remove_file(file).expect("it was there");
}

#[test]
fn a_long_run_is_told_by_tables_and_is_the_same_each_time() {
    let asked = ["long", "latency", "--count", "5000", "--param", "load=8"];
    let told = stepwise(&asked, "");
    assert!(
        printed(&told).starts_with("Response times of 5,000 requests") && printed(&told).contains("theory (M/M/1)")
    );
    assert_eq!(stepwise(&asked, ""), told);
    let told = stepwise(&["long", "duel", "--count", "1000"], "");
    assert!(printed(&told).contains("write amplification"));
}

#[test]
fn a_long_run_that_cannot_be_is_refused() {
    assert!(refused(&["long", "btree"], "").contains("accepted: latency, duel"));
    assert!(refused(&["long", "latency", "--count", "7"], "").contains("1,000 to 1,000,000"));
    assert!(refused(&["long", "latency", "--count", "many"], "").contains("is no number"));
}

#[test]
fn a_cluster_has_a_second_view() {
    let diagram = stepwise(&["svg", "quorum", "--run", "write k v; settle", "--view", "time"], "");
    assert!(printed(&diagram).starts_with("<svg") && printed(&diagram).contains("stored k = v"));
    assert!(refused(&["svg", "btree", "--example", "--view", "time"], "").contains("has no space-time diagram"));
    assert!(refused(&["svg", "quorum", "--example", "--view", "cube"], "").contains("accepted: picture, time"));
}

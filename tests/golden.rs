//! Golden scripts: what a reader sees of a run, word for word.
//!
//! A file `tests/golden/KIND/NAME.txt` has three parts, divided by lines of `---`: the parameters that are not the
//! default (`name = value`, a line each; `#` says what the run shows), the script, and its transcript.
//! `UPDATE_GOLDEN=1 cargo test --test golden` writes the transcripts anew; read the difference before you commit it.
//!
//! Each step of each of these runs is drawn, too, and the picture held to what every picture must keep.

mod scripts;

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use scripts::DIVIDER;
use stepwise::figures::{self, Run, catalogue};
use stepwise::scene::{Breadth, Scene};
use stepwise::spec::FigureSpec;
use stepwise::transcript;

#[test]
fn every_golden_script_prints_what_it_did() {
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let mut wrong = Vec::new();
    for file in scripts::files() {
        let golden = fs::read_to_string(&file).expect("a golden file is text");
        let (input, expected) = golden.rsplit_once(DIVIDER).expect("a golden file has three parts");
        let run = open(&file, &scripts::spec(&file));
        let transcript = transcript::text(&run);
        check_pictures(&file, &run);
        if transcript.trim_end() == expected.trim_end() {
            continue;
        }
        if update {
            fs::write(&file, format!("{input}{DIVIDER}{transcript}")).expect("a golden file can be written");
        } else {
            wrong.push(format!("{}\nexpected:\n{expected}\nfound:\n{transcript}", file.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn every_figure_has_golden_scripts_and_an_example() {
    for entry in catalogue() {
        let kind = entry.about.kind;
        let folder = Path::new("tests/golden").join(kind);
        assert!(scripts::files().iter().any(|file| file.starts_with(&folder)), "{kind} has no golden script");
        let spec = FigureSpec { kind: kind.into(), run: entry.about.example.into(), ..FigureSpec::default() };
        check_pictures(Path::new(kind), &open(Path::new(kind), &spec));
    }
}

fn open(file: &Path, spec: &FigureSpec) -> Run {
    let opened = figures::open(spec).unwrap_or_else(|bad| panic!("{}: {bad}", file.display()));
    assert!(opened.problems.is_empty(), "{}: {:?}", file.display(), opened.problems);
    opened.run
}

/// The size never changes, keys are unique, and what can be selected has bytes to show.
fn check_pictures(file: &Path, run: &Run) {
    for breadth in [Breadth::Wide, Breadth::Narrow] {
        let opening = run.scene(0, breadth);
        assert_eq!(opening.width, breadth.width(), "{}", file.display());
        for index in 0..=run.last() {
            let scene = run.scene(index, breadth);
            let place = format!("{} at {}, {breadth:?}", file.display(), run.position(index));
            assert_eq!(
                (scene.width, scene.height),
                (opening.width, opening.height),
                "{place}: the stage has changed its size"
            );
            let mut keys = HashSet::new();
            for shape in &scene.shapes {
                assert!(keys.insert(&shape.key), "{place}: two shapes are called `{}`", shape.key);
                assert!(
                    !shape.selects || run.dump(index, &shape.key).is_some(),
                    "{place}: `{}` has no bytes",
                    shape.key
                );
            }
            check_inside(&scene, &place);
        }
    }
}

/// Nothing begins outside the stage.
fn check_inside(scene: &Scene, place: &str) {
    for shape in &scene.shapes {
        let inside =
            (-1.0..=scene.width + 1.0).contains(&shape.at.x) && (-1.0..=scene.height + 1.0).contains(&shape.at.y);
        assert!(inside, "{place}: `{}` stands outside the stage, at {:?}", shape.key, shape.at);
    }
}

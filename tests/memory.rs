//! A recording is bounded by what engines say that their photographs take up (`Engine::weight`). Here the allocator is
//! asked whether that is so: every golden script, said again and again until its run is full, keeps to what is promised, and
//! so do scripts that make much of little.

mod scripts;

use std::alloc::System;

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use stepwise::figures;
use stepwise::spec::FigureSpec;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// What a run may keep, of the 256 MB that a process may have.
const MOST: usize = 230 << 20;
/// A script is said again so many times, if its run isn't full before.
const ROUNDS: usize = 100;
/// What has grown by less than this after a tenth of the rounds stays small, even if each round keeps more than the one before.
const LITTLE: usize = 1 << 20;

/// The scripts that were found to keep the most, beside the golden ones: kind, parameters, script.
const GREEDY: [(&str, &str, &str); 4] = [
    ("fanout", "users=1000000 follows=2", "followers star; followers even"),
    ("fanout", "users=1000000 follows=2", "traffic 1000 1000"),
    ("lag", "", "post talk hello; reload talk; reload talk on phone"),
    ("duel", "record=1000 size=real cache=16384", "load 2000; run 2000"),
];

/// Says the script again and again; returns the bytes that the run keeps, and its steps.
fn held(spec: &FigureSpec) -> (usize, usize) {
    let before = Region::new(ALLOCATOR);
    let bytes = || {
        let change = before.change();
        change.bytes_allocated.saturating_sub(change.bytes_deallocated)
    };
    let mut run = figures::open(spec).expect("the figure is in the catalogue").run;
    let opened = bytes();
    for round in 1..ROUNDS {
        let stays_small = round == ROUNDS / 10 && bytes().saturating_sub(opened) < LITTLE;
        if stays_small || run.full().is_some() || run.extend(&spec.run).is_err() {
            break;
        }
    }
    (bytes(), run.last())
}

#[test]
fn a_full_recording_keeps_to_its_bytes() {
    let golden = scripts::files().into_iter().map(|file| (scripts::spec(&file), file.display().to_string()));
    let greedy = GREEDY.map(|(kind, given, run)| {
        let given = given.split_whitespace().filter_map(|given| given.split_once('='));
        let parameters = given.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        (
            FigureSpec { kind: kind.into(), parameters, run: run.into(), ..FigureSpec::default() },
            format!("{kind}: {run}"),
        )
    });
    let mut over = Vec::new();
    for (spec, name) in golden.chain(greedy) {
        let (bytes, steps) = held(&spec);
        println!("{:>5} MB {steps:>5} steps {name}", bytes >> 20);
        if bytes > MOST {
            over.push(format!("{name}: {} MB in {steps} steps", bytes >> 20));
        }
    }
    assert!(over.is_empty(), "{}", over.join("\n"));
}

//! What sorted tables do, case by case; [`proof`] pulls the plug everywhere, [`damage`] flips every byte, [`dumps`]
//! explains them.

mod damage;
mod dumps;
mod proof;

use std::collections::BTreeMap;

use super::*;
use crate::contract::{self, Engine};
use crate::key::Key;
use crate::storage::Asked;
use crate::testing::{self, commands};
use proptest::prelude::*;

type Entries = BTreeMap<Key, String>;

/// A probe that keeps what it is told.
#[derive(Default)]
struct Steps(Vec<(Event, SsTables)>);

impl Probe<SsTables> for Steps {
    fn step(&mut self, event: impl FnOnce() -> Event, state: &SsTables) {
        self.0.push((event(), state.clone()));
    }
}

fn opened(parameters: &[(&str, &str)]) -> SsTables {
    testing::opened(parameters)
}

/// Runs one command and holds it to the contract.
fn step_through(engine: &mut SsTables, command: &Asked<Command>) -> (Outcome, Vec<(Event, SsTables)>) {
    let mut steps = Steps::default();
    let outcome = engine.execute(command, &mut steps);
    let (_, state) = steps.0.last().unwrap_or_else(|| panic!("`{command}` took no step"));
    assert_eq!(state.state(), engine.state(), "`{command}` changed something after its last step");
    assert_eq!(state.counters(), engine.counters(), "`{command}` counted something after its last step");
    (outcome, steps.0)
}

/// Runs a script; returns what the last command came to, and all steps.
fn run(engine: &mut SsTables, script: &str) -> (Outcome, Vec<Event>) {
    let mut all = Vec::new();
    let mut last = Outcome::Done;
    for command in commands::<SsTables>(script) {
        let (outcome, steps) = step_through(engine, &command);
        last = outcome;
        for (event, state) in steps {
            assert!(!event.to_string().is_empty());
            let _ = state.tables();
            all.push(event);
        }
    }
    (last, all)
}

fn outcome(engine: &mut SsTables, script: &str) -> Outcome {
    run(engine, script).0
}

fn names(events: &[Event]) -> Vec<&'static str> {
    events.iter().map(contract::Event::name).collect()
}

fn value(text: &str) -> Outcome {
    Outcome::Value(Some(text.to_owned()))
}

fn file_names(engine: &SsTables) -> Vec<String> {
    engine.disk.names().map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn a_put_is_logged_synced_and_sorted_in() {
    let mut engine = opened(&[]);
    let (_, events) = run(&mut engine, "put b 1");
    assert_eq!(names(&events), ["RecordLogged", "LogSynced", "MemtableUpdated"]);
    run(&mut engine, "put a 2; put b 3");
    assert_eq!(engine.memory.memtable.iter().map(|entry| entry.key.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(outcome(&mut engine, "get b"), value("3"));
    assert_eq!(outcome(&mut engine, "get c"), Outcome::Value(None));
}

#[test]
fn a_full_memtable_becomes_a_table_and_its_log_goes() {
    let mut engine = opened(&[("memtable", "50")]);
    run(&mut engine, "put apple 1; put apply 2; put banana 3");
    let (_, events) = run(&mut engine, "put cherry 4");
    assert_eq!(
        names(&events),
        [
            "MemtableFull",
            "FlushBegun",
            "BlockWritten",
            "TableFinished",
            "TableSynced",
            "TableNamed",
            "LogCreated",
            "DirectorySynced",
            "MemtableEmptied",
            "LogDeleted",
            "RecordLogged",
            "LogSynced",
            "MemtableUpdated",
        ]
    );
    assert_eq!(file_names(&engine), ["1.sst", "2.log"]);
    let tables = engine.tables();
    let blocks = tables[0].blocks.iter().map(|block| block.entries.iter().map(|each| each.shared).collect());
    assert_eq!(blocks.collect::<Vec<Vec<_>>>(), [[0, 4, 0]]);
    assert_eq!(outcome(&mut engine, "get apply"), value("2"));
    assert_eq!(
        outcome(&mut engine, "scan apple b"),
        Outcome::Entries(vec![("apple".into(), "1".into()), ("apply".into(), "2".into()),])
    );
}

#[test]
fn the_newest_table_wins_and_a_tombstone_hides() {
    let mut engine = opened(&[]);
    run(&mut engine, "put a 1; put b 1; put c 1; flush; put a 2; delete b; flush");
    assert_eq!(outcome(&mut engine, "get a"), value("2"));
    let (outcome, events) = run(&mut engine, "get b");
    assert_eq!(outcome, Outcome::Value(None));
    assert_eq!(names(&events), ["MemtableSearched", "IndexSearched", "BlockRead"]);
    let (_, events) = run(&mut engine, "get z");
    assert_eq!(names(&events), ["MemtableSearched", "IndexSearched", "IndexSearched", "KeyNowhere"]);
}

#[test]
fn the_index_leads_to_one_block() {
    let mut engine = opened(&[("memtable", "4096")]);
    run(&mut engine, "put 1..40 v; flush");
    assert!(engine.tables()[0].blocks.len() > 5);
    let reads = |engine: &SsTables| engine.disk.tally.reads;
    let before = reads(&engine);
    assert_eq!(outcome(&mut engine, "get 20"), value("v"));
    assert_eq!(reads(&engine), before + 1);
}

#[test]
fn a_filter_spares_the_read() {
    let mut engine = opened(&[("filter", "on")]);
    run(&mut engine, "put a 1; put c 1; flush");
    let (_, events) = run(&mut engine, "get b");
    assert_eq!(names(&events), ["MemtableSearched", "FilterAsked", "KeyNowhere"]);
    assert_eq!(outcome(&mut engine, "get c"), value("1"));
}

#[test]
fn a_merge_keeps_the_newest_and_drops_tombstones_with_the_oldest_table() {
    let mut engine = opened(&[]);
    run(&mut engine, "put a 1; put b 1; flush; put a 2; delete b; flush; put c 3; flush");
    let (_, events) = run(&mut engine, "merge 2 3");
    assert!(!names(&events).contains(&"TombstoneDropped"), "table 1 may hold what it hides");
    assert_eq!(file_names(&engine), ["1.sst", "2-3.sst", "4.log"]);
    assert_eq!(outcome(&mut engine, "get b"), Outcome::Value(None));
    let (_, events) = run(&mut engine, "merge");
    assert_eq!(
        names(&events),
        [
            "MergeBegun",
            "EntryMerged",
            "EntryDropped",
            "TombstoneDropped",
            "EntryDropped",
            "EntryMerged",
            "TableFinished",
            "TableSynced",
            "TableNamed",
            "DirectorySynced",
            "TablesSwitched",
            "InputDeleted",
            "InputDeleted",
            "MergeFinished",
        ]
    );
    assert_eq!(file_names(&engine), ["1-3.sst", "4.log"]);
    assert_eq!(
        outcome(&mut engine, "scan a z"),
        Outcome::Entries(vec![("a".into(), "2".into()), ("c".into(), "3".into()),])
    );
}

#[test]
fn a_merge_that_keeps_nothing_writes_no_table() {
    let mut engine = opened(&[]);
    run(&mut engine, "put a 1; flush; delete a; flush; merge");
    assert_eq!(file_names(&engine), ["3.log"]);
    run(&mut engine, "crash; put a 2; flush");
    assert_eq!(outcome(&mut engine, "get a"), value("2"));
}

#[test]
fn a_merge_in_the_background_misses_nothing() {
    let mut engine = opened(&[]);
    run(&mut engine, "put a 1; flush; put b 1; flush");
    assert_eq!(outcome(&mut engine, "begin merge"), Outcome::Pending);
    run(&mut engine, "put a 2; flush; get a; merge");
    assert_eq!(file_names(&engine), ["1-2.sst", "3.sst", "4.log"]);
    assert_eq!(outcome(&mut engine, "get a"), value("2"));
}

/// FAULTS S11: a merge that is given up over a damaged output takes it back, also from under its final name, by which
/// start-up would take the inputs for leftovers; and it says no more than that.
#[test]
fn a_merge_that_is_given_up_takes_its_output_back() {
    let mut engine = opened(&[]);
    run(&mut engine, "put a 1; flush; put b 2; flush; begin merge");
    while engine.disk.open("1-2.sst").is_none() {
        run(&mut engine, "get a");
    }
    let last = engine.disk.len(engine.disk.open("1-2.sst").unwrap()) - 1;
    let (_, events) = run(&mut engine, &format!("rot 1-2.sst {last}; get a; get a"));
    let given_up =
        events.iter().find(|event| matches!(event, Event::MergeGivenUp { .. })).expect("the footer is damaged");
    assert!(given_up.to_string().ends_with("It has deleted nothing: its inputs are as they were."), "{given_up}");
    assert_eq!(file_names(&engine), ["1.sst", "2.sst", "3.log"]);
    assert_eq!(outcome(&mut engine, "crash; get a"), value("1"));
    assert_eq!(outcome(&mut engine, "get b"), value("2"));
}

#[test]
fn refusals_say_why() {
    let mut engine = opened(&[("disk", "200")]);
    let refused = |engine: &mut SsTables, script: &str| match outcome(engine, script) {
        Outcome::Refused(reason) => reason,
        other => panic!("{script}: {other:?}"),
    };
    assert!(refused(&mut engine, "merge").contains("two tables or more, and there are 0"));
    run(&mut engine, "put a 1; put b 2");
    assert!(refused(&mut engine, "merge 1 9").contains("there are: none"));
    assert!(refused(&mut engine, "merge 2").contains("not those from 2 to 2"));
    assert!(refused(&mut engine, "rot 1.log 999").contains("accepted: 0 to"));
    assert!(refused(&mut engine, "rot x 1").contains("there are: 1.log"));
    // A table does not fit beside its log; what was written of it is taken back, and nothing is lost.
    run(&mut engine, "put c 3; put d 4");
    assert!(refused(&mut engine, "flush").contains("the disk is full"));
    assert_eq!(file_names(&engine), ["1.log"]);
    assert_eq!(outcome(&mut engine, "crash; get d"), value("4"));
}

fn script() -> impl Strategy<Value = Vec<Command>> {
    let key = prop_oneof!["a[a-d]{0,2}", "[0-9]{1,2}"].prop_map(|key| Key::new(&key));
    let which = prop_oneof![
        3 => Just((None, None)),
        1 => (1u32..4, 1u32..4).prop_map(|(first, more)| (Some(first), Some(first + more))),
    ];
    let command = prop_oneof![
        9 => (key.clone(), "[a-z]{0,4}").prop_map(|(key, value)| Command::Put { key, value }),
        4 => key.clone().prop_map(|key| Command::Delete { key }),
        1 => key.clone().prop_map(|key| Command::Get { key }),
        1 => (key.clone(), key).prop_map(|(from, to)| Command::Scan { from, to }),
        3 => Just(Command::Flush),
        1 => Just(Command::Sync),
        5 => (prop::bool::weighted(0.6), which)
            .prop_map(|(begin, (first, last))| Command::Merge { begin, first, last }),
    ];
    prop::collection::vec(command, 1..28)
}

fn parameters() -> impl Strategy<Value = Vec<(&'static str, &'static str)>> {
    let choice = |choices: &'static [&'static str]| prop::sample::select(choices);
    (
        choice(&["16", "40", "200"]),
        choice(&["16", "48"]),
        choice(&["1", "3"]),
        choice(&["always", "command"]),
        choice(&["on", "off"]),
    )
        .prop_map(|(memtable, block, restart, sync, filter)| {
            vec![("memtable", memtable), ("block", block), ("restart", restart), ("sync", sync), ("filter", filter)]
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// The merge's output is the sorted union of its inputs, the newest of each key, and no tombstone if the oldest
    /// table is among them.
    #[test]
    fn a_merge_is_the_sorted_union(opening in parameters(), script in script(), from in 0usize..3) {
        let mut engine = opened(&opening);
        for command in &script {
            engine.execute(&command.clone().into(), &mut ());
        }
        run(&mut engine, "merge");
        for command in script.into_iter().filter(|command| !matches!(command, Command::Merge { .. })) {
            engine.execute(&command.into(), &mut ());
        }
        let inputs: Vec<TableView> = engine.tables().into_iter().skip(from).collect();
        prop_assume!(inputs.len() > 1 && engine.memory.merge.is_none());
        let mut union = BTreeMap::new();
        for each in inputs.iter().flat_map(|table| &table.blocks).flat_map(|block| &block.entries) {
            union.insert(each.entry.key.clone(), each.entry.clone());
        }
        if from == 0 {
            union.retain(|_, entry| !entry.is_tombstone());
        }
        let (first, last) = (inputs[0].id.first, inputs[inputs.len() - 1].id.last);
        prop_assert_eq!(outcome(&mut engine, &format!("merge {first} {last}")), Outcome::Done);
        let tables = engine.tables();
        let output = tables.iter().find(|table| table.id == TableId { first, last });
        let merged = output.iter().flat_map(|table| &table.blocks).flat_map(|block| &block.entries).map(|each| &each.entry);
        prop_assert!(merged.eq(union.values()));
    }
}

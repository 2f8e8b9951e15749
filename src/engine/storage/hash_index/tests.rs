//! What the hash index does, case by case; [`proof`] pulls the plug everywhere, [`damage`] flips every byte.

mod damage;
mod proof;

use super::*;
use crate::contract::{Engine, Event as _};
use crate::testing::{self, commands, counter};

/// A probe that keeps what it is told.
#[derive(Default)]
struct Steps(Vec<(Event, HashIndex)>);

impl Probe<HashIndex> for Steps {
    fn step(&mut self, event: impl FnOnce() -> Event, state: &HashIndex) {
        self.0.push((event(), state.clone()));
    }
}

fn opened(parameters: &[(&str, &str)]) -> HashIndex {
    testing::opened(parameters)
}

/// Runs a script; returns what the last command came to, and all steps. Holds every command to the contract.
fn run(engine: &mut HashIndex, script: &str) -> (Outcome, Vec<Event>) {
    let mut all = Vec::new();
    let mut last = Outcome::Done;
    for command in commands::<HashIndex>(script) {
        let mut steps = Steps::default();
        last = engine.execute(&command, &mut steps);
        let (_, state) = steps.0.last().unwrap_or_else(|| panic!("`{command}` took no step"));
        assert_eq!(state.state(), engine.state(), "`{command}` changed something after its last step");
        all.extend(steps.0.into_iter().map(|(event, _)| event));
    }
    (last, all)
}

fn outcome(engine: &mut HashIndex, script: &str) -> Outcome {
    run(engine, script).0
}

fn names(events: &[Event]) -> Vec<&'static str> {
    events.iter().map(Event::name).collect()
}

fn found(engine: &mut HashIndex, key: &str) -> Option<String> {
    match outcome(engine, &format!("get {key}")) {
        Outcome::Value(value) => value,
        other => panic!("get {key}: {other:?}"),
    }
}

fn refusal(engine: &mut HashIndex, script: &str) -> String {
    match outcome(engine, script) {
        Outcome::Refused(reason) => reason,
        other => panic!("{script}: {other:?}"),
    }
}

fn file_names(engine: &HashIndex) -> Vec<String> {
    engine.files().into_iter().map(|file| file.name).collect()
}

/// A record that was just appended has replaced nothing and was not replaced: it is not dead.
#[test]
fn a_record_that_the_keydir_does_not_know_yet_is_new_and_not_dead() {
    let mut engine = opened(&[]);
    let mut seen = Vec::new();
    for command in commands::<HashIndex>("put a 1; put a 2; put b 3; delete a") {
        let mut steps = Steps::default();
        engine.execute(&command, &mut steps);
        for (_, state) in &steps.0 {
            let content = state.content(&state.files()[0]);
            seen.push(content.records.iter().map(|placed| placed.standing).collect::<Vec<_>>());
        }
    }
    seen.dedup();
    use Standing::{Dead, Live, New, Tombstone};
    let expected = [
        vec![New],
        vec![Live],
        vec![Live, New],
        vec![Dead, Live],
        vec![Dead, Live, New],
        vec![Dead, Live, Live],
        vec![Dead, Live, Live, Tombstone],
        vec![Dead, Dead, Live, Tombstone],
    ];
    assert_eq!(seen, expected);
}

#[test]
fn a_put_is_appended_synced_and_indexed() {
    let mut engine = opened(&[]);
    let (outcome, events) = run(&mut engine, "put a 1");
    assert_eq!((outcome, names(&events)), (Outcome::Done, vec!["RecordAppended", "SegmentSynced", "KeyIndexed"]));
    assert_eq!(found(&mut engine, "a"), Some("1".into()));
    assert_eq!(found(&mut engine, "b"), None);
    assert_eq!((counter(&engine, "disk_reads"), counter(&engine, "bytes_read")), (1, 16));
}

#[test]
fn a_segment_rolls_over_and_a_long_value_gets_one_of_its_own() {
    let mut engine = opened(&[("segment", "40")]);
    run(&mut engine, "put 1..2 x");
    assert_eq!(file_names(&engine), ["1.data"]);
    let (_, events) = run(&mut engine, "put 3 x");
    assert_eq!(names(&events)[..4], ["SegmentSynced", "SegmentCreated", "SegmentNamed", "RecordAppended"]);
    run(&mut engine, &format!("put long {}; put 4 x", "v".repeat(100)));
    assert_eq!(file_names(&engine), ["1.data", "2.data", "3.data", "4.data"]);
    assert_eq!(engine.files()[2].len, 14 + 4 + 100);
    assert_eq!(found(&mut engine, "long").unwrap().len(), 100);
}

#[test]
fn deleting_writes_a_tombstone_once() {
    let mut engine = opened(&[]);
    run(&mut engine, "put a 1; delete a");
    let written = counter(&engine, "bytes_written");
    assert_eq!(names(&run(&mut engine, "delete a").1), ["NothingToDelete"]);
    assert_eq!((counter(&engine, "bytes_written"), written), (31, 31));
    assert_eq!(counter(&engine, "dead_bytes"), 31);
    run(&mut engine, "crash");
    assert_eq!(found(&mut engine, "a"), None);
}

#[test]
fn a_range_is_paid_for_or_refused() {
    let script = "put 9 i; put 10 j; put a 1; put c 3; put b 2";
    let mut engine = opened(&[]);
    run(&mut engine, script);
    let entries = |pairs: &[(&str, &str)]| {
        Outcome::Entries(pairs.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect())
    };
    assert_eq!(outcome(&mut engine, "scan 9 b"), entries(&[("9", "i"), ("10", "j"), ("a", "1"), ("b", "2")]));
    assert_eq!(counter(&engine, "disk_reads"), 4);
    assert_eq!(outcome(&mut engine, "scan x y"), entries(&[]));
    assert_eq!(outcome(&mut engine, "scan b a"), entries(&[]));
    let mut engine = opened(&[("scan", "refuse")]);
    run(&mut engine, script);
    assert!(refusal(&mut engine, "scan a c").contains("no order"));
}

/// FAULTS S11.
#[test]
fn a_count_agrees_with_its_noun() {
    let (_, events) = run(&mut opened(&[]), "put a 1; scan a a");
    let told: String = events.iter().map(Event::to_string).collect();
    assert!(told.contains("1 key looked at, 1 found") && told.contains("a look at 1 key and 1 read,"), "{told}");
}

#[test]
fn a_merge_keeps_what_is_alive() {
    let mut engine = opened(&[("segment", "48")]);
    run(&mut engine, "put a 1; put b 1; put c 1; put a 2; put b 2; delete c; put d 4");
    assert_eq!(file_names(&engine), ["1.data", "2.data", "3.data"]);
    let (outcome, events) = run(&mut engine, "merge");
    assert_eq!(outcome, Outcome::Done);
    let dropped = |name| names(&events).iter().filter(|each| **each == name).count();
    assert_eq!((dropped("RecordDropped"), dropped("TombstoneDropped"), dropped("RecordCopied")), (3, 1, 2));
    assert_eq!(file_names(&engine), ["1.1.data", "1.1.hint", "3.data"]);
    for (key, value) in [("a", Some("2")), ("b", Some("2")), ("c", None), ("d", Some("4"))] {
        assert_eq!(found(&mut engine, key).as_deref(), value);
    }
    assert_eq!((counter(&engine, "dead_bytes"), counter(&engine, "live_bytes")), (0, 48));
    run(&mut engine, "crash");
    assert_eq!(found(&mut engine, "a").as_deref(), Some("2"));
    assert_eq!(found(&mut engine, "c"), None);
}

#[test]
fn a_merge_of_nothing_alive_writes_nothing() {
    let mut engine = opened(&[("segment", "32")]);
    run(&mut engine, "put a 1; delete a; put b 2");
    let (_, events) = run(&mut engine, "merge");
    assert!(!names(&events).contains(&"OutputCreated"), "{events:?}");
    assert_eq!(file_names(&engine), ["2.data"]);
}

/// FACTS: a tombstone may be dropped only if every file that can still hold an older value is also merged.
#[test]
fn a_partial_merge_carries_the_tombstone() {
    let mut engine = opened(&[("segment", "32")]);
    run(&mut engine, "put a 1; put x 1; delete a; put y 1; put z 1");
    assert_eq!(file_names(&engine), ["1.data", "2.data", "3.data"]);
    let (_, events) = run(&mut engine, "merge 2");
    let carried = events.iter().find_map(|event| match event {
        Event::RecordCopied { record, older, .. } if record.value.is_none() => Some(*older),
        _ => None,
    });
    assert_eq!(carried, Some(Some(SegmentId::FIRST)));
    run(&mut engine, "crash");
    assert_eq!(found(&mut engine, "a"), None);
    let (_, events) = run(&mut engine, "merge; crash");
    assert!(names(&events).contains(&"TombstoneDropped"));
    assert_eq!(found(&mut engine, "a"), None);
}

#[test]
fn a_merge_in_the_background_leaves_new_writes_alone() {
    let mut engine = opened(&[("segment", "48")]);
    run(&mut engine, "put a 1; put b 1; put c 1; put d 1");
    assert_eq!(outcome(&mut engine, "begin merge"), Outcome::Pending);
    assert!(refusal(&mut engine, "begin merge").contains("running"));
    run(&mut engine, "put b 2; delete c");
    assert!(engine.memory.merge.is_some());
    run(&mut engine, "get a; get a; get a; get a; get a; get a; get a; get a; get a; get a");
    assert!(engine.memory.merge.is_none());
    for (key, value) in [("a", Some("1")), ("b", Some("2")), ("c", None), ("d", Some("1"))] {
        assert_eq!(found(&mut engine, key).as_deref(), value);
    }
    assert!(refusal(&mut engine, "merge 7 9").contains("no closed segment from 7 to 9"));
}

/// A merge that died after naming its output leaves a tombstone in 2.1.data and the value it covers in 3.data, which is
/// read later: the value must not count even for a moment.
#[test]
fn a_value_that_is_read_after_its_tombstone_does_not_count() {
    let mut engine = opened(&[("segment", "32")]);
    run(&mut engine, "put o 1; put p 1; put q 1; put q 2; put k 1; put r 1; delete k; put s 1; put q 3");
    let mut steps = Steps::default();
    engine.execute(&commands::<HashIndex>("merge 2 4")[0], &mut steps);
    let named = steps.0.into_iter().find(|(event, _)| matches!(event, Event::OutputsNamed { .. }));
    let (_, mut photograph) = named.unwrap();
    let (_, events) = run(&mut photograph, "crash");
    let outdated = events.iter().any(|event| match event {
        Event::RecordReplayed { record, at, verdict } => {
            record.key.as_str() == "k" && at.segment.number == 3 && matches!(verdict, Verdict::Outdated { .. })
        }
        _ => false,
    });
    assert!(outdated, "{events:?}");
    assert_eq!(found(&mut photograph, "k"), None);
}

/// The record that replaced another may still be in the page cache when the merge deletes the other.
#[test]
fn a_merge_deletes_nothing_before_its_replacement_is_safe() {
    let mut engine = opened(&[("segment", "32"), ("sync", "command")]);
    run(&mut engine, "put a 1; put b 1; sync; put a 2; merge; crash");
    assert!(found(&mut engine, "a").is_some());
}

#[test]
fn the_hint_is_a_shortcut_only() {
    let mut engine = opened(&[("segment", "64")]);
    let script = format!("put a {0}; put b {0}; put c 1; merge", "v".repeat(30));
    run(&mut engine, &script);
    let mut scanned = engine.clone();
    let (_, events) = run(&mut engine, "crash");
    assert!(names(&events).contains(&"HintLoaded"), "{events:?}");
    run(&mut scanned, "rot 1.1.hint 3");
    let (_, events) = run(&mut scanned, "crash");
    assert!(names(&events).contains(&"HintRejected") && names(&events).contains(&"SegmentOpened"), "{events:?}");
    assert_eq!(scanned.state()["keydir"], engine.state()["keydir"]);
    assert!(counter(&scanned, "bytes_read") > counter(&engine, "bytes_read"));
}

#[test]
fn a_torn_tail_is_cut() {
    for seed in 0..40 {
        let mut engine = opened(&[("sync", "command")]);
        run(&mut engine, &format!("put a 1; sync; put b 2; put a 3; crash torn {seed}"));
        let content = engine.content(&engine.files()[0]);
        assert!(content.bad.is_none() && !content.records.is_empty(), "seed {seed}");
        assert!(["1", "3"].contains(&found(&mut engine, "a").unwrap().as_str()));
    }
}

/// FACTS: in the middle of a file it is corruption, and is reported, not skipped silently.
#[test]
fn damage_is_told_with_its_place() {
    let mut engine = opened(&[("segment", "32")]);
    run(&mut engine, "put a 1; put b 2; put c 3; rot 1.data 31");
    assert!(refusal(&mut engine, "get b").contains("1.data at offset 16 is damaged"));
    assert_eq!(found(&mut engine, "a"), Some("1".into()));

    let mut merging = engine.clone();
    let (outcome, events) = run(&mut merging, "merge");
    assert!(matches!(outcome, Outcome::Refused(_)) && names(&events).contains(&"MergeGivenUp"), "{events:?}");
    assert_eq!(file_names(&merging), file_names(&engine));
    assert_eq!(found(&mut merging, "a"), Some("1".into()));

    assert!(refusal(&mut engine, "crash").contains("1.data at offset 16 is damaged"));
    assert!(refusal(&mut engine, "get a").contains("closed"));
    assert!(refusal(&mut engine, "put a 2").contains("closed"));
    run(&mut engine, "rot 1.data 31; crash");
    assert_eq!(found(&mut engine, "b"), Some("2".into()), "the bit has flipped back");

    // The active segment was synced after every write, so a whole record with a wrong checksum is no torn write.
    assert!(refusal(&mut engine, "rot 2.data 15; crash").contains("2.data at offset 0 is damaged"));
}

#[test]
fn a_full_disk_refuses_and_goes_on() {
    let mut engine = opened(&[("disk", "64"), ("segment", "32")]);
    run(&mut engine, "put a 1; put a 2; put a 3");
    assert!(refusal(&mut engine, "put long valuevaluevalue").contains("full"));
    run(&mut engine, "put b 4");
    let files = file_names(&engine);
    assert!(refusal(&mut engine, "merge").contains("full"), "a merge needs room for its copies");
    assert_eq!(file_names(&engine), files, "what it wrote is taken back");
    assert_eq!(found(&mut engine, "a"), Some("3".into()));
}

#[test]
fn what_cannot_be_done_is_told() {
    let mut engine = opened(&[]);
    assert!(refusal(&mut engine, &format!("put {} 1", "k".repeat(65_536))).contains("65536 bytes"));
    assert_eq!(outcome(&mut engine, &format!("put {} 1", "k".repeat(65_535))), Outcome::Done);
    assert!(refusal(&mut opened(&[]), "merge").contains("nothing to merge: only closed segments"));
    assert!(refusal(&mut engine, "rot 1.data 999999").contains("so none at offset 999999"));
    assert!(refusal(&mut engine, "rot x 0").contains("there are: 1.data"));
    assert!(refusal(&mut opened(&[]), "rot 1.data 0").contains("1.data is empty"));
    assert_eq!(names(&run(&mut engine, "sync").1), ["NothingToSync"]);
}

#[test]
fn commands_are_written_as_they_are_read() {
    let script = "put \"new york\" \"\"; get é; delete \"1..2\"; scan a c; sync; merge; merge 1 2; begin merge 3 3; \
                  rot 1.data 7; crash; crash kept; crash torn 3";
    let first = commands::<HashIndex>(script);
    let again: Vec<_> = first.iter().flat_map(|command| commands::<HashIndex>(&command.to_string())).collect();
    assert_eq!(first, again);
}

#[test]
fn bytes_are_explained() {
    let mut engine = opened(&[("segment", "48")]);
    run(&mut engine, "put a xy; delete a; put b \"\"; put c 1; merge");
    for file in engine.files() {
        let dump = engine.dump(&file.name).unwrap();
        let covered: usize = dump.spans.iter().map(|span| span.range.len()).sum();
        assert_eq!((dump.bytes.len() as u64, covered as u64), (file.len, file.len), "{}", file.name);
        if !file.is.is_hint {
            for placed in engine.content(&file).records {
                let dump = engine.dump(&format!("{}@{}", file.name, placed.at.offset)).unwrap();
                assert_eq!(dump.bytes, placed.record.encode());
            }
        }
    }
    assert_eq!(engine.dump("9.data"), None);
    assert_eq!(engine.dump("1.1.data@999"), None);
}

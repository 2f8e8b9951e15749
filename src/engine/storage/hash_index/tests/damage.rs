//! Every byte of every file is flipped, and every file cut off everywhere: nothing panics, and no wrong value is given.

use super::*;

#[test]
fn no_damage_gives_a_wrong_value() {
    let mut engine = opened(&[("segment", "48")]);
    run(&mut engine, "put a 1; put b 2; put a 3; put c 4; delete b; merge; put d 5; put a 6; put e 7; put f 8");
    let keys = ["a", "b", "c", "d", "e", "f"];
    let whole: Vec<_> = keys.iter().map(|key| found(&mut engine, key)).collect();
    let names = file_names(&engine);
    let mut refused = 0;
    for name in names {
        let file = engine.disk.open(&name).unwrap();
        for at in 0..engine.disk.len(file) {
            for cut in [false, true] {
                let mut damaged = engine.clone();
                match cut {
                    true => damaged.disk.truncate(file, at).unwrap(),
                    false => damaged.disk.rot(file, at),
                }
                outcome(&mut damaged, "crash kept");
                for (key, right) in keys.iter().zip(&whole) {
                    match outcome(&mut damaged, &format!("get {key}")) {
                        Outcome::Refused(reason) => {
                            assert!(reason.contains(&name) && reason.contains("offset"), "{name}, {at}: {reason}");
                            refused += 1;
                        }
                        // Only a file that is cut may have lost its end.
                        Outcome::Value(value) => {
                            assert!(value == *right || cut, "{name}, {at}: {key} is {value:?}");
                            let written = [
                                None,
                                Some("1"),
                                Some("3"),
                                Some("2"),
                                Some("4"),
                                Some("5"),
                                Some("6"),
                                Some("7"),
                                Some("8"),
                            ];
                            assert!(written.contains(&value.as_deref()), "{name}, {at}: {key} is {value:?}");
                        }
                        other => panic!("{other:?}"),
                    }
                }
            }
        }
    }
    assert!(refused > 0);
}

/// FAULTS S1: whichever byte is damaged of a segment that was synced, or that start-up has found and serves, start-up
/// reports it. None of the writes is taken for one that a crash tore.
#[test]
fn damage_to_what_was_synced_is_never_cut_off() {
    for (sync, script) in [
        ("always", "put a 1; put b 2; put c 3"),
        ("always", "put a 1; put b 2; delete a"),
        ("command", "put a 1; put b 2; put c 3; sync"),
        ("command", "put a 1; sync; put b 2; sync; delete a; sync"),
        ("command", "put a 1; sync; put b 2; put c 3; crash kept"),
        ("command", "put a 1; put b 2; sync; put c 3; put d 4; crash torn 2; put c 4; sync"),
    ] {
        let mut engine = opened(&[("segment", "1000"), ("sync", sync)]);
        run(&mut engine, script);
        let data = engine.disk.open("1.data").unwrap();
        for offset in 0..engine.disk.len(data) {
            let mut damaged = engine.clone();
            let reason = refusal(&mut damaged, &format!("rot 1.data {offset}; crash"));
            assert!(reason.contains("is damaged"), "{sync}, {script}, byte {offset}: {reason}");
        }
    }
}

/// FAULTS S1: where a mark finds no room, the segment is closed, which says as much.
#[test]
fn a_full_segment_is_closed_in_place_of_a_mark() {
    let mut engine = opened(&[("segment", "48"), ("sync", "command")]);
    let (_, events) = run(&mut engine, "put a 1; put b 2; put c 3; sync");
    assert_eq!(names(&events)[6..], ["SegmentSynced", "SegmentCreated", "SegmentNamed"]);
    for offset in 0..48 {
        refusal(&mut engine.clone(), &format!("rot 1.data {offset}; crash"));
    }
}

/// FAULTS S1: what a merge has made safe before it deletes what was replaced.
#[test]
fn what_a_merge_relies_on_is_marked() {
    let mut engine = opened(&[("segment", "46"), ("sync", "command")]);
    run(&mut engine, "put a 1; put b 1; put a 2; merge");
    assert_eq!(file_names(&engine), ["1.1.data", "1.1.hint", "2.data"]);
    for offset in 0..16 {
        refusal(&mut engine.clone(), &format!("rot 2.data {offset}; crash"));
    }
}

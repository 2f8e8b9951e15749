//! Every byte of every file is explained, once, and rightly.

use super::*;

#[test]
fn every_byte_is_explained_once() {
    let mut engine = opened(&[("memtable", "4096"), ("restart", "3")]);
    run(&mut engine, "put apple 1; put apply 2; delete band; put 1..9 x; put z ''; flush; put a 1; delete b");
    for name in file_names(&engine) {
        let dump = engine.dump(&name).expect("a file can be looked at");
        let mut at = 0;
        for span in &dump.spans {
            assert_eq!(span.range.start, at, "{name}: {}", span.label);
            at = span.range.end;
        }
        assert_eq!((at, dump.offset), (dump.bytes.len(), 0), "{name}");
        let checksums = dump.spans.iter().filter(|span| span.label == "checksum");
        assert!(
            checksums.clone().count() >= 2 && checksums.clone().all(|span| span.value.ends_with(", fits")),
            "{name}"
        );
    }
}

#[test]
fn a_record_and_a_block_say_what_they_are() {
    let mut engine = opened(&[("memtable", "4096")]);
    run(&mut engine, "put apple 1; put apply 2");
    let says = |engine: &SsTables, key: &str| -> Vec<String> {
        let dump = engine.dump(key).expect("there are bytes");
        dump.spans.into_iter().map(|span| format!("{}: {}", span.label, span.value)).collect()
    };
    let record = says(&engine, "1.log@31");
    assert_eq!(
        record[1..],
        [
            "length of what follows the header: 15",
            "bytes of the log that were synced before: 31",
            "length of the key, with its number: 13",
            "key: apply",
            "sequence number and kind: number 2, a value",
            "value: 2",
        ]
    );
    run(&mut engine, "flush");
    let block = says(&engine, "1.sst@0");
    assert_eq!(
        block[6..12],
        [
            "bytes shared with the key before: 4",
            "bytes not shared: 9",
            "bytes of the value: 1",
            "key: apply",
            "sequence number and kind: number 2, a value",
            "value: 2",
        ]
    );
    assert_eq!(engine.dump("1.sst@7"), None);
    assert_eq!(engine.dump("2.sst"), None);
}

/// Damaged bytes are shown as they are, and the checksum says so.
#[test]
fn what_does_not_fit_is_shown() {
    let mut engine = opened(&[]);
    run(&mut engine, "put apple 1; put apply 2; flush");
    run(&mut engine, "rot 1.sst 3");
    let dump = engine.dump("1.sst").unwrap();
    assert!(dump.spans.iter().any(|span| span.label == "checksum" && span.value.ends_with("doesn't fit")));
}

//! What must hold of the figure: sizes, what is lost and what is not, and that nothing a reader types makes it fall.

use proptest::prelude::*;

use super::*;
use crate::testing::{counter, go_on, run, told};

fn after(script: &str) -> Encoding {
    run::<Encoding>(&[], script).0
}

#[test]
fn the_worked_record_has_the_sizes_that_everyone_knows() {
    let engine = after("encode all; decode all");
    let sizes = Format::ALL.map(|format| engine.written(format).map_or(0, |written| written.bytes.len()));
    assert_eq!(sizes, [81, 145, 80, 66, 100, 59, 34, 33, 32]);
    assert_eq!([counter(&engine, "records_read"), counter(&engine, "records_changed")], [9, 0]);
    // The values are much the same everywhere: digits and fixed widths make the difference.
    let values = Format::ALL.map(|format| engine.written(format).map_or(0, |written| written.spent()[0]));
    assert_eq!(values, [28, 28, 39, 26, 32, 32, 26, 26, 26]);
}

/// What a format loses of a record: how often it comes back as another one.
fn lost(script: &str) -> Vec<&'static str> {
    let engine = after(&format!("{script}; encode all"));
    let is_other = |format: &&Format| {
        let written = engine.written(**format);
        written.is_some_and(|written| !written.differences(&engine.record, &engine.schema).is_empty())
    };
    Format::ALL.iter().filter(is_other).map(|format| format.name()).collect()
}

#[test]
fn what_a_format_cannot_say_is_lost_and_found_by_reading() {
    assert_eq!(lost("put userName Ann"), [""; 0]);
    // Nothing, missing and empty.
    assert_eq!(
        lost("put favoriteNumber null"),
        ["XML", "CSV", "Thrift Binary", "Thrift Compact", "Protocol Buffers"],
        "nothing is read as missing"
    );
    assert_eq!(lost("remove favoriteNumber"), ["Avro"], "missing is read as nothing");
    assert_eq!(lost("field 4 motto text?; put motto \"\""), ["CSV"], "empty is read as missing");
    assert_eq!(lost("field 3 interests text[]?; put interests []"), ["XML"], "an empty list is read as missing");
    assert_eq!(lost("field 3 interests text[]?; remove interests"), ["Protocol Buffers", "Avro"]);
    // Text has no place for bytes, but Base64 brings them back.
    assert_eq!(lost("put photo 0xffd8ffe000"), [""; 0]);
}

#[test]
fn numbers_beyond_2_to_53_are_others_in_a_reader_that_has_doubles() {
    let script = "put favoriteNumber 9007199254740993; encode all";
    let (mut engine, _) = run::<Encoding>(&[("numbers", "doubles")], script);
    let (says, _) = told(&mut engine, "decode json");
    assert!(says.ends_with("favoriteNumber was 9007199254740993 and is 9007199254740992."), "{says}");
    let (says, _) = told(&mut engine, "decode messagepack");
    assert!(says.ends_with("the reader has the same record."), "{says}");
    go_on(&mut engine, "put favoriteNumber 9007199254740992; decode json", &mut ());
    assert_eq!([counter(&engine, "records_read"), counter(&engine, "records_changed")], [2, 1]);
}

#[test]
fn base64_is_a_third_longer() {
    let engine = after("field 4 photo bytes; put photo 0xffd8ffe000104a4649460001; encode all");
    let json = engine.written(Format::Json).unwrap();
    let photo = json.parts.iter().find(|part| part.field == Some(3) && part.role == Role::Value);
    assert_eq!(photo.map(|part| part.range.len()), Some(16), "twelve bytes are sixteen letters");
}

#[test]
fn a_record_of_zeros_is_no_bytes_in_protocol_buffers() {
    let script = "put userName \"\"; put interests []; remove favoriteNumber; encode protobuf";
    let mut engine = after("");
    let (says, _) = told(&mut engine, script);
    assert!(says.contains("Protocol Buffers needs no byte"), "{says}");
    let (says, _) = told(&mut engine, "decode protobuf");
    assert!(says.ends_with("the reader has the same record."), "{says}");
}

#[test]
fn a_mistake_names_the_field_and_what_is_accepted() {
    let refused = |command: &str| match told(&mut after("encode json"), command).1 {
        Outcome::Refused(reason) => reason,
        other => panic!("{command}: {other}"),
    };
    assert_eq!(
        refused("put favoriteNumber x"),
        "favoriteNumber: `x` doesn't fit long; accepted: a whole number of 64 bits"
    );
    assert!(refused("put interests hacking").starts_with("interests: `hacking` is no list; accepted: [a,b]"));
    assert!(refused("remove userName").contains("`field 1 userName text?` makes it"));
    assert!(refused("remove motto").contains("accepted: userName, favoriteNumber, interests"));
    assert_eq!(
        refused("field 2 age int"),
        "number 2 is that of favoriteNumber; accepted: a number that no other field has"
    );
    assert!(refused("field 19500 age int").contains("keeps for itself"));
    assert!(refused("change json 81 0").contains("accepted: 0 to 80"));
    assert!(refused("decode avro").contains("`encode` writes it"));
}

/// Every byte that is read is in one stretch, in order; where a read fails, it fails at or behind what was read.
/// A format may need no byte at all, and then there is none to be named.
#[test]
fn of_no_bytes_none_is_cut_off_or_changed() {
    let mut encoding = after("put userName \"\"; put interests []; remove favoriteNumber; encode protobuf");
    for script in ["cut protobuf 0", "change protobuf 0 1"] {
        let (_, outcome) = told(&mut encoding, script);
        assert!(
            matches!(&outcome, Outcome::Refused(why) if why.starts_with("Protocol Buffers has no bytes")),
            "{outcome:?}"
        );
    }
}

#[test]
fn stretches_cover_what_was_read() {
    for script in ["encode all", "put photo 0xff; field 3 interests text[]?; remove interests; encode all"] {
        let engine = after(script);
        for written in engine.formats.iter().flatten() {
            let stretches = written.stretches();
            let end = stretches.iter().try_fold(0, |end, one| (one.bytes.start == end).then_some(one.bytes.end));
            assert_eq!(end, Some(written.bytes.len()), "{}", written.format.name());
            let fields: Vec<_> = stretches.iter().filter_map(|one| one.field).collect();
            assert!(!fields.is_empty(), "{}: {stretches:?}", written.format.name());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn changed_bytes_are_refused_at_a_byte_or_are_another_record(place: u16, to: u8, format in 0..9_usize) {
        let mut engine = after("put photo 0xffd8; encode all");
        let format = Format::ALL[format];
        let many = engine.written(format).map_or(1, |written| written.bytes.len());
        engine.change(format, usize::from(place) % many, to, &mut ()).unwrap();
        let written = engine.written(format).unwrap();
        match &written.read {
            Ok(read) => prop_assert_eq!(engine.schema.check(read), Ok(())),
            Err(bad) => prop_assert!(bad.offset <= many),
        }
        let read: usize = written.parts.iter().map(|part| part.range.len()).sum();
        prop_assert!(read <= many);
    }
}

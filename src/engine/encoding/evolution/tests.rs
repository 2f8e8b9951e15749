//! What must hold of versions, whatever they are; and the traps into which others fell.

use proptest::prelude::*;

use super::*;
use crate::testing::{counter, go_on, run, told};

const FAMILIES: [&str; 3] = ["avro", "protobuf", "thrift"];

fn of(family: &str, script: &str) -> Evolution {
    run(&[("family", family)], script).0
}

/// The cell of one version's data, read by another's code.
fn cell(evolution: &Evolution, writer: u32, reader: u32) -> Cell {
    let versions = &evolution.versions;
    let of = |number: u32| &versions[number as usize - 1];
    Cell::new(evolution.settings.family, &evolution.record, of(writer), of(reader))
}

/// What becomes of each field, as `name value`, and the cell's verdict.
fn read(evolution: &Evolution, writer: u32, reader: u32) -> (String, Verdict) {
    let cell = cell(evolution, writer, reader);
    let fields: Vec<_> = cell.got.iter().map(|got| format!("{} {}", got.name, got.value)).collect();
    (fields.join(", "), cell.verdict())
}

#[test]
fn the_worked_record_has_its_known_sizes() {
    for (family, bytes) in [("avro", 32), ("protobuf", 33), ("thrift", 34)] {
        assert_eq!(cell(&of(family, "read v1"), 1, 1).encoded.bytes.len(), bytes, "{family}");
        let evolution = of(family, "read v1");
        assert_eq!(counter(&evolution, "record_bytes"), bytes as u64);
        assert_eq!(counter(&evolution, "cells_fine"), 1);
    }
}

#[test]
fn a_field_with_a_default_is_filled_in_and_passed_over() {
    for family in FAMILIES {
        let evolution = of(family, "add photo bytes? default null");
        assert_eq!(cell(&evolution, 1, 2).verdict(), Verdict::Filled, "{family}");
        assert_eq!(cell(&evolution, 2, 1).verdict(), Verdict::Skipped, "{family}");
    }
}

/// Without a default Avro's new code can't read old data, and Thrift's can't where the field has to be there. Protocol
/// Buffers takes zero.
#[test]
fn a_field_without_a_default() {
    let verdicts = FAMILIES.map(|family| cell(&of(family, "add age int"), 1, 2).verdict());
    assert_eq!(verdicts, [Verdict::Error, Verdict::Filled, Verdict::Error]);
}

#[test]
fn a_name_may_change_where_numbers_count() {
    let rename = "rename userName name";
    let (data, verdict) = read(&of("protobuf", rename), 1, 2);
    assert!(data.starts_with("name Martin"));
    assert_eq!(verdict, Verdict::Fine);
    assert_eq!(read(&of("avro", rename), 1, 2).1, Verdict::Error);
    let aliased = of("avro", "rename userName name keeping alias");
    assert_eq!(read(&aliased, 1, 2).1, Verdict::Fine);
    // Only the reader's aliases count: old code knows no new name.
    assert_eq!(read(&aliased, 2, 1).1, Verdict::Error);
}

/// FIGURES: int64 read as int32 is cut, and no one is told.
#[test]
fn a_long_is_cut_where_an_int_is_read() {
    let script = "retype favoriteNumber int?; set favoriteNumber 1337; retype favoriteNumber long?; set favoriteNumber 5000000000";
    let evolution = of("protobuf", script);
    let (data, verdict) = read(&evolution, 3, 2);
    assert!(data.contains("favoriteNumber 705032704"), "{data}");
    assert_eq!(verdict, Verdict::Wrong);
    // Thrift writes another kind for it, and steps over the field; Avro refuses.
    assert_eq!(read(&of("thrift", script), 3, 2).1, Verdict::Wrong);
    assert_eq!(read(&of("avro", script), 3, 2).1, Verdict::Error);
    // The other way is fine in all but Thrift's eyes, where an int is no long.
    let script = "retype favoriteNumber int?; retype favoriteNumber long?";
    let verdicts = FAMILIES.map(|family| read(&of(family, script), 2, 3).1);
    assert_eq!(verdicts, [Verdict::Fine, Verdict::Fine, Verdict::Wrong]);
}

/// Optional to repeated: old code takes the last of several, and new code a list of one.
#[test]
fn one_becomes_many_in_protocol_buffers_alone() {
    let evolution = of("protobuf", "repeat userName");
    assert_eq!(
        read(&evolution, 1, 2),
        ("userName [Martin], favoriteNumber 1337, interests [daydreaming, hacking]".to_owned(), Verdict::Fine)
    );
    let mut evolution = evolution;
    go_on(&mut evolution, "set userName Martin,Ada", &mut ());
    let (data, verdict) = read(&evolution, 2, 1);
    assert!(data.starts_with("userName Ada"), "{data}");
    assert_eq!(verdict, Verdict::Wrong);
    assert_eq!(read(&of("avro", "repeat userName"), 1, 2).1, Verdict::Error);
}

/// A number that is given again means two things.
#[test]
fn a_number_that_is_given_again_is_misread() {
    let (evolution, outcomes) =
        run::<Evolution>(&[("family", "protobuf")], "remove favoriteNumber; add zip long? number 2");
    assert!(
        matches!(&outcomes[1], Outcome::Refused(reason) if reason.contains("number 2 was favoriteNumber, and is reserved"))
    );
    assert_eq!(evolution.versions.len(), 2);
    let script = "remove favoriteNumber; add zip long? number 2";
    let (evolution, _) = run::<Evolution>(&[("family", "protobuf"), ("reserve", "off")], script);
    let (data, verdict) = read(&evolution, 1, 3);
    assert!(data.contains("zip 1337"), "{data}");
    assert_eq!(verdict, Verdict::Wrong);
    // And by name, the same with a name that is given again.
    let evolution = of("avro", "remove favoriteNumber; add favoriteNumber long? default null");
    assert_eq!(read(&evolution, 1, 3).1, Verdict::Wrong);
}

/// A schema made from a table: columns by their place are confused as soon as one goes, columns by name are not.
#[test]
fn a_schema_from_a_table_has_names_or_places() {
    let script = "add email text; remove name";
    let made = |family| run::<Evolution>(&[("family", family), ("origin", "table")], script).0;
    let (avro, numbered) = (made("avro"), made("protobuf"));
    assert_eq!(read(&avro, 1, 3), ("id 7, city London, email null".to_owned(), Verdict::Both));
    let (data, verdict) = read(&numbered, 1, 3);
    assert!(data.starts_with("id 7, city Ada, email London"), "{data}");
    assert_eq!(verdict, Verdict::Wrong);
    // A column more at the end is fine in all.
    for family in FAMILIES {
        assert_eq!(cell(&made(family), 1, 2).verdict(), Verdict::Filled, "{family}");
        assert_eq!(cell(&made(family), 2, 1).verdict(), Verdict::Skipped, "{family}");
    }
}

/// What a way costs is what its bytes are: those about the schema, and the records.
#[test]
fn each_way_of_learning_the_schema_has_its_price() {
    let mut evolution = of("avro", "add photo bytes? default null");
    let record = cell(&evolution, 2, 2).encoded.bytes.len() as u64;
    for (way, fixed, each) in
        [("file", true, false), ("number", false, true), ("fingerprint", false, true), ("handshake", true, false)]
    {
        let mut about = Vec::new();
        for times in [1, 100] {
            go_on(&mut evolution, &format!("send v2 v1 by {way} times {times}"), &mut ());
            assert_eq!(evolution.shipments.last().map(|sent| sent.records), Some(times));
            let (sent, schema) = (counter(&evolution, "sent_bytes"), counter(&evolution, "schema_bytes"));
            let rest = sent - schema - record * times;
            assert!(rest <= 20, "{way}: {rest} bytes are neither");
            about.push(schema);
        }
        assert_eq!(about[1] == 100 * about[0], each, "{way} {about:?}");
        assert_eq!(about[1] <= about[0], fixed, "{way} {about:?}");
    }
    let (said, _) = told(&mut evolution, "send v2 v1 by handshake");
    assert!(said.contains("two hashes"), "known by now: {said}");
    for piece in evolution.shipments.iter().flat_map(|sent| &sent.pieces) {
        let mut at = 0;
        for part in &piece.encoded.spans {
            assert_eq!(part.range.start, at, "{} {part:?}", piece.name);
            at = part.range.end;
        }
        assert_eq!(at, piece.encoded.bytes.len(), "each byte of the {} is explained", piece.name);
    }
}

#[test]
fn a_text_of_avro_has_all_that_avro_has() {
    let text = |fields: &str| format!("schema \"{{'type':'record','name':'Person','fields':[{fields}]}}\"");
    let color = |symbols: &str| {
        format!("{{'name':'c','type':{{'type':'enum','name':'C','symbols':[{symbols}],'default':'RED'}}}}")
    };
    let script = format!("{}; {}; set c BLUE", text(&color("'RED'")), text(&color("'RED','BLUE'")));
    let evolution = of("avro", &script);
    assert_eq!(read(&evolution, 3, 2), ("c RED".to_owned(), Verdict::Filled));
    assert_eq!(read(&evolution, 2, 3).1, Verdict::Error, "v2 can't write BLUE");
}

#[test]
fn refusals_say_what_there_is() {
    for (family, script, said) in [
        ("avro", "remove age", "the newest version has no field age; it has userName, favoriteNumber and interests"),
        ("avro", "add userName int", "the newest version has a field userName already"),
        ("avro", "read v1 as v2", "there is no v2, but only v1"),
        ("avro", "set favoriteNumber x", "x is no value of its favoriteNumber, long?: accepted is null or long"),
        ("avro", "add a int default x", "x is no default for a, int; accepted: a whole number of 32 bits"),
        ("avro", "add a int number 9", "Avro finds fields by name; they have no numbers"),
        ("protobuf", "rename userName name keeping alias", "an alias is for a schema of Avro that is written by hand"),
        (
            "thrift",
            "send v1 v1",
            "Thrift has the number of each field in the record: a reader can do without the writer's schema",
        ),
    ] {
        let (_, outcomes) = run::<Evolution>(&[("family", family)], script);
        assert_eq!(outcomes, [Outcome::Refused(said.to_owned())], "{script}");
    }
}

#[test]
fn a_mistake_in_a_text_is_shown_where_it_stands_in_the_script() {
    let script = "schema \"{'type':'record','name':'P','fields':[{'name':'a','type':'lonk'}]}\"";
    let statement = &crate::language::statements(script).expect("it is one")[0];
    let mistake = Evolution::parse(&mut crate::language::Words::new(statement)).err().expect("there is no lonk");
    assert_eq!((mistake.place.line, &script[mistake.place.column - 1..][..6]), (1, "'lonk'"));
}

/// A backslash takes a column of its own, and a text goes on in a new line at its first column.
#[test]
fn a_mistake_behind_backslashes_and_in_a_later_line_is_shown_there() {
    for script in [
        r#"schema "{\"type\":\"record\",\"name\":\"P\",\"fields\":[{\"name\":\"a\",\"type\":\"lonk\"}]}""#,
        "schema \"{'type':'record','name':'P',\n 'fields':[\n  {'name':'a','type':'lonk'}]}\"",
    ] {
        let statement = &crate::language::statements(script).expect("it is one")[0];
        let mistake = Evolution::parse(&mut crate::language::Words::new(statement)).err().expect("there is no lonk");
        let line = script.lines().nth(mistake.place.line - 1).expect("the line is there");
        assert!(line[mistake.place.column..].trim_start_matches(['\\', '"']).starts_with("lonk"), "{mistake}");
    }
}

/// How a reader of the newest version comes by a field of what `writer` wrote.
fn how(evolution: &Evolution, writer: u32, name: &str) -> How {
    let cell = cell(evolution, writer, evolution.newest().number);
    let got = cell.got.into_iter().find(|got| *got.name == *name);
    got.expect("the newest version has the field").how
}

/// A value that is cut to what stands for nothing has been read, and is not one that was passed over.
#[test]
fn a_value_that_is_cut_to_zero_is_another_value() {
    let cut = of("protobuf", "retype favoriteNumber int; set favoriteNumber 4294967296");
    assert_eq!(how(&cut, 1, "favoriteNumber"), How::Changed { from: "4294967296".to_owned() });
    let last = of("protobuf", "repeat userName; set userName a,");
    let cell = cell(&last, 2, 1);
    assert_eq!(cell.got[0].how, How::Changed { from: "[a, \"\"]".to_owned() });
}

/// A list of numbers is packed: new code reads one number as a list, and old code, which looks for a number, passes over
/// all of them.
#[test]
fn old_code_passes_over_a_packed_list() {
    let evolution = of("protobuf", "add n int; repeat n; set n 5");
    assert_eq!(read(&evolution, 2, 3).1, Verdict::Fine);
    let cell = cell(&evolution, 3, 2);
    assert_eq!(cell.got[3].how, How::PassedOver { value: "[5]".to_owned(), from: "n".into() });
}

/// What proto3 does not write because it is zero, a reader with another default can't know.
#[test]
fn zero_is_not_written_and_another_default_is_taken_for_it() {
    let evolution = of("protobuf", "add n long; retype n long default 5; set n 0");
    assert_eq!(how(&evolution, 2, "n"), How::Unsaid { value: "0".to_owned(), from: "n".into() });
    assert_eq!(how(&of("thrift", "add n long; retype n long default 5; set n 0"), 2, "n"), How::Same);
}

/// Nothing that is written as nothing comes as what it was. Only a reader with a default has something filled in.
#[test]
fn nothing_is_read_as_nothing_by_who_has_no_default_for_it() {
    for family in FAMILIES {
        let evolution = of(family, "set favoriteNumber null; add a int? default null");
        assert_eq!(how(&evolution, 1, "favoriteNumber"), How::Same, "{family}");
        assert_eq!(how(&evolution, 2, "favoriteNumber"), How::Same, "{family}");
    }
}

#[test]
fn a_value_under_another_number_is_lost_and_not_in_another_form() {
    let (evolution, _) = run::<Evolution>(&[("family", "protobuf"), ("origin", "table")], "remove name; read v2 as v1");
    let cell = cell(&evolution, 2, 1);
    assert_eq!(cell.got[2].how, How::Lost { value: "London".to_owned(), from: "city".into(), number: 2 });
    let (family, got) = (Family::ProtocolBuffers, cell.got[2].clone());
    assert_eq!(
        Event::FieldRead { family, writer: 2, reader: 1, got }.to_string(),
        "v1 looks for city under number 3, finds nothing there, and has null. The London that v2 wrote as city, under \
         number 2, is lost to it."
    );
}

/// Every whole number either is the same as a double, or it is told that it is not.
#[test]
fn a_promotion_that_changes_a_number_is_told() {
    for (number, is_same) in [
        ("9007199254740992", true),
        ("9007199254740993", false),
        ("9223372036854775807", false),
        ("-9223372036854775808", true),
    ] {
        let script = format!("retype favoriteNumber double; set favoriteNumber {number}");
        let verdict = read(&of("avro", &script), 1, 2).1;
        assert_eq!(verdict == Verdict::Fine, is_same, "{number}");
    }
}

/// Protocol Buffers writes true as 1, so a number in its place loses nothing; but 2 is true, and true is 1.
#[test]
fn a_truth_and_a_number_are_written_alike() {
    assert_eq!(read(&of("protobuf", "add ok bool; retype ok long"), 2, 3).1, Verdict::Fine);
    assert_eq!(read(&of("protobuf", "add n long; retype n bool; set n 1"), 2, 3).1, Verdict::Fine);
    assert_eq!(read(&of("protobuf", "add n long; retype n bool; set n 2"), 2, 3).1, Verdict::Wrong);
}

/// The default symbol is taken whatever else is new about the field.
#[test]
fn an_unknown_symbol_of_a_renamed_field_is_one() {
    let schema = |field: &str, symbols: &str| {
        let of = format!("{{'type':'enum','name':'S','symbols':[{symbols}],'default':'A'}}");
        format!("schema \"{{'type':'record','name':'P','fields':[{{{field},'type':{of}}}]}}\"")
    };
    let (older, newer) = (schema("'name':'s'", "'A','B'"), schema("'name':'t','aliases':['s']", "'A'"));
    let evolution = of("avro", &format!("{older}; {newer}; set t B"));
    assert_eq!(how(&evolution, 2, "t"), How::UnknownSymbol { symbol: "B".to_owned() });
}

/// An edit that every style guide allows, in a script.
fn safe_edit(family: &'static str) -> impl Strategy<Value = String> {
    let typed = prop::sample::select(vec!["int?", "long?", "text?", "bytes?", "double?", "bool?"]);
    let name = "[a-z]{3}";
    prop_oneof![
        3 => (name, typed).prop_map(|(name, typed)| format!("add {name} {typed} default null")),
        1 => Just("remove favoriteNumber".to_owned()),
        1 => name.prop_map(move |name| match family {
            "avro" => format!("add {name} long default 7"),
            _ => format!("rename interests {name}"),
        }),
    ]
}

/// Any edit at all.
fn any_edit() -> impl Strategy<Value = String> {
    let field = prop::sample::select(vec!["userName", "favoriteNumber", "interests", "a", "b"]);
    let typed = prop::sample::select(vec!["int", "long?", "text", "bytes", "double", "bool?", "text[]", "long[]"]);
    prop_oneof![
        (field.clone(), typed.clone()).prop_map(|(field, typed)| format!("add {field} {typed}")),
        field.clone().prop_map(|field| format!("remove {field}")),
        (field.clone(), field.clone()).prop_map(|(field, new)| format!("rename {field} {new}")),
        (field.clone(), typed).prop_map(|(field, typed)| format!("retype {field} {typed}")),
        field.clone().prop_map(|field| format!("repeat {field}")),
        (field, prop::sample::select(vec!["5000000000", "-1", "x,y", "null", "0xff"]))
            .prop_map(|(field, value)| format!("set {field} {value}")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    /// Fields that may be missing can be added and removed, and nothing is ever wrong, in either direction.
    #[test]
    fn safe_edits_keep_both_directions(
        (family, edits) in prop::sample::select(FAMILIES.to_vec())
            .prop_flat_map(|family| (Just(family), prop::collection::vec(safe_edit(family), 1..6))),
    ) {
        let evolution = of(family, &format!("{}; matrix", edits.join("; ")));
        prop_assert_eq!(counter(&evolution, "cells_wrong") + counter(&evolution, "cells_error"), 0);
        prop_assert_eq!(evolution.cells.len(), evolution.versions.len() * evolution.versions.len());
    }

    /// Whatever is done to a schema, each version reads what it has itself written, if it can write it; and what is right in
    /// a cell is what was written.
    #[test]
    fn a_version_reads_itself(
        family in prop::sample::select(FAMILIES.to_vec()),
        reserve in prop::sample::select(vec!["on", "off"]),
        origin in prop::sample::select(vec!["hand", "table"]),
        edits in prop::collection::vec(any_edit(), 1..9),
    ) {
        let script = format!("{}; matrix", edits.join("; "));
        let (evolution, _) = run::<Evolution>(&[("family", family), ("reserve", reserve), ("origin", origin)], &script);
        for cell in evolution.cells.iter() {
            if cell.writer == cell.reader && !matches!(cell.error, Some(Fault::Unwritable(_))) {
                prop_assert_eq!(cell.verdict(), Verdict::Fine, "{:?}", cell);
            }
            let own = evolution.cell(cell.writer, cell.writer).expect("the matrix is full");
            for got in cell.got.iter().filter(|got| got.how == How::Same) {
                let written = own.got.iter().find(|it| it.id == got.id).expect("the writer has the field");
                prop_assert_eq!(&written.value, &got.value);
            }
        }
    }
}

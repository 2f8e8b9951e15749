//! What must hold of Avro alone. Against its own library it is held in `tests/oracles`.

use proptest::prelude::*;

use super::container::{file_block, file_head, read_fingerprint, read_head, single_object};
use super::datum::to_json;
use super::*;
use crate::format::{Bytes, Parts};

fn schema(text: &str) -> Schema {
    parse(text).unwrap_or_else(|mistake| panic!("{mistake}: {text}"))
}

/// What `reader` makes of what `writer` wrote, as JSON; or why it cannot.
fn read(writer: &str, reader: &str, datum: &Datum) -> Result<String, String> {
    let (writer, reader) = (schema(writer), schema(reader));
    let mut bytes = Vec::new();
    encode(datum, &mut bytes);
    let (written, ()) = decode_all(&writer, &bytes, ()).map_err(|bad| bad.to_string())?;
    assert_eq!(written, *datum);
    let (read, _) = resolve(&writer, &reader, &written).map_err(|it| format!("{}: {}", it.path, it.reason))?;
    Ok(to_json(&reader, &reader.root, &read))
}

fn record(fields: &str) -> String {
    format!(r#"{{"type":"record","name":"Person","fields":[{fields}]}}"#)
}

const WORKED: &str = r#"{"type":"record","name":"Person","fields":[
  {"name":"userName","type":"string"},
  {"name":"favoriteNumber","type":["null","long"],"default":null},
  {"name":"interests","type":{"type":"array","items":"string"}}]}"#;

fn worked() -> Datum {
    let strings = |all: &[&str]| all.iter().map(|each| Datum::String((*each).to_owned())).collect();
    Datum::Record(vec![
        Datum::String("Martin".to_owned()),
        Datum::Union(1, Box::new(Datum::Long(1337))),
        Datum::Array(strings(&["daydreaming", "hacking"])),
    ])
}

/// 32 bytes, as the book that made the record known has it.
#[test]
fn the_worked_record_takes_32_bytes_and_each_is_explained() {
    let mut bytes = Vec::new();
    encode(&worked(), &mut bytes);
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, "0c4d617274696e02f2140416646179647265616d696e670e6861636b696e6700");
    let (datum, ear) = decode_all(&schema(WORKED), &bytes, Parts::default()).expect("its own bytes");
    assert_eq!(datum, worked());
    let mut at = 0;
    for part in &ear.parts {
        assert_eq!(part.range.start, at, "{part:?}");
        at = part.range.end;
    }
    assert_eq!(at, 32);
    let told: Vec<_> = ear.parts.iter().map(|part| format!("{} = {}", part.label, part.value)).collect();
    assert_eq!(
        told[..4],
        [
            "userName: length = 6",
            "userName = Martin",
            "favoriteNumber: branch of the union = 1: long",
            "favoriteNumber = 1337"
        ]
    );
    assert_eq!(ear.parts[3].field, Some(1));
}

/// From the specification's own examples.
#[test]
fn numbers_are_zigzag_with_seven_bits_a_byte() {
    for (number, hex) in
        [(0, "00"), (-1, "01"), (1, "02"), (-2, "03"), (-64, "7f"), (64, "8001"), (i64::MIN, "ffffffffffffffffff01")]
    {
        let mut bytes = Vec::new();
        encode(&Datum::Long(number), &mut bytes);
        assert_eq!(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>(), hex);
        assert_eq!(decode_all(&schema("\"long\""), &bytes, ()).expect("its own bytes").0, Datum::Long(number));
    }
}

/// A record of which only the documentation has changed.
#[test]
fn trap_a_nullable_record_with_other_documentation_resolves() {
    let of = |doc: &str| {
        format!(r#"["null",{{"type":"record","name":"Inner","doc":"{doc}","fields":[{{"name":"a","type":"int"}}]}}]"#)
    };
    let datum = Datum::Union(1, Box::new(Datum::Record(vec![Datum::Int(7)])));
    assert_eq!(read(&of("old"), &of("new"), &datum).as_deref(), Ok(r#"{"a": 7}"#));
}

#[test]
fn trap_a_default_may_be_of_any_branch() {
    let reader = record(r#"{"name":"a","type":["string","long"],"default":10}"#);
    assert_eq!(read(&record(""), &reader, &Datum::Record(vec![])).as_deref(), Ok(r#"{"a": 10}"#));
    let reader = schema(&reader);
    let default = reader.fields().expect("a record")[0].default.clone();
    assert_eq!(default, Some(Datum::Union(1, Box::new(Datum::Long(10)))));
}

#[test]
fn trap_bytes_have_a_default_in_characters() {
    let reader = record(r#"{"name":"a","type":"bytes","default":"\u00FF\u00FF"}"#);
    let default = schema(&reader).fields().expect("a record")[0].default.clone();
    assert_eq!(default, Some(Datum::Bytes(vec![0xff, 0xff])));
    assert_eq!(read(&record(""), &reader, &Datum::Record(vec![])).as_deref(), Ok(r#"{"a": "\u00FF\u00FF"}"#));
}

#[test]
fn trap_an_int_is_read_by_a_reader_that_allows_null() {
    let [writer, reader] =
        [r#""int""#, r#"["null","int"]"#].map(|of| record(&format!(r#"{{"name":"a","type":{of}}}"#)));
    assert_eq!(read(&writer, &reader, &Datum::Record(vec![Datum::Int(7)])).as_deref(), Ok(r#"{"a": 7}"#));
    // And back, as long as it is no null.
    let written = |datum| Datum::Record(vec![datum]);
    let seven = Datum::Union(1, Box::new(Datum::Int(7)));
    assert_eq!(read(&reader, &writer, &written(seven)).as_deref(), Ok(r#"{"a": 7}"#));
    let null = Datum::Union(0, Box::new(Datum::Null));
    let refused = "a: the writer wrote null, and the reader expects an int".to_owned();
    assert_eq!(read(&reader, &writer, &written(null)), Err(refused));
}

#[test]
fn the_rules_of_resolution() {
    let field = |of: &str, more: &str| record(&format!(r#"{{"name":"a","type":{of}{more}}}"#));
    let one = |datum| Datum::Record(vec![datum]);
    let enumeration =
        |symbols: &str, more: &str| format!(r#"{{"type":"enum","name":"E","symbols":[{symbols}]{more}}}"#);
    let text = |text: &str| Datum::String(text.to_owned());
    let cases: Vec<(String, String, Datum, Result<&str, &str>)> = vec![
        (field(r#""int""#, ""), field(r#""long""#, ""), one(Datum::Int(-3)), Ok(r#"{"a": -3}"#)),
        (field(r#""int""#, ""), field(r#""double""#, ""), one(Datum::Int(3)), Ok(r#"{"a": 3}"#)),
        (
            field(r#""long""#, ""),
            field(r#""int""#, ""),
            one(Datum::Long(3)),
            Err("a: the writer wrote a long, and the reader expects an int"),
        ),
        (field(r#""string""#, ""), field(r#""bytes""#, ""), one(text("é")), Ok(r#"{"a": "\u00C3\u00A9"}"#)),
        (
            field(r#""bytes""#, ""),
            field(r#""string""#, ""),
            one(Datum::Bytes(vec![0xff])),
            Err("a: the writer's bytes are no UTF-8, so the reader can't have them as a string"),
        ),
        (
            field(r#""int""#, ""),
            field(r#"{"type":"array","items":"int"}"#, ""),
            one(Datum::Int(3)),
            Err("a: the writer wrote an int, and the reader expects an array of int"),
        ),
        (
            record(""),
            field(r#""int""#, ""),
            Datum::Record(vec![]),
            Err("a: the writer has no such field, and the reader no default for it"),
        ),
        (
            record(r#"{"name":"old","type":"int"}"#),
            field(r#""int""#, r#","aliases":["old"]"#),
            one(Datum::Int(1)),
            Ok(r#"{"a": 1}"#),
        ),
        (
            record(r#"{"name":"old","type":"int"}"#),
            field(r#""int""#, r#","default":5"#),
            one(Datum::Int(1)),
            Ok(r#"{"a": 5}"#),
        ),
        (
            field(&enumeration(r#""A","B""#, ""), ""),
            field(&enumeration(r#""B","C""#, ""), ""),
            one(Datum::Enum(1)),
            Ok(r#"{"a": "B"}"#),
        ),
        (
            field(&enumeration(r#""A","B""#, ""), ""),
            field(&enumeration(r#""B","C""#, r#","default":"C""#), ""),
            one(Datum::Enum(0)),
            Ok(r#"{"a": "C"}"#),
        ),
        (
            field(&enumeration(r#""A","B""#, ""), ""),
            field(&enumeration(r#""B""#, ""), ""),
            one(Datum::Enum(0)),
            Err("a: the reader doesn't know the symbol A, and has no default symbol"),
        ),
        (
            field(r#"{"type":"fixed","name":"F","size":1}"#, ""),
            field(r#"{"type":"fixed","name":"F","size":2}"#, ""),
            one(Datum::Fixed(vec![1])),
            Err("a: the writer wrote 1 byte, and the reader expects 2"),
        ),
        (
            field(r#"["int","string"]"#, ""),
            field(r#"["string","double"]"#, ""),
            one(Datum::Union(0, Box::new(Datum::Int(2)))),
            Ok(r#"{"a": 2}"#),
        ),
        (
            r#"{"type":"record","name":"Other","fields":[]}"#.to_owned(),
            record(""),
            Datum::Record(vec![]),
            Err(": the writer's type is called Other, and the reader's Person, without that alias"),
        ),
        (
            r#"{"type":"record","name":"x.Other","fields":[]}"#.to_owned(),
            r#"{"type":"record","name":"Person","aliases":["x.Other"],"fields":[]}"#.to_owned(),
            Datum::Record(vec![]),
            Ok("{}"),
        ),
        (r#"{"type":"record","name":"x.Person","fields":[]}"#.to_owned(), record(""), Datum::Record(vec![]), Ok("{}")),
    ];
    for (writer, reader, datum, expected) in cases {
        let found = read(&writer, &reader, &datum);
        assert_eq!(found.as_deref().map_err(String::as_str), expected, "{writer} as {reader}");
    }
}

/// A schema that is wrong says where, and what would be right.
#[test]
fn mistakes_in_a_schema_have_a_line_and_a_column() {
    for (text, said) in [
        ("", "line 1, column 1: the text ends here; accepted: a value: {, [, \", a number, true, false or null"),
        ("{\n  \"type\": \"record\",\n}", "line 3, column 1: `}` stands here; accepted: a name in quotes"),
        ("{\"type\":\"recrod\"}", "line 1, column 9: there is no type \"recrod\" here"),
        ("{\"type\":\"record\",\"name\":\"P\"}", "line 1, column 1: this lacks \"fields\""),
        ("[\"null\",\"null\"]", "line 1, column 9: null is in the union twice"),
        ("[[\"null\"]]", "line 1, column 2: a union is within a union"),
        ("{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"1\"]}", "line 1, column 42: \"1\" is no symbol"),
        (
            "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\"],\"default\":\"B\"}",
            "line 1, column 53: \"B\" is no symbol of this enum",
        ),
        ("{\"type\":\"fixed\",\"name\":\"F\",\"size\":-1}", "line 1, column 35: -1 is no size"),
        ("{\"type\":\"record\",\"name\":\"int\",\"fields\":[]}", "line 1, column 25: \"int\" is a type of Avro's own"),
        (
            "{\"type\":\"record\",\"name\":\"P\",\"fields\":[\n{\"name\":\"a\",\"type\":\"int\",\"default\":\"x\"}]}",
            "line 2, column 36: \"x\" is no value of int; accepted: a whole number of 32 bits",
        ),
        (
            "{\"type\":\"record\",\"name\":\"P\",\"fields\":[{\"name\":\"a\",\"type\":\"bytes\",\"default\":\"\\u0100\"}]}",
            "line 1, column 76: \"\u{100}\" is no value of bytes",
        ),
        ("\"\\ud800\"", "line 1, column 4: half of a character"),
        ("01", "line 1, column 1: `01` is no number"),
        (
            "{\"type\":\"record\",\"name\":\"P\",\"fields\":[{\"name\":\"a\",\"type\":\"double\",\"default\":1e999}]}",
            "line 1, column 77: 1e999 is no value of double",
        ),
    ] {
        let mistake = parse(text).expect_err(text).to_string();
        assert!(mistake.starts_with(said), "{text}\n{mistake}\n{said}");
    }
    let deep = format!("{}\"int\"{}", "{\"type\":\"array\",\"items\":".repeat(60), "}".repeat(60));
    assert!(parse(&deep).expect_err("too deep").problem.contains("too deep"));
}

/// The published ones of Avro's own test suite.
#[test]
fn fingerprints_are_those_of_the_specification() {
    for (text, print) in
        [("\"null\"", 7195948357588979594_u64), ("\"int\"", 0x7275d51a3f395c8f), ("\"string\"", 0x8f014872634503c7)]
    {
        assert_eq!(fingerprint(&schema(text)), print, "{text}");
    }
    let with = schema(&record(r#"{"name":"a","type":"int","default":7,"doc":"x","aliases":["b"]}"#));
    let without = schema(&record(r#"{"name":"a","type":{"type":"int"}}"#));
    assert_eq!(fingerprint(&with), fingerprint(&without));
    assert_eq!(canonical(&with), r#"{"name":"Person","type":"record","fields":[{"name":"a","type":"int"}]}"#);
    let spaced = schema(
        r#"{"type":"record","name":"Node","namespace":"a.b","fields":[{"name":"next","type":["null","Node"]}]}"#,
    );
    let expected = r#"{"name":"a.b.Node","type":"record","fields":[{"name":"next","type":["null","a.b.Node"]}]}"#;
    assert_eq!(canonical(&spaced), expected);
}

/// A schema's text reads as the same schema.
#[test]
fn a_schema_reads_as_it_was_written() {
    for text in [
        r#"{"type":"record","name":"a.b.R","fields":[{"name":"x","type":{"type":"fixed","name":"F","namespace":"","size":2}},
            {"name":"y","type":["F",{"type":"enum","name":"E","symbols":["A"]}]}]}"#,
        WORKED,
        &record(
            r#"{"name":"a","type":"bytes","default":"\u00FF\"\\"},{"name":"b","type":{"type":"map","values":["null","Person"]},"default":{"x":null},"aliases":["c"]}"#,
        ),
        handshake::REQUEST,
        handshake::RESPONSE,
    ] {
        let one = schema(text);
        assert_eq!(schema(&canonical::text(&one)), one);
    }
}

#[test]
fn a_schema_that_never_ends_is_refused_in_its_bytes() {
    let endless = schema(r#"{"type":"record","name":"A","fields":[{"name":"a","type":"A"}]}"#);
    assert!(decode_all(&endless, &[0; 99], ()).is_err());
    let nulls = schema(r#"{"type":"array","items":"null"}"#);
    let mut bytes = Vec::new();
    encode::long(i64::MAX, &mut bytes);
    assert!(decode_all(&nulls, &bytes, ()).is_err());
}

#[test]
fn a_head_and_a_fingerprint_say_the_schema() {
    let (of, sync) = (schema(WORKED), [7; 16]);
    let mut record = Vec::new();
    encode(&worked(), &mut record);
    let mut file = file_head(&of, sync);
    let head = file.len();
    file.extend(file_block(&[record.clone(), record.clone()], sync));
    let mut bytes = Bytes::new(&file, Parts::default());
    let read = read_head(&mut bytes).expect("its own head");
    assert_eq!((read.schema, read.sync, bytes.at), (of.clone(), sync, head));
    let all: usize = bytes.ear.parts.iter().map(|part| part.range.len()).sum();
    assert_eq!(all, head, "each byte of the head is explained");
    let single = single_object(&of, &record);
    assert_eq!(single.len(), record.len() + 10);
    let mut bytes = Bytes::new(&single, ());
    assert_eq!(read_fingerprint(&mut bytes), Ok(fingerprint(&of)));
    assert_eq!(decode(&of, &mut bytes), Ok(worked()));
    for cut in 0..head {
        assert!(read_head(&mut Bytes::new(&file[..cut], ())).is_err(), "{cut}");
    }
}

#[test]
fn a_handshake_reads_as_it_was_written() {
    let protocol = handshake::Protocol::of(&schema(WORKED));
    let request = handshake::Request {
        client_hash: protocol.hash,
        client_protocol: Some(protocol.text.to_string()),
        server_hash: [9; 16],
    };
    assert_eq!(handshake::Request::decode(&request.encode(), ()).expect("its own bytes").0, request);
    let response = handshake::Response {
        matched: handshake::Match::Client,
        server_protocol: Some(protocol.text.to_string()),
        server_hash: Some(protocol.hash),
    };
    assert_eq!(handshake::Response::decode(&response.encode(), ()).expect("its own bytes").0, response);
}

/// A record that all formats share is the same after it was Avro's.
#[test]
fn shared_records_go_over_the_bridge_and_back() {
    use crate::format::{Field as Shared, Kind, Schema as SharedSchema, Value};
    let field =
        |number, name: &str, kind, optional, default| Shared { number, name: name.into(), kind, optional, default };
    let inner = SharedSchema { name: "Inner".into(), fields: vec![field(1, "x", Kind::Int, false, None)] };
    let shared = SharedSchema {
        name: "Person".into(),
        fields: vec![
            field(1, "a", Kind::Text, false, None),
            field(2, "b", Kind::Long, true, None),
            field(3, "c", Kind::List(std::rc::Rc::new(Kind::Bool)), true, Some(Value::List(vec![]))),
            field(4, "d", Kind::Record(inner.into()), false, None),
        ],
    };
    let [a, b, d] =
        [("a", Value::text("x")), ("b", Value::Null), ("d", Value::Record(vec![("x".into(), Value::Int(7))]))]
            .map(|(name, value)| (name.into(), value));
    let record = Value::Record(vec![a, b, ("c".into(), Value::List(vec![Value::Bool(true)])), d]);
    let of = schema_of(&shared);
    assert_eq!(parse(&canonical::text(&of)).as_ref(), Ok(&of));
    let datum = datum_of(&record, &shared).expect("it is one of its schema");
    assert_eq!(value_of(&of, &of.root, &datum), record);
    assert_eq!(datum_of(&Value::Record(vec![]), &shared), None);
}

proptest! {
    /// Whatever the bytes, they read as a value or are refused at a place that they have.
    #[test]
    fn bytes_by_chance_never_panic(bytes: Vec<u8>) {
        for text in [WORKED, handshake::REQUEST, handshake::RESPONSE, r#"{"type":"map","values":["double","float","boolean"]}"#] {
            if let Err(bad) = decode_all(&schema(text), &bytes, ()) {
                prop_assert!(bad.offset <= bytes.len());
            }
        }
        let head = [&container::MAGIC[..], &bytes].concat();
        _ = read_head(&mut Bytes::new(&head, ()));
    }

    #[test]
    fn text_by_chance_never_panics(text in r#"[\[\]{}",:a-z0-9\\ .\n-]{0,40}"#) {
        _ = parse(&text);
    }

    /// A worked record that is cut, or of which a byte is changed, reads as another or is refused.
    #[test]
    fn damaged_bytes_are_refused_or_read(at in 0usize..32, to: u8) {
        let mut bytes = Vec::new();
        encode(&worked(), &mut bytes);
        prop_assert!(decode_all(&schema(WORKED), &bytes[..at], ()).is_err());
        bytes[at] = to;
        if let Ok((datum, ())) = decode_all(&schema(WORKED), &bytes, ()) {
            let mut again = Vec::new();
            encode(&datum, &mut again);
            prop_assert!(again.len() <= bytes.len());
        }
    }
}

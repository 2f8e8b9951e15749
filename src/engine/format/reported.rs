//! Faults that other implementations had, as their trackers have them, and what these here make of the same bytes.

use super::avro::{self, Datum};
use super::*;

/// A record of one field, and its schema.
fn one(kind: Kind, value: Value) -> (Value, Schema) {
    let field = Field { number: 1, name: "a".into(), kind, optional: true, default: None };
    (Value::Record(vec![("a".into(), value)]), Schema { name: "Thing".into(), fields: vec![field] })
}

/// The bytes of a record of one field; they have to be read as it was.
fn bytes(format: Format, kind: Kind, value: Value) -> Vec<u8> {
    let (record, schema) = one(kind, value);
    let bytes = format.write(&record, &schema).unwrap();
    assert_eq!(format.read(&bytes, &schema, ()).0, Ok(record), "{}: {bytes:02x?}", format.name());
    bytes
}

fn long(number: i64) -> (Kind, Value) {
    (Kind::Long, Value::Int(number))
}

/// What is read of bytes as a record of one field.
fn read(format: Format, kind: Kind, bytes: &[u8]) -> Result<Value, BadBytes> {
    let (_, schema) = one(kind, Value::Null);
    format.read(bytes, &schema, Parts::default()).0.map(|record| record.field("a").cloned().unwrap_or(Value::Null))
}

/// libmpack/libmpack#49 (-129 and -32769), tarantool/tarantool#1095 (-128), mcollina/msgpack5#14 (-1),
/// vmihailenco/msgpack#61 (128), luiherch/Godot4MessagePack#6: the smallest form on either side of each boundary.
#[test]
fn message_pack_takes_the_shortest_form_at_each_boundary() {
    let expected: [(i64, &[u8]); 14] = [
        (127, &[0x7f]),
        (128, &[0xcc, 0x80]),
        (255, &[0xcc, 0xff]),
        (256, &[0xcd, 1, 0]),
        (65_536, &[0xce, 0, 1, 0, 0]),
        (-1, &[0xff]),
        (-32, &[0xe0]),
        (-33, &[0xd0, 0xdf]),
        (-128, &[0xd0, 0x80]),
        (-129, &[0xd1, 0xff, 0x7f]),
        (-32_768, &[0xd1, 0x80, 0]),
        (-32_769, &[0xd2, 0xff, 0xff, 0x7f, 0xff]),
        (-2_147_483_648, &[0xd2, 0x80, 0, 0, 0]),
        (-2_147_483_649, &[0xd3, 0xff, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]),
    ];
    for (number, short) in expected {
        let (kind, value) = long(number);
        assert_eq!(bytes(Format::MessagePack, kind, value)[3..], *short, "{number}");
    }
}

/// nanopb/nanopb#97, JuliaIO/ProtoBuf.jl#86, protobufjs/bytebuffer.js#3, Arwalk/zig-protobuf#81: a negative int32 is written
/// in ten bytes, and read from ten as from five.
#[test]
fn protocol_buffers_writes_a_negative_int_in_ten_bytes_and_reads_five() {
    let written = bytes(Format::ProtocolBuffers, Kind::Int, Value::Int(-77_270_751));
    assert_eq!(written, [8, 0xa1, 0xe2, 0x93, 0xdb, 0xff, 0xff, 0xff, 0xff, 0xff, 1]);
    let short = [8, 0xa1, 0xe2, 0x93, 0xdb, 0x0f];
    assert_eq!(read(Format::ProtocolBuffers, Kind::Int, &short), Ok(Value::Int(-77_270_751)));
}

/// fbthrift#531 (a list of fifteen has its number in a byte of its own), sile/thrift_codec#10 (long lists),
/// segmentio/encoding#122 (a list of truths says its kind as `true`), apache/thrift#1132 (truths, and the least i64).
#[test]
fn thrift_compact_has_lists_of_fifteen_and_of_truths() {
    for (many, head) in [(14, &[0xe1_u8][..]), (15, &[0xf1, 15]), (200, &[0xf1, 0xc8, 1])] {
        let truths = Value::List((0..many).map(|place| Value::Bool(place % 2 == 0)).collect());
        let written = bytes(Format::ThriftCompact, Kind::List(Kind::Bool.into()), truths);
        assert_eq!(written[1..=head.len()], *head, "{many}");
    }
    // Older writers call the items' kind 2.
    let older = [0x19, 0x22, 1, 2, 0];
    let truths = Value::List(vec![Value::Bool(true), Value::Bool(false)]);
    assert_eq!(read(Format::ThriftCompact, Kind::List(Kind::Bool.into()), &older), Ok(truths));
    let (kind, value) = long(i64::MIN);
    for format in [Format::ThriftCompact, Format::ThriftBinary] {
        bytes(format, kind.clone(), value.clone());
        bytes(format, Kind::Bool, Value::Bool(true));
    }
}

/// mongodb/js-bson#924: a text of no bytes, at the end of the document, made a reader run past the end for ever;
/// mongodb/mongo-c-driver#2358: a document within, too short to have a length and an end.
#[test]
fn bson_refuses_lengths_that_nothing_can_have() {
    let text = [0x0c, 0, 0, 0, 2, b'a', 0, 0, 0, 0, 0, 0];
    assert_eq!(read(Format::Bson, Kind::Text, &text).unwrap_err().offset, 7);
    for long in 0..5 {
        let list = [0x0c, 0, 0, 0, 4, b'a', 0, long, 0, 0, 0, 0];
        assert_eq!(read(Format::Bson, Kind::List(Kind::Int.into()), &list).unwrap_err().offset, 7, "{long}");
    }
}

/// stijnsanders/TMongoWire#25: of a field that could hold a document or a list, nothing is a kind without a value.
#[test]
fn bson_writes_nothing_after_the_kind_of_nothing() {
    let (_, inner) = person();
    for kind in [Kind::Record(inner.into()), Kind::List(Kind::Int.into()), Kind::Text] {
        assert_eq!(bytes(Format::Bson, kind, Value::Null), [8, 0, 0, 0, 0x0a, b'a', 0, 0]);
    }
}

/// XML 1.0, `Char`: what it can't hold it can't hold by its number either, and a sign is no digit.
#[test]
fn xml_reads_no_character_that_it_could_not_write() {
    let read = |text: &str| read(Format::Xml, Kind::Text, format!("<Thing><a>{text}</a></Thing>").as_bytes());
    for text in
        ["\0", "a\u{1f}", "\u{fffe}", "&#0;", "&#x1;", "&#+65;", "&#x+41;", "&#xffff;", "&#;", "&#x;", "&#xd800;"]
    {
        assert!(read(text).is_err(), "{text:?}");
    }
    assert_eq!(read("\u{1}").unwrap_err().offset, 10);
    assert_eq!(read("&#65;\t&#x41;&#9;&#13;"), Ok(Value::text("A\tA\t\r")));
}

/// What a reader with `theirs` makes of the bytes that `ours` wrote.
fn resolved(ours: &str, theirs: &str, bytes: &[u8]) -> Result<Datum, String> {
    let [writer, reader] = [ours, theirs].map(|text| avro::parse(&text.replace('\'', "\"")).unwrap());
    let (datum, _) = avro::decode_all(&writer, bytes, ()).unwrap();
    avro::resolve(&writer, &reader, &datum).map(|(read, _)| read).map_err(|unresolved| unresolved.reason)
}

/// mtth/avsc#348, actgardner/gogen-avro#167, apache/avro#2280, fastavro/fastavro#488: symbols are found by name and not by
/// number, an unknown one is the reader's default, and a union with null changes nothing of that.
#[test]
fn avro_finds_symbols_by_name_and_takes_the_default_for_others() {
    let animals =
        |symbols: &str| format!("{{'type':'enum','name':'Animal','symbols':[{symbols}],'default':'UNKNOWN'}}");
    let (older, newer) = (animals("'CAT','DOG','DUCK','UNKNOWN'"), animals("'UNKNOWN','DOG'"));
    for (written, read) in [(1, 1), (2, 0), (3, 0)] {
        let bytes = [written << 1];
        assert_eq!(resolved(&older, &newer, &bytes), Ok(Datum::Enum(read)));
        let [older, newer] = [&older, &newer].map(|animal| format!("['null',{animal}]"));
        let read = Datum::Union(1, Datum::Enum(read).into());
        assert_eq!(resolved(&older, &newer, &[2, written << 1]), Ok(read));
    }
}

/// flavray/avro-rs#96 (bytes in a default are characters up to U+00FF), hortonworks/registry#298 (a default stays one beside
/// a union), fastavro/fastavro#648 (an alias of a type stands in the type's namespace).
#[test]
fn avro_takes_defaults_and_aliases_as_they_are_meant() {
    let writer =
        "{'type':'record','name':'generated','namespace':'com.node40','fields':[{'name':'key1','type':'string'}]}";
    let reader = r"{'type':'record','name':'test','namespace':'com.node40','aliases':['generated'],'fields':[
        {'name':'k1','type':'string','aliases':['key1']},
        {'name':'union_field','type':['null','string'],'default':null},
        {'name':'int_field','type':'int','default':5},
        {'name':'raw','type':'bytes','default':'\u00FF\u00FF'}]}";
    let expected = Datum::Record(vec![
        Datum::String("v".to_owned()),
        Datum::Union(0, Datum::Null.into()),
        Datum::Int(5),
        Datum::Bytes(vec![0xff, 0xff]),
    ]);
    assert_eq!(resolved(writer, reader, b"\x02v"), Ok(expected));
    let elsewhere = reader.replace("['generated']", "['org.generated']");
    assert!(resolved(writer, &elsewhere, b"\x02v").is_err());
}

/// Halves of a character stand in pairs, the first one first (RFC 8259, section 7).
#[test]
fn a_schema_has_no_half_of_a_character() {
    let schema = |doc: &str| format!(r#"{{"type":"record","name":"A","doc":"{doc}","fields":[]}}"#);
    for half in [r"\ud83d", r"\ud83d\u0041", r"\ud83d\de00", r"\ude00", r"\ud83dx", r"\ude00\ud83d"] {
        let mistake = avro::parse(&schema(half)).unwrap_err();
        assert_eq!(mistake.problem, "half of a character", "{half}");
    }
    assert!(avro::parse(&schema(r"\ud83d\ude00")).is_ok());
}

/// mtth/avsc#229 and fastavro/fastavro#690: a name with a namespace is written whole where another one, or none, holds.
#[test]
fn a_protocol_names_its_record_with_its_namespace() {
    for (space, named) in [("", "Ping"), ("com.example", "com.example.Ping")] {
        let text = format!(r#"{{"type":"record","name":"Ping","namespace":"{space}","fields":[]}}"#);
        let protocol = avro::handshake::Protocol::of(&avro::parse(&text).unwrap());
        let json: serde_json::Value = serde_json::from_str(&protocol.text).unwrap();
        assert_eq!(json["types"][0]["name"], named);
        assert_eq!(json["messages"]["put"]["request"][0]["type"], named);
    }
}

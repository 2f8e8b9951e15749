//! The ways in which a reader of Avro learns the writer's schema: once in the head of a file, by a few bytes in front of each
//! record that a registry knows, or once for each connection. What travels is built, and read at the other end.

use std::rc::Rc;

use super::command::Way;
use super::version::{Record, Version};
use crate::format::avro::container::{file_block, file_head, read_fingerprint, read_head, single_object};
use crate::format::avro::handshake::{Match, Protocol, Request, Response};
use crate::format::avro::{self, encode, fingerprint};
use crate::format::{Bytes, Encoded, Part, Parts, Role};
use crate::wording::count;

/// Random in a real file, so that it does not stand in records by chance.
const SYNC: [u8; 16] = *b"\x9c\x2e\xb1\x04\x77\xd8\x5a\xf3\x10\xce\x63\x8b\x29\xe4\x96\x0d";

/// Each byte that travels is kept, with what it means.
const MOST_BYTES: usize = 10_000;

/// Something that travels: its bytes, and who sends it.
#[derive(Clone, Debug)]
pub struct Piece {
    pub name: &'static str,
    pub from_writer: bool,
    pub encoded: Rc<Encoded>,
    /// How many of its bytes say which schema wrote the records.
    pub about: u64,
    pub sense: Sense,
}

/// What its reader makes of a piece.
#[derive(Clone, Debug, PartialEq)]
pub enum Sense {
    /// The schema, whole.
    Schema { bytes: u64 },
    /// A name by which the registry has a schema.
    Looked { by: String },
    /// The server does not know the client's schema: it wants to have it.
    Unknown,
    /// Both know both.
    Known,
    /// The records and nothing else.
    Bare { records: u64 },
}

/// Records on their way.
#[derive(Clone, Debug)]
pub struct Shipment {
    pub way: Way,
    pub writer: u32,
    pub reader: u32,
    pub records: u64,
    pub pieces: Vec<Piece>,
}

impl Shipment {
    /// Bytes that say the schema.
    pub fn about(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.about).sum()
    }

    pub fn bytes(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.encoded.bytes.len() as u64).sum()
    }
}

fn piece(name: &'static str, from_writer: bool, about: usize, sense: Sense, bytes: Vec<u8>, spans: Vec<Part>) -> Piece {
    Piece { name, from_writer, encoded: Encoded { bytes, spans }.into(), about: about as u64, sense }
}

/// The records' bytes, each explained.
fn records(writer: &Version, record: &[u8], times: u64, spans: &mut Vec<Part>, at: &mut usize) {
    let Ok((_, ear)) = avro::decode_all(&writer.avro, record, Parts::default()) else { return };
    for _ in 0..times {
        spans.extend(ear.parts.iter().map(|part| {
            let range = part.range.start + *at..part.range.end + *at;
            Part { range, ..part.clone() }
        }));
        *at += record.len();
    }
}

/// Sends so many records. `known` is whether the two ends have shaken hands before.
pub fn ship(
    way: Way,
    (writer, reader): (&Version, &Version),
    record: &Record,
    times: u64,
    known: bool,
) -> Result<Shipment, String> {
    let datum = record.datum(writer)?;
    let mut bytes = Vec::new();
    encode(&datum, &mut bytes);
    if bytes.len() * times as usize > MOST_BYTES {
        let accepted = MOST_BYTES / bytes.len().max(1);
        return Err(format!("a record has {}, so at most {} can be sent here", count(bytes.len(), "byte"), accepted));
    }
    let pieces = match way {
        Way::File => file(writer, &bytes, times),
        Way::Number => numbered(writer, &bytes, times),
        Way::Fingerprint => marked(writer, &bytes, times),
        Way::Handshake => connection(writer, reader, &bytes, times, known),
    };
    Ok(Shipment { way, writer: writer.number, reader: reader.number, records: times, pieces })
}

fn file(writer: &Version, record: &[u8], times: u64) -> Vec<Piece> {
    let head = file_head(&writer.avro, SYNC);
    let mut reading = Bytes::new(&head, Parts::default());
    let read = read_head(&mut reading).expect("it has just been written");
    let schema = avro::canonical::text(&read.schema).len() as u64;
    let spans = reading.ear.parts;
    let all: Vec<Vec<u8>> = vec![record.to_vec(); times as usize];
    let block = file_block(&all, SYNC);
    let data = record.len() * times as usize;
    let front = block.len() - data - SYNC.len();
    let mut count = Vec::new();
    avro::encode::long(times as i64, &mut count);
    let part =
        |range, role, label: &str, value: String| Part { range, role, field: None, label: label.to_owned(), value };
    let mut parts = vec![
        part(0..count.len(), Role::Length, "number of records", times.to_string()),
        part(count.len()..front, Role::Length, "bytes of the block", data.to_string()),
    ];
    let mut at = front;
    records(writer, record, times, &mut parts, &mut at);
    parts.push(part(at..block.len(), Role::Mark, "sync marker", "the block ends".to_owned()));
    let about = head.len();
    vec![
        piece("head of the file", true, about, Sense::Schema { bytes: schema }, head, spans),
        piece("block of records", true, 0, Sense::Bare { records: times }, block, parts),
    ]
}

/// A byte in front of each record says the version, which a registry has by that number.
fn numbered(writer: &Version, record: &[u8], times: u64) -> Vec<Piece> {
    let one = [&[writer.number as u8][..], record].concat();
    let mut parts = vec![Part {
        range: 0..1,
        role: Role::Tag,
        field: None,
        label: "version of the writer's schema".to_owned(),
        value: writer.number.to_string(),
    }];
    records(writer, record, 1, &mut parts, &mut 1);
    repeated(1, Sense::Looked { by: format!("the number {}", writer.number) }, &one, &parts, times)
}

fn marked(writer: &Version, record: &[u8], times: u64) -> Vec<Piece> {
    let one = single_object(&writer.avro, record);
    let mut reading = Bytes::new(&one, Parts::default());
    let print = read_fingerprint(&mut reading).expect("it has just been written");
    let (mut parts, mut at) = (std::mem::take(&mut reading.ear.parts), reading.at);
    let front = at;
    records(writer, record, 1, &mut parts, &mut at);
    debug_assert_eq!(print, fingerprint(&writer.avro));
    repeated(front, Sense::Looked { by: format!("the fingerprint {print:016x}") }, &one, &parts, times)
}

/// The same record many times, each with what stands in front of it.
fn repeated(front: usize, sense: Sense, one: &[u8], parts: &[Part], times: u64) -> Vec<Piece> {
    let bytes = one.repeat(times as usize);
    let spans = (0..times as usize).flat_map(|time| {
        let moved = move |part: &Part| {
            let range = part.range.start + time * one.len()..part.range.end + time * one.len();
            Part { range, ..part.clone() }
        };
        parts.iter().map(moved)
    });
    vec![piece("records", true, front * times as usize, sense, bytes, spans.collect())]
}

fn connection(writer: &Version, reader: &Version, record: &[u8], times: u64, known: bool) -> Vec<Piece> {
    let (client, server) = (Protocol::of(&writer.avro), Protocol::of(&reader.avro));
    let ask = |protocol: Option<&Protocol>, server_hash| {
        let client_protocol = protocol.map(|it| it.text.to_string());
        let request = Request { client_hash: client.hash, client_protocol, server_hash };
        let bytes = request.encode();
        let (_, ear) = Request::decode(&bytes, Parts::default()).expect("it has just been written");
        (bytes, ear.parts)
    };
    let answer = |matched, whole: bool| {
        let server_protocol = whole.then(|| server.text.to_string());
        let response = Response { matched, server_protocol, server_hash: whole.then_some(server.hash) };
        let bytes = response.encode();
        let (_, ear) = Response::decode(&bytes, Parts::default()).expect("it has just been written");
        (bytes, ear.parts)
    };
    let mut pieces = Vec::new();
    let mut push = |name, from_writer, sense, (bytes, spans): (Vec<u8>, Vec<Part>)| {
        pieces.push(piece(name, from_writer, bytes.len(), sense, bytes, spans));
    };
    let same = client.hash == server.hash;
    if known || same {
        push("hello", true, Sense::Known, ask(None, server.hash));
        push("answer", false, Sense::Known, answer(Match::Both, false));
    } else {
        // A client that has never met the server guesses that it speaks the client's own protocol.
        push("hello", true, Sense::Looked { by: "its hash".to_owned() }, ask(None, client.hash));
        push("answer", false, Sense::Unknown, answer(Match::None, true));
        let schema = Sense::Schema { bytes: client.text.len() as u64 };
        push("hello again", true, schema, ask(Some(&client), server.hash));
        push("answer", false, Sense::Known, answer(Match::Both, false));
    }
    let mut spans = Vec::new();
    records(writer, record, times, &mut spans, &mut 0);
    pieces.push(piece("records", true, 0, Sense::Bare { records: times }, record.repeat(times as usize), spans));
    pieces
}

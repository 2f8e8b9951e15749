//! What of Avro comes from outside beside records: schemas, the heads of files, single objects and handshakes.

use stepwise::engine::format::Bytes;
use stepwise::engine::format::avro::container::{file_head, read_fingerprint, read_head, single_object};
use stepwise::engine::format::avro::handshake::{Match, Protocol, REQUEST, RESPONSE, Request, Response};
use stepwise::engine::format::avro::{Schema, canonical, parse};

const PERSON: &str = r#"{"type":"record","name":"Person","aliases":["x.Old"],"fields":[
{"name":"userName","type":"string"},{"name":"key","type":"bytes","default":"\u00FF"},
{"name":"next","type":["null","Person"],"default":null}]}"#;

fn person() -> Schema {
    parse(PERSON).expect("it is a schema")
}

pub fn schemas() -> Vec<Vec<u8>> {
    [PERSON, REQUEST, RESPONSE].map(|text| text.as_bytes().to_vec()).into()
}

/// What is read as a schema is the same schema in its canonical form's eyes when it is written and read again.
pub fn read_schema(bytes: &[u8]) {
    let Ok(schema) = parse(&String::from_utf8_lossy(bytes)) else { return };
    let again = parse(&canonical::text(&schema)).expect("what is written of a schema is one");
    assert_eq!(canonical::canonical(&again), canonical::canonical(&schema));
}

pub fn heads() -> Vec<Vec<u8>> {
    vec![file_head(&person(), [7; 16]), single_object(&person(), b"\x02x\x00\x00")]
}

pub fn read_heads(bytes: &[u8]) {
    for failed in [read_head(&mut Bytes::new(bytes, ())).err(), read_fingerprint(&mut Bytes::new(bytes, ())).err()] {
        assert!(failed.is_none_or(|bad| bad.offset <= bytes.len()));
    }
}

pub fn handshakes() -> Vec<Vec<u8>> {
    let protocol = Protocol::of(&person());
    let text = Some(protocol.text.to_string());
    let request = Request { client_hash: protocol.hash, client_protocol: text.clone(), server_hash: [0; 16] };
    let response = Response { matched: Match::None, server_protocol: text, server_hash: Some(protocol.hash) };
    vec![request.encode(), response.encode()]
}

/// What reads as a greeting is written as it was read, unless it says its numbers in a longer way than it has to.
pub fn read_handshakes(bytes: &[u8]) {
    if let Ok((request, ())) = Request::decode(bytes, ()) {
        assert_eq!(Request::decode(&request.encode(), ()).expect("its own bytes").0, request);
    }
    if let Ok((response, ())) = Response::decode(bytes, ()) {
        assert_eq!(Response::decode(&response.encode(), ()).expect("its own bytes").0, response);
    }
}

//! How the two ends of a connection learn each other's schemas: each sends the hash of its own protocol, and the whole of
//! it only where the other does not know the hash. Once, when the connection is opened; then records go over it bare.
//!
//! The requests and responses are records of Avro themselves, of schemas that its specification fixes.

use std::rc::Rc;

use super::canonical::{name, text};
use super::datum::Datum;
use super::decode::decode_all;
use super::encode::encode;
use super::md5::md5;
use super::parse::parse;
use super::schema::{Schema, Type};
use crate::format::{BadBytes, Ear};

/// As the specification has it.
pub const REQUEST: &str = r#"{"type":"record","name":"HandshakeRequest","namespace":"org.apache.avro.ipc","fields":[
{"name":"clientHash","type":{"type":"fixed","name":"MD5","size":16}},
{"name":"clientProtocol","type":["null","string"]},
{"name":"serverHash","type":"MD5"},
{"name":"meta","type":["null",{"type":"map","values":"bytes"}]}]}"#;

pub const RESPONSE: &str = r#"{"type":"record","name":"HandshakeResponse","namespace":"org.apache.avro.ipc","fields":[
{"name":"match","type":{"type":"enum","name":"HandshakeMatch","symbols":["BOTH","CLIENT","NONE"]}},
{"name":"serverProtocol","type":["null","string"]},
{"name":"serverHash","type":["null",{"type":"fixed","name":"MD5","size":16}]},
{"name":"meta","type":["null",{"type":"map","values":"bytes"}]}]}"#;

/// What one end speaks: one message, `put`, that carries one record.
#[derive(Clone, Debug, PartialEq)]
pub struct Protocol {
    pub text: Rc<str>,
    pub hash: [u8; 16],
}

impl Protocol {
    pub fn of(schema: &Schema) -> Protocol {
        // The protocol itself has no namespace, so a name that has one is written whole.
        let types = text(schema);
        let name = if let Type::Named(name) = &schema.root { name.to_string() } else { name(schema) };
        let text = format!(
            "{{\"protocol\":\"Store\",\"types\":[{types}],\"messages\":{{\"put\":{{\"request\":\
             [{{\"name\":\"record\",\"type\":\"{name}\"}}],\"response\":\"null\"}}}}}}"
        );
        Protocol { hash: md5(text.as_bytes()), text: text.into() }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    pub client_hash: [u8; 16],
    /// The client's protocol, where the server did not know its hash.
    pub client_protocol: Option<String>,
    /// The server's, as far as the client knows or guesses.
    pub server_hash: [u8; 16],
}

/// What the server knows of what the client sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// The client's protocol, and the client knew the server's.
    Both,
    /// The client's protocol; its own is in the response.
    Client,
    /// Not even the client's: send it.
    None,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    pub matched: Match,
    pub server_protocol: Option<String>,
    pub server_hash: Option<[u8; 16]>,
}

fn maybe(datum: Option<Datum>) -> Datum {
    match datum {
        None => Datum::Union(0, Box::new(Datum::Null)),
        Some(datum) => Datum::Union(1, Box::new(datum)),
    }
}

impl Request {
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let protocol = maybe(self.client_protocol.clone().map(Datum::String));
        let [client, server] = [self.client_hash, self.server_hash].map(|hash| Datum::Fixed(hash.to_vec()));
        encode(&Datum::Record(vec![client, protocol, server, maybe(None)]), &mut out);
        out
    }

    pub fn decode<E: Ear>(bytes: &[u8], ear: E) -> Result<(Request, E), BadBytes> {
        let schema = parse(REQUEST).expect("it is the specification's");
        let (datum, ear) = decode_all(&schema, bytes, ear)?;
        let Datum::Record(fields) = datum else { unreachable!("its schema is a record") };
        let request = Request {
            client_hash: hash(&fields[0]).expect("it is fixed"),
            client_protocol: string(&fields[1]),
            server_hash: hash(&fields[2]).expect("it is fixed"),
        };
        Ok((request, ear))
    }
}

impl Response {
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let protocol = maybe(self.server_protocol.clone().map(Datum::String));
        let hash = maybe(self.server_hash.map(|hash| Datum::Fixed(hash.to_vec())));
        encode(&Datum::Record(vec![Datum::Enum(self.matched as usize), protocol, hash, maybe(None)]), &mut out);
        out
    }

    pub fn decode<E: Ear>(bytes: &[u8], ear: E) -> Result<(Response, E), BadBytes> {
        let schema = parse(RESPONSE).expect("it is the specification's");
        let (datum, ear) = decode_all(&schema, bytes, ear)?;
        let Datum::Record(fields) = datum else { unreachable!("its schema is a record") };
        let matched = match fields[0] {
            Datum::Enum(0) => Match::Both,
            Datum::Enum(1) => Match::Client,
            _ => Match::None,
        };
        Ok((Response { matched, server_protocol: string(&fields[1]), server_hash: hash(&fields[2]) }, ear))
    }
}

fn string(datum: &Datum) -> Option<String> {
    match datum {
        Datum::Union(_, inner) => string(inner),
        Datum::String(text) => Some(text.clone()),
        _ => None,
    }
}

fn hash(datum: &Datum) -> Option<[u8; 16]> {
    match datum {
        Datum::Union(_, inner) => hash(inner),
        Datum::Fixed(bytes) => bytes.as_slice().try_into().ok(),
        _ => None,
    }
}

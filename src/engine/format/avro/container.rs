//! How a reader learns which schema wrote a record, in bytes: from the head of a file, from a fingerprint in front of each
//! record, or from a version number there.

use super::canonical::{fingerprint, text};
use super::decode::long as read_long;
use super::encode::{lengthy, long};
use super::parse::parse;
use super::schema::Schema;
use crate::format::{BadBytes, Bytes, Ear, Role};

/// The first bytes of a container file: `Obj`, and the version of the format.
pub const MAGIC: [u8; 4] = *b"Obj\x01";
/// The first bytes of a single object: they are no UTF-8, and rare as the begin of anything else.
pub const MARKER: [u8; 2] = [0xc3, 0x01];
/// A head has a schema and a codec; much more is no head.
const MOST_ENTRIES: i64 = 100;

/// The head of a container file: the magic, the schema's whole text, how blocks are packed (not at all), and the marker
/// that ends each block.
pub fn file_head(schema: &Schema, sync: [u8; 16]) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    long(2, &mut out);
    for (key, value) in [("avro.schema", text(schema)), ("avro.codec", "null".to_owned())] {
        lengthy(key.as_bytes(), &mut out);
        lengthy(value.as_bytes(), &mut out);
    }
    long(0, &mut out);
    out.extend(sync);
    out
}

/// A block of a container file: how many records, how many bytes, the records, the marker.
pub fn file_block(records: &[Vec<u8>], sync: [u8; 16]) -> Vec<u8> {
    let mut out = Vec::new();
    long(records.len() as i64, &mut out);
    lengthy(&records.concat(), &mut out);
    out.extend(sync);
    out
}

/// What the head of a file says.
#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    pub schema: Schema,
    pub sync: [u8; 16],
}

/// Reads the head of a container file.
pub fn read_head<E: Ear>(bytes: &mut Bytes<E>) -> Result<Head, BadBytes> {
    let start = bytes.at;
    if bytes.array("the magic")? != MAGIC {
        return Err(bytes.bad(start, "no `Obj` and 1", "the head of an Avro file"));
    }
    bytes.tell(start, Role::Mark, || ("magic".to_owned(), "Obj, version 1".to_owned()));
    let mut schema = None;
    loop {
        let start = bytes.at;
        let entries = read_long(bytes)?;
        if entries == 0 {
            bytes.tell(start, Role::Mark, || ("end of the metadata".to_owned(), "0".to_owned()));
            break;
        }
        if !(-MOST_ENTRIES..=MOST_ENTRIES).contains(&entries) {
            return Err(bytes.bad(start, format!("{entries} entries"), format!("at most {MOST_ENTRIES}")));
        }
        bytes.tell(start, Role::Length, || ("entries of the metadata".to_owned(), entries.to_string()));
        if entries < 0 {
            read_long(bytes)?;
        }
        for _ in 0..entries.unsigned_abs() {
            let key = lengthy_bytes(bytes, "key", Role::Name)?;
            let at = bytes.at;
            let value =
                lengthy_bytes(bytes, if key == b"avro.schema" { "the writer's schema" } else { "value" }, Role::Value)?;
            match key {
                b"avro.schema" => {
                    let read = std::str::from_utf8(value).ok().and_then(|text| parse(text).ok());
                    let Some(read) = read else { return Err(bytes.bad(at, "no schema", "a schema in JSON")) };
                    schema = Some(read);
                }
                b"avro.codec" if value != b"null" => return Err(bytes.bad(at, "packed blocks", "the codec null")),
                _ => {}
            }
        }
    }
    let start = bytes.at;
    let sync = bytes.array("the sync marker")?;
    bytes.tell(start, Role::Mark, || ("sync marker".to_owned(), "ends each block".to_owned()));
    match schema {
        Some(schema) => Ok(Head { schema, sync }),
        None => Err(bytes.bad(start, "no avro.schema before", "the writer's schema")),
    }
}

fn lengthy_bytes<'a, E: Ear>(bytes: &mut Bytes<'a, E>, what: &str, role: Role) -> Result<&'a [u8], BadBytes> {
    let start = bytes.at;
    let length = read_long(bytes)?;
    let Ok(length) = usize::try_from(length) else {
        return Err(bytes.bad(start, format!("a length of {length}"), "a length"));
    };
    bytes.tell(start, Role::Length, || {
        (format!("length of the {}", what.trim_start_matches("the ")), length.to_string())
    });
    let start = bytes.at;
    let value = bytes.take(length, what)?;
    bytes.tell(start, role, || (what.to_owned(), String::from_utf8_lossy(value).into_owned()));
    Ok(value)
}

/// A record with its writer's fingerprint in front: ten bytes more.
pub fn single_object(schema: &Schema, record: &[u8]) -> Vec<u8> {
    [&MARKER[..], &fingerprint(schema).to_le_bytes(), record].concat()
}

/// Reads the front of a single object: the fingerprint of the schema that wrote what follows.
pub fn read_fingerprint<E: Ear>(bytes: &mut Bytes<E>) -> Result<u64, BadBytes> {
    let start = bytes.at;
    if bytes.array("the marker")? != MARKER {
        return Err(bytes.bad(start, "no c3 01", "a single object of Avro"));
    }
    bytes.tell(start, Role::Mark, || ("marker".to_owned(), "a single object, version 1".to_owned()));
    let start = bytes.at;
    let print = u64::from_le_bytes(bytes.array("the fingerprint")?);
    bytes.tell(start, Role::Tag, || ("fingerprint of the writer's schema".to_owned(), format!("{print:016x}")));
    Ok(print)
}

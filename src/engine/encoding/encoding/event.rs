//! What happened to a record, one event a step, and how it is told.

use std::fmt::{Formatter, Result};
use std::rc::Rc;

use stepwise_derive::Event;

use super::edit::{Difference, shown};
use super::written::{ROLES, Spent};
use crate::contract::Refused;
use crate::format::{BadBytes, Format, Role, Value};
use crate::wording::{count, list};

#[derive(Clone, Debug, Event)]
pub enum Event {
    #[told(tell_encoded)]
    Encoded { format: Format, bytes: usize, spent: Spent, raw: usize },
    #[told("{} has no way to write this record: {misfit}.", format.name())]
    Unwritable { format: Format, misfit: Rc<str> },
    #[told(tell_stretch)]
    FieldRead { format: Format, field: Option<Rc<str>>, first: usize, last: usize, says: Rc<[String]> },
    #[told("{} can't be read. {}", format.name(), sentence(bad))]
    ReadFailed { format: Format, bad: BadBytes },
    #[told("{} is read, and the reader has the same record.", format.name(), when = differences.is_empty())]
    #[told("{} is read, and the reader has a different record: {}.", format.name(), told(differences))]
    ReadBack { format: Format, differences: Rc<[Difference]> },
    #[told(
        "{name} is {} now. The schema has a new field for it, number {}, {kind}.{}",
        shown(Some(value)), number.unwrap_or_default(), rewritten(*anew), when = number.is_some()
    )]
    #[told("{name} is {} now.{}", shown(Some(value)), rewritten(*anew))]
    ValuePut { name: Rc<str>, value: Value, number: Option<u32>, kind: Rc<str>, anew: usize },
    #[told("{name} is left out of the record.{}", rewritten(*anew))]
    ValueRemoved { name: Rc<str>, anew: usize },
    #[told(
        "The schema's field {number} is {name}, {kind}, and the record has {} there.{}",
        shown(value.as_ref()), rewritten(*anew), when = value.is_some()
    )]
    #[told("The schema's field {number} is {name}, {kind}. The record has nothing there.{}", rewritten(*anew))]
    FieldDeclared { number: u32, name: Rc<str>, kind: Rc<str>, value: Option<Value>, anew: usize },
    #[told("{name} is gone, from the schema and from the record.{}", rewritten(*anew))]
    FieldDropped { name: Rc<str>, anew: usize },
    #[told("{} is cut off after {}: {} gone.", format.name(), count(*bytes, "byte"), crate::wording::is_or_are(*gone, "byte"))]
    BytesCut { format: Format, bytes: usize, gone: usize },
    #[told("Byte {byte} of {} was {was:#04x} and is {to:#04x} now.", format.name())]
    ByteChanged { format: Format, byte: usize, was: u8, to: u8 },
    #[flatten]
    Refused(Refused),
}

/// ` The record was written anew in 9 formats.`
fn rewritten(anew: usize) -> String {
    if anew == 0 { String::new() } else { format!(" The record was written anew in {}.", count(anew, "format")) }
}

/// Why a format has the size it has: true of every record.
pub fn why(format: Format) -> &'static str {
    match format {
        Format::Json => {
            "Every name is written out, numbers are digits, and quotes, colons and commas say where things end."
        }
        Format::Xml => "Every name is written twice, before its value and after it.",
        Format::Csv => "The names are written once, in a line above, and the cells below have neither kinds nor names.",
        Format::MessagePack => {
            "A byte with kind and length takes the place of JSON's quotes and commas. The names are all still there."
        }
        Format::Bson => {
            "Every value says its kind, and its length where the kind doesn't fix it, so a program can jump to a field."
        }
        Format::ThriftBinary => {
            "A byte for the kind and two for the number take the place of each name, and a length takes four bytes."
        }
        Format::ThriftCompact => {
            "One byte has the kind of a field and the distance of its number from the last one; numbers take as few \
             bytes as they need."
        }
        Format::ProtocolBuffers => {
            "A tag has the number of a field and how to find the end of its value. It says no more about the kind."
        }
        Format::Avro => {
            "There are neither names nor numbers: values follow each other in the order of the schema, and no one can \
             read them without it."
        }
    }
}

/// In a few words: text or bytes, and what stands for the names.
pub fn gist(format: Format) -> &'static str {
    match format {
        Format::Json => "text; every name in every record",
        Format::Xml => "text; every name twice",
        Format::Csv => "text; the names once, in a line above",
        Format::MessagePack => "bytes; every name in every record",
        Format::Bson => "bytes; names, kinds and lengths",
        Format::ThriftBinary => "bytes; kinds and numbers, lengths of four",
        Format::ThriftCompact => "bytes; kinds and numbers, as few as they need",
        Format::ProtocolBuffers => "bytes; numbers, and where a value ends",
        Format::Avro => "bytes; values alone, in the schema's order",
    }
}

pub fn role(role: Role) -> &'static str {
    match role {
        Role::Value => "values",
        Role::Name => "names",
        Role::Tag => "kinds and numbers",
        Role::Length => "lengths",
        Role::Mark => "marks",
    }
}

fn tell_encoded(format: &Format, bytes: &usize, spent: &Spent, raw: &usize, out: &mut Formatter) -> Result {
    if *bytes == 0 {
        let why = "values that are zero or empty aren't written, and a record of nothing else has no bytes at all";
        return write!(out, "{} needs no byte: {why}.", format.name());
    }
    let parts = ROLES.iter().zip(spent).filter(|(_, many)| **many > 0);
    let parts = list(parts.map(|(each, many)| format!("{many} for {}", role(*each))));
    write!(out, "{} needs {}: {parts}. {}", format.name(), count(*bytes, "byte"), why(*format))?;
    let is_text = matches!(format, Format::Json | Format::Xml | Format::Csv);
    if is_text && *raw > 0 {
        let as_base64 = "travel as Base64, in which three bytes become four letters";
        write!(out, " Text has no place for bytes: the {} of the record {as_base64}.", raw)?;
    }
    Ok(())
}

/// So many parts of a stretch are told; a list may have many more.
const MOST_TOLD: usize = 6;

fn tell_stretch(
    format: &Format,
    field: &Option<Rc<str>>,
    first: &usize,
    last: &usize,
    says: &Rc<[String]>,
    out: &mut Formatter,
) -> Result {
    let bytes = if first == last { format!("Byte {first}") } else { format!("Bytes {first} to {last}") };
    let are = if first == last { "is" } else { "are" };
    let whose = field.as_ref().map_or("no field of the schema".to_owned(), |field| field.to_string());
    let told = list(says.iter().take(MOST_TOLD));
    let more = says.len().saturating_sub(MOST_TOLD);
    write!(out, "{bytes} of {} {are} {whose}: {told}", format.name())?;
    if more > 0 { write!(out, "; and {more} more.") } else { out.write_str(".") }
}

/// `Byte 12: …; accepted: ….`
fn sentence(bad: &BadBytes) -> String {
    format!("At byte {}: {}. Accepted: {}.", bad.offset, bad.found, bad.accepted)
}

/// So many differences are told.
const MOST_DIFFERENCES: usize = 3;

fn told(differences: &[Difference]) -> String {
    let one = |each: &Difference| {
        format!("{} was {} and is {}", each.field, shown(each.was.as_ref()), shown(each.is.as_ref()))
    };
    let mut told: Vec<String> = differences.iter().take(MOST_DIFFERENCES).map(one).collect();
    if differences.len() > MOST_DIFFERENCES {
        told.push(format!("{} more", differences.len() - MOST_DIFFERENCES));
    }
    list(told)
}

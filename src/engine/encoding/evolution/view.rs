//! What can be seen of the versions from outside: counters, the state, bytes, and what a cell says in a few words.

use serde_json::{Value as Json, json};

use super::cell::{Cell, Fault, How, Verdict};
use super::settings::Family;
use super::version::{Column, Version};
use super::{Evolution, Work};
use crate::contract::{Counter, Dump};
use crate::format::avro::Type;
use crate::format::{Encoded, Kind, Part, Value};
use crate::language::quoted;
use crate::wording::list;

/// Why a cell is as it is, in a few words: what is most wrong of it. Empty where all is as it was.
pub(super) fn why(cell: &Cell) -> String {
    match &cell.error {
        Some(Fault::Unwritable(reason)) => return reason.clone(),
        Some(Fault::Unreadable { field, reason }) if field.is_empty() => return reason.clone(),
        Some(Fault::Unreadable { field, reason }) => return format!("{field}: {reason}"),
        None => {}
    }
    let wrong = cell.got.iter().find_map(|got| match &got.how {
        How::Changed { from } => Some(format!("{} was {from} and is {}", got.name, got.value)),
        How::Misread { from } => Some(format!("{} has what was written as {from}", got.name)),
        How::Lost { value, .. } | How::PassedOver { value, .. } => {
            Some(format!("{} is {}, and the {value} that was written is lost", got.name, got.value))
        }
        How::Unsaid { value, .. } => {
            Some(format!("{} was {value}, which isn't written, and is {}", got.name, got.value))
        }
        _ => None,
    });
    if let Some(wrong) = wrong {
        return wrong;
    }
    let filled: Vec<_> = cell.got.iter().filter(|got| got.how.is_filled()).map(|got| &got.name).collect();
    let skipped: Vec<_> = cell.skipped.iter().map(|(name, _)| name).collect();
    let said = |what: &str, names: &[_]| if names.is_empty() { None } else { Some(format!("{what}{}", list(names))) };
    let both = cell.verdict() == Verdict::Both;
    let (filled, skipped) = match both {
        true => (said("filled in ", &filled), said("passed over ", &skipped)),
        false => (said("", &filled), said("", &skipped)),
    };
    [filled, skipped].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

pub(super) fn counters(evolution: &Evolution) -> Vec<Counter> {
    let counter = |name, value| Counter { name, value };
    let count =
        |verdicts: &[Verdict]| evolution.cells.iter().filter(|cell| verdicts.contains(&cell.verdict())).count() as u64;
    let shipped = match &evolution.work {
        Work::Shipment(sent, _) => (sent.bytes(), sent.about()),
        _ => (0, 0),
    };
    let record = match &evolution.work {
        Work::Cell(cell, _) => cell.encoded.bytes.len() as u64,
        _ => 0,
    };
    vec![
        counter("versions", evolution.versions.len() as u64),
        counter("cells_read", evolution.cells.len() as u64),
        counter("cells_fine", count(&[Verdict::Fine])),
        counter("cells_filled_or_skipped", count(&[Verdict::Filled, Verdict::Skipped, Verdict::Both])),
        counter("cells_wrong", count(&[Verdict::Wrong])),
        counter("cells_error", count(&[Verdict::Error])),
        counter("record_bytes", record),
        counter("sent_bytes", shipped.0),
        counter("schema_bytes", shipped.1),
        counter("bytes_written", evolution.bytes_written),
    ]
}

pub(super) fn state(evolution: &Evolution) -> Json {
    let versions = evolution.versions.iter().map(|version| {
        let fields = version.columns.iter().map(|column| {
            json!({
                "name": &*column.name,
                "number": column.number,
                "type": column.said,
                "default": column.default.as_ref().map(ToString::to_string),
                "aliases": column.aliases.iter().map(|alias| &**alias).collect::<Vec<_>>(),
            })
        });
        json!({
            "version": version.number,
            "change": &*version.change,
            "fields": fields.collect::<Json>(),
            "schema": version.text(),
            "fingerprint": format!("{:016x}", crate::format::avro::fingerprint(&version.avro)),
        })
    });
    let cells = evolution.cells.iter().map(|cell| {
        let got = cell.got.iter().map(|got| json!({ "name": &*got.name, "value": got.value }));
        json!({
            "writer": cell.writer,
            "reader": cell.reader,
            "verdict": cell.verdict().short(),
            "why": why(cell),
            "bytes": cell.encoded.bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>(),
            "read": got.collect::<Json>(),
        })
    });
    json!({
        "versions": versions.collect::<Json>(),
        "cells": cells.collect::<Json>(),
        "sent": evolution.shipments.iter().map(|sent| json!({
            "way": sent.way.name(), "records": sent.records, "bytes": sent.bytes(), "about_schema": sent.about(),
        })).collect::<Json>(),
    })
}

/// The bytes behind a shape: `record`, `cell v1 v2`, `piece 1`.
pub fn dump(evolution: &Evolution, key: &str) -> Option<Dump> {
    let cell = |cell: &Cell| {
        let title = format!("What v{} writes", cell.writer);
        (!cell.encoded.bytes.is_empty()).then(|| explained(title, &cell.encoded))
    };
    if let Some(pair) = key.strip_prefix("cell v") {
        let (writer, reader) = pair.split_once(" v")?;
        return cell(evolution.cell(writer.parse().ok()?, reader.parse().ok()?)?);
    }
    match (&evolution.work, key.strip_prefix("piece ")) {
        (Work::Shipment(sent, arrived), Some(place)) => {
            let place: usize = place.parse().ok()?;
            let piece = sent.pieces.get(place.checked_sub(1)?).filter(|_| place <= *arrived)?;
            Some(explained(format!("The {}", piece.name), &piece.encoded))
        }
        (Work::Cell(read, _), None) if key == "record" => cell(read),
        _ => None,
    }
}

fn explained(title: String, encoded: &Encoded) -> Dump {
    Dump { title, offset: 0, bytes: encoded.bytes.clone(), spans: encoded.spans.iter().map(Part::span).collect() }
}

/// A field in the language in which schemas of the family are written: Avro's IDL, a .proto file, or Thrift's.
pub fn spelt(family: Family, version: &Version, column: &Column) -> String {
    let Column { number, name, typed, .. } = column;
    let default = |quote: bool| match &column.default {
        None => String::new(),
        Some(Value::Text(text)) if quote => format!(" = {}", quoted(text)),
        Some(value) => format!(" = {value}"),
    };
    match family {
        Family::Avro => {
            let fields = version.avro.fields().unwrap_or_default();
            let of = fields.iter().find(|field| field.name == *name).map_or(String::new(), |field| idl(&field.of));
            let aliases = column.aliases.iter().map(|alias| quoted(alias)).collect::<Vec<_>>().join(", ");
            let aliases = if aliases.is_empty() { aliases } else { format!("@aliases([{aliases}]) ") };
            format!("{of} {aliases}{name}{};", default(true))
        }
        Family::ProtocolBuffers => {
            let (label, kind) = match &typed.kind {
                Kind::List(of) => ("repeated ", &**of),
                kind if typed.optional => ("optional ", kind),
                kind => ("", kind),
            };
            format!("{label}{} {name} = {number};", proto(kind))
        }
        Family::Thrift => {
            let label = if typed.optional { "optional" } else { "required" };
            let kind = match &typed.kind {
                Kind::List(of) => format!("list<{}>", thrift(of)),
                kind => thrift(kind).to_owned(),
            };
            let default = if column.default == Some(Value::Null) { String::new() } else { default(true) };
            format!("{number}: {label} {kind} {name}{default}")
        }
    }
}

fn idl(of: &Type) -> String {
    match of {
        Type::Array(items) => format!("array<{}>", idl(items)),
        Type::Map(values) => format!("map<{}>", idl(values)),
        Type::Union(branches) => {
            format!("union {{ {} }}", branches.iter().map(idl).collect::<Vec<_>>().join(", "))
        }
        simple => simple.said(),
    }
}

fn proto(kind: &Kind) -> &'static str {
    match kind {
        Kind::Bool => "bool",
        Kind::Int => "int32",
        Kind::Long => "int64",
        Kind::Double => "double",
        Kind::Bytes => "bytes",
        Kind::Text | Kind::List(_) | Kind::Record(_) => "string",
    }
}

fn thrift(kind: &Kind) -> &'static str {
    match kind {
        Kind::Bool => "bool",
        Kind::Int => "i32",
        Kind::Long => "i64",
        Kind::Double => "double",
        Kind::Bytes => "binary",
        Kind::Text | Kind::List(_) | Kind::Record(_) => "string",
    }
}

//! A cell of the matrix: what code of one version has written, and what code of another makes of it. Both are really done;
//! then the two are compared, field by field.

use std::rc::Rc;

use super::settings::Family;
use super::version::{Column, FieldId, Record, Version};
use crate::format::avro::{self, Deed, bridge};
use crate::format::{BadBytes, Bytes, Encoded, Parts, Schema, Value, protocol_buffers, thrift};
use crate::wording::shown;

#[derive(Clone, Debug)]
pub struct Cell {
    pub writer: u32,
    pub reader: u32,
    /// What was written, each byte explained by the writer's schema. Empty where it could not be written.
    pub encoded: Rc<Encoded>,
    /// What it says, field by field of the writer.
    pub written: Vec<(FieldId, Rc<str>, String)>,
    /// What the reader has, field by field; as far as it came.
    pub got: Vec<Got>,
    /// What the writer wrote and the reader has no field for: name and value.
    pub skipped: Vec<(Rc<str>, String)>,
    /// Why nothing was read.
    pub error: Option<Fault>,
}

/// Why a cell has no record.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// The writer has no way to write the values.
    Unwritable(String),
    /// The reader makes nothing of the bytes.
    Unreadable { field: String, reason: String },
}

/// A field as the reader has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Got {
    pub id: FieldId,
    pub number: u32,
    pub name: Rc<str>,
    pub value: String,
    pub how: How,
}

/// How a reader came by a value.
#[derive(Clone, Debug, PartialEq)]
pub enum How {
    Same,
    /// The same value, as another type.
    Converted {
        from: String,
        to: String,
    },
    /// The same value, which the writer calls otherwise.
    Renamed {
        from: Rc<str>,
    },
    /// The writer has none, so it is what the reader's schema says.
    Filled,
    /// The writer's symbol is unknown, and read as the reader's default.
    UnknownSymbol {
        symbol: String,
    },
    /// Less or something else than what was written, and no one is told.
    Changed {
        from: String,
    },
    /// What the writer wrote as another field.
    Misread {
        from: Rc<str>,
    },
    /// The writer has written it, where this reader does not look: under another name, or under that number.
    Lost {
        value: String,
        from: Rc<str>,
        number: u32,
    },
    /// The writer has written it, in a form that this reader does not expect.
    PassedOver {
        value: String,
        from: Rc<str>,
    },
    /// The writer has a value that is not written, being zero or empty, and the reader takes another for it.
    Unsaid {
        value: String,
        from: Rc<str>,
    },
}

/// What a cell comes to, from the best on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Everything is there.
    Fine,
    /// Fields were filled in, or passed over, or both.
    Filled,
    Skipped,
    Both,
    /// A value is not what was written.
    Wrong,
    /// Nothing is read.
    Error,
}

impl How {
    pub fn is_wrong(&self) -> bool {
        match self {
            How::Changed { .. } | How::Misread { .. } => true,
            How::Lost { .. } | How::PassedOver { .. } | How::Unsaid { .. } => true,
            How::Same | How::Converted { .. } | How::Renamed { .. } => false,
            How::Filled | How::UnknownSymbol { .. } => false,
        }
    }

    pub fn is_filled(&self) -> bool {
        matches!(self, How::Filled | How::UnknownSymbol { .. })
    }
}

impl Cell {
    pub fn verdict(&self) -> Verdict {
        let filled = self.got.iter().any(|got| got.how.is_filled());
        match () {
            () if self.error.is_some() => Verdict::Error,
            () if self.got.iter().any(|got| got.how.is_wrong()) => Verdict::Wrong,
            () if filled && !self.skipped.is_empty() => Verdict::Both,
            () if filled => Verdict::Filled,
            () if !self.skipped.is_empty() => Verdict::Skipped,
            () => Verdict::Fine,
        }
    }

    /// Writes the record as `writer` and reads it as `reader`.
    pub fn new(family: Family, record: &Record, writer: &Version, reader: &Version) -> Cell {
        let mut cell = Cell {
            writer: writer.number,
            reader: reader.number,
            encoded: Rc::default(),
            written: Vec::new(),
            got: Vec::new(),
            skipped: Vec::new(),
            error: None,
        };
        let done = match family {
            Family::Avro => cell.by_name(record, writer, reader),
            _ => cell.by_number(family, record, writer, reader),
        };
        cell.error = done.err();
        cell
    }

    fn by_name(&mut self, record: &Record, writer: &Version, reader: &Version) -> Result<(), Fault> {
        let datum = record.datum(writer).map_err(Fault::Unwritable)?;
        let mut bytes = Vec::new();
        avro::encode(&datum, &mut bytes);
        let (datum, ear) = avro::decode_all(&writer.avro, &bytes, Parts::default()).map_err(unreadable)?;
        self.encoded = Encoded { bytes, spans: ear.parts }.into();
        self.keep(writer, &bridge::value_of(&writer.avro, &writer.avro.root, &datum));
        let (read, notes) = avro::resolve(&writer.avro, &reader.avro, &datum)
            .map_err(|unresolved| Fault::Unreadable { field: unresolved.path, reason: unresolved.reason })?;
        let [written, read] = [(writer, &datum), (reader, &read)]
            .map(|(version, datum)| bridge::value_of(&version.avro, &version.avro.root, datum));
        let fields = writer.avro.fields().expect("a version is a record");
        let wants = reader.avro.fields().expect("a version is a record");
        let mut used = vec![false; fields.len()];
        for (column, want) in reader.columns.iter().zip(wants) {
            let value = read.field(&column.name).cloned().unwrap_or(Value::Null);
            // Its name may be another as well, which is a note of its own.
            let unknown =
                notes.iter().filter(|note| note.path.split('.').next() == Some(&*column.name)).find_map(|note| {
                    if let Deed::UnknownSymbol { symbol, .. } = &note.deed { Some(symbol) } else { None }
                });
            let source = avro::resolve::source(fields, want);
            let how = match source.map(|place| &writer.columns[place]) {
                None => filled(column, writer, &written),
                Some(from) => {
                    used[source.expect("it is there")] = true;
                    let was = written.field(&from.name).unwrap_or(&Value::Null);
                    match unknown {
                        _ if from.id != column.id => How::Misread { from: from.name.clone() },
                        Some(symbol) => How::UnknownSymbol { symbol: symbol.clone() },
                        None => came(from, column, was, &value),
                    }
                }
            };
            self.take(column, &value, how);
        }
        for (column, _) in writer.columns.iter().zip(&used).filter(|(_, used)| !**used) {
            self.pass_over(column, &written);
        }
        Ok(())
    }

    fn by_number(&mut self, family: Family, record: &Record, writer: &Version, reader: &Version) -> Result<(), Fault> {
        let written = record.value(writer).map_err(Fault::Unwritable)?;
        let (writes, reads) = (writer.shared(), reader.shared());
        let bytes = write(family, &written, &writes).map_err(Fault::Unwritable)?;
        let mut ear = Parts::default();
        read(family, &bytes, &writes, &mut ear).map_err(unreadable)?;
        self.encoded = Encoded { bytes, spans: ear.parts }.into();
        self.keep(writer, &written);
        let value = read(family, &self.encoded.bytes, &reads, &mut Parts::default()).map_err(unreadable)?;
        // Which values stand in the bytes, and which of them the reader takes: a value that happens to be what the reader has
        // for nothing is one all the same.
        let [said, taken] = [&writes, &reads]
            .map(|schema| read(family, &self.encoded.bytes, &without_fillings(schema), &mut Parts::default()));
        let (said, taken) = (said.map_err(unreadable)?, taken.map_err(unreadable)?);
        let is_in = |record: &Value, column: &Column| record.field(&column.name) != Some(&Value::Null);
        for column in reader.columns.iter() {
            let value = value.field(&column.name).cloned().unwrap_or(Value::Null);
            let how = match writer.columns.iter().find(|from| from.number == column.number) {
                None => filled(column, writer, &written),
                Some(from) => {
                    let was = written.field(&from.name).unwrap_or(&Value::Null);
                    let shown = || (was.to_string(), from.name.clone());
                    match (is_in(&taken, column), from.id == column.id) {
                        (true, true) => came(from, column, was, &value),
                        (true, false) => How::Misread { from: from.name.clone() },
                        (false, false) => filled(column, writer, &written),
                        (false, true) if same(was, &value) => came(from, column, was, &value),
                        (false, true) if *was == Value::Null => filled(column, writer, &written),
                        (false, true) => {
                            let (value, name) = shown();
                            match is_in(&said, from) {
                                true => How::PassedOver { value, from: name },
                                false => How::Unsaid { value, from: name },
                            }
                        }
                    }
                }
            };
            self.take(column, &value, how);
        }
        for column in writer.columns.iter().filter(|from| !reader.columns.iter().any(|to| to.number == from.number)) {
            self.pass_over(column, &written);
        }
        Ok(())
    }

    fn keep(&mut self, writer: &Version, written: &Value) {
        let one = |column: &Column| {
            let value = written.field(&column.name).unwrap_or(&Value::Null);
            (column.id, column.name.clone(), value.to_string())
        };
        self.written = writer.columns.iter().map(one).collect();
    }

    fn take(&mut self, column: &Column, value: &Value, how: How) {
        let Column { id, number, ref name, .. } = *column;
        self.got.push(Got { id, number, name: name.clone(), value: value.to_string(), how });
    }

    fn pass_over(&mut self, column: &Column, written: &Value) {
        let value = written.field(&column.name).unwrap_or(&Value::Null);
        self.skipped.push((column.name.clone(), value.to_string()));
    }
}

fn unreadable(bad: BadBytes) -> Fault {
    Fault::Unreadable {
        field: String::new(),
        reason: format!("at byte {}, {}; it expects {}", bad.offset, bad.found, bad.accepted),
    }
}

/// A field for which the reader has found nothing: the writer has none; or it has, elsewhere.
fn filled(column: &Column, writer: &Version, written: &Value) -> How {
    let from = writer.of_id(column.id);
    match from.and_then(|from| Some((from, written.field(&from.name)?))) {
        Some((from, value)) if *value != Value::Null => {
            How::Lost { value: value.to_string(), from: from.name.clone(), number: from.number }
        }
        _ => How::Filled,
    }
}

/// A field that was found, as what it is meant to be.
fn came(from: &Column, to: &Column, was: &Value, is: &Value) -> How {
    match (was, is) {
        _ if !same(was, is) => How::Changed { from: was.to_string() },
        _ if from.typed != to.typed && std::mem::discriminant(was) != std::mem::discriminant(is) => {
            How::Converted { from: from.said.clone(), to: to.said.clone() }
        }
        _ if from.said != to.said => How::Converted { from: from.said.clone(), to: to.said.clone() },
        _ if from.name != to.name => How::Renamed { from: from.name.clone() },
        _ => How::Same,
    }
}

/// Whether two values say the same, be they of two types.
fn same(was: &Value, is: &Value) -> bool {
    match (was, is) {
        // Beyond 2^53 a double may be another number; beyond 64 bits the largest of them would seem to be the same.
        (Value::Int(was), Value::Double(is)) => is.0 == *was as f64 && (is.0 as i128) == i128::from(*was),
        (Value::Bool(truth), Value::Int(number)) | (Value::Int(number), Value::Bool(truth)) => {
            *number == i64::from(*truth)
        }
        (Value::Text(was), Value::Bytes(is)) => was.as_bytes() == &**is,
        (Value::Bytes(was), Value::Text(is)) => &**was == is.as_bytes(),
        // One value is a list of one; of several, one is not all.
        (was, Value::List(is)) if !matches!(was, Value::List(_)) => is.len() == 1 && same(was, &is[0]),
        (Value::List(was), is) if !matches!(is, Value::List(_)) => was.len() == 1 && same(&was[0], is),
        (Value::List(was), Value::List(is)) => {
            was.len() == is.len() && was.iter().zip(is).all(|(was, is)| same(was, is))
        }
        (was, is) => was == is,
    }
}

/// A schema by which only what is in the bytes is read, and all else is nothing.
fn without_fillings(schema: &Schema) -> Schema {
    let mut bare = schema.clone();
    for field in &mut bare.fields {
        (field.optional, field.default) = (true, Some(Value::Null));
    }
    bare
}

fn write(family: Family, record: &Value, schema: &Schema) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    let written = match family {
        Family::Thrift => thrift::write::<thrift::Compact>(record, schema, &mut out),
        _ => protocol_buffers::write(record, schema, &mut out),
    };
    written.map(|()| out).map_err(|misfit| format!("{}: {}", shown(&misfit.field), misfit.found))
}

fn read(family: Family, bytes: &[u8], schema: &Schema, ear: &mut Parts) -> Result<Value, BadBytes> {
    let mut bytes = Bytes::new(bytes, std::mem::take(ear));
    let value = match family {
        Family::Thrift => thrift::read::<thrift::Compact, _>(&mut bytes, schema),
        _ => protocol_buffers::read(&mut bytes, schema),
    };
    *ear = bytes.ear;
    value
}

//! Bytes as values of the schema that wrote them. Without that schema no one can say where a field begins.

use super::datum::Datum;
use super::schema::{Form, Schema, Type};
use crate::format::{BadBytes, Bytes, Ear, Role};

/// Records within records; a schema that contains itself without a way out would never end.
const MOST_DEPTH: usize = 64;
/// Values without bytes, nulls in an array, cost nothing to write and room to read.
const MOST_ITEMS: u64 = 100_000;

/// Reads one value, written by `schema`, and tells `ear` of each byte.
pub fn decode<E: Ear>(schema: &Schema, bytes: &mut Bytes<E>) -> Result<Datum, BadBytes> {
    let mut reader = Reader { schema, bytes, path: String::new(), items: 0 };
    reader.of(&schema.root, 0)
}

/// Reads bytes that hold one value and nothing more.
pub fn decode_all<E: Ear>(schema: &Schema, all: &[u8], ear: E) -> Result<(Datum, E), BadBytes> {
    let mut bytes = Bytes::new(all, ear);
    let datum = decode(schema, &mut bytes)?;
    if bytes.is_at_end() {
        return Ok((datum, bytes.ear));
    }
    Err(bytes.bad(bytes.at, "more bytes", "the end"))
}

struct Reader<'a, 'b, E> {
    schema: &'a Schema,
    bytes: &'a mut Bytes<'b, E>,
    /// The field that is being read, for whoever listens.
    path: String,
    items: u64,
}

impl<E: Ear> Reader<'_, '_, E> {
    fn of(&mut self, of: &Type, depth: usize) -> Result<Datum, BadBytes> {
        let start = self.bytes.at;
        if depth > MOST_DEPTH {
            return Err(self.bytes.bad(start, "records within records", format!("at most {MOST_DEPTH} levels")));
        }
        Ok(match of {
            Type::Null => Datum::Null,
            Type::Boolean => {
                let [byte] = self.bytes.array("a boolean")?;
                if byte > 1 {
                    return Err(self.bytes.bad(start, format!("byte {byte}"), "0 for false, 1 for true"));
                }
                self.value(start, || (byte == 1).to_string());
                Datum::Boolean(byte == 1)
            }
            Type::Int => {
                let number = long(self.bytes)?;
                let Ok(number) = i32::try_from(number) else {
                    return Err(self.bytes.bad(start, number, "an int, which has 32 bits"));
                };
                self.value(start, || number.to_string());
                Datum::Int(number)
            }
            Type::Long => {
                let number = long(self.bytes)?;
                self.value(start, || number.to_string());
                Datum::Long(number)
            }
            Type::Float => {
                let number = f32::from_le_bytes(self.bytes.array("a float")?);
                self.value(start, || number.to_string());
                Datum::Float(number)
            }
            Type::Double => {
                let number = f64::from_le_bytes(self.bytes.array("a double")?);
                self.value(start, || number.to_string());
                Datum::Double(number)
            }
            Type::Bytes => {
                let length = self.length("bytes")?;
                Datum::Bytes(self.raw(length)?)
            }
            Type::String => Datum::String(self.text()?),
            Type::Array(items) => Datum::Array(self.blocks("items", |reader| reader.of(items, depth + 1))?),
            Type::Map(values) => {
                Datum::Map(self.blocks("entries", |reader| Ok((reader.text()?, reader.of(values, depth + 1)?)))?)
            }
            Type::Union(branches) => {
                let branch = self.choice("branch of the union", branches.len(), |place| branches[place].said())?;
                Datum::Union(branch, Box::new(self.of(&branches[branch], depth + 1)?))
            }
            Type::Named(name) => match &self.schema.definition(name).form {
                Form::Fixed(size) => Datum::Fixed(self.raw(*size)?),
                Form::Enum { symbols, .. } => {
                    Datum::Enum(self.choice("symbol", symbols.len(), |place| symbols[place].to_string())?)
                }
                Form::Record(fields) => {
                    let mut all = Vec::with_capacity(fields.len());
                    for (place, field) in fields.iter().enumerate() {
                        if depth == 0 {
                            self.bytes.ear.field(Some(place));
                        }
                        let outer = self.path.len();
                        if outer > 0 {
                            self.path.push('.');
                        }
                        self.path.push_str(&field.name);
                        all.push(self.of(&field.of, depth + 1)?);
                        self.path.truncate(outer);
                    }
                    if depth == 0 {
                        self.bytes.ear.field(None);
                    }
                    Datum::Record(all)
                }
            },
        })
    }

    fn tell(&mut self, start: usize, role: Role, what: &str, value: impl FnOnce() -> String) {
        let path = &self.path;
        self.bytes.tell(start, role, || {
            let label = match (path.is_empty(), what.is_empty()) {
                (true, _) => what.to_owned(),
                (false, true) => path.clone(),
                (false, false) => format!("{path}: {what}"),
            };
            (label, value())
        });
    }

    fn value(&mut self, start: usize, value: impl FnOnce() -> String) {
        self.tell(start, Role::Value, "", value);
    }

    /// How many bytes follow.
    fn length(&mut self, what: &str) -> Result<usize, BadBytes> {
        let start = self.bytes.at;
        let length = long(self.bytes)?;
        match usize::try_from(length) {
            Ok(length) if length <= self.bytes.rest().len() => {
                self.tell(start, Role::Length, "length", || length.to_string());
                Ok(length)
            }
            _ => Err(self.bytes.bad(start, format!("a length of {length}"), format!("as many {what} as are left"))),
        }
    }

    fn raw(&mut self, size: usize) -> Result<Vec<u8>, BadBytes> {
        let start = self.bytes.at;
        let raw = self.bytes.take(size, "a value")?.to_vec();
        self.value(start, || raw.iter().map(|byte| format!("{byte:02x}")).collect());
        Ok(raw)
    }

    fn text(&mut self) -> Result<String, BadBytes> {
        let length = self.length("bytes")?;
        let start = self.bytes.at;
        let raw = self.bytes.take(length, "a string")?;
        match std::str::from_utf8(raw) {
            Ok(text) => {
                self.value(start, || text.to_owned());
                Ok(text.to_owned())
            }
            Err(bad) => Err(self.bytes.bad(start + bad.valid_up_to(), "no UTF-8", "a string in UTF-8")),
        }
    }

    /// A number that chooses among so many.
    fn choice(&mut self, what: &str, many: usize, said: impl Fn(usize) -> String) -> Result<usize, BadBytes> {
        let start = self.bytes.at;
        let number = long(self.bytes)?;
        match usize::try_from(number) {
            Ok(place) if place < many => {
                self.tell(start, Role::Tag, what, || format!("{place}: {}", said(place)));
                Ok(place)
            }
            _ => Err(self.bytes.bad(start, format!("{what} {number}"), format!("one of {many}, counted from 0"))),
        }
    }

    /// Blocks of items, each after their number, until a block of none. A negative number is followed by the size of the
    /// block in bytes, for those who want to skip it.
    fn blocks<T>(&mut self, what: &str, one: impl Fn(&mut Self) -> Result<T, BadBytes>) -> Result<Vec<T>, BadBytes> {
        let mut all = Vec::new();
        loop {
            let start = self.bytes.at;
            let number = long(self.bytes)?;
            if number == 0 {
                self.tell(start, Role::Mark, &format!("end of {what}"), || "0".to_owned());
                return Ok(all);
            }
            self.items = self.items.saturating_add(number.unsigned_abs());
            if self.items > MOST_ITEMS {
                return Err(self.bytes.bad(start, format!("{number} {what}"), format!("at most {MOST_ITEMS} in all")));
            }
            self.tell(start, Role::Length, &format!("number of {what}"), || number.to_string());
            if number < 0 {
                self.length("bytes")?;
            }
            for _ in 0..number.unsigned_abs() {
                all.push(one(self)?);
            }
        }
    }
}

/// Reads a whole number.
pub fn long<E: Ear>(bytes: &mut Bytes<E>) -> Result<i64, BadBytes> {
    let start = bytes.at;
    let mut zigzag = 0u64;
    for shift in (0..64).step_by(7) {
        let [byte] = bytes.array("a whole number")?;
        let low = u64::from(byte & 0x7f);
        if shift == 63 && low > 1 {
            break;
        }
        zigzag |= low << shift;
        if byte & 0x80 == 0 {
            return Ok((zigzag >> 1) as i64 ^ -((zigzag & 1) as i64));
        }
    }
    Err(bytes.bad(start, "a number of more than 64 bits", "at most ten bytes, the last of them 0 or 1"))
}

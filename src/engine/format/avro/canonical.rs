//! The parsing canonical form of a schema, and its fingerprint: two schemas that read the same bytes in the same way have
//! the same of both, however their texts differ in spaces, order, documentation and defaults.

use std::fmt::Write;
use std::rc::Rc;

use super::datum::{quote, to_json};
use super::schema::{Form, PRIMITIVES, Schema, Type, unqualified};

/// The schema with all stripped that a reader of its bytes does not need, as JSON without a space.
pub fn canonical(schema: &Schema) -> String {
    written(schema, true)
}

/// The schema as it is kept and sent: with aliases and defaults, without documentation.
pub fn text(schema: &Schema) -> String {
    written(schema, false)
}

fn written(schema: &Schema, canonical: bool) -> String {
    let mut writer = Writer { schema, out: String::new(), defined: Vec::new(), space: String::new(), canonical };
    writer.of(&schema.root);
    writer.out
}

struct Writer<'a> {
    schema: &'a Schema,
    out: String,
    /// A definition is written where its name is first needed, and later its name alone.
    defined: Vec<Rc<str>>,
    /// The namespace of the record in which we are.
    space: String,
    canonical: bool,
}

impl Writer<'_> {
    fn of(&mut self, of: &Type) {
        match of {
            Type::Array(items) => {
                self.out.push_str("{\"type\":\"array\",\"items\":");
                self.of(items);
                self.out.push('}');
            }
            Type::Map(values) => {
                self.out.push_str("{\"type\":\"map\",\"values\":");
                self.of(values);
                self.out.push('}');
            }
            Type::Union(branches) => {
                self.out.push('[');
                for (place, branch) in branches.iter().enumerate() {
                    self.comma(place);
                    self.of(branch);
                }
                self.out.push(']');
            }
            Type::Named(name) if self.defined.contains(name) => _ = write!(self.out, "\"{name}\""),
            Type::Named(name) => self.define(name),
            primitive => {
                let found = PRIMITIVES.iter().find(|(_, each)| each == primitive);
                _ = write!(self.out, "\"{}\"", found.expect("all others are above").0);
            }
        }
    }

    fn comma(&mut self, place: usize) {
        if place > 0 {
            self.out.push(',');
        }
    }

    fn define(&mut self, name: &Rc<str>) {
        self.defined.push(name.clone());
        let definition = self.schema.definition(name);
        let kind = match &definition.form {
            Form::Record(_) => "record",
            Form::Enum { .. } => "enum",
            Form::Fixed(_) => "fixed",
        };
        _ = write!(self.out, "{{\"name\":\"{name}\",\"type\":\"{kind}\"");
        let own = name.rsplit_once('.').map_or("", |(space, _)| space).to_owned();
        if own.is_empty() && !self.space.is_empty() && !self.canonical {
            self.out.push_str(",\"namespace\":\"\"");
        }
        self.aliases(&definition.aliases);
        let outer = std::mem::replace(&mut self.space, own);
        match &definition.form {
            Form::Record(fields) => {
                self.out.push_str(",\"fields\":[");
                for (place, field) in fields.iter().enumerate() {
                    self.comma(place);
                    _ = write!(self.out, "{{\"name\":\"{}\",\"type\":", field.name);
                    self.of(&field.of);
                    self.aliases(&field.aliases);
                    if let (Some(default), false) = (&field.default, self.canonical) {
                        self.out.push_str(",\"default\":");
                        self.out.push_str(&to_json(self.schema, &field.of, default));
                    }
                    self.out.push('}');
                }
                self.out.push(']');
            }
            Form::Enum { symbols, default } => {
                self.out.push_str(",\"symbols\":");
                self.names(symbols);
                if let (Some(default), false) = (default, self.canonical) {
                    _ = write!(self.out, ",\"default\":\"{}\"", symbols[*default]);
                }
            }
            Form::Fixed(size) => _ = write!(self.out, ",\"size\":{size}"),
        }
        self.space = outer;
        self.out.push('}');
    }

    fn aliases(&mut self, aliases: &[Rc<str>]) {
        if !self.canonical && !aliases.is_empty() {
            self.out.push_str(",\"aliases\":");
            self.names(aliases);
        }
    }

    fn names(&mut self, names: &[Rc<str>]) {
        self.out.push('[');
        for (place, name) in names.iter().enumerate() {
            self.comma(place);
            quote(&mut self.out, name);
        }
        self.out.push(']');
    }
}

/// What CRC-64-AVRO gives for no bytes, and also its polynomial.
const EMPTY: u64 = 0xc15d_213a_a4d7_a795;

/// The Rabin fingerprint of a schema's canonical form, by which it is looked up.
pub fn fingerprint(schema: &Schema) -> u64 {
    rabin(canonical(schema).as_bytes())
}

/// CRC-64-AVRO.
pub fn rabin(bytes: &[u8]) -> u64 {
    bytes.iter().fold(EMPTY, |print, byte| {
        let mut low = (print ^ u64::from(*byte)) & 0xff;
        for _ in 0..8 {
            low = (low >> 1) ^ (EMPTY & (low & 1).wrapping_neg());
        }
        (print >> 8) ^ low
    })
}

/// The name of the schema's record, without its namespace; or what it is instead.
pub fn name(schema: &Schema) -> String {
    match &schema.root {
        Type::Named(name) => unqualified(name).to_owned(),
        other => other.said(),
    }
}

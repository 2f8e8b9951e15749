//! Schemas and records by chance.

use std::rc::Rc;

use oorandom::Rand64;
use stepwise_engine::format::{Double, Field, Kind, Schema, Value};

pub struct Chance(Rand64);

const SIGNS: [&str; 16] = ["a", "Z", "0", " ", ",", "\"", "\\", "<", "&", ">", "é", "🙂", "\n", "\t", "ß", "\u{2028}"];

impl Chance {
    pub fn new(seed: u128) -> Chance {
        Chance(Rand64::new(seed))
    }

    fn below(&mut self, many: u64) -> u64 {
        self.0.rand_range(0..many)
    }

    fn one_in(&mut self, many: u64) -> bool {
        self.below(many) == 0
    }

    pub fn schema(&mut self, name: &str, depth: usize) -> Schema {
        let mut number = 0;
        let fields = (0..1 + self.below(6)).map(|place| {
            // Some numbers are far from the one before; none is 15 more, which the compact protocol's specification and its
            // Java and C++ libraries put into the one byte, and the Rust library, which takes both, doesn't.
            number += if self.one_in(4) { 20 + self.below(2_000) as u32 } else { 1 };
            let kind = self.kind(&format!("{name}_{place}"), depth);
            // Protocol Buffers has no lists that may be missing, and its records all may.
            let optional = !matches!(kind, Kind::List(_) | Kind::Record(_)) && self.one_in(3);
            Field { number, name: format!("field_{place}").into(), kind, optional, default: None }
        });
        let fields = fields.collect();
        Schema { name: name.into(), fields }
    }

    fn kind(&mut self, name: &str, depth: usize) -> Kind {
        match self.below(if depth > 0 { 9 } else { 6 }) {
            0 => Kind::Bool,
            1 => Kind::Int,
            2 => Kind::Long,
            3 => Kind::Double,
            4 => Kind::Text,
            5 => Kind::Bytes,
            6 => Kind::Record(self.schema(name, depth - 1).into()),
            _ => {
                let of = loop {
                    let of = self.kind(name, depth - 1);
                    if !matches!(of, Kind::List(_)) {
                        break of;
                    }
                };
                Kind::List(Rc::new(of))
            }
        }
    }

    pub fn record(&mut self, schema: &Schema) -> Value {
        let mut fields = Vec::new();
        for field in &schema.fields {
            let value = match field.optional {
                true if self.one_in(3) => continue,
                true if self.one_in(4) => Value::Null,
                _ => self.value(&field.kind),
            };
            fields.push((field.name.clone(), value));
        }
        Value::Record(fields)
    }

    fn value(&mut self, kind: &Kind) -> Value {
        match kind {
            Kind::Bool => Value::Bool(self.one_in(2)),
            Kind::Int => Value::Int((self.whole() as i32).into()),
            Kind::Long => Value::Int(self.whole()),
            Kind::Double => Value::Double(Double(self.double())),
            Kind::Text => {
                let many = self.length();
                let text: String = (0..many).map(|_| SIGNS[self.below(16) as usize]).collect();
                Value::text(&text)
            }
            Kind::Bytes => {
                let many = self.length();
                let bytes: Vec<u8> = (0..many).map(|_| self.below(256) as u8).collect();
                Value::bytes(&bytes)
            }
            Kind::List(of) => {
                let many = if self.one_in(20) { 20 } else { self.below(4) };
                Value::List((0..many).map(|_| self.value(of)).collect())
            }
            Kind::Record(schema) => self.record(schema),
        }
    }

    /// Mostly short, at times too long for a byte or two of length.
    fn length(&mut self) -> u64 {
        match self.below(1_000) {
            0 => 70_000,
            1..50 => self.below(300),
            _ => self.below(12),
        }
    }

    /// Numbers of every length, and those at the borders.
    fn whole(&mut self) -> i64 {
        let bits = self.below(64);
        let near = self.below(5) as i64 - 2;
        match self.below(4) {
            0 => (1_i64 << bits).wrapping_add(near),
            1 => (-1_i64 << bits).wrapping_add(near),
            2 => self.below(300) as i64 - 100,
            _ => self.0.rand_u64() as i64 >> bits,
        }
    }

    /// Not `-0.0`: Protocol Buffers says that it is no default and is written, and `prost` leaves it out.
    fn double(&mut self) -> f64 {
        let any = f64::from_bits(self.0.rand_u64());
        match self.below(4) {
            0 if any.is_finite() => any,
            1 => self.whole() as f64,
            2 => self.below(1_000_000) as f64 / 10_f64.powi(self.below(14) as i32),
            _ => [0.0, -0.1, 0.1, 1e15, 1e16, 1e17, 1e-4, 1e-5, 1e-6, 0.00001234][self.below(10) as usize],
        }
    }

    /// A byte changed, some cut off, or some put in.
    pub fn damage(&mut self, bytes: &mut Vec<u8>) {
        let at = self.below(bytes.len() as u64 + 1) as usize;
        match self.below(4) {
            0 => bytes.truncate(at),
            1 => bytes.insert(at, self.below(256) as u8),
            _ if at < bytes.len() => bytes[at] = self.below(256) as u8,
            _ => bytes.push(self.below(256) as u8),
        }
    }
}

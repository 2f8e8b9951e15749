//! A row as bytes: SQLite's record format.
//!
//! ```text
//! | length of the header | a type for each column, … | a value for each column, …
//!
//! type   0  NULL, no bytes            8, 9  the numbers 0 and 1, no bytes
//!        1 … 6  a whole number of 1, 2, 3, 4, 6 or 8 bytes      13, 15, …  a text of (type - 13) / 2 bytes
//! ```
//!
//! The length and the types are varints: seven bits a byte, the first byte the highest. A record that was written before a
//! column was added ends earlier: the column has its default. The row's own number is not in it.

use std::ops::Range;

use super::database::Field;
use super::datum::Datum;
use crate::contract::Span;

/// The bytes of a row.
pub fn encode(values: &[Datum]) -> Vec<u8> {
    let mut types = Vec::with_capacity(values.len() + 1);
    let mut body = Vec::new();
    for value in values {
        match value {
            Datum::Null => types.push(0),
            Datum::Integer(0) => types.push(8),
            Datum::Integer(1) => types.push(9),
            Datum::Integer(number) => {
                let (kind, len) = kind_of(*number);
                types.push(kind);
                body.extend(&number.to_be_bytes()[8 - len..]);
            }
            Datum::Real(number) => {
                types.push(7);
                body.extend(number.to_be_bytes());
            }
            Datum::Text(text) => {
                put_varint(&mut types, 13 + 2 * text.len() as u64);
                body.extend(text.as_bytes());
            }
        }
    }
    // The length counts its own bytes.
    let len = types.len() + 1;
    let mut record = Vec::with_capacity(len + 1 + body.len());
    put_varint(&mut record, if len < 128 { len } else { len + 1 } as u64);
    record.extend(types);
    record.extend(body);
    record
}

/// How many bytes [`encode`] gives for a key of an index and the number of its row.
pub fn entry_size(key: &[Datum], row: i64) -> u64 {
    let size = |value: &Datum| match value {
        Datum::Null | Datum::Integer(0 | 1) => 1,
        Datum::Integer(number) => 1 + kind_of(*number).1,
        Datum::Real(_) => 9,
        Datum::Text(text) => text.len() + if text.len() < 58 { 1 } else { 2 },
    };
    (1 + key.iter().map(size).sum::<usize>() + size(&Datum::Integer(row))) as u64
}

fn kind_of(number: i64) -> (u8, usize) {
    const SIZES: [(u8, usize); 6] = [(1, 1), (2, 2), (3, 3), (4, 4), (5, 6), (6, 8)];
    let fits = |(_, len): &&(u8, usize)| *len == 8 || (-(1i64 << (8 * len - 1))..1 << (8 * len - 1)).contains(&number);
    SIZES.iter().find(fits).copied().unwrap_or((6, 8))
}

fn put_varint(out: &mut Vec<u8>, number: u64) {
    let bits = 64 - number.leading_zeros().min(63);
    for group in (0..bits.div_ceil(7)).rev() {
        let more = if group > 0 { 0x80 } else { 0 };
        out.push((number >> (7 * group)) as u8 & 0x7f | more);
    }
}

fn take_varint(bytes: &[u8], at: &mut usize) -> Option<u64> {
    let mut number = 0u64;
    loop {
        let byte = *bytes.get(*at)?;
        *at += 1;
        number = number << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 || number >> 50 != 0 {
            return Some(number);
        }
    }
}

/// The values at these places, ascending, of the row with that number. What is not in the record is the default.
pub fn columns(record: &[u8], number: i64, fields: &[Field], wanted: &[usize]) -> Vec<Datum> {
    let mut values = Vec::with_capacity(wanted.len());
    let mut parts = Parts::new(record);
    let mut place = 0;
    for wanted in wanted {
        let mut part = None;
        while place <= *wanted {
            part = parts.as_mut().and_then(Iterator::next);
            place += 1;
        }
        values.push(match part {
            _ if fields[*wanted].is_row_number() => Datum::Integer(number),
            Some((kind, range)) => value(kind, &record[range]),
            None => fields[*wanted].default.clone(),
        });
    }
    values
}

/// The types and the places of a record's values; it ends where the record is cut short.
struct Parts<'a> {
    record: &'a [u8],
    header: usize,
    head: usize,
    body: usize,
}

impl<'a> Parts<'a> {
    fn new(record: &'a [u8]) -> Option<Parts<'a>> {
        let mut head = 0;
        let header = take_varint(record, &mut head)? as usize;
        Some(Parts { record, header, head, body: header })
    }
}

impl Iterator for Parts<'_> {
    type Item = (u64, Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.head >= self.header {
            return None;
        }
        let kind = take_varint(self.record, &mut self.head)?;
        let len = match kind {
            0 | 8 | 9 => 0,
            1..=4 => kind as usize,
            5 => 6,
            6 | 7 => 8,
            _ => (kind.checked_sub(13)? / 2) as usize,
        };
        let range = self.body..self.body.checked_add(len)?;
        self.body = range.end;
        (range.end <= self.record.len()).then_some((kind, range))
    }
}

fn value(kind: u64, bytes: &[u8]) -> Datum {
    match kind {
        0 => Datum::Null,
        8 | 9 => Datum::Integer(kind as i64 - 8),
        7 => Datum::Real(f64::from_bits(bytes.iter().fold(0, |bits, byte| bits << 8 | u64::from(*byte)))),
        1..=6 => {
            let sign = if bytes[0] & 0x80 == 0 { 0 } else { -1 };
            Datum::Integer(bytes.iter().fold(sign, |number, byte| number << 8 | i64::from(*byte)))
        }
        _ => Datum::Text(String::from_utf8_lossy(bytes).into()),
    }
}

/// What the bytes of a record mean, `offset` bytes into a dump.
pub fn explain(record: &[u8], number: i64, fields: &[Field], offset: usize) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut span = |range: Range<usize>, label: String, value: String| {
        spans.push(Span { range: range.start + offset..range.end + offset, label, value });
    };
    let Some(mut parts) = Parts::new(record) else { return spans };
    span(0..parts.head, "length of the header".to_owned(), parts.header.to_string());
    let mut bodies = Vec::new();
    for field in fields {
        let head = parts.head;
        let Some((kind, range)) = parts.next() else { break };
        let means = match kind {
            0 if field.is_row_number() => format!("not here: it is the row's number, {number}"),
            0 => "NULL".to_owned(),
            8 | 9 => format!("the number {}", kind - 8),
            1..=6 => crate::wording::count(range.len(), "byte") + " of a whole number",
            _ => format!("a text of {}", crate::wording::count(range.len(), "byte")),
        };
        span(head..parts.head, format!("type of {}", field.name), means);
        if !range.is_empty() {
            bodies.push((range.clone(), field.name.to_string(), value(kind, &record[range]).to_string()));
        }
    }
    bodies.into_iter().for_each(|(range, label, value)| span(range, label, value));
    spans
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::datum::Type;

    fn fields(count: usize) -> Vec<Field> {
        let field = |place: usize| Field {
            name: format!("c{place}").into(),
            kind: Type::Text,
            key: false,
            not_null: false,
            default: Datum::Integer(42),
            references: None,
        };
        (0..count).map(field).collect()
    }

    #[test]
    fn a_record_is_as_sqlite_writes_it_and_gives_its_values_back() {
        // As `INSERT INTO t VALUES (NULL, 0, 1, 7, -129, 'ann')` lies in a file of SQLite.
        let row = [Datum::Null, 0.into(), 1.into(), 7.into(), (-129).into(), "ann".into()];
        assert_eq!(encode(&row), [7, 0, 8, 9, 1, 2, 19, 7, 0xff, 0x7f, b'a', b'n', b'n']);
        let long = "x".repeat(300);
        let numbers = [i64::MIN, i64::MAX, 127, -128, 128, 32767, 32768, -8_388_608, 1 << 31, 1 << 47, -(1 << 47), 2];
        let mut row: Vec<Datum> = numbers.into_iter().map(Datum::from).collect();
        row.extend([Datum::from(&*long), "".into(), "ß".into(), Datum::Null]);
        let record = encode(&row);
        let all: Vec<usize> = (0..row.len()).collect();
        assert_eq!(columns(&record, 1, &fields(row.len()), &all), row);
        assert_eq!(
            columns(&record, 1, &fields(row.len() + 1), &[1, 12, row.len()]),
            [row[1].clone(), row[12].clone(), 42.into()]
        );
        assert_eq!(entry_size(&row[..14], 5), encode(&[&row[..14], &[5.into()]].concat()).len() as u64);
        let spans = explain(&record, 1, &fields(row.len()), 100);
        assert_eq!(spans.first().unwrap().range.start, 100);
        assert_eq!(spans.last().unwrap().range.end, 100 + record.len());
    }

    #[test]
    fn a_record_cut_short_is_no_panic() {
        let record = encode(&["abc".into(), 70_000.into()]);
        for len in 0..record.len() {
            let _ = columns(&record[..len], 1, &fields(3), &[0, 1, 2]);
            let _ = explain(&record[..len], 1, &fields(3), 0);
        }
    }
}

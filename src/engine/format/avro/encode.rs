//! Values as bytes: no names, no tags, no types. Whole numbers zigzag, seven bits a byte; texts and bytes after their
//! length; arrays and maps in blocks; a union's branch by its number; a record is its fields, one after the other.

use super::datum::Datum;

/// Appends the bytes of a value. Which schema it is of is not in them.
pub fn encode(datum: &Datum, out: &mut Vec<u8>) {
    match datum {
        Datum::Null => {}
        Datum::Boolean(value) => out.push(u8::from(*value)),
        Datum::Int(number) => long(i64::from(*number), out),
        Datum::Long(number) => long(*number, out),
        Datum::Float(number) => out.extend(number.to_le_bytes()),
        Datum::Double(number) => out.extend(number.to_le_bytes()),
        Datum::Bytes(bytes) => lengthy(bytes, out),
        Datum::String(text) => lengthy(text.as_bytes(), out),
        Datum::Fixed(bytes) => out.extend(bytes),
        Datum::Enum(place) => long(*place as i64, out),
        Datum::Union(place, inner) => {
            long(*place as i64, out);
            encode(inner, out);
        }
        Datum::Record(fields) => fields.iter().for_each(|field| encode(field, out)),
        Datum::Array(items) => {
            if !items.is_empty() {
                long(items.len() as i64, out);
                items.iter().for_each(|item| encode(item, out));
            }
            out.push(0);
        }
        Datum::Map(entries) => {
            if !entries.is_empty() {
                long(entries.len() as i64, out);
                for (key, value) in entries {
                    lengthy(key.as_bytes(), out);
                    encode(value, out);
                }
            }
            out.push(0);
        }
    }
}

/// A whole number: 0, -1, 1, -2, … as 0, 1, 2, 3, …, and that seven bits a byte, the low ones first.
pub fn long(number: i64, out: &mut Vec<u8>) {
    let mut zigzag = ((number << 1) ^ (number >> 63)) as u64;
    while zigzag >= 0x80 {
        out.push(zigzag as u8 | 0x80);
        zigzag >>= 7;
    }
    out.push(zigzag as u8);
}

pub fn lengthy(bytes: &[u8], out: &mut Vec<u8>) {
    long(bytes.len() as i64, out);
    out.extend(bytes);
}

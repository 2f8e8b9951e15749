//! Thrift's compact protocol: of a field's number what it is more than that of the field before, in one byte with its kind;
//! whole numbers and lengths in as few bytes as they need, and a truth in the kind itself.

use super::{Head, Protocol, Sort};
use crate::format::read::{BadBytes, Bytes, Ear, Role};
use crate::format::value::Double;
use crate::varint;

pub struct Compact;

const TRUE: u8 = 1;
const FALSE: u8 = 2;
/// A list of so many items or more says how many in bytes of its own.
const MANY: usize = 15;

/// Small numbers are short whether they are above zero or below: 0, -1, 1, -2 become 0, 1, 2, 3.
pub fn zigzag(number: i64) -> u64 {
    (number << 1 ^ number >> 63) as u64
}

pub fn unzigzag(number: u64) -> i64 {
    (number >> 1) as i64 ^ -((number & 1) as i64)
}

fn code(sort: Sort) -> u8 {
    match sort {
        Sort::Bool => TRUE,
        Sort::Byte => 3,
        Sort::Short => 4,
        Sort::Int => 5,
        Sort::Long => 6,
        Sort::Double => 7,
        Sort::Text => 8,
        Sort::List => 9,
        Sort::Set => 10,
        Sort::Map => 11,
        Sort::Struct => 12,
    }
}

fn sort<E: Ear>(bytes: &Bytes<E>, at: usize, found: u8) -> Result<Sort, BadBytes> {
    let sort = Sort::ALL.into_iter().find(|sort| code(*sort) == found || found == FALSE && *sort == Sort::Bool);
    sort.ok_or_else(|| bytes.bad(at, format!("the kind {found}"), "1 to 12 in the low half of the byte"))
}

/// A whole number by its distance from zero.
fn whole<E: Ear>(bytes: &mut Bytes<E>, bits: u32, what: &str) -> Result<i64, BadBytes> {
    let start = bytes.at;
    let number = unzigzag(bytes.varint(what)?);
    let fits = -1 << (bits - 1) <= i128::from(number) && i128::from(number) < 1 << (bits - 1);
    if fits { Ok(number) } else { Err(bytes.bad(start, number, format!("{what} of {bits} bits"))) }
}

impl Protocol for Compact {
    fn write_head(head: &Head, before: i16, out: &mut Vec<u8>) {
        let code = if head.truth == Some(false) { FALSE } else { code(head.sort) };
        match i32::from(head.number) - i32::from(before) {
            more @ 1..16 => out.push((more as u8) << 4 | code),
            _ => {
                out.push(code);
                varint::put(out, zigzag(head.number.into()));
            }
        }
    }

    fn write_list(of: Sort, many: usize, out: &mut Vec<u8>) {
        if many < MANY {
            out.push((many as u8) << 4 | code(of));
        } else {
            out.push(0xf0 | code(of));
            varint::put(out, many as u64);
        }
    }

    fn write_length(long: usize, out: &mut Vec<u8>) {
        varint::put(out, long as u64);
    }

    fn write_whole(number: i64, _: Sort, out: &mut Vec<u8>) {
        varint::put(out, zigzag(number));
    }

    fn write_double(number: Double, out: &mut Vec<u8>) {
        out.extend(number.0.to_le_bytes());
    }

    fn write_truth(truth: bool, is_field: bool, out: &mut Vec<u8>) {
        if !is_field {
            out.push(if truth { TRUE } else { FALSE });
        }
    }

    fn read_head<E: Ear>(bytes: &mut Bytes<E>, before: i16) -> Result<Option<Head>, BadBytes> {
        let start = bytes.at;
        let byte = bytes.byte("a field")?;
        if byte == 0 {
            return Ok(None);
        }
        let (more, found) = (byte >> 4, byte & 0xf);
        let sort = sort(bytes, start, found)?;
        let number = match more {
            0 => whole(bytes, 16, "the number of a field")? as i16,
            more => before
                .checked_add(more.into())
                .ok_or_else(|| bytes.bad(start, format!("{more} more than {before}"), "a number up to 32767"))?,
        };
        Ok(Some(Head { sort, number, truth: (sort == Sort::Bool).then_some(found == TRUE) }))
    }

    fn tell_head<E: Ear>(bytes: &mut Bytes<E>, start: usize, head: &Head, name: &str) {
        bytes.tell(start, Role::Tag, || {
            let what = match head.truth {
                Some(true) => "which is true",
                Some(false) => "which is false",
                None => head.sort.name(),
            };
            ("number and kind of the field".to_owned(), format!("{}, {name}; {what}", head.number))
        });
    }

    fn read_list<E: Ear>(bytes: &mut Bytes<E>) -> Result<(Sort, u64), BadBytes> {
        let start = bytes.at;
        let byte = bytes.byte("a list")?;
        let sort = sort(bytes, start, byte & 0xf)?;
        let many = match usize::from(byte >> 4) {
            MANY => bytes.varint("the number of items")?,
            many => many as u64,
        };
        Ok((sort, many))
    }

    fn read_length<E: Ear>(bytes: &mut Bytes<E>) -> Result<u64, BadBytes> {
        bytes.varint("a length")
    }

    fn read_whole<E: Ear>(bytes: &mut Bytes<E>, sort: Sort) -> Result<i64, BadBytes> {
        match sort {
            Sort::Byte => bytes.array("a number").map(|byte| i8::from_be_bytes(byte).into()),
            Sort::Short => whole(bytes, 16, "a number"),
            Sort::Int => whole(bytes, 32, "a number"),
            _ => whole(bytes, 64, "a number"),
        }
    }

    fn read_double<E: Ear>(bytes: &mut Bytes<E>) -> Result<Double, BadBytes> {
        bytes.array("a number").map(|number| Double(f64::from_le_bytes(number)))
    }

    fn read_truth<E: Ear>(bytes: &mut Bytes<E>) -> Result<bool, BadBytes> {
        let start = bytes.at;
        match bytes.byte("a truth")? {
            byte @ (TRUE | FALSE) => Ok(byte == TRUE),
            byte => Err(bytes.bad(start, format!("{byte:#04x}"), "01 for true, 02 for false")),
        }
    }

    fn read_map<E: Ear>(bytes: &mut Bytes<E>) -> Result<(Option<(Sort, Sort)>, u64), BadBytes> {
        let many = bytes.varint("the number of entries")?;
        if many == 0 {
            return Ok((None, 0));
        }
        let start = bytes.at;
        let byte = bytes.byte("the kinds of a map")?;
        Ok((Some((sort(bytes, start, byte >> 4)?, sort(bytes, start, byte & 0xf)?)), many))
    }
}

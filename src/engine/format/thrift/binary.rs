//! Thrift's binary protocol: a byte for the kind, two for the number, four for a length, and as many as it has bits for a
//! number; big-endian.

use super::{Head, Protocol, Sort};
use crate::format::read::{BadBytes, Bytes, Ear, Role};
use crate::format::value::Double;

pub struct Binary;

const fn code(sort: Sort) -> u8 {
    match sort {
        Sort::Bool => 2,
        Sort::Byte => 3,
        Sort::Double => 4,
        Sort::Short => 6,
        Sort::Int => 8,
        Sort::Long => 10,
        Sort::Text => 11,
        Sort::Struct => 12,
        Sort::Map => 13,
        Sort::Set => 14,
        Sort::List => 15,
    }
}

/// In the places of their codes.
const SORTS: [Option<Sort>; 16] = {
    let (mut sorts, mut place) = ([None; 16], 0);
    while place < Sort::ALL.len() {
        sorts[code(Sort::ALL[place]) as usize] = Some(Sort::ALL[place]);
        place += 1;
    }
    sorts
};

fn sort<E: Ear>(bytes: &mut Bytes<E>) -> Result<Sort, BadBytes> {
    let start = bytes.at;
    let found = bytes.byte("a kind")?;
    let sort = SORTS.get(usize::from(found)).copied().flatten();
    sort.ok_or_else(|| {
        bytes.bad(start, format!("the kind {found:#04x}"), "02, 03, 04, 06, 08, 0a, 0b to 0f, or 00 for the end")
    })
}

impl Protocol for Binary {
    fn write_head(head: &Head, _: i16, out: &mut Vec<u8>) {
        out.push(code(head.sort));
        out.extend(head.number.to_be_bytes());
    }

    fn write_list(of: Sort, many: usize, out: &mut Vec<u8>) {
        out.push(code(of));
        Binary::write_length(many, out);
    }

    fn write_length(long: usize, out: &mut Vec<u8>) {
        out.extend((long as u32).to_be_bytes());
    }

    fn write_whole(number: i64, sort: Sort, out: &mut Vec<u8>) {
        if sort == Sort::Int {
            out.extend((number as i32).to_be_bytes());
        } else {
            out.extend(number.to_be_bytes());
        }
    }

    fn write_double(number: Double, out: &mut Vec<u8>) {
        out.extend(number.0.to_be_bytes());
    }

    fn write_truth(truth: bool, _: bool, out: &mut Vec<u8>) {
        out.push(u8::from(truth));
    }

    fn read_head<E: Ear>(bytes: &mut Bytes<E>, _: i16) -> Result<Option<Head>, BadBytes> {
        if bytes.peek() == Some(0) {
            bytes.at += 1;
            return Ok(None);
        }
        let sort = sort(bytes)?;
        let number = i16::from_be_bytes(bytes.array("the number of a field")?);
        Ok(Some(Head { sort, number, truth: None }))
    }

    fn tell_head<E: Ear>(bytes: &mut Bytes<E>, start: usize, head: &Head, name: &str) {
        let kind = || ("kind".to_owned(), format!("{}, {}", code(head.sort), head.sort.name()));
        bytes.ear.part(start..start + 1, Role::Tag, kind);
        bytes.tell(start + 1, Role::Tag, || ("number of the field".to_owned(), format!("{}, {name}", head.number)));
    }

    fn read_list<E: Ear>(bytes: &mut Bytes<E>) -> Result<(Sort, u64), BadBytes> {
        Ok((sort(bytes)?, Binary::read_length(bytes)?))
    }

    fn read_length<E: Ear>(bytes: &mut Bytes<E>) -> Result<u64, BadBytes> {
        let start = bytes.at;
        let long = i32::from_be_bytes(bytes.array("a length")?);
        u64::try_from(long).map_err(|_| bytes.bad(start, format!("the length {long}"), "no length below 0"))
    }

    fn read_whole<E: Ear>(bytes: &mut Bytes<E>, sort: Sort) -> Result<i64, BadBytes> {
        Ok(match sort {
            Sort::Byte => i8::from_be_bytes(bytes.array("a number")?).into(),
            Sort::Short => i16::from_be_bytes(bytes.array("a number")?).into(),
            Sort::Int => i32::from_be_bytes(bytes.array("a number")?).into(),
            _ => i64::from_be_bytes(bytes.array("a number")?),
        })
    }

    fn read_double<E: Ear>(bytes: &mut Bytes<E>) -> Result<Double, BadBytes> {
        bytes.array("a number").map(|number| Double(f64::from_be_bytes(number)))
    }

    fn read_truth<E: Ear>(bytes: &mut Bytes<E>) -> Result<bool, BadBytes> {
        let start = bytes.at;
        match bytes.byte("a truth")? {
            byte @ (0 | 1) => Ok(byte == 1),
            byte => Err(bytes.bad(start, format!("{byte:#04x}"), "00 for false, 01 for true")),
        }
    }

    fn read_map<E: Ear>(bytes: &mut Bytes<E>) -> Result<(Option<(Sort, Sort)>, u64), BadBytes> {
        let sorts = (sort(bytes)?, sort(bytes)?);
        Ok((Some(sorts), Binary::read_length(bytes)?))
    }
}

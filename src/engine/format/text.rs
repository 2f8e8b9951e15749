//! Single values as text, for the formats that are text: what XML and CSV write for a number or a truth, and Base64 for
//! bytes, which text has no place for.

use super::schema::{Kind, Misfit, misfit};
use super::value::{Double, Value};

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Bytes as text: six bits a letter, so three bytes become four letters; filled up with `=` (RFC 4648).
pub fn base64(bytes: &[u8], out: &mut Vec<u8>) {
    for three in bytes.chunks(3) {
        let at = |place: usize| u32::from(three.get(place).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for letter in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * letter) & 0x3f) as usize];
            out.push(if letter <= three.len() { digit } else { b'=' });
        }
    }
}

/// The bytes that a Base64 text stands for; or the place of what is none.
pub fn from_base64(text: &str) -> Result<Vec<u8>, usize> {
    let bytes = text.as_bytes();
    let letters = bytes.strip_suffix(b"==").or_else(|| bytes.strip_suffix(b"=")).unwrap_or(bytes);
    if !bytes.len().is_multiple_of(4) {
        return Err(bytes.len());
    }
    let mut out = Vec::with_capacity(letters.len() * 3 / 4);
    for (chunk, four) in letters.chunks(4).enumerate() {
        let mut bits = 0_u32;
        for (place, letter) in four.iter().enumerate() {
            let digit = DIGITS.iter().position(|each| each == letter).ok_or(chunk * 4 + place)?;
            bits |= (digit as u32) << (18 - 6 * place);
        }
        let whole = bits.to_be_bytes();
        // What fills the last letter up has to be zero: else two texts would stand for the same bytes.
        if four.len() < 2 || whole[four.len()..].iter().any(|byte| *byte != 0) {
            return Err(chunk * 4 + four.len() - 1);
        }
        out.extend(&whole[1..four.len()]);
    }
    Ok(out)
}

/// A number with a point, as JSON writes it: the fewest digits that read back as the same.
pub fn double(Double(number): Double, out: &mut Vec<u8>) {
    let small = (1e-5..1e-4).contains(&number.abs());
    let text = if small { format!("{number}") } else { format!("{number:?}") };
    match text.split_once('e') {
        // As JavaScript writes it.
        Some((digits, exponent)) if !exponent.starts_with('-') => {
            out.extend(format!("{digits}e+{exponent}").as_bytes())
        }
        _ => out.extend(text.as_bytes()),
    }
}

/// A whole number in digits.
pub fn whole(number: i64, out: &mut Vec<u8>) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    let mut rest = number.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        out.push(b'-');
    }
    out.extend(&digits[at..]);
}

/// A single value as text; nothing for nothing.
pub fn write(value: &Value, field: &str, out: &mut Vec<u8>) -> Result<(), Misfit> {
    match value {
        Value::Null => {}
        Value::Bool(truth) => out.extend(if *truth { &b"true"[..] } else { b"false" }),
        Value::Int(number) => whole(*number, out),
        Value::Double(number) if number.0.is_finite() => double(*number, out),
        Value::Double(number) => return Err(misfit(field, number, "a finite number")),
        Value::Text(text) => out.extend(text.as_bytes()),
        Value::Bytes(bytes) => base64(bytes, out),
        Value::List(_) | Value::Record(_) => return Err(misfit(field, value.what(), "a single value")),
    }
    Ok(())
}

/// What is wrong with a text that should stand for a value: where in it, and what is accepted.
pub struct BadText {
    pub at: usize,
    pub accepted: String,
}

/// The value that a text stands for, which only the schema can say: `1337` may be a number or a text.
pub fn read(text: &str, kind: &Kind) -> Result<Value, BadText> {
    let bad = |accepted: &str| BadText { at: 0, accepted: accepted.to_owned() };
    match kind {
        Kind::Bool => match text {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            _ => Err(bad("true or false")),
        },
        Kind::Int => {
            text.parse::<i32>().map(|number| Value::Int(number.into())).map_err(|_| bad("a whole number of 32 bits"))
        }
        Kind::Long => text.parse().map(Value::Int).map_err(|_| bad("a whole number of 64 bits")),
        Kind::Double => match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Value::Double(Double(number))),
            _ => Err(bad("a number")),
        },
        Kind::Text => Ok(Value::text(text)),
        Kind::Bytes => match from_base64(text) {
            Ok(bytes) => Ok(Value::bytes(&bytes)),
            Err(at) => Err(BadText { at, accepted: "Base64: letters, digits, + and /, in fours".to_owned() }),
        },
        Kind::List(_) | Kind::Record(_) => Err(bad("a single value")),
    }
}

//! Fractions of 64 bits as decimal numbers, and back.
//!
//! The standard library does both faster, with 20 KB of code and a table of 10 KB, which no page with SQL should have to fetch
//! for a mean, or the few fractions that stand in JSON. Here a fraction is a quotient of two whole numbers of any length, and is
//! divided bit by bit or digit by digit.

use std::cmp::Ordering;
use std::num::IntErrorKind;
use std::ops::Range;

/// Bits of the quotient that are found: some more than the 53 that are kept, so that it is known how to round.
const BITS: i32 = 63;
/// The power of two that the last bit of the smallest numbers stands for.
const LEAST: i32 = -1074;
/// Where the first digit may stand, as a power of ten: larger numbers are infinite, and smaller ones zero.
const POWERS: Range<i64> = -330..310;

/// What a number comes to as JSON spells it: `-12.5e3`. `None` if the text is none.
pub fn fraction(text: &str) -> Option<f64> {
    let (is_negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (digits, power) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let digits = [whole, part].concat();
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let power = match power.parse::<i64>().map_err(|error| *error.kind()) {
        Ok(power) => power,
        Err(IntErrorKind::PosOverflow) => i64::MAX,
        Err(IntErrorKind::NegOverflow) => i64::MIN,
        Err(_) => return None,
    };
    let counted = digits.trim_start_matches('0');
    let power = power.saturating_sub(part.len() as i64);
    let first = power.saturating_add(counted.len() as i64);
    let bits = match () {
        () if counted.is_empty() || first < POWERS.start => 0,
        () if first >= POWERS.end => f64::INFINITY.to_bits(),
        () => nearest(counted.as_bytes(), power),
    };
    let number = f64::from_bits(bits);
    Some(if is_negative { -number } else { number })
}

/// The bits of what is nearest to these digits times that power of ten; of two that are as near, the even one.
fn nearest(digits: &[u8], power: i64) -> u64 {
    let (mut number, mut divisor) = (Whole(vec![0]), Whole(vec![1]));
    digits.iter().for_each(|digit| number.times(10, u32::from(digit - b'0')));
    let grown = if power < 0 { &mut divisor } else { &mut number };
    (0..power.unsigned_abs()).for_each(|_| grown.times(10, 0));
    // Both as long as the other: the quotient is between a half and two.
    let longer = number.bits() - divisor.bits();
    let shorter = if longer < 0 { &mut number } else { &mut divisor };
    (0..longer.unsigned_abs()).for_each(|_| shorter.times(2, 0));
    let mut quotient = 0u64;
    for _ in 0..BITS {
        quotient <<= 1;
        if number.compare(&divisor).is_ge() {
            number.subtract(&divisor);
            quotient |= 1;
        }
        number.times(2, 0);
    }
    // What is left over counts as a bit behind all others: it breaks a tie.
    quotient |= u64::from(number.bits() > 0);
    let ends = longer - (BITS - 1);
    let length = (u64::BITS - quotient.leading_zeros()) as i32;
    // What the last bit of the result stands for, and how many bits of the quotient stand behind it.
    let last = (ends + length - f64::MANTISSA_DIGITS as i32).max(LEAST);
    let behind = last - ends;
    if behind >= u64::BITS as i32 {
        return 0;
    }
    let (kept, dropped) = (quotient >> behind, quotient & ((1 << behind) - 1));
    let kept = match dropped.cmp(&(1 << (behind - 1))) {
        Ordering::Less => kept,
        Ordering::Equal => kept + (kept & 1),
        Ordering::Greater => kept + 1,
    };
    // The first bit of a number that has all 53 is not written, but counts the exponent up by one.
    let bits = (((last - LEAST) as u64) << (f64::MANTISSA_DIGITS - 1)) + kept;
    bits.min(f64::INFINITY.to_bits())
}

/// The first digits of a number that is finite and not negative, the last of them rounded, and the power of ten that the first
/// stands for; of two that are as near, the even one.
pub fn digits(number: f64, many: usize) -> (String, i32) {
    if number == 0.0 {
        return ("0".repeat(many), 0);
    }
    let (exponent, mantissa) = ((number.to_bits() >> 52) as i32, number.to_bits() & ((1 << 52) - 1));
    let (mantissa, last) = if exponent == 0 { (mantissa, LEAST) } else { (mantissa | 1 << 52, LEAST - 1 + exponent) };
    let (mut rest, mut one) = (Whole(vec![mantissa as u32, (mantissa >> u32::BITS) as u32]), Whole(vec![1]));
    let doubled = if last < 0 { &mut one } else { &mut rest };
    (0..last.unsigned_abs()).for_each(|_| doubled.times(2, 0));
    // Until what is left has one digit before its point.
    let mut power = 0;
    while rest.compare(&one).is_lt() {
        rest.times(10, 0);
        power -= 1;
    }
    let ten = |one: &Whole| {
        let mut ten = Whole(one.0.clone());
        ten.times(10, 0);
        ten
    };
    while rest.compare(&ten(&one)).is_ge() {
        one.times(10, 0);
        power += 1;
    }
    let mut digits = Vec::new();
    for place in 0..many {
        if place > 0 {
            rest.times(10, 0);
        }
        let mut digit = b'0';
        while rest.compare(&one).is_ge() {
            rest.subtract(&one);
            digit += 1;
        }
        digits.push(digit);
    }
    rest.times(2, 0);
    let is_odd = digits.last().is_some_and(|digit| digit % 2 == 1);
    if rest.compare(&one).is_gt() || rest.compare(&one).is_eq() && is_odd {
        let nines = digits.iter().rev().take_while(|digit| **digit == b'9').count();
        digits[many - nines..].fill(b'0');
        match many.checked_sub(nines + 1) {
            Some(place) => digits[place] += 1,
            None => {
                digits[0] = b'1';
                power += 1;
            }
        }
    }
    (digits.into_iter().map(char::from).collect(), power)
}

/// A whole number of any length: 32 bits in each place, the last ones first.
struct Whole(Vec<u32>);

impl Whole {
    fn times(&mut self, factor: u32, more: u32) {
        let mut carried = u64::from(more);
        for place in &mut self.0 {
            carried += u64::from(*place) * u64::from(factor);
            *place = carried as u32;
            carried >>= u32::BITS;
        }
        if carried > 0 {
            self.0.push(carried as u32);
        }
    }

    /// Takes away what is no larger.
    fn subtract(&mut self, other: &Whole) {
        let mut borrows = false;
        for (at, place) in self.0.iter_mut().enumerate() {
            let other = other.0.get(at).copied().unwrap_or(0);
            let (less, first) = place.overflowing_sub(other);
            let (less, second) = less.overflowing_sub(u32::from(borrows));
            (*place, borrows) = (less, first || second);
        }
    }

    fn compare(&self, other: &Whole) -> Ordering {
        self.bits().cmp(&other.bits()).then_with(|| self.counting().cmp(other.counting()))
    }

    fn bits(&self) -> i32 {
        self.counting()
            .next()
            .map_or(0, |first| self.counting().count() as i32 * u32::BITS as i32 - first.leading_zeros() as i32)
    }

    /// From the first place that is not zero.
    fn counting(&self) -> impl Iterator<Item = u32> {
        self.0.iter().rev().copied().skip_while(|place| *place == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn same(text: &str) {
        assert_eq!(fraction(text).map(f64::to_bits), text.parse().ok().map(f64::to_bits), "{text}");
    }

    #[test]
    fn it_is_what_the_standard_library_finds() {
        for text in [
            "0",
            "-0",
            "0.0",
            "1",
            "1.5",
            "-12.5e3",
            "0.1",
            "1e22",
            "1e23",
            "9007199254740993",
            "9007199254740992.5",
            "9007199254740993.00000000000000000000000000000001",
            "5e-324",
            "2.4703282292062327e-324",
            "2.4703282292062328e-324",
            "2.2250738585072011e-308",
            "2.2250738585072014e-308",
            "1.7976931348623157e308",
            "1.7976931348623158e308",
            "1.7976931348623159e308",
            "1e309",
            "1e-400",
            "1e99999999999999999999",
            "1e-99999999999999999999",
            "0e99999999999999999999",
            "123456789012345678901234567890",
            "1E+5",
            "1e+05",
            "",
            "-",
            "e5",
            "1e",
            "1e+",
            "1.2.3",
            "1 ",
            "abc",
            "--1",
        ] {
            same(text);
        }
        // Not as the standard library reads it: JSON has no such numbers.
        assert_eq!(["NaN", "inf", "+1"].map(fraction), [None; 3]);
    }

    /// As the standard library writes it with 15 digits: `1.23450000000000e-7`.
    fn same_digits(number: f64) {
        let (digits, power) = digits(number, 15);
        assert_eq!(format!("{}.{}e{power}", &digits[..1], &digits[1..]), format!("{number:.14e}"));
    }

    #[test]
    fn it_has_the_digits_that_the_standard_library_finds() {
        for number in [
            0.0,
            1.0,
            0.1,
            1.5,
            9.999_999_999_999_999,
            999_999_999_999_999.5,
            1e15,
            1e22,
            1e23,
            5e-324,
            f64::MAX,
            f64::MIN_POSITIVE,
            1.0 / 3.0,
            2.0 / 3.0,
            123_456_789_012_345.5,
            123_456_789_012_346.5,
            1e-5,
        ] {
            same_digits(number);
        }
    }

    proptest! {
        #[test]
        fn so_it_is_of_all_fractions(bits: u64) {
            let number = f64::from_bits(bits);
            if number.is_finite() {
                same_digits(number.abs());
                same(&format!("{number:e}"));
                same(&number.to_string());
            }
        }

        #[test]
        fn and_of_digits_by_chance(text in "-?[0-9]{1,40}(\\.[0-9]{0,40})?([eE][+-]?[0-9]{1,3})?") {
            same(&text);
        }
    }
}

//! Simulated time: whole nanoseconds since the start of the run, so that it is the same on every platform.

use std::fmt::{self, Display};
use std::ops::{Add, AddAssign, Sub};
use std::str::FromStr;

/// A moment, or the time between two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(u64);

impl Time {
    pub const ZERO: Time = Time(0);

    pub const fn from_nanos(nanos: u64) -> Time {
        Time(nanos)
    }

    pub const fn from_micros(micros: u64) -> Time {
        Time(micros * 1_000)
    }

    pub const fn from_millis(millis: u64) -> Time {
        Time(millis * 1_000_000)
    }

    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    pub const fn as_micros(self) -> u64 {
        self.0 / 1_000
    }

    /// As a script spells it, in the largest unit that makes it whole: `2s`, `50ms`, `250us`, `7ns`.
    pub fn spell(self) -> String {
        let unit = UNITS.iter().find(|(_, nanos)| self.0.is_multiple_of(*nanos)).expect("a nanosecond divides all");
        format!("{}{}", self.0 / unit.1, unit.0)
    }
}

/// The units of a script, each with its nanoseconds, from the largest.
const UNITS: [(&str, u64); 4] = [("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1_000), ("ns", 1)];

/// Text that is no time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadTime;

impl FromStr for Time {
    type Err = BadTime;

    /// A whole number and its unit, as [`Time::spell`] writes it.
    fn from_str(text: &str) -> Result<Time, BadTime> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let (_, nanos) = UNITS.iter().find(|(name, _)| *name == unit).ok_or(BadTime)?;
        let number: u64 = number.parse().map_err(|_| BadTime)?;
        number.checked_mul(*nanos).map(Time).ok_or(BadTime)
    }
}

impl Add for Time {
    type Output = Time;
    fn add(self, more: Time) -> Time {
        Time(self.0 + more.0)
    }
}

impl AddAssign for Time {
    fn add_assign(&mut self, more: Time) {
        self.0 += more.0;
    }
}

impl Sub for Time {
    type Output = Time;
    fn sub(self, less: Time) -> Time {
        Time(self.0 - less.0)
    }
}

/// In milliseconds, with a fraction only where there is one: `12 ms`, `0.25 ms`.
impl Display for Time {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let (whole, part) = (self.0 / 1_000_000, self.0 % 1_000_000);
        if part == 0 {
            return write!(out, "{whole} ms");
        }
        let digits = format!("{part:06}");
        write!(out, "{whole}.{} ms", digits.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_as_it_is_spelt() {
        for text in ["2s", "50ms", "250us", "7ns"] {
            assert_eq!(text.parse::<Time>().map(Time::spell).as_deref(), Ok(text));
        }
        assert_eq!("1500ms".parse(), Ok(Time::from_millis(1500)));
        for text in ["", "5", "ms", "-5ms", "1.5ms", "5 ms", "99999999999999999999s", "999999999999999s"] {
            assert_eq!(text.parse::<Time>(), Err(BadTime), "{text}");
        }
    }
}

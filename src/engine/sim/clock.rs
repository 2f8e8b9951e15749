//! Simulated time: whole nanoseconds since the start of the run, so that it is the same on every platform.

use std::fmt::{self, Display};
use std::ops::{Add, AddAssign, Sub};

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

//! What was measured, one event a step, and how it is told.

use std::fmt::{self, Display};
use std::rc::Rc;

use super::command::MAX_SIZE;
use super::dollars;
use super::run::Measured;
use super::system::Way;
use crate::contract;
use crate::service::{grouped, spell};
use crate::sim::Time;
use crate::wording::count;

#[derive(Clone)]
pub enum Event {
    Loaded {
        way: Way,
        size: u32,
        measured: Measured,
        price: u64,
    },
    Slower {
        way: Way,
        size: u32,
        before: Measured,
        after: Measured,
    },
    /// A size was tried for the service level.
    Tried {
        way: Way,
        size: u32,
        measured: Measured,
        met: bool,
    },
    Kept {
        way: Way,
        before: u32,
        size: u32,
        price_before: u64,
        price: u64,
    },
    NotKept {
        way: Way,
        most: u32,
        goal: Time,
    },
    Failed {
        way: Way,
        size: u32,
        measured: Measured,
    },
    Swept {
        load: u64,
        all: [Measured; 3],
    },
    CapacityMeasured {
        machines: u32,
        nothing: u64,
        disk: u64,
        law: u64,
        linear: u64,
    },
    Refused {
        reason: Rc<str>,
    },
}

impl contract::Event for Event {
    fn name(&self) -> &'static str {
        match self {
            Event::Loaded { .. } => "Loaded",
            Event::Slower { .. } => "Slower",
            Event::Tried { .. } => "Tried",
            Event::Kept { .. } => "Kept",
            Event::NotKept { .. } => "NotKept",
            Event::Failed { .. } => "Failed",
            Event::Swept { .. } => "Swept",
            Event::CapacityMeasured { .. } => "CapacityMeasured",
            Event::Refused { .. } => "Refused",
        }
    }
}

/// A system and its size, as the beginning of a sentence.
struct Sized(Way, u32);

impl Display for Sized {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let (name, size) = (self.0.name(), self.1);
        match self.0 {
            Way::Up => write!(out, "{name}, one machine of power {size}"),
            _ => write!(out, "{name}, {size} machine{}", if size == 1 { "" } else { "s" }),
        }
    }
}

impl Display for Measured {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        if self.offered == 0 {
            return out.write_str("nobody comes");
        }
        if self.overloaded {
            return write!(
                out,
                "{}/s come and at most {}/s can be served, so the queue grows for as long as this goes on",
                grouped(self.offered),
                grouped(self.capacity)
            );
        }
        write!(
            out,
            "at {}/s half of the requests take {} at most, and 99 of 100 take {} (± {}); {} % busy",
            grouped(self.offered),
            spell::time(self.median),
            spell::time(self.p99),
            spell::time(self.p99_error),
            self.busy
        )
    }
}

impl Display for Event {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Event::Loaded { way, size, measured, price } => {
                write!(out, "{}, {} an hour: {measured}.", Sized(*way, *size), dollars(*price))
            }
            Event::Slower { way, size, after, .. } if after.offered == 0 || after.overloaded => {
                write!(out, "{}: {after}. No number tells how much slower that is.", Sized(*way, *size))
            }
            Event::Slower { way, size, before, after } => {
                write!(out, "{}: {after}.", Sized(*way, *size))?;
                if before.overloaded || before.p99 == Time::ZERO {
                    return Ok(());
                }
                let share = |part: Time, whole: Time| part.as_nanos() as f64 / whole.as_nanos() as f64;
                let times = share(after.p99, before.p99);
                // The errors of two samples are independent, so their squares add up.
                let (one, other) = (share(before.p99_error, before.p99), share(after.p99_error, after.p99));
                let error = times * libm::sqrt(one * one + other * other);
                write!(out, " The slowest in 100 take {times:.1} times as long as before (± {error:.1}).")
            }
            Event::Tried { way, size, measured, met } => {
                let enough = if *met { "enough" } else { "not enough" };
                let error = if measured.overloaded || measured.offered == 0 { "" } else { ", the error included" };
                write!(out, "{}: {measured}: {enough}{error}.", Sized(*way, *size))
            }
            Event::Kept { way, before, size, .. } if before == size => {
                write!(out, "{}: it is within the service level already.", Sized(*way, *size))
            }
            Event::Kept { way: Way::Up, before, size, price_before, price } => write!(
                out,
                "Scale up: power {size} instead of {before} keeps the service level, for {} an hour instead of {}.",
                dollars(*price),
                dollars(*price_before)
            ),
            Event::Kept { way, before, size, price_before, price } => write!(
                out,
                "{}: {} instead of {before} keep{} the service level, for {} an hour instead of {}.",
                way.name(),
                count(*size, "machine"),
                if *size == 1 { "s" } else { "" },
                dollars(*price),
                dollars(*price_before)
            ),
            Event::NotKept { way: Way::Up, most, goal, .. } => write!(
                out,
                "Scale up: there is no larger machine than power {most}, and it was not found to keep {}. It stays as it was.",
                spell::time(*goal)
            ),
            Event::NotKept { way, most, goal } => write!(
                out,
                "{}: no number of machines up to {most} was found to keep {}, and {}. It stays as it was.",
                way.name(),
                spell::time(*goal),
                if u64::from(*most) < MAX_SIZE { "each one beyond would make it slower" } else { "there are no more" }
            ),
            Event::Failed { way, size, measured } if measured.served == 0 => {
                write!(out, "{}, one down: nothing is served at all.", Sized(*way, *size))
            }
            Event::Failed { way, size, measured } => {
                let all = measured.served + measured.failed;
                write!(
                    out,
                    "{}, one down: {} of {} requests fail, ",
                    Sized(*way, *size),
                    grouped(measured.failed),
                    grouped(all)
                )?;
                write!(out, "and of the rest: {measured}.")
            }
            Event::Swept { load, all } => {
                write!(out, "At {}/s 99 of 100 requests take", grouped(*load))?;
                for (place, (way, measured)) in Way::ALL.into_iter().zip(all).enumerate() {
                    let comma = if place == 0 { "" } else { "," };
                    let time = if measured.overloaded {
                        "ever longer".to_owned()
                    } else {
                        format!("{} ± {}", spell::time(measured.p99), spell::time(measured.p99_error))
                    };
                    write!(out, "{comma} {} ({})", time, way.name().to_ascii_lowercase())?;
                }
                out.write_str(".")
            }
            Event::CapacityMeasured { machines, nothing, disk, law, linear } => write!(
                out,
                "{}, given far too much to do, served {}/s with shared nothing and {}/s with a shared disk. The law says \
                 {}/s; without coordination it would be {}/s.",
                count(*machines, "machine"),
                grouped(*nothing),
                grouped(*disk),
                grouped(*law),
                grouped(*linear)
            ),
            Event::Refused { reason } => write!(out, "Nothing was done: {reason}."),
        }
    }
}

//! What was measured, one event a step, and how it is told.

use std::fmt::{self, Display};

use stepwise_derive::Event;

use super::run::Measured;
use super::system::Way;
use super::{MAX_SIZE, dollars};
use crate::contract::Refused;
use crate::service::{grouped, spell};
use crate::sim::Time;
use crate::wording::count;

#[derive(Clone, Event)]
pub enum Event {
    #[told("{}, {} an hour: {measured}.", sized(*way, *size), dollars(*price))]
    Loaded { way: Way, size: u32, measured: Measured, price: u64 },
    #[told(
        "{}: {after}. No number says how much slower that is.", sized(*way, *size),
        when = after.offered == 0 || after.overloaded
    )]
    #[told("{}: {after}.", sized(*way, *size), when = before.overloaded || before.p99 == Time::ZERO)]
    #[told("{}: {after}. The slowest in 100 take {}.", sized(*way, *size), times_as_long(before, after))]
    Slower { way: Way, size: u32, before: Measured, after: Measured },
    /// A size was tried for the service level.
    #[told("{}: {measured}: {}.", sized(*way, *size), enough(*met, measured))]
    Tried { way: Way, size: u32, measured: Measured, met: bool },
    #[told("{}: it is within the service level already.", sized(*way, *size), when = before == size)]
    #[told(
        "Scale up: power {size} instead of {before} keeps the service level, for {} an hour instead of {}.",
        dollars(*price), dollars(*price_before),
        when = *way == Way::Up
    )]
    #[told(
        "{}: {} instead of {before} keep{} the service level, for {} an hour instead of {}.",
        way.name(), count(*size, "machine"), if *size == 1 { "s" } else { "" }, dollars(*price), dollars(*price_before)
    )]
    Kept { way: Way, before: u32, size: u32, price_before: u64, price: u64 },
    #[told(
        "Scale up: there is no larger machine than power {most}, and it wasn't found to keep {}. It stays as it was.",
        spell::time(*goal),
        when = *way == Way::Up
    )]
    #[told(
        "{}: no number of machines up to {most} was found to keep {}, and {}. It stays as it was.",
        way.name(), spell::time(*goal),
        if u64::from(*most) < MAX_SIZE { "each one beyond would make it slower" } else { "there are no more" }
    )]
    NotKept { way: Way, most: u32, goal: Time },
    #[told("{}, one down: nothing is served at all.", sized(*way, *size), when = measured.served == 0)]
    #[told(
        "{}, one down: {} of {} requests fail, and of the rest: {measured}.",
        sized(*way, *size), grouped(measured.failed), grouped(measured.served + measured.failed)
    )]
    Failed { way: Way, size: u32, measured: Measured },
    #[told(
        "At {}/s 99 of 100 requests take {}, {}, {}.",
        grouped(*load), slowest(Way::Up, all), slowest(Way::Nothing, all), slowest(Way::Disk, all)
    )]
    Swept { load: u64, all: [Measured; 3] },
    #[told(
        "{}, given far too much to do, served {}/s with shared nothing and {}/s with a shared disk. The law says \
         {}/s; without coordination it would be {}/s.",
        count(*machines, "machine"), grouped(*nothing), grouped(*disk), grouped(*law), grouped(*linear)
    )]
    CapacityMeasured { machines: u32, nothing: u64, disk: u64, law: u64, linear: u64 },
    #[flatten]
    Refused(Refused),
}

/// A system and its size, as the beginning of a sentence.
fn sized(way: Way, size: u32) -> String {
    match way {
        Way::Up => format!("{}, one machine of power {size}", way.name()),
        _ => format!("{}, {}", way.name(), count(size, "machine")),
    }
}

impl Display for Measured {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        if self.offered == 0 {
            return out.write_str("no one comes");
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

/// How many times as long the slowest in 100 take, as the end of a sentence.
fn times_as_long(before: &Measured, after: &Measured) -> String {
    let share = |part: Time, whole: Time| part.as_nanos() as f64 / whole.as_nanos() as f64;
    let times = share(after.p99, before.p99);
    // The errors of two samples are independent, so their squares add up.
    let (one, other) = (share(before.p99_error, before.p99), share(after.p99_error, after.p99));
    let error = times * libm::sqrt(one * one + other * other);
    format!("{times:.1} times as long as before (± {error:.1})")
}

fn enough(met: bool, measured: &Measured) -> String {
    let error = if measured.overloaded || measured.offered == 0 { "" } else { ", the error included" };
    format!("{}{error}", if met { "enough" } else { "not enough" })
}

/// How long 99 of 100 requests take on that system, and its name.
fn slowest(way: Way, all: &[Measured; 3]) -> String {
    let (measured, name) = (&all[way as usize], way.name().to_ascii_lowercase());
    if measured.overloaded {
        return format!("ever longer ({name})");
    }
    format!("{} ± {} ({name})", spell::time(measured.p99), spell::time(measured.p99_error))
}

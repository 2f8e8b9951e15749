//! The service level: what was agreed, part by part, and what was found.

use std::fmt::{self, Display};

use super::Latency;
use crate::service::spell::time as spell;
use crate::sim::Time;

/// Whether the service level is kept, and each part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    /// How many have left, answered or refused; of none there is nothing to say.
    left: u64,
    pub parts: [Part; 2],
}

/// One percentile that was agreed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    pub name: &'static str,
    /// It should be less than this.
    pub agreed: Time,
    /// Of all who have left. `None` where so many were refused that this one is among them: who is refused has waited
    /// for nothing, and is slower than any who was answered.
    pub found: Option<Time>,
}

impl Part {
    pub fn is_kept(&self) -> bool {
        self.found.is_some_and(|found| found < self.agreed)
    }
}

impl Level {
    pub fn is_known(&self) -> bool {
        self.left > 0
    }

    pub fn is_kept(&self) -> bool {
        self.is_known() && self.parts.iter().all(Part::is_kept)
    }
}

impl Display for Part {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self.found {
            Some(found) => write!(out, "{} {}", self.name, spell(found))?,
            None => write!(out, "{} refused", self.name)?,
        }
        if self.is_kept() { Ok(()) } else { write!(out, " (agreed: under {})", spell(self.agreed)) }
    }
}

impl Display for Level {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        if !self.is_known() {
            return out.write_str("Nothing is measured yet.");
        }
        let [median, p99] = self.parts;
        let verdict = if self.is_kept() { "kept" } else { "broken" };
        write!(out, "The service level is {verdict}: {median}, {p99}.")
    }
}

impl Latency {
    /// What is kept of the service level, of all that were measured.
    pub fn level(&self) -> Level {
        let (measured, refused) = (self.merged(), self.servers().iter().map(|server| server.refused).sum());
        let part = |name, agreed, per_mille| Part { name, agreed, found: measured.percentile_with(per_mille, refused) };
        let settings = self.settings();
        Level {
            left: measured.count() + refused,
            parts: [part("median", settings.agreed_median, 500), part("p99", settings.agreed_p99, 990)],
        }
    }
}

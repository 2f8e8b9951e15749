//! The service level: what was agreed, part by part, and what was found.

use std::fmt::{self, Display};

use super::Latency;
use crate::service::spell::time as spell;
use crate::sim::Time;

/// Whether the service level is kept, and each part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    pub parts: [Part; 2],
}

/// One percentile that was agreed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    pub name: &'static str,
    /// It should be less than this.
    pub agreed: Time,
    /// Of all who have left, answered or refused.
    pub found: Found,
    /// Those still here who came so long ago. Whenever they will be answered, it is too late, so they count as slower: a
    /// service is not judged by those alone who have survived it.
    pub late: u64,
    /// Whether it is less than that, those who are late included.
    kept: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// No one has left yet.
    Nothing,
    Time(Time),
    /// So many were refused that this one is among them: who is refused has waited for nothing, and is slower than any
    /// who was answered.
    Refused,
}

impl Part {
    pub fn is_kept(&self) -> bool {
        self.kept
    }
}

impl Level {
    pub fn is_known(&self) -> bool {
        self.parts.iter().any(|part| part.found != Found::Nothing || part.late > 0)
    }

    pub fn is_kept(&self) -> bool {
        self.is_known() && self.parts.iter().all(Part::is_kept)
    }
}

impl Display for Part {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self.found {
            Found::Time(found) => write!(out, "{} {}", self.name, spell(found))?,
            Found::Refused => write!(out, "{} refused", self.name)?,
            Found::Nothing => write!(out, "{} unknown", self.name)?,
        }
        if self.kept {
            return Ok(());
        }
        // Why it is broken, where what was found is not the reason.
        if self.late > 0 && !matches!(self.found, Found::Time(found) if found >= self.agreed) {
            write!(out, " of those who left, and {} too late", still_here(self.late))?;
        }
        write!(out, " (agreed: under {})", spell(self.agreed))
    }
}

/// `1 is`, `3 are`.
fn still_here(many: u64) -> String {
    format!("{many} still here {}", if many == 1 { "is" } else { "are" })
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
        let (measured, refused) = (self.merged(), self.servers.iter().map(|server| server.refused).sum::<u64>());
        let part = |name, agreed, per_mille| {
            let found = match measured.percentile_with(per_mille, refused) {
                Some(time) => Found::Time(time),
                None if refused > 0 => Found::Refused,
                None => Found::Nothing,
            };
            let late = self.here_for(agreed);
            let kept = match measured.percentile_with(per_mille, refused + late) {
                Some(time) => time < agreed,
                None => measured.count + refused + late == 0,
            };
            Part { name, agreed, found, late, kept }
        };
        let settings = &self.settings;
        Level { parts: [part("median", settings.agreed_median, 500), part("p99", settings.agreed_p99, 990)] }
    }

    /// How many are here, waiting or worked on, who came so long ago or longer.
    fn here_for(&self, time: Time) -> u64 {
        let stations = self.servers.iter().map(|server| &server.station);
        let came = stations.flat_map(|station| {
            let running = station.workers.iter().flatten().map(|running| running.job.arrived);
            running.chain(station.queue.iter().map(|job| job.arrived))
        });
        came.filter(|came| self.now - *came >= time).count() as u64
    }
}

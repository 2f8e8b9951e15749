//! What users get, and what was agreed on: where a fault becomes a failure.
//!
//! The *service level* says how many of a hundred users are to be answered, in any five seconds. Less than that is a
//! failure, whatever its cause; a component that is off its spec while the level is kept is a fault and no more. Real
//! agreements count over weeks and leave an *error budget*: 99.9 % over 30 days may fail for 43 minutes in all. Five
//! seconds are short enough to be watched, and long enough for the few requests that die with one process.

use std::collections::VecDeque;
use std::fmt::{self, Display};
use std::rc::Rc;

use crate::service::spell::{share, share_beside, time as spell};
use crate::sim::Time;

/// The level is judged so often, and each time over as many of these as make five seconds.
pub const TICK: Time = Time::from_millis(100);
const JUDGED: usize = 50;
/// Of these, ten make a second of the chart.
const SECOND: u64 = 10;
/// So many seconds are kept for the chart.
pub const SECONDS: usize = 60;

/// Why a user got an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// No resolver knew where the service is, or the balancer was down.
    NoWayIn,
    /// Each app server that could have taken the request was down.
    NoServer,
    /// The process that had the request died.
    Lost,
    /// The queue was full.
    Refused,
    /// The answer was in the database, and there was none from there.
    Database,
    /// The user has waited too long, and left.
    Waited,
}

/// Each cause, as the end of "3 users".
const CAUSES: [(Cause, &str); 6] = [
    (Cause::NoWayIn, "didn't reach the service"),
    (Cause::NoServer, "found no server that is up"),
    (Cause::Lost, "were lost with a process"),
    (Cause::Refused, "found the queue full"),
    (Cause::Database, "needed the database and got no answer from it"),
    (Cause::Waited, "waited 2 s and left"),
];

/// What users got in some time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    pub ok: u64,
    /// By cause.
    errors: [u64; CAUSES.len()],
}

impl Window {
    pub fn errors(&self) -> u64 {
        self.errors.iter().sum()
    }

    pub fn all(&self) -> u64 {
        self.ok + self.errors()
    }

    pub fn failed(&mut self, cause: Cause) {
        self.errors[cause as usize] += 1;
    }

    pub fn since(&self, before: &Window) -> Window {
        let errors = std::array::from_fn(|cause| self.errors[cause] - before.errors[cause]);
        Window { ok: self.ok - before.ok, errors }
    }
}

/// `93 users were answered and 7 got an error (7 %): 5 waited 2 s and left, 2 found the queue full`.
impl Display for Window {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        let users = |many: u64, what| format!("{many} {what}{}", if many == 1 { " was" } else { "s were" });
        let errors = share(self.errors(), self.all());
        write!(out, "{} answered and {} got an error ({errors})", users(self.ok, "user"), self.errors())?;
        let causes: Vec<_> = CAUSES.iter().filter(|(cause, _)| self.errors[*cause as usize] > 0).collect();
        for (place, (cause, what)) in causes.iter().enumerate() {
            let what =
                if self.errors[*cause as usize] == 1 { what.replacen("were", "was", 1) } else { what.to_string() };
            let before = if place == 0 { ": " } else { ", " };
            write!(out, "{before}{} {what}", self.errors[*cause as usize])?;
        }
        Ok(())
    }
}

/// The counts of users, and the judgement on them.
#[derive(Clone, Debug, Default)]
pub struct Level {
    /// Since the beginning.
    pub seen: Window,
    /// Sums of all before each of the last ticks, the newest last; shared by the photographs between two ticks.
    sums: Rc<VecDeque<Window>>,
    /// The last whole seconds, the newest last.
    pub seconds: Rc<VecDeque<Window>>,
    /// What the last judgement went by.
    pub judged: Window,
    failing: bool,
    ticks: u64,
}

impl Level {
    /// A tick is over: judges the last five seconds, or as many as there were. Where no one got anything while someone
    /// waits, it is as it was.
    pub fn tick(&mut self, agreed: u64, somebody_waits: bool) {
        self.ticks += 1;
        let sums = Rc::make_mut(&mut self.sums);
        if sums.is_empty() {
            sums.push_back(Window::default());
        }
        let from = sums[sums.len().saturating_sub(JUDGED)];
        if self.ticks.is_multiple_of(SECOND) {
            let second = self.seen.since(&sums[sums.len() - SECOND as usize]);
            let seconds = Rc::make_mut(&mut self.seconds);
            if seconds.len() == SECONDS {
                seconds.pop_front();
            }
            seconds.push_back(second);
        }
        sums.push_back(self.seen);
        if sums.len() > JUDGED {
            sums.pop_front();
        }
        self.judged = self.seen.since(&from);
        let all = self.judged.all();
        if all > 0 || !somebody_waits {
            self.failing = self.judged.ok * 100 < all * agreed;
        }
    }

    /// Judges what was counted last by another level.
    pub fn agree(&mut self, agreed: u64) {
        if self.judged.all() > 0 {
            self.failing = self.judged.ok * 100 < self.judged.all() * agreed;
        }
    }

    /// Whether fewer users were answered in the last five seconds than was agreed.
    pub fn is_failing(&self) -> bool {
        self.failing
    }

    /// What time the last judgement went by: five seconds, or all that has passed.
    pub fn judged_time(&self) -> Time {
        Time::from_nanos(TICK.as_nanos() * self.ticks.min(JUDGED as u64))
    }
}

/// How the service is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Fine,
    /// A component is off its spec; the service level is kept.
    Fault,
    /// Fewer users are answered than was agreed.
    Failure,
}

/// The status with what it was judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub status: Status,
    pub judged: Window,
    /// Over how long.
    pub time: Time,
    pub agreed: u64,
    /// How many components are off their spec.
    pub faults: usize,
}

impl Verdict {
    /// The share of users who were answered, told apart from the one that was agreed.
    pub fn answered(&self) -> String {
        share_beside(self.judged.ok, self.judged.all(), &[0, self.agreed, 100])
    }
}

impl Display for Verdict {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self.status {
            Status::Fine => out.write_str("All is well."),
            Status::Fault => out.write_str("A fault, but not a failure."),
            Status::Failure => {
                if self.judged.all() == 0 {
                    let time = spell(self.time);
                    write!(out, "A failure as before: over the last {time} no one got an answer or an error.")?;
                } else {
                    write!(
                        out,
                        "A failure: over the last {} {} were answered, and {} % were agreed.",
                        spell(self.time),
                        self.answered(),
                        self.agreed
                    )?;
                }
                out.write_str(if self.faults == 0 { " No component is at fault." } else { "" })
            }
        }
    }
}

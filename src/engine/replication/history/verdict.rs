//! What the checker says of a read.

use std::fmt::{self, Display};

use super::CallId;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Fresh,
    /// This write began after the returned one was over, and had been acknowledged before the read began.
    Missed {
        write: CallId,
    },
    /// This earlier read had already returned a newer value.
    WentBack {
        behind: CallId,
    },
    /// This earlier read had returned a value that the read neither returns nor comes after. Only where siblings are kept.
    Lacks {
        behind: CallId,
    },
    /// Neither of the two rules is broken, and yet all calls on the key do not fit into one order: not linearizable. This
    /// call stands against the read.
    NoOrder {
        against: CallId,
    },
    /// The read shows that this write is lost: it had been acknowledged, no read has returned it, and `to`, which the read
    /// returned and which should not have come after it, has the larger version. So many `more` are lost to the same.
    Lost {
        write: CallId,
        to: CallId,
        more: u32,
        winner: Winner,
    },
}

/// A write to which another is lost, as it stands to that in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Winner {
    /// The two overlapped: one order explains the read.
    Overlapped,
    /// It was refused, or not answered in time, and took effect all the same.
    Refused,
    /// It was over before the other began, and has the larger version by a wrong clock: the read is stale as well.
    WasOver,
}

impl Verdict {
    /// The call that stands against the read.
    pub fn against(self) -> Option<CallId> {
        match self {
            Verdict::Fresh => None,
            Verdict::Missed { write: call }
            | Verdict::WentBack { behind: call }
            | Verdict::Lacks { behind: call }
            | Verdict::NoOrder { against: call }
            | Verdict::Lost { write: call, .. } => Some(call),
        }
    }

    /// Whether the read returned what it should not.
    pub fn is_wrong(self) -> bool {
        self.is_stale() || matches!(self, Verdict::NoOrder { .. })
    }

    pub fn is_stale(self) -> bool {
        match self {
            Verdict::Missed { .. } | Verdict::WentBack { .. } | Verdict::Lacks { .. } => true,
            Verdict::Lost { winner, .. } => winner == Winner::WasOver,
            Verdict::Fresh | Verdict::NoOrder { .. } => false,
        }
    }
}

/// As it follows the narration of a read.
impl Display for Verdict {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Verdict::Fresh => out.write_str("Fresh: no later write had been acknowledged."),
            Verdict::Missed { write } => {
                write!(out, "Stale: the write {write} had been acknowledged before this read began.")
            }
            Verdict::WentBack { behind } => {
                write!(out, "Stale: the earlier read {behind} had already returned a newer value.")
            }
            Verdict::Lacks { behind } => {
                write!(out, "Stale: the earlier read {behind} had already returned a value that this one lacks.")
            }
            Verdict::NoOrder { against } => write!(
                out,
                "Not stale by either rule, but not linearizable: no single order of all calls explains both this read and \
                 {against}."
            ),
            Verdict::Lost { write, to, more, winner } => {
                let stale = if self.is_stale() { "Stale, and" } else { "Not stale, but" };
                let (writes, were, them) = match more {
                    0 => (format!("the write {write} is"), "it was", "it"),
                    more => (format!("the write {write} and {more} more are"), "they were", "them"),
                };
                let which = match winner {
                    Winner::Overlapped => format!("overlapped {them}"),
                    Winner::Refused => "was refused or not answered".to_owned(),
                    Winner::WasOver => format!("was over before {write} began"),
                };
                write!(
                    out,
                    "{stale} {writes} lost: {were} acknowledged, no read has returned {them}, and {to}, which {which}, has \
                     the larger version."
                )
            }
        }
    }
}

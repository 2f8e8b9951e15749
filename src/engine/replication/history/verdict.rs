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
    /// Neither of the two rules is broken, and yet all calls on the key do not fit into one order: not linearizable. This
    /// call stands against the read.
    NoOrder {
        against: CallId,
    },
    /// The read is right, and shows that this write is lost: it had been acknowledged, no read has returned it, and `to`,
    /// which the read returned and which overlapped it, has the larger version. So many `more` are lost to the same.
    Lost {
        write: CallId,
        to: CallId,
        more: u32,
    },
}

impl Verdict {
    /// The call that stands against the read.
    pub fn against(self) -> Option<CallId> {
        match self {
            Verdict::Fresh => None,
            Verdict::Missed { write: call }
            | Verdict::WentBack { behind: call }
            | Verdict::NoOrder { against: call }
            | Verdict::Lost { write: call, .. } => Some(call),
        }
    }

    /// Whether the read returned what it should not.
    pub fn is_wrong(self) -> bool {
        matches!(self, Verdict::Missed { .. } | Verdict::WentBack { .. } | Verdict::NoOrder { .. })
    }

    pub fn is_stale(self) -> bool {
        matches!(self, Verdict::Missed { .. } | Verdict::WentBack { .. })
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
            Verdict::NoOrder { against } => write!(
                out,
                "Not stale by either rule, but not linearizable: no single order of all calls explains both this read and \
                 {against}."
            ),
            Verdict::Lost { write, to, more: 0 } => write!(
                out,
                "Not stale, but the write {write} is lost: it was acknowledged, no read has returned it, and {to}, which \
                 overlapped it, has the larger version."
            ),
            Verdict::Lost { write, to, more } => write!(
                out,
                "Not stale, but the write {write} and {more} more are lost: they were acknowledged, no read has returned \
                 them, and {to}, which overlapped them, has the larger version."
            ),
        }
    }
}

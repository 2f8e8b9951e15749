//! What the engine will not do, and why: reasons of the subject, told to the reader.

use std::fmt::{self, Display};

use super::check::Problem;
use super::page::PageId;
use super::slot::MAX_KEY_BYTES;
use crate::sim::DiskError;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    KeyTooLong {
        bytes: usize,
    },
    ValueTooLong {
        bytes: usize,
        room: usize,
    },
    /// `checkpoint`, where there is no log to be emptied.
    NoLog,
    /// The way to the key leads over a page that is not there.
    Unreadable(PageId),
    /// The chain of leaves leads nowhere.
    BrokenChain {
        from: PageId,
        to: PageId,
    },
    /// Recovery found the tree damaged, and a write could only make it worse.
    Damaged(Problem),
    /// A write to the disk failed, so that memory and disk no longer agree.
    Stopped(DiskError),
}

impl From<DiskError> for Refusal {
    fn from(error: DiskError) -> Refusal {
        Refusal::Stopped(error)
    }
}

impl Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Refusal::KeyTooLong { bytes } => {
                write!(out, "the key has {bytes} bytes; a slot has room for {MAX_KEY_BYTES}")
            }
            Refusal::ValueTooLong { bytes, room } => {
                write!(out, "the value has {bytes} bytes; a slot has room for {room}")
            }
            Refusal::NoLog => out.write_str("there is no log to be emptied; `checkpoint` needs survival = log"),
            Refusal::Unreadable(page) => write!(out, "the way leads to {page}, which cannot be read"),
            Refusal::BrokenChain { from, to } => {
                write!(out, "{from} says that {to} is the next leaf, but no inner page knows {to}")
            }
            Refusal::Damaged(problem) => write!(
                out,
                "the tree is damaged ({problem}), and a write could only make it worse; a database would now be \
                 restored from a backup"
            ),
            Refusal::Stopped(error) => write!(
                out,
                "{error}, and memory and disk no longer agree; only a crash helps, for recovery goes by what the disk has"
            ),
        }
    }
}

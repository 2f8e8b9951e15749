//! The moments of a trial, one after the other: so it is stepped, and drawn.

use super::trial::Trial;
use crate::sim::Time;

/// What happens at a moment. Nodes are counted from 0, and versions from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    WriteSent,
    WriteArrives { node: usize },
    Acknowledged { node: usize },
    ReadSent,
    ReadArrives { node: usize },
    Answered { node: usize },
}

/// Of two at the same time the one that has to be first is first: a write reaches a node before a read that comes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    pub at: Time,
    /// The version that is written; the read comes after all of them.
    pub version: usize,
    pub what: What,
}

impl Trial {
    /// All moments up to the answer with which the read returns, in their order.
    pub fn moments(&self) -> Vec<Moment> {
        let mut all = Vec::new();
        for (version, write) in (1..).zip(self.writes()) {
            let mut put = |at, what| all.push(Moment { at, version, what });
            put(write.sent, What::WriteSent);
            for node in 0..self.nodes {
                put(write.arrives[node], What::WriteArrives { node });
                put(write.acknowledged[node], What::Acknowledged { node });
            }
        }
        let version = self.versions + 1;
        let mut put = |at, what| all.push(Moment { at, version, what });
        put(self.read.sent, What::ReadSent);
        for node in 0..self.nodes {
            put(self.read.arrives[node], What::ReadArrives { node });
            put(self.read.answered[node], What::Answered { node });
        }
        all.sort_unstable();
        let last = self.answering().last().unwrap_or(0);
        let returned = |moment: &Moment| moment.what == What::Answered { node: last };
        let end = all.iter().position(returned).unwrap_or(all.len() - 1);
        all.truncate(end + 1);
        all
    }
}

//! What the two replicas are opened with.

use stepwise_derive::{Choice, Parameters};

use super::Method;
use super::tickets::{NEWER, OLDER, TICKETS};
use crate::sim::Time;
use crate::table::Schema;

#[derive(Clone, Copy, Parameters)]
pub struct Settings {
    /// What the leader ships to the follower
    #[label("Log of")]
    #[parameter(Method::Statements)]
    pub method: Method,
    /// Whether the follower runs the leader's version, an older one (no column lot) or a newer one (a column paid)
    #[label("Follower's version")]
    #[parameter(Release::Same)]
    pub follower: Release,
    /// Whether the leader ships the values that it got in place of the calls
    #[label("Fix NOW() and RAND()")]
    #[parameter(false)]
    pub fix: bool,
    /// How much the follower's clock is ahead of the leader's
    #[label("Follower's clock")]
    #[parameter(120, 0..=10_000, "ms")]
    pub skew: Time,
    /// Decides the random numbers of both, and where the follower puts its rows
    #[parameter(1, 0..=9_999)]
    pub seed: u64,
}

/// What the follower runs, beside the leader.
#[derive(Clone, Copy, PartialEq, Eq, Choice)]
pub enum Release {
    /// the same
    Same,
    Older,
    Newer,
}

impl Release {
    pub fn schema(self) -> &'static Schema {
        match self {
            Release::Same => &TICKETS,
            Release::Older => &OLDER,
            Release::Newer => &NEWER,
        }
    }
}

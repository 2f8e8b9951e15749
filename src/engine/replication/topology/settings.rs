//! What a run is opened with.

use stepwise_derive::{Choice, Parameters};

use crate::sim::Time;

/// Who sends to whom in the beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Shape {
    /// a ring, one way
    Ring,
    /// a star, n1 its hub
    Star,
    /// all to all
    All,
    /// no links yet
    None,
}

/// What a change carries, each kind more than the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Choice)]
pub enum Tagged {
    /// nothing
    Nothing,
    /// the leader that made it
    Origin,
    /// the leaders passed
    Passed,
    /// the leaders passed, and a name
    Name,
    /// a name, and what it comes after
    Causes,
}

impl Tagged {
    /// Whether a leader knows a change again.
    pub fn has_name(self) -> bool {
        self >= Tagged::Name
    }
}

/// Which changes a leader sends to those that it is linked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Pass {
    /// all that it applies
    All,
    /// only its own
    Own,
}

#[derive(Clone, Copy, Parameters)]
pub struct Settings {
    /// Which leader sends changes to which, to begin with
    #[parameter(Shape::Ring)]
    pub topology: Shape,
    /// How many leaders there are
    #[parameter(4, 3..=7)]
    pub leaders: u8,
    /// What a change carries with it
    #[label("A change is tagged with")]
    #[parameter(Tagged::Name)]
    pub tag: Tagged,
    /// Which changes a leader sends to those that it is linked to
    #[label("A leader passes on")]
    #[parameter(Pass::All)]
    pub pass: Pass,
    /// How many times a leader applies the same change before this figure stops it. A change with a name is applied once
    #[label("Rounds at most")]
    #[parameter(3, 1..=20)]
    pub rounds: u8,
    /// How many clients write
    #[parameter(2, 1..=3)]
    pub clients: u8,
    /// How long a message takes
    #[parameter(10, 0..=5_000, "ms")]
    pub delay: Time,
    /// How long a client waits for an answer
    #[label("Time-out")]
    #[parameter(500, 1..=60_000, "ms")]
    pub timeout: Time,
    /// The seed of all that happens by chance: the same seed gives the same run
    #[parameter(1)]
    pub seed: u64,
}

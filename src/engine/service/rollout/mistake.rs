//! What may be wrong with a change, and who can see it.

use stepwise_derive::Choice;

use crate::sim::Rng;

/// Each with what it does, as the end of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Mistake {
    /// nothing is wrong with it
    ///
    /// Even a good change has to go out.
    None,
    /// every request fails
    Crash,
    /// one request in 100 fails
    Rare,
    /// it leaks memory, and fails for good after 20 minutes
    Leak,
    /// one request in 5 fails, but only with real users' data
    Data,
}

/// How long a node with a leak goes on as if nothing were wrong, in minutes.
pub const LEAK_MINUTES: u32 = 20;

impl Mistake {
    /// Whether a request fails on a node that has run the change for `minutes`; `real` is one of a user and not a test.
    pub fn fails(self, minutes: u32, real: bool, rng: &mut Rng) -> bool {
        match self {
            Mistake::None => false,
            Mistake::Crash => true,
            Mistake::Rare => rng.one_in(100),
            Mistake::Leak => minutes >= LEAK_MINUTES,
            Mistake::Data => real && rng.one_in(5),
        }
    }
}

//! What may be wrong with a change, and who can see it.

use crate::sim::Rng;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// Nothing: even a good change has to go out.
    None,
    /// Every request fails, at once.
    Crash,
    /// One request in a hundred fails.
    Rare,
    /// Memory is not given back: all is well, until it is used up, and then every request fails.
    Leak,
    /// One request in five fails, but only with the data of real users, which no test has.
    Data,
}

/// How long a node with a leak goes on as if nothing were wrong, in minutes.
pub const LEAK_MINUTES: u32 = 20;

impl Mistake {
    pub const NAMES: &'static [&'static str] = &["none", "crash", "rare", "leak", "data"];

    pub fn named(name: &str) -> Option<Mistake> {
        Some(match name {
            "none" => Mistake::None,
            "crash" => Mistake::Crash,
            "rare" => Mistake::Rare,
            "leak" => Mistake::Leak,
            "data" => Mistake::Data,
            _ => return None,
        })
    }

    pub fn name(self) -> &'static str {
        Mistake::NAMES[self as usize]
    }

    /// What it does, as the end of a sentence.
    pub fn about(self) -> &'static str {
        match self {
            Mistake::None => "nothing is wrong with it",
            Mistake::Crash => "every request fails",
            Mistake::Rare => "one request in 100 fails",
            Mistake::Leak => "it leaks memory, and fails for good after 20 minutes",
            Mistake::Data => "one request in 5 fails, but only with real users' data",
        }
    }

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

//! What a run is opened with.

use stepwise_derive::{Choice, Parameters};

use crate::sim::Time;

/// What a replica goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Clock {
    /// a version number
    Number,
    /// one version vector
    Vector,
    /// dotted versions
    Dotted,
    /// last write wins
    Lww,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Remove {
    /// the item is left out
    Delete,
    /// a tombstone stays
    Tombstone,
}

#[derive(Clone, Copy, Parameters)]
pub struct Settings {
    /// How a replica knows which of two carts replaces the other
    #[label("Versions")]
    #[parameter(Clock::Number)]
    pub clock: Clock,
    /// How many nodes keep a copy of the cart
    #[parameter(1, 1..=3)]
    pub replicas: u8,
    /// How many devices fill the cart
    #[parameter(2, 1..=3)]
    pub devices: u8,
    /// What stays in a cart of an item that is removed
    #[label("A removed item")]
    #[parameter(Remove::Delete)]
    pub remove: Remove,
    /// How long a message takes
    #[parameter(10, 0..=5_000, "ms")]
    pub delay: Time,
    /// How long a device waits for an answer
    #[label("Time-out")]
    #[parameter(500, 1..=60_000, "ms")]
    pub timeout: Time,
    /// The seed of all that happens by chance: the same seed gives the same run
    #[parameter(1)]
    pub seed: u64,
}

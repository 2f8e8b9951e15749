//! What a run is opened with.

use std::rc::Rc;

use stepwise_derive::{Choice, Parameters};

use crate::cluster::NodeId;
use crate::sim::Time;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Style {
    /// REST: text over HTTP
    Rest,
    /// RPC: a binary frame
    Rpc,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum VersionIn {
    /// the path
    Path,
    /// a header
    Header,
}

#[derive(Clone, Copy, Parameters)]
pub struct Settings {
    /// How many nodes are in a row: each calls the next, and the last one charges
    #[parameter(1, 1..=3)]
    pub layers: u8,
    /// How many times each client and each layer tries a call, the first time included
    #[parameter(3, 1..=5)]
    pub attempts: u32,
    /// How long an attempt is waited for
    #[label("Time-out")]
    #[parameter(100, 1..=5_000, "ms")]
    pub timeout: Time,
    /// The pause after the first time-out, before the next attempt; it doubles with each one
    #[parameter(0, 0..=1_000, "ms")]
    pub backoff: Time,
    /// Whether a call carries the time that its client still waits, so no one begins work that would come too late
    #[label("Deadline travels")]
    #[parameter(false)]
    pub deadline: bool,
    /// Whether each call carries a key, the same in all attempts
    #[name("keys")]
    #[label("Idempotency key")]
    #[parameter(false)]
    pub key: bool,
    /// How long a key is known after its charge
    #[label("Keys are kept")]
    #[parameter(60_000, 1..=600_000, "ms")]
    pub keep: Time,
    /// How long the last node works on a charge before it is made, and again after it
    #[parameter(10, 0..=5_000, "ms")]
    pub work: Time,
    /// How a message is written
    #[parameter(Style::Rest)]
    pub wire: Style,
    /// Where a request says which version of the interface it means
    #[parameter(VersionIn::Path)]
    pub version_in: VersionIn,
    /// The version that clients speak: the first counts in euros, the second in cents
    #[parameter(1, 1..=2)]
    pub client_version: u8,
    /// The newest version that nodes know
    #[parameter(1, 1..=2)]
    pub server_version: u8,
    /// How long a message takes
    #[parameter(20, 0..=5_000, "ms")]
    pub delay: Time,
    /// How many of a hundred messages are lost, by chance
    #[parameter(0, 0..=100, "%")]
    pub loss: u64,
    /// The seed of all that happens by chance: the same seed gives the same run
    #[parameter(1)]
    pub seed: u64,
}

impl Settings {
    /// The node that charges.
    pub fn last(&self) -> NodeId {
        NodeId::new(self.layers)
    }

    /// How long to wait after an attempt, until the next one or until the end.
    pub fn wait(&self, attempt: u32) -> Time {
        if attempt == self.attempts {
            return self.timeout;
        }
        Time::from_nanos(self.timeout.as_nanos() + (self.backoff.as_nanos() << (attempt - 1)))
    }

    /// How long a call is tried in all.
    pub fn patience(&self) -> Time {
        (1..=self.attempts).fold(Time::ZERO, |sum, attempt| sum + self.wait(attempt))
    }

    /// The path of a request in some version, and its header of the version. Version 1 is older than the header.
    pub fn address(&self, version: u8) -> (Rc<str>, Option<u8>) {
        match self.version_in {
            VersionIn::Path => (format!("/v{version}/charges").into(), None),
            VersionIn::Header => ("/charges".into(), Some(version).filter(|version| *version > 1)),
        }
    }
}

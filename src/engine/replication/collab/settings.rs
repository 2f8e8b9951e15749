//! What a run is opened with.

use stepwise_derive::{Choice, Parameters};

use crate::sim::Time;

/// How copies of a text are brought together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Choice)]
pub enum Way {
    /// three-way merge
    Merge,
    /// operational transformation with a server
    Transform,
    /// operational transformation without a server
    Peers,
    /// sequence CRDT
    Sequence,
}

impl Way {
    /// Whether a server puts everything into one order.
    pub fn has_server(self) -> bool {
        matches!(self, Way::Merge | Way::Transform)
    }
}

/// Which ways are gone, beside each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Shown {
    /// merge, transformation with a server, and CRDT
    All,
    /// three-way merge
    Merge,
    /// transformation with a server
    Transform,
    /// transformation without a server
    Peers,
    /// sequence CRDT
    Sequence,
}

/// The text that all begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Beginning {
    /// The fox jumps.
    Fox,
    /// three letters: abc
    Abc,
    /// a list of three lines
    List,
    /// nothing
    Nothing,
}

impl Beginning {
    pub fn text(self) -> &'static str {
        match self {
            Beginning::Fox => "The fox jumps.",
            Beginning::Abc => "abc",
            Beginning::List => "milk\neggs\nbread\n",
            Beginning::Nothing => "",
        }
    }
}

/// What a three-way merge compares: changes within one of these are a conflict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Unit {
    /// words
    Words,
    /// lines
    Lines,
}

#[derive(Clone, Copy, Debug, Parameters)]
pub struct Settings {
    /// How copies of the text are brought together
    #[label("Together by")]
    #[parameter(Shown::All)]
    pub way: Shown,
    /// The text that all begin with
    #[label("Text")]
    #[parameter(Beginning::Fox)]
    pub begins: Beginning,
    /// What a three-way merge compares: two changes of the same word or line are a conflict
    #[label("Merged by")]
    #[parameter(Unit::Words)]
    pub unit: Unit,
    /// How long a message takes
    #[parameter(100, 0..=5_000, "ms")]
    pub delay: Time,
    /// The seed of all that happens by chance: the same seed gives the same run
    #[parameter(1)]
    pub seed: u64,
}

/// So many people write, each on a device.
pub const PEOPLE: u8 = 3;

impl Settings {
    pub fn ways(&self) -> &'static [Way] {
        match self.way {
            Shown::All => &[Way::Merge, Way::Transform, Way::Sequence],
            Shown::Merge => &[Way::Merge],
            Shown::Transform => &[Way::Transform],
            Shown::Peers => &[Way::Peers],
            Shown::Sequence => &[Way::Sequence],
        }
    }

    pub fn has(&self, way: Way) -> bool {
        self.ways().contains(&way)
    }

    pub fn has_server(&self) -> bool {
        self.ways().iter().any(|way| way.has_server())
    }

    /// A device for each person, and the server where a way has one.
    pub fn nodes(&self) -> u8 {
        PEOPLE + u8::from(self.has_server())
    }

    /// How long a node waits for a sign that a message has come before it sends it again.
    pub fn patience(&self) -> Time {
        Time::from_nanos(4 * self.delay.as_nanos()) + Time::from_millis(600)
    }
}

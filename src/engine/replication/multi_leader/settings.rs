//! What a run is opened with, and who is who by that.

use stepwise_derive::{Choice, Parameters};

use crate::cluster::NodeId;
use crate::key::Key;
use crate::sim::Time;

/// What becomes of writes to one record that didn't know of each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Resolution {
    /// a home leader for each record
    Home,
    /// last write wins
    Lww,
    /// siblings, for a reader to merge
    Siblings,
    /// a function, on write
    OnWrite,
    /// a function, on read
    OnRead,
    /// types that converge
    Types,
}

/// What becomes of a room that is booked twice, and of a name that two users take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Twice {
    /// both stay
    Both,
    /// the later one is cancelled
    Cancel,
}

#[derive(Clone, Copy, Parameters)]
pub struct Settings {
    /// What becomes of writes to one record that didn't know of each other
    #[label("Conflicts")]
    #[parameter(Resolution::Lww)]
    pub resolution: Resolution,
    /// What becomes of a room that is booked twice, and of a name that two users take
    #[label("Taken twice")]
    #[parameter(Twice::Both)]
    pub twice: Twice,
    /// How many data centres there are, with a leader each
    #[label("Data centres")]
    #[parameter(2, 2..=3)]
    pub centres: u8,
    /// How many devices are leaders of their own, even offline
    #[parameter(0, 0..=2)]
    pub devices: u8,
    /// Whether each data centre has a follower as well
    #[parameter(false)]
    pub followers: bool,
    /// How long a message takes between data centres, or from a device to its own
    #[parameter(100, 0..=5_000, "ms")]
    pub delay: Time,
    /// How long a user waits for an answer
    #[label("Time-out")]
    #[parameter(1_000, 1..=60_000, "ms")]
    pub timeout: Time,
    /// The seed of all that happens by chance: the same seed gives the same run
    #[parameter(1)]
    pub seed: u64,
}

/// A node is one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It leads in a data centre.
    Leader,
    /// It leads on a device.
    Device,
    Follower,
}

impl Settings {
    /// Those that take writes: `n1` to so many, each with a user of the same number.
    pub fn leaders(&self) -> u8 {
        self.centres + self.devices
    }

    pub fn nodes(&self) -> u8 {
        self.leaders() + if self.followers { self.centres } else { 0 }
    }

    pub fn role(&self, node: NodeId) -> Role {
        match node.number() {
            number if number <= self.centres => Role::Leader,
            number if number <= self.leaders() => Role::Device,
            _ => Role::Follower,
        }
    }

    /// The leader of the data centre that a node is in, or that a device is connected with.
    pub fn centre(&self, node: NodeId) -> NodeId {
        let before = match self.role(node) {
            Role::Leader => 0,
            Role::Device => self.centres,
            Role::Follower => self.leaders(),
        };
        NodeId::new((node.number() - before - 1) % self.centres + 1)
    }

    /// To whom a node sends what it has written, and whom a follower asks for it.
    pub fn peers(&self, node: NodeId) -> Vec<NodeId> {
        let centre = self.centre(node);
        if self.role(node) != Role::Leader {
            return vec![centre];
        }
        let all = (1..=self.nodes()).map(NodeId::new);
        all.filter(|other| *other != node && (self.role(*other) == Role::Leader || self.centre(*other) == node))
            .collect()
    }

    /// The only leader that writes what has this name, where there is one: by the sum of its bytes.
    pub fn home(&self, name: &Key) -> NodeId {
        let sum: u32 = name.as_str().bytes().map(u32::from).sum();
        NodeId::new((sum % u32::from(self.centres)) as u8 + 1)
    }

    /// How long a leader waits for an answer of another before it sends again.
    pub fn patience(&self) -> Time {
        Time::from_nanos(4 * self.delay.as_nanos()) + Time::from_millis(200)
    }
}

//! Two data centres: which nodes are in which of them, and where a device is routed.

use std::fmt::{self, Display};

use super::device::{Device, Machine, User};
use super::settings::{Centres, Settings};
use crate::cluster::NodeId;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Centre {
    /// The leader is there, with the first half of the followers.
    West,
    /// The other half.
    East,
}

/// As it follows *in the*.
impl Display for Centre {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(match self {
            Centre::West => "west",
            Centre::East => "east",
        })
    }
}

impl Settings {
    /// How many followers are in the west, beside the leader.
    fn western(self) -> u8 {
        self.followers.div_ceil(2)
    }

    /// Where a node is, if there are two data centres.
    pub fn centre(self, node: NodeId) -> Option<Centre> {
        let is_western = node.index() <= usize::from(self.western());
        (self.centres != Centres::One).then_some(if is_western { Centre::West } else { Centre::East })
    }

    /// Where a device is routed. The nearest data centre of a laptop is in the west, where its broadband link ends, and that of
    /// a phone in the east, with the mobile network. The home of ann and eve is in the west, and that of bob in the east.
    pub fn routed(self, device: Device) -> Option<Centre> {
        match (self.centres, device) {
            (Centres::One, _) => None,
            (Centres::Nearest, Device { machine: Machine::Laptop, .. }) => Some(Centre::West),
            (Centres::Nearest, Device { machine: Machine::Phone, .. }) => Some(Centre::East),
            (Centres::Home, Device { user: User::Ann | User::Eve, .. }) => Some(Centre::West),
            (Centres::Home, Device { user: User::Bob, .. }) => Some(Centre::East),
        }
    }

    /// The followers that a device may be sent to: those of its data centre, if there are two.
    pub fn followers_for(self, device: Device) -> Vec<NodeId> {
        let centre = self.routed(device);
        let all = (0..u64::from(self.followers)).map(|place| self.follower(place));
        all.filter(|node| self.centre(*node) == centre).collect()
    }
}

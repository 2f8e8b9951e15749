//! What the cluster and its clients are opened with.

use stepwise_derive::{Choice, Parameters};

use super::message::PARTITIONS;
use crate::checksum::crc32;
use crate::cluster::NodeId;
use crate::contract::BadParameter;
use crate::sim::Time;

pub const LEADER: NodeId = NodeId::new(1);

#[derive(Clone, Copy, Parameters)]
#[parameters(each_has_one)]
pub struct Settings {
    /// How a client makes sure that it reads what it has written
    #[label("Own posts")]
    #[parameter(OwnWrites::Off)]
    pub own: OwnWrites,
    /// Whether each user always reads from the same follower rather than from any
    #[label("Fixed replica")]
    #[parameter(false)]
    pub fixed: bool,
    /// Whether all posts of a page are on one partition rather than on two
    #[label("Pages on one partition")]
    #[parameter(false)]
    pub together: bool,
    /// Whether what a client remembers for its rules is kept on the device or with the user's account
    #[label("Session kept")]
    #[parameter(Kept::User)]
    pub session: Kept,
    /// Whether the followers are in two data centres, and to which of them a device is routed
    #[label("Data centres")]
    #[parameter(Centres::One)]
    pub centres: Centres,
    /// How many nodes follow the leader n1
    #[parameter(2, 1..=4)]
    pub followers: u8,
    /// How long an entry takes to the last follower; the others are faster, each by its share
    #[label("Replication lag")]
    #[parameter(1_000, 0..=30_000, "ms")]
    pub lag: Time,
    /// How much longer a message between a client and a node can take, by chance
    #[parameter(0, 0..=5_000, "ms")]
    pub jitter: Time,
    /// The seed of the jitter, and of the follower that a client asks where no rule names one
    #[parameter(1, 0..=1_000_000)]
    pub seed: u64,
}

/// Where followers are, and devices routed.
#[derive(Clone, Copy, PartialEq, Eq, Choice)]
pub enum Centres {
    /// one
    One,
    /// two, each device to its nearest
    Nearest,
    /// two, all devices of a user to one
    Home,
}

/// Two data centres have a follower each.
fn each_has_one(settings: &Settings) -> Result<(), BadParameter> {
    if settings.centres == Centres::One || settings.followers > 1 {
        return Ok(());
    }
    let accepted = "2 to 4, because each of two data centres needs a follower".to_owned();
    Err(BadParameter { name: "followers".to_owned(), found: settings.followers.to_string(), accepted })
}

/// How read-your-writes is kept.
#[derive(Clone, Copy, PartialEq, Eq, Choice)]
pub enum OwnWrites {
    /// no rule
    Off,
    /// own pages from the leader
    ///
    /// Those that the user has posted on.
    Leader,
    /// leader for a minute
    ///
    /// All is read from the leader for a minute after a post.
    Minute,
    /// last log position
    ///
    /// A read brings along the last one that the client knows, and the follower waits until it is there.
    Position,
}

/// Where that is kept which a client remembers for its rules.
#[derive(Clone, Copy, PartialEq, Eq, Choice)]
pub enum Kept {
    /// on the device
    Device,
    /// with the account
    User,
}

impl Settings {
    pub fn follower(self, place: u64) -> NodeId {
        NodeId::new(2 + (place % u64::from(self.followers)) as u8)
    }

    /// The partition of a post: that of its page, by a hash of the name, or one by its own number.
    pub fn partition(self, page: &str, item: u32) -> usize {
        let number = if self.together { crc32(page.as_bytes()) } else { item };
        (number as usize + 1) % PARTITIONS
    }

    /// The partitions that a page may have posts on.
    pub fn partitions(self, page: &str) -> std::ops::Range<usize> {
        if self.together {
            let only = self.partition(page, 0);
            only..only + 1
        } else {
            0..PARTITIONS
        }
    }
}

//! Where a client reads: the rules of routing, and what a client remembers for them.

use std::fmt::{self, Display};

use super::device::Device;
use super::message::{LogPosition, PARTITIONS};
use super::settings::{Kept, OwnWrites, Settings};
use crate::replication::NodeId;
use crate::sim::Time;

/// A run has no more pages: each gets a number of its own.
pub const MAX_PAGES: usize = 8;

/// How long after a post its user reads from the leader, where the rule says so.
pub const MINUTE: Time = Time::from_millis(60_000);

/// What a client remembers of its posts, and of the pages that the leader has shown it.
#[derive(Clone, Copy, Default)]
pub struct Session {
    pub last_post: Option<Time>,
    pub positions: [LogPosition; PARTITIONS],
    /// How far the leader had come when it showed a page, by the page's number.
    pub from_leader: [[LogPosition; PARTITIONS]; MAX_PAGES],
}

/// Why a read goes where it goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Why {
    OwnPage,
    RecentPost,
    Fixed,
    Asked,
    Chance,
}

impl Display for Why {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(match self {
            Why::OwnPage => "the leader, for a page of its own posts",
            Why::RecentPost => "the leader, as it has posted within a minute",
            Why::Fixed => "its fixed replica",
            Why::Asked => "as it was told to",
            Why::Chance => "chosen by chance",
        })
    }
}

/// Where a partition is read, why, and how far the node must have come.
#[derive(Clone, Copy)]
pub struct Route {
    pub partition: usize,
    pub node: NodeId,
    pub why: Why,
    pub at_least: LogPosition,
}

/// What a route is decided by.
pub struct Asking {
    pub device: Device,
    pub page: u8,
    pub partition: usize,
    /// Whether the user has posted on the page.
    pub is_own_page: bool,
    /// The node that the reader of the book would like it to be, where no rule says otherwise.
    pub via: Option<NodeId>,
    pub chance: u64,
    pub now: Time,
}

/// The rules.
pub fn route(settings: Settings, session: &Session, asking: &Asking) -> Route {
    let recent = session.last_post.is_some_and(|last| asking.now < last + MINUTE);
    let (node, why) = match settings.own {
        OwnWrites::Leader if asking.is_own_page => (settings.leader(), Why::OwnPage),
        OwnWrites::Minute if recent => (settings.leader(), Why::RecentPost),
        _ if settings.fixed => {
            // By user, or by device where the session ends with the device.
            let whose = match settings.session {
                Kept::User => asking.device.user as usize,
                Kept::Device => asking.device.place(),
            };
            (settings.follower(whose as u64), Why::Fixed)
        }
        _ => match asking.via {
            Some(node) => (node, Why::Asked),
            None => (settings.follower(asking.chance), Why::Chance),
        },
    };
    let own = if settings.own == OwnWrites::Position { session.positions[asking.partition] } else { 0 };
    // A fixed replica is behind the leader, and would show less than the leader has shown in the minute before.
    let shown = if why == Why::Fixed { session.from_leader[usize::from(asking.page)][asking.partition] } else { 0 };
    Route { partition: asking.partition, node, why, at_least: own.max(shown) }
}

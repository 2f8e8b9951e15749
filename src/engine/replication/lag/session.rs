//! Where a client reads: the rules of routing, and what a client remembers for them.

use std::fmt::{self, Display};
use std::rc::Rc;

use super::centre::Centre;
use super::device::Device;
use super::message::{LogPosition, PARTITIONS};
use super::settings::{Centres, Kept, LEADER, OwnWrites, Settings};
use crate::cluster::NodeId;
use crate::sim::Time;

/// How long after a post its user reads from the leader, where the rule says so.
pub const MINUTE: Time = Time::from_millis(60_000);

/// What a client remembers of its posts, and of the pages that the leader has shown it.
#[derive(Clone, Default)]
pub struct Session {
    pub last_post: Option<Time>,
    pub positions: [LogPosition; PARTITIONS],
    /// How far the leader had come when it showed a page.
    pub from_leader: Rc<Vec<(Rc<str>, [LogPosition; PARTITIONS])>>,
}

impl Session {
    pub fn remember_post(&mut self, partition: usize, position: LogPosition, now: Time) {
        self.last_post = Some(now);
        self.positions[partition] = self.positions[partition].max(position);
    }

    pub fn remember_shown(&mut self, page: &Rc<str>, partition: usize, position: LogPosition) {
        let shown = Rc::make_mut(&mut self.from_leader);
        let place = shown.iter().position(|(other, _)| other == page).unwrap_or_else(|| {
            shown.push((page.clone(), [0; PARTITIONS]));
            shown.len() - 1
        });
        let known = &mut shown[place].1[partition];
        *known = position.max(*known);
    }

    fn shown(&self, page: &str, partition: usize) -> LogPosition {
        let page = self.from_leader.iter().find(|(other, _)| &**other == page);
        page.map_or(0, |(_, positions)| positions[partition])
    }
}

/// Why a read goes where it goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Why {
    OwnPage,
    RecentPost,
    Fixed,
    Asked,
    Chance,
    /// The only follower of a data centre.
    Only,
}

impl Display for Why {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(match self {
            Why::OwnPage => "the leader, for a page of its own posts",
            Why::RecentPost => "the leader, as it has posted within a minute",
            Why::Fixed => "its fixed replica",
            Why::Asked => "as the command says",
            Why::Chance => "chosen by chance",
            Why::Only => "the only follower",
        })
    }
}

/// Where a partition is read, why, and how far the node must have come.
#[derive(Clone, Copy)]
pub struct Route {
    pub partition: usize,
    pub node: NodeId,
    pub why: Why,
    /// Of a follower, if there are two data centres: the one that its device is routed to, and why that.
    pub centre: Option<(Centre, Centres)>,
    pub at_least: LogPosition,
}

/// What a route is decided by.
pub struct Asking<'a> {
    pub device: Device,
    pub page: &'a str,
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
    let (centre, followers) = (settings.routed(asking.device), settings.followers_for(asking.device));
    let follower = |place: u64| followers[(place % followers.len() as u64) as usize];
    let (node, why) = match settings.own {
        OwnWrites::Leader if asking.is_own_page => (LEADER, Why::OwnPage),
        OwnWrites::Minute if recent => (LEADER, Why::RecentPost),
        _ if settings.fixed => {
            // By user, or by device where the session ends with the device.
            let whose = match settings.session {
                Kept::User => asking.device.user as usize,
                Kept::Device => asking.device.place(),
            };
            (follower(whose as u64), Why::Fixed)
        }
        _ => match asking.via.filter(|node| centre.is_none() || followers.contains(node)) {
            Some(node) => (node, Why::Asked),
            None if followers.len() == 1 && centre.is_some() => (followers[0], Why::Only),
            None => (follower(asking.chance), Why::Chance),
        },
    };
    let centre = centre.filter(|_| node != LEADER).map(|centre| (centre, settings.centres));
    let own = if settings.own == OwnWrites::Position { session.positions[asking.partition] } else { 0 };
    // A fixed replica is behind the leader, and would show less than the leader has shown in the minute before.
    let shown = if why == Why::Fixed { session.shown(asking.page, asking.partition) } else { 0 };
    Route { partition: asking.partition, node, why, centre, at_least: own.max(shown) }
}

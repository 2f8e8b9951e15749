//! Where a client reads: the rules of routing, and what a client remembers for them.

use std::fmt::{self, Display};

use super::node::{LogPosition, PARTITIONS};
use crate::contract::{Parameter, ParameterKind, Parameters};
use crate::replication::{ClientId, NodeId};
use crate::sim::Time;

/// Those who post and read. Each has two devices.
pub const USERS: [&str; 3] = ["ann", "bob", "eve"];
pub const DEVICES: [&str; 2] = ["laptop", "phone"];

/// A run has no more pages: each gets a number of its own.
pub const MAX_PAGES: usize = 8;

/// How long after a post its user reads from the leader, where the rule says so.
pub const MINUTE: Time = Time::from_millis(60_000);

/// A device of a user; it is a client of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Device {
    pub user: u8,
    pub device: u8,
}

impl Device {
    pub fn all() -> impl Iterator<Item = Device> {
        (0..USERS.len() * DEVICES.len()).map(|place| Device { user: (place / 2) as u8, device: (place % 2) as u8 })
    }

    pub fn place(self) -> usize {
        usize::from(self.user) * DEVICES.len() + usize::from(self.device)
    }

    pub fn client(self) -> ClientId {
        ClientId::new(self.place() as u8 + 1)
    }
}

impl Display for Device {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "{}'s {}", USERS[usize::from(self.user)], DEVICES[usize::from(self.device)])
    }
}

/// How read-your-writes is kept.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum OwnWrites {
    Off,
    /// Pages that the user has posted on are read from the leader.
    FromLeader,
    /// All is read from the leader for a minute after a post.
    Minute,
    /// A follower is told the last log position that the client knows, and waits until it is there.
    Position,
}

#[derive(Clone, Copy)]
pub struct Settings {
    pub followers: u8,
    pub own: OwnWrites,
    /// Each session has one follower to read from.
    pub fixed: bool,
    /// All posts of a page stand on one partition.
    pub together: bool,
    /// What a client remembers is kept with the user's account, and not on the device.
    pub shared: bool,
    pub lag: Time,
    pub jitter: Time,
    pub seed: u64,
}

impl Settings {
    pub fn new(parameters: &Parameters) -> Settings {
        Settings {
            followers: parameters.integer("followers") as u8,
            own: match parameters.text("own") {
                "leader" => OwnWrites::FromLeader,
                "minute" => OwnWrites::Minute,
                "position" => OwnWrites::Position,
                _ => OwnWrites::Off,
            },
            fixed: parameters.switch("fixed"),
            together: parameters.switch("together"),
            shared: parameters.text("session") == "user",
            lag: Time::from_millis(parameters.integer("lag")),
            jitter: Time::from_millis(parameters.integer("jitter")),
            seed: parameters.integer("seed"),
        }
    }

    pub fn leader(self) -> NodeId {
        NodeId::new(1)
    }

    pub fn follower(self, place: u64) -> NodeId {
        NodeId::new(2 + (place % u64::from(self.followers)) as u8)
    }

    /// The partition of a post: that of its page, or one by its own number.
    pub fn partition(self, page: u8, item: u32) -> usize {
        if self.together { usize::from(page) % PARTITIONS } else { (item as usize + 1) % PARTITIONS }
    }

    /// The partitions that a page may have posts on.
    pub fn partitions(self, page: u8) -> std::ops::Range<usize> {
        if self.together {
            let only = self.partition(page, 0);
            only..only + 1
        } else {
            0..PARTITIONS
        }
    }
}

pub const PARAMETERS: &[Parameter] = &[
    Parameter {
        name: "own",
        label: "Own posts",
        about: "How a client makes sure that it reads what it has written",
        kind: ParameterKind::Choice(&[
            ("off", "no rule"),
            ("leader", "own pages from the leader"),
            ("minute", "leader for a minute"),
            ("position", "last log position"),
        ]),
        default: "off",
    },
    Parameter {
        name: "fixed",
        label: "Fixed replica",
        about: "Whether each user always reads from the same follower, and not from any",
        kind: ParameterKind::Switch,
        default: "off",
    },
    Parameter {
        name: "together",
        label: "Pages on one partition",
        about: "Whether all posts of a page stand on one partition, and not on two",
        kind: ParameterKind::Switch,
        default: "off",
    },
    Parameter {
        name: "session",
        label: "Session kept",
        about: "Whether what a client remembers for its rules is kept on the device or with the user's account",
        kind: ParameterKind::Choice(&[("device", "on the device"), ("user", "with the account")]),
        default: "user",
    },
    Parameter {
        name: "followers",
        label: "Followers",
        about: "How many nodes follow the leader n1",
        kind: ParameterKind::Integer { min: 1, max: 4, unit: "" },
        default: "2",
    },
    Parameter {
        name: "lag",
        label: "Replication lag",
        about: "How long an entry takes to the last follower; those before it are faster, each its share",
        kind: ParameterKind::Integer { min: 0, max: 30_000, unit: "ms" },
        default: "1000",
    },
    Parameter {
        name: "jitter",
        label: "Jitter",
        about: "Up to how much longer a message between a client and a node may take, by chance",
        kind: ParameterKind::Integer { min: 0, max: 5_000, unit: "ms" },
        default: "0",
    },
    Parameter {
        name: "seed",
        label: "Seed",
        about: "Decides which follower a client asks where no rule says it, and the jitter",
        kind: ParameterKind::Integer { min: 0, max: 1_000_000, unit: "" },
        default: "1",
    },
];

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
        OwnWrites::FromLeader if asking.is_own_page => (settings.leader(), Why::OwnPage),
        OwnWrites::Minute if recent => (settings.leader(), Why::RecentPost),
        _ if settings.fixed => {
            // By user, or by device where the session ends with the device.
            let whose = if settings.shared { usize::from(asking.device.user) } else { asking.device.place() };
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

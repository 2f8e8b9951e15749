//! Where everybody stands, and the ways of messages.

use super::{CHANNEL, CLIENT, HEAD, LANE, LINE, LOG, ROW, TABLE};
use crate::engine::cluster::Host;
use crate::engine::replication::replication_log::{CLIENTS, LEADER, TICKETS};
use crate::figures::cluster::Ways;
use crate::scene::area::{Area, GAP, Size};
use crate::scene::parts::BANNER;
use crate::scene::{Breadth, Point};

pub(super) struct Plan {
    pub height: f32,
    pub row: f32,
    clients: Area,
    /// Where there is room beside the clients.
    pub sums: Option<Area>,
    leader: Area,
    follower: Area,
    pub log: Area,
    /// The way of an entry, from the leader to the follower.
    pub way: (Point, Point),
}

impl Plan {
    pub fn new(breadth: Breadth) -> Plan {
        let is_wide = breadth == Breadth::Wide;
        let [row, log] = if is_wide { [ROW[0], 0.0] } else { [ROW[1], LOG] };
        let table = HEAD + TICKETS.slots as f32 * row + GAP;
        let height = BANNER + CLIENT + CHANNEL + table + GAP + if is_wide { 0.0 } else { log + table };
        let mut rest = Area::stage(breadth, height);
        rest.cut_top(BANNER);
        rest = Area { x: GAP, width: rest.width - 2.0 * GAP, height: rest.height - GAP, ..rest };
        let mut clients = rest.cut_top(CLIENT);
        rest.cut_top(CHANNEL);
        if is_wide {
            let (leader, follower) = (rest.cut_left(TABLE), rest.cut_right(TABLE));
            let sums = Some(clients.cut_right(TABLE));
            let y = rest.y + LANE;
            let way = (Point::new(rest.x + LANE, y), Point::new(rest.right() - LANE, y));
            rest.cut_top(HEAD - GAP);
            return Plan { height, row, clients, sums, leader, follower, log: rest.inset(GAP), way };
        }
        let (leader, follower) = (rest.cut_top(table), rest.cut_bottom(table));
        let right = rest.cut_right(HEAD);
        let x = right.x + LANE;
        let way = (Point::new(x, rest.y + LANE), Point::new(x, rest.bottom() - LANE));
        let log = Area { y: rest.y + GAP, height: rest.height - 2.0 * GAP, ..rest };
        Plan { height, row, clients, sums: None, leader, follower, log, way }
    }

    pub fn area(&self, host: Host) -> Area {
        match host {
            Host::Node(LEADER) => self.leader,
            Host::Node(_) => self.follower,
            Host::Service(_) => unreachable!("there is none"),
            Host::Client(client) => self.clients.columns([Size::Share(1.0); CLIENTS])[client.index()],
        }
    }
}

impl Ways for Plan {
    fn middle(&self, host: Host) -> Point {
        self.area(host).middle()
    }

    fn door(&self, host: Host, other: Host) -> Point {
        let (from, to) = self.way;
        match (host, other) {
            (Host::Node(LEADER), Host::Node(_)) => from,
            (Host::Node(_), Host::Node(_)) => to,
            (Host::Client(_) | Host::Service(_), _) => {
                Point::new(self.area(host).middle().x, self.clients.bottom() + LINE)
            }
            (Host::Node(_), Host::Service(_)) => unreachable!("there is none"),
            (Host::Node(_), Host::Client(client)) => {
                // Straight below the client, but never beside the card.
                let most = self.leader.right() - (CLIENTS - client.index()) as f32 * 2.0 * LANE;
                Point::new(self.area(other).middle().x.min(most), self.leader.y - LINE)
            }
        }
    }

    /// What the leader sends keeps to one side of its way, and what is sent to it to the other.
    fn on_the_way(&self, from: Host, to: Host, progress: f32) -> Point {
        let at = self.door(from, to).towards(self.door(to, from), progress);
        let along = self.way.1.x > self.way.0.x;
        match (from, to) {
            (Host::Node(LEADER), Host::Node(_)) => at,
            (Host::Node(_), Host::Node(_)) if along => Point::new(at.x, at.y + LANE),
            (Host::Node(_), Host::Node(_)) => Point::new(at.x + LANE, at.y),
            (Host::Client(_), _) => Point::new(at.x - LANE, at.y),
            _ => Point::new(at.x + LANE, at.y),
        }
    }
}

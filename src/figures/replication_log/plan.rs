//! Where everybody stands, and the ways of messages.

use super::{CHANNEL, CLIENT, HEAD, LOG, ROW, TABLE};
use crate::engine::cluster::Host;
use crate::engine::replication::replication_log::{CLIENTS, LEADER, TICKETS};
use crate::figures::cluster::Ways;
use crate::scene::area::{Area, GAP, Size};
use crate::scene::channel::Way;
use crate::scene::parts::banner_height;
use crate::scene::{Breadth, Point};

pub(super) struct Plan {
    pub height: f32,
    pub row: f32,
    clients: Area,
    /// Between the clients and the leader.
    channel: Area,
    /// Where there is room beside the clients.
    pub sums: Option<Area>,
    leader: Area,
    follower: Area,
    pub log: Area,
    /// Where entries travel, from the leader to the follower.
    pub way: Area,
}

impl Plan {
    pub fn new(breadth: Breadth) -> Plan {
        let is_wide = breadth == Breadth::Wide;
        let [row, log] = if is_wide { [ROW[0], 0.0] } else { [ROW[1], LOG] };
        let table = HEAD + TICKETS.slots as f32 * row + GAP / 2.0;
        let top = banner_height(breadth);
        let height = top + CLIENT + CHANNEL + table + GAP + if is_wide { 0.0 } else { CHANNEL + log };
        let mut rest = Area::stage(breadth, height);
        rest.cut_top(top);
        rest = Area { x: GAP, width: rest.width - 2.0 * GAP, height: rest.height - GAP, ..rest };
        let mut clients = rest.cut_top(CLIENT);
        let channel = rest.cut_top(CHANNEL);
        if is_wide {
            let (leader, follower) = (rest.cut_left(TABLE), rest.cut_right(TABLE));
            let sums = Some(clients.cut_right(TABLE));
            let way = rest.cut_top(CHANNEL);
            return Plan { height, row, clients, channel, sums, leader, follower, log: rest.inset(GAP), way };
        }
        let [leader, follower] = rest.cut_top(table).columns([Size::Share(1.0); 2]);
        let way = rest.cut_top(CHANNEL);
        Plan { height, row, clients, channel, sums: None, leader, follower, log: rest, way }
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

    fn way(&self, from: Host, to: Host) -> Way {
        Way::straight(self.door(from, to), self.door(to, from))
    }

    fn channel(&self, from: Host, to: Host) -> Area {
        if matches!((from, to), (Host::Node(_), Host::Node(_))) { self.way } else { self.channel }
    }
}

impl Plan {
    /// Entries leave the leader beside its log and reach the follower there; where the two stand beside each other, below them.
    fn door(&self, host: Host, other: Host) -> Point {
        match (host, other) {
            (Host::Node(_), Host::Node(_)) => {
                let card = self.area(host).middle().x;
                Point::new(card.max(self.way.x).min(self.way.right()), self.way.middle().y)
            }
            (Host::Node(_), _) => {
                Point::new(self.area(other).middle().x.min(self.leader.right()), self.channel.bottom())
            }
            _ => Point::new(self.area(host).middle().x, self.channel.y),
        }
    }
}

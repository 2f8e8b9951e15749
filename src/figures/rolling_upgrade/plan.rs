//! Where everybody stands, and the ways of messages.

use crate::engine::cluster::Host;
use crate::engine::encoding::rolling_upgrade::{Change, DATABASE, FLEET, Format, Settings};
use crate::figures::cluster::Ways;
use crate::scene::area::{Area, GAP, Size};
use crate::scene::channel::Way;
use crate::scene::parts::banner_height;
use crate::scene::rows::{APART, CLOSE, EASY};
use crate::scene::seats::{place, tall};
use crate::scene::{Breadth, Point};

/// How high clients are, a channel and a node; wide and narrow.
const CLIENT: [f32; 2] = [tall(2), tall(1)];
const CHANNEL: [f32; 2] = [2.0 * EASY, EASY + GAP];
const NODE: f32 = EASY + CLOSE + GAP;
/// A line of bytes, and the line above the rows.
pub(super) const LINE: f32 = CLOSE + 1.0;
pub(super) const HEAD: f32 = EASY;

/// How many lines the bytes of a row may take. JSON has the names of its fields in them.
pub(super) fn lines(breadth: Breadth, settings: &Settings) -> usize {
    match breadth {
        Breadth::Wide => 1,
        Breadth::Narrow if settings.format == Format::Json && settings.change != Change::Add => 3,
        Breadth::Narrow => 2,
    }
}

/// How high a row is: beside its name wide, and below it narrow.
pub(super) fn row(breadth: Breadth, settings: &Settings) -> f32 {
    match breadth {
        Breadth::Wide => 2.0 * (LINE + APART),
        Breadth::Narrow => CLOSE + lines(breadth, settings) as f32 * LINE + APART,
    }
}

pub(super) struct Plan {
    pub height: f32,
    clients: Vec<Area>,
    /// Where there is room beside the clients.
    pub costs: Option<Area>,
    fleet: Area,
    database: Area,
    /// Between clients and nodes, and between nodes and the database.
    channels: [Area; 2],
}

impl Plan {
    pub fn new(breadth: Breadth, settings: &Settings) -> Plan {
        let size = |sizes: [f32; 2]| sizes[place(breadth)];
        let top = banner_height(breadth);
        let database = HEAD + settings.rows as f32 * row(breadth, settings) + GAP / 2.0;
        let height = top + size(CLIENT) + 2.0 * size(CHANNEL) + NODE + database + GAP / 2.0;
        let mut rest = Area::stage(breadth, height);
        rest.cut_top(top);
        rest = Area { x: GAP, width: rest.width - 2.0 * GAP, ..rest };
        let people = rest.cut_top(size(CLIENT));
        let (clients, costs) = match breadth {
            Breadth::Wide => {
                let [one, other, costs] = people.columns([Size::Share(1.0); 3]);
                (vec![one, other], Some(Area { x: costs.x + GAP, width: costs.width - 2.0 * GAP, ..costs }))
            }
            Breadth::Narrow => (people.columns([Size::Share(1.0); 2]).to_vec(), None),
        };
        let above = rest.cut_top(size(CHANNEL));
        let fleet = rest.cut_top(NODE);
        let below = rest.cut_top(size(CHANNEL));
        Plan { height, clients, costs, fleet, database: rest.cut_top(database), channels: [above, below] }
    }

    pub fn area(&self, host: Host) -> Area {
        match host {
            Host::Node(DATABASE) => self.database,
            Host::Node(node) => self.fleet.column(FLEET.into(), node.index()),
            Host::Client(client) => self.clients[client.index()],
            Host::Service(_) => unreachable!("there is none"),
        }
    }

    /// Where a message leaves a host or enters it: on the side of the other.
    fn door(&self, host: Host, other: Host) -> Point {
        let [above, below] = self.channels;
        let x = self.area(host).middle().x;
        match (host, other) {
            (Host::Node(DATABASE), other) => Point::new(self.area(other).middle().x, below.bottom()),
            (Host::Node(_), Host::Node(_)) => Point::new(x, below.y),
            (Host::Node(_), _) => Point::new(x, above.bottom()),
            _ => Point::new(x, above.y),
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
        let is_below = matches!((from, to), (Host::Node(_), Host::Node(_)));
        self.channels[usize::from(is_below)].inset(1.0)
    }
}

//! What all figures of clusters have in common: clients in a column at the left, nodes in one at the right, and between
//! them a channel in which every message can be seen on its way.

pub(super) use super::crowds::Crowds;
use crate::engine::replication::{Host, Service};
use crate::engine::wording::count;
use crate::scene::area::Area;
use crate::scene::parts::PAD;
use crate::scene::svg::number as n;
use crate::scene::text::{SIZE, SMALL, fit, width as width_of};
use crate::scene::vocabulary::{cross, hue};
use crate::scene::{Anchor, Point, Scene, Shape, Whence};

/// How far before a card a message stands that has just arrived there, and one that has just been sent: beside each
/// other, when one answers the other.
const ARRIVED: f32 = 14.0;
const SENT: f32 = 40.0;
/// How far along its lane a message between nodes stands that has just been sent, clear of one that has just arrived.
const BESIDE: f32 = 32.0;

/// Where everybody is.
pub(super) struct Ground {
    /// Clients, and below them services.
    pub client: Column,
    pub node: Column,
    pub services: Vec<Service>,
}

/// Cards of one size, one below the other.
#[derive(Clone, Copy)]
pub(super) struct Column {
    pub left: f32,
    pub top: f32,
    pub pitch: f32,
    pub width: f32,
    pub height: f32,
    pub many: usize,
}

impl Column {
    /// `many` cards, none taller than `tallest`, spread over the height from `top` to `bottom`.
    pub fn new(left: f32, width: f32, many: usize, tallest: f32, top: f32, bottom: f32) -> Column {
        let pitch = (bottom - top) / many.max(1) as f32;
        let height = (pitch - 10.0).min(tallest);
        Column { left, top: top + (pitch - height) / 2.0, pitch, width, height, many }
    }

    pub fn corner(&self, place: usize) -> Point {
        Point::new(self.left, self.top + place as f32 * self.pitch)
    }
}

impl Ground {
    pub fn corner(&self, host: Host) -> Point {
        let (column, place) = self.place(host);
        column.corner(place)
    }

    /// A point so far before the card of `host`, on the way from and to `other`.
    fn before(&self, host: Host, other: Host, step: f32) -> Point {
        const LANE: f32 = 13.0;
        let middle = self.middle(host);
        let (column, own) = self.place(host);
        let (others, place) = self.place(other);
        let both_nodes = matches!((host, other), (Host::Node(_), Host::Node(_)));
        if both_nodes {
            // In a narrow channel the lanes are closer, so that none runs over the clients.
            let channel = column.left - self.client.left - self.client.width - SENT - 10.0;
            let lane = (channel / column.many.max(2) as f32).min(LANE);
            return Point::new(column.left - step - lane * own.abs_diff(place) as f32, middle.y);
        }
        let spread = ((column.height - 20.0) / others.many.max(1) as f32).min(2.0 * LANE);
        let aside = (place as f32 - (others.many as f32 - 1.0) / 2.0) * spread;
        let x = match host {
            Host::Node(_) => column.left - step,
            _ => column.left + column.width + step,
        };
        Point::new(x, middle.y + aside)
    }

    fn place(&self, host: Host) -> (&Column, usize) {
        match host {
            Host::Node(node) => (&self.node, node.index()),
            Host::Client(client) => (&self.client, client.index()),
            Host::Service(service) => {
                let clients = self.client.many - self.services.len();
                let place = self.services.iter().position(|other| *other == service).unwrap_or_default();
                (&self.client, clients + place)
            }
        }
    }
}

/// Where messages travel, and how they are drawn on their ways.
pub(super) trait Ways {
    /// The middle of a card.
    fn middle(&self, host: Host) -> Point;
    /// Where messages to `other` leave a card and those from it enter.
    fn door(&self, host: Host, other: Host) -> Point;
    /// Where a message is that has come `progress` of its way, from 0 to 1.
    fn on_the_way(&self, from: Host, to: Host, progress: f32) -> Point;

    /// The lines along which something travels, and those that are cut.
    fn draw_links(&self, scene: &mut Scene, ways: &[(Host, Host)], cuts: &[(Host, Host)]) {
        let mut drawn: Vec<(Host, Host)> = Vec::new();
        let ways = ways.iter().filter(|way| !cuts.contains(way));
        for (a, b) in cuts.iter().chain(ways) {
            let link = (*a.min(b), *a.max(b));
            if drawn.contains(&link) {
                continue;
            }
            let ((a, b), cut) = (link, drawn.len() < cuts.len());
            drawn.push(link);
            let (from, to) = (self.door(a, b), self.door(b, a));
            let (dx, dy) = (to.x - from.x, to.y - from.y);
            let class = if cut { "link-cut" } else { "link" };
            let mut line =
                Shape::new(format!("link {a} {b}"), from.x, from.y).path(format!("M0 0L{} {}", n(dx), n(dy)), class);
            if cut {
                line = line
                    .path(cross(dx / 2.0, dy / 2.0, 6.0), "cross")
                    .label(format!("the link between {a} and {b} is cut"));
            }
            scene.push(line);
        }
    }

    /// A message in a shape of its own: it leaves its sender and is gone at its receiver; where its way has just ended, this
    /// says whether it was lost.
    fn travels(&self, shape: Shape, from: Host, to: Host, passed: Option<bool>) -> Shape {
        let shape = passed.into_iter().fold(shape, fate);
        shape.born(Whence::At(self.on_the_way(from, to, 0.0))).gone(Whence::At(self.middle(to)))
    }

    /// How many messages there are on each crowded way besides those that are drawn.
    fn draw_crowds(&self, scene: &mut Scene, crowds: Crowds, name: &dyn Fn(Host) -> String) {
        for ((from, to), many) in crowds.ways.into_iter().filter(|(_, many)| *many > crowds.most) {
            let (at, more) = (self.on_the_way(from, to, 1.0), many - crowds.most);
            let shape = Shape::new(format!("more {from} {to}"), at.x, at.y)
                .text(-14.0, 4.0, Anchor::End, "small", format!("+{more}"))
                .label(format!("{} from {} to {}", count(more, "more message"), name(from), name(to)));
            scene.push(shape);
        }
    }
}

/// Doors are on the side of the channel, and for each other host elsewhere, so that what is sent at once can be told apart.
impl Ways for Ground {
    fn middle(&self, host: Host) -> Point {
        let (column, place) = self.place(host);
        let corner = column.corner(place);
        Point::new(corner.x + column.width / 2.0, corner.y + column.height / 2.0)
    }

    fn door(&self, host: Host, other: Host) -> Point {
        self.before(host, other, ARRIVED)
    }

    fn on_the_way(&self, from: Host, to: Host, progress: f32) -> Point {
        let end = self.door(to, from);
        if !matches!((from, to), (Host::Node(_), Host::Node(_))) {
            return self.before(from, to, SENT).towards(end, progress);
        }
        // Between nodes it keeps to its lane, and begins beside what arrives there.
        let door = self.door(from, to);
        let length = (end.y - door.y).abs().max(1.0);
        door.towards(end, (BESIDE / length).min(0.4)).towards(end, progress)
    }
}

/// The look of a message whose way has just ended.
fn fate(shape: Shape, lost: bool) -> Shape {
    let shape = shape.changed(true);
    if lost { shape.class("dropped").path(cross(0.0, 0.0, 7.0), "cross") } else { shape.class("arrived") }
}

/// The colour of a term.
pub(super) fn hue_of_term(term: u32) -> &'static str {
    hue(["f", "a", "b", "c", "d", "e", "g", "h"][term as usize % 8])
}

/// A client at the edge: what it is called, what it does, and what it believes, a line each; marked if it `proves` a broken
/// promise.
pub(super) fn client(ground: &Ground, named: (Host, &str), status: &str, beliefs: &[String], proves: bool) -> Shape {
    let (Point { x, y }, Column { width, height, .. }) = (ground.corner(named.0), ground.client);
    client_in(Area { x, y, width, height }, named, status, beliefs, proves)
}

/// [`client`], where it has its place.
pub(super) fn client_in(at: Area, (host, name): (Host, &str), status: &str, beliefs: &[String], proves: bool) -> Shape {
    let Area { width, height, .. } = at;
    let left = width - 2.0 * (PAD + PAD) - width_of(name, SIZE);
    let mut card = Shape::new(host.to_string(), at.x, at.y)
        .rect(0.0, 0.0, width, height, 14.0, if proves { "torn" } else { "client" })
        .circle(18.0, 15.0, 5.0, "client-head")
        .text(32.0, 20.0, Anchor::Start, "name", name)
        .text(width - 10.0, 20.0, Anchor::End, "small", fit(status, left, SMALL))
        .label(format!("client {name}, with what it believes"));
    let room = ((height - 28.0) / 18.0) as usize;
    for (place, belief) in beliefs.iter().take(room).enumerate() {
        let y = 36.0 + place as f32 * 18.0;
        card = card.text(12.0, y, Anchor::Start, "small", fit(belief, width - 20.0, SMALL));
    }
    card
}

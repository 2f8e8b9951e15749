//! What is drawn of a network, wherever its hosts stand: the links, all that is on its way, what has just arrived or was
//! lost.

pub(super) use super::crowds::Crowds;
use super::stage::Shown;
use crate::engine::cluster::{Cluster, Message};
use crate::engine::replication::Host;
use crate::engine::wording::count;
use crate::scene::area::{Area, GAP};
use crate::scene::channel::{Channel, Way, envelope, size, words};
use crate::scene::vocabulary::{cross, hue, tint};
use crate::scene::{Point, Scene, Shape, Whence};

/// More messages on one way are counted, not drawn.
const MOST_ON_A_WAY: usize = 3;

/// Where messages travel.
pub(super) trait Ways {
    /// The middle of a card.
    fn middle(&self, host: Host) -> Point;
    fn way(&self, from: Host, to: Host) -> Way;
    /// What a message between them may not leave.
    fn channel(&self, from: Host, to: Host) -> Area;
    /// The cards that stand in there.
    fn cards(&self) -> &[Area] {
        &[]
    }

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
            let way = self.way(a, b);
            let class = if cut { "link-cut" } else { "link" };
            let mut line = Shape::new(format!("link {a} {b}"), way.from.x, way.from.y).path(way.path(), class);
            if cut {
                let middle = way.at(0.5);
                line = line
                    .path(cross(middle.x - way.from.x, middle.y - way.from.y, GAP), "cross")
                    .label(format!("the link between {a} and {b} is cut"));
            }
            scene.push(line);
        }
    }
}

/// The links, all that is on its way, and what has just arrived or was lost.
pub(super) fn draw_messages<P: Shown>(scene: &mut Scene, ground: &impl Ways, cluster: &Cluster<P>) {
    let network = cluster.network();
    // Nodes in a circle have arrows between them.
    let is_line = |(from, to): &(Host, Host)| {
        P::round(cluster).is_none() || !matches!((from, to), (Host::Node(_), Host::Node(_)))
    };
    let flying = network.in_flight().map(|message| (message.from, message.to)).filter(is_line);
    let ways: Vec<_> = P::links(cluster).into_iter().chain(flying).collect();
    ground.draw_links(scene, &ways, &network.cuts().collect::<Vec<_>>());
    // Of a way that is cut alone, the half at which its messages are lost.
    for (from, to) in network.cut_ways() {
        let half = ground.way(from, to).up_to(0.5);
        let (dx, dy) = (half.to.x - half.from.x, half.to.y - half.from.y);
        let line = Shape::new(format!("way {from} {to}"), half.from.x, half.from.y)
            .path(half.path(), "link-cut")
            .path(cross(dx, dy, GAP), "cross");
        scene.push(line.label(format!("messages from {from} to {to} are lost")));
    }
    let (mut crowds, mut channel) = (Crowds::new(MOST_ON_A_WAY), Channel::beside(ground.cards()));
    // What has just come to its end has the place there, and the others what is free beside it.
    let passed = cluster.passed.iter().map(|(message, lost)| (&**message, Some(*lost)));
    let on_the_way = network.in_flight().map(|message| (message, None));
    for (sent, passed) in passed.chain(on_the_way) {
        let (from, to) = (sent.from, sent.to);
        if passed.is_none() && !crowds.has_room(from, to) {
            continue;
        }
        let progress = if passed == Some(false) { 1.0 } else { sent.progress(cluster.now()) };
        let (way, within) = (ground.way(from, to), ground.channel(from, to));
        let says = sent.payload.brief();
        let word = words(&says, within.width);
        let size = size(&says, word);
        let at = channel.place(within, way.at(progress), size);
        let about = format!("{}: {}, from {} to {}", sent.id, sent.payload.about(), P::name(from), P::name(to));
        let shape = envelope(format!("message {}", sent.id), at, size, word, P::seal(&sent.payload));
        let shape = passed.into_iter().fold(shape, fate).label(about).selects();
        // It leaves its sender, and is gone at its receiver.
        scene.push(shape.born(Whence::At(way.from)).gone(Whence::At(ground.middle(to))));
    }
    for ((from, to), many) in crowds.ways.into_iter().filter(|(_, many)| *many > crowds.most) {
        let more = many - crowds.most;
        let word = format!("+{more}");
        let size = size(&word, &word);
        let at = channel.place(ground.channel(from, to), ground.way(from, to).at(0.5), size);
        let shape = envelope(format!("more {from} {to}"), at, size, &word, Default::default());
        let (from, to) = (P::name(from), P::name(to));
        scene.push(shape.label(format!("{} from {from} to {to}", count(more, "more message"))));
    }
}

/// The look of a message whose way has just ended.
fn fate(shape: Shape, lost: bool) -> Shape {
    let shape = shape.changed(true);
    if lost { shape.class("dropped").path(cross(0.0, 0.0, GAP), "cross") } else { shape.class("arrived") }
}

/// A name that has the colour of a term.
fn of_term(term: u32) -> &'static str {
    ["f", "a", "b", "c", "d", "e", "g", "h"][term as usize % 8]
}

/// The colour of a term.
pub(super) fn hue_of_term(term: u32) -> &'static str {
    hue(of_term(term))
}

pub(super) fn wash_of_term(term: u32) -> &'static str {
    tint(of_term(term))
}

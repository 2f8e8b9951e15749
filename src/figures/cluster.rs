//! What is drawn of a network, wherever its hosts stand: the links, all that is on its way, what has just arrived or was
//! lost.

pub(super) use super::crowds::Crowds;
use super::stage::Shown;
use crate::engine::cluster::{Cluster, Message};
use crate::engine::replication::Host;
use crate::engine::sim::Envelope;
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
        let (way, within) = (ground.way(from, to), ground.channel(from, to));
        let gone = ground.middle(to);
        draw_message::<P>(
            scene,
            &mut channel,
            cluster,
            (sent, passed),
            Route { way, within, room: within.width, gone },
        );
    }
    for ((from, to), many) in crowds.ways.into_iter().filter(|(_, many)| *many > crowds.most) {
        let more = many - crowds.most;
        let (at, within) = (ground.way(from, to).at(0.5), ground.channel(from, to));
        let label = format!("{} from {} to {}", count(more, "more message"), P::name(from), P::name(to));
        draw_more(scene, &mut channel, (at, within), (format!("more {from} {to}"), more, label));
    }
}

/// How a message goes: along its way, in what it may not leave, with so much room for its words, until it is gone at its end.
pub(super) struct Route {
    pub way: Way,
    pub within: Area,
    pub room: f32,
    pub gone: Point,
}

/// Something on its way, or just at its end; then it is known whether it was lost.
pub(super) fn draw_message<P: Shown>(
    scene: &mut Scene,
    channel: &mut Channel,
    cluster: &Cluster<P>,
    (sent, passed): (&Envelope<Host, P::Message>, Option<bool>),
    Route { way, within, room, gone }: Route,
) {
    let progress = if passed == Some(false) { 1.0 } else { sent.progress(cluster.now()) };
    let says = sent.payload.brief();
    let word = channel.word(within, way.at(progress), &says, words(&says, room));
    let size = size(&says, word);
    let at = channel.place(within, way.at(progress), size);
    let about = format!("{}: {}, from {} to {}", sent.id, sent.payload.about(), P::name(sent.from), P::name(sent.to));
    let shape = envelope(format!("message {}", sent.id), at, size, word, P::seal(&sent.payload));
    let shape = passed.into_iter().fold(shape, fate).label(about).selects();
    // It leaves its sender, and is gone at its receiver.
    scene.push(shape.born(Whence::At(way.from)).gone(Whence::At(gone)));
}

/// How many more are on their way than are drawn.
pub(super) fn draw_more(
    scene: &mut Scene,
    channel: &mut Channel,
    (at, within): (Point, Area),
    (key, many, label): (String, usize, String),
) {
    let word = format!("+{many}");
    let size = size(&word, &word);
    let at = channel.place(within, at, size);
    scene.push(envelope(key, at, size, &word, Default::default()).label(label));
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

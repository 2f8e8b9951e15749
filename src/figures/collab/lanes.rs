//! What is on its way: an envelope in the lane of its way, between the cards of its sender and its receiver.

use super::super::cluster::Crowds;
use super::super::stage::Shown;
use super::{Texts, grid::Grid};
use crate::engine::cluster::{Host, Message as _, Protocol as _};
use crate::engine::replication::collab::{Collab, Way};
use crate::engine::wording::count;
use crate::scene::area::{Area, GAP};
use crate::scene::channel::{Channel, envelope, size, words};
use crate::scene::vocabulary::cross;
use crate::scene::{Breadth, Point, Scene, Whence};

/// More messages on one way are counted, not drawn.
const MOST_ON_A_WAY: usize = 2;
/// So many have room below each other on a narrow stage.
const MOST_DOWN: usize = 10;

pub(super) fn draw(scene: &mut Scene, cluster: &Texts, grid: &Grid) {
    for (way, lane) in &grid.lanes {
        draw_lane(scene, cluster, grid, *way, *lane);
    }
}

/// The place in a lane beside the card of a node.
fn beside(grid: &Grid, lane: Area, host: Host) -> Option<Point> {
    let (_, card) = grid.cards.iter().find(|(node, _)| Host::from(*node) == host)?;
    Some(match grid.breadth {
        Breadth::Wide => Point::new(card.middle().x, lane.middle().y),
        Breadth::Narrow => Point::new(lane.middle().x, card.middle().y),
    })
}

fn draw_lane(scene: &mut Scene, cluster: &Texts, grid: &Grid, way: Option<Way>, lane: Area) {
    // Wide, an envelope is no wider than half a card.
    let room = grid.cards.first().map_or(lane.width, |(_, card)| lane.width.min(card.width / 2.0));
    let (mut drawn, mut hidden) = (0, 0);
    let most = if way.is_some() { usize::MAX } else { MOST_DOWN };
    let (mut crowds, mut channel) = (Crowds::new(MOST_ON_A_WAY), Channel::default());
    let passed = cluster.passed.iter().map(|(message, lost)| (&**message, Some(*lost)));
    let on_the_way = cluster.network().in_flight().map(|message| (message, None));
    let is_here = |of: Option<Way>| of.is_some() && (way.is_none() || way == of);
    let all = passed.chain(on_the_way).filter(|(sent, _)| is_here(sent.payload.way()));
    // A receipt says nothing that is worth an envelope.
    for (sent, passed) in all.filter(|(sent, _)| Collab::is_news(cluster, sent)) {
        let ends = beside(grid, lane, sent.from).zip(beside(grid, lane, sent.to));
        let Some((from, to)) = ends else { continue };
        if passed.is_none() && (!crowds.has_room(sent.from, sent.to) || drawn == most) {
            hidden += 1;
            continue;
        }
        drawn += 1;
        let progress = if passed == Some(false) { 1.0 } else { sent.progress(cluster.now()) };
        let says = sent.payload.brief();
        let word = words(&says, room);
        let size = size(&says, word);
        let at = channel.place(lane, from.towards(to, progress), size);
        let about = format!("{}: {}, from {} to {}", sent.id, sent.payload.about(), sent.from, sent.to);
        let shape = envelope(format!("message {}", sent.id), at, size, word, Collab::seal(&sent.payload));
        let shape = match passed {
            None => shape,
            Some(false) => shape.changed(true).class("arrived"),
            Some(true) => shape.changed(true).class("dropped").path(cross(0.0, 0.0, GAP), "cross"),
        };
        scene.push(shape.label(about).selects().born(Whence::At(from)).gone(Whence::At(to)));
    }
    // Down a narrow stage there is no room for more than one sign of what isn't drawn.
    if way.is_none() {
        if hidden > 0 {
            let word = format!("+{hidden}");
            let size = size(&word, &word);
            let at = channel.place(lane, Point::new(lane.middle().x, lane.bottom()), size);
            let shape = envelope("more".to_owned(), at, size, &word, Default::default());
            scene.push(shape.label(format!("{} on their way", count(hidden, "more message"))));
        }
        return;
    }
    for ((from, to), many) in crowds.ways.into_iter().filter(|(_, many)| *many > crowds.most) {
        let ends = beside(grid, lane, from).zip(beside(grid, lane, to));
        let Some((start, end)) = ends else { continue };
        let more = many - crowds.most;
        let word = format!("+{more}");
        let size = size(&word, &word);
        let at = channel.place(lane, start.towards(end, 0.5), size);
        let of = way.map_or("", Way::name);
        let shape = envelope(format!("more {from} {to} {of}"), at, size, &word, Default::default());
        scene.push(shape.label(format!("{} from {from} to {to}", count(more, "more message"))));
    }
}

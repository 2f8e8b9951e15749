//! What is on its way: an envelope in the lane of its way, between the cards of its sender and its receiver.

use super::super::cluster::{Crowds, Route, draw_message, draw_more};
use super::{Texts, grid::Grid};
use crate::engine::cluster::{Host, Protocol as _};
use crate::engine::replication::collab::{self, Collab};
use crate::engine::wording::count;
use crate::scene::area::Area;
use crate::scene::channel::{Channel, Way};
use crate::scene::{Breadth, Point, Scene};

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

fn draw_lane(scene: &mut Scene, cluster: &Texts, grid: &Grid, of: Option<collab::Way>, lane: Area) {
    // Wide, an envelope is no wider than half a card.
    let room = grid.cards.first().map_or(lane.width, |(_, card)| lane.width.min(card.width / 2.0));
    let (mut drawn, mut hidden) = (0, 0);
    let most = if of.is_some() { usize::MAX } else { MOST_DOWN };
    let (mut crowds, mut channel) = (Crowds::new(MOST_ON_A_WAY), Channel::default());
    let passed = cluster.passed.iter().map(|(message, lost)| (&**message, Some(*lost)));
    let on_the_way = cluster.network().in_flight().map(|message| (message, None));
    let is_here = |way: Option<collab::Way>| way.is_some() && (of.is_none() || way == of);
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
        let route = Route { way: Way::straight(from, to), within: lane, room, gone: to };
        draw_message::<Collab>(scene, &mut channel, cluster, (sent, passed), route);
    }
    // Down a narrow stage there is no room for more than one sign of what isn't drawn.
    let Some(of) = of else {
        let at = Point::new(lane.middle().x, lane.bottom());
        let label = format!("{} on their way", count(hidden, "more message"));
        if hidden > 0 {
            draw_more(scene, &mut channel, (at, lane), ("more".to_owned(), hidden, label));
        }
        return;
    };
    for ((from, to), many) in crowds.ways.into_iter().filter(|(_, many)| *many > crowds.most) {
        let Some((start, end)) = beside(grid, lane, from).zip(beside(grid, lane, to)) else { continue };
        let more = many - crowds.most;
        let label = format!("{} from {from} to {to}", count(more, "more message"));
        let key = format!("more {from} {to} {}", of.name());
        draw_more(scene, &mut channel, (start.towards(end, 0.5), lane), (key, more, label));
    }
}

//! Who stands in a circle, at the right of a stage, so that the ways between them can be seen: each goes straight to its end, a
//! little bent, so that a way and the way back are two.

use super::area::{Area, GAP};
use super::channel::Way;
use super::seats::sides;
use super::{Point, between};

/// How large a card is at most, and of all the room at most; many have narrower ones on a phone.
const CARD: (f32, f32) = (132.0, 74.0);
const SHARE: f32 = 3.0;
const SHARE_OF_MANY: f32 = 3.4;
const MANY: usize = 7;
/// How far a way bends to its left, for its length.
const BEND: f32 = 0.07;

pub struct Round {
    cards: Vec<Area>,
    /// What is on its way between them stays in here.
    pub within: Area,
}

impl Round {
    /// So many, clockwise from the middle of the top, the first of them `inside`, in the middle.
    pub fn new(stage: Area, many: usize, inside: usize) -> Round {
        let [_, channel, rest] = sides(stage);
        let within = Area { x: channel.x, width: rest.right() - channel.x, ..stage };
        // As on the other stages, clients have a part of the channel for their own.
        let mut room = within;
        room.cut_left(channel.width / SHARE);
        let share = if many < MANY { SHARE } else { SHARE_OF_MANY };
        let (width, height) = ((room.width / share).min(CARD.0), (room.height / (SHARE + 1.0)).min(CARD.1));
        let around = Area {
            x: room.x + width / 2.0,
            y: room.y + height / 2.0,
            width: room.width - width,
            height: room.height - height,
        };
        let card = |middle: Point| Area { x: middle.x - width / 2.0, y: middle.y - height / 2.0, width, height };
        let place = |place: usize| match place.checked_sub(inside) {
            None => around.column(inside, place).middle(),
            Some(place) => around.around(many - inside, place),
        };
        Round { cards: (0..many).map(|each| card(place(each))).collect(), within }
    }

    pub fn area(&self, place: usize) -> Area {
        self.cards[place]
    }

    /// From the edge of one card to that of another.
    pub fn way(&self, from: Area, to: Area) -> Way {
        let (a, b) = (from.middle(), to.middle());
        let (start, end) = (edge(from, b), edge(to, a));
        let (dx, dy) = (end.x - start.x, end.y - start.y);
        let middle = start.towards(end, 0.5);
        let bend = Point::new(middle.x + dy * 2.0 * BEND, middle.y - dx * 2.0 * BEND);
        Way { from: start, bend, to: end }
    }
}

/// Where the line from the middle of a card to a point leaves it, and a little further.
fn edge(card: Area, to: Point) -> Point {
    let middle = card.middle();
    let (dx, dy) = (to.x - middle.x, to.y - middle.y);
    let reach = |half: f32, way: f32| (half + GAP / 2.0) / way.abs().max(0.01);
    let share = between(reach(card.width / 2.0, dx).min(reach(card.height / 2.0, dy)), 0.0, 0.5);
    middle.towards(to, share)
}

//! Who stands in a circle, or a few in two columns, at the right of a stage, so that the ways between them can be seen: each goes
//! straight to its end, a little bent, so that a way and the way back are two.

use super::area::{Area, GAP};
use super::channel::Way;
use super::seats::sides;
use super::{Point, between};

/// Between cards of a circle that are few enough to stand in columns: beside each other, wide and narrow, and below each other.
const BESIDE: [f32; 2] = [88.0, 66.0];
const BELOW: f32 = 28.0;
/// So many stand in columns, around one, and without one.
const FEW: usize = 4;
/// A card that is alone in its column has so much of its height.
const ALONE: f32 = 0.9;
/// How large a card of many is at most, and of all the room at most; the most have narrower ones on a phone.
const CARD: (f32, f32) = (152.0, 82.0);
const SHARE: f32 = 3.0;
const SHARE_OF_MANY: f32 = 3.4;
const MANY: usize = 7;
/// How far a way bends to its left, for its length.
const BEND: f32 = 0.07;

pub struct Round {
    pub cards: Vec<Area>,
    /// What is on its way between them stays in here.
    pub within: Area,
}

impl Round {
    /// How high a stage is for cards that are so tall.
    pub fn height(many: usize, inside: usize, tall: f32) -> f32 {
        let rows = columns(many, inside).map_or(3, |[left, right]| left.len().max(right.len()));
        rows as f32 * (tall + BELOW) - BELOW
    }

    /// So many, clockwise from the top, the first of them `inside`, between the others: few in two columns, and more in a
    /// circle.
    pub fn new(stage: Area, many: usize, inside: usize) -> Round {
        let [_, channel, rest] = sides(stage);
        let within = Area { x: channel.x, width: rest.right() - channel.x, ..stage };
        // As on the other stages, clients have a part of the channel for their own.
        let mut room = within;
        room.cut_left(channel.width / SHARE);
        let cards = match columns(many, inside) {
            Some(columns) => in_columns(room, many, &columns),
            None => in_a_circle(room, many, inside),
        };
        Round { cards, within }
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

/// Who stands in which of two columns, from the top down, so that clockwise is clockwise.
fn columns(many: usize, inside: usize) -> Option<[Vec<usize>; 2]> {
    match (many, inside) {
        (2..=FEW, 0) => {
            let right: Vec<usize> = (1..many.min(3)).collect();
            let left = (3..many).fold(vec![0], |left, each| [left, vec![each]].concat());
            Some([left, right])
        }
        (_, 1) if many <= FEW => Some([vec![0], (1..many).collect()]),
        _ => None,
    }
}

fn in_columns(room: Area, many: usize, columns: &[Vec<usize>; 2]) -> Vec<Area> {
    let beside = BESIDE[usize::from(room.width < 500.0)];
    let width = (room.width - beside) / 2.0;
    let rows = columns.iter().map(Vec::len).max().unwrap_or(1);
    let mut cards = vec![room; many];
    for (column, own) in columns.iter().enumerate() {
        let x = room.x + column as f32 * (width + beside);
        let pitch = (room.height + BELOW) / rows as f32;
        let alone = own.len() == 1 && rows > 1;
        for (row, place) in own.iter().enumerate() {
            let card = Area { x, y: room.y + row as f32 * pitch, width, height: pitch - BELOW };
            cards[*place] = if alone { Area { width, x, ..room }.low(ALONE * room.height) } else { card };
        }
    }
    cards
}

fn in_a_circle(room: Area, many: usize, inside: usize) -> Vec<Area> {
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
    (0..many).map(|each| card(place(each))).collect()
}

/// Where the line from the middle of a card to a point leaves it, and a little further.
fn edge(card: Area, to: Point) -> Point {
    let middle = card.middle();
    let (dx, dy) = (to.x - middle.x, to.y - middle.y);
    let reach = |half: f32, way: f32| (half + GAP / 2.0) / way.abs().max(0.01);
    let share = between(reach(card.width / 2.0, dx).min(reach(card.height / 2.0, dy)), 0.0, 0.5);
    middle.towards(to, share)
}

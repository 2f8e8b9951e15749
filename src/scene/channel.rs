//! What is on its way between two cards: an envelope that says what it carries, at its place in time. None lies on another:
//! what is on its way to the same place is fanned out.

use super::area::{Area, GAP};
use super::svg::number;
use super::text::Face;
use super::{Anchor, Point, Shape};

/// How high an envelope is, and how wide one that says nothing; between its word and its edges.
const TALL: f32 = 22.0;
const NARROWEST: f32 = 26.0;
const BESIDE: f32 = 7.0;
/// How deep its flap is.
const FLAP: f32 = 5.0;
/// What goes to and fro all the time, and says nothing.
const DOT: f32 = 9.0;
/// How far apart envelopes are at least, and how far one is moved at a time to find a free place.
const APART: f32 = 3.0;
/// So close where there is no other room: edges lie on each other, and words don't.
const TOUCHING: f32 = -4.0;
const STEP: f32 = 5.0;

/// A way from one card to another: a line with a bend.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Way {
    pub from: Point,
    pub bend: Point,
    pub to: Point,
}

impl Way {
    pub fn straight(from: Point, to: Point) -> Way {
        Way { from, bend: from.towards(to, 0.5), to }
    }

    /// The point that lies `progress` of the way from its start, from 0 to 1.
    pub fn at(self, progress: f32) -> Point {
        let Way { from, bend, to } = self;
        from.towards(bend, progress).towards(bend.towards(to, progress), progress)
    }

    /// The way to that point.
    pub fn up_to(self, progress: f32) -> Way {
        Way { bend: self.from.towards(self.bend, progress), to: self.at(progress), ..self }
    }

    /// Its path data, from its start on.
    pub fn path(self) -> String {
        let Way { from, bend, to } = self;
        let [x, y, dx, dy] = [bend.x - from.x, bend.y - from.y, to.x - from.x, to.y - from.y].map(number);
        format!("M0 0Q{x} {y} {dx} {dy}")
    }
}

/// What has found its place already.
#[derive(Default)]
pub struct Channel {
    taken: Vec<Area>,
}

impl Channel {
    /// One in which cards stand, under which nothing may be hidden.
    pub fn beside(cards: &[Area]) -> Channel {
        Channel { taken: cards.to_vec() }
    }

    /// The free place for something so large that is nearest to `at`, inside an area; its middle. In an area that is full, the
    /// place that it wanted.
    pub fn place(&mut self, within: Area, at: Point, size: (f32, f32)) -> Point {
        let found = self.free(within, at, size).unwrap_or(inside(within, at, size));
        self.taken.push(around(found, size));
        found
    }

    /// The word of an envelope; none where there is no room for it, but there may be for one that says nothing.
    pub fn word<'a>(&self, within: Area, at: Point, says: &str, word: &'a str) -> &'a str {
        if self.free(within, at, size(says, word)).is_some() { word } else { "" }
    }

    fn free(&self, within: Area, at: Point, size: (f32, f32)) -> Option<Point> {
        let wanted = inside(within, at, size);
        let steps = ((within.width.max(within.height)) / STEP) as i32;
        // Up and down before aside, of which there is only a part: there it is on its way still.
        let free = |apart: f32, part: i32| {
            let places = (0..=steps).flat_map(|ring| {
                let aside = (0..=ring / part).flat_map(|aside| [aside, -aside]);
                aside.flat_map(move |aside| [(aside, ring - aside.abs()), (aside, aside.abs() - ring)])
            });
            let step = |(x, y): (i32, i32)| Point::new(wanted.x + x as f32 * STEP, wanted.y + y as f32 * STEP);
            let mut places = places.map(|place| inside(within, step(place), size));
            places.find(|at| !self.taken.iter().any(|it| meets(*it, around(*at, size), apart)))
        };
        // Where there is no room between others, they may touch.
        free(APART, 2).or_else(|| free(APART, 1)).or_else(|| free(TOUCHING, 1))
    }
}

/// The nearest point at which something so large is inside an area.
fn inside(within: Area, at: Point, (width, height): (f32, f32)) -> Point {
    let held = |at: f32, from: f32, size: f32, own: f32| at.min(from + size - own / 2.0).max(from + own / 2.0);
    Point::new(held(at.x, within.x, within.width, width), held(at.y, within.y, within.height, height))
}

fn around(at: Point, (width, height): (f32, f32)) -> Area {
    Area { x: at.x - width / 2.0, y: at.y - height / 2.0, width, height }
}

fn meets(one: Area, other: Area, apart: f32) -> bool {
    one.x < other.right() + apart
        && other.x < one.right() + apart
        && one.y < other.bottom() + apart
        && other.y < one.bottom() + apart
}

/// What an envelope says: as many words as there is room for.
pub fn words(says: &str, room: f32) -> &str {
    Face::of("small").words(says, room - 2.0 * BESIDE)
}

/// How large an envelope is that says so much; one that was never to say anything is a dot.
pub fn size(says: &str, word: &str) -> (f32, f32) {
    match (says, word) {
        ("", _) => (DOT, DOT),
        (_, "") => (NARROWEST, TALL),
        _ => ((Face::of("small").width(word) + 2.0 * BESIDE).max(NARROWEST), TALL),
    }
}

/// An envelope around its middle, with a wash and a seal of that colour.
pub fn envelope(
    key: String,
    at: Point,
    (width, height): (f32, f32),
    word: &str,
    hue: (&'static str, &'static str),
) -> Shape {
    let shape = Shape::new(key, at.x, at.y);
    if height == DOT {
        return shape.circle(0.0, 0.0, DOT / 2.0, hue.0);
    }
    let (left, top, right) = (-width / 2.0, -height / 2.0, width / 2.0);
    let flap = format!("M{} {}L0 {}L{} {}", number(left), number(top), number(top + FLAP), number(right), number(top));
    let shape = shape.rect(left, top, width, height, 3.0, "envelope");
    let shape = if hue.1.is_empty() { shape } else { shape.rect(left, top, width, height, 3.0, hue.1) };
    let shape = if hue.0.is_empty() { shape } else { shape.circle(0.0, top + FLAP, 2.5, hue.0) };
    shape.path(flap, "envelope-fold").text(0.0, GAP - 1.0, Anchor::Middle, "small plain", word)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// However many are on their way to the same place, none lies on another, and none leaves the channel.
    #[test]
    fn what_is_on_its_way_to_the_same_place_is_fanned_out() {
        let within = Area { x: 10.0, y: 20.0, width: 100.0, height: 300.0 };
        let mut channel = Channel::default();
        let size = (60.0, TALL);
        for _ in 0..9 {
            channel.place(within, Point::new(200.0, 90.0), size);
        }
        for (place, one) in channel.taken.iter().enumerate() {
            assert!(one.x >= within.x && one.right() <= within.right() && one.y >= within.y);
            assert!(channel.taken[place + 1..].iter().all(|other| !meets(*one, *other, APART)), "{:?}", channel.taken);
        }
    }

    /// In a channel that is full of words, one that says nothing still has a place beside them.
    #[test]
    fn where_there_is_no_room_for_its_word_an_envelope_says_nothing() {
        let within = Area { x: 0.0, y: 0.0, width: 70.0, height: TALL };
        let mut channel = Channel::default();
        let size = size("has it", "has it");
        assert_eq!(channel.word(within, Point::new(70.0, 0.0), "has it", "has it"), "has it");
        channel.place(within, Point::new(70.0, 0.0), size);
        assert_eq!(channel.word(within, Point::new(70.0, 0.0), "has it", "has it"), "");
        let silent = channel.place(within, Point::new(70.0, 0.0), super::size("has it", ""));
        assert!(!meets(channel.taken[0], around(silent, super::size("has it", "")), TOUCHING));
    }

    /// Whole words are left out, from the end.
    #[test]
    fn an_envelope_says_whole_words() {
        assert_eq!(words("k=new for n3", 200.0), "k=new for n3");
        assert_eq!(words("append 3–5", 58.0), "append");
        assert_eq!(words("append", 20.0), "");
    }

    #[test]
    fn a_way_begins_and_ends_where_its_cards_are() {
        let way = Way { from: Point::new(0.0, 0.0), bend: Point::new(-40.0, 50.0), to: Point::new(0.0, 100.0) };
        assert_eq!([way.at(0.0), way.at(0.5), way.at(1.0)], [way.from, Point::new(-20.0, 50.0), way.to]);
        assert_eq!(way.up_to(0.5).to, Point::new(-20.0, 50.0));
    }
}

//! Who stands where: some at the left, below each other, the others at the right, and between them a channel in which all
//! that is on its way can be seen.

use super::area::{Area, GAP};
use super::channel::Way;
use super::parts::{Card, PAD};
use super::rows::{CLOSE, put};
use super::text::Face;
use super::{Anchor, Breadth, Point, Scene, Shape, between};

/// How wide those at the left are, and the channel, on a wide stage and on a narrow one.
const LEFT: [f32; 2] = [184.0, 100.0];
const CHANNEL: [f32; 2] = [132.0, 82.0];
/// Between two below each other.
const BETWEEN: f32 = 8.0;
/// How far a way between two at the right bends into the channel, for each that it passes.
const BEND: f32 = 110.0;

/// No stage is higher than a window has room for, wide and narrow.
pub const HIGHEST: [f32; 2] = [450.0, 460.0];

/// Of what is one on a wide stage and another on a narrow one.
pub fn place(breadth: Breadth) -> usize {
    usize::from(breadth == Breadth::Narrow)
}

/// A place at one side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seat {
    Left(usize),
    Right(usize),
}

pub struct Seats {
    left: Vec<Area>,
    right: Vec<Area>,
    pub channel: Area,
}

impl Seats {
    /// So many at each side share the height of a stage, none taller than that.
    pub fn new(stage: Area, (left, tallest_left): (usize, f32), (right, tallest_right): (usize, f32)) -> Seats {
        let [own, channel, rest] = sides(stage);
        Seats { left: column(own, left, tallest_left), right: column(rest, right, tallest_right), channel }
    }

    pub fn area(&self, seat: Seat) -> Area {
        match seat {
            Seat::Left(place) => self.left[place],
            Seat::Right(place) => self.right[place],
        }
    }

    /// The way between two seats. It leaves and enters a card on the side of the channel, and for each other seat elsewhere, so
    /// that ways can be told apart.
    pub fn way(&self, from: Seat, to: Seat) -> Way {
        let (start, end) = (self.door(from, to), self.door(to, from));
        let bend = match (from, to) {
            (Seat::Left(one), Seat::Left(other)) | (Seat::Right(one), Seat::Right(other)) => {
                let many = self.right.len().max(self.left.len()).max(3) as f32 - 1.0;
                let reach = (BEND + BEND * one.abs_diff(other) as f32 / many).min(1.6 * self.channel.width);
                if matches!(from, Seat::Right(_)) { -reach } else { reach }
            }
            _ => 0.0,
        };
        let middle = start.towards(end, 0.5);
        Way { from: start, bend: Point::new(middle.x + bend, middle.y), to: end }
    }

    fn door(&self, seat: Seat, other: Seat) -> Point {
        let area = self.area(seat);
        let (x, (place, many)) = match seat {
            Seat::Left(_) => (self.channel.x, self.place(other)),
            Seat::Right(_) => (self.channel.right(), self.place(other)),
        };
        let spread = (area.height / 2.0) / many.max(1) as f32;
        Point::new(x, area.middle().y + (place as f32 - (many as f32 - 1.0) / 2.0) * spread)
    }

    fn place(&self, seat: Seat) -> (usize, usize) {
        match seat {
            Seat::Left(place) => (place, self.left.len()),
            Seat::Right(place) => (place, self.right.len()),
        }
    }
}

/// All of a stage but its edges.
pub fn all(stage: Area) -> Area {
    Area { x: stage.x + GAP, width: stage.width - 2.0 * GAP, ..stage }
}

/// What is at the left, the channel, and what is at the right.
pub fn sides(stage: Area) -> [Area; 3] {
    let place = usize::from(stage.width <= 500.0);
    let mut rest = all(stage);
    let (own, channel) = (rest.cut_left(LEFT[place]), rest.cut_left(CHANNEL[place]));
    [own, Area { x: channel.x + GAP / 2.0, width: channel.width - GAP, ..channel }, rest]
}

fn column(area: Area, many: usize, tallest: f32) -> Vec<Area> {
    let pitch = (area.height + BETWEEN) / many.max(1) as f32;
    let height = (pitch - BETWEEN).min(tallest);
    let at =
        |place: usize| Area { y: area.y + place as f32 * pitch + (pitch - BETWEEN - height) / 2.0, height, ..area };
    (0..many).map(at).collect()
}

/// A lower card of a node has what it holds beside its name, and not below it.
const LOW: f32 = 66.0;
/// How wide its name is then, on a wide stage and on a narrow one.
const NAMES: [f32; 2] = [140.0, 76.0];
/// As low as that, it has no line below its name.
const LOWEST: f32 = 42.0;

/// The card of a node: its name with its role, of which as many words are shown as there is room for, and its status. What is
/// free of it is for what it holds.
pub fn node(key: String, area: Area, name: &str, status: &str) -> (Area, Card) {
    let (face, small) = (Face::of("name"), Face::of("small"));
    let name = name.trim();
    if area.height >= LOW {
        let beside = small.width(status) + 2.0 * PAD + GAP;
        let card =
            Card::new(key, area, "card").line("name", face.words(name, area.width - beside)).note("small", status);
        let mut free = Area { x: area.x + PAD, width: area.width - 2.0 * PAD, ..area };
        free.cut_top(HEAD);
        free.cut_bottom(GAP);
        return (free, card);
    }
    let mut free = area.inset(GAP / 2.0);
    let room = free.cut_left(NAMES[usize::from(area.width < 300.0)]).width - PAD;
    let card = Card::new(key, area, "card").line("name", face.words(name, room));
    let card = if area.height < LOWEST { card } else { card.line("small", small.words(status, room)) };
    free.cut_right(GAP / 2.0);
    (free, card)
}

/// Something that someone believes, or what is below a name: a line of its own.
const BELIEF: f32 = 21.0;
/// Where there is room for more than there are, a line is taller, and so are its words.
const EASY: f32 = 144.0;
const LARGE: f32 = 40.0;
const HEAD: f32 = 26.0;

/// How tall a card is with so many lines below its name.
pub const fn tall(lines: usize) -> f32 {
    HEAD + lines as f32 * BELIEF + GAP / 2.0
}

/// Someone at the edge: what they are called, what they do, and what they believe, a line each, with the colour that it has.
/// `look` is the class of the card.
pub fn person(
    scene: &mut Scene,
    (key, name, look): (String, &str, &'static str),
    area: Area,
    status: &str,
    beliefs: &[(String, &'static str)],
) {
    let is_client = look != "disk";
    let [name_face, small] = ["name", "small"].map(Face::of);
    let x = if is_client { 2.0 * PAD + GAP } else { PAD };
    let left = area.width - x - PAD - GAP - name_face.width(name);
    let mut card = Shape::new(&*key, area.x, area.y).rect(
        0.0,
        0.0,
        area.width,
        area.height,
        if is_client { 14.0 } else { 0.0 },
        look,
    );
    if is_client {
        card = card.circle(PAD + GAP / 2.0, 14.0, 5.0, "client-head");
    }
    let who = if is_client { format!("client {name}") } else { name.to_owned() };
    let label = if status.is_empty() { who } else { format!("{who}: {status}") };
    let status = if small.width(status) <= left { status } else { "" };
    scene.push(
        card.text(x, 19.0, Anchor::Start, "name", name_face.fit(name, area.width - x - PAD))
            .text(area.width - PAD, 19.0, Anchor::End, "small", status)
            .label(label),
    );
    let below = area.height - HEAD - GAP / 2.0;
    let shown = beliefs.len().min(((below + 1.0) / BELIEF).max(0.0) as usize);
    // Few share the room of those that there is room for.
    let pitch = between(below / shown.max(1) as f32, BELIEF, EASY);
    for (place, (belief, hue)) in beliefs.iter().take(shown).enumerate() {
        let top = area.y + HEAD + place as f32 * pitch;
        let mut shape = Shape::new(format!("{key}/says {place}"), area.x + GAP, top);
        let (width, height) = (area.width - 2.0 * GAP, pitch - APART);
        shape = shape.rect(0.0, 0.0, width, height, 2.0, "says");
        if !hue.is_empty() {
            shape = shape.rect(0.0, 0.0, width, height, 2.0, hue);
        }
        let is_large = height >= LARGE && name_face.width(belief) <= width - GAP;
        let (class, face) = if is_large { ("strong", name_face) } else { ("small plain", small) };
        let lines = face.wrap(belief, width - GAP, (height / CLOSE) as usize);
        let mut rest = Area { x: GAP / 2.0 + 1.0, y: 0.0, width, height }.low(lines.len() as f32 * CLOSE);
        scene.push(lines.iter().fold(shape, |shape, line| put(shape, rest.cut_top(CLOSE), Anchor::Start, class, line)));
    }
}

const APART: f32 = 3.0;

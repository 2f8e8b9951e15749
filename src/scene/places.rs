//! Rows of places that stand below each other: the third place of one card below the third of the other, so that what one
//! has and another does not is seen at once. Logs by position, records by key.

use super::area::{Area, GAP};
use super::svg::number;
use super::text::Face;
use super::vocabulary::{cross, hatch};
use super::{Anchor, Scene, Shape, Whence};

/// Kept for a sign that there are more before.
const SIGN: f32 = 12.0;
/// Between places.
const BETWEEN: f32 = 4.0;
/// How tall a tile is at most, one that has a line below its word, and one that has its word alone.
pub const TALLEST: f32 = 74.0;
const WITH_NOTE: f32 = 36.0;
const STRIPE: f32 = 5.0;
/// From a line to the next.
const BELOW: f32 = 15.0;
/// A word that is wider is cut.
const WIDEST: f32 = 110.0;
/// A row wider than this has room for more free places.
const WIDE: f32 = 300.0;
const TWO_ROWS: f32 = 60.0;

/// How many places a row of that width has at least.
pub fn least(width: f32, wide: usize, narrow: usize) -> usize {
    if width > WIDE { wide } else { narrow }
}

/// How many rows of places there are below each other: two where a card is as narrow as on a phone, and has room for them.
pub fn lines(area: Area) -> usize {
    if area.width < WIDE && area.height >= TWO_ROWS { 2 } else { 1 }
}

/// Which places are shown, and how wide each is: the same in all cards of one width.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Places {
    /// The first that is shown, counted from 0, and how many.
    pub first: usize,
    pub many: usize,
    pitch: f32,
    left: f32,
}

/// What stands in a place.
#[derive(Clone)]
pub struct Tile {
    pub key: String,
    pub word: String,
    /// Below its word, where there is room.
    pub note: String,
    /// The wash of the tile, and the stripe at its side.
    pub wash: &'static str,
    pub stripe: &'static str,
    /// A line along its foot: it counts.
    pub ticked: bool,
    /// Written, and not synced.
    pub hatched: bool,
    pub crossed: bool,
    pub class: &'static str,
    pub label: String,
    /// Its bytes can be shown.
    pub selects: bool,
    pub born: Option<Whence>,
}

impl Default for Tile {
    fn default() -> Tile {
        Tile {
            key: String::new(),
            word: String::new(),
            note: String::new(),
            wash: "",
            stripe: "",
            ticked: false,
            hatched: false,
            crossed: false,
            class: "",
            label: String::new(),
            selects: true,
            born: None,
        }
    }
}

impl Places {
    /// For `all` places across so much room, the newest of them, when the widest word is so wide; at least `least` places, of
    /// which some are still free.
    pub fn new(width: f32, widest: f32, all: usize, least: usize) -> Places {
        let wanted = (widest.min(WIDEST) + GAP + STRIPE + BETWEEN).min(width / 2.0);
        let fit = |room: f32| ((room / wanted) as usize).max(1);
        let many = all.max(least).max(1);
        if many <= fit(width) {
            return Places { first: 0, many, pitch: width / many as f32, left: 0.0 };
        }
        let shown = fit(width - SIGN).min(many);
        let (first, left) = if all > shown { (all - shown, SIGN) } else { (0, 0.0) };
        Places { first, many: shown, pitch: (width - left) / shown as f32, left }
    }

    /// The place of that number in a row.
    fn at(self, row: Area, place: usize) -> Area {
        let x = row.x + self.left + (place - self.first) as f32 * self.pitch;
        Area { x, width: self.pitch - BETWEEN, ..row }
    }

    /// A row, from what each place holds; an empty one is drawn if `free` has a name for it.
    pub fn draw(
        self,
        scene: &mut Scene,
        key: &str,
        row: Area,
        free: &dyn Fn(usize) -> Option<String>,
        tile: &dyn Fn(usize) -> Option<Tile>,
    ) {
        if self.first > 0 {
            let sign = Shape::new(format!("{key}/more"), row.x, row.y);
            let sign = sign.text(0.0, row.height / 2.0 + BETWEEN, Anchor::Start, "small", "…");
            scene.push(sign.label(format!("{} older", self.first)));
        }
        for place in self.first..self.first + self.many {
            let at = self.at(row, place);
            match tile(place) {
                Some(tile) => scene.push(draw(tile, at)),
                None => {
                    let Some(word) = free(place) else { continue };
                    let slot = Shape::new(format!("{key}/free {}", place + 1), at.x, at.y);
                    let slot = slot.rect(0.0, 0.0, at.width, at.height, 3.0, "slot");
                    let word = fitting(&word, Face::of("small"), at.width - GAP);
                    let (x, y) = (at.width / 2.0, at.height / 2.0 + BETWEEN);
                    let is_named = !word.is_empty();
                    scene.push(if is_named { slot.text(x, y, Anchor::Middle, "small", word) } else { slot });
                }
            }
        }
    }
}

/// What a row of places is called, at its left: of several below each other, the names are as wide as the widest.
pub fn named(scene: &mut Scene, key: &str, row: &mut Area, name: &str, widest: &str) {
    let face = Face::of("small");
    let at = row.cut_left(face.width(widest) + GAP);
    let middle = at.height / 2.0 + GAP / 2.0;
    scene.push(Shape::new(key, at.x, at.y).text(0.0, middle, Anchor::Start, "small", name));
}

fn draw(tile: Tile, at: Area) -> Shape {
    let Area { width, height, .. } = at;
    let (word_face, note_face) = (Face::of("key"), Face::of("small"));
    let room = width - STRIPE - GAP - if tile.crossed { 2.0 * GAP } else { 0.0 };
    let mut shape = Shape::new(&*tile.key, at.x, at.y).rect(0.0, 0.0, width, height, 3.0, "cell");
    if !tile.wash.is_empty() {
        shape = shape.rect(0.0, 0.0, width, height, 3.0, tile.wash);
    }
    if !tile.stripe.is_empty() {
        shape = shape.rect(0.0, 0.0, STRIPE, height, 2.0, tile.stripe);
    }
    if tile.hatched {
        shape = shape.path(hatch(0.0, 0.0, width, height), "hatch");
    }
    // A word that is too wide is set in the sans, which is narrower, and then with its value below its name, before anything of
    // it is left out.
    let class = if word_face.width(&tile.word) <= room { "key" } else { "small strong" };
    let word_face = Face::of(class);
    let (x, middle) = (STRIPE + GAP / 2.0, height / 2.0 + GAP / 2.0);
    if word_face.width(&tile.word) > room
        && height >= WITH_NOTE
        && let Some((name, value)) = tile.word.split_once('=')
        && word_face.width(value) <= room
    {
        let note = fitting(&tile.note, note_face, if height >= TALLEST - BELOW { room } else { 0.0 });
        let first = if note.is_empty() { middle - GAP } else { middle - BELOW };
        let lines = [("small strong", format!("{name}=")), ("small strong", value.to_owned()), ("small", note)];
        for (place, (class, line)) in lines.into_iter().filter(|(_, line)| !line.is_empty()).enumerate() {
            shape = shape.text(x, first + place as f32 * BELOW, Anchor::Start, class, line);
        }
        return finished(shape, tile, width, height, first);
    }
    let word = word_face.fit_words(&tile.word, room);
    // Its note stands below it, or in a low tile beside it, where there is room.
    let beside = note_face.width(&tile.note) + word_face.width(&word) + 2.0 * GAP < room;
    let first = match (fitting(&tile.note, note_face, room), height >= WITH_NOTE) {
        (note, true) if !note.is_empty() => {
            shape = shape.text(x, middle + GAP, Anchor::Start, "small", note);
            middle - GAP
        }
        (note, false) if beside && !note.is_empty() => {
            shape = shape.text(x + room, middle, Anchor::End, "small", note);
            middle
        }
        _ => middle,
    };
    let shape = shape.text(x, first, Anchor::Start, class, word);
    finished(shape, tile, width, height, first)
}

/// What is drawn over the words of a tile, the first of which has that baseline.
fn finished(mut shape: Shape, tile: Tile, width: f32, height: f32, first: f32) -> Shape {
    if tile.crossed {
        shape = shape.path(cross(width - GAP - 2.0, first - BETWEEN, BETWEEN), "tombstone");
    }
    if tile.ticked {
        shape = shape.path(format!("M{} {}H{}", number(STRIPE), number(height - 1.0), number(width - 1.0)), "tick");
    }
    (shape.born, shape.selects) = (tile.born, tile.selects);
    shape.class(tile.class).label(tile.label)
}

/// As many of the words as there is room for, whole ones.
fn fitting(words: &str, face: Face, room: f32) -> String {
    let mut words = words;
    while face.width(words) > room {
        let Some((before, _)) = words.rsplit_once(" · ") else { return String::new() };
        words = before;
    }
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of many places the newest are shown, and of few some are free.
    #[test]
    fn the_newest_places_that_fit() {
        let few = Places::new(400.0, 40.0, 2, 4);
        assert_eq!((few.first, few.many), (0, 4));
        let many = Places::new(400.0, 40.0, 20, 4);
        assert_eq!(many.first + many.many, 20);
        assert!(many.pitch >= 40.0, "{many:?}");
        // A word that is wider than all the room still has a place.
        assert_eq!(Places::new(100.0, 900.0, 5, 3).many, 1);
    }
}

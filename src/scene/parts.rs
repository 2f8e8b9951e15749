//! Parts that all figures are made of. A part fills an area, cuts its texts to their room, and keeps the one look.

use super::area::{Area, GAP};
use super::text::{Face, SIZE, SMALL, fit, width};
use super::vocabulary::{self, Held, cell, cross, disk, hatch, tint};
use super::{Anchor, Breadth, Scene, Shape};
use crate::engine::wording::count;

/// The step from one line of text to the next, and the baseline of the first.
const LINE: f32 = 17.0;
/// From the edge of a card to its text.
pub const PAD: f32 = 12.0;

/// From one row of small text and bars to the next.
pub const ROW: f32 = 17.0;
/// A piece of work in a queue.
pub const WORK: (f32, f32) = (34.0, 22.0);
/// How tall a banner is, a client, and one of several nodes below each other.
pub const BANNER: f32 = 44.0;
pub const CLIENT: f32 = 76.0;
pub const NODE: f32 = 96.0;
/// More nodes share the height of so many, as long as none is lower than that.
pub const MOST_AT_EASE: f32 = 4.0;
pub const LOWEST: f32 = 58.0;
/// How wide the place of a cell is that holds a name and a few letters, and of one that holds a short value.
pub const MARK: f32 = 78.0;
pub const CELL: f32 = 116.0;

/// A card, a box or a region with lines of text.
pub struct Card {
    shape: Shape,
    area: Area,
    /// The baseline of the line that comes next, and how much of it is taken at the left.
    baseline: f32,
    taken: f32,
}

impl Card {
    /// `look` is the class of the box: `card`, `client`, `disk`, `strip`; empty for none.
    pub fn new(key: impl Into<String>, area: Area, look: &'static str) -> Card {
        let round = match look {
            "card" => 8.0,
            "client" | "torn" | "memory" => 12.0,
            _ => 0.0,
        };
        let shape = Shape::new(key, area.x, area.y);
        let shape = if look.is_empty() { shape } else { shape.rect(0.0, 0.0, area.width, area.height, round, look) };
        Card { shape, area, baseline: LINE, taken: 0.0 }
    }

    /// A line of text.
    pub fn line(mut self, class: &'static str, text: impl AsRef<str>) -> Card {
        let text = Face::of(class).fit(text.as_ref(), self.area.width - 2.0 * PAD);
        self.taken = PAD + Face::of(class).width(&text) + GAP;
        self.shape = self.shape.text(PAD, self.baseline, Anchor::Start, class, text);
        self.baseline += LINE;
        self
    }

    /// What stands at the right of the last line.
    pub fn note(mut self, class: &'static str, text: impl AsRef<str>) -> Card {
        let text = Face::of(class).fit(text.as_ref(), self.area.width - self.taken - PAD);
        let (x, y) = (self.area.width - PAD, self.baseline - LINE);
        self.shape = self.shape.text(x, y, Anchor::End, class, text);
        self
    }

    /// At the foot of the card.
    pub fn foot(mut self, left: impl AsRef<str>, right: impl AsRef<str>) -> Card {
        let (y, room) = (self.area.height - 5.0, self.area.width / 2.0 - PAD);
        self.shape = self.shape.text(PAD, y, Anchor::Start, "small", fit(left.as_ref(), room, SMALL)).text(
            self.area.width - PAD,
            y,
            Anchor::End,
            "small",
            fit(right.as_ref(), room, SMALL),
        );
        self
    }

    /// A bar along its left side.
    pub fn bar(mut self, class: &'static str) -> Card {
        self.shape = self.shape.rect(0.0, 0.0, 5.0, self.area.height, 3.0, class);
        self
    }

    /// Anything else of a shape.
    pub fn with(mut self, change: impl FnOnce(Shape) -> Shape) -> Card {
        self.shape = change(self.shape);
        self
    }

    /// Puts it on the stage; what it leaves free is for cells.
    pub fn push(self, scene: &mut Scene, label: impl Into<String>) -> Area {
        scene.push(self.shape.label(label));
        let mut free = self.area;
        free.cut_top(self.baseline - LINE + GAP);
        Area { x: free.x + PAD, width: free.width - 2.0 * PAD, ..free }
    }
}

/// Where clients stand, at the left, and where nodes do, at the right; between them is the channel for their messages.
pub fn sides(stage: Area) -> (Area, Area) {
    let (clients, nodes) = if stage.width > 500.0 { (200.0, 490.0) } else { (108.0, 196.0) };
    let left = Area { x: stage.x + GAP, width: clients, ..stage };
    (left, Area { x: stage.x + nodes, width: stage.width - nodes - GAP, ..stage })
}

/// The newest of so many cells, row by row, as many as there is room for: how many older ones stand behind a sign, and the
/// places of the others.
pub fn newest(scene: &mut Scene, key: &str, area: Area, width: f32, many: usize) -> (usize, Vec<Area>) {
    const SIGN: f32 = 16.0;
    let columns = ((area.width - SIGN) / width).max(1.0) as usize;
    let most = columns * (area.height / vocabulary::LINE).max(1.0) as usize;
    let hidden = many.saturating_sub(most);
    if hidden > 0 {
        let sign = Shape::new(format!("{key} more"), area.x, area.y).text(3.0, 15.0, Anchor::Start, "small", "…");
        scene.push(sign.label(format!("{hidden} older")));
    }
    let rows = (many - hidden).div_ceil(columns).max(1);
    let height = rows as f32 * vocabulary::LINE;
    let grid = Area { x: area.x + SIGN, width: columns as f32 * width, height, ..area };
    let places = (0..many - hidden).map(|place| Area { height: vocabulary::LINE, ..grid.cell(columns, rows, place) });
    (hidden, places.collect())
}

/// [`newest`], on a disk as tall as they need.
pub fn newest_on_disk(scene: &mut Scene, key: &str, area: Area, width: f32, many: usize) -> (usize, Vec<Area>) {
    let ground = scene.shapes.len();
    let (hidden, places) = newest(scene, key, area, width, many);
    let height = places.last().map_or(vocabulary::LINE, |last| last.bottom() - area.y);
    let shape = disk(key, area.x, area.y, area.width, height, "").label("the disk");
    scene.shapes.insert(ground, shape);
    (hidden, places)
}

/// How tall a [`banner`] is that stands in one line, where the stage has room for it.
const ONE_LINE: f32 = 28.0;

pub const fn banner_height(breadth: Breadth) -> f32 {
    match breadth {
        Breadth::Wide => ONE_LINE,
        Breadth::Narrow => BANNER,
    }
}

/// Above a picture: what it comes to, the time, and a line more, which in a low one stands beside it.
pub fn banner(scene: &mut Scene, area: Area, (class, title): (&'static str, &str), time: &str, more: &str) {
    let label = if more.is_empty() { title.to_owned() } else { format!("{title}. {more}") };
    let (face, small) = (Face::of(class), Face::of("small"));
    let card = Card::new("banner", area, "").line(class, title).note("small", time);
    let room = area.width - 2.0 * PAD;
    let card = if area.height < BANNER {
        let x = PAD + face.width(title) + 2.0 * GAP;
        let room = room - face.width(title) - small.width(time) - 4.0 * GAP;
        card.with(|shape| shape.text(x, LINE, Anchor::Start, "small", small.fit_words(more, room)))
    } else {
        card.line("small", small.fit_words(more, room))
    };
    card.push(scene, label);
}

/// A part full, as a bar.
pub fn gauge(shape: Shape, area: Area, share: f32, class: &'static str) -> Shape {
    let Area { x, y, width, height } = area;
    shape.rect(x, y, width, height, 2.0, "slot").rect(x, y, width * share.clamp(0.0, 1.0), height, 2.0, class)
}

/// Memory with its name; what is inside.
pub fn memory(scene: &mut Scene, key: &str, area: Area, name: &str) -> Area {
    let Area { x, y, width, height } = area;
    scene.push(vocabulary::memory(key, x, y, width, height, name));
    let mut inside = Area { x: x + GAP, width: width - 2.0 * GAP, ..area };
    inside.cut_top(SMALL + GAP);
    inside.cut_bottom(GAP / 2.0);
    inside
}

/// What an area shows, and what stands at its right; it cuts its line off the area.
pub fn heading(scene: &mut Scene, key: &str, area: &mut Area, left: &str, right: &str) {
    let line = area.cut_top(vocabulary::LINE);
    let face = Face::of("small");
    let right = face.fit(right, line.width / 2.0);
    let left = face.fit(left, line.width - face.width(&right) - GAP);
    let shape = Shape::new(key, line.x, line.y).text(0.0, SMALL, Anchor::Start, "small", left);
    scene.push(if right.is_empty() { shape } else { shape.text(line.width, SMALL, Anchor::End, "small", right) });
}

/// [`heading`], with what each colour stands for at its right.
pub fn legend(scene: &mut Scene, key: &str, area: &mut Area, name: &str, colours: &[(&str, &'static str)]) {
    const SWATCH: f32 = 10.0;
    let line = area.cut_top(ROW);
    let mut shape = Shape::new(key, line.x, line.y).text(0.0, SMALL - 1.0, Anchor::Start, "small", name);
    let mut x = line.width;
    for (word, class) in colours.iter().rev() {
        x -= Face::of("small").width(word);
        shape = shape.text(x, SMALL - 1.0, Anchor::Start, "small", *word);
        x -= SWATCH + GAP / 2.0;
        shape = shape.rect(x, 2.0, SWATCH, SWATCH, 1.0, class);
        x -= GAP;
    }
    scene.push(shape);
}

/// A piece of work: its number, and a bar at its foot that says how much it is or how far it is done. What is to be said of it
/// stands at its right if there is room, and its number in the middle if there is nothing to say.
pub fn work(key: String, area: Area, number: &str, wash: &'static str, share: f32, more: &str) -> Shape {
    const BAR: f32 = 5.0;
    let Area { width, height, .. } = area;
    let face = Face::of("small");
    let line = (height - BAR + SMALL) / 2.0 - 2.0;
    let (x, anchor) = if more.is_empty() { (width / 2.0, Anchor::Middle) } else { (BAR, Anchor::Start) };
    let shape = Shape::new(key, area.x, area.y)
        .rect(0.0, 0.0, width, height, 4.0, "cell")
        .rect(0.0, 0.0, width, height, 4.0, wash)
        .rect(1.0, height - BAR - 1.0, (width - 2.0) * share.min(1.0), BAR, 1.0, "serving")
        .text(x, line, anchor, "small plain", face.fit(number, width));
    if more.is_empty() || face.width(more) + face.width(number) + 4.0 * BAR > width {
        return shape;
    }
    shape.text(width - BAR, line, Anchor::End, "small", more)
}

/// How tall so many [`lines`] are, with their head.
pub fn lines_height(many: usize) -> f32 {
    (many as f32 + 1.0) * ROW + GAP
}

/// Numbers under heads, a line for each name; the names get `names` of the room.
pub fn lines(
    key: &str,
    area: Area,
    names: f32,
    heads: &[&str],
    lines: &[(String, &'static str, Vec<String>)],
) -> Shape {
    let first = area.width * names;
    let pitch = (area.width - first) / heads.len().max(1) as f32;
    let head = (String::new(), "small", heads.iter().map(|head| (*head).to_owned()).collect());
    let mut shape = Shape::new(key, area.x, area.y);
    let mut y = GAP / 2.0;
    for (name, class, cells) in std::iter::once(&head).chain(lines) {
        y += ROW;
        let face = Face::of(class);
        shape = shape.text(0.0, y, Anchor::Start, class, face.fit(name, first));
        for (column, cell) in cells.iter().enumerate() {
            let x = first + (column as f32 + 1.0) * pitch;
            shape = shape.text(x, y, Anchor::End, class, face.fit(cell, pitch));
        }
    }
    shape
}

/// How tall a row of [`numbers`] is.
pub const NUMBERS: f32 = 40.0;

/// What was counted and measured: each a name, and below it the number.
pub fn numbers(scene: &mut Scene, key: &str, area: Area, columns: usize, cells: &[(&str, String)]) {
    let (name_at, number_at) = (SMALL, NUMBERS - GAP);
    let rows = cells.len().div_ceil(columns);
    let mut shape = Shape::new(key, area.x, area.y);
    for (place, (name, number)) in cells.iter().enumerate() {
        let Area { x, y, width, .. } = area.cell(columns, rows, place);
        let (x, y) = (x - area.x, y - area.y);
        shape = shape.text(x, y + name_at, Anchor::Start, "small", Face::of("small").fit(name, width)).text(
            x,
            y + number_at,
            Anchor::Start,
            "strong",
            Face::of("strong").fit(number, width),
        );
    }
    scene.push(shape);
}

/// Keys at the foot of a shape so wide and so high, each in its hue, with a cross at those that are deleted; and how many
/// there is no room for.
pub fn tokens(mut shape: Shape, wide: f32, high: f32, keys: &[(&str, bool)]) -> Shape {
    const CROSS: f32 = 10.0;
    const SIGN: f32 = 24.0;
    const TALL: f32 = 20.0;
    let top = high - TALL - GAP / 2.0;
    let baseline = top + SIZE + 1.0;
    let mut x = GAP / 2.0;
    for (place, (key, is_deleted)) in keys.iter().enumerate() {
        let left = keys.len() - place;
        let room = width(key, SIZE) + GAP + if *is_deleted { CROSS } else { 0.0 };
        if x + room + if left > 1 { SIGN } else { 0.0 } > wide {
            let sign = format!("+{left}");
            let fits = x + width(&sign, SMALL) <= wide - 2.0;
            return if fits { shape.text(x, baseline, Anchor::Start, "small", sign) } else { shape };
        }
        let text_at = x + GAP / 2.0;
        shape = shape.rect(x, top, room, TALL, 2.0, tint(key)).text(text_at, baseline, Anchor::Start, "key", *key);
        if *is_deleted {
            let middle = x + room - CROSS / 2.0 - 2.0;
            shape = shape.path(cross(middle, top + TALL / 2.0, CROSS / 2.0 - 1.0), "tombstone");
        }
        x += room + GAP / 2.0;
    }
    shape
}

/// What must hold, each with how often it did not.
pub fn checks(scene: &mut Scene, area: Area, columns: usize, checks: &[(&str, u64)]) {
    let rows = checks.len().div_ceil(columns);
    for (place, (name, broken)) in checks.iter().enumerate() {
        let cell = area.cell(columns, rows, place);
        let (class, mark) = if *broken == 0 { ("good", "✓".to_owned()) } else { ("bad", format!("✗ {broken}")) };
        let name = fit(name, cell.width - 40.0, SMALL);
        let shape = Shape::new(format!("check {place}"), cell.x, cell.y)
            .text(0.0, 13.0, Anchor::Start, "small", name.clone())
            .text(width(&name, SMALL) + GAP, 13.0, Anchor::Start, class, mark);
        scene.push(shape.label(format!("{name}: broken {}", count(*broken, "time"))));
    }
}

/// A column of a table: its head, and its share of the width.
pub struct Column(pub &'static str, pub f32);

/// A row of a table: its key, its cells, and how long a bar stands behind a column.
pub struct Row {
    pub key: String,
    pub cells: Vec<String>,
    pub bar: Option<(usize, f32)>,
}

/// A table on a ruled ground.
pub fn table(scene: &mut Scene, key: &str, area: Area, columns: &[Column], rows: &[Row]) {
    const ROW: f32 = 22.0;
    scene.push(disk(key, area.x, area.y, area.width, area.height, ""));
    let all: f32 = columns.iter().map(|column| column.1).sum();
    let mut left = GAP;
    let stops: Vec<(f32, f32)> = columns
        .iter()
        .map(|column| {
            let wide = (area.width - 2.0 * GAP) * column.1 / all;
            left += wide;
            (left - wide, wide - GAP)
        })
        .collect();
    let head = Shape::new(format!("{key} head"), area.x, area.y);
    let head = stops.iter().zip(columns).fold(head, |head, ((x, room), column)| {
        head.text(*x, 15.0, Anchor::Start, "region-name", fit(column.0, *room, SMALL))
    });
    scene.push(head);
    for (place, row) in rows.iter().enumerate() {
        let mut shape = Shape::new(row.key.as_str(), area.x, area.y + (place + 1) as f32 * ROW);
        if let Some((column, share)) = row.bar {
            let (x, room) = stops[column];
            let texts = rows.iter().map(|row| Face::of("strong").width(&row.cells[column]));
            let after = texts.fold(0.0, f32::max) + GAP;
            shape = shape.rect(x + after, 4.0, (room - after).max(0.0) * share, 14.0, 2.0, "share");
        }
        for (place, ((x, room), text)) in stops.iter().zip(&row.cells).enumerate() {
            let class = if row.bar.is_some_and(|(column, _)| column == place) { "strong" } else { "small" };
            shape = shape.text(*x, 15.0, Anchor::Start, class, Face::of(class).fit(text, *room));
        }
        scene.push(shape);
    }
}

/// What stands in a row of cells.
pub struct Cell {
    pub key: String,
    /// Its key and value; an empty place without.
    pub held: Option<(String, String)>,
    pub class: &'static str,
    /// Written, and not synced.
    pub hatched: bool,
    /// What stands below it.
    pub note: String,
    pub label: String,
}

/// A row of cells with its name, and of the cells the newest that fit. It cuts its room off the area.
pub fn cells(scene: &mut Scene, key: &str, area: &mut Area, name: &str, cells: &[Cell]) {
    const ROW: f32 = 35.0;
    const NAME: f32 = 30.0;
    const EMPTY: f32 = 26.0;
    const TALL: f32 = 20.0;
    let mut row = area.cut_top(ROW);
    let head = |key: String, text: &str| Shape::new(key, row.x, row.y).text(0.0, 14.0, Anchor::Start, "small", text);
    scene.push(head(key.to_owned(), name));
    row.cut_left(NAME);
    // A cell gives its key three fifths of its room.
    let room = |key: f32, value: f32| (key / 0.6).max(key + value) + EMPTY;
    let wide = |it: &Cell| it.held.as_ref().map_or(EMPTY, |(key, value)| room(width(key, SIZE), width(value, SIZE)));
    let (hidden, places) = row.newest(&cells.iter().map(wide).collect::<Vec<_>>());
    if hidden > 0 {
        let sign = Shape::new(format!("{key} more"), row.x, row.y).text(0.0, 14.0, Anchor::Start, "small", "…");
        scene.push(sign.label(format!("{hidden} more before")));
    }
    for (it, at) in cells[hidden..].iter().zip(places) {
        let mut shape = match &it.held {
            None => Shape::new(it.key.as_str(), at.x, at.y).rect(0.0, 0.0, at.width, TALL, 2.0, "slot"),
            Some((key, value)) => cell(it.key.as_str(), at.x, at.y, at.width, TALL, key, Held::Value(value)).selects(),
        };
        if it.hatched {
            shape = shape.path(hatch(0.0, 0.0, at.width, TALL), "hatch");
        }
        let note = shape.text(0.0, TALL + SMALL, Anchor::Start, "small", it.note.as_str());
        scene.push(note.class(it.class).label(it.label.as_str()));
    }
}

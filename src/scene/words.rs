//! A picture in words, for those who cannot see it: what each shape says of itself, one after the other, and what a step has
//! changed. Nothing is said that no shape says, so the words need no care of their own in a figure.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::{Body, Mark, Scene, Shape};
use crate::engine::wording::count;

/// Boxes in which other shapes stand.
const GROUNDS: [&str; 7] = ["memory", "disk", "card", "client", "strip", "frame", "torn"];
/// What the look of a shape or a mark says, and the word for it.
const LOOKS: [(&str, &str); 9] = [
    ("stopped", "off"),
    ("isolated", "isolated"),
    ("dropped", "lost"),
    ("arrived", "arrived"),
    ("dead", "no longer in use"),
    ("cold", "not in memory"),
    ("unnamed", "not in the list of files yet"),
    ("unread", "not read"),
    ("hatch", "not synced"),
];
/// A change is told with what was before, unless that is longer.
const SHORT: usize = 80;
/// So many changes are told one by one.
const MOST_CHANGES: usize = 24;

/// What a scene shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// What the step has changed: what is new, what has become of what was there, and what is gone.
    pub changes: Vec<String>,
    /// All that there is, in the order of the picture.
    pub items: Vec<Item>,
}

/// A line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// In how many others it stands.
    pub depth: usize,
    pub words: String,
}

/// The scene in words; what has changed is seen against the scene of the step before.
pub fn describe(scene: &Scene, before: Option<&Scene>) -> Words {
    let said: Vec<(&Shape, String)> = scene.shapes.iter().map(|shape| (shape, words(shape))).collect();
    let grounds = grounds(&said);
    let items = in_order(&said, &grounds);
    let changes = before.map(|before| changes(&said, &grounds, before)).unwrap_or_default();
    Words { changes, items }
}

impl Words {
    /// Both lists as text, for the terminal and for tests.
    pub fn text(&self) -> String {
        let mut out = String::new();
        let mut line = |depth: usize, words: &str| {
            writeln!(out, "{:1$}- {words}", "", depth * 2).expect("writing to a string does not fail");
        };
        if !self.changes.is_empty() {
            line(0, "changed by this step");
            self.changes.iter().for_each(|change| line(1, change));
        }
        self.items.iter().for_each(|item| line(item.depth, &item.words));
        out
    }
}

/// What a shape says: its label, or without one its texts, and what its look says. Empty for what says nothing, and for
/// what lies ahead.
fn words(shape: &Shape) -> String {
    let Body::Marks(marks) = &shape.body else { return shape.label.clone() };
    let is_there = |mark: &Mark| mark.class() != "touch";
    // A letter is told by the text that it stands in.
    let is_letter = shape.class.split(' ').any(|class| class == "letter");
    if shape.class == "later" || is_letter || !marks.iter().any(is_there) {
        return String::new();
    }
    let mut said = if shape.label.is_empty() { texts(marks) } else { shape.label.clone() };
    if said.is_empty() {
        return said;
    }
    let looks: BTreeSet<&str> =
        marks.iter().map(Mark::class).chain([shape.class]).flat_map(str::split_whitespace).collect();
    for (look, word) in LOOKS.iter().filter(|(look, _)| looks.contains(look)) {
        if !said.contains(look) && !said.contains(word) {
            said = format!("{said} ({word})");
        }
    }
    said
}

/// Texts, line by line. In a line that begins at the left edge of several the first text is what the others are about.
fn texts(marks: &[Mark]) -> String {
    let mut lines: Vec<(f32, f32, Vec<&str>)> = Vec::new();
    for mark in marks {
        let Mark::Text { x, y, text, .. } = mark else { continue };
        let text = text.trim();
        if text.is_empty() || text == "…" {
            continue;
        }
        match lines.iter_mut().find(|(baseline, ..)| (baseline - y).abs() < 1.0) {
            Some((_, _, line)) => line.push(text),
            None => lines.push((*y, *x, vec![text])),
        }
    }
    // Values below their names.
    if let [(_, _, names), (_, _, values)] = &lines[..]
        && names.len() > 2
        && names.len() == values.len()
    {
        let pairs = names.iter().zip(values).map(|(name, value)| format!("{name}: {value}"));
        return pairs.collect::<Vec<_>>().join("; ");
    }
    let left = lines.iter().map(|(_, x, _)| *x).fold(f32::INFINITY, f32::min);
    let many = lines.len() > 1;
    let lines = lines.iter().map(|(_, x, texts)| match &texts[..] {
        [first, rest @ ..] if many && !rest.is_empty() && *x == left => format!("{first}: {}", rest.join(", ")),
        all => all.join(", "),
    });
    lines.collect::<Vec<_>>().join("; ")
}

/// For each shape the one that it stands in: the last of the boxes below it that hold it, and that say something themselves.
fn grounds(said: &[(&Shape, String)]) -> Vec<Option<usize>> {
    let frames: Vec<Option<Frame>> = said.iter().map(|(shape, _)| Frame::of(shape)).collect();
    let ground = |place: usize| {
        let holds = |ground: &usize| {
            !said[*ground].1.is_empty() && frames[*ground].as_ref().is_some_and(|frame| frame.holds(said[place].0))
        };
        (0..place).rev().find(holds)
    };
    (0..said.len()).map(ground).collect()
}

/// The shapes that say anything, each below the box that it stands in.
fn in_order(said: &[(&Shape, String)], grounds: &[Option<usize>]) -> Vec<Item> {
    let mut inside: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
    for (place, ground) in grounds.iter().enumerate().filter(|(place, _)| !said[*place].1.is_empty()) {
        inside.entry(*ground).or_default().push(place);
    }
    let mut items = Vec::new();
    let mut open = vec![(None, 0, 0)];
    while let Some((ground, at, depth)) = open.pop() {
        let Some(place) = inside.get(&ground).and_then(|inside: &Vec<usize>| inside.get(at)) else { continue };
        items.push(Item { depth, words: said[*place].1.clone() });
        open.push((ground, at + 1, depth));
        open.push((Some(*place), 0, depth + 1));
    }
    items
}

/// Where a shape stands, in short: what the boxes around it are called, the outermost first. Empty where it stands in none.
fn whereabouts(said: &[(&Shape, String)], grounds: &[Option<usize>], place: usize, word: &str) -> String {
    let boxes = std::iter::successors(grounds[place], |ground| grounds[*ground]);
    let name = |ground: usize| said[ground].1.split([':', ',', '(']).next().unwrap_or_default().trim();
    let mut names: Vec<&str> = boxes.map(name).collect();
    names.reverse();
    if names.is_empty() { String::new() } else { format!(" {word} {}", names.join(", ")) }
}

/// What the step is about first, then what is new, what says something else than before, and what is gone.
fn changes(said: &[(&Shape, String)], grounds: &[Option<usize>], before: &Scene) -> Vec<String> {
    let earlier: Vec<(&Shape, String)> = before.shapes.iter().map(|shape| (shape, words(shape))).collect();
    let old: BTreeMap<&str, &String> = earlier.iter().map(|(shape, words)| (&*shape.key, words)).collect();
    let (mut first, mut then) = (Vec::new(), Vec::new());
    for (place, (shape, words)) in said.iter().enumerate().filter(|(_, (_, words))| !words.is_empty()) {
        let change = match old.get(&*shape.key).copied().filter(|old| !old.is_empty()) {
            None => format!("new{}: {words}", whereabouts(said, grounds, place, "in")),
            Some(old) if old == words && shape.changed => format!("outlined: {words}"),
            Some(old) if old == words => continue,
            Some(old) if old.len() > SHORT => format!("now: {words}"),
            Some(old) => format!("now: {words} (before: {old})"),
        };
        if shape.changed { first.push(change) } else { then.push(change) }
    }
    let here: BTreeSet<&str> =
        said.iter().filter(|(_, words)| !words.is_empty()).map(|(shape, _)| &*shape.key).collect();
    let were = self::grounds(&earlier);
    for (place, (_, words)) in
        earlier.iter().enumerate().filter(|(_, (shape, words))| !words.is_empty() && !here.contains(&*shape.key))
    {
        then.push(format!("gone{}: {words}", whereabouts(&earlier, &were, place, "from")));
    }
    first.extend(then);
    if first.len() > MOST_CHANGES {
        let more = first.split_off(MOST_CHANGES).len();
        first.push(count(more, "more change"));
    }
    first
}

/// A box on the stage.
struct Frame {
    left: f32,
    top: f32,
    right: f32,
    bottom: f32,
}

impl Frame {
    /// The box of a shape in which others may stand.
    fn of(shape: &Shape) -> Option<Frame> {
        let Body::Marks(marks) = &shape.body else { return None };
        marks.iter().find_map(|mark| match mark {
            Mark::Rect { x, y, width, height, class, .. } if GROUNDS.contains(class) => {
                let (left, top) = (shape.at.x + x, shape.at.y + y);
                Some(Frame { left, top, right: left + width, bottom: top + height })
            }
            _ => None,
        })
    }

    /// Whether a shape stands in it: its origin does, and a little more.
    fn holds(&self, shape: &Shape) -> bool {
        const IN: f32 = 1.0;
        let Body::Marks(_) = shape.body else { return false };
        let (x, y) = (shape.at.x + IN, shape.at.y + IN);
        self.left <= x && x <= self.right && self.top <= y && y <= self.bottom
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::{Anchor, Point};

    fn cell(key: &str, x: f32, words: &str) -> Shape {
        Shape::new(key, x, 20.0).rect(0.0, 0.0, 10.0, 10.0, 0.0, "cell").label(words)
    }

    fn scene(shapes: Vec<Shape>) -> Scene {
        let ground = Shape::new("disk", 0.0, 0.0).rect(0.0, 0.0, 100.0, 100.0, 0.0, "disk");
        let mut scene = Scene::new(200.0, 100.0);
        scene.push(ground.text(4.0, 10.0, Anchor::Start, "region-name", "Disk"));
        shapes.into_iter().for_each(|shape| scene.push(shape));
        scene
    }

    #[test]
    fn a_shape_stands_in_the_box_that_holds_it_and_says_its_label_before_its_texts() {
        let within = cell("a", 10.0, "key a").text(0.0, 5.0, Anchor::Start, "key", "a…").class("dead");
        let beside = Shape::new("sums", 120.0, 0.0)
            .text(0.0, 10.0, Anchor::Start, "small", "reads")
            .text(70.0, 10.0, Anchor::End, "small", "3")
            .text(0.0, 20.0, Anchor::Start, "small", "writes")
            .text(70.0, 20.0, Anchor::End, "small", "0");
        let target = Shape::new("step 4", 0.0, 50.0).rect(0.0, 0.0, 9.0, 9.0, 0.0, "touch").label("to step 4");
        let arrow = Shape::arrow("arrow", Point::new(0.0, 0.0), Point::new(9.0, 9.0));
        let words = describe(&scene(vec![within, beside, target, arrow]), None);
        assert_eq!(words.text(), "- Disk\n  - key a (no longer in use)\n- reads: 3; writes: 0\n");
    }

    #[test]
    fn what_has_changed_comes_first_and_what_the_step_is_about_before_the_rest() {
        let before = scene(vec![cell("a", 10.0, "key a"), cell("b", 30.0, "key b = 1"), cell("c", 50.0, "key c")]);
        let new = cell("d", 70.0, "key d");
        let after =
            scene(vec![new, cell("b", 30.0, "key b = 2").changed(true), cell("c", 50.0, "key c").changed(true)]);
        let words = describe(&after, Some(&before));
        let told =
            ["now: key b = 2 (before: key b = 1)", "outlined: key c", "new in Disk: key d", "gone from Disk: key a"];
        assert_eq!(words.changes, told);
        assert!(words.text().starts_with("- changed by this step\n  - now: key b = 2"), "{}", words.text());
        assert_eq!(describe(&after, Some(&after)).changes, ["outlined: key b = 2", "outlined: key c"]);
        assert!(describe(&before, Some(&before)).changes.is_empty());
    }

    #[test]
    fn very_many_changes_are_counted() {
        let shapes = (0..40).map(|place| cell(&place.to_string(), 10.0, &format!("key {place}")));
        let words = describe(&scene(shapes.collect()), Some(&scene(Vec::new())));
        assert_eq!((words.changes.len(), words.changes[MOST_CHANGES].as_str()), (25, "16 more changes"));
        assert_eq!(words.items.len(), 41);
    }
}

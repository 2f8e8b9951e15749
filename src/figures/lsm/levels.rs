//! The lower region: the log, and each level as a shelf of tables. A table lies where its keys lie on the one axis that
//! all shelves share; where tables of a level may overlap, each has a row of its own, the newest on top.

use std::rc::Rc;

use super::shelf::{bounds, is_empty, last, rows, rows_of};
use super::{is_new, output_level};
use crate::engine::key::Key;
use crate::engine::storage::lsm::read::Visit;
use crate::engine::storage::lsm::version::{LEVELS, OpenTable};
use crate::engine::storage::lsm::{Compaction, Event, Lsm};
use crate::engine::wording::count;
use crate::scene::area::{Area, GAP};
use crate::scene::parts::tokens;
use crate::scene::rows::{boxed, put};
use crate::scene::svg::number;
use crate::scene::text::{SMALL, fit, width};
use crate::scene::vocabulary::{LINE, disk};
use crate::scene::{Anchor, Breadth, Scene, Shape, Whence, between};

/// The room of a level's name, at the left.
const NAMES: f32 = 86.0;
const LOG: f32 = 28.0;
/// A row of tables with all that they show, and what is between two levels.
const ROW: f32 = 56.0;
const BETWEEN: f32 = 10.0;
/// A level without a table.
const EMPTY: f32 = LINE + GAP / 2.0;

/// Where keys lie, and where rows do.
struct Plan<'a> {
    tree: &'a Lsm,
    area: Area,
    /// The first and last keys of all tables, each once, in order.
    bounds: Vec<Key>,
    row: f32,
    left: f32,
}

pub(super) fn draw(scene: &mut Scene, tree: &Lsm, event: Option<&Event>, area: Area, breadth: Breadth) {
    let tally = tree.disk.tally;
    let name = format!("disk: {} bytes there, {} written so far", tree.disk.used, tally.bytes_written);
    scene.push(disk("disk", area.x, area.y, area.width, area.height, &name));
    draw_files(scene, tree, event, area);
    let last = last(tree);
    let left = if breadth == Breadth::Wide { NAMES } else { 30.0 };
    let shelves = Area { y: area.y + 22.0 + LOG, height: area.height - 26.0 - LOG, ..area };
    let (rows, empty) = rows(tree);
    let gaps = BETWEEN * (last + 1) as f32 + EMPTY * empty as f32;
    let row = between((shelves.height - gaps) / rows.max(1) as f32, 9.0, ROW);
    // What a larger step of the run needs is shared by rows and empty levels.
    let spare = (shelves.height - gaps - rows as f32 * row).max(0.0) / (rows + empty).max(1) as f32;
    let (row, empty) = (row + spare.min(LINE / 2.0), EMPTY + spare.min(LINE));
    let plan = Plan { tree, area: shelves, bounds: bounds(tree), row, left };
    let mut y = shelves.y;
    for level in 0..=last {
        let height = if is_empty(tree, level) { empty } else { rows_of(tree, level) as f32 * row };
        // What has no room any more is not drawn: the counters know it.
        if y + height > area.y + area.height {
            break;
        }
        plan.draw_level(scene, level, y, height, breadth);
        plan.draw_tables(scene, level, y, event);
        y += height + BETWEEN;
    }
}

/// How high the disk is with room for all that a table shows.
pub(super) fn height(tree: &Lsm) -> f32 {
    let (rows, empty) = rows(tree);
    LINE + LOG + rows as f32 * ROW + empty as f32 * EMPTY + (last(tree) + 1) as f32 * BETWEEN
}

/// The log and the manifest.
fn draw_files(scene: &mut Scene, tree: &Lsm, event: Option<&Event>, area: Area) {
    let of = |name: &str| tree.disk.open(name).map_or(0, |file| tree.disk.len(file));
    let logged = matches!(event, Some(Event::Logged { .. } | Event::LogSynced { .. } | Event::Rotated { .. }));
    let installed = matches!(
        event,
        Some(Event::Flushed { .. } | Event::Installed { .. } | Event::Moved { .. } | Event::ManifestRenewed { .. })
    );
    let half = (area.width - 28.0) / 2.0;
    let log = format!("log · {} not in a table", count(tree.memtable().len, "entry"));
    let manifest = format!("manifest · {} bytes", of("MANIFEST"));
    for (place, (key, text, changed)) in
        [("log", log, logged), ("manifest", manifest, installed)].into_iter().enumerate()
    {
        let shape = Shape::new(key, area.x + 10.0 + place as f32 * (half + 8.0), area.y + 21.0)
            .rect(0.0, 0.0, half, 22.0, 0.0, "strip")
            .text(8.0, 15.0, Anchor::Start, "small", fit(&text, half - 16.0, SMALL))
            .label(text)
            .changed(changed)
            .selects();
        scene.push(shape);
    }
}

impl Plan<'_> {
    fn x_of(&self, key: &Key) -> f32 {
        let place = self.bounds.binary_search(key).unwrap_or_else(|place| place) as f32;
        self.area.x + self.left + self.pitch() * (place + 0.5)
    }

    fn pitch(&self) -> f32 {
        (self.area.width - self.left - 10.0) / self.bounds.len().max(1) as f32
    }

    fn range_of(&self, smallest: &Key, largest: &Key) -> (f32, f32) {
        let half = self.pitch() * 0.47;
        (self.x_of(smallest) - half, self.x_of(largest) + half)
    }

    /// The shelf, its name, and how full it is.
    fn draw_level(&self, scene: &mut Scene, level: usize, y: f32, height: f32, breadth: Breadth) {
        let (tree, settings) = (self.tree, &self.tree.settings);
        let (have, limit) = match settings.policy.is_sorted(level) {
            false => (tree.version().level(level).len() as u64, settings.level0_tables),
            true => (tree.version().level_bytes(level), settings.level_bytes(level)),
        };
        // The last level has no next one to hand anything to, and so no limit.
        let is_last = level + 1 == LEVELS;
        let over = have > limit && !is_last;
        let unit = if settings.policy.is_sorted(level) { "B" } else { "tables" };
        let full = if is_last { format!("{have} {unit}") } else { format!("{have}/{limit} {unit}") };
        let mut shelf = Shape::new(format!("level {level}"), self.area.x + 8.0, y)
            .path(format!("M0 {}h{}", number(height + 4.0), number(self.area.width - 16.0)), "strip")
            .label(format!("level {level}: {full}"));
        if breadth == Breadth::Wide {
            shelf = shelf.text(2.0, 12.0, Anchor::Start, "name", format!("level {level}"));
            if height >= 24.0 {
                let class = if over { "small bad" } else { "small" };
                shelf = shelf.text(2.0, 25.0, Anchor::Start, class, fit(&full, NAMES - 8.0, SMALL));
            }
        } else {
            shelf = shelf.text(2.0, 12.0, Anchor::Start, "name", format!("L{level}"));
        }
        scene.push(shelf);
        if is_empty(tree, level) {
            let at = Area { x: self.area.x + self.left, y, width: self.area.width - self.left - 10.0, height };
            let none = boxed(format!("level {level} empty"), at, 0.0, "slot");
            scene.push(put(none, at.own(), Anchor::Middle, "small", "no table"));
        }
    }

    fn draw_tables(&self, scene: &mut Scene, level: usize, y: f32, event: Option<&Event>) {
        let tree = self.tree;
        let sorted = tree.settings.policy.is_sorted(level);
        let mut row = 0.0;
        if output_level(tree) == Some(level) {
            self.draw_output(scene, y, tree.compaction_in_progress());
            row = self.row;
        }
        let tables = tree.version().level(level).iter();
        for (place, table) in tables.rev().enumerate() {
            let down = if sorted { 0.0 } else { place as f32 * self.row };
            scene.push(self.draw_table(table, y + row + down, event));
        }
    }

    fn draw_table(&self, table: &Rc<OpenTable>, y: f32, event: Option<&Event>) -> Shape {
        let meta = &table.meta;
        let (from, to) = self.range_of(&meta.smallest, &meta.largest);
        let (wide, high) = (to - from, self.row - 3.0);
        let is_input = self.tree.compaction_in_progress().is_some_and(|it| it.task.inputs().contains(&meta.number));
        let visit = self.tree.path().visits.iter().find(|(number, _)| *number == meta.number).map(|(_, visit)| *visit);
        let range = format!("{}–{}", meta.smallest, meta.largest);
        let mut shape = Shape::new(format!("table {}", meta.number), from, y)
            .rect(0.0, 0.0, wide, high, 0.0, "frame")
            .label(format!("table {}: {range}, {}, {} bytes", meta.number, count(meta.entries, "entry"), meta.bytes))
            .born(Whence::Shape("writing".to_owned()))
            .changed(is_new(meta.number, event))
            .selects();
        if is_input {
            shape = shape.rect(2.0, 2.0, wide - 4.0, high - 4.0, 0.0, "line-mark");
        }
        if high >= 11.0 {
            let answer = match visit {
                Some(Visit::PassedByFilter) => "filter: no",
                Some(Visit::InVain) => "false positive",
                Some(Visit::TooNew) => "newer only",
                Some(Visit::Found) => "found",
                Some(Visit::Scanned) | None => "",
            };
            // With room for two lines, the second one tells what is in it.
            let has_keys = high >= 34.0;
            let middle = if has_keys { 16.0 } else { high / 2.0 + 4.0 };
            if has_keys {
                let entries = self.tree.entries_of(table);
                let keys: Vec<(&str, bool)> = entries.iter().map(|it| (it.key.as_str(), it.is_tombstone())).collect();
                shape = tokens(shape, wide, high, &keys);
            }
            let class = match visit {
                Some(Visit::Found) => "small good",
                Some(Visit::InVain) => "small bad",
                _ => "small",
            };
            let taken = width(answer, SMALL) + 6.0;
            let whole = format!("{} {range}", meta.number);
            let shows_answer = !answer.is_empty() && wide > taken;
            let room = if shows_answer { wide - taken - 8.0 } else { wide - 8.0 };
            let number = meta.number.to_string();
            if let Some(name) = [whole, number].into_iter().find(|name| width(name, SMALL) <= room) {
                shape = shape.text(5.0, middle, Anchor::Start, "small", name);
            }
            if shows_answer {
                shape = shape.text(wide - 5.0, middle, Anchor::End, class, answer);
            }
        }
        match visit {
            Some(Visit::Found | Visit::InVain | Visit::TooNew | Visit::Scanned) => {
                shape.rect(0.0, high - 3.0, wide, 3.0, 0.0, "gauge")
            }
            _ => shape,
        }
    }

    /// The table that is being written, not yet one that counts.
    fn draw_output(&self, scene: &mut Scene, y: f32, compaction: Option<&Compaction>) {
        let (output, progress) = match (self.tree.flush_in_progress(), compaction) {
            (Some(flush), _) => (Some(&flush.output), format!("{} written", count(flush.done, "entry"))),
            (None, Some(compaction)) => {
                let (taken, all) = compaction.progress();
                let newest = compaction.output.as_ref().or(compaction.finished.last());
                (newest, format!("{taken} of {} merged", count(all, "entry")))
            }
            (None, None) => return,
        };
        let text = match output {
            Some(output) => format!("writing {}: {progress}", output.number),
            None => progress,
        };
        let (x, wide) = (self.area.x + self.left + 4.0, self.area.width - self.left - 18.0);
        let shape = Shape::new("writing", x, y)
            .rect(0.0, 0.0, wide, self.row - 3.0, 0.0, "slot")
            .text(6.0, self.row / 2.0 + 3.0, Anchor::Start, "small", fit(&text, wide - 12.0, SMALL))
            .label(text);
        scene.push(shape.changed(true));
    }
}

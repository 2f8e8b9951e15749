//! How a log-structured merge tree is drawn: in memory the memtable and those that wait to be flushed; on the disk the
//! levels as shelves, over one axis of keys, so that it is seen which tables overlap.

mod levels;
mod memory;
mod shelf;

use super::{About, Fault, Figure, plug};
use crate::engine::Dump;
use crate::engine::storage::lsm::{Event, Lsm};
use crate::scene::area::{Area, GAP};
use crate::scene::{Breadth, Scene};

pub struct LsmFigure;

impl Figure for LsmFigure {
    type Engine = Lsm;

    const ABOUT: About = About {
        kind: "lsm",
        title: "A log-structured merge tree",
        summary: "Writes go to memory and out as sorted tables; compaction merges them, level by level, in the background.",
        chapter: "storage/lsm-trees",
        example: "put 30 x; put 5 x; put 77 x; put 12 x; put 50 x; put 41 x; put 8 x; put 93 x; put 30 y; put 66 x; put 19 x; \
                  put 2 x; delete 77; put 58 x; put 84 x; put 36 x; put 25 x; settle; get 77; get 50; get 51; scan 1 20",
    };

    const PLUG: Option<&'static str> = Some(plug::CRASH);

    fn height(tree: &Lsm, breadth: Breadth) -> Option<f32> {
        Some((memory::height() + levels::height(tree) + 2.0 * (GAP + GAP)).min(breadth.height()))
    }

    fn draw(tree: &Lsm, event: Option<&Event>, breadth: Breadth) -> Scene {
        Self::draw_on(tree, event, breadth, breadth.height())
    }

    /// The shelves share what there is below memory.
    fn draw_on(tree: &Lsm, event: Option<&Event>, breadth: Breadth, height: f32) -> Scene {
        let mut scene = Scene::new(breadth.width(), height);
        let mut below = Area::stage(breadth, height).inset(GAP);
        let above = below.cut_top(memory::height());
        below.cut_top(GAP);
        memory::draw(&mut scene, tree, event, above);
        levels::draw(&mut scene, tree, event, below, breadth);
        scene
    }

    fn faults(_: &Lsm) -> Vec<Fault> {
        plug::crash()
    }

    /// `table 7` is a table, `log` the log that is written to, `manifest` the manifest.
    fn dump(tree: &Lsm, key: &str) -> Option<Dump> {
        match key {
            "log" => tree.dump_log(),
            "manifest" => tree.dump_file("MANIFEST"),
            _ => tree.dump_table(key.strip_prefix("table ")?.parse().ok()?),
        }
    }
}

/// The level that a table is being written for.
fn output_level(tree: &Lsm) -> Option<usize> {
    match (tree.flush_in_progress(), tree.compaction_in_progress()) {
        (Some(_), _) => Some(0),
        (None, Some(compaction)) => Some(compaction.task.output_level()),
        (None, None) => None,
    }
}

/// Whether a step has made a table, or asked it.
fn is_new(number: u64, event: Option<&Event>) -> bool {
    match event {
        Some(Event::Flushed { table, .. } | Event::Moved { table, .. }) => *table == number,
        Some(Event::Installed { tables, .. }) => tables.contains(&number),
        Some(Event::TableSearched { table, .. } | Event::FilterSaidNo { table, .. }) => *table == number,
        _ => false,
    }
}

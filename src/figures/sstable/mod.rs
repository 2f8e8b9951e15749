//! How sorted tables are drawn: in memory the memtable as a sorted strip, and the sparse index of each table; on the
//! disk the log as a strip of records, and each table as a card of blocks of entries. What an entry shares with the key
//! before it is written in grey: it is not in the file a second time.

mod disk;
mod layout;
mod memory;
mod spotlight;

use super::{About, Fault, Figure, plug};
use crate::engine::Dump;
use crate::engine::storage::sstable::{Event, SsTables};
use crate::scene::{Breadth, Scene};
use layout::Layout;
use spotlight::Spotlight;

pub struct SsTableFigure;

impl Figure for SsTableFigure {
    type Engine = SsTables;

    const ABOUT: About = About {
        kind: "sstable",
        title: "Sorted tables and a memtable",
        summary: "Writes are sorted in memory and written out as tables. A sparse index leads to one block of a table.",
        chapter: "storage/sstables",
        example: "put apple 1; put apply 2; put banana 3; put band 4; put bandit 5; put apply 6; delete banana; \
                  put cherry 7; flush; get band; merge; scan a z",
    };

    const PLUG: Option<&'static str> = Some(plug::CRASH);

    fn height(engine: &SsTables, breadth: Breadth) -> Option<f32> {
        Some(layout::height(engine, breadth))
    }

    fn draw(engine: &SsTables, event: Option<&Event>, breadth: Breadth) -> Scene {
        Self::draw_on(engine, event, breadth, layout::height(engine, breadth))
    }

    /// The disk reaches to the foot of the stage.
    fn draw_on(engine: &SsTables, event: Option<&Event>, breadth: Breadth, height: f32) -> Scene {
        let spotlight = Spotlight::new(event);
        let layout = Layout::new(engine, &spotlight, breadth, height);
        let mut scene = Scene::new(layout.stage.width, layout.stage.height);
        memory::draw_region(&mut scene, engine, &layout);
        disk::draw_region(&mut scene, engine, &layout);
        memory::draw_pointer(&mut scene, &layout, &spotlight);
        disk::draw_logs(&mut scene, engine, &layout, &spotlight);
        disk::draw_tables(&mut scene, engine, &layout, &spotlight);
        memory::draw_memtable(&mut scene, engine, &layout, &spotlight);
        memory::draw_indexes(&mut scene, &layout, &spotlight);
        disk::draw_heads(&mut scene, engine, &layout);
        scene
    }

    fn faults(_: &SsTables) -> Vec<Fault> {
        plug::crash()
    }

    /// `log 4` and `table 1-3` are files, `log 4@31` and `table 1-3@60` a record and a block of them.
    fn dump(engine: &SsTables, key: &str) -> Option<Dump> {
        let (what, place) = key.split_once(' ')?;
        let (id, offset) = place.split_once('@').map_or((place, ""), |(id, offset)| (id, offset));
        let name = match what {
            "log" => format!("{id}.log"),
            "table" => engine.tables().into_iter().find(|table| table.id.to_string() == id)?.name,
            _ => return None,
        };
        if offset.is_empty() { engine.dump(&name) } else { engine.dump(&format!("{name}@{offset}")) }
    }
}

//! How a hash index is drawn: the keydir in memory above, the segments as strips of records on the disk below, a pointer
//! from every key to its newest record, and the heads of a merge or a start-up where they read and write.

mod disk;
mod layout;
mod memory;
mod spotlight;

use super::{About, Fault, Figure, plug};
use crate::engine::Dump;
use crate::engine::storage::hash_index::{Event, HashIndex};
use crate::scene::{Breadth, Scene};
use layout::Layout;
use spotlight::Spotlight;

pub struct HashIndexFigure;

impl Figure for HashIndexFigure {
    type Engine = HashIndex;

    const ABOUT: About = About {
        kind: "hash-index",
        title: "A log and a hash index",
        summary: "Records are only ever appended. A hash table in memory knows where the newest one of each key is.",
        chapter: "storage/hash-indexes",
        example: "put a 1; put b 2; put a 3; delete b; put c 4; put d 5; put a 6; merge; crash; get a",
    };

    const PLUG: Option<&'static str> = Some(plug::CRASH);

    fn height(engine: &HashIndex, breadth: Breadth) -> Option<f32> {
        Some(layout::height(engine, breadth))
    }

    fn draw(engine: &HashIndex, event: Option<&Event>, breadth: Breadth) -> Scene {
        Self::draw_on(engine, event, breadth, layout::height(engine, breadth))
    }

    /// The disk reaches to the foot of the stage.
    fn draw_on(engine: &HashIndex, event: Option<&Event>, breadth: Breadth, height: f32) -> Scene {
        let layout = Layout::new(engine, breadth, height);
        let spotlight = Spotlight::new(event);
        let mut scene = Scene::new(layout.stage.width, layout.stage.height);
        memory::draw_region(&mut scene, engine, &layout);
        disk::draw_region(&mut scene, engine, &layout);
        // Under the strips, so that the names stay legible.
        memory::draw_pointers(&mut scene, engine, &layout, &spotlight);
        disk::draw_strips(&mut scene, engine, &layout, &spotlight);
        memory::draw_entries(&mut scene, engine, &layout, &spotlight);
        disk::draw_heads(&mut scene, engine, &layout);
        scene
    }

    fn faults(_: &HashIndex) -> Vec<Fault> {
        plug::crash()
    }

    /// `segment 1.1` and `hint 1.1` are files, `segment 1.1@34` is the record there.
    fn dump(engine: &HashIndex, key: &str) -> Option<Dump> {
        let (what, place) = key.split_once(' ')?;
        let (segment, offset) = match place.split_once('@') {
            Some((segment, offset)) => (segment, Some(offset)),
            None => (place, None),
        };
        let is_hint = match what {
            "segment" => false,
            "hint" => true,
            _ => return None,
        };
        let files = engine.files();
        let file = files.iter().find(|file| file.is.segment.to_string() == segment && file.is.is_hint == is_hint)?;
        match offset {
            Some(offset) => engine.dump(&format!("{}@{offset}", file.name)),
            None => engine.dump(&file.name),
        }
    }
}
